public import SIPMessage

/// A user agent's side: answers challenges with a user and a password; RFC 7616 §3.4, RFC 8760 §2.4.
///
/// Keeps the nonce that it was given last and counts its uses, so that later requests carry credentials
/// from the start. Allocates freely: for simulated phones and tests.
public struct DigestClient: Sendable {
    /// The user that the credentials name.
    public var user: [UInt8]
    /// The password.
    public var password: [UInt8]
    /// What it would answer with; topmost in the challenge wins.
    public var algorithms: [DigestAlgorithm]
    /// Answers as RFC 2069 had it, without qop, as some phones do.
    public var isLegacy: Bool
    /// Prefers `auth-int` where it is offered.
    public var prefersAuthInt: Bool

    private var challenge: Accepted?

    private struct Accepted: Sendable {
        var realm: [UInt8]
        var nonce: [UInt8]
        var opaque: [UInt8]?
        var algorithm: DigestAlgorithm
        var namesAlgorithm: Bool
        var qop: DigestQop
        var count: UInt32
    }

    /// A client that has not been challenged yet.
    public init(
        user: [UInt8],
        password: [UInt8],
        algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases,
        isLegacy: Bool = false,
        prefersAuthInt: Bool = false,
    ) {
        self.user = user
        self.password = password
        self.algorithms = algorithms
        self.isLegacy = isLegacy
        self.prefersAuthInt = prefersAuthInt
    }

    /// There is a nonce to answer with.
    public var isChallenged: Bool { challenge != nil }

    /// The nonce in use; empty if there is none.
    public var nonce: [UInt8] { challenge?.nonce ?? [] }

    /// Forgets the nonce; the next request goes without credentials.
    public mutating func forget() { challenge = nil }

    /// Takes the first challenge of a 401 that it can answer. False if there is none.
    ///
    /// - Parameters:
    ///   - head: the response's head, which is of these bytes.
    ///   - message: the whole response.
    public mutating func take(_ head: borrowing MessageHead, _ message: Span<UInt8>) -> Bool {
        var index = head.firstIndex(of: .wwwAuthenticate)
        while let field = index, let range = head[field]?.value {
            index = head.index(after: field)
            guard let read = try? DigestChallenge(message, in: range, header: .wwwAuthenticate),
                let algorithm = DigestAlgorithm(
                    token: message.extracting(read.algorithm.bounds(within: message.count))
                ),
                algorithms.contains(algorithm)
            else { continue }
            var qop = DigestQop.none
            if !isLegacy {
                if read.offersAuth { qop = .auth }
                if read.offersAuthInt, prefersAuthInt || qop == .none { qop = .authInt }
            }
            challenge = Accepted(
                realm: copy(message, read.realm),
                nonce: copy(message, read.nonce),
                opaque: read.opaque == .empty ? nil : copy(message, read.opaque),
                algorithm: algorithm,
                namesAlgorithm: !read.algorithm.isEmpty,
                qop: qop,
                count: 0,
            )
            return true
        }
        return false
    }

    /// The value of an Authorization header for the next request, with the nonce's count one higher; nil
    /// if there was no challenge yet or libcrypto failed.
    ///
    /// - Parameters:
    ///   - cnonce: fresh printable text without `"` and `\`.
    ///   - worker: the contexts to hash with.
    public mutating func authorization(
        method: [UInt8],
        uri: [UInt8],
        body: [UInt8] = [],
        cnonce: [UInt8],
        using worker: DigestWorker,
    ) -> [UInt8]? {
        guard var accepted = challenge else { return nil }
        accepted.count &+= 1
        challenge = accepted
        let nc = hex8(accepted.count)
        let ha1 = worker.ha1(
            accepted.algorithm,
            user: user.span,
            realm: accepted.realm.span,
            password: password.span
        )
        guard let ha1,
            let response = response(
                accepted,
                ha1: ha1,
                nc: nc,
                method: method,
                uri: uri,
                body: body,
                cnonce: cnonce,
                using: worker
            )
        else { return nil }
        var value = Array("Digest username=\"".utf8) + user + Array("\", realm=\"".utf8) + accepted.realm
        value += Array("\", nonce=\"".utf8) + accepted.nonce + Array("\", uri=\"".utf8) + uri
        value += Array("\", response=\"".utf8)
        response.hex.append(to: &value)
        value.append(0x22)
        if accepted.namesAlgorithm { value += Array(", algorithm=\(accepted.algorithm.name)".utf8) }
        if accepted.qop != .none {
            value +=
                Array(", cnonce=\"".utf8) + cnonce + Array("\", qop=\(text(accepted.qop)), nc=".utf8) + nc
        }
        if let opaque = accepted.opaque { value += Array(", opaque=\"".utf8) + opaque + [0x22] }
        return value
    }

    private func response(
        _ accepted: Accepted,
        ha1: DigestValue,
        nc: [UInt8],
        method: [UInt8],
        uri: [UInt8],
        body: [UInt8],
        cnonce: [UInt8],
        using worker: DigestWorker,
    ) -> DigestValue? {
        func digest(_ parts: [[UInt8]]) -> DigestValue? {
            worker.begin(accepted.algorithm)
            for (index, part) in parts.enumerated() {
                if index > 0 { worker.append(0x3a) }
                worker.append(part.span)
            }
            return worker.finish(accepted.algorithm)
        }
        func hex(_ value: DigestValue) -> [UInt8] {
            var text: [UInt8] = []
            value.hex.append(to: &text)
            return text
        }
        var a2 = [method, uri]
        if accepted.qop == .authInt {
            guard let hash = digest([body]) else { return nil }
            a2.append(hex(hash))
        }
        guard let ha2 = digest(a2) else { return nil }
        guard accepted.qop != .none else { return digest([hex(ha1), accepted.nonce, hex(ha2)]) }
        return digest([hex(ha1), accepted.nonce, nc, cnonce, Array(text(accepted.qop).utf8), hex(ha2)])
    }

    private func text(_ qop: DigestQop) -> String { qop == .authInt ? "auth-int" : "auth" }
}

private func copy(_ message: Span<UInt8>, _ range: ByteRange) -> [UInt8] {
    range.bounds(within: message.count).map { message[$0] }
}

private func hex8(_ number: UInt32) -> [UInt8] {
    (0..<8).map { lowerHex(UInt8(truncatingIfNeeded: number >> UInt32(28 - 4 * $0)) & 15) }
}
