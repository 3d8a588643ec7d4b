internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// The block of a binding's page about its past: the newest lines of the journal, and how far that reaches.
struct HistoryBlock {
    private let lines: [RunLine]
    private let keys: KeyMap

    /// The lines for so many columns.
    ///
    /// - Parameters:
    ///   - own: the binding whose page it is.
    ///   - since: when it was made; nil if that is not known.
    init(_ page: HistoryPage?, own: BindingID?, since: WallTime?, clock: LocalClock, width: Int, keys: KeyMap)
    {
        self.keys = keys
        guard let page else {
            lines = []
            return
        }
        var lines = page.entries.map { entry in
            let words = HistoryWords(entry: entry, clock: clock)
            let time = TextRun(" \(words.shortTime)  ", role: .flowTime)
            return RunLine([time] + words.runs(own: own)).fitted(to: width)
        }
        let reach = HistoryWords.reach(page, since: since, clock)
        if !reach.isEmpty { lines.append(RunLine([TextRun(" \(reach)", role: .textDim)]).fitted(to: width)) }
        self.lines = lines
    }

    /// Rows that it would fill.
    var count: Int { lines.count }

    /// Draws the newest lines; where not all have room, the last one says how many more there are.
    func draw(on grid: inout CellGrid, in rect: Rect) {
        let isCut = lines.count > rect.height
        for (index, line) in lines.prefix(isCut ? max(1, rect.height - 1) : rect.height).enumerated() {
            line.draw(on: &grid, at: rect.row(index).origin, maxWidth: rect.width)
        }
        guard isCut, rect.height >= 2 else { return }
        let more = lines.count - rect.height + 1
        let text = " \(keys.key(.history)): \(TimeText.count(more, "line")) more"
        grid.put(text, at: rect.row(rect.height - 1).origin, role: .textDim, maxWidth: rect.width)
    }
}
