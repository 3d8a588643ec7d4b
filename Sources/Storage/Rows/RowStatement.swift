internal import GRDB
internal import GRDBSQLite
internal import SIPMessage

/// A prepared statement of the commit path, bound and stepped through SQLite's own interface: GRDB would box every
/// number and copy every text on its way.
///
/// Parameters are given in their order, then `run` executes and forgets them.
final class RowStatement {
    private struct Text {
        var parameter: Int32
        var start: Int
        var count: Int
        var isText: Bool
    }

    /// Owns what `pointer` points to.
    private let statement: Statement
    private let pointer: OpaquePointer
    private let connection: OpaquePointer?
    private var parameter: Int32 = 0
    private var texts: [Text] = []
    /// The texts one behind the other, after a byte that makes the buffer never empty.
    private var bytes: [UInt8] = [0]

    /// Prepares a statement; to be used where the database may be.
    init(_ database: Database, _ sql: String) throws {
        statement = try database.makeStatement(sql: sql)
        pointer = statement.sqliteStatement
        connection = database.sqliteConnection
    }

    /// The next parameter is a number.
    func add(_ number: Int64) {
        parameter += 1
        sqlite3_bind_int64(pointer, parameter, number)
    }

    /// The next parameter is a number, or NULL.
    func add(_ number: Int64?) {
        parameter += 1
        if let number {
            sqlite3_bind_int64(pointer, parameter, number)
        } else {
            sqlite3_bind_null(pointer, parameter)
        }
    }

    /// The next parameter is NULL.
    func addNull() {
        parameter += 1
        sqlite3_bind_null(pointer, parameter)
    }

    /// The next parameter is a text from outside: TEXT where it is UTF-8 without NUL, BLOB else.
    func add(_ text: [UInt8]) {
        let start = bytes.count
        bytes += text
        add(from: start, isText: isReadable(text))
    }

    /// The next parameter is a word of ours.
    func add(_ word: String) {
        let start = bytes.count
        bytes += word.utf8
        add(from: start, isText: true)
    }

    /// The next parameter is bytes that are no text.
    func add(blob: [UInt8]) {
        let start = bytes.count
        bytes += blob
        add(from: start, isText: false)
    }

    /// The next parameter is an endpoint.
    func add(_ endpoint: Endpoint) {
        let start = bytes.count
        EndpointText.append(endpoint, to: &bytes)
        add(from: start, isText: true)
    }

    /// The next parameter is a column of a row of another file.
    func add(_ row: RowCursor, _ column: Int32) {
        parameter += 1
        sqlite3_bind_value(pointer, parameter, sqlite3_column_value(row.pointer, column))
    }

    private func add(from start: Int, isText: Bool) {
        parameter += 1
        texts.append(Text(parameter: parameter, start: start, count: bytes.count - start, isText: isText))
    }

    /// Executes; returns how many rows it changed.
    @discardableResult
    func run() throws(DatabaseError) -> Int {
        let code = bytes.withUnsafeBytes { buffer -> Int32 in
            for text in texts {
                let start = buffer.baseAddress.map { $0 + text.start }
                if text.isText {
                    let characters = start?.assumingMemoryBound(to: CChar.self)
                    sqlite3_bind_text(pointer, text.parameter, characters, Int32(clamping: text.count), nil)
                } else {
                    sqlite3_bind_blob(pointer, text.parameter, start, Int32(clamping: text.count), nil)
                }
            }
            return sqlite3_step(pointer)
        }
        let changes = sqlite3_changes(connection)
        let error = code == SQLITE_DONE || code == SQLITE_ROW ? nil : failure(connection, code)
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
        forget()
        if let error { throw error }
        return Int(changes)
    }

    /// Takes back the parameters that were given.
    private func forget() {
        parameter = 0
        texts.removeAll(keepingCapacity: true)
        bytes.removeLast(bytes.count - 1)
    }

    /// A text that a shell shows whole.
    private func isReadable(_ text: [UInt8]) -> Bool {
        var isPlain = true
        for byte in text {
            if byte == 0 { return false }
            if byte >= 0x80 { isPlain = false }
        }
        return isPlain || (try? UTF8Span(validating: text.span)) != nil
    }
}

/// What SQLite says about the last call, as GRDB's error.
func failure(_ connection: OpaquePointer?, _ code: Int32) -> DatabaseError {
    let extended = sqlite3_extended_errcode(connection)
    let isSame = extended & 0xff == code & 0xff
    let message = sqlite3_errmsg(connection).map { String(cString: $0) }
    return DatabaseError(resultCode: ResultCode(rawValue: isSame ? extended : code), message: message)
}
