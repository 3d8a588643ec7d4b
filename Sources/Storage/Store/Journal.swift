internal import GRDB

/// How long the history is: its lines are numbered without gaps, so two numbers and a sample say it.
struct Journal {
    /// The number of the next line.
    var next: Int64 = 1
    /// The number of the oldest line that is kept.
    var first: Int64 = 1
    /// When that one was written, in the file's time.
    var since: Int64 = 0
    /// Bytes of a line with its share of the indexes, as a sample of the newest says.
    var bytesPerLine = 400

    /// Lines that are kept.
    var lines: Int64 { max(0, next - first) }

    /// Takes the measure of the table.
    mutating func measure(_ database: Database) throws {
        // A damaged file may say anything.
        let last = try Int64.fetchOne(database, sql: "SELECT max(number) FROM history") ?? 0
        next = min(max(last, 0), Int64.max / 4) + 1
        try findFirst(database)
        try sample(database)
    }

    /// Takes the measure of a line anew.
    mutating func sample(_ database: Database) throws {
        let sample = """
            SELECT avg(2 * length(CAST(aor AS BLOB)) + length(CAST(contact AS BLOB))
                + length(CAST(user_agent AS BLOB)) + length(by) + length(source)
                + coalesce(length(CAST(prior_contact AS BLOB)), 0)
                + coalesce(length(CAST(prior_user_agent AS BLOB)), 0)) + \(Self.fixedBytes)
            FROM (SELECT * FROM history ORDER BY number DESC LIMIT 500)
            """
        if let average = try Double.fetchOne(database, sql: sample) { bytesPerLine = max(1, Int(average)) }
    }

    /// Numbers, headers, and the room that pages leave.
    private static let fixedBytes = 120

    /// Looks which line is the oldest.
    mutating func findFirst(_ database: Database) throws {
        let rows = try RowCursor(database, "SELECT number, at FROM history ORDER BY number LIMIT 1")
        if try rows.next() {
            first = min(max(rows.number(0), 0), next)
            since = rows.number(1)
        } else {
            first = next
            since = 0
        }
        rows.end()
    }
}
