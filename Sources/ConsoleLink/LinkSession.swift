public import BindingTable
public import Monitor
public import Timing

/// Who carries out what operators want: the registrar's operator desk, seen from this side of the wall.
public protocol CommandDesk {
    /// What a command would do now.
    func preview(_ command: OperatorCommand, clock: ClockReading) -> CommandOutcome
    /// Carries a command out once `audit` has said that its lines are safe.
    func perform(
        _ command: OperatorCommand,
        clock: ClockReading,
        audit: ([AuditRecord]) -> Bool,
    ) -> CommandOutcome
    /// The blocks in force.
    func blocks(at now: Timestamp) -> [Block]
    /// The drain in force; nil: everybody may come in.
    func drain(at now: Timestamp) -> Drain?
    /// Why changes are not durable now, in one sentence; nil: they are, or there is no store.
    var storeTrouble: String? { get }
    /// What can be undone, and the act that is done a few bindings at a time.
    func acts(at now: Timestamp) -> ActList
}

extension CommandDesk {
    /// A desk without a store has no trouble with it.
    public var storeTrouble: String? { nil }
    /// A desk that remembers no acts has none to undo.
    public func acts(at now: Timestamp) -> ActList { ActList(at: now) }
}

/// The monitor's end of one console's link: a request in, its update out, whatever carries the two.
public struct LinkSession: Sendable {
    private let readOnlyBecause: String?
    private let mostTargets: Int
    private var shown = MonitorSession(keepsEndedRows: false)

    /// A session of a console that has just been welcomed.
    ///
    /// - Parameters:
    ///   - readOnlyBecause: why it may not act; nil if it may.
    ///   - mostTargets: bindings that one act may name by a filter; more are refused before they are looked at.
    public init(readOnlyBecause: String?, mostTargets: Int = .max) {
        self.readOnlyBecause = readOnlyBecause
        self.mostTargets = mostTargets
    }

    /// Answers a request.
    ///
    /// - Parameter audit: writes the lines of an act, before it is done, and says why it can't; nil if it could.
    ///   An act that can't be recorded is not done.
    public mutating func answer(
        _ request: LinkRequest,
        monitor: Monitor,
        desk: some CommandDesk,
        clock: ClockReading,
        audit: ([AuditRecord]) -> String?,
    ) -> LinkUpdate {
        switch request {
        case .query(let query, let serial):
            var window = monitor.answer(query, for: &shown, at: clock.timestamp)
            window.drain = desk.drain(at: clock.timestamp)
            window.storeTrouble = desk.storeTrouble
            return .window(window, serial: serial)
        case .preview(let command, let serial):
            var outcome = desk.preview(command, clock: clock)
            if case .block(let subjects, _) = command.verb, outcome.refusal == nil {
                outcome.reach = monitor.reach(of: subjects, at: clock.timestamp)
            }
            return .preview(outcome, serial: serial)
        case .previewMatching(let filter, var command, let serial):
            let found = monitor.targets(matching: filter, at: clock.timestamp, limit: mostTargets)
            guard let found else {
                let why =
                    "more than \(mostTargets) bindings can't be acted on at once from here: narrow the filter"
                return .preview(CommandOutcome(refusal: why), serial: serial)
            }
            command.verb = command.verb.onto(found)
            return .preview(desk.preview(command, clock: clock), serial: serial)
        case .perform(let command, let serial):
            return .outcome(perform(command, monitor: monitor, desk, clock, audit), serial: serial)
        case .reload(let serial):
            // Whoever has settings to read answers this before it comes here.
            let why =
                readOnlyBecause.map { "read-only: \($0)" }
                ?? "there is no settings file behind this registrar"
            return .reloaded(ReloadReport(refusal: why), serial: serial)
        case .history(_, let serial):
            return .history(HistoryPage(refusal: Self.noStore), serial: serial)
        case .replay(_, let serial):
            return .replay(ReplayReport(refusal: Self.noStore), serial: serial)
        case .statistics(let serial):
            return .statistics([], serial: serial)
        case .values(let query, let serial):
            return .values(monitor.values(query, at: clock.timestamp), serial: serial)
        case .acts(let serial):
            return .acts(desk.acts(at: clock.timestamp), serial: serial)
        case .explain(_, let serial):
            return .explanation(
                ExplainAnswer(refusal: "there are no rules behind this console"),
                serial: serial
            )
        case .route(let query, let serial):
            let problem = "there is no registrar behind this console, so nothing is called"
            return .route(RouteAnswer(aor: query.aor, outcome: .refused, problem: problem), serial: serial)
        case .messages(let query, let serial):
            return .messages(monitor.messages(query, at: clock.timestamp), serial: serial)
        }
    }

    private static let noStore = "there is no store behind this registrar, so nothing is remembered"

    private func perform(
        _ command: OperatorCommand,
        monitor: Monitor,
        _ desk: some CommandDesk,
        _ clock: ClockReading,
        _ audit: ([AuditRecord]) -> String?,
    ) -> CommandOutcome {
        if let readOnlyBecause { return CommandOutcome(refusal: "read-only: \(readOnlyBecause)") }
        var problem: String?
        var outcome = desk.perform(command, clock: clock) { records in
            problem = audit(records)
            guard problem == nil else { return false }
            for record in records { monitor.receive(.audit(record), at: clock.timestamp) }
            return true
        }
        if let problem { outcome.refusal = problem }
        monitor.receive(.blocks(desk.blocks(at: clock.timestamp)), at: clock.timestamp)
        return outcome
    }
}
