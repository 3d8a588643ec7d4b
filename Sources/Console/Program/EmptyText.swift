internal import Cells

/// What a screen says where it has nothing to show: what is so, and what to do next.
struct EmptyText {
    /// What there is not.
    var what: String
    /// What to do next, with the keys that do it.
    var advice: [String] = []
    /// What else there is to know, where there is room.
    var detail: [String] = []
    /// How the first line looks.
    var role = Role.textStrong

    /// Draws it in the middle of an area, broken at words. Where there is no room for all, details go first.
    func draw(on grid: inout CellGrid, in rect: Rect) {
        let width = max(2, rect.width - 2)
        func lines(_ texts: [String], _ role: Role) -> [RunLine] {
            texts.filter { !$0.isEmpty }.flatMap {
                RunLine([TextRun($0, role: role)], ascii: grid.glyphs == .ascii)
                    .wrapped(columns: width, atWords: true)
            }
        }
        let head = lines([what], role), next = lines(advice, .text)
        let room = max(0, rect.height - head.count - next.count)
        let rest = lines(detail, .textDim)
        let all = head + (rest.count <= room ? rest : []) + next
        let top = max(0, (rect.height - all.count) / 3)
        for (index, line) in all.enumerated() where top + index < rect.height {
            let x = rect.x + 1 + (width - line.width) / 2
            line.draw(on: &grid, at: Point(x: x, y: rect.y + top + index), maxWidth: width)
        }
    }
}
