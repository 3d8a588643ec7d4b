internal import BindingTable
internal import Dispatch
internal import GRDB
internal import Glibc
internal import Synchronization
internal import Timing

/// The one thread that writes: it commits what has gathered and answers it; between commits it does in small steps
/// what must not hold a commit up.
final class StorageThread {
    /// Most tickets of one transaction.
    private static let mostTickets = 4_096
    /// How long it sleeps where nothing is to be done, and how often it tries again where writing fails.
    static let pause = Interval.seconds(1)

    let store: BindingStore
    let table: BindingTable
    private let complete: @Sendable (UInt64, Bool) -> Void
    var queue: DatabaseQueue
    /// Which file that is, so that it is noticed when another one has its name.
    var file: StoreFile.Place?
    var statements: Statements?
    var journal = Journal()
    /// Ids up to this generation may have been given out, as the file knows.
    private var generation: UInt32 = 0
    /// Partitions whose rows aren't what the table has.
    var stale: Set<Int>
    /// Partitions whose rows are right but for their times, for the wall clock was set: written again between commits.
    var outdated: Set<Int> = []
    /// Why changes aren't durable is being said.
    var isInTrouble = false
    var retryAt = Timestamp(nanoseconds: .min)
    /// Orders that are not written yet.
    private var orders: KeptOrders?
    var upkeep: Upkeep

    init(
        store: BindingStore,
        table: BindingTable,
        leftovers: Leftovers,
        complete: @escaping @Sendable (UInt64, Bool) -> Void,
    ) {
        self.store = store
        self.table = table
        self.complete = complete
        queue = store.state.withLock { $0.queue }
        file = StoreFile.place(store.path)
        stale = leftovers.stale
        upkeep = Upkeep(leftovers)
    }

    /// Works until the store is closed.
    func run() {
        // So that the numbers of the history are known before anything is written.
        _ = try? queue.writeWithoutTransaction { _ = try prepare($0) }
        while true {
            let work = store.tickets.take(limit: Self.mostTickets, waiting: rest())
            if let orders = work.orders { self.orders = orders }
            if let jump = work.jump { shift(by: jump) }
            if !work.tickets.isEmpty || work.orders != nil { commit(work.tickets) }
            if !work.isClosing {
                // A disk may hang in this as well, and tickets gather meanwhile.
                store.numbers.begin(0, at: store.clock().timestamp)
                keepUp()
                store.numbers.endUpkeep()
            }
            for waiter in work.waiters { waiter.signal() }
            if work.isClosing, work.waiting == 0, work.tickets.isEmpty { break }
        }
        finish()
    }

    /// How long to wait for tickets.
    private func rest() -> Interval {
        let now = store.clock().timestamp
        if isInTrouble { return min(max(retryAt - now, .zero), Self.pause) }
        return !stale.isEmpty || !outdated.isEmpty || upkeep.isBehind ? .zero : Self.pause
    }

    // MARK: Committing

    private func commit(_ tickets: [CommitTicket]) {
        let clock = store.clock()
        let moments = Moments(reading: clock)
        let changes = tickets.reduce(0) { $0 + $1.changes.count }
        // Rows that a failure has left behind would stand beside those that are acknowledged now, and win after a crash.
        let healed =
            stale.isEmpty
            ? []
            : stale.filter { partition in
                tickets.contains { $0.changes.contains { $0.facts.id.partition == partition } }
            }
        store.numbers.begin(tickets.count, at: clock.timestamp)
        do {
            try transaction { statements, database in
                for partition in healed { try rewrite(partition, statements, moments) }
                for ticket in tickets {
                    for change in ticket.changes { try write(change, ticket.by, statements, moments) }
                }
                if let orders { try BlockRows.write(orders, database, moments) }
            }
            orders = nil
            stale.subtract(healed)
            store.numbers.succeed(changes, at: store.clock().timestamp)
            answer(tickets, true)
            recoverIfWhole()
        } catch {
            for ticket in tickets {
                for change in ticket.changes { stale.insert(change.facts.id.partition) }
            }
            fail(error, changes)
            answer(tickets, store.options.onFailure == .continue)
        }
    }

