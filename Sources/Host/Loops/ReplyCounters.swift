import Synchronization

/// What one loop has answered since its start; written by the loop, read by anyone.
///
/// One writer: a plain load and a plain store do for an addition, and cost no locked instruction.
final class ReplyCounters: Sendable {
    private let byStatus: InlineArray<500, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }
    private let repeated = Atomic<UInt64>(0)
    private let shedRequests = Atomic<UInt64>(0)

    /// The counters at one moment.
    struct Facts: Sendable {
        /// Replies sent, by status code: those that were.
        var byStatus: [UInt16: UInt64] = [:]
        /// Replies sent again for a request that came again.
        var repeated: UInt64 = 0
        /// Requests dropped unanswered because their source takes more than its share.
        var shed: UInt64 = 0
    }

    /// Counts a reply; a status that no final reply has isn't counted.
    func count(_ status: UInt16, isRepeated: Bool) {
        let index = Int(status) - 200
        if byStatus.indices.contains(index) { Self.bump(byStatus[index]) }
        if isRepeated { Self.bump(repeated) }
    }

    /// Counts a request that was dropped.
    func countShed() { Self.bump(shedRequests) }

    /// The counters now; each is exact, together they may be of slightly different moments.
    var facts: Facts {
        var facts = Facts()
        for index in byStatus.indices {
            let count = byStatus[index].load(ordering: .relaxed)
            if count > 0 { facts.byStatus[UInt16(index + 200)] = count }
        }
        facts.repeated = repeated.load(ordering: .relaxed)
        facts.shed = shedRequests.load(ordering: .relaxed)
        return facts
    }

    private static func bump(_ counter: borrowing Atomic<UInt64>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
}
