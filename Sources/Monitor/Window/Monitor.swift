public import BindingTable
internal import SIPMessage
public import Timing

/// The live picture of a registrar: what it holds, what happens, and why.
///
/// It follows the table by its dirty sets (`pull`: nothing is ever missed) and the messages by what reaches
/// it (`receiveExchange`: some may be, and it says so), and answers what consoles ask for. It belongs to
/// one thread; all its work is bounded, and what takes long is done in slices by `advance`.
public final class Monitor {
    let limits: MonitorLimits
    let clock: ClockReading
    var rows: Rows
    var flows: RegistrationFlows
    var meters: Meters
    var sources: Sources
    /// Sources that fail or probe; failures by address of record, and by User-Agent.
    var failing: FailingSources
    var users: FailureTable, agents: FailureTable
    private var failures = FailureLines()
    private var alarms = AlarmBudget()
    /// When sources are blocked automatically.
    public var policy: AbusePolicy
    var sampler: Sampler
    var log: LineRing<Notice>
    var audit: LineRing<AuditRecord>
    /// The blocks in force, as they were last told.
    public private(set) var blocks: [Block] = []
    /// What filters have found among the attempts so far.
    var walks = AttemptWalks()
    private var reading = ExchangeReading()

    /// A monitor of a table.
    ///
    /// - Parameter startedAt: both clocks at the same moment, from which counting begins.
    public init(table: BindingTable, limits: MonitorLimits = MonitorLimits(), startedAt: ClockReading) {
        self.limits = limits
        clock = startedAt
        let now = startedAt.timestamp
        rows = Rows(table: table, limits: limits, clock: FilterClock(startedAt, utcOffset: .zero))
        flows = RegistrationFlows(limits: limits)
        meters = Meters(startedAt: now)
        sources = Sources(capacity: limits.sources, at: now)
        failing = FailingSources(capacity: limits.sources, at: now)
        users = FailureTable(capacity: limits.users, at: now)
        agents = FailureTable(capacity: limits.agents, at: now)
        policy = limits.abuse
        sampler = Sampler(limit: limits.exchangesPerSecond, at: now)
        log = LineRing(capacity: limits.logLines)
        audit = LineRing(capacity: limits.auditLines)
    }

    /// The operator's offset from UTC: what filters mean by `14:03`.
    public var utcOffset: Interval {
        get { rows.clock.utcOffset }
        set { rows.clock.utcOffset = newValue }
    }

    /// By which filters understand moments.
    var filterClock: FilterClock { rows.clock }

    /// Rows that were read from the table so far: a key press may cost four window heights of them.
    public var rowsRead: Int { rows.reader.reads }

    /// Takes in what has happened.
    public func receive(_ event: MonitorEvent, at now: Timestamp) {
        switch event {
        case .exchange(let exchange, let request, let reply):
            receiveExchange(exchange, request: request.span, reply: reply.span, at: now)
        case .call(let message, let bytes):
            receiveCall(message, bytes.span, at: now)
        case .gap(let count):
            meters.lose(max(0, count))
        case .notice(let notice):
            log.add(notice)
        case .audit(let record):
            audit.add(record)
            rows.note(record, at: now)
        case .blocks(let blocks):
            let kept = Set(blocks.map(\.subject))
            for case .source(let source) in self.blocks.map(\.subject) where !kept.contains(.source(source)) {
                failing.forgive(source, at: now)
            }
            self.blocks = blocks
        }
    }

    /// Takes in a request with its reply; the bytes are copied if they are kept.
    public func receiveExchange(
        _ exchange: Exchange,
        request: Span<UInt8>,
        reply: Span<UInt8>,
        at now: Timestamp
    ) {
        meters.advance(to: now)
        reading.read(request, from: exchange.path)
        meters.count(exchange, isRegister: reading.isRegister)
        if exchange.refusal?.isOurs ?? false { rows.beats.disturb(at: now) }
        sources.note(exchange, agent: reading.agent, request)
        sampler.note(exchange, at: now)
        guard sampler.keeps(exchange, flow: reading.flow) || flows.isOpen(reading.flow) else {
            return countUnseen(exchange)
        }
        reading.readRest(request)
        noteTool(exchange, request, now)
        if let refusal = exchange.refusal, !reading.isOfRegistrar {
            return receiveRefused(exchange, refusal, reading, request, reply, at: now)
        }
        flows.receive(exchange, reading, request: request, reply: reply)
        countEnded(now)
    }

    /// A success that isn't kept is counted all the same.
    private func countUnseen(_ exchange: Exchange) {
        guard exchange.refusal == nil, !exchange.isRetransmission else { return }
        meters.count(AttemptVerdict(exchange, reading), weight: exchange.weight, at: exchange.repliedAt)
    }

    /// A known scanner is known by its first request.
    private func noteTool(_ exchange: Exchange, _ request: Span<UInt8>, _ now: Timestamp) {
        guard let tool = reading.tool, !exchange.isRetransmission else { return }
        let source = exchange.path.source.address
        let name = exchange.refusal == .challenge ? reading.name(request) : nil
        failing.note(tool, from: source, challenged: name, users: sources.users(from: source), at: now)
    }

    private func countEnded(_ now: Timestamp) {
        for outcome in flows.takeEnded() {
            let source = outcome.path.source.address
            if outcome.isLogin || !outcome.verdict.isFailure {
                meters.count(outcome.verdict, weight: outcome.weight, at: outcome.at)
            }
            failing.note(outcome, users: sources.users(from: source))
            if outcome.verdict.isFailure {
                countFailure(outcome, now)
            } else if outcome.verdict == .ok {
                sources.noteUser(outcome.name.sketchHash, from: source)
                users.noteSuccess(outcome, as: outcome.aor)
                agents.noteSuccess(outcome, as: outcome.agent)
                rows.noteSuccess(outcome.aor, at: now)
            }
            log(outcome, now)
        }
    }

