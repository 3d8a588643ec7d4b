import BindingTable
import Timing

/// What acts took, so that it can be given back: ids only, the bindings themselves are tombstones in the
/// table. Bounded; the oldest acts fall out first, and undoing them then comes too late.
struct UndoLog {
    /// Most acts that are remembered.
    static let acts = 1_000
    /// Most bindings that are remembered over all acts.
    static let bindings = 1_000_000

    /// One act.
    struct Act {
        var id: CommandID
        /// The bindings that it took, in the order given.
        var taken: [BindingID] = []
        /// The blocks that it set.
        var blocked: [BlockSubject] = []
        /// The blocks that it lifted or replaced.
        var lifted: [Block] = []
        /// What it did about newcomers; nil if nothing.
        var drain: DrainChange?
        /// The latest expiry of what it took; nil if it took no binding.
        var until: Timestamp?

        /// There is something to give back.
        var isUndoable: Bool { !taken.isEmpty || !blocked.isEmpty || !lifted.isEmpty || drain != nil }
    }

    /// A drain that began or ended.
    struct DrainChange {
        var before: Drain?
        var after: Drain?
    }

    private var list: [Act] = []
    private var total = 0
    private var last: UInt64

    /// A log whose first act has the number after this one.
    init(after last: UInt64 = 0) { self.last = last }

    /// The number of the next act.
    mutating func nextID() -> CommandID {
        last += 1
        return CommandID(rawValue: last)
    }

    /// Remembers an act.
    mutating func append(_ act: Act) {
        guard act.isUndoable else { return }
        list.append(act)
        total += act.taken.count
        while list.count > Self.acts || total > Self.bindings && list.count > 1 {
            total -= list.removeFirst().taken.count
        }
    }

    /// The act of a number, if it is still remembered.
    func act(_ id: CommandID) -> Act? { list.first { $0.id == id } }

    /// Forgets an act, because it was undone.
    mutating func remove(_ id: CommandID) {
        guard let index = list.firstIndex(where: { $0.id == id }) else { return }
        total -= list.remove(at: index).taken.count
    }
}
