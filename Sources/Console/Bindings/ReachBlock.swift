internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor

/// The block of a binding's page about the way to the phone and what is remarkable: it takes what room there is,
/// and scrolls where that is not enough.
struct ReachBlock {
    /// The rule with the title, and what is below it.
    let rect: Rect
    private let lines: [RunLine]
    private let keys: KeyMap

    /// The block in an area; nil if there is no room or nothing to say.
    ///
    /// - Parameter call: what a call would do now, if the registrar has said so.
    init?(_ detail: BindingDetail, call: RouteAnswer?, _ words: BindingLines, in area: Rect) {
        guard area.height >= 2, area.width >= 40 else { return nil }
        let width = area.width - 3
        keys = words.keys
        // What is longer than its line goes on under its begin.
        let ways = words.reach(shown: detail.shownContact, call: call).flatMap { field in
            let value = RunLine(field.value).wrapped(columns: max(1, width - 10), atWords: true)
            return value.enumerated().map { index, line in
                let name = index == 0 ? field.name : ""
                return RunLine([TextRun(" \(name.padded(9))", role: .textDim)] + line.runs)
            }
        }
        let isCalled = detail.row.binding.gone == nil && !detail.row.isGone
        let remarks = words.remarks(
            phones: detail.phones,
            ghosts: detail.ghosts.count,
            isBesideCall: isCalled
        ).flatMap { remark in
            RunLine([remark]).wrapped(columns: width - 1, atWords: true).map { line in
                RunLine([TextRun(" ", role: .text)] + line.runs)
            }
        }
        lines = ways + remarks
        guard !lines.isEmpty else { return nil }
        rect = Rect(x: area.x, y: area.y, width: area.width, height: min(area.height, lines.count + 1))
    }

    /// The highest first line that still fills the block.
    var maximumTop: Int { max(0, lines.count - rect.height + 1) }

    /// Lines that a page goes on by.
    var page: Int { max(1, rect.height - 2) }

    func draw(on grid: inout CellGrid, top: Int) {
        let scroll = maximumTop > 0 ? " (\(keys.key(.pageDown)) \(keys.key(.pageUp)))" : ""
        grid.rule(rect.row(0), title: "HOW IT IS REACHED, AND WHAT IS REMARKABLE\(scroll)")
        grid.mark(rect, as: .text)
        TextPane(lines: lines, top: top).draw(on: &grid, in: rect.inset(top: 1))
    }
}
