public import SIPMessage
public import Timing

/// By what failures are put together.
public enum SecurityGroup: UInt8, WordCodable, Hashable, Sendable {
    case source, user, agent

    /// `source`, `user` or `agent`.
    public var codingWord: String {
        switch self {
        case .source: "source"
        case .user: "user"
        case .agent: "agent"
        }
    }
}

/// Names a row of the security screen.
public enum SecurityKey: Hashable, Sendable {
    /// A source address, whatever its port.
    case source(IPAddress)
    /// A canonical address of record, or what stood in To.
    case user(String)
    /// A User-Agent, cut.
    case agent(String)
    /// All sources of which nothing is kept any more.
    case others
}

/// How often a verdict was met.
public struct VerdictCount: Codable, Hashable, Sendable {
    /// Which.
    public var verdict: AttemptVerdict
    /// How often.
    public var count: Int

    /// Pairs the two.
    public init(_ verdict: AttemptVerdict, _ count: Int) {
        self.verdict = verdict
        self.count = count
    }
}

/// What is known of a source, user or User-Agent that fails or probes. Within ten minutes, if nothing else is said.
public struct SecurityRow: Codable, Hashable, Sendable {
    /// Which.
    public var key: SecurityKey
    /// Failures within ten minutes, an hour and a day.
    public var failures = 0, failuresHour = 0, failuresDay = 0
    /// By verdict; STALE counts what met an old nonce and then logged in too.
    public var verdicts: [VerdictCount] = []
    /// Logins that were granted.
    public var granted = 0
    /// Different user names, within ten to twenty minutes; exact up to 256, near beyond.
    public var names = 0
    /// Different source addresses (of a user or User-Agent) or ports (of a source), likewise.
    public var sources = 0, ports = 0
    /// Users who are known to have registered from the source; at most 16 are told apart.
    public var users = 0
    /// Requests that are no login: neither REGISTER nor a call whose caller failed to prove who it is.
    public var probes = 0
    /// When it began, after an hour of silence at least, and when the last thing happened.
    public var first = Timestamp.zero, last = Timestamp.zero
    /// Failures in each of the last ten minutes, oldest first.
    public var trend: [Int] = []
    /// The last User-Agent; bytes that are no UTF-8 are replaced.
    public var agent = ""
    /// What it looks like, what matters most first.
    public var findings: [AbuseFinding] = []
    /// It is blocked; until when, nil until that is lifted.
    public var isBlocked = false, blockedUntil: Timestamp?

    /// A row of which nothing is known yet.
    public init(key: SecurityKey) { self.key = key }

    /// One of its findings is an attack.
    public var isAttack: Bool { findings.contains { $0.kind.isAttack } }

    /// How often a verdict was met.
    public func count(_ verdict: AttemptVerdict) -> Int {
        verdicts.first { $0.verdict == verdict }?.count ?? 0
    }
}

/// The rows of the security screen with what belongs to them.
public struct SecurityPicture: Codable, Sendable {
    /// Attackers first, then who fails most.
    public var rows: [SecurityRow]
    /// Failures of everybody within ten minutes, an hour and a day.
    public var failures: Int, failuresHour: Int, failuresDay: Int
    /// Sources, users or User-Agents that look like an attack.
    public var attackers: Int
    /// The latest failures of all, newest first, at most 20.
    public var recent: [AttemptRow]
    /// What is blocked automatically.
    public var policy: AbusePolicy

    /// Puts the parts together.
    public init(
        rows: [SecurityRow],
        failures: Int,
        failuresHour: Int,
        failuresDay: Int,
        attackers: Int,
        recent: [AttemptRow],
        policy: AbusePolicy,
    ) {
        self.rows = rows
        self.failures = failures
        self.failuresHour = failuresHour
        self.failuresDay = failuresDay
        self.attackers = attackers
        self.recent = recent
        self.policy = policy
    }
}
