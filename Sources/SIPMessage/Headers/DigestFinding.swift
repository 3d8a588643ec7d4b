// The words of digest verification stand beside the digest headers: registrar, monitor and console share
// them, and the monitor must not see the verifier.

/// One thing that the digest verification looked at, in RFC 7616's words.
public enum DigestCheck: UInt8, WordCodable, Sendable, BitwiseCopyable {
    /// Credentials for our realm are there and complete.
    case credentials
    /// The algorithm is one that was offered.
    case algorithm
    /// The realm is the domain's.
    case realm
    /// The nonce is one that we made, for this realm.
    case nonce
    /// The nonce is young enough. Value: its age in milliseconds.
    case age
    /// The quality of protection is one that was offered.
    case qop
    /// The digest's uri names the same resource as the Request-URI.
    case uri
    /// The user has an account with this algorithm.
    case user
    /// The response equals what the password gives.
    case response
    /// The nonce count was not used before. Value: the count.
    case nonceCount

    /// `credentials`, `algorithm`, …, `nonce-count`.
    public var codingWord: String {
        switch self {
        case .credentials: "credentials"
        case .algorithm: "algorithm"
        case .realm: "realm"
        case .nonce: "nonce"
        case .age: "age"
        case .qop: "qop"
        case .uri: "uri"
        case .user: "user"
        case .response: "response"
        case .nonceCount: "nonce-count"
        }
    }
}

/// One check and how it came out. Only the function that verified makes these, in the order in which
/// it looked, so that what the console explains is what was done.
public struct DigestFinding: Codable, Hashable, Sendable, BitwiseCopyable {
    /// How a check came out.
    public enum Outcome: UInt8, WordCodable, Sendable, BitwiseCopyable {
        case passed
        /// Passed by policy although not by the letter (badge).
        case tolerated
        case failed

        /// `passed`, `tolerated` or `failed`.
        public var codingWord: String {
            switch self {
            case .passed: "passed"
            case .tolerated: "tolerated"
            case .failed: "failed"
            }
        }
    }

    /// What was looked at.
    public var check: DigestCheck
    /// How it came out.
    public var outcome: Outcome
    /// The number that goes with the check (age in ms, nonce count, …); 0 otherwise.
    public var value: UInt32

    /// Puts the parts together.
    public init(_ check: DigestCheck, _ outcome: Outcome, value: UInt32 = 0) {
        self.check = check
        self.outcome = outcome
        self.value = value
    }
}

/// The findings of one verification, in order: a fixed room, so that none is allocated on the way.
public struct DigestFindings: Sendable, BitwiseCopyable {
    private var storage: InlineArray<12, DigestFinding>
    /// How many there are.
    public private(set) var count: Int

    /// No findings.
    public init() {
        storage = InlineArray(repeating: DigestFinding(.credentials, .passed))
        count = 0
    }

    /// Adds one; a thirteenth is dropped (there are ten checks).
    public mutating func append(_ finding: DigestFinding) {
        guard count < storage.count else { return }
        storage[count] = finding
        count += 1
    }

    /// The finding at a position below `count`.
    public subscript(index: Int) -> DigestFinding { storage[index] }

    /// All of them as an array, for screens.
    public var all: [DigestFinding] { (0..<count).map { storage[$0] } }

    /// The first check that failed.
    public var firstFailure: DigestCheck? {
        for index in 0..<count where storage[index].outcome == .failed { return storage[index].check }
        return nil
    }
}
