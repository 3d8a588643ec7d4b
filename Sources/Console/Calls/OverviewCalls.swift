internal import BindingTable
internal import Cells
internal import Monitor

extension OverviewScreen {
    /// `CALLS 0.4/s  answered 61  busy 4  not registered 2  +1  5 min`: what is answered first, and how many more ways
    /// there are that have no room.
    func drawCalls(on grid: inout CellGrid, in rect: Rect) {
        let numbers = model.overview.numbers
        let focus = model.overview.focus(in: .calls)
        let rate = OverviewScreen.name("CALLS", focus == 0, grid.glyphs)
        let head = Segment(
            [rate, TextRun("\(TimeText.fixed(numbers.callRate, 1))/s", role: .text)],
            priority: 99
        )
        let counts = OverviewItems(numbers).sortedCalls.enumerated().map { place, call in
            let name = OverviewScreen.name(
                CallVerdictWords.short(call.verdict),
                focus == place + 1,
                grid.glyphs,
                space: ""
            )
            let count = TextRun(TimeText.count(call.count), role: CallVerdictWords.role(call.verdict))
            return Segment([name, count], priority: 60)
        }
        let unit = Segment("5 min ", role: .textDim, priority: 98)
        let gap = 2
        func width(_ parts: [Segment]) -> Int { parts.reduce(0) { $0 + $1.width + gap } }
        let room = rect.width - width([head, unit])
        // What has the focus is seen whatever is before it.
        var shown = counts.indices.map { $0 }
        func mark() -> [Segment] {
            shown.count == counts.count
                ? [] : [Segment("+\(counts.count - shown.count)", role: .textDim, priority: 97)]
        }
        while width(shown.map { counts[$0] } + mark()) > room,
            let last = shown.last(where: { focus != $0 + 1 })
        {
            shown.removeAll { $0 == last }
        }
        SegmentLine(left: [head] + shown.map { counts[$0] } + mark(), right: [unit], gap: gap)
            .draw(on: &grid, in: rect)
    }
}
