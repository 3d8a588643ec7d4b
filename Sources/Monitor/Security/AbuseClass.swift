public import SIPMessage

/// What the failures of a source or a user look like. A judgement: the numbers beside it are the facts.
///
/// In the order of how much it matters.
public enum AbuseClass: UInt8, WordCodable, Hashable, Sendable {
    /// An attack was under way, and then a login of a name went through that had not before.
    case breakIn
    /// Many passwords for one name, faster than a phone retries.
    case guessing
    /// Few passwords for many names.
    case spraying
    /// Many names that are not here, or that nobody ever goes on with.
    case enumeration
    /// Logins seen before, sent again.
    case replay
    /// Requests that only look for what answers, or a tool known for it.
    case scanning
    /// A phone, or some, with a wrong password, name or domain, trying again in its rhythm.
    case misconfigured
    /// Old nonces only; the phone heals it itself.
    case staleNonce

    /// Somebody means harm, as far as it can be told.
    public var isAttack: Bool { self < .misconfigured }

    /// The word of filters, log lines and reasons.
    public var word: String {
        switch self {
        case .breakIn: "break-in"
        case .guessing: "guessing"
        case .spraying: "spraying"
        case .enumeration: "enumeration"
        case .replay: "replay"
        case .scanning: "scanning"
        case .misconfigured: "misconfigured"
        case .staleNonce: "stale-nonce"
        }
    }

    /// The word of filters.
    public var codingWord: String { word }
}

extension AbuseClass: Comparable {
    /// What matters more is less.
    public static func < (a: AbuseClass, b: AbuseClass) -> Bool { a.rawValue < b.rawValue }
}

/// One judgement with what speaks for it.
public struct AbuseFinding: Codable, Hashable, Sendable {
    /// What it looks like.
    public var kind: AbuseClass
    /// How much there is of it, in its own unit: wrong passwords on the name that has most, names, replays,
    /// requests, logins that went through.
    public var count: Int
    /// The facts in one line: `190 names that are not here, 1 try each, in 2 min`. Strangers' names stand in it
    /// without control characters or blanks.
    public var evidence: String

    /// Puts the parts together.
    public init(kind: AbuseClass, count: Int, evidence: String) {
        self.kind = kind
        self.count = count
        self.evidence = evidence
    }
}
