internal import BindingTable
internal import Cells
internal import Monitor

extension OverviewScreen {
    /// `CALLS 0.4/s  5m answered 61  busy 4  not registered 2`, worst last to be left out.
    func drawCalls(on grid: inout CellGrid, in rect: Rect) {
        let numbers = model.overview.numbers
        let items = OverviewItems(numbers)
        let focus = model.overview.focus(in: .calls)
        let rate = OverviewScreen.name("CALLS", focus == 0, grid.glyphs)
        var parts = [
            Segment([rate, TextRun("\(TimeText.fixed(numbers.callRate, 1))/s", role: .text)], priority: 99)
        ]
        for (place, call) in items.sortedCalls.enumerated() {
            let isFocused = focus == place + 1
            let name = OverviewScreen.name(
                CallVerdictWords.short(call.verdict),
                isFocused,
                grid.glyphs,
                space: ""
            )
            let count = TextRun(TimeText.count(call.count), role: CallVerdictWords.role(call.verdict))
            // What went wrong is worth more room than what is usual.
            let weight = (call.verdict.isFailure ? 60 : 40) - place
            parts.append(Segment([name, count], priority: isFocused ? 100 : weight))
        }
        SegmentLine(left: parts, right: [Segment("5 min ", role: .textDim, priority: 20)], gap: 2)
            .draw(on: &grid, in: rect)
    }
}
