internal import BindingTable
internal import GRDB
internal import SIPMessage
internal import Timing

/// A row of `history`, read column by column.
struct HistoryRow {
    /// What a life is told by, in `history` and in `binding` alike.
    static let lifeColumns = """
        id, aor, contact, user_agent, source, transport, created_at, refreshed_at, expires_at, refreshes, usual_gap, \
        gap_deviation
        """
    /// All columns, in the order in which they are read here.
    static let columns = """
        \(lifeColumns), number, at, cause, by, gone, prior_source, prior_contact, prior_user_agent, \
        prior_refreshed_at, prior_expires_at
        """

    private let row: Row

    init(_ row: Row) { self.row = row }

    /// The id of a row of `lifeColumns`, as it stands in the file.
    static func id(of row: Row) -> Int64 { row[0] ?? 0 }

    /// A life out of `lifeColumns`; nil for a row that makes no sense.
    static func life(_ row: Row) -> LifeRecord? {
        guard let source = endpoint(row, 4), let transport = transport(row, 5) else { return nil }
        return LifeRecord(
            id: BindingID(rawValue: UInt64(bitPattern: id(of: row))),
            aor: bytes(row, 1) ?? [],
            contact: bytes(row, 2) ?? [],
            userAgent: bytes(row, 3) ?? [],
            source: source,
            transport: transport,
            createdAt: time(row, 6) ?? WallTime(nanoseconds: 0),
            refreshedAt: time(row, 7) ?? WallTime(nanoseconds: 0),
            expiresAt: time(row, 8) ?? WallTime(nanoseconds: 0),
            refreshes: count(row, 9),
            usualGap: count(row, 10),
            gapDeviation: count(row, 11)
        )
    }

    /// Which binding.
    var id: Int64 { Self.id(of: row) }

    /// The entry that it stands for; nil for a row that makes no sense.
    var entry: HistoryEntry? {
        guard let life = Self.life(row), let cause else { return nil }
        return HistoryEntry(
            number: row[12] ?? 0,
            at: Self.time(row, 13) ?? WallTime(nanoseconds: 0),
            cause: cause,
            by: row[15] ?? "",
            binding: life,
            movedFrom: Self.endpoint(row, 17)
        )
    }

    private var cause: Cause? {
        Self.bytes(row, 14).flatMap { CauseWord.cause(String(decoding: $0, as: UTF8.self)) }
    }

    /// What the binding was right before; nil if it was not there.
    var before: LifeRecord? {
        let isGone = (row[16] as Int64? ?? 0) != 0
        guard var life = Self.life(row) else { return nil }
        if isGone { return life }
        guard cause == .moved else { return nil }
        if let source = Self.endpoint(row, 17) { life.source = source }
        if let contact = Self.bytes(row, 18) { life.contact = contact }
        if let agent = Self.bytes(row, 19) { life.userAgent = agent }
        if let refreshed = Self.time(row, 20) { life.refreshedAt = refreshed }
        if let expires = Self.time(row, 21) { life.expiresAt = expires }
        life.refreshes = life.refreshes > 0 ? life.refreshes - 1 : 0
        return life
    }

    // MARK: Columns

    private static func bytes(_ row: Row, _ index: Int) -> [UInt8]? {
        switch (row[index] as DatabaseValue).storage {
        case .string(let text): Array(text.utf8)
        case .blob(let data): Array(data)
        case .null, .int64, .double: nil
        }
    }

    private static func endpoint(_ row: Row, _ index: Int) -> Endpoint? {
        bytes(row, index).flatMap { EndpointText.endpoint($0.span) }
    }

    private static func transport(_ row: Row, _ index: Int) -> TransportKind? {
        guard let word = bytes(row, index) else { return nil }
        let text = String(decoding: word, as: UTF8.self)
        return TransportKind.allCases.first { $0.name.lowercased() == text }
    }

    private static func time(_ row: Row, _ index: Int) -> WallTime? {
        (row[index] as Int64?).map { WallTime(nanoseconds: $0) }
    }

    private static func count(_ row: Row, _ index: Int) -> UInt32 {
        UInt32(clamping: row[index] as Int64? ?? 0)
    }
}
