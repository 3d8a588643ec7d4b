public import SIPDigest
public import SIPMessage
public import Timing

/// What a simulated phone is there to show.
public enum PhoneKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Registers and refreshes as it should.
    case good
    /// Has an account and another password.
    case wrongPassword
    /// Has no account.
    case unknownUser
    /// Comes with a nonce from before a restart, and uses each nonce until it is told that it is stale.
    case staleNonce
    /// Its contact is a private address that is not the packet's source.
    case natted
    /// Asks for less than the minimum, refreshes often and goes silent now and then.
    case shortExpiry
    /// Registers over a connection.
    case tcp
    /// Registers over IPv6.
    case ipv6
    /// Registers and unregisters over and over, with another contact each time.
    case flapping
    /// Guesses passwords of many users from one address.
    case bruteForce
    /// Keeps its Call-ID and comes from another port now and then, as behind a NAT that forgets: a ghost stays each time.
    case roaming
}

/// Everything about a simulated phone that does not change.
public struct PhoneProfile: Sendable {
    /// What it is there to show.
    public var kind: PhoneKind
    /// User part of its address of record, and the user of its credentials.
    public var user: String
    /// Name shown to others.
    public var displayName: String
    /// The domain, which is the realm.
    public var domain: String
    /// What it takes for its password.
    public var password: String
    /// User-Agent header.
    public var userAgent: String
    /// Seconds that it asks for.
    public var expires: Int
    /// How it travels.
    public var transport: TransportKind
    /// Where it says it is, if not where its packets come from.
    public var claimedAddress: Endpoint?
    /// Digest algorithms that it knows.
    public var algorithms: [DigestAlgorithm]
    /// It goes on using a nonce, counting up, instead of waiting for a new challenge.
    public var reusesNonce: Bool
    /// Time from a grant to the refresh; nil: at 80 to 90 % of what was granted.
    public var refreshAfter: Interval?
    /// Time from the beginning to the first attempt.
    public var startAfter: Interval
    /// Time from a refusal to the next attempt, give or take a fifth.
    public var retryAfter: Interval
    /// Users whose passwords it guesses, if it does.
    public var victims: [String]

    /// It answers OPTIONS: those that come and go, or go silent now and then, have no time for that.
    public var answersPings: Bool { kind != .shortExpiry && kind != .flapping }

    /// A phone that does everything right.
    public init(user: String, domain: String, password: String) {
        kind = .good
        self.user = user
        displayName = user
        self.domain = domain
        self.password = password
        userAgent = "Deskline D46 8.86.0"
        expires = 3_600
        transport = .udp
        claimedAddress = nil
        algorithms = [.sha256, .md5]
        reusesNonce = true
        refreshAfter = nil
        startAfter = .zero
        retryAfter = .seconds(30)
        victims = []
    }
}
