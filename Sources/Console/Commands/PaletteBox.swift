internal import Cells
internal import Timing

/// Draws the palette over the lower part of an area: the line, and under it what it could become. The list behind it
/// goes on.
struct PaletteBox {
    let typed: CommandLine
    let entries: [PaletteEntry]
    /// The line to be typed, with what is said of it.
    let prompt: Prompt
    /// What to say where nothing is listed.
    let empty: String

    /// Where the box stands: half of the area, or nearly all of a small one.
    static func box(in area: Rect) -> Rect {
        let height = min(area.height, area.height < 12 ? max(4, area.height - 1) : max(9, area.height / 2))
        return Rect(x: area.x, y: area.maxY - height, width: area.width, height: height)
    }

    /// Rows of the list that it has room for.
    static func listHeight(in area: Rect) -> Int {
        let inner = box(in: area).inset(left: 1, top: 1, right: 1, bottom: 1)
        return max(0, inner.height - head(of: inner))
    }

    /// The line to be typed, and a rule, which costs a line that a small screen has not.
    private static func head(of inner: Rect) -> Int { inner.height >= 6 ? 2 : 1 }

    func draw(on grid: inout CellGrid, in area: Rect) {
        let box = Self.box(in: area)
        guard box.height >= 3, box.width >= 4 else { return }
        grid.fill(box, role: .dialog)
        grid.box(box, title: "", role: .frameFocus, titleRole: .dialogTitle)
        let inner = box.inset(left: 1, top: 1, right: 1, bottom: 1)
        prompt.draw(on: &grid, in: inner.row(0))
        let head = Self.head(of: inner)
        if head == 2 { grid.rule(inner.row(1), title: "") }
        drawList(on: &grid, in: inner.inset(top: head), edge: box.maxX - 1)
    }

    private func drawList(on grid: inout CellGrid, in list: Rect, edge: Int) {
        guard !entries.isEmpty else {
            let text = SafeText(empty, ascii: grid.glyphs == .ascii)
            grid.put(
                text.fitted(to: max(0, list.width - 2)),
                at: Point(x: list.x + 1, y: list.y),
                role: .textDim
            )
            return
        }
        let cursor = typed.selected ?? (typed.isInArgument ? nil : 0)
        let top = max(0, min((cursor ?? 0) - list.height / 2, entries.count - list.height))
        for (line, entry) in entries.dropFirst(top).prefix(list.height).enumerated() {
            grid.mark(list.row(line), as: .row(top + line, of: 0))
            draw(entry, isSelected: top + line == cursor, on: &grid, in: list.row(line))
        }
        let bar = ScrollBar(first: top, shown: list.height, total: entries.count)
        bar.draw(on: &grid, in: Rect(x: edge, y: list.y, width: 1, height: list.height))
    }

    /// Columns of names: as wide as the widest, within reason.
    private func nameWidth(in width: Int) -> Int {
        let widest = entries.map { SafeText("\($0.name) \($0.argument)").width }.max() ?? 0
        return max(8, min(widest, width < 60 ? width / 2 : width * 2 / 5))
    }

    private func draw(_ entry: PaletteEntry, isSelected: Bool, on grid: inout CellGrid, in row: Rect) {
        let ascii = grid.glyphs == .ascii
        if isSelected { grid.set(grid.glyphs.cursor, at: row.origin, role: .dialog) }
        let name = row.inset(left: 2)
        let width = min(name.width, nameWidth(in: row.width))
        let text = SafeText(entry.name, ascii: ascii).fitted(to: width)
        let used = grid.put(text, at: name.origin, role: .textStrong)
        if !entry.argument.isEmpty, width - used > 4 {
            let argument = SafeText(entry.argument, ascii: ascii).fitted(to: width - used - 1)
            grid.put(argument, at: Point(x: name.x + used + 1, y: name.y), role: .textDim)
        }
        let keys = SafeText(entry.keys, ascii: ascii).fitted(to: row.width < 60 ? 4 : 14)
        let help = name.inset(left: width + 2, right: keys.width + 2)
        grid.put(SafeText(entry.help, ascii: ascii).fitted(to: help.width), at: help.origin, role: .dialog)
        grid.put(keys, at: Point(x: row.maxX - keys.width - 1, y: row.y), role: .hintKey)
        if isSelected { grid.overlay(row, role: .rowCursor) }
    }
}
