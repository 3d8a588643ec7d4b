internal import BindingTable
internal import GRDB
internal import SIPMessage
internal import Timing

/// The statements of the storage thread, prepared once for each connection.
final class Statements {
    let begin: RowStatement
    let commit: RowStatement
    let rollback: RowStatement
    private let write: RowStatement
    private let refresh: RowStatement
    private let remove: RowStatement
    private let removeAll: RowStatement
    private let enter: RowStatement
    private let depart: RowStatement
    private let set: RowStatement

    init(_ database: Database) throws {
        let columns = Schema.columns.joined(separator: ", ")
        let places = Schema.columns.map { _ in "?" }.joined(separator: ", ")
        let numbers = Schema.columns[1..<25].map { "\($0) = ?" }.joined(separator: ", ")
        begin = try RowStatement(database, "BEGIN IMMEDIATE")
        commit = try RowStatement(database, "COMMIT")
        rollback = try RowStatement(database, "ROLLBACK")
        write = try RowStatement(database, "INSERT OR REPLACE INTO binding (\(columns)) VALUES (\(places))")
        refresh = try RowStatement(database, "UPDATE binding SET \(numbers) WHERE id = ?")
        remove = try RowStatement(database, "DELETE FROM binding WHERE id = ?")
        removeAll = try RowStatement(database, "DELETE FROM binding WHERE id BETWEEN ? AND ?")
        enter = try RowStatement(
            database,
            """
            INSERT INTO history (number, at, cause, gone, by, prior_source, prior_contact, prior_user_agent,
                prior_refreshed_at, prior_expires_at, id, aor, contact, user_agent, source, transport, created_at,
                refreshed_at, expires_at, refreshes, usual_gap, gap_deviation)
            SELECT ?, coalesce(?, expires_at), ?, ?, ?, ?, ?, ?, ?, ?, id, aor, contact, user_agent, source,
                transport, created_at, refreshed_at, expires_at, refreshes, usual_gap, gap_deviation
            FROM binding WHERE id = ?
            """
        )
        depart = try RowStatement(
            database,
            """
            INSERT INTO departed (\(columns), gone_at, cause) SELECT \(columns), ?, ? FROM binding WHERE id = ?
            """
        )
        set = try RowStatement(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
    }

    /// Writes a whole row, instead of what was there.
    func write(_ facts: BindingFacts, _ texts: BindingTexts, _ moments: Moments) throws {
        write.add(BindingRow.key(facts.id))
        BindingRow.add(facts, to: write, moments)
        BindingRow.add(texts, to: write)
        try write.run()
    }

    /// Writes the numbers of a binding; false if it has no row.
    func refresh(_ facts: BindingFacts, _ moments: Moments) throws -> Bool {
        BindingRow.add(facts, to: refresh, moments)
        refresh.add(BindingRow.key(facts.id))
        return try refresh.run() == 1
    }

    /// Takes a row away.
    func remove(_ id: BindingID) throws {
        remove.add(BindingRow.key(id))
        try remove.run()
    }

    /// Takes the rows of a partition away.
    func removeAll(of partition: Int) throws {
        let keys = BindingRow.keys(of: partition)
        removeAll.add(keys.lowerBound)
        removeAll.add(keys.upperBound)
        try removeAll.run()
    }

    /// Writes a line of the history about a binding as its row is now; false if it has none.
    ///
    /// - Parameter instant: in the file's time; nil: when it ended.
    func enter(
        _ number: Int64,
        at instant: Int64?,
        _ id: BindingID,
        _ cause: Cause,
        isGone: Bool,
        by: String = "",
        prior: CommittedChange.Prior? = nil,
        _ moments: Moments,
    ) throws -> Bool {
        enter.add(number)
        enter.add(instant)
        enter.add(CauseWord.text(cause))
        enter.add(Int64(isGone ? 1 : 0))
        enter.add(by)
        if let prior {
            enter.add(prior.facts.path.source)
            if let texts = prior.texts {
                enter.add(texts.contact)
                enter.add(texts.userAgent)
            } else {
                enter.addNull()
                enter.addNull()
            }
            enter.add(moments.wall(prior.facts.refreshedAt))
            enter.add(moments.wall(prior.facts.expiresAt))
        } else {
            for _ in 0..<5 { enter.addNull() }
        }
        enter.add(BindingRow.key(id))
        return try enter.run() == 1
    }

    /// Remembers a binding whose row is there as one that left.
    func depart(_ id: BindingID, _ cause: Cause, at instant: Int64) throws {
        depart.add(instant)
        depart.add(CauseWord.text(cause))
        depart.add(BindingRow.key(id))
        try depart.run()
    }

    /// Sets a number of `meta`.
    func set(_ key: String, _ value: Int64) throws {
        set.add(key)
        set.add(value)
        try set.run()
    }
}
