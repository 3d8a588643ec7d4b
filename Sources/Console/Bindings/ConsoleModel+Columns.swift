internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// The columns of the list of bindings: those chosen, or those that fit.
    func bindingColumns(width: Int) -> [BindingColumns] {
        BindingColumns.columns(width: width, sortedBy: order.column, chosen: preferences.columns)
    }

    /// Opens the list of columns.
    mutating func openColumns() {
        layer = .columns(ColumnsState(chosen: preferences.columns, automatic: automaticColumns))
    }

    /// Names of the columns that the table shows by itself.
    private var automaticColumns: [String] { shownColumns(of: []) }

    /// Names of the columns that the table has room for, of those chosen.
    private func shownColumns(of chosen: [String]) -> [String] {
        let width = bindingsLayout.table.width
        let columns = BindingColumns.columns(width: width, sortedBy: order.column, chosen: chosen)
        // As the table draws them: less what stands before the first column, and the scroll bar.
        let edge = width < 60 ? TableLead.one.width + 1 : TableLead.three.width + 2
        let places = TableLayout(columns: columns.map(\.layout), width: max(1, width - edge)).places
        return places.map { columns[$0.column].name }
    }

    /// Takes a key while columns are chosen.
    mutating func pressColumns(_ columns: inout ColumnsState, _ key: Key, at now: ClockReading)
        -> [ConsoleEffect]
    {
        let id = keys.action(of: key, at: .columns)?.id
        switch id {
        case .columnsDown, .columnsUp: guard columns.move(by: id == .columnsDown ? 1 : -1) else { return [] }
        case .columnsToggle:
            guard columns.toggle() else {
                message = .info("The address of record stays: it names the row.", at: now.timestamp)
                return []
            }
        case .columnsEarlier, .columnsLater:
            guard columns.shift(by: id == .columnsLater ? 1 : -1) else { return [] }
        case .columnsAutomatic: columns.makeAutomatic(automaticColumns)
        case .columnsCancel:
            layer = nil
            preferences.columns = columns.original
            return []
        case .columnsKeep:
            layer = nil
            guard columns.chosen != columns.original else { return [] }
            return setColumns(columns.chosen, at: now)
        default: return []
        }
        preferences.columns = columns.chosen
        layer = .columns(columns)
        return []
    }

    /// Keeps these columns; none for those that fit.
    mutating func setColumns(_ names: [String], at now: ClockReading) -> [ConsoleEffect] {
        preferences.columns = names
        let what = names.isEmpty ? "those that fit" : "\(TimeText.count(names.count)) as chosen"
        let shown = shownColumns(of: names)
        let left = names.filter { !shown.contains($0) }.map { BindingColumns.words($0).title }
        if left.isEmpty {
            message = .done("Columns of Bindings: \(what).", at: now.timestamp)
        } else {
            let have = "\(left.joined(separator: ", ")) \(left.count == 1 ? "has" : "have")"
            message = .warning("\(have) no room at \(size.width) columns; what is further left comes first.")
        }
        return [.keep(preferences)]
    }

    /// What the key bar offers of the list of columns.
    func offers(_ id: ActionID, _ columns: ColumnsState) -> Bool {
        var copy = columns
        switch id {
        case .columnsDown: return copy.move(by: 1)
        case .columnsUp: return copy.move(by: -1)
        case .columnsEarlier: return copy.shift(by: -1)
        case .columnsLater: return copy.shift(by: 1)
        case .columnsAutomatic: return !columns.isAutomatic
        default: return true
        }
    }
}
