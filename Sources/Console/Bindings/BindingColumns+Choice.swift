internal import Cells
internal import Monitor

/// Columns by name, as an operator chooses them.
extension BindingColumns {
    /// The column that a table always has: it names the row.
    static let anchor = "aor"

    /// The name of the column: that of its field in JSON, CSV and `regtop list --columns`; the countdown's bar has
    /// none there.
    var name: String { column.map { Self.field($0) } ?? "bar" }

    /// Names of all columns, in the order of the screen.
    static let names: [String] = table.map(\.name)

    /// The name of a column by whatever it is called: its field or its head; nil if there is none.
    static func name(_ text: String) -> String? {
        let lowered = text.lowercased()
        if names.contains(lowered) { return lowered }
        return BindingFields.column(lowered).map { field($0) }
    }

    /// The names among these that are columns, each once.
    static func known(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.compactMap { name($0) }.filter { seen.insert($0).inserted }
    }

    /// Head and remark of a column.
    static func words(_ name: String) -> (title: String, remark: String) {
        guard let entry = table.first(where: { $0.name == name }) else { return (name, "") }
        return entry.column == nil ? ("bar", "what is left, as a bar") : (entry.layout.title, entry.remark)
    }

    /// The columns of a table: those chosen in their order, of which the rightmost drop out where not all fit and the
    /// address of record stays; if none are chosen, those that a table of this width may show.
    static func columns(width: Int, sortedBy column: BindingColumn, chosen: [String]) -> [BindingColumns] {
        var names = known(chosen)
        guard !names.isEmpty else { return columns(width: width, sortedBy: column) }
        if !names.contains(anchor) { names.insert(anchor, at: 0) }
        return names.enumerated().compactMap { index, name in
            guard var entry = table.first(where: { $0.name == name }) else { return nil }
            entry.layout.priority = name == anchor ? 1_000 : 900 - index
            return entry
        }
    }
}
