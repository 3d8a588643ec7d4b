internal import BindingTable
internal import GRDB
internal import Timing

/// What the storage thread does between commits, and how far it is.
struct Upkeep {
    /// Partitions to be swept as soon as there is time.
    var unswept: Set<Int>
    /// Bindings dropped at start whose end is to be written.
    var dropped: [(id: BindingID, cause: Cause)]
    /// Bindings that were altered at start and are to be written so.
    var altered: [BindingID]
    /// The partition whose turn it is to be swept.
    var nextPartition = 0
    /// Where the walk through the departures is.
    var lastDeparture: Int64 = 0
    /// Something may have left since the walk last came to its end.
    var hasDepartures = true
    /// There are more departures than may be.
    var hasOldDepartures = false
    /// The history is longer than it may be.
    var hasOldLines = false
    var rounds = 0
    var nextRound = Timestamp(nanoseconds: .min)

    init(_ leftovers: Leftovers) {
        unswept = leftovers.unswept
        dropped = leftovers.dropped
        altered = leftovers.altered
    }

    /// There is work that needs no waiting for.
    var isBehind: Bool {
        !unswept.isEmpty || !dropped.isEmpty || !altered.isEmpty || hasOldLines || hasOldDepartures
    }
}

extension StorageThread {
    /// After so many rounds the lines of the history are measured anew.
    private static let sampleRounds = 60
    /// Most rows of one step: a few milliseconds.
    private static let step = 500
    /// Partitions of one round, so that all are seen in about a minute.
    private static let sweptAtOnce = 4
    /// A row that is over so long was left behind.
    private static let afterlife = Interval.seconds(60)

    /// One step of what is to be done between commits.
    func keepUp() {
        let clock = store.clock()
        if isInTrouble || !stale.isEmpty {
            if clock.timestamp >= retryAt { heal() }
            return
        }
        if let partition = outdated.first { return rewrite(partition) }
        do {
            if !upkeep.dropped.isEmpty {
                try bury(clock)
            } else if !upkeep.altered.isEmpty {
                try writeAltered(clock)
            } else if let partition = upkeep.unswept.first {
                if try sweep(partition, clock, after: .zero) { upkeep.unswept.remove(partition) }
            } else if upkeep.hasOldDepartures {
                try forgetSurplus()
                if clock.timestamp >= upkeep.nextRound { try round(clock) }
            } else if upkeep.hasOldLines || clock.timestamp >= upkeep.nextRound {
                try prune(clock)
                if clock.timestamp >= upkeep.nextRound { try round(clock) }
            }
        } catch {
            fail(error, 0)
        }
    }

    /// The round of once a pause: some partitions are swept, departures are forgotten, and the numbers are told.
    private func round(_ clock: ClockReading) throws {
        upkeep.nextRound = clock.timestamp + Self.pause
        guard StoreFile.place(store.path) == file else { return beginAnew() }
        for _ in 0..<Self.sweptAtOnce {
            guard try sweep(upkeep.nextPartition, clock, after: Self.afterlife) else { break }
            upkeep.nextPartition = (upkeep.nextPartition + 1) % BindingTable.partitionCount
        }
        if upkeep.hasDepartures {
            try forgetSurplus()
            try forget(clock)
        }
        upkeep.rounds &+= 1
        if upkeep.rounds % Self.sampleRounds == 0 {
            try queue.writeWithoutTransaction { try journal.sample($0) }
        }
        store.numbers.measure(
            bytes: StoreFile.size(store.path),
            historyLines: UInt64(journal.lines),
            historySince: journal.since / 1_000_000_000,
        )
    }

    // MARK: Rows that are over

    /// The end of bindings that were dropped at start goes into the history, and their rows go.
    private func bury(_ clock: ClockReading) throws {
        let some = upkeep.dropped.suffix(Self.step)
        let moments = Moments(reading: clock)
        try transaction { statements, _ in
            for (id, cause) in some { try end(id, cause, at: moments.now, statements, moments) }
        }
        upkeep.dropped.removeLast(some.count)
    }

    /// Bindings whose end was moved at start are written with it, so that a second restart finds it.
    private func writeAltered(_ clock: ClockReading) throws {
        let some = upkeep.altered.suffix(Self.step)
        let moments = Moments(reading: clock)
        try transaction { statements, _ in
            for id in some { try writeFromTable(id, statements, moments) }
        }
        upkeep.altered.removeLast(some.count)
    }

