internal import BindingTable
internal import GRDB
internal import SIPMessage
internal import Timing

/// A binding as a row of the file: how it is written and read, in the order of `Schema.columns`.
///
/// A connection's number isn't kept: it means nothing in another process, and might come to mean another connection.
enum BindingRow {
    private typealias Column = Int32

    /// The id as the file has it.
    static func key(_ id: BindingID) -> Int64 { Int64(bitPattern: id.rawValue) }

    /// The ids that a partition can have, as the file has them.
    static func keys(of partition: Int) -> ClosedRange<Int64> {
        let first = BindingID(partition: partition, generation: 0, slot: 0)
        let last = BindingID(partition: partition, generation: .max, slot: .max)
        return key(first)...key(last)
    }

    /// Gives a statement the numbers of a binding, without the id.
    static func add(_ facts: BindingFacts, to statement: RowStatement, _ moments: Moments) {
        statement.add(Int64(facts.version))
        statement.add(facts.path.source)
        statement.add(facts.path.local)
        statement.add(facts.path.transport.name)
        statement.add(Int64(facts.path.tls.rawValue))
        statement.add(moments.wall(facts.createdAt))
        statement.add(moments.wall(facts.refreshedAt))
        statement.add(moments.wall(facts.expiresAt))
        statement.add(facts.asked.map { Int64($0) })
        statement.add(Int64(facts.granted))
        statement.add(facts.q.map { Int64($0) })
        statement.add(Int64(facts.cseq))
        statement.add(Int64(facts.regID))
        statement.add(Int64(facts.instanceHash))
        statement.add(Int64(bitPattern: facts.callIDHash))
        statement.add(Int64(bitPattern: facts.branchHash))
        statement.add(Int64(facts.badges.rawValue))
        statement.add(Int64(facts.refreshes))
        statement.add(Int64(facts.usualGap))
        statement.add(Int64(facts.gapDeviation))
        statement.add(Int64(facts.reachability.connection.rawValue))
        statement.add(Int64(facts.reachability.ping.rawValue))
        statement.add(Int64(facts.reachability.roundTrip))
        statement.add(Int64(facts.reachability.silentPings))
    }

    /// Gives a statement the texts of a binding.
    static func add(_ texts: BindingTexts, to statement: RowStatement) {
        statement.add(texts.aor)
        statement.add(texts.contact)
        statement.add(texts.contactParameters)
        statement.add(texts.callID)
        statement.add(texts.userAgent)
        statement.add(texts.sentBy)
        statement.add(texts.account)
        statement.add(texts.path)
        statement.add(texts.peer)
        statement.add(texts.numbers)
    }

    /// Reads the row that a cursor is at, its columns beginning with `first`; nil if it makes no sense.
    static func read(_ row: RowCursor, from first: Int32 = 0, _ moments: Moments) -> Binding? {
        guard let facts = facts(row, first, moments) else { return nil }
        let text = first + 25
        return Binding(
            facts: facts,
            texts: BindingTexts(
                aor: row.bytes(text),
                contact: row.bytes(text + 1),
                contactParameters: row.bytes(text + 2),
                callID: row.bytes(text + 3),
                userAgent: row.bytes(text + 4),
                sentBy: row.bytes(text + 5),
                account: row.bytes(text + 6),
                path: row.bytes(text + 7),
                peer: row.bytes(text + 8),
                numbers: row.bytes(text + 9),
            )
        )
    }

    private static func facts(_ row: RowCursor, _ first: Int32, _ moments: Moments) -> BindingFacts? {
        func number<T: FixedWidthInteger>(_ column: Int32) -> T? { T(exactly: row.number(first + column)) }
        let refreshedAt = moments.instant(row.number(first + 7))
        guard let path = path(row, first, at: refreshedAt), let version: UInt32 = number(1),
            let granted: UInt32 = number(10), let cseq: UInt32 = number(12), let regID: UInt32 = number(13),
            let instanceHash: UInt32 = number(14), let badges: UInt32 = number(17),
            let refreshes: UInt32 = number(18), let usualGap: UInt32 = number(19),
            let gapDeviation: UInt32 = number(20), let reachability = reachability(row, first + 21)
        else { return nil }
        return BindingFacts(
            id: BindingID(rawValue: UInt64(bitPattern: row.number(first))),
            version: version,
            cseq: cseq,
            callIDHash: UInt64(bitPattern: row.number(first + 15)),
            branchHash: UInt64(bitPattern: row.number(first + 16)),
            createdAt: moments.instant(row.number(first + 6)),
            refreshedAt: refreshedAt,
            expiresAt: moments.instant(row.number(first + 8)),
            asked: row.numberOrNull(first + 9).map { UInt32(clamping: $0) },
            granted: granted,
            q: row.numberOrNull(first + 11).map { UInt16(clamping: min($0, 1_000)) },
            regID: regID,
            instanceHash: instanceHash,
            path: path,
            badges: Badges(rawValue: badges),
            refreshes: refreshes,
            usualGap: usualGap,
            gapDeviation: gapDeviation,
            reachability: reachability,
        )
    }

    private static func path(_ row: RowCursor, _ first: Int32, at instant: Timestamp) -> ReceivedFrom? {
        guard let source = row.withBytes(first + 2, EndpointText.endpoint),
            let local = row.withBytes(first + 3, EndpointText.endpoint),
            let transport = row.withBytes(first + 4, transport),
            let tls = UInt8(exactly: row.number(first + 5)).flatMap(TLSVersion.init)
        else { return nil }
        return ReceivedFrom(source: source, local: local, transport: transport, tls: tls, at: instant)
    }

    private static func reachability(_ row: RowCursor, _ first: Int32) -> Reachability? {
        guard let connection = UInt8(exactly: row.number(first)).flatMap(Reachability.Connection.init),
            let ping = UInt8(exactly: row.number(first + 1)).flatMap(Reachability.Ping.init)
        else { return nil }
        return Reachability(
            connection: connection,
            ping: ping,
            roundTrip: UInt32(clamping: row.number(first + 2)),
            silentPings: UInt8(clamping: row.number(first + 3)),
        )
    }

    /// The transport of a word.
    static func transport(_ word: Span<UInt8>) -> TransportKind? {
        guard word.count >= 2 else { return nil }
        let kind: TransportKind? =
            switch (word.count, word[0], word[1]) {
            case (3, 0x75, _): .udp
            case (3, 0x74, 0x63): .tcp
            case (3, 0x74, 0x6c): .tls
            case (2, 0x77, _): .ws
            case (3, 0x77, _): .wss
            default: nil
            }
        return kind
    }
}