    private func countFailure(_ outcome: AttemptOutcome, _ now: Timestamp) {
        let source = outcome.path.source.address
        sources.noteFailure(source, weight: outcome.weight, at: outcome.at)
        flows.setFailures(sources.record(of: source, at: outcome.at).failures, of: outcome.id)
        guard outcome.isLogin else { return }
        users.noteFailure(outcome, as: outcome.aor)
        agents.noteFailure(outcome, as: outcome.agent)
        if outcome.verdict != .server {
            rows.noteFailure(outcome.aor, from: source, startedAt: outcome.startedAt, at: now)
        }
    }

    /// What an attacker does is told whatever came of it, or those who only read the log would never see who asks
    /// for names and goes on with none.
    func log(_ outcome: AttemptOutcome, _ now: Timestamp) {
        guard outcome.verdict.isFailure || !outcome.isLogin, !outcome.verdict.isOurs else { return }
        let source = outcome.path.source.address
        let isLogin = outcome.verdict.isLogged && outcome.isLogin
        guard isLogin || failing.judged(source, at: now).contains(where: { $0.kind.isAttack }) else { return }
        failures.note(outcome, isWelcome: failing.takesLine(source, at: now), at: now)
    }

    /// Takes changed bindings from the table, at most `limit`; false when none is left.
    public func pull(limit: Int, at now: Timestamp) -> Bool { rows.pull(limit: limit, at: now) }

    /// Lets time pass: attempts that wait too long end, rates roll on, sorting and filtering go on by a
    /// slice. Whether more such work waits: then call again soon, else at the latest after a second.
    @discardableResult
    public func advance(to now: Timestamp) -> Bool {
        meters.advance(to: now)
        flows.advance(to: now)
        countEnded(now)
        sources.advance(to: now)
        failing.advance(to: now)
        users.advance(to: now)
        agents.advance(to: now)
        sampler.advance(to: now)
        return rows.advance(to: now)
    }

    /// A line for the log of each login that has failed since the last call, as many as a log can bear.
    public func takeFailures(at now: Timestamp) -> [Notice] { failures.take(at: now) }

    /// What is to be said to operators of phones that fall silent and of attacks that are new, and which sources the
    /// policy wants blocked. Whoever sets the blocks says so by an event, as of any block.
    public func takeAlarms(at now: Timestamp) -> (notices: [Notice], blocks: [BlockProposal]) {
        var notices = rows.beatNotices.take()
        var proposals: [BlockProposal] = []
        for (source, findings, users) in failing.takeNews(at: now) {
            for finding in failing.takeUnreported(source) where alarms.takes(at: now) {
                let text = "looks like \(finding.kind.word): \(source): \(finding.evidence)"
                notices.append(Notice(at: now, level: .warning, text: text))
            }
            guard
                let finding = policy.blocks(source, users: users, for: findings), !isBlocked(source, at: now),
                failing.takesProposal(source, at: now)
            else { continue }
            let reason = "\(finding.kind.word): \(finding.evidence)"
            proposals.append(BlockProposal(source: source, length: policy.length, reason: reason))
        }
        return (notices, proposals)
    }

    private func isBlocked(_ source: IPAddress, at now: Timestamp) -> Bool {
        blocks.contains { $0.subject == .source(source) && $0.until.map { $0 > now } ?? true }
    }

    /// All bindings that pass a filter as they are now: the frozen targets of an act on a filter.
    /// - Parameter limit: most that there may be; nil is given if there are more.
    public func targets(
        matching filter: Filter,
        at now: Timestamp,
        limit: Int = .max,
    ) -> [BindingTarget]? {
        filter.subject == .bindings ? rows.targets(matching: filter, at: now, limit: limit) : []
    }

    /// Answers what a console asks for.
    ///
    /// - Parameter session: what that console saw before; one for each console.
    public func answer(_ query: WindowQuery, for session: inout MonitorSession, at now: Timestamp) -> Window {
        let height = max(0, min(query.height, WindowQuery.maximumHeight))
        switch query.subject {
        case .bindings(let filter, let order):
            return bindings(filter, order, query, height, &session, now)
        // The page of a binding is shown beside the list: the list stays as it is.
        case .binding: break
        default: session.move()
        }
        switch query.subject {
        case .bindings, .overview: return Window(content: .overview(overview(at: now)), at: now)
        case .binding(let id): return binding(id, now)
        case .attempts(let filter, let failuresOnly, let kind):
            return attempts(filter, failuresOnly, kind, query.anchor, height, now)
        case .attempt(let id): return attempt(id, now)
        case .log(let filter, let level): return logLines(filter, level, query.anchor, height, now)
        case .audit(let filter): return auditLines(filter, query.anchor, height, now)
        case .blocks(let filter): return blockList(filter, query.anchor, height, now)
        case .security(let group, let filter): return security(group, filter, query.anchor, height, now)
        case .devices(let group, let filter): return devices(group, filter, query.anchor, height, now)
        }
    }

    /// Answers a query of nobody in particular: ended rows aren't kept.
    public func answer(_ query: WindowQuery, at now: Timestamp) -> Window {
        var session = MonitorSession()
        return answer(query, for: &session, at: now)
    }
}