    /// Rows of a partition whose time is over and that the table doesn't have go; true if there are no more.
    private func sweep(_ partition: Int, _ clock: ClockReading, after delay: Interval) throws -> Bool {
        let keys = BindingRow.keys(of: partition)
        let moments = Moments(reading: clock)
        let limit = moments.now - delay.nanoseconds
        var ids: [BindingID] = []
        try queue.writeWithoutTransaction { database in
            let rows = try RowCursor(
                database,
                "SELECT id FROM binding WHERE id BETWEEN ? AND ? AND expires_at <= ? LIMIT \(Self.step)"
            )
            rows.begin(keys.lowerBound, keys.upperBound, limit)
            while try rows.next() { ids.append(BindingID(rawValue: UInt64(bitPattern: rows.number(0)))) }
        }
        let over = ids.filter { table.facts($0) == nil }
        guard !over.isEmpty else { return true }
        try transaction { statements, _ in
            for id in over { try end(id, .expired, at: nil, statements, moments) }
        }
        return ids.count < Self.step
    }

    private func end(
        _ id: BindingID,
        _ cause: Cause,
        at instant: Int64?,
        _ statements: Statements,
        _ moments: Moments,
    ) throws {
        if try statements.enter(journal.next, at: instant, id, cause, isGone: true, moments) {
            journal.next += 1
        }
        try statements.remove(id)
    }

    // MARK: What is bounded

    /// The oldest departures go where there are too many: whoever makes bindings leave fast must not fill the disk.
    private func forgetSurplus() throws {
        let step = Int64(Self.step)
        try transaction { _, database in
            let rows = try RowCursor(database, "SELECT min(number), max(number) FROM departed")
            let (first, last) = try rows.next() ? (rows.number(0), rows.number(1)) : (0, 0)
            rows.end()
            let tooOld = last &- Int64(store.options.maximumDepartures)
            upkeep.hasOldDepartures = first <= tooOld
            guard upkeep.hasOldDepartures else { return }
            try database.execute(
                sql: "DELETE FROM departed WHERE number <= ? AND number < ?",
                arguments: [tooOld, first &+ step]
            )
        }
    }

    /// Departures that can't be undone any more go.
    private func forget(_ clock: ClockReading) throws {
        let now = clock.wall.nanoseconds
        var gone: [Int64] = []
        try queue.writeWithoutTransaction { database in
            let last = try Int64.fetchOne(database, sql: "SELECT max(number) FROM departed") ?? 0
            let rows = try RowCursor(
                database,
                "SELECT number, expires_at FROM departed WHERE number > ? ORDER BY number LIMIT \(Self.step)"
            )
            rows.begin(upkeep.lastDeparture)
            var seen = 0
            while try rows.next() {
                seen += 1
                upkeep.lastDeparture = rows.number(0)
                if rows.number(1) <= now { gone.append(rows.number(0)) }
            }
            if seen < Self.step {
                upkeep.lastDeparture = 0
                upkeep.hasDepartures = last > 0
            }
        }
        guard !gone.isEmpty else { return }
        try transaction { _, database in
            let forget = try RowStatement(database, "DELETE FROM departed WHERE number = ?")
            for number in gone {
                forget.add(number)
                try forget.run()
            }
        }
    }

    /// The oldest lines of the history go, by days and by size; the newest stays, for it carries the numbering on.
    private func prune(_ clock: ClockReading) throws {
        let days = Interval.seconds(store.options.historyDays * 86_400)
        let oldest = (clock.wall + (.zero - days)).nanoseconds
        let most = Int64(store.options.historyBytes / max(1, journal.bytesPerLine))
        upkeep.hasOldLines = journal.lines > 1 && (journal.since < oldest || journal.lines > most)
        guard upkeep.hasOldLines else { return }
        let surplus = max(0, journal.lines - most)
        let last = min(journal.first + Int64(Self.step), journal.next - 1)
        try transaction { _, database in
            try database.execute(
                sql: "DELETE FROM history WHERE number < ? AND (number < ? OR at < ?)",
                arguments: [last, journal.first + surplus, oldest]
            )
            try journal.findFirst(database)
        }
    }

    // MARK: Healing

    /// Writes all rows of a partition again, as the table has them.
    func rewrite(_ partition: Int) {
        let clock = store.clock()
        let moments = Moments(reading: clock)
        do {
            try transaction { statements, _ in try rewrite(partition, statements, moments) }
            stale.remove(partition)
            outdated.remove(partition)
            retryAt = clock.timestamp
        } catch {
            fail(error, 0)
        }
    }

    /// The same within a transaction.
    func rewrite(_ partition: Int, _ statements: Statements, _ moments: Moments) throws {
        try statements.removeAll(of: partition)
        var next: UInt32? = 0
        while let slot = next {
            // Short holds of the lock. What changes in between has tickets that come later.
            var bindings: [Binding] = []
            next = table.withPartition(at: partition) { part in
                part.visit(from: slot, limit: 64) { facts in
                    if let binding = part.binding(facts.id) { bindings.append(binding) }
                }
            }
            for binding in bindings { try statements.write(binding.facts, binding.texts, moments) }
        }
    }
}