    private func answer(_ tickets: [CommitTicket], _ isCommitted: Bool) {
        for ticket in tickets where ticket.token != 0 { complete(ticket.token, isCommitted) }
    }

    private func write(
        _ change: CommittedChange,
        _ by: String,
        _ statements: Statements,
        _ moments: Moments,
    ) throws {
        let facts = change.facts
        if let gone = change.gone { return try writeDeparture(change, gone, by, statements, moments) }
        if let texts = change.texts {
            try statements.write(facts, texts, moments)
        } else if try !statements.refresh(facts, moments) {
            // An earlier ticket of it had failed; what the table has is as new as this one, or newer.
            try writeFromTable(facts.id, statements, moments)
        }
        if change.prior == nil {
            try reserve(facts.id.generation, statements)
            if change.cause == .rolledBack { return }
            let instant = change.cause == .restored ? moments.now : moments.wall(facts.refreshedAt)
            try enter(facts.id, change.cause, at: instant, by: by, nil, statements, moments)
        } else if change.cause == .moved {
            let instant = moments.wall(facts.refreshedAt)
            try enter(facts.id, .moved, at: instant, by: by, change.prior, statements, moments)
        }
    }

    private func writeDeparture(
        _ change: CommittedChange,
        _ gone: Binding.Departure,
        _ by: String,
        _ statements: Statements,
        _ moments: Moments,
    ) throws {
        let id = change.facts.id
        defer { upkeep.hasDepartures = true }
        // What was never acknowledged leaves no trace.
        guard change.cause != .rolledBack else { return try statements.remove(id) }
        let instant = moments.wall(gone.at)
        func enter() throws -> Bool {
            try statements.enter(journal.next, at: instant, id, change.cause, isGone: true, by: by, moments)
        }
        var isWritten = try enter()
        if !isWritten, let texts = change.texts {
            // The row is missing after a failure; the history is told all the same.
            try statements.write(change.facts, texts, moments)
            isWritten = try enter()
        }
        if isWritten { journal.next += 1 }
        if change.facts.expiresAt > gone.at { try statements.depart(id, change.cause, at: instant) }
        try statements.remove(id)
    }

    private func enter(
        _ id: BindingID,
        _ cause: Cause,
        at instant: Int64,
        by: String,
        _ prior: CommittedChange.Prior?,
        _ statements: Statements,
        _ moments: Moments,
    ) throws {
        let isWritten = try statements.enter(
            journal.next,
            at: instant,
            id,
            cause,
            isGone: false,
            by: by,
            prior: prior,
            moments
        )
        if isWritten { journal.next += 1 }
    }

    /// Writes a binding as the table has it, if it is still there.
    func writeFromTable(_ id: BindingID, _ statements: Statements, _ moments: Moments) throws {
        guard let binding = table.binding(id), binding.gone == nil else { return }
        try statements.write(binding.facts, binding.texts, moments)
    }

    /// The file knows that ids of this generation have been given out.
    private func reserve(_ used: UInt32, _ statements: Statements) throws {
        guard used >= generation else { return }
        let next = Int64(used) + Meta.reserve
        try statements.set("generation", next)
        generation = UInt32(clamping: next)
    }

    // MARK: Transactions

    /// Runs a transaction; what fails leaves nothing behind, in the file or here.
    func transaction(_ body: (Statements, Database) throws -> Void) throws {
        let statements = try self.statements ?? queue.writeWithoutTransaction { try prepare($0) }
        let (journal, generation) = (self.journal, self.generation)
        do {
            try queue.writeWithoutTransaction { database in
                try statements.begin.run()
                do {
                    try body(statements, database)
                    try statements.commit.run()
                } catch {
                    // After some errors SQLite has rolled back by itself.
                    if database.isInsideTransaction { _ = try? statements.rollback.run() }
                    throw error
                }
            }
        } catch {
            (self.journal, self.generation) = (journal, generation)
            throw error
        }
    }

