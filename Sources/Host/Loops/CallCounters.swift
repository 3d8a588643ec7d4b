import BindingTable
import SIPMessage
import Synchronization

/// How requests that were passed on have ended since the start; written by the proxy's thread, read by anyone.
final class CallCounters: Sendable {
    private let calls: InlineArray<16, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }
    private let others: InlineArray<16, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }
    private let open = Atomic<Int>(0)
    private let unsentMessages = Atomic<UInt64>(0)

    /// The counters at one moment.
    struct Facts: Sendable {
        /// INVITEs, and all other requests, by how they ended for who sent them.
        var calls: [CallVerdict: UInt64] = [:], others: [CallVerdict: UInt64] = [:]
        /// Requests that have no final answer yet.
        var open = 0
        /// Messages that the loops had no room for.
        var dropped: UInt64 = 0
        /// Messages that had no way out.
        var unsent: UInt64 = 0
    }

    /// Counts the end of a request; what was answered before is not counted again.
    func count(_ message: CallMessage) {
        guard let verdict = message.verdict, !message.isRetransmission else { return }
        let index = Int(verdict.rawValue)
        guard calls.indices.contains(index) else { return }
        if message.method == .invite {
            calls[index].wrappingAdd(1, ordering: .relaxed)
        } else {
            others[index].wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Counts a message that had no way out.
    func countUnsent() { unsentMessages.wrappingAdd(1, ordering: .relaxed) }

    /// Takes note of how many requests wait for their end.
    func note(open count: Int) { open.store(count, ordering: .relaxed) }

    /// The counters now; each is exact, together they may be of slightly different moments.
    func facts(dropped: UInt64 = 0) -> Facts {
        var facts = Facts()
        for verdict in CallVerdict.allCases where calls.indices.contains(Int(verdict.rawValue)) {
            let index = Int(verdict.rawValue)
            facts.calls[verdict] = calls[index].load(ordering: .relaxed)
            facts.others[verdict] = others[index].load(ordering: .relaxed)
        }
        facts.open = open.load(ordering: .relaxed)
        facts.dropped = dropped
        facts.unsent = unsentMessages.load(ordering: .relaxed)
        return facts
    }
}
