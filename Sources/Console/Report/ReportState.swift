internal import Cells

/// A ticket report on the screen, over whatever is behind it.
struct ReportState: Sendable {
    /// As it was asked for, until the report says whom it is about.
    var name: String
    /// nil while it is being asked for.
    var report: TicketReport?
    /// First line shown.
    private(set) var top = 0

    init(name: String) { self.name = name }

    private func pane(_ ascii: Bool) -> TextPane {
        let lines = report?.lines ?? ["Asking the registrar what it knows of \(name) .."]
        return TextPane(
            lines: lines.map { RunLine($0, role: Self.isHead($0) ? .textStrong : .text) },
            top: top,
            wraps: true,
            atWords: true
        )
    }

    /// `LAST ATTEMPTS: …`
    private static func isHead(_ line: String) -> Bool {
        line.prefix(4).utf8.allSatisfy { (0x41...0x5a).contains($0) } && line.utf8.count >= 4
    }

    private func inside(_ area: Rect) -> Rect { area.inset(left: 1, top: 1, right: 1, bottom: 1) }

    /// Scrolls it.
    mutating func move(_ id: ActionID, in area: Rect) {
        let inner = inside(area)
        let end = pane(false).maximumTop(in: inner.size)
        let page = max(1, inner.height - 1)
        let step =
            switch id {
            case .reportUp: -1
            case .reportDown: 1
            case .reportPageUp: -page
            case .reportPageDown: page
            case .reportFirst: -end
            default: end
            }
        top = max(0, min(end, min(top, end) + step))
    }

    /// There is more above, or below.
    func canMove(_ id: ActionID, in area: Rect) -> Bool {
        var copy = self
        copy.move(id, in: area)
        return copy.top != top
    }

    /// Draws it over an area.
    func draw(on grid: inout CellGrid, in area: Rect) {
        grid.fill(area, role: .text)
        let title = SafeText("REPORT - \(report?.aor ?? name)", ascii: true).fitted(
            to: max(8, area.width - 8)
        )
        grid.box(area, title: title.string, role: .frameFocus, titleRole: .frameTitle)
        pane(grid.glyphs == .ascii).draw(on: &grid, in: inside(area))
    }
}
