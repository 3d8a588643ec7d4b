internal import Cells
internal import Monitor
internal import Timing

/// Draws what is wrong with devices: the User-Agents with most flawed bindings on top, and what the one under the cursor
/// shows.
struct DevicesScreen {
    let model: ConsoleModel
    let clock: LocalClock

    private var state: DevicesState { model.devices }
    private var list: ListState<DeviceRow> { model.devices.list }

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = model.devicesLayout
        if let info = layout.info { infoLine.draw(on: &grid, in: info) }
        let rows = list.entries.prefix(layout.rows).map { row($0, width: body.width) }
        let table = Table(
            columns: columns(width: body.width),
            rows: rows,
            cursor: rows.isEmpty || state.isInDetail ? nil : list.cursorIndex,
            lead: .one,
            window: ScrollBar(first: list.top, shown: rows.count, total: list.matched)
        )
        table.draw(on: &grid, in: layout.table)
        if list.isLoaded, list.entries.isEmpty { return drawEmpty(on: &grid, in: layout.table) }
        if let preview = layout.preview { drawFindings(on: &grid, in: preview) }
    }

    private func columns(width: Int) -> [Column] {
        func number(_ title: String, _ width: Int, _ priority: Int) -> Column {
            Column(title, minimum: width, ideal: width, alignment: .right, priority: priority)
        }
        return [
            Column(
                state.group == .agent ? "USER-AGENT" : "VENDOR",
                minimum: 14,
                ideal: 34,
                priority: 100,
                grows: true
            ),
            number("BINDINGS", 8, 95), number("FLAWED", 6, 90), number("", 4, 60), number("GHOSTS", 6, 50),
            number("MISSED", 6, 55), number("FAIL/10m", 8, 40), number("CSEQ", 4, 20),
            Column("WHAT", minimum: 16, ideal: 40, priority: width < 60 ? 30 : 85, grows: true),
        ]
    }

    private static func name(_ row: DeviceRow) -> String {
        if row.isRest { return "(all others, and those without a name)" }
        return row.name.isEmpty ? "(none given)" : row.name
    }

    private func row(_ entry: ListState<DeviceRow>.Entry, width: Int) -> TableRow {
        let row = entry.row
        func number(_ value: Int, _ role: Role) -> TableField {
            TableField(TimeText.count(value), role: value == 0 ? .textDim : role)
        }
        let share = row.bindings > 0 ? Double(row.flawed) / Double(row.bindings) * 100 : 0
        let what = row.lints.map { "\($0.lint.word) \(TimeText.count($0.count))" }.joined(separator: "  ")
        return TableRow(
            [
                TableField(Self.name(row)), number(row.bindings, .text), number(row.flawed, .stateWarn),
                TableField(row.flawed > 0 ? "\(TimeText.fixed(share, 0))%" : "", role: .textDim),
                number(row.ghosts, .stateWarn), number(row.silent, .stateLate),
                number(row.failures, .stateFail),
                number(row.cseqFailures, .stateFail),
                TableField(what, role: row.flawed > 0 ? .stateWarn : .textDim),
            ],
            overlay: entry.departure == nil ? nil : .rowGone
        )
    }

    private var infoLine: SegmentLine {
        guard let picture = state.picture, list.isLoaded else { return SegmentLine(left: [], gap: 3) }
        func part(_ name: String, _ value: Int, _ priority: Int, _ role: Role = .textStrong) -> Segment {
            Segment(
                [TextRun(" \(name) ", role: .textDim), TextRun(TimeText.count(value), role: role)],
                priority: priority
            )
        }
        var left = [
            part("bindings", picture.bindings, 90),
            part("flawed", picture.flawed, 95, picture.flawed > 0 ? .stateWarn : .stateOK),
            part(state.group == .agent ? "User-Agents" : "vendors", picture.names, 40),
            Segment("by \(state.group == .agent ? "USER-AGENT" : "VENDOR") (g)", role: .text, priority: 60),
        ]
        let filter = model.devicesFilter.text
        if !filter.isEmpty { left.append(Segment(filter, role: .filterMatch, priority: 70)) }
        return SegmentLine(left: left, gap: 2)
    }

    /// What the row with the cursor shows, and what each of it comes to.
    private func drawFindings(on grid: inout CellGrid, in rect: Rect) {
        let row = list.cursorEntry?.row
        let role: Role = state.isInDetail ? .frameFocus : .frame
        let name = row.map { Self.name($0) } ?? ""
        grid.rule(
            rect.row(0),
            title: SafeText("WHAT IS WRONG WITH \(name)", ascii: grid.glyphs == .ascii)
                .fitted(to: max(1, rect.width - 4)).string,
            role: role,
            titleRole: state.isInDetail ? .frameFocus : .frameTitle
        )
        let findings = state.findings
        guard !findings.isEmpty else {
            let text = row == nil ? "" : " Nothing that its registrations show."
            grid.put(text, at: rect.row(1).origin, role: .secCalm, maxWidth: rect.width)
            return
        }
        let room = rect.inset(top: 1, bottom: 2)
        let top = max(0, min(state.index - room.height / 2, findings.count - room.height))
        for (place, finding) in findings.dropFirst(top).prefix(room.height).enumerated() {
            let line = room.row(place)
            let isCursor = state.isInDetail && top + place == state.index
            draw(finding, of: row, on: &grid, in: line)
            guard isCursor else { continue }
            grid.set(grid.glyphs.cursor, at: line.origin, role: .tableRow)
            grid.overlay(line, role: .rowCursor)
        }
        drawAdvice(findings[state.index], on: &grid, in: rect.inset(top: rect.height - 2))
    }

    private func draw(
        _ finding: DevicesState.Finding,
        of row: DeviceRow?,
        on grid: inout CellGrid,
        in line: Rect
    ) {
        let isWarning = finding.lint?.isWarning ?? true
        let share = Double(finding.count) / Double(max(1, row?.bindings ?? 1))
        grid.put(
            SafeText(finding.word, ascii: grid.glyphs == .ascii).fitted(to: 16),
            at: Point(x: line.x + 2, y: line.y),
            role: isWarning ? .stateWarn : .text
        )
        let numbers = Rect(x: line.x + 18, y: line.y, width: 16, height: 1)
        grid.putRight(TimeText.count(finding.count), in: numbers.inset(right: 6), role: .textStrong)
        grid.putRight("\(TimeText.fixed(min(1, share) * 100, 0))%", in: numbers, role: .text)
        let bar = line.inset(left: 36, right: 1)
        guard bar.width >= 10 else { return }
        Bar(fraction: min(1, share), role: isWarning ? .rateHigh : .rateLow).draw(
            on: &grid,
            in: Rect(x: bar.x, y: bar.y, width: min(40, bar.width), height: 1)
        )
    }

    private func drawAdvice(_ finding: DevicesState.Finding, on grid: inout CellGrid, in rect: Rect) {
        let (what, advice) =
            finding.lint.map { DeviceWords.sentence($0) }
            ?? (finding.term == "ghost:yes"
                ? (
                    "Bindings that its phones have left behind: calls still go to them.",
                    "O on one of them keeps the newest."
                )
                : (
                    "Phones that have not come when they always do.",
                    "Look whether they have a site in common."
                ))
        for (index, text) in ["\(finding.word): \(what)", "-> \(advice)"].prefix(rect.height).enumerated() {
            RunLine(text, role: index == 0 ? .text : .textStrong).fitted(to: rect.width - 2)
                .draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y + index))
        }
    }

    private func drawEmpty(on grid: inout CellGrid, in rect: Rect) {
        let filter = model.devicesFilter.text
        let empty =
            filter.isEmpty
            ? EmptyText(
                what: "No phone is registered.",
                advice: ["\(model.keys.key(.attempts)) shows who tries, and why it fails."],
                detail: [
                    "Here stands what registrations show to be wrong with devices,",
                    "by User-Agent or vendor (\(model.keys.key(.group))), the worst on top.",
                ]
            )
            : EmptyText(
                what: "No device matches \(filter)",
                advice: ["\(model.keys.key(.clearFilter)) clears the filter."]
            )
        empty.draw(on: &grid, in: rect.inset(top: 1))
    }
}
