public import SIPMessage

/// What the verification of a request's credentials came to; the words of a `RefusalReason`.
public enum Verdict: Hashable, Sendable, BitwiseCopyable {
    /// The password is known to whoever sent this.
    case granted
    /// No credentials for our realm: the first request of every login. RFC 3261 §22.2
    case challenge
    /// The nonce is none of ours. RFC 7616 §3.3: a new challenge without `stale`.
    case nonceUnknown
    /// All was right except that the nonce is too old, or so old that its counts are forgotten.
    case stale
    /// All was right, but the nonce count was used before. A retransmission that the transaction
    /// layer had forgotten looks the same: whoever knows the bindings can tell. RFC 7616 §3.4.6
    case replay(nonceCount: UInt32)
    /// No account of this name with this algorithm.
    case unknownUser
    /// The response is not what the account's H(A1) gives.
    case wrongPassword
    /// Incomplete or contradictory: something missing, or an algorithm, qop or uri that won't do.
    case badCredentials(DigestCheck)
}

/// What was let pass although not by the letter.
public struct DigestLeniencies: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// One bit each.
    public let rawValue: UInt8

    /// The set with these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Proved with MD5.
    public static let md5 = DigestLeniencies(rawValue: 1)
    /// Answered without qop although it was offered (RFC 2069 form).
    public static let legacy = DigestLeniencies(rawValue: 2)
    /// The digest's uri is not the Request-URI.
    public static let uri = DigestLeniencies(rawValue: 4)
}

/// A verdict and how it was reached.
public struct Verification: Sendable, BitwiseCopyable {
    /// What it came to.
    public internal(set) var verdict: Verdict
    /// Each thing looked at, in the order in which it was.
    public internal(set) var findings: DigestFindings
    /// What was let pass.
    public internal(set) var leniencies: DigestLeniencies
    /// The algorithm of the credentials; nil if it did not come to that.
    public internal(set) var algorithm: DigestAlgorithm?
    /// The user that the credentials name, without quotation marks; empty if it did not come to that.
    public internal(set) var user: ByteRange

    init() {
        verdict = .challenge
        findings = DigestFindings()
        leniencies = []
        algorithm = nil
        user = .empty
    }

    /// The password was proved.
    public var isGranted: Bool { verdict == .granted }
}
