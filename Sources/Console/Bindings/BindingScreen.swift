internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Draws one binding: what is left, whose it is, where it is, how it got there.
struct BindingScreen {
    let model: ConsoleModel
    let clock: LocalClock

    func draw(on grid: inout CellGrid, in body: Rect) {
        guard let detail = model.detail.detail, !model.detail.isMissing else {
            let text = model.detail.isMissing ? "This binding is no longer kept." : "Asking .."
            EmptyText.draw([(text, .textStrong), ("Esc goes back.", .textDim)], on: &grid, in: body)
            return
        }
        let lines = BindingLines(row: detail.row, clock: clock)
        var area = body
        drawHead(detail, on: &grid, in: area.row(0))
        lines.drawExpiry(on: &grid, in: area.row(1))
        lines.drawRhythm(on: &grid, in: area.row(2))
        area = area.inset(top: 3)
        let isWide = area.width >= 120 && !detail.lastRequest.isEmpty
        if isWide {
            let width = area.width * 2 / 5
            let raw = Rect(x: area.maxX - width, y: area.y, width: width, height: area.height)
            drawRequest(detail, on: &grid, in: raw)
            area = area.inset(right: width)
        }
        drawBlocks(detail, lines, on: &grid, in: area)
        if isWide { joinRules(on: &grid, at: area.maxX, rows: area.y + 1..<area.maxY) }
    }

    /// Where a rule from the left meets the line before the request.
    private func joinRules(on grid: inout CellGrid, at x: Int, rows: Range<Int>) {
        for y in rows where grid[x - 1, y]?.scalar == grid.glyphs.horizontal {
            grid.set(grid.glyphs.teeRight, at: Point(x: x, y: y), role: .frame)
        }
    }

    private func drawHead(_ detail: BindingDetail, on grid: inout CellGrid, in rect: Rect) {
        let state = detail.row.isGone ? BindingState.gone : detail.row.state
        let left = [
            Segment(" \(detail.row.aor)", role: .textStrong, priority: 90),
            Segment(
                "binding \(detail.position) of \(detail.siblings.count + 1)",
                role: .textDim,
                priority: 40
            ),
        ]
        let right = [Segment("\(state.word) ", role: BindingColumns.role(state), priority: 80)]
        SegmentLine(left: left, right: right).draw(on: &grid, in: rect)
    }

    private func drawBlocks(
        _ detail: BindingDetail,
        _ lines: BindingLines,
        on grid: inout CellGrid,
        in rect: Rect,
    ) {
        var area = rect
        let fields = drawFields(lines, on: &grid, in: area)
        area = area.inset(top: fields)
        defer {
            if rect.width >= 76, rect.height > fields,
                grid[rect.x + rect.width / 2, rect.y + fields]?.scalar == grid.glyphs.horizontal
            {
                grid.set(
                    grid.glyphs.teeUp,
                    at: Point(x: rect.x + rect.width / 2, y: rect.y + fields),
                    role: .frame
                )
            }
        }
        let others = detail.siblings.isEmpty ? 0 : 1
        // The attempts keep three rows, and the gaps theirs: the rest is for the way and the remarks.
        area = area.inset(top: drawReach(detail, lines, on: &grid, in: area.inset(bottom: 5 + others)))
        if area.height >= (area.height == rect.height - fields ? 8 : 5) {
            grid.rule(area.row(0), title: "REFRESH GAPS, s")
            lines.gaps(detail.gaps, width: area.width - 1).draw(on: &grid, at: area.row(1).origin)
            area = area.inset(top: 2)
        }
        guard area.height >= 2 + others else { return }
        drawAttempts(detail, on: &grid, in: area.inset(bottom: others))
        guard others == 1 else { return }
        let list = detail.siblings.map { row in
            let left = clock.left(until: row.binding.facts.expiresAt)
            return "\(row.binding.facts.path.source) (\(TimeText.countdown(left)))"
        }
        let text = SafeText(" Also registered: \(list.joined(separator: ", "))", ascii: grid.glyphs == .ascii)
        grid.put(text.fitted(to: area.width), at: area.row(area.height - 1).origin, role: .text)
    }

