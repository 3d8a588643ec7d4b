internal import GRDB

/// What an error of SQLite's means to an operator, in one sentence: what, where, what to do.
enum Trouble {
    /// The sentence.
    static func sentence(_ error: any Error, _ path: String) -> String {
        guard let error = error as? DatabaseError else { return "\(path) can't be used: \(error)" }
        let said = error.message ?? "error \(error.extendedResultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_FULL:
            "the disk that holds \(path) is full: make room on it"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            "\(path) can't be written (\(said)): see to its permissions, or whether its disk was mounted read-only"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            "another process holds \(path) locked: end it, such as a sqlite3 shell within a transaction"
        case .SQLITE_IOERR:
            "the disk that holds \(path) fails (\(said)): look into the kernel's log"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            "\(path) is damaged (\(said)): look after its disk"
        case .SQLITE_CANTOPEN:
            "\(path) can't be opened (\(said)): see that its directory exists and may be written"
        default:
            "\(path) can't be written (\(said), code \(error.extendedResultCode.rawValue))"
        }
    }

    /// The file isn't what SQLite left there.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }
}
