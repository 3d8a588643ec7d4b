internal import BindingTable
internal import GRDB

/// What the file knows of itself.
enum Meta {
    /// Ids of a process go on so far above those that are known to be in the file: so many generations of a slot may
    /// be given out without being written.
    static let reserve: Int64 = 64
    /// The same where nobody knows any more what was given out.
    private static let leap: Int64 = 65_536

    /// Seed and secret; made up where the file has none.
    static func identity(_ database: Database) throws -> StoreIdentity {
        let rows = try RowCursor(database, "SELECT key, value FROM meta")
        var seed: UInt64?
        var secret: [UInt8]?
        while try rows.next() {
            switch rows.word(0) {
            case "table_seed": seed = UInt64(bitPattern: rows.number(1))
            case "secret": secret = rows.bytes(1)
            default: break
            }
        }
        if let seed, let secret, secret.count == 32 { return StoreIdentity(tableSeed: seed, secret: secret) }
        var random = SystemRandomNumberGenerator()
        let made = StoreIdentity(
            tableSeed: random.next(),
            secret: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) },
        )
        try set(made, database)
        return made
    }

    /// Writes seed and secret.
    static func set(_ identity: StoreIdentity, _ database: Database) throws {
        let set = try RowStatement(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
        set.add("table_seed")
        set.add(Int64(bitPattern: identity.tableSeed))
        try set.run()
        set.add("secret")
        set.add(blob: identity.secret)
        try set.run()
    }

    /// A generation above that of every id that was ever given out.
    static func generation(_ database: Database) throws -> UInt32 {
        let stored = try Int64.fetchOne(database, sql: "SELECT value FROM meta WHERE key = 'generation'")
        if let stored { return UInt32(clamping: stored) }
        let used = try Int64.fetchOne(database, sql: "SELECT max((id >> 32) & 16777215) FROM binding")
        return UInt32(clamping: used.map { $0 + leap } ?? 1)
    }
}