    /// The way to the phone and what is remarkable, as far as there is room; gives the rows used.
    private func drawReach(
        _ detail: BindingDetail,
        _ lines: BindingLines,
        on grid: inout CellGrid,
        in rect: Rect,
    ) -> Int {
        guard rect.height >= 2, rect.width >= 40 else { return 0 }
        var text = lines.reach(shown: detail.shownContact).map { field in
            RunLine([TextRun(" \(field.name.padded(9))", role: .textDim)] + field.value)
        }
        let width = rect.width - 2
        let remarks = lines.remarks(phones: detail.phones, ghosts: detail.ghosts.count)
        text += remarks.flatMap { RunLine([$0]).wrapped(columns: width - 2, atWords: true) }
            .map { RunLine([TextRun(" ", role: .text)] + $0.runs) }
        guard !text.isEmpty else { return 0 }
        let height = min(rect.height, text.count + 1)
        if text.count + 1 > height {
            let hidden = text.count + 2 - height
            text = Array(text.prefix(height - 2))
            text.append(
                RunLine(
                    " and \(TimeText.count(hidden, "line")) more: a taller screen shows all",
                    role: .textDim
                )
            )
        }
        grid.rule(rect.row(0), title: "HOW IT IS REACHED, AND WHAT IS REMARKABLE")
        for (index, line) in text.enumerated() {
            RunLine(line.runs, ascii: grid.glyphs == .ascii).fitted(to: width)
                .draw(on: &grid, at: rect.row(index + 1).origin, maxWidth: width)
        }
        return height
    }

    /// Two columns where there is room for them; gives the rows used.
    private func drawFields(_ lines: BindingLines, on grid: inout CellGrid, in rect: Rect) -> Int {
        guard rect.width >= 76 else {
            let fields = (lines.contact + lines.network).filter { !$0.1.isEmpty }
            let height = min(fields.count, max(0, rect.height - 3))
            BindingLines.draw(
                fields,
                on: &grid,
                in: Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
            )
            return height
        }
        let height = min(rect.height, 7)
        let half = rect.width / 2
        let left = Rect(x: rect.x, y: rect.y, width: half, height: height)
        let right = Rect(x: rect.x + half + 1, y: rect.y, width: rect.width - half - 1, height: height)
        grid.rule(rect.row(0), title: "CONTACT")
        grid.rule(right.row(0), title: "IDENTITY AND NETWORK")
        grid.set(grid.glyphs.teeDown, at: Point(x: left.maxX, y: rect.y), role: .frame)
        grid.verticalRule(Rect(x: left.maxX, y: rect.y + 1, width: 1, height: height - 1))
        BindingLines.draw(lines.contact, on: &grid, in: left.inset(top: 1))
        BindingLines.draw(lines.network, on: &grid, in: right.inset(top: 1))
        return height
    }

    private func drawAttempts(_ detail: BindingDetail, on grid: inout CellGrid, in rect: Rect) {
        grid.rule(rect.row(0), title: "LAST ATTEMPTS OF THIS ADDRESS OF RECORD")
        let list = rect.inset(top: 1)
        if detail.attempts.isEmpty {
            grid.put(" None is kept any more.", at: list.origin, role: .textDim, maxWidth: list.width)
        }
        let selected = model.detail.selectedAttempt
        let top = max(0, min(selected - list.height / 2, detail.attempts.count - list.height))
        for (index, attempt) in detail.attempts.dropFirst(top).prefix(list.height).enumerated() {
            let row = list.row(index)
            let isCursor = top + index == selected
            if isCursor { grid.set(grid.glyphs.cursor, at: row.origin, role: .tableRow) }
            let line = AttemptLine(row: attempt, binding: detail.row.binding, clock: clock)
            RunLine(line.runs(width: row.width - 2)).fitted(to: row.width - 2)
                .draw(on: &grid, at: Point(x: row.x + 2, y: row.y))
            if isCursor { grid.overlay(row, role: .rowCursor) }
        }
    }

    private func drawRequest(_ detail: BindingDetail, on grid: inout CellGrid, in rect: Rect) {
        grid.verticalRule(rect)
        grid.rule(rect.row(0), title: "LAST REGISTER")
        grid.set(grid.glyphs.teeDown, at: rect.origin, role: .frame)
        let lines = RawMessage(detail.lastRequest).lines
        let wrapped = lines.flatMap { $0.softWrapped(columns: rect.width - 3) }
        TextPane(lines: wrapped).draw(on: &grid, in: rect.inset(left: 2, top: 1))
    }
}
