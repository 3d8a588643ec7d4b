import BindingTable
import ConsoleLink
import Monitor
import Timing

/// What came of a console's wish to look back.
struct BuiltPast: Sendable {
    var console: Int
    var serial: UInt64
    /// The moment; nil if it can't be shown.
    var view: PastView?
    var report: ReplayReport
}

/// Which consoles look at the past, and at what: at most one moment each, and few of them at a time. Lives on
/// the monitor's thread.
struct PastViews {
    private var views: [Int: PastView] = [:]
    /// Moments that are being built, by console: the serial that asked last.
    private var building: [Int: UInt64] = [:]

    /// A moment of a million bindings takes hundreds of megabytes.
    static let most = 4

    /// What a console is shown; nil: the present.
    subscript(console: Int) -> PastView? { views[console] }

    /// A console asks for a moment; the reason why it can't be built, or nil, and then `finish` is awaited.
    mutating func begin(_ console: Int, serial: UInt64) -> String? {
        if building[console] != nil { return "another moment is still being looked up" }
        if views[console] == nil, Set(views.keys).union(building.keys).count >= Self.most {
            return "\(Self.most) consoles look at the past already, and more would take too much memory"
        }
        building[console] = serial
        return nil
    }

    /// A moment is built, or not; false if nobody waits for it any more.
    mutating func finish(_ past: BuiltPast) -> Bool {
        guard building[past.console] == past.serial else { return false }
        building[past.console] = nil
        if let view = past.view { views[past.console] = view }
        return true
    }

    /// The console has left, or looks at the present again.
    mutating func leave(_ console: Int) {
        views[console] = nil
        building[console] = nil
    }

    /// Goes on sorting by a slice for each; true if more waits.
    func advance() -> Bool {
        var more = false
        for view in views.values where view.advance() { more = true }
        return more
    }

    // MARK: Requests

    /// Answers what is asked of the history, and all that a console asks while it looks at the past; false
    /// for the rest. `built` is called on another thread when a moment is there.
    ///
    /// - Parameter trouble: why changes are not durable now: that is said at any moment.
    mutating func answer(
        _ request: LinkRequest,
        to console: MonitorService.Console,
        _ history: HistoryService?,
        _ trouble: String?,
        built: @escaping @Sendable (BuiltPast) -> Void,
    ) -> Bool {
        switch request {
        case .history(let query, let serial):
            guard let history else { return false }
            history.page(query) { console.deliver(.history($0, serial: serial)) }
        case .replay(let moment, let serial):
            guard let history else { return false }
            lookBack(to: moment, serial: serial, for: console, history, built)
        case .query(let query, let serial):
            guard let past = views[console.id] else { return false }
            var window = past.answer(query)
            window.storeTrouble = trouble
            console.deliver(.window(window, serial: serial))
        case .preview(_, let serial), .previewMatching(_, _, let serial):
            guard views[console.id] != nil else { return false }
            console.deliver(.preview(CommandOutcome(refusal: Self.past), serial: serial))
        case .perform(_, let serial):
            guard views[console.id] != nil else { return false }
            console.deliver(.outcome(CommandOutcome(refusal: Self.past), serial: serial))
        case .values(let query, let serial):
            guard let past = views[console.id] else { return false }
            console.deliver(.values(past.values(query), serial: serial))
        // Messages and acts are of the present, whatever moment is looked at.
        case .reload, .statistics, .explain, .route, .messages, .acts: return false
        }
        return true
    }

    private static let past = "this console looks at the past, where nothing can be done"

    private mutating func lookBack(
        to moment: WallTime?,
        serial: UInt64,
        for console: MonitorService.Console,
        _ history: HistoryService,
        _ built: @escaping @Sendable (BuiltPast) -> Void,
    ) {
        guard let moment else {
            leave(console.id)
            return console.deliver(.replay(ReplayReport(), serial: serial))
        }
        if let refusal = begin(console.id, serial: serial) {
            return console.deliver(.replay(ReplayReport(refusal: refusal), serial: serial))
        }
        let id = console.id
        history.past(at: moment) { view, report in
            built(BuiltPast(console: id, serial: serial, view: view, report: report))
        }
    }
}
