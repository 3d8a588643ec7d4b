internal import GRDB

/// Copies what can be read of a damaged file into a fresh one.
struct Salvage {
    /// Bindings that were brought over, and rows of other tables.
    private(set) var bindings = 0, others = 0

    private static let mostHistory = 200_000

    /// Copies bindings by partition, so that a bad page costs the rest of one partition, and each other table as far
    /// as it can be read; of the history the newest lines, for the oldest would go first anyway.
    ///
    /// - Throws: what the fresh file says. What the damaged one says ends the copying of a table.
    mutating func copy(from damaged: String, to fresh: DatabaseQueue) throws {
        guard let queue = try? StoreFile.openToRead(damaged) else { return }
        defer { _ = try? queue.close() }
        try queue.unsafeRead { source in
            try fresh.writeWithoutTransaction { target in
                try target.inTransaction(.immediate) {
                    _ = try copyTable("meta", "", source, target)
                    try copyBindings(source, target)
                    for table in ["block", "drain", "departed"] {
                        others += try copyTable(table, "", source, target)
                    }
                    let newest = "ORDER BY number DESC LIMIT \(Self.mostHistory)"
                    others += try copyTable("history", newest, source, target)
                    return .commit
                }
            }
        }
    }

    private mutating func copyBindings(_ source: Database, _ target: Database) throws {
        for partition in 0..<256 {
            let keys = BindingRow.keys(of: partition)
            let range = "WHERE id BETWEEN \(keys.lowerBound) AND \(keys.upperBound) ORDER BY id"
            bindings += try copyTable("binding", range, source, target)
        }
    }

    private func copyTable(_ table: String, _ rest: String, _ source: Database, _ target: Database) throws
        -> Int
    {
        let columns = try target.columns(in: table).map { "\"\($0.name)\"" }
        let names = columns.joined(separator: ", ")
        guard let rows = try? RowCursor(source, "SELECT \(names) FROM \(table) \(rest)") else { return 0 }
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let insert = try RowStatement(target, "INSERT OR REPLACE INTO \(table) (\(names)) VALUES (\(places))")
        var count = 0
        while (try? rows.next()) == true {
            for column in columns.indices { insert.add(rows, Int32(truncatingIfNeeded: column)) }
            do {
                try insert.run()
                count += 1
            } catch {
                // A damaged value that the column doesn't take is left out.
                guard error.resultCode == .SQLITE_CONSTRAINT else { throw error }
            }
        }
        return count
    }
}
