internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// Draws the list of bindings, with the preview of the one under the cursor where there is room.
struct BindingsScreen {
    let model: ConsoleModel
    let clock: LocalClock

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = model.bindingsLayout
        if let info = layout.info { infoLine.draw(on: &grid, in: info) }
        drawTable(on: &grid, in: layout.table)
        if model.bindings.isLoaded, model.bindings.entries.isEmpty { drawEmpty(on: &grid, in: layout.table) }
        if let rect = layout.preview, let row = model.bindings.cursorEntry?.row {
            let detail = model.preview?.row.key == row.key ? model.preview : nil
            BindingPreview(row: row, detail: detail, clock: clock).draw(on: &grid, in: rect)
        }
    }

    private func drawTable(on grid: inout CellGrid, in rect: Rect) {
        let list = model.bindings
        let columns = model.bindingColumns(width: rect.width)
        let rows = list.entries.prefix(Table.rowCapacity(height: rect.height)).map { row($0, columns) }
        let sort = columns.firstIndex { $0.column == model.order.column }
        let table = Table(
            columns: columns.map(\.layout),
            rows: rows,
            cursor: rows.isEmpty ? nil : list.cursorIndex,
            sort: sort.map { SortMark(column: $0, ascending: !model.order.descending) },
            lead: rect.width < 60 ? .one : .three,
            window: ScrollBar(first: list.top, shown: rows.count, total: list.matched)
        )
        table.draw(on: &grid, in: rect)
    }

    private func row(_ entry: ListState<BindingRow>.Entry, _ columns: [BindingColumns]) -> TableRow {
        var row = entry.row
        // What is left of a row that is not in the list any more is not known.
        if entry.departure != nil { row.state = .gone }
        var fields = columns.map { $0.field(row, clock) }
        if entry.departure == .left, let state = columns.firstIndex(where: { $0.column == .state }) {
            fields[state] = TableField("LEFT", role: .stateUnreg)
        }
        // A row that was just refreshed says so in one field only: a look for the whole row would be written twice.
        return TableRow(
            fields,
            isMarked: model.marks.contains(row.key),
            overlay: row.isGone || entry.departure != nil ? .rowGone : nil
        )
    }

    /// Filter, counts, order and marks in one line.
    private var infoLine: SegmentLine {
        let filter = model.bindingsFilter.text
        let shown = TextRun(
            filter.isEmpty ? "(none)" : filter,
            role: filter.isEmpty ? .textDim : .filterMatch
        )
        let left = [Segment([TextRun(" filter: ", role: .textDim), shown], priority: 50)]
        return SegmentLine(left: left, right: counts + [Segment("", role: .text, priority: 0)], gap: 3)
    }

    private var counts: [Segment] {
        let list = model.bindings
        var parts: [Segment] = []
        func add(_ text: String, _ role: Role, _ priority: Int) {
            parts.append(Segment(text, role: role, priority: priority))
        }
        if list.isLoaded, model.bindingsFilter.text.isEmpty, model.followed == nil {
            add(TimeText.count(list.total, "binding"), .text, 60)
        } else if list.isLoaded {
            add("\(TimeText.count(list.matched)) of \(TimeText.count(list.total))", .text, 60)
        }
        if list.progress < 1 {
            let stop = model.canStopSearch ? ", Esc stops" : ""
            add("\(model.searchWord) \(Int(list.progress * 100)) %\(stop)", .stateWarn, 70)
        }
        let direction = model.order.descending ? "descending" : "ascending"
        add("sort \(BindingColumns.title(model.order.column)) \(direction)", .textDim, 20)
        if list.isFollowing { add("following the newest", .toastInfo, 65) }
        if model.marks.all != nil {
            add("marked: all \(TimeText.count(list.matched)) matching", .toastInfo, 80)
        } else if !model.marks.isEmpty {
            add("\(TimeText.count(model.marks.count)) marked", .toastInfo, 80)
        }
        return parts
    }

    /// What to say where there is no row.
    private func drawEmpty(on grid: inout CellGrid, in rect: Rect) {
        emptyText.draw(on: &grid, in: rect.inset(top: 1))
    }

    private var emptyText: EmptyText {
        let filter = model.bindingsFilter.text
        if model.replay != nil {
            let what = filter.isEmpty ? "No phone was registered then." : "Nothing matched \(filter) then."
            return EmptyText(what: what, advice: [":at TIME goes to another moment, :live to the present."])
        }
        if let followed = model.followed {
            return EmptyText(
                what: "\(followed) has no binding\(filter.isEmpty ? "" : " that matches \(filter)").",
                advice: [
                    "\(model.keys.key(.attempts)) shows its attempts: why it is not registered.",
                    "\(model.keys.key(.followAOR)) shows everybody again.",
                ]
            )
        }
        guard filter.isEmpty else {
            let more =
                model.filterBeforeProblems == nil ? "" : ", \(model.keys.key(.problems)) shows all rows"
            return EmptyText(
                what: "No binding matches \(filter)",
                advice: [
                    "\(model.keys.key(.attemptsOf)) looks for its attempts: why it is not registered.",
                    "\(model.keys.key(.clearFilter)) clears the filter\(more).",
                ]
            )
        }
        let listeners = model.welcome?.listeners.joined(separator: ", ") ?? ""
        return EmptyText(
            what: "No phone is registered.",
            advice: [
                "\(model.keys.key(.attempts)) shows who tries, and why it fails; "
                    + "\(model.keys.key(.overview)) how to register one."
            ],
            detail: [listeners.isEmpty ? "" : "Listening on \(listeners)."]
        )
    }
}
