import ConsoleLink
import Monitor
import Timing

/// Which consoles look at the past, and at what: at most one moment each, and few of them at a time. Lives on the
/// monitor's thread.
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
    mutating func finish(_ console: Int, serial: UInt64, _ view: PastView?) -> Bool {
        guard building[console] == serial else { return false }
        building[console] = nil
        if let view { views[console] = view }
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
}
