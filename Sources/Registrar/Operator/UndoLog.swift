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
        /// What it was: the word of the audit trail, whose, why, and when.
        var verb = "", by = OperatorIdentity.policy, reason = "", at = Timestamp.zero
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

    /// The number that the next act will have.
    var upcoming: CommandID { CommandID(rawValue: last + 1) }

    /// Remembers an act, if there is something to give back.
    mutating func append(_ act: Act) {
        guard act.isUndoable else { return }
        list.append(act)
        total += act.taken.count
        trim()
    }

    /// Remembers an act that has only begun, and has taken nothing yet.
    mutating func open(_ act: Act) {
        list.append(act)
        trim()
    }

    /// Adds to an act what a further part of it has taken.
    mutating func extend(_ id: CommandID, by part: Act) {
        guard let index = list.lastIndex(where: { $0.id == id }) else { return }
        list[index].taken += part.taken
        // A block of an earlier part that this one has set anew is nothing to go back to.
        let own = Set(list[index].blocked)
        list[index].lifted += part.lifted.filter { !own.contains($0.subject) }
        list[index].blocked += part.blocked.filter { !own.contains($0) }
        list[index].until = [list[index].until, part.until].compactMap { $0 }.max()
        total += part.taken.count
        trim()
    }

    /// No part of it is to come: what has taken nothing is forgotten.
    mutating func close(_ id: CommandID) {
        if let act = act(id), !act.isUndoable { remove(id) }
    }

    private mutating func trim() {
        while list.count > Self.acts || total > Self.bindings && list.count > 1 {
            total -= list.removeFirst().taken.count
        }
    }

    /// All acts that are remembered, the newest first.
    var newest: ReversedCollection<[Act]> { list.reversed() }

    /// The act that took a binding, if it is still remembered.
    func taker(of binding: BindingID) -> Act? { list.last { $0.taken.contains(binding) } }

    /// The act of a number, if it is still remembered.
    func act(_ id: CommandID) -> Act? { list.first { $0.id == id } }

    /// Forgets an act, because it was undone.
    mutating func remove(_ id: CommandID) {
        guard let index = list.firstIndex(where: { $0.id == id }) else { return }
        total -= list.remove(at: index).taken.count
    }
}
