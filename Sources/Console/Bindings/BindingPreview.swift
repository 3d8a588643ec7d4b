internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// The binding under the cursor, below the list on a wide screen.
struct BindingPreview {
    let row: BindingRow
    /// Siblings, gaps and attempts, once they have come.
    let detail: BindingDetail?
    let clock: LocalClock

    func draw(on grid: inout CellGrid, in rect: Rect) {
        let half = rect.width * 3 / 5
        let (left, right) = (
            Rect(x: rect.x, y: rect.y, width: half, height: rect.height),
            Rect(x: rect.x + half + 1, y: rect.y, width: rect.width - half - 1, height: rect.height)
        )
        let position = detail.map { " - binding \($0.position) of \($0.siblings.count + 1)" } ?? ""
        grid.rule(left, title: "\(row.aor)\(position)")
        grid.rule(right, title: "LAST ATTEMPTS")
        grid.set(grid.glyphs.teeDown, at: Point(x: left.maxX, y: rect.y), role: .frame)
        grid.verticalRule(Rect(x: left.maxX, y: rect.y + 1, width: 1, height: rect.height - 1))
        let lines = BindingLines(row: row, clock: clock)
        lines.drawExpiry(on: &grid, in: left.row(1))
        lines.drawRhythm(on: &grid, in: left.row(2))
        let fields = lines.contact.filter { !$0.1.isEmpty } + lines.network.filter { !$0.1.isEmpty }
        let ways = clock.isPast ? [] : lines.reach(shown: detail?.shownContact ?? []).prefix(4)
        for (index, way) in ways.enumerated() {
            RunLine([TextRun(way.name.padded(9), role: .textDim)] + way.value).fitted(to: left.width - 2)
                .draw(on: &grid, at: Point(x: left.x + 1, y: left.y + 3 + index))
        }
        BindingLines.draw(fields, on: &grid, in: left.inset(top: 3 + ways.count, right: 1))
        drawAttempts(on: &grid, in: right.inset(left: 1, top: 1), lines)
    }

    private func drawAttempts(on grid: inout CellGrid, in rect: Rect, _ lines: BindingLines) {
        guard let detail else { return }
        let list = rect.inset(bottom: 3)
        for (index, attempt) in detail.attempts.prefix(list.height).enumerated() {
            let line = AttemptLine(row: attempt, binding: row.binding, clock: clock)
            RunLine(line.runs(width: list.width)).fitted(to: list.width)
                .draw(on: &grid, at: list.row(index).origin)
        }
        let none = clock.isPast ? "The journal does not hold attempts." : "None is kept any more."
        if detail.attempts.isEmpty { grid.put(none, at: list.origin, role: .textDim) }
        guard rect.height >= 5 else { return }
        grid.rule(rect.row(rect.height - 2), title: "REFRESH GAPS, s")
        lines.gaps(detail.gaps, width: rect.width).draw(on: &grid, at: rect.row(rect.height - 1).origin)
    }
}
