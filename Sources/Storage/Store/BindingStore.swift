public import BindingTable
internal import Dispatch
internal import GRDB
internal import Synchronization
public import Timing

/// Bindings, departures, history and blocks in one SQLite file, written by one thread.
///
/// Open it, `restore` the table from it, `start` its thread; then `commit` takes tickets from any thread and never
/// waits. Each ticket's token comes back once the transaction that holds it is committed or has failed.
public final class BindingStore: LocationStore, Sendable {
    /// Where the file is. Others may read it at any time: it is in WAL mode.
    public let path: String
    /// Seed and secret, the same at every start.
    public let identity: StoreIdentity
    let options: StoreOptions
    let clock: @Sendable () -> ClockReading
    let tickets = TicketQueue()
    let numbers: StoreNumbers
    let state: Mutex<State>

    /// What changes while nobody writes: before the start, and at the end.
    struct State {
        var queue: DatabaseQueue
        var notes: [String]
        /// The blocks and the drain as they were found.
        var blocks: [BlockRows.Stored]
        var drain: BlockRows.Stored?
        /// What `restore` leaves to the thread.
        var leftovers = Leftovers()
        var thread: StorageThread.Handle?
        var complete: (@Sendable (_ token: UInt64, _ committed: Bool) -> Void)?
    }

    init(
        path: String,
        options: StoreOptions,
        identity: StoreIdentity,
        state: sending State,
        clock: @escaping @Sendable () -> ClockReading,
    ) {
        self.path = path
        self.options = options
        self.identity = identity
        self.clock = clock
        self.state = Mutex(state)
        numbers = StoreNumbers(path: path)
    }

    /// Sentences about the opening for the log, such as that a damaged file was moved aside.
    public var openingNotes: [String] { state.withLock { $0.notes } }

    /// Starts the storage thread. `complete` is called on it, for each token other than 0; it must not wait.
    public func start(
        table: BindingTable,
        complete: @escaping @Sendable (_ token: UInt64, _ committed: Bool) -> Void,
    ) throws(StorageError) {
        let store = self
        let leftovers = state.withLock { state in
            defer { state.leftovers = Leftovers() }
            return state.leftovers
        }
        let handle = try StorageThread.Handle {
            StorageThread(store: store, table: table, leftovers: leftovers, complete: complete).run()
        }
        state.withLock { state in
            state.thread = handle
            state.complete = complete
        }
    }

    /// Takes a ticket; one short lock and a wake-up.
    public func commit(_ ticket: CommitTicket) {
        guard !tickets.add(ticket) else { return }
        numbers.noteRefused(ticket)
        if ticket.token != 0 { state.withLock { $0.complete }?(ticket.token, false) }
    }

    /// How the store is doing.
    public var health: StoreHealth { numbers.health(queued: tickets.count, at: clock().timestamp) }

    /// Keeps the operator's blocks and drain over a restart: all of them, instead of what was kept.
    public func keep(blocks: [Block], drain: Drain?) {
        tickets.order { $0.orders = KeptOrders(blocks: blocks, drain: drain) }
    }

    /// The blocks and the drain that were kept when the store was opened and are still in force.
    public func kept(at clock: ClockReading) -> (blocks: [Block], drain: Drain?) {
        let (blocks, drain) = state.withLock { ($0.blocks, $0.drain) }
        let moments = Moments(reading: clock)
        func isOver(_ stored: BlockRows.Stored) -> Bool { stored.until.map { $0 <= moments.now } ?? false }
        let kept = blocks.compactMap { stored -> Block? in
            guard let subject = stored.subject, !isOver(stored) else { return nil }
            return Block(
                subject: subject,
                until: stored.until.map(moments.instant),
                reason: stored.reason,
                by: stored.by,
                since: moments.instant(stored.since),
            )
        }
        let isDraining = drain.map { !isOver($0) } ?? false
        return (
            kept,
            !isDraining
                ? nil
                : drain.map {
                    Drain(
                        until: $0.until.map(moments.instant),
                        reason: $0.reason,
                        by: $0.by,
                        since: moments.instant($0.since)
                    )
                }
        )
    }

    /// The wall clock was set forward (or back, below zero) by so much: departures are moved by it at once, and every
    /// row of bindings is written again from the table, partition by partition between commits.
    public func clockWasSet(by jump: Interval) { tickets.order { $0.jump = ($0.jump ?? .zero) + jump } }

    /// Waits until the storage thread has had a whole turn: what was given before is committed or has failed, and one
    /// step of upkeep is done. Not to be called by whoever may not wait.
    func waitForTurn() {
        let turn = DispatchSemaphore(value: 0)
        tickets.order { $0.waiters.append(turn) }
        turn.wait()
    }

    /// Commits everything that is queued, answers every token, and closes the file. What comes later is not
    /// committed, and its token says so at once.
    public func close() {
        tickets.order { $0.isClosing = true }
        let thread = state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
        if let thread {
            thread.join()
        } else {
            let queue = state.withLock { $0.queue }
            _ = try? queue.close()
        }
    }
}
