internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// Draws log, audit and block list: three lists that Tab goes through.
struct LogScreen {
    let model: ConsoleModel
    let clock: LocalClock

    func drawLog(on grid: inout CellGrid, in body: Rect) {
        let columns = [
            Column("TIME", minimum: 8, ideal: 12, priority: 90),
            Column("LEVEL", minimum: 5, ideal: 5, priority: 80),
            Column("WHAT", minimum: 20, ideal: 60, priority: 100, grows: true),
        ]
        let isWide = body.width >= 60
        draw(
            model.log,
            columns,
            on: &grid,
            in: body,
            filter: model.logFilter.text,
            remark: model.warningsOnly ? "only warnings and errors" : ""
        ) { entry in
            let line = entry.row
            let level = OperationWords.level(line.notice.level)
            return [
                TableField(
                    isWide ? clock.milliseconds(line.notice.at) : clock.clock(line.notice.at),
                    role: .flowTime
                ),
                TableField(level.text, role: level.role), TableField(line.notice.text),
            ]
        }
        let isCalm = model.warningsOnly
        emptyText(
            model.log,
            model.logFilter.text,
            isCalm ? "No warning and no error has been logged." : "Nothing has been logged yet.",
            isCalm
                ? "\(model.keys.key(.problems)) shows all lines."
                : "\(model.keys.key(.attempts)) shows what phones send, Tab what operators do.",
            on: &grid,
            in: body
        )
    }

    func drawAudit(on grid: inout CellGrid, in body: Rect) {
        let columns = [
            Column("TIME", minimum: 8, ideal: 8, priority: 90),
            Column("WHO", minimum: 8, ideal: body.width < 100 ? 10 : 18, priority: 60),
            Column("ACTION", minimum: 7, ideal: 7, priority: 95),
            Column("OBJECT", minimum: body.width < 60 ? 14 : 20, ideal: 34, priority: 100, grows: true),
            Column("RESULT", minimum: 22, ideal: 26, priority: 70, grows: true),
            Column("REASON", minimum: 10, ideal: 22, priority: 40, grows: true),
        ]
        draw(model.audit, columns, on: &grid, in: body, filter: model.auditFilter.text, remark: "") { entry in
            let record = entry.row.record
            return [
                TableField(String(clock.clock(record.at).suffix(8)), role: .flowTime),
                // The address as well where it isn't cut.
                TableField(body.width < 100 ? record.by.user : record.by.short),
                TableField(record.action, role: .textStrong), TableField(record.object),
                TableField(record.result),
                TableField(record.reason.isEmpty ? "" : "\"\(record.reason)\"", role: .textDim),
            ]
        }
        emptyText(
            model.audit,
            model.auditFilter.text,
            "No act yet.",
            "What operators do is written here first: \(model.keys.key(.evict)) \(model.keys.key(.expire)) "
                + "\(model.keys.key(.block)) on a binding (\(model.keys.key(.bindings))).",
            on: &grid,
            in: body
        )
    }

    func drawBlocks(on grid: inout CellGrid, in body: Rect) {
        let columns = [
            Column("REFUSED", minimum: 18, ideal: 32, priority: 100, grows: true),
            Column("LEFT", minimum: 6, ideal: 6, alignment: .right, priority: 90),
            Column("UNTIL", minimum: 8, ideal: 8, priority: 50),
            Column("SINCE", minimum: 8, ideal: 8, priority: 30),
            Column("BY", minimum: 10, ideal: 18, priority: 60),
            Column("REASON", minimum: 10, ideal: 30, priority: 40, grows: true),
        ]
        func isOver(_ entry: ListState<Block>.Entry) -> Bool {
            entry.departure != nil || entry.row.isOver(at: clock.now.timestamp)
        }
        draw(
            model.blocks,
            columns,
            on: &grid,
            in: body,
            filter: model.blocksFilter.text,
            remark: "",
            isOver: isOver
        ) { entry in
            let block = entry.row
            let left = block.until.map { TimeText.countdown(clock.left(until: $0)) } ?? "always"
            return [
                TableField(block.subject.text),
                isOver(entry)
                    ? TableField("ENDED", role: .stateUnreg) : TableField(left, role: .stateWarn),
                TableField(block.until.map { clock.clock($0) } ?? "-", role: .textDim),
                TableField(clock.clock(block.since), role: .textDim), TableField(block.by.short),
                TableField(block.reason.isEmpty ? "" : "\"\(block.reason)\"", role: .textDim),
            ]
        }
        emptyText(
            model.blocks,
            model.blocksFilter.text,
            "Nobody is blocked.",
            "\(model.keys.key(.block)) on a source (\(model.keys.key(.security))) or a binding "
                + "(\(model.keys.key(.bindings))) refuses it for a time.",
            on: &grid,
            in: body
        )
    }

