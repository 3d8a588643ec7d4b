public import Timing

/// The qualities of protection that are offered; RFC 7616 §3.4.
public struct QualityOfProtection: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// One bit for each.
    public let rawValue: UInt8

    /// The set with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Method and URI are protected.
    public static let auth = QualityOfProtection(rawValue: 1)
    /// The body is protected too.
    public static let authInt = QualityOfProtection(rawValue: 2)

    /// The value of the `qop` parameter; empty for the empty set.
    public var text: String {
        switch (contains(.auth), contains(.authInt)) {
        case (true, true): "auth,auth-int"
        case (true, false): "auth"
        case (false, true): "auth-int"
        case (false, false): ""
        }
    }
}

/// How one domain wants to be convinced, and its challenges, written out beforehand.
public struct DigestPolicy: Sendable {
    /// The protection space: the domain's name.
    public let realm: [UInt8]
    /// What is offered, the best first; RFC 8760 §2.3.
    public let algorithms: [DigestAlgorithm]
    /// The qualities of protection that are offered; never empty.
    public let qop: QualityOfProtection
    /// An MD5 response without qop is accepted (RFC 2069 form), with a badge; its nonce serves once.
    public let allowsLegacy: Bool
    /// Nonce counts are checked against the replay window.
    public let checksNonceCount: Bool

    private let beforeNonce: (server: [UInt8], proxy: [UInt8])
    /// For each algorithm the rest of its line, first fresh, then with `stale=true`.
    private let afterNonce: [(fresh: [UInt8], stale: [UInt8])]
    private let offered: UInt8

    /// Settles a domain's policy.
    ///
    /// - Parameters:
    ///   - realm: printable text without `"` and `\`; such bytes are left out, since they'd end the
    ///     quoted string.
    ///   - algorithms: repeated ones count once; an empty list means all three, SHA-256 first.
    ///   - qop: the empty set means `auth`.
    public init(
        realm: [UInt8],
        algorithms: [DigestAlgorithm] = [.sha256, .sha512t256, .md5],
        qop: QualityOfProtection = [.auth, .authInt],
        allowsLegacy: Bool = false,
        checksNonceCount: Bool = true,
    ) {
        let realm = realm.filter { $0 >= 0x20 && $0 != 0x7f && $0 != 0x22 && $0 != 0x5c }
        var order: [DigestAlgorithm] = []
        for algorithm in algorithms where !order.contains(algorithm) { order.append(algorithm) }
        if order.isEmpty { order = [.sha256, .sha512t256, .md5] }
        let qop = qop.isEmpty ? QualityOfProtection.auth : qop
        self.realm = realm
        self.algorithms = order
        self.qop = qop
        self.allowsLegacy = allowsLegacy
        self.checksNonceCount = checksNonceCount
        offered = order.reduce(0) { $0 | 1 << $1.rawValue }
        let start = Array(": Digest realm=\"".utf8) + realm + Array("\", nonce=\"".utf8)
        beforeNonce = (Array("WWW-Authenticate".utf8) + start, Array("Proxy-Authenticate".utf8) + start)
        afterNonce = order.map { algorithm in
            let common = "\", algorithm=\(algorithm.name), qop=\"\(qop.text)\""
            return (Array("\(common)\r\n".utf8), Array("\(common), stale=true\r\n".utf8))
        }
    }

    /// The algorithm is one of those offered.
    @inline(__always)
    func offers(_ algorithm: DigestAlgorithm) -> Bool { offered & 1 << algorithm.rawValue != 0 }

    /// Appends one `WWW-Authenticate` line for each algorithm in order, all with one fresh nonce.
    ///
    /// One digest; no allocation once the text has room. False if libcrypto failed: then nothing was
    /// appended. RFC 3261 §22.1, RFC 8760 §2.3.
    ///
    /// - Parameters:
    ///   - stale: the credentials were right and only the nonce was too old.
    ///   - asProxy: the lines are of `Proxy-Authenticate` (RFC 3261 §22.3).
    public func appendChallenge(
        to text: inout [UInt8],
        stale: Bool,
        asProxy: Bool = false,
        mint: NonceMint,
        now: Timestamp,
        using worker: DigestWorker,
    ) -> Bool {
        guard let nonce = mint.mint(realm: realm.span, now: now, using: worker) else { return false }
        for index in algorithms.indices {
            text.append(contentsOf: asProxy ? beforeNonce.proxy : beforeNonce.server)
            nonce.append(to: &text)
            text.append(contentsOf: stale ? afterNonce[index].stale : afterNonce[index].fresh)
        }
        return true
    }
}
