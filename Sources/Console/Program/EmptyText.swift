internal import Cells

/// What a screen says where it has nothing to show.
enum EmptyText {
    /// Draws centred lines; empty ones are left out.
    static func draw(_ lines: [(String, Role)], on grid: inout CellGrid, in rect: Rect) {
        let kept = lines.filter { !$0.0.isEmpty }
        let top = max(0, (rect.height - kept.count) / 3)
        for (index, line) in kept.enumerated() where top + index < rect.height {
            grid.putCentred(line.0, in: rect.row(top + index).inset(left: 1, right: 1), role: line.1)
        }
    }
}