    private func draw<Row: ListedRow>(
        _ list: ListState<Row>,
        _ columns: [Column],
        on grid: inout CellGrid,
        in body: Rect,
        filter: String,
        remark: String,
        isOver: (ListState<Row>.Entry) -> Bool = { $0.departure != nil },
        fields: (ListState<Row>.Entry) -> [TableField],
    ) {
        let layout = ListLayout(body)
        if let info = layout.info { infoLine(list, filter, remark).draw(on: &grid, in: info) }
        let rows = list.entries.prefix(layout.rows).map { entry in
            TableRow(fields(entry), overlay: isOver(entry) ? .rowGone : nil)
        }
        let table = Table(
            columns: columns,
            rows: rows,
            cursor: rows.isEmpty ? nil : list.cursorIndex,
            lead: .one,
            window: ScrollBar(first: list.top, shown: rows.count, total: list.matched)
        )
        table.draw(on: &grid, in: layout.table)
    }

    /// The three lists as tabs, and what is shown of the one on top.
    private func infoLine<Row: ListedRow>(_ list: ListState<Row>, _ filter: String, _ remark: String)
        -> SegmentLine
    {
        let names = ["LOG", "AUDIT", "BLOCKS"]
        var left = zip(Screen.tabs, names).enumerated().map { index, tab in
            let isOn = tab.0 == model.screen
            let text = isOn ? "[\(tab.1)]" : " \(tab.1) "
            let run = TextRun(text, role: isOn ? .textStrong : .textDim, spot: .tab(index))
            return Segment([run], priority: 90)
        }
        if !filter.isEmpty { left.append(Segment("filter: \(filter)", role: .filterMatch, priority: 60)) }
        if !remark.isEmpty { left.append(Segment(remark, role: .stateWarn, priority: 70)) }
        var right: [Segment] = []
        if list.isLoaded {
            let count =
                filter.isEmpty && remark.isEmpty
                ? TimeText.count(list.total)
                : "\(TimeText.count(list.matched)) of \(TimeText.count(list.total))"
            right.append(Segment(count, role: .text, priority: 50))
        }
        if model.screen != .blocks {
            let follow = list.isFollowing ? "following the newest" : "A follows the newest"
            right.append(Segment(follow, role: list.isFollowing ? .toastInfo : .textDim, priority: 20))
        }
        right.append(Segment("", role: .text))
        return SegmentLine(left: left, right: right, gap: 2)
    }

    private func emptyText<Row: ListedRow>(
        _ list: ListState<Row>,
        _ filter: String,
        _ text: String,
        _ advice: String,
        on grid: inout CellGrid,
        in body: Rect,
    ) {
        guard list.isLoaded, list.entries.isEmpty else { return }
        let empty =
            filter.isEmpty
            ? EmptyText(what: text, advice: [advice])
            : EmptyText(
                what: "No line matches \(filter)",
                advice: ["\(model.keys.key(.clearFilter)) clears the filter."]
            )
        empty.draw(on: &grid, in: body.inset(top: 2))
    }
}
