internal import BindingTable
internal import Dispatch
internal import Synchronization
internal import Timing

/// What operators have ordered, to be kept over a restart.
struct KeptOrders: Sendable {
    var blocks: [Block] = []
    var drain: Drain?
}

/// Where work gathers for the storage thread. Giving never waits but for one short lock.
final class TicketQueue: Sendable {
    /// What has gathered.
    struct Work: Sendable {
        var tickets: [CommitTicket] = []
        /// Tickets that are left for the next time.
        var waiting = 0
        var orders: KeptOrders?
        /// How far the wall clock was set since the last time; nil: it was not.
        var jump: Interval?
        /// Who wants to know that a whole turn is over.
        var waiters: [DispatchSemaphore] = []
        var isClosing = false
    }

    private struct State {
        var work = Work()
        var isAsleep = false
    }

    private let state = Mutex(State())
    private let alarm = DispatchSemaphore(value: 0)

    /// Adds a ticket; false if the store is being closed.
    func add(_ ticket: CommitTicket) -> Bool {
        let (isTaken, wakes) = state.withLock { state in
            if state.work.isClosing { return (false, false) }
            state.work.tickets.append(ticket)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if wakes { alarm.signal() }
        return isTaken
    }

    /// Adds whatever isn't a ticket.
    func order(_ change: (inout Work) -> Void) {
        let wakes = state.withLock { state in
            change(&state.work)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if wakes { alarm.signal() }
    }

    /// Tickets that wait.
    var count: Int { state.withLock { $0.work.tickets.count } }

    /// Takes what has gathered, `limit` tickets at most; waits for it so long.
    func take(limit: Int, waiting: Interval) -> Work {
        let isIdle = state.withLock { state in
            let work = state.work
            state.isAsleep =
                waiting > .zero && work.tickets.isEmpty && work.orders == nil && work.jump == nil
                && work.waiters.isEmpty && !work.isClosing
            return state.isAsleep
        }
        if isIdle {
            _ = alarm.wait(timeout: .now() + .nanoseconds(Int(waiting.nanoseconds)))
        }
        return state.withLock { state in
            state.isAsleep = false
            var work = state.work
            state.work = Work(isClosing: work.isClosing)
            if work.tickets.count > limit {
                state.work.tickets = Array(work.tickets[limit...])
                work.tickets.removeLast(work.tickets.count - limit)
            }
            work.waiting = state.work.tickets.count
            return work
        }
    }
}
