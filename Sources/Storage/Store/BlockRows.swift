internal import BindingTable
internal import GRDB
internal import SIPMessage
internal import Timing

/// The operator's blocks and drain in the file.
enum BlockRows {
    /// An order with its times as the file has them.
    struct Stored: Sendable {
        var subject: BlockSubject?
        var until: Int64?
        var since: Int64
        var reason: String
        var by: OperatorIdentity
    }

    /// Writes all of them, instead of what was there.
    static func write(_ orders: KeptOrders, _ database: Database, _ moments: Moments) throws {
        try database.execute(sql: "DELETE FROM block")
        try database.execute(sql: "DELETE FROM drain")
        let block = try RowStatement(
            database,
            """
            INSERT INTO block (kind, subject, until, since, reason, user, origin, terminal)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        for order in orders.blocks {
            switch order.subject {
            case .aor(let aor):
                block.add("aor")
                block.add(aor)
            case .source(let address):
                block.add("source")
                var text: [UInt8] = []
                address.append(to: &text)
                block.add(text)
            }
            try write(order.until, order.since, order.reason, order.by, block, moments)
        }
        guard let order = orders.drain else { return }
        let drain = try RowStatement(
            database,
            "INSERT INTO drain (until, since, reason, user, origin, terminal) VALUES (?, ?, ?, ?, ?, ?)"
        )
        try write(order.until, order.since, order.reason, order.by, drain, moments)
    }

    private static func write(
        _ until: Timestamp?,
        _ since: Timestamp,
        _ reason: String,
        _ by: OperatorIdentity,
        _ statement: RowStatement,
        _ moments: Moments,
    ) throws {
        statement.add(until.map(moments.wall))
        statement.add(moments.wall(since))
        statement.add(reason)
        statement.add(by.user)
        statement.add(by.from)
        statement.add(by.terminal)
        try statement.run()
    }

    /// All of them; rows that make no sense are left out.
    static func read(_ database: Database) throws -> (blocks: [Stored], drain: Stored?) {
        var blocks: [Stored] = []
        let rows = try RowCursor(
            database,
            "SELECT until, since, reason, user, origin, terminal, kind, subject FROM block ORDER BY rowid"
        )
        while try rows.next() {
            var stored = read(rows)
            switch rows.word(6) {
            case "aor": stored.subject = .aor(rows.bytes(7))
            case "source": stored.subject = IPAddress(rows.word(7)).map { .source($0) }
            default: break
            }
            if stored.subject != nil { blocks.append(stored) }
        }
        let drain = try RowCursor(
            database,
            "SELECT until, since, reason, user, origin, terminal FROM drain LIMIT 1"
        )
        let stored = try drain.next() ? read(drain) : nil
        drain.end()
        return (blocks, stored)
    }

    private static func read(_ row: RowCursor) -> Stored {
        Stored(
            until: row.numberOrNull(0),
            since: row.number(1),
            reason: row.word(2),
            by: OperatorIdentity(user: row.word(3), from: row.word(4), terminal: row.word(5)),
        )
    }
}
