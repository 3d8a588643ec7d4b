internal import Cells

/// The list of all columns of Bindings: which are shown, and in which order. The table behind it shows at once
/// what is chosen.
struct ColumnsState: Sendable {
    /// A column by its name, and whether it is shown.
    struct Item: Hashable, Sendable {
        var name: String
        var isShown: Bool
    }

    /// The columns, those that are shown first.
    private(set) var items: [Item]
    /// The line with the cursor.
    private(set) var selected = 0
    /// The columns are those that fit, in their usual order.
    private(set) var isAutomatic: Bool
    /// What was chosen before; empty for automatic.
    let original: [String]

    /// Begins with what is chosen, or, if that is nothing, with what a table shows by itself.
    init(chosen: [String], automatic: [String]) {
        original = chosen
        isAutomatic = chosen.isEmpty
        items = Self.items(
            chosen.isEmpty ? automatic : BindingColumns.known(chosen),
            inOrder: !chosen.isEmpty
        )
    }

    /// All columns; the chosen ones are moved to the front if their order is another than the usual one.
    private static func items(_ shown: [String], inOrder isOrdered: Bool) -> [Item] {
        let rest = BindingColumns.names.filter { !shown.contains($0) }
        let names = isOrdered ? shown + rest : BindingColumns.names
        return names.map { Item(name: $0, isShown: shown.contains($0)) }
    }

    /// Names of the columns in their order; empty for automatic.
    var chosen: [String] { isAutomatic ? [] : items.filter(\.isShown).map(\.name) }

    /// Moves the cursor; false at the ends.
    mutating func move(by step: Int) -> Bool {
        let target = max(0, min(items.count - 1, selected + step))
        defer { selected = target }
        return target != selected
    }

    /// Shows the column or hides it; false for the address of record, which stays.
    mutating func toggle() -> Bool {
        guard items.indices.contains(selected), items[selected].name != BindingColumns.anchor else {
            return false
        }
        items[selected].isShown.toggle()
        isAutomatic = false
        return true
    }

    /// Moves the column with the cursor, and the cursor with it; false at the ends.
    mutating func shift(by step: Int) -> Bool {
        let target = selected + step
        guard items.indices.contains(selected), items.indices.contains(target) else { return false }
        items.swapAt(selected, target)
        selected = target
        isAutomatic = false
        return true
    }

    /// Back to the columns that fit.
    mutating func makeAutomatic(_ automatic: [String]) {
        items = Self.items(automatic, inOrder: false)
        isAutomatic = true
        selected = 0
    }

    /// Where the box stands in an area: low, so that the head of the table and some rows are seen above it.
    static func box(in area: Rect) -> Rect {
        let rows = area.height < 12 ? area.height - 3 : max(6, area.height * 3 / 5)
        let width = min(area.width, 64)
        let height = max(3, min(rows, BindingColumns.names.count + 2, area.height))
        return Rect(x: area.x + (area.width - width) / 2, y: area.maxY - height, width: width, height: height)
    }

    /// Draws the box low in an area.
    func draw(on grid: inout CellGrid, in area: Rect) {
        let box = Self.box(in: area)
        grid.fill(box, role: .dialog)
        let count = items.count(where: \.isShown)
        let title = isAutomatic ? "COLUMNS: automatic, what fits" : "COLUMNS: \(count) of \(items.count)"
        grid.box(box, title: title, role: .frameFocus, titleRole: .dialogTitle)
        let inner = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        let top = max(0, min(selected - inner.height / 2, items.count - inner.height))
        for (line, item) in items.dropFirst(top).prefix(inner.height).enumerated() {
            draw(item, isSelected: top + line == selected, on: &grid, in: inner.row(line))
        }
        let bar = ScrollBar(first: top, shown: inner.height, total: items.count)
        bar.draw(on: &grid, in: Rect(x: box.maxX - 1, y: inner.y, width: 1, height: inner.height))
    }

    private func draw(_ item: Item, isSelected: Bool, on grid: inout CellGrid, in row: Rect) {
        let (title, remark) = BindingColumns.words(item.name)
        if isSelected { grid.set(grid.glyphs.cursor, at: row.origin, role: .dialog) }
        let mark = row.inset(left: 2)
        grid.put(item.isShown ? "[x]" : "[ ]", at: mark.origin, role: item.isShown ? .stateOK : .textDim)
        let head = mark.inset(left: 4)
        grid.put(
            SafeText(title, ascii: grid.glyphs == .ascii).fitted(to: min(9, head.width)),
            at: head.origin,
            role: .textStrong
        )
        let rest = head.inset(left: 10, right: 1)
        grid.put(
            SafeText(remark, ascii: grid.glyphs == .ascii).fitted(to: rest.width),
            at: rest.origin,
            role: .dialog
        )
        if isSelected { grid.overlay(row, role: .rowCursor) }
    }
}
