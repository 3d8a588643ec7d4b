internal import BindingTable
internal import Cells
internal import Monitor

/// A short list to choose one line from: themes, columns to sort by, what to do, acts to undo.
struct PickState: Sendable {
    /// What a line stands for.
    enum Choice: Hashable, Sendable {
        case theme(String)
        case sort(BindingColumn)
        case undo(CommandID)
        case act(ActionID)
    }

    var title: String
    var items: [(choice: Choice, name: String, remark: String)]
    var selected: Int
    /// Most columns of the box, and of a name in it.
    var widest = 76, widestName = 30
    /// What is put back when nothing is chosen (themes are shown live).
    var original: Choice?

    /// The line under the cursor.
    var choice: Choice? { items.indices.contains(selected) ? items[selected].choice : nil }

    /// Moves the cursor; true if it moved.
    mutating func move(by step: Int) -> Bool {
        let target = max(0, min(items.count - 1, selected + step))
        guard target != selected, !items.isEmpty else { return false }
        selected = target
        return true
    }

    /// Draws the box in the middle of an area.
    func draw(on grid: inout CellGrid, in area: Rect) {
        let nameWidth = min(widestName, items.map { SafeText($0.name).width }.max() ?? 0)
        let remarkWidth = items.map { SafeText($0.remark).width }.max() ?? 0
        let width = min(area.width, max(24, min(widest, nameWidth + remarkWidth + 8)))
        let height = min(area.height, max(3, items.count + 2))
        let box = area.centred(width: width, height: height)
        grid.fill(box, role: .dialog)
        grid.box(box, title: title, role: .frameFocus, titleRole: .dialogTitle)
        grid.mark(box, as: .list(0))
        let inner = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        let top = max(0, min(selected - inner.height / 2, items.count - inner.height))
        for (line, item) in items.dropFirst(top).prefix(inner.height).enumerated() {
            let row = inner.row(line)
            let isSelected = top + line == selected
            grid.mark(row, as: .row(top + line, of: 0))
            if isSelected { grid.set(grid.glyphs.cursor, at: row.origin, role: .dialog) }
            let name = row.inset(left: 2)
            grid.put(
                SafeText(item.name, ascii: grid.glyphs == .ascii).fitted(to: min(nameWidth, name.width)),
                at: name.origin,
                role: .textStrong
            )
            let remark = name.inset(left: nameWidth + 2, right: 1)
            grid.put(
                SafeText(item.remark, ascii: grid.glyphs == .ascii).fitted(to: remark.width),
                at: remark.origin,
                role: .dialog
            )
            if isSelected { grid.overlay(row, role: .rowCursor) }
        }
    }
}
