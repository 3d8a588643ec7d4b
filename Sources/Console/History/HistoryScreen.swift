internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// Draws the journal of an address of record, or of all, newest first.
struct HistoryScreen {
    let model: ConsoleModel
    let clock: LocalClock
    /// Whose it is; nil: everybody's.
    let aor: [UInt8]?

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = ListLayout(body)
        let entries = model.historyEntries
        if let info = layout.info { infoLine(entries.count).draw(on: &grid, in: info) }
        let shown = entries.dropFirst(model.history.top).prefix(layout.rows)
        let isWide = body.width >= 130
        let columns = columns(shown, isWide: isWide)
        let table = Table(
            columns: columns,
            rows: shown.map { row($0, isWide: isWide) },
            cursor: shown.isEmpty ? nil : model.history.cursor - model.history.top,
            lead: .one,
            window: ScrollBar(first: model.history.top, shown: shown.count, total: entries.count)
        )
        table.draw(on: &grid, in: layout.table)
        if entries.isEmpty { drawEmpty(on: &grid, in: layout.table) }
    }

    private func columns(_ shown: ArraySlice<HistoryEntry>, isWide: Bool) -> [Column] {
        // As wide as what is shown: where a phone came from and who acted matter more than how often it refreshed.
        func widest(_ bounds: ClosedRange<Int>, _ text: (HistoryWords) -> String) -> Int {
            let width = shown.map { text(HistoryWords(entry: $0, clock: clock)).count }.max() ?? 0
            return min(max(width, bounds.lowerBound), bounds.upperBound)
        }
        let moment = shown.map { time($0, isWide).utf8.count }.max() ?? 8
        let what = widest(12...22) { $0.entry.cause.text }
        let from = widest(15...(isWide ? 46 : 24)) { isWide ? $0.source : $0.shortSource }
        let refreshes = widest(9...24) { $0.shortRefreshes }
        let by = widest(2...22) { $0.entry.by }
        var columns = [
            Column("TIME", minimum: moment, ideal: moment, priority: 95),
            Column("WHAT", minimum: what, ideal: what, priority: 100),
            Column("FROM", minimum: from, ideal: from, priority: 80, grows: true),
            Column("LIVED", minimum: 5, ideal: 5, alignment: .right, priority: 50),
            Column("REFRESHES", minimum: refreshes, ideal: refreshes, priority: 40),
            Column("BY", minimum: by, ideal: by, priority: 60),
        ]
        if aor == nil {
            columns.insert(Column("AOR", minimum: 10, ideal: 24, priority: 90, grows: true), at: 1)
        }
        return columns
    }

    private func time(_ entry: HistoryEntry, _ isWide: Bool) -> String {
        let words = HistoryWords(entry: entry, clock: clock)
        return isWide ? words.time : words.shortTime
    }

    private func row(_ entry: HistoryEntry, isWide: Bool) -> TableRow {
        let words = HistoryWords(entry: entry, clock: clock)
        var fields = [
            TableField(time(entry, isWide), role: .flowTime), TableField(.text([words.what])),
            TableField(isWide ? words.source : words.shortSource), TableField(words.lived),
            TableField(words.shortRefreshes, role: .textDim),
            TableField(entry.by),
        ]
        if aor == nil { fields.insert(TableField(words.aor), at: 1) }
        // Looking back, what came after is known but has not happened yet.
        return TableRow(fields, overlay: clock.isPast && entry.at > clock.now.wall ? .rowGone : nil)
    }

    private func infoLine(_ count: Int) -> SegmentLine {
        let whose = aor.map { BindingColumns.text($0) } ?? "all addresses of record"
        var left = [Segment([TextRun(" \(whose)", role: .textStrong)], priority: 60)]
        let filter = model.historyFilter.text
        if !filter.isEmpty { left.append(Segment("filter: \(filter)", role: .filterMatch, priority: 70)) }
        guard let page = model.history.page(of: aor) else { return SegmentLine(left: left) }
        var right: [Segment] = []
        let total = TimeText.count(page.entries.count)
        let isWhole = page.entries.count < HistoryQuery.maximum
        let text = filter.isEmpty ? total : "\(TimeText.count(count)) of \(total)"
        right.append(Segment(isWhole ? text : "the newest \(text)", role: .text, priority: 50))
        let reach = HistoryWords.reach(page, since: nil, clock)
        if !page.entries.isEmpty { right.append(Segment(reach, role: .textDim, priority: 40)) }
        return SegmentLine(left: left, right: right + [Segment("", role: .text)], gap: 2)
    }

    private func drawEmpty(on grid: inout CellGrid, in rect: Rect) {
        guard let page = model.history.page(of: aor) else {
            return EmptyText(what: "Asking the journal ..", role: .textDim).draw(
                on: &grid,
                in: rect.inset(top: 1)
            )
        }
        let filter = model.historyFilter.text
        let isFiltered = !filter.isEmpty && !page.entries.isEmpty
        let first = isFiltered ? "No line matches \(filter)" : "Nothing has happened that is kept."
        let reach = HistoryWords.reach(page, since: nil, clock)
        let next =
            isFiltered
            ? "\(model.keys.key(.clearFilter)) clears the filter."
            : "q goes back; \(model.keys.key(.attempts)) shows what was tried."
        EmptyText(what: first, advice: [next], detail: [reach]).draw(on: &grid, in: rect.inset(top: 1))
    }
}
