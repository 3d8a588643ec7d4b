internal import BindingTable
internal import GRDB
internal import SIPMessage
internal import Timing

/// The row of `history`, or of `binding`, that a cursor is at.
struct HistoryRow {
    /// What a life is told by, in `history` and in `binding` alike.
    static let lifeColumns = """
        id, aor, contact, user_agent, source, transport, created_at, refreshed_at, expires_at, refreshes, \
        usual_gap, gap_deviation
        """
    /// All columns of `history`, in the order in which they are read here.
    static let columns = """
        \(lifeColumns), number, at, cause, by, gone, prior_source, prior_contact, prior_user_agent, \
        prior_refreshed_at, prior_expires_at
        """

    private let row: RowCursor

    init(_ row: RowCursor) { self.row = row }

    /// Which binding, as it stands in the file.
    var id: Int64 { row.number(0) }

    /// What the binding is in this row; nil where it makes no sense.
    var life: LifeRecord? {
        guard let source = row.withBytes(4, EndpointText.endpoint),
            let transport = row.withBytes(5, BindingRow.transport)
        else { return nil }
        return LifeRecord(
            id: BindingID(rawValue: UInt64(bitPattern: id)),
            aor: row.bytes(1),
            contact: row.bytes(2),
            userAgent: row.bytes(3),
            source: source,
            transport: transport,
            createdAt: WallTime(nanoseconds: row.number(6)),
            refreshedAt: WallTime(nanoseconds: row.number(7)),
            expiresAt: WallTime(nanoseconds: row.number(8)),
            refreshes: UInt32(clamping: row.number(9)),
            usualGap: UInt32(clamping: row.number(10)),
            gapDeviation: UInt32(clamping: row.number(11))
        )
    }

    // MARK: Of `history` only

    /// The entry that the row stands for; nil where it makes no sense.
    var entry: HistoryEntry? {
        guard let life, let cause else { return nil }
        return HistoryEntry(
            number: row.number(12),
            at: WallTime(nanoseconds: row.number(13)),
            cause: cause,
            by: row.word(15),
            binding: life,
            movedFrom: row.withBytes(17, EndpointText.endpoint)
        )
    }

    private var cause: Cause? { CauseWord.cause(row.word(14)) }
    private var isGone: Bool { row.number(16) != 0 }

    /// What the binding was right before; nil if it was not there.
    var before: LifeRecord? {
        guard isGone || cause == .moved, var life else { return nil }
        if isGone { return life }
        if let source = row.withBytes(17, EndpointText.endpoint) { life.source = source }
        if row.numberOrNull(18) != nil { life.contact = row.bytes(18) }
        if row.numberOrNull(19) != nil { life.userAgent = row.bytes(19) }
        if let refreshed = row.numberOrNull(20) { life.refreshedAt = WallTime(nanoseconds: refreshed) }
        if let expires = row.numberOrNull(21) { life.expiresAt = WallTime(nanoseconds: expires) }
        life.refreshes = life.refreshes > 0 ? life.refreshes - 1 : 0
        return life
    }
}
