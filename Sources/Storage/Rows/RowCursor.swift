internal import GRDB
internal import GRDBSQLite

/// Rows of a query one after the other, read through SQLite's own interface: loading a million bindings makes no
/// object that nobody keeps.
final class RowCursor {
    /// Owns what `pointer` points to.
    private let statement: Statement
    let pointer: OpaquePointer
    private let connection: OpaquePointer?

    /// Prepares a query; to be used where the database may be. Parameters that are numbers may come later (`begin`).
    init(_ database: Database, _ sql: String, _ arguments: StatementArguments = []) throws {
        statement = try database.makeStatement(sql: sql)
        if !arguments.isEmpty { try statement.setArguments(arguments) }
        pointer = statement.sqliteStatement
        connection = database.sqliteConnection
    }

    /// Begins anew with these parameters.
    func begin(_ numbers: Int64...) {
        sqlite3_reset(pointer)
        for (index, number) in numbers.enumerated() {
            sqlite3_bind_int64(pointer, Int32(truncatingIfNeeded: index + 1), number)
        }
    }

    /// Goes to the next row; false after the last, with which the query ends.
    func next() throws(DatabaseError) -> Bool {
        let code = sqlite3_step(pointer)
        if code == SQLITE_ROW { return true }
        let error = code == SQLITE_DONE ? nil : failure(connection, code)
        sqlite3_reset(pointer)
        if let error { throw error }
        return false
    }

    /// Ends the query before its last row.
    func end() { sqlite3_reset(pointer) }

    /// A column as a number; 0 if it is none.
    func number(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

    /// A column as a number; nil if it is NULL.
    func numberOrNull(_ column: Int32) -> Int64? {
        sqlite3_column_type(pointer, column) == SQLITE_NULL ? nil : sqlite3_column_int64(pointer, column)
    }

    /// The bytes of a text or blob.
    func bytes(_ column: Int32) -> [UInt8] { withBytes(column) { $0.withUnsafeBufferPointer { Array($0) } } }

    /// A column as a word; what isn't UTF-8 is repaired.
    func word(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// Calls `body` with the bytes of a text or blob in SQLite's own memory.
    func withBytes<R>(_ column: Int32, _ body: (Span<UInt8>) -> R) -> R {
        let start = sqlite3_column_blob(pointer, column)
        let count = Int(sqlite3_column_bytes(pointer, column))
        return body(
            UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count).bindMemory(to: UInt8.self)
                .span
        )
    }
}
