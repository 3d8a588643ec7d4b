internal import BindingTable
internal import Synchronization
internal import Timing

/// The store's health as it is kept: written by the storage thread, read by anyone.
final class StoreNumbers: Sendable {
    /// A transaction that takes longer than this is worth a red bar.
    private static let slow = Interval.seconds(1)

    private struct State {
        var health = StoreHealth()
        var began: Timestamp?
        var inHand = 0
    }

    private let state = Mutex(State())
    private let path: String

    init(path: String) { self.path = path }

    /// How the store is doing; a transaction that is under way for long is trouble too.
    func health(queued: Int, at now: Timestamp) -> StoreHealth {
        state.withLock { state in
            var health = state.health
            health.queued = queued + state.inHand
            guard health.trouble == nil, let began = state.began, now - began >= Self.slow else {
                return health
            }
            let seconds = (now - began).seconds
            health.trouble =
                "the disk that holds \(path) is slow: writing has taken \(seconds) s so far and "
                + "\(health.queued) registrations wait"
            health.troubleSince = began
            return health
        }
    }

    /// What is done between commits is over.
    func endUpkeep() { state.withLock { $0.began = nil } }

    /// A transaction begins.
    func begin(_ tickets: Int, at now: Timestamp) {
        state.withLock { state in
            state.began = now
            state.inHand = tickets
        }
    }

    /// A transaction with so many changes of tickets is committed.
    func succeed(_ changes: Int, at now: Timestamp) {
        state.withLock { state in
            let took = state.began.map { UInt64(clamping: (now - $0).nanoseconds / 1_000) } ?? 0
            state.began = nil
            state.inHand = 0
            state.health.commits &+= 1
            state.health.changes &+= UInt64(changes)
            state.health.lastMicroseconds = took
            state.health.longestMicroseconds = max(state.health.longestMicroseconds, took)
        }
    }

    /// A transaction with so many changes of tickets has failed. The first sentence of a trouble's time stays until
    /// the trouble is another one.
    func fail(_ changes: Int, _ trouble: String, at now: Timestamp) {
        state.withLock { state in
            state.began = nil
            state.inHand = 0
            state.health.failures &+= UInt64(changes)
            state.health.trouble = trouble
            if state.health.troubleSince == nil { state.health.troubleSince = now }
        }
    }

    /// Everything is durable again.
    func recover() {
        state.withLock { state in
            state.health.trouble = nil
            state.health.troubleSince = nil
        }
    }

    /// A ticket came after the end.
    func noteRefused(_ ticket: CommitTicket) {
        state.withLock { $0.health.failures &+= UInt64(ticket.changes.count) }
    }

    /// How much there is.
    func measure(bytes: UInt64, historyLines: UInt64, historySince: Int64) {
        state.withLock { state in
            state.health.bytes = bytes
            state.health.historyLines = historyLines
            state.health.historySince = historySince
        }
    }
}
