public import BindingTable
internal import SIPMessage
internal import Timing

/// Which values of a field have been seen: what the console offers where a value is being typed.
public struct ValuesQuery: Hashable, Sendable {
    /// Whose field.
    public var subject: Filter.Subject
    /// Its name, as filters have it.
    public var field: String
    /// What is typed already: values that begin with it come first, then those in which it stands, in any case.
    public var prefix: String

    /// Most values of an answer.
    public static let most = 20

    /// Puts the parts together.
    public init(subject: Filter.Subject, field: String, prefix: String) {
        self.subject = subject
        self.field = field
        self.prefix = prefix
    }
}

/// A value that rows have.
public struct SeenValue: Codable, Hashable, Sendable {
    /// The value, as far as it is text; a filter for it finds the rows.
    public var text: String
    /// Rows that have it, among those that were looked at.
    public var count: Int

    /// Pairs the two.
    public init(_ text: String, _ count: Int) {
        self.text = text
        self.count = count
    }
}

/// Counts the values of a field over rows.
struct ValueCount {
    /// Rows that are looked at for one answer, however many there are.
    static let mostRows = 4_096
    /// Bytes of a value that are offered.
    private static let mostBytes = 128

    let field: FilterField
    private let prefix: [UInt8]
    private var counts: [String: Int] = [:]

    /// Counts for a query; nil for a field that the list doesn't have, or whose values nobody would choose from.
    init?(_ query: ValuesQuery) {
        guard let field = FilterField(name: query.field), field.isKnown(of: query.subject), field != .raw
        else {
            return nil
        }
        switch field.kind {
        case .text, .number, .address: break
        case .duration, .length, .delay, .fraction, .time, .word, .rank: return nil
        }
        self.field = field
        prefix = query.prefix.utf8.map(\.lowered)
    }

    /// The texts that must be loaded.
    var needs: FilterTexts { FilterTexts(of: field) }

    /// Counts what a row has.
    mutating func add(_ row: borrowing FilterRow) {
        switch field.kind {
        case .address where row.hasSource: add("\(row.source.address)")
        case .address: for address in row.addresses { add("\(address)") }
        case .number where field == .code: for code in Set(row.codes) where code > 0 { add("\(code)") }
        case .number: add("\(row.number(of: field))")
        default: add(row.bytes[row.range(of: field)])
        }
    }

    /// Counts a value in bytes; what is no UTF-8 ends it.
    mutating func add(_ bytes: ArraySlice<UInt8>, count: Int = 1) {
        guard !bytes.isEmpty else { return }
        let text = String(decoding: bytes.prefix(Self.mostBytes), as: UTF8.self)
        add(String(text.unicodeScalars.prefix { $0 != "\u{fffd}" }), count: count)
    }

    /// Counts a value.
    mutating func add(_ text: String, count: Int = 1) {
        guard !text.isEmpty, counts.count < Self.mostRows || counts[text] != nil, rank(text) != nil else {
            return
        }
        counts[text, default: 0] += count
    }

    /// 0: it begins with what is typed; 1: that stands in it; nil: neither.
    private func rank(_ text: String) -> Int? {
        guard !prefix.isEmpty else { return 0 }
        let bytes = Array(text.utf8)
        if bytes.count >= prefix.count, zip(bytes, prefix).allSatisfy({ $0.lowered == $1 }) { return 0 }
        return bytes.span.contains(prefix.span, in: 0..<bytes.count, ignoringCase: true) ? 1 : nil
    }

    /// The commonest values, those that begin as is typed before the rest.
    var values: [SeenValue] {
        let ranked = counts.map { (value: SeenValue($0.key, $0.value), rank: rank($0.key) ?? 1) }
        return ranked.sorted { a, b in
            if a.rank != b.rank { return a.rank < b.rank }
            if a.value.count != b.value.count { return a.value.count > b.value.count }
            return a.value.text < b.value.text
        }.prefix(ValuesQuery.most).map(\.value)
    }
}

extension Filter {
    /// The values of a field among lines of the journal.
    public static func values(
        _ query: ValuesQuery,
        in entries: [HistoryEntry],
        clock: FilterClock,
    ) -> [SeenValue] {
        guard query.subject == .history, var count = ValueCount(query) else { return [] }
        var row = FilterRow()
        for entry in entries.prefix(ValueCount.mostRows) {
            row.load(entry, clock)
            count.add(row)
        }
        return count.values
    }
}
