public import SIPMessage
public import Timing

/// The numbers of the overview; each is kept as things happen, none is counted by walking the table.
public struct Overview: Codable, Sendable {
    /// Bindings and addresses of record now, and the most bindings so far with its time.
    public var bindings = 0, aors = 0, peak = 0, peakAt = Timestamp.zero
    /// Bindings that end within 60 seconds unless refreshed.
    public var dyingSoon = 0
    /// Per second over the last 10 s: REGISTER requests, and replies by class.
    public var registerRate = 0.0, okRate = 0.0, challengeRate = 0.0, forbiddenRate = 0.0, briefRate = 0.0
    public var otherClientErrorRate = 0.0, serverErrorRate = 0.0
    /// Ended attempts of the last 5 minutes, by verdict.
    public var verdicts: [VerdictCount] = []
    /// Calls that have ended within the last 5 minutes, by verdict, and how many a second over the last 10 s.
    public var calls: [CallCount] = [], callRate = 0.0
    /// From request in to reply out over the last minute, in microseconds.
    public var delayP50 = 0, delayP99 = 0, delayMaximum = 0
    /// Exchanges lost because the ring was full, since the start; one of how many successes is kept now.
    public var ringLosses = 0, sampling = 1
    /// REGISTER per second and failures per second, one value a minute, oldest first, at most 120.
    public var registerHistory: [Double] = [], failureHistory: [Double] = []
    /// The next to expire, at most 10.
    public var soonest: [BindingRow] = []
    /// Users with most failures in 10 minutes, at most 10.
    public var failingUsers: [FailingUser] = []
    /// Sources with most requests in a minute, at most 10.
    public var topSources: [TopSource] = []
    /// Bindings that end in each of the next 20 half minutes.
    public var horizon: [Int] = []
    /// User agents by bindings, at most 5, and all others together.
    public var agents: [AgentCount] = [], otherAgents = 0, otherAgentBindings = 0
    /// Bindings by transport, over IPv6, and behind NAT.
    public var transports: [TransportCount] = [], ipv6 = 0, natted = 0
    /// How many of them can be reached.
    public var liveness = Liveness()
    /// Bindings that have missed their beat, and bindings whose device shows a warning.
    public var missedBeats = 0, flawed = 0
    /// Phones that have fallen silent together, the largest first, at most 5; and how many such there are.
    public var outages: [Outage] = [], outageCount = 0
    /// What refreshes are to be expected, and what would come after a restart.
    public var forecast = RefreshForecast()
    /// What the monitor keeps, and the most that it will.
    public var memory = MonitorMemory()
    /// The latest of the table's and the operators' doings, newest first, at most 20.
    public var events: [OverviewEvent] = []

    /// All zero.
    public init() {}
}

/// How many bindings a User-Agent has.
public struct AgentCount: Codable, Hashable, Sendable {
    /// The User-Agent; empty for those who gave none.
    public var name: String
    /// How many.
    public var count: Int

    /// Pairs the two.
    public init(_ name: String, _ count: Int) {
        self.name = name
        self.count = count
    }
}

/// How many bindings came over a transport.
public struct TransportCount: Codable, Hashable, Sendable {
    /// Which.
    public var transport: TransportKind
    /// How many.
    public var count: Int

    /// Pairs the two.
    public init(_ transport: TransportKind, _ count: Int) {
        self.transport = transport
        self.count = count
    }
}

/// A user whose logins fail.
public struct FailingUser: Codable, Hashable, Sendable {
    /// Canonical address of record.
    public var aor: String
    /// The commonest reason, and how many of the failures have it.
    public var verdict: AttemptVerdict, commonest: Int
    /// Failures, sources they came from, and when the last was.
    public var failures: Int, sources: Int, last: Timestamp

    /// Puts the parts together.
    public init(
        aor: String,
        verdict: AttemptVerdict,
        commonest: Int,
        failures: Int,
        sources: Int,
        last: Timestamp,
    ) {
        self.aor = aor
        self.verdict = verdict
        self.commonest = commonest
        self.failures = failures
        self.sources = sources
        self.last = last
    }
}

/// A source that sends much.
public struct TopSource: Codable, Hashable, Sendable {
    /// Its address.
    public var address: IPAddress
    /// Per second: requests, granted, failed.
    public var requestRate: Double, okRate: Double, failureRate: Double
    /// Its last User-Agent.
    public var agent: String

    /// Puts the parts together.
    public init(address: IPAddress, requestRate: Double, okRate: Double, failureRate: Double, agent: String) {
        self.address = address
        self.requestRate = requestRate
        self.okRate = okRate
        self.failureRate = failureRate
        self.agent = agent
    }
}

/// A thing that happened, for the overview's list.
public struct OverviewEvent: Codable, Hashable, Sendable {
    /// When.
    public var at: Timestamp
    /// `registered`, `moved`, `expired`, `evicted by operator`, …
    public var what: String
    /// The address of record or source.
    public var subject: String
    /// The rest, short; may be empty.
    public var detail: String

    /// Puts the parts together.
    public init(at: Timestamp, what: String, subject: String, detail: String) {
        self.at = at
        self.what = what
        self.subject = subject
        self.detail = detail
    }
}
