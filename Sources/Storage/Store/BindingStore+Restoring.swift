public import BindingTable
internal import Dispatch
internal import GRDB
internal import Synchronization
internal import Timing

/// What `restore` leaves to the storage thread.
struct Leftovers: Sendable {
    /// Partitions with rows that are over and whose end the history doesn't know.
    var unswept: Set<Int> = []
    /// Partitions whose rows aren't what the table has.
    var stale: Set<Int> = []
    /// Bindings whose end was moved at start.
    var altered: [BindingID] = []
    /// Bindings that were dropped at start, with the cause.
    var dropped: [(id: BindingID, cause: Cause)] = []
}

extension BindingStore {
    /// Puts the stored bindings into a table that is empty and was made with `identity.tableSeed`, and remembers
    /// departures whose own end is ahead as tombstones.
    ///
    /// A binding whose time has run out is never loaded. A file that turns out to be damaged is moved aside and what
    /// can be read of it is kept (see `openingNotes`). Two threads read, each one half of the partitions over a
    /// connection of its own.
    /// - Parameter decide: sees each binding, may alter it, and says whether it comes back; called by both threads. An
    ///   end that it moves is written soon after the start, anything else with the binding's next change.
    /// - Throws: a sentence where the file can't be read.
    public func restore(
        into table: BindingTable,
        decide: @Sendable (inout Binding) -> RestoreChoice,
    ) throws(StorageError) -> RestoreReport {
        do {
            return try load(table, decide)
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(Trouble.sentence(error, path))
        }
    }

    private func load(
        _ table: BindingTable,
        _ decide: @Sendable (inout Binding) -> RestoreChoice,
    ) throws -> RestoreReport {
        var queue = state.withLock { $0.queue }
        var isReplaced = false
        /// Reads, and once more from a fresh file where the first turns out to be damaged.
        func read(_ body: (Database) throws -> Void) throws {
            do {
                try queue.read(body)
            } catch  where Trouble.isDamage(error) && !isReplaced {
                isReplaced = true
                queue = try replace(queue)
                try queue.read(body)
            }
        }
        try read { table.beginRestoring(generation: try Meta.generation($0)) }
        let moments = Moments(reading: clock())
        let middle = BindingTable.partitionCount / 2
        let shares = [0..<middle, middle..<BindingTable.partitionCount].map {
            Share(Loading(table: table, moments: moments, partitions: $0))
        }
        let first = queue
        DispatchQueue.concurrentPerform(iterations: shares.count) { index in
            shares[index].run(index == 0 ? first : try? StoreFile.openToRead(path), decide)
        }
        var loading = Loading(table: table, moments: moments, partitions: 0..<0)
        for share in shares {
            try share.loading.withLock { half in
                try read { try half.run($0, decide) }
                loading.join(half)
            }
        }
        try read { try loading.readDepartures($0) }
        table.finishRestoring()
        let leftovers = loading.leftovers
        state.withLock { $0.leftovers = leftovers }
        return loading.report
    }

    private func replace(_ damaged: DatabaseQueue) throws -> DatabaseQueue {
        _ = try? damaged.close()
        let found = try Self.replace(path, options, identity: identity, at: clock().wall)
        state.withLock { state in
            state.queue = found.queue
            state.notes.append(found.note)
        }
        return found.queue
    }
}

/// What one thread loads.
private final class Share: Sendable {
    let loading: Mutex<Loading>

    init(_ loading: Loading) { self.loading = Mutex(loading) }

    /// Reads as far as that goes; what is left, and why, shows when it is read again.
    func run(_ queue: DatabaseQueue?, _ decide: @Sendable (inout Binding) -> RestoreChoice) {
        guard let queue else { return }
        loading.withLock { loading in try? queue.read { try loading.run($0, decide) } }
    }
}

/// One run over stored bindings, partition by partition.
private struct Loading {
    let table: BindingTable
    let moments: Moments
    var report = RestoreReport()
    var leftovers = Leftovers()
    /// What is still to be read.
    var partitions: Range<Int>
    /// It was broken off: what it meets may be in the table already.
    var isAgain = false

    private static let columns = Schema.columns.joined(separator: ", ")

    init(table: BindingTable, moments: Moments, partitions: Range<Int>) {
        self.table = table
        self.moments = moments
        self.partitions = partitions
    }

    mutating func run(_ database: Database, _ decide: (inout Binding) -> RestoreChoice) throws {
        let rows = try RowCursor(
            database,
            "SELECT \(Self.columns) FROM binding WHERE id BETWEEN ? AND ? ORDER BY id"
        )
        while let partition = partitions.first {
            let before = report
            do {
                try read(partition, rows, decide)
            } catch {
                report = before
                isAgain = true
                throw error
            }
            partitions = partition + 1..<partitions.upperBound
        }
    }

    /// Adds what another has done.
    mutating func join(_ other: Loading) {
        report.bindings += other.report.bindings
        report.dropped += other.report.dropped
        report.expired += other.report.expired
        report.unreadable += other.report.unreadable
        leftovers.unswept.formUnion(other.leftovers.unswept)
        leftovers.stale.formUnion(other.leftovers.stale)
        leftovers.altered += other.leftovers.altered
        leftovers.dropped += other.leftovers.dropped
    }

    private mutating func read(
        _ partition: Int,
        _ rows: RowCursor,
        _ decide: (inout Binding) -> RestoreChoice,
    ) throws {
        let keys = BindingRow.keys(of: partition)
        rows.begin(keys.lowerBound, keys.upperBound)
        let now = moments.reading.timestamp
        while try rows.next() {
            guard var binding = BindingRow.read(rows, moments) else {
                report.unreadable += 1
                leftovers.stale.insert(partition)
                continue
            }
            if isAgain, table.facts(binding.facts.id) != nil {
                report.bindings += 1
            } else if binding.facts.expiresAt <= now {
                report.expired += 1
                leftovers.unswept.insert(partition)
            } else {
                let end = binding.facts.expiresAt
                switch decide(&binding) {
                case .keep:
                    keep(binding, partition)
                    if binding.facts.expiresAt != end { leftovers.altered.append(binding.facts.id) }
                case .drop(let cause):
                    report.dropped += 1
                    leftovers.dropped.append((binding.facts.id, cause))
                }
            }
        }
    }

    private mutating func keep(_ binding: Binding, _ partition: Int) {
        let id = table.withPartition(of: binding.texts.aor.span) { $0.restore(binding) }
        guard let id else {
            report.unreadable += 1
            leftovers.stale.insert(partition)
            return
        }
        report.bindings += 1
        if id != binding.facts.id { leftovers.stale.formUnion([partition, id.partition]) }
    }

    mutating func readDepartures(_ database: Database) throws {
        let rows = try RowCursor(
            database,
            "SELECT \(Self.columns), gone_at, cause FROM departed WHERE expires_at > ? ORDER BY number"
        )
        rows.begin(moments.now)
        while try rows.next() {
            guard var binding = BindingRow.read(rows, moments), let cause = CauseWord.cause(rows.word(36))
            else {
                report.unreadable += 1
                continue
            }
            binding.gone = Binding.Departure(cause: cause, at: moments.instant(rows.number(35)))
            let id = table.withPartition(of: binding.texts.aor.span) { $0.restore(binding) }
            if id != nil { report.departures += 1 }
        }
    }
}
