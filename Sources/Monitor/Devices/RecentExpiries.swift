internal import BindingTable
internal import Timing

/// The Call-IDs of bindings that have just run out: who comes again under one of them came too late. Fixed memory;
/// of many that end at once only the latest are remembered.
struct RecentExpiries {
    private struct Entry: BitwiseCopyable {
        var call: UInt64 = 0
        var at = Timestamp.zero
    }

    private static let capacity = 1_024
    /// Who comes later than this has been away, not late.
    private static let memory = Interval.seconds(120)
    private var entries = [Entry](repeating: Entry(), count: capacity)

    private func place(_ call: UInt64) -> Int { Int(truncatingIfNeeded: mix(0, call)) & (Self.capacity - 1) }

    /// A binding has run out.
    mutating func add(_ facts: BindingFacts, at now: Timestamp) {
        guard facts.callIDHash != 0 else { return }
        entries[place(facts.callIDHash)] = Entry(call: facts.callIDHash, at: now)
    }

    /// A binding of this Call-ID had run out shortly before: what that says of a new one's device.
    mutating func lints(of facts: BindingFacts, at now: Timestamp) -> LintSet {
        guard facts.callIDHash != 0, facts.refreshes == 0 else { return [] }
        let place = place(facts.callIDHash)
        guard entries[place].call == facts.callIDHash, now - entries[place].at <= Self.memory else {
            return []
        }
        entries[place] = Entry()
        let wasShortened = facts.asked.map { $0 > facts.granted } ?? false
        return wasShortened ? .remembered : LintSet(.lateRefresh)
    }
}
