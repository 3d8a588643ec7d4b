internal import BindingTable
internal import SIPMessage
internal import Timing

/// What is kept of a source that fails, or asks for what phones don't.
struct SourceRecord {
    /// A login that went through while an attack was under way.
    struct BreakIn {
        var name: [UInt8]
        var tries: Int
        var at: Timestamp
    }

    /// Most users that are told apart of those who have registered, and most break-ins that are remembered.
    static let mostUsers = 16, mostBreakIns = 4
    /// So much news within a second is judged before it is over.
    private static let burst = 16

    private(set) var counts = FailureCounts()
    /// Names that failed; of these those that are not here, that were never gone on with, and that had a wrong
    /// password.
    private(set) var names = DistinctWindow(capacity: 256), unknown = DistinctWindow(capacity: 256)
    private(set) var silent = DistinctWindow(capacity: 256), refused = DistinctWindow(capacity: 256)
    private(set) var ports = DistinctWindow(capacity: 64)
    private(set) var guessed = GuessedNames()
    /// Requests that are no REGISTER.
    private(set) var probes = TenMinutes()
    /// Users who have registered from here, as hashes.
    private(set) var users: [UInt32]
    private(set) var breakIns: [BreakIn] = []
    private(set) var tool: KnownTool?
    private(set) var agent: [UInt8] = []
    /// The judgement as it was last made, in which second, and what has happened since.
    private(set) var findings: [AbuseFinding] = []
    private var judgedAt: Int64 = -1
    private var news = 0
    /// Attacks that were reported.
    var reported: Set<AbuseClass> = []
    /// When a block was last asked for.
    var proposedAt: Timestamp?
    /// Lines of the log in the running period.
    var lines = LineBudget()

    /// - Parameter users: who is known to have registered from the source.
    init(users: [UInt32]) { self.users = Array(users.prefix(Self.mostUsers)) }

    /// Judges anew: once a second at most, but for a burst.
    mutating func judge(at now: Timestamp, isForced: Bool = false) {
        guard isForced || judgedAt != now.second || news >= Self.burst else { return }
        judgedAt = now.second
        news = 0
        findings = judgement(at: now)
    }

    /// Counts an attempt that failed.
    mutating func noteFailure(_ outcome: borrowing AttemptOutcome) {
        let (hash, at, weight) = (outcome.name.sketchHash, outcome.at, outcome.weight)
        counts.note(outcome.verdict, weight: weight, at: at)
        noteSender(outcome)
        guard let trait = outcome.verdict.trait, !outcome.name.isEmpty else { return }
        names.add(hash, weight: weight, at: at)
        switch trait {
        case .unknown: unknown.add(hash, weight: weight, at: at)
        case .silent: silent.add(hash, weight: weight, at: at)
        case .password:
            refused.add(hash, weight: weight, at: at)
            guessed.note(
                outcome.name,
                hash,
                port: outcome.path.source.port,
                call: outcome.flow,
                weight,
                at: at
            )
        case .other: break
        }
    }

    /// Counts a request that is no REGISTER; one that would have had us relay a call is a failure, too.
    mutating func noteProbe(_ outcome: borrowing AttemptOutcome) {
        if outcome.verdict == .forbidden {
            counts.note(outcome.verdict, weight: outcome.weight, at: outcome.at)
        } else {
            counts.touch(at: outcome.at)
        }
        probes.add(outcome.weight, at: outcome.at)
        noteSender(outcome)
    }

    /// Counts a login that went through; it is a break-in if it ends an attack.
    mutating func noteSuccess(_ outcome: borrowing AttemptOutcome) {
        counts.noteGranted(outcome.weight, at: outcome.at)
        if outcome.metStaleNonce { counts.add(.stale, outcome.weight, outcome.at) }
        let hash = outcome.name.sketchHash
        guard !users.contains(hash) else { return }
        let isAttack = findings.contains { $0.kind.isAttack && $0.kind != .breakIn }
        guard isAttack else {
            if users.count < Self.mostUsers { users.append(hash) }
            return
        }
        // Behind the same address honest phones go on: it is one of the names tried, or one of many that are.
        let isTried = outcome.tool != nil || guessed.tries(of: hash, at: outcome.at) > 0
        guard isTried || findings.contains(where: { $0.kind == .spraying }) else { return }
        breakIns.removeAll { $0.name == outcome.name }
        if breakIns.count >= Self.mostBreakIns { breakIns.removeFirst() }
        breakIns.append(
            BreakIn(
                name: Array(outcome.name.prefix(48)),
                tries: guessed.tries(of: hash, at: outcome.at),
                at: outcome.at
            )
        )
    }

    /// A tool gave itself away; the names that it asks for are counted before anybody could answer.
    mutating func note(_ tool: KnownTool, challenged name: [UInt8]?, at now: Timestamp) {
        self.tool = tool
        counts.touch(at: now)
        if let name, !name.isEmpty { silent.add(name.sketchHash, at: now) }
    }

    private mutating func noteSender(_ outcome: borrowing AttemptOutcome) {
        news += 1
        ports.add(outcome.path.source.port.sketchHash, at: outcome.at)
        if let tool = outcome.tool { self.tool = tool }
        if agent != outcome.agent { agent = outcome.agent }
    }
}

extension AttemptVerdict {
    /// What a failure says of the name that was tried.
    enum Trait { case unknown, silent, password, other }

    /// nil: it says nothing of it, for it is our own doing.
    fileprivate var trait: Trait? {
        switch self {
        case .unknownUser, .domain: .unknown
        case .abandoned: .silent
        case .wrongPassword: .password
        case .blocked, .server, .drained: nil
        default: .other
        }
    }
}
