internal import BindingTable
internal import SIPMessage
internal import Timing

/// Reads single bindings out of the table, and makes the sort key of a binding in a column: bytes whose order is the column's, then the address of
/// record, then the id. An order keeps only the first eight; the rest is read from the table when two rows
/// have these in common, so that comparing never needs two partitions at once.
///
/// A text is closed by a zero byte; bytes 0 and 1 within it (which no SIP text has) are escaped so that the
/// order stays that of the texts.
final class TableReader {
    let table: BindingTable
    private var probe: [UInt8] = []
    private var other: [UInt8] = []
    /// When the binding read last, by state, becomes late.
    private(set) var lateAt = Timestamp.distantFuture
    /// Rows that were read from the table, for the bound on what a key press may cost.
    private(set) var reads = 0

    /// Counts a row that is read.
    func count() { reads += 1 }

    init(_ table: BindingTable) { self.table = table }

    /// Reads the key of the binding that is to be placed; its first eight bytes, or `nil` if it is gone.
    func loadProbe(_ id: BindingID, _ column: BindingColumn, _ row: Row, _ now: Timestamp) -> UInt64? {
        reads += 1
        guard load(id, column, row, now, into: &probe) else { return nil }
        return Self.word(probe, at: 0)
    }

    /// Eight bytes of a key from a multiple of eight on; 0 after its end, or if the binding is gone.
    func chunk(_ id: BindingID, _ column: BindingColumn, _ row: Row, _ now: Timestamp, depth: Int) -> UInt64 {
        reads += 1
        guard load(id, column, row, now, into: &other) else { return 0 }
        return Self.word(other, at: depth * 8)
    }

    /// Compares the placed binding with a row whose first eight bytes are the same: less than 0 if the
    /// placed one comes first. `nil` if the row is no longer what it was when it was placed itself.
    func compareProbe(with row: Row, _ column: BindingColumn) -> Int? {
        reads += 1
        // The first eight bytes are known to be equal; so a state that depends on the time doesn't matter.
        guard load(row.id, column, row, .zero, into: &other, onlyVersion: row.version) else { return nil }
        let count = min(probe.count, other.count)
        var index = min(8, count)
        while index < count {
            if probe[index] != other[index] { return probe[index] < other[index] ? -1 : 1 }
            index += 1
        }
        return probe.count - other.count
    }

    private static func word(_ key: [UInt8], at start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in start..<start + 8 { word = word << 8 | UInt64(index < key.count ? key[index] : 0) }
        return word
    }

    private func load(
        _ id: BindingID,
        _ column: BindingColumn,
        _ row: Row,
        _ now: Timestamp,
        into key: inout [UInt8],
        onlyVersion version: UInt32? = nil,
    ) -> Bool {
        key.removeAll(keepingCapacity: true)
        let isThere = table.withPartition(at: id.partition) { partition in
            if !column.isText || (version != nil && !column.isFixed) {
                guard let facts = partition.facts(id) else { return false }
                if let version, !column.isFixed, facts.version != version { return false }
                if !column.isText { Self.append(column, facts, row, now, to: &key) }
                if column == .state { lateAt = BindingHealth.lateAt(facts) }
            }
            if let field = column.field { _ = partition.withText(id, field) { Self.append($0, to: &key) } }
            return partition.withText(id, .aor) { Self.append($0, to: &key) } != nil
        }
        guard isThere else { return false }
        Self.append(id.rawValue, bytes: 8, to: &key)
        return true
    }

    // MARK: Key bytes

    private static func append(_ text: Span<UInt8>, to key: inout [UInt8]) {
        for index in 0..<text.count {
            let byte = text[index]
            if byte < 2 {
                key.append(1)
                key.append(byte + 1)
            } else {
                key.append(byte)
            }
        }
        key.append(0)
    }

    private static func append(_ number: UInt64, bytes: Int, to key: inout [UInt8]) {
        for index in (0..<bytes).reversed() {
            key.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
        }
    }

    private static func append(_ moment: Timestamp, descending: Bool = false, to key: inout [UInt8]) {
        let bits = UInt64(bitPattern: moment.nanoseconds) ^ 1 << 63
        append(descending ? ~bits : bits, bytes: 8, to: &key)
    }

    private static func append(
        _ column: BindingColumn,
        _ facts: BindingFacts,
        _ row: Row,
        _ now: Timestamp,
        to key: inout [UInt8],
    ) {
        switch column {
        case .source:
            let address = facts.path.source.address
            key.append(address.isIPv4 ? 4 : 6)
            if !address.isIPv4 { append(address.high, bytes: 8, to: &key) }
            append(address.low, bytes: address.isIPv4 ? 4 : 8, to: &key)
            append(UInt64(facts.path.source.port), bytes: 2, to: &key)
        case .transport: key.append(facts.path.transport.rawValue)
        case .expires: append(facts.expiresAt, to: &key)
        case .refreshed: append(facts.refreshedAt, to: &key)
        // The youngest first.
        case .age: append(facts.createdAt, descending: true, to: &key)
        case .state: key.append(BindingHealth.state(facts, isRefused: row.isRefused, at: now).rawValue)
        case .tries: key.append(row.tries)
        case .granted: append(UInt64(facts.granted), bytes: 4, to: &key)
        case .cseq: append(UInt64(facts.cseq), bytes: 4, to: &key)
        case .q: append(UInt64(facts.q.map { $0 + 1 } ?? 0), bytes: 2, to: &key)
        case .badges: append(UInt64(facts.badges.rawValue), bytes: 4, to: &key)
        case .connection: key.append(facts.reachability.connection.rawValue)
        case .ping:
            key.append(facts.reachability.ping.rawValue)
            append(UInt64(facts.reachability.roundTrip), bytes: 4, to: &key)
        case .flow: append(UInt64(facts.regID), bytes: 4, to: &key)
        case .aor, .contact, .agent, .callID, .hops, .peer: break
        }
    }
}

extension BindingColumn {
    /// The key begins with a text, or with nothing.
    fileprivate var isText: Bool {
        switch self {
        case .aor, .contact, .agent, .callID, .hops, .peer: true
        default: false
        }
    }

    /// The text that the key begins with, besides the address of record.
    fileprivate var field: BindingTextField? {
        switch self {
        case .contact: .contact
        case .agent: .userAgent
        case .callID: .callID
        case .hops: .path
        case .peer: .peer
        default: nil
        }
    }

    /// Beyond the first eight bytes the key can't change while the version stays. What pings and connections
    /// tell leaves the version alone, so the numbers of these fields must have room within the first eight.
    fileprivate var isFixed: Bool {
        switch self {
        case .contact, .agent, .callID, .source, .hops, .peer: false
        default: true
        }
    }

    /// The whole key can't change while the binding lives.
    var neverMoves: Bool { self == .aor || self == .age }
}
