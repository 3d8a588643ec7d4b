internal import BindingTable
internal import SIPMessage
internal import Timing

/// Sources that fail or probe, those with most in bounded memory: a forger of addresses pushes out only what is
/// seen as seldom as each of his.
struct FailingSources {
    private(set) var hitters: HeavyHitters<IPAddress, SourceRecord>
    private var fadedAt: Timestamp
    /// Failures of all sources, kept or not.
    private(set) var all = FailureCounts()
    /// Sources of which something new is known since they were last looked at.
    private var touched: Set<IPAddress> = []
    /// Sources whose block was lifted or has ended, with what they have done since: only that is a reason for the next
    /// block, while the screen goes on showing all of it. For as long as the source is kept: a known tool or a break-in
    /// is no reason for longer than failures are.
    private var renewed: [IPAddress: (record: SourceRecord, at: Timestamp)] = [:]

    private static let mostRenewed = 256

    /// How many are told apart now.
    var count: Int { hitters.entries.count }

    init(capacity: Int, at now: Timestamp) {
        hitters = HeavyHitters(capacity: capacity, inheritsWeight: false)
        fadedAt = now
    }

    mutating func advance(to now: Timestamp) {
        guard now >= fadedAt + .seconds(60) else { return }
        fadedAt = now
        hitters.fade()
        renewed = renewed.filter { hitters.place(of: $0.key) != nil }
    }

    /// The source is kept.
    func knows(_ address: IPAddress) -> Bool { hitters.place(of: address) != nil }

    /// Counts an attempt that has ended; `users` says who has registered from its source before.
    mutating func note(_ outcome: borrowing AttemptOutcome, users: @autoclosure () -> [UInt32]) {
        let source = outcome.path.source.address
        if outcome.verdict == .ok {
            return noteSuccess(outcome)
        }
        guard outcome.isLogin else { return noteProbe(outcome, users: users()) }
        guard outcome.verdict.isFailure else { return }
        all.note(outcome.verdict, weight: outcome.weight, at: outcome.at)
        let place = hitters.note(source, fresh: SourceRecord(users: users()))
        hitters[place].noteFailure(outcome)
        renewed[source]?.record.noteFailure(outcome)
        touch(source)
    }

    /// What it looked like the moment before decides what the login is.
    private mutating func noteSuccess(_ outcome: borrowing AttemptOutcome) {
        let source = outcome.path.source.address
        guard let place = hitters.place(of: source) else { return }
        hitters[place].judge(at: outcome.at, isForced: true)
        hitters[place].noteSuccess(outcome)
        hitters[place].judge(at: outcome.at, isForced: true)
        renewed[source]?.record.judge(at: outcome.at, isForced: true)
        renewed[source]?.record.noteSuccess(outcome)
        touch(source)
    }

    /// A phone may ask OPTIONS or publish its state: that alone makes nobody a suspect.
    private mutating func noteProbe(_ outcome: borrowing AttemptOutcome, users: [UInt32]) {
        let source = outcome.path.source.address
        // Calls through us to elsewhere are asked for by no phone that is set up right.
        let isRelay = outcome.verdict == .forbidden
        let isSuspect = outcome.tool != nil || isRelay || (outcome.verdict.isFailure && users.isEmpty)
        guard isSuspect || knows(source) else { return }
        let place = hitters.note(source, fresh: SourceRecord(users: users))
        if isRelay { all.note(outcome.verdict, weight: outcome.weight, at: outcome.at) }
        hitters[place].noteProbe(outcome)
        renewed[source]?.record.noteProbe(outcome)
        touch(source)
    }

    /// A known tool has sent something; `name` is whom it was asked to log in as.
    mutating func note(
        _ tool: KnownTool,
        from source: IPAddress,
        challenged name: [UInt8]?,
        users: @autoclosure () -> [UInt32],
        at now: Timestamp,
    ) {
        let place = hitters.place(of: source) ?? hitters.note(source, fresh: SourceRecord(users: users()))
        hitters[place].note(tool, challenged: name, at: now)
        renewed[source]?.record.note(tool, challenged: name, at: now)
        touch(source)
    }

    private mutating func touch(_ source: IPAddress) {
        // Who was pushed out is asked for in vain; a bound all the same.
        if touched.count < 4 * 1_024 { touched.insert(source) }
    }

    /// Judges a source now, if it is kept.
    mutating func judged(_ source: IPAddress, at now: Timestamp) -> [AbuseFinding] {
        guard let place = hitters.place(of: source) else { return [] }
        hitters[place].judge(at: now)
        return hitters[place].findings
    }

    /// May another line of the log be about this source? Counts it, if so.
    mutating func takesLine(_ source: IPAddress, at now: Timestamp) -> Bool {
        guard let place = hitters.place(of: source) else { return true }
        return hitters[place].lines.takes(at: now)
    }

    /// Sources with news since the last call, each with its users and the judgement that a block would rest on.
    mutating func takeNews(at now: Timestamp) -> [(source: IPAddress, findings: [AbuseFinding], users: Int)] {
        guard !touched.isEmpty else { return [] }
        defer { touched.removeAll(keepingCapacity: true) }
        return touched.compactMap { source in
            guard let place = hitters.place(of: source) else { return nil }
            hitters[place].judge(at: now)
            renewed[source]?.record.judge(at: now)
            let findings = renewed[source]?.record.findings ?? hitters[place].findings
            return (source, findings, hitters[place].users.count)
        }
    }

    /// The attacks of a source that have not been reported yet; they are from now on, for an hour after the last.
    mutating func takeUnreported(_ source: IPAddress) -> [AbuseFinding] {
        guard let place = hitters.place(of: source) else { return [] }
        let attacks = hitters[place].findings.filter { $0.kind.isAttack }
        if attacks.isEmpty { return [] }
        defer { hitters[place].reported.formUnion(attacks.map(\.kind)) }
        return attacks.filter { !hitters[place].reported.contains($0.kind) }
    }

    /// A block may be asked for: not twice in a minute, however often it is refused.
    mutating func takesProposal(_ source: IPAddress, at now: Timestamp) -> Bool {
        guard let place = hitters.place(of: source) else { return false }
        if let last = hitters[place].proposedAt, now - last < .seconds(60) { return false }
        hitters[place].proposedAt = now
        return true
    }

    /// The block of a source was lifted or has ended: what it did before is no reason for the next.
    mutating func forgive(_ source: IPAddress, at now: Timestamp) {
        guard let place = hitters.place(of: source) else { return }
        if renewed.count >= Self.mostRenewed, let oldest = renewed.min(by: { $0.value.at < $1.value.at }) {
            renewed[oldest.key] = nil
        }
        renewed[source] = (SourceRecord(users: hitters[place].users), now)
        hitters[place].proposedAt = nil
    }
}

/// How many lines of the log are about one source: a few in each ten seconds.
struct LineBudget {
    static let most = 5
    static let period: Int64 = 10

    private var number: Int64 = -1
    private var count = 0

    init() {}

    mutating func takes(at now: Timestamp) -> Bool {
        if now.second / Self.period != number {
            number = now.second / Self.period
            count = 0
        }
        count += 1
        return count <= Self.most
    }
}

/// How many alarms operators can bear: six a minute. The screen shows the rest.
struct AlarmBudget {
    private var minute: Int64 = -1
    private var count = 0

    init() {}

    mutating func takes(at now: Timestamp) -> Bool {
        if now.second / 60 != minute { (minute, count) = (now.second / 60, 0) }
        count += 1
        return count <= 6
    }
}
