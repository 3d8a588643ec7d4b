internal import GRDB

/// The tables of the file and how an older file becomes one of today. What each column means: `Schema.md`.
enum Schema {
    /// `rgtp`, so that no other program's database is taken for one of ours.
    static let applicationID: Int32 = 0x7267_7470

    /// The columns of `binding`, in the order in which rows are written and read; `id` is the first.
    static let columns = [
        "id", "version", "source", "local", "transport", "tls", "created_at", "refreshed_at", "expires_at",
        "asked",
        "granted", "q", "cseq", "reg_id", "instance_hash", "call_id_hash", "branch_hash", "badges",
        "refreshes",
        "usual_gap", "gap_deviation", "connection", "ping", "round_trip", "silent_pings", "aor", "contact",
        "parameters", "call_id", "user_agent", "sent_by", "account", "path", "peer", "numbers",
    ]

    /// Every version of the schema, oldest first. One that was released is never altered: a new one follows it.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: bindings)
            try database.execute(sql: history)
            try database.execute(sql: blocks)
        }
        return migrator
    }

    private static let texts =
        [
            "aor", "contact", "parameters", "call_id", "user_agent", "sent_by", "account", "path", "peer",
            "numbers",
        ]
    private static let words = ["source", "local", "transport"]
    private static let mayBeNull = ["asked", "q"]

    /// The definitions of the columns after `id`.
    private static var definitions: String {
        columns.dropFirst().map { column in
            if texts.contains(column) { return "\(column) ANY NOT NULL" }
            if words.contains(column) { return "\(column) TEXT NOT NULL" }
            return mayBeNull.contains(column) ? "\(column) INTEGER" : "\(column) INTEGER NOT NULL"
        }
        .joined(separator: ", ")
    }

    private static var bindings: String {
        """
        CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
        CREATE TABLE binding (id INTEGER PRIMARY KEY, \(definitions)) STRICT;
        CREATE TABLE departed (
            number INTEGER PRIMARY KEY, id INTEGER NOT NULL, \(definitions),
            gone_at INTEGER NOT NULL, cause TEXT NOT NULL
        ) STRICT;
        """
    }

    private static let history = """
        CREATE TABLE history (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, cause TEXT NOT NULL, gone INTEGER NOT NULL,
            by TEXT NOT NULL, id INTEGER NOT NULL, aor ANY NOT NULL, contact ANY NOT NULL,
            user_agent ANY NOT NULL, source TEXT NOT NULL, transport TEXT NOT NULL,
            created_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            refreshes INTEGER NOT NULL, usual_gap INTEGER NOT NULL, gap_deviation INTEGER NOT NULL,
            prior_source TEXT, prior_contact ANY, prior_user_agent ANY, prior_refreshed_at INTEGER,
            prior_expires_at INTEGER
        ) STRICT;
        CREATE INDEX history_by_aor ON history (aor, number);
        CREATE INDEX history_by_time ON history (at);
        """

    private static let blocks = """
        CREATE TABLE block (
            kind TEXT NOT NULL, subject ANY NOT NULL, until INTEGER, reason TEXT NOT NULL, user TEXT NOT NULL,
            origin TEXT NOT NULL, terminal TEXT NOT NULL, since INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE drain (
            until INTEGER, reason TEXT NOT NULL, user TEXT NOT NULL, origin TEXT NOT NULL, terminal TEXT NOT NULL,
            since INTEGER NOT NULL
        ) STRICT;
        """
}