    private func prepare(_ database: Database) throws -> Statements {
        let made = try Statements(database)
        try journal.measure(database)
        // A file that replaces a damaged one may know less than this process.
        generation = max(generation, try Meta.generation(database))
        statements = made
        return made
    }

    /// Something could not be written. A damaged file is replaced at once, for the table has all that matters.
    func fail(_ error: any Error, _ changes: Int) {
        let now = store.clock()
        isInTrouble = true
        retryAt = now.timestamp + Self.pause
        store.numbers.fail(changes, Trouble.sentence(error, store.path), at: now.timestamp)
        guard Trouble.isDamage(error) else { return }
        statements = nil
        _ = try? queue.close()
        do {
            let found = try BindingStore.replace(
                store.path,
                store.options,
                identity: store.identity,
                at: now.wall
            )
            queue = found.queue
            file = StoreFile.place(store.path)
            journal = Journal()
            stale.formUnion(0..<BindingTable.partitionCount)
            store.state.withLock { state in
                state.queue = found.queue
                state.notes.append(found.note)
            }
            retryAt = now.timestamp
        } catch {
            store.numbers.fail(0, Trouble.sentence(error, store.path), at: now.timestamp)
        }
    }

    /// The wall clock was set: what the file says of departures moves with it, and bindings are written again.
    private func shift(by jump: Interval) {
        outdated.formUnion(0..<BindingTable.partitionCount)
        do {
            try transaction { _, database in
                try database.execute(
                    sql: "UPDATE departed SET expires_at = expires_at + ?, gone_at = gone_at + ?",
                    arguments: [jump.nanoseconds, jump.nanoseconds]
                )
            }
        } catch {
            fail(error, 0)
        }
    }

    /// The file has been taken away or another one put in its place: what is written goes nowhere. It is opened anew
    /// and gets everything that matters from the table.
    func beginAnew() {
        let now = store.clock()
        let what = "\(store.path) was removed or replaced while it was in use: leave it alone"
        isInTrouble = true
        store.numbers.fail(0, what, at: now.timestamp)
        statements = nil
        _ = try? queue.close()
        do {
            let fresh = try StoreFile.open(store.path, store.options)
            try fresh.write { try Meta.set(store.identity, $0) }
            queue = fresh
            file = StoreFile.place(store.path)
            journal = Journal()
            stale.formUnion(0..<BindingTable.partitionCount)
            store.state.withLock { $0.queue = fresh }
            retryAt = now.timestamp
        } catch {
            retryAt = now.timestamp + Self.pause
            store.numbers.fail(0, Trouble.sentence(error, store.path), at: now.timestamp)
        }
    }

    /// Trouble is over when nothing is left that the file should have and has not.
    func recoverIfWhole() {
        guard isInTrouble, stale.isEmpty, orders == nil else { return }
        isInTrouble = false
        store.numbers.recover()
    }

    /// Tries once more what could not be written, and closes the file.
    private func finish() {
        if orders != nil { commit([]) }
        while let partition = stale.first ?? outdated.first {
            rewrite(partition)
            if stale.contains(partition) || outdated.contains(partition) { break }
        }
        statements = nil
        _ = try? queue.close()
    }

    /// Tries again what could not be written: whether anything can be, then orders, then a partition.
    func heal() {
        do {
            try transaction { statements, _ in try statements.set("generation", Int64(generation)) }
        } catch {
            return fail(error, 0)
        }
        if orders != nil { commit([]) }
        if orders == nil, let partition = stale.first { rewrite(partition) }
        recoverIfWhole()
    }
}
