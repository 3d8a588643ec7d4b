public import BindingTable
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
    /// can be read of it is kept (see `openingNotes`).
    /// - Parameter decide: sees each binding, may alter it, and says whether it comes back. An end that it moves is
    ///   written soon after the start, anything else with the binding's next change.
    /// - Throws: a sentence where the file can't be read.
    public func restore(
        into table: BindingTable,
        decide: (inout Binding) -> RestoreChoice,
    ) throws(StorageError) -> RestoreReport {
        do {
            return try load(table, decide)
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(Trouble.sentence(error, path))
        }
    }

    private func load(_ table: BindingTable, _ decide: (inout Binding) -> RestoreChoice) throws
        -> RestoreReport
    {
        var loading = Loading(table: table, moments: Moments(reading: clock()))
        var queue = state.withLock { $0.queue }
        while loading.partition <= BindingTable.partitionCount {
            do {
                try queue.read { try loading.run($0, decide) }
            } catch  where Trouble.isDamage(error) && !loading.isAgain {
                loading.isAgain = true
                _ = try? queue.close()
                let wall = clock().wall
                let found = try Self.replace(path, options, identity: identity, at: wall)
                queue = found.queue
                state.withLock { state in
                    state.queue = found.queue
                    state.notes.append(found.note)
                }
            }
        }
        table.finishRestoring()
        let leftovers = loading.leftovers
        state.withLock { $0.leftovers = leftovers }
        return loading.report
    }
}

/// One run over the stored bindings, partition by partition; then the departures.
private struct Loading {
    let table: BindingTable
    let moments: Moments
    var report = RestoreReport()
    var leftovers = Leftovers()
    /// What is to be read next; one behind the last partition: the departures.
    var partition = 0
    /// It goes on in a fresh file, perhaps with bindings that are in the table already.
    var isAgain = false

    init(table: BindingTable, moments: Moments) {
        self.table = table
        self.moments = moments
    }

    mutating func run(_ database: Database, _ decide: (inout Binding) -> RestoreChoice) throws {
        if partition == 0 { table.beginRestoring(generation: try Meta.generation(database)) }
        let columns = Schema.columns.joined(separator: ", ")
        let rows = try RowCursor(
            database,
            "SELECT \(columns) FROM binding WHERE id BETWEEN ? AND ? ORDER BY id"
        )
        while partition < BindingTable.partitionCount {
            let before = report
            do {
                try readPartition(rows, decide)
            } catch {
                report = before
                throw error
            }
            partition += 1
        }
        try readDepartures(database, columns)
        partition += 1
    }

    private mutating func readPartition(_ rows: RowCursor, _ decide: (inout Binding) -> RestoreChoice) throws
    {
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
                    keep(binding)
                    if binding.facts.expiresAt != end { leftovers.altered.append(binding.facts.id) }
                case .drop(let cause):
                    report.dropped += 1
                    leftovers.dropped.append((binding.facts.id, cause))
                }
            }
        }
    }

    private mutating func keep(_ binding: Binding) {
        let id = table.withPartition(of: binding.texts.aor.span) { $0.restore(binding) }
        guard let id else {
            report.unreadable += 1
            leftovers.stale.insert(partition)
            return
        }
        report.bindings += 1
        if id != binding.facts.id { leftovers.stale.formUnion([partition, id.partition]) }
    }

    private mutating func readDepartures(_ database: Database, _ columns: String) throws {
        let rows = try RowCursor(
            database,
            "SELECT \(columns), gone_at, cause FROM departed WHERE expires_at > ? ORDER BY number"
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
