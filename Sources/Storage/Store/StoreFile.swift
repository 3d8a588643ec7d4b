internal import GRDB
internal import Glibc
internal import Timing

/// The file of a store: opening, checking whose it is, moving it aside when it is damaged.
enum StoreFile {
    /// How long another process may hold the file locked before that is trouble.
    private static let patience = 0.2

    /// Opens the file with today's schema, or makes it.
    static func open(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        try create(path)
        let queue = try connect(path, options)
        try check(queue, path)
        let migrator = Schema.migrator
        if try queue.read({ try migrator.hasBeenSuperseded($0) }) {
            throw StorageError(
                "\(path) was written by a newer regtop, which this one can't read: run that one, or name another --state"
            )
        }
        try migrator.migrate(queue)
        return queue
    }

    private static func connect(_ path: String, _ options: StoreOptions) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "regtop.storage"
        configuration.busyMode = .timeout(patience)
        // A transaction that SQLite couldn't even roll back must not end the process.
        configuration.allowsUnsafeTransactions = true
        configuration.foreignKeysEnabled = false
        let isSynced = options.durability == .power
        configuration.prepareDatabase { database in
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
            guard mode == "wal" else {
                throw StorageError("\(path) can't be put into WAL mode: keep it on a local disk")
            }
            try database.execute(sql: "PRAGMA synchronous = \(isSynced ? "FULL" : "NORMAL")")
            try database.execute(sql: "PRAGMA cache_size = -16384")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Opens a file to read only, as it is: beside the store's own connection, or one that was moved aside.
    static func openToRead(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "regtop.reading"
        configuration.busyMode = .timeout(patience)
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Makes the file for the owner alone before SQLite sees it; its log gets the same mode.
    private static func create(_ path: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError("\(path) can't be opened (\(reason())): see to its directory and permissions")
        }
        _ = fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
    }

    /// Refuses another program's database.
    private static func check(_ queue: DatabaseQueue, _ path: String) throws {
        let (mark, tables) = try queue.read { database in
            (
                try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            )
        }
        guard mark == Schema.applicationID || tables == 0 else {
            throw StorageError("\(path) is another program's database: name another --state")
        }
    }

    /// Moves the file and its log to a name that says when; returns that name.
    static func moveAside(_ path: String, at wall: WallTime) throws(StorageError) -> String {
        let time = CivilTime(wall)
        let stamp = "\(time.date.filter { $0 != "-" })-\(time.clock.filter { $0 != ":" })"
        var aside = "\(path).damaged-\(stamp)"
        var count = 1
        while access(aside, F_OK) == 0, count < 1_000 {
            count += 1
            aside = "\(path).damaged-\(stamp)-\(count)"
        }
        guard rename(path, aside) == 0 else {
            throw StorageError("\(path) is damaged and can't be moved aside (\(reason())): move it by hand")
        }
        for ending in ["-wal", "-shm"] { _ = rename(path + ending, aside + ending) }
        return aside
    }

    /// Which file a path means: its device and number.
    struct Place: Hashable {
        var device: UInt64, number: UInt64
    }

    /// Which file a path means now; nil if there is none.
    static func place(_ path: String) -> Place? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Place(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Bytes of the file and its log.
    static func size(_ path: String) -> UInt64 {
        ["", "-wal"].reduce(0) { sum, ending in
            var status = stat()
            guard stat(path + ending, &status) == 0 else { return sum }
            return sum + UInt64(clamping: status.st_size)
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
