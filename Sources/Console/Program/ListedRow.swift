internal import BindingTable
internal import Monitor

/// A row of a list: what names it while rows come and go.
protocol ListedRow: Sendable {
    associatedtype Key: Hashable, Sendable
    /// Names the row for as long as it lives.
    var key: Key { get }
    /// The name in window queries; nil for lists that are anchored by rank only.
    static func rowID(of key: Key) -> RowID?
    /// It is the same thing under a new name: a binding that was put back.
    func isSuccessor(of other: Self) -> Bool
    /// It is the same thing for the operator, whatever its name.
    func isSame(as other: Self) -> Bool
}

extension ListedRow {
    func isSuccessor(of other: Self) -> Bool { false }
    func isSame(as other: Self) -> Bool { key == other.key }
}

extension BindingRow: ListedRow {
    var key: BindingID { binding.facts.id }
    static func rowID(of key: BindingID) -> RowID? { .binding(key) }

    func isSuccessor(of other: BindingRow) -> Bool {
        key != other.key && isSame(as: other)
    }

    func isSame(as other: BindingRow) -> Bool {
        binding.texts.aor == other.binding.texts.aor && binding.texts.contact == other.binding.texts.contact
    }

    /// It can't be acted upon any more.
    var isGone: Bool { state == .gone || binding.gone != nil }
    /// What an act refers to: the row as it was shown.
    var target: BindingTarget { BindingTarget(id: binding.facts.id, version: binding.facts.version) }
    /// The address of record as text.
    var aor: String { String(decoding: binding.texts.aor, as: UTF8.self) }
}

extension AttemptRow: ListedRow {
    var key: AttemptID { id }
    static func rowID(of key: AttemptID) -> RowID? { .attempt(key) }
}

extension SecurityRow: ListedRow {
    /// Held by rank: whoever is worse comes in above, where it is seen.
    static func rowID(of key: SecurityKey) -> RowID? { nil }
}

extension DeviceRow: ListedRow {
    var key: String { isRest ? "\u{0}" : name }
    /// Held by rank: what is worse comes in above, where it is seen.
    static func rowID(of key: String) -> RowID? { nil }
}

extension LogLine: ListedRow {
    var key: UInt64 { number }
    static func rowID(of key: UInt64) -> RowID? { .line(key) }
}

extension AuditLine: ListedRow {
    var key: UInt64 { number }
    static func rowID(of key: UInt64) -> RowID? { .line(key) }
}

extension Block: ListedRow {
    var key: BlockSubject { subject }
    static func rowID(of key: BlockSubject) -> RowID? { nil }
}
