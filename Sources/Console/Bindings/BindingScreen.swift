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
            guard model.detail.isMissing else {
                return EmptyText(what: "Asking ..").draw(on: &grid, in: body)
            }
            return drawMissing(on: &grid, in: body)
        }
        let lines = BindingLines(row: detail.row, clock: clock, keys: model.keys)
        var area = body
        drawHead(detail, on: &grid, in: area.row(0))
        lines.drawExpiry(on: &grid, in: area.row(1))
        lines.drawRhythm(on: &grid, in: area.row(2))
        area = area.inset(top: 3)
        let width = requestWidth(detail, in: area)
        let isWide = width > 0
        if isWide {
            let raw = Rect(x: area.maxX - width, y: area.y, width: width, height: area.height)
            drawRequest(detail, on: &grid, in: raw)
            area = area.inset(right: width)
        }
        drawBlocks(detail, lines, on: &grid, in: area)
        if isWide { joinRules(on: &grid, at: area.maxX, rows: area.y + 1..<area.maxY) }
    }

    /// Nobody keeps the binding any more; the journal may still tell why it left.
    private func drawMissing(on grid: inout CellGrid, in body: Rect) {
        let page = model.detail.aor.flatMap { model.history.page(of: $0) }
        let id = if case .binding(let id) = model.screen { Optional(id) } else { BindingID?.none }
        let end = page?.entries.first { $0.binding.id == id && $0.cause.isRemoval }
        var lines: [String] = []
        if let end {
            lines += HistoryWords(entry: end, clock: clock).farewell
        } else if let refusal = page?.refusal {
            lines.append("Why it left is not known: \(refusal).")
        } else if page != nil {
            lines.append("The journal does not hold its end.")
        }
        EmptyText(
            what: "This binding is no longer kept.",
            advice: lines + ["\(model.keys.key(.leave)) goes back."]
        )
        .draw(on: &grid, in: body)
    }

    /// What the journal tells of the address of record.
    private func past(_ detail: BindingDetail, width: Int) -> HistoryBlock {
        // The past has ids of its own.
        HistoryBlock(
            model.history.page(of: detail.row.binding.texts.aor),
            own: clock.isPast ? nil : detail.row.key,
            since: clock.now.wall(at: detail.row.binding.facts.createdAt),
            clock: clock,
            width: width,
            keys: model.keys
        )
    }

    /// Columns of the last request at the right; 0 where it has no room.
    private func requestWidth(_ detail: BindingDetail, in area: Rect) -> Int {
        area.width >= 120 && !detail.lastRequest.isEmpty ? area.width * 2 / 5 : 0
    }

    /// The block about the way to the phone, below the fields: the attempts keep three rows, and the gaps theirs.
    private func reach(_ detail: BindingDetail, _ lines: BindingLines, in area: Rect) -> ReachBlock? {
        // The journal knows nothing of the way.
        guard !clock.isPast else { return nil }
        let room = area.inset(bottom: detail.siblings.isEmpty ? 5 : 6)
        return ReachBlock(detail, call: model.detail.call, lines, in: room)
    }

    /// The same as it stands on the screen.
    func reach(in body: Rect) -> ReachBlock? {
        guard let detail = model.detail.detail, !model.detail.isMissing else { return nil }
        let lines = BindingLines(row: detail.row, clock: clock, keys: model.keys)
        let area = body.inset(top: 3)
        let left = area.inset(right: requestWidth(detail, in: area))
        return reach(detail, lines, in: left.inset(top: fieldRows(lines, in: left)))
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
        let isKnown = !detail.row.binding.facts.isEndUnknown
        let right = [
            Segment("\(isKnown ? state.word : "?") ", role: BindingColumns.role(state), priority: 80)
        ]
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
        let reach = reach(detail, lines, in: area)
        reach?.draw(on: &grid, top: model.detail.reachTop)
        area = area.inset(top: reach?.rect.height ?? 0)
        if area.height >= (reach == nil ? 8 : 5) {
            area = area.inset(top: drawPast(detail, lines, on: &grid, in: area.inset(bottom: others)))
        }
        guard area.height >= 2 + others else { return }
        drawAttempts(detail, on: &grid, in: area.inset(bottom: others))
        guard others == 1 else { return }
        let siblings = detail.siblings.map(\.binding)
        let list = siblings.map { binding in
            let left = TimeText.countdown(clock.left(until: binding.facts.expiresAt))
            let more = ActWords.distinction(binding, among: siblings + [detail.row.binding], clock)
            return "\(ActWords.place(binding)) (\(([left] + more).joined(separator: ", ")))"
        }
        let text = SafeText(" Also registered: \(list.joined(separator: ", "))", ascii: grid.glyphs == .ascii)
        grid.put(text.fitted(to: area.width), at: area.row(area.height - 1).origin, role: .text)
    }

    /// The last gaps and what the journal tells; gives the rows used. The attempts keep three rows, and half of what
    /// there is.
    private func drawPast(
        _ detail: BindingDetail,
        _ lines: BindingLines,
        on grid: inout CellGrid,
        in rect: Rect
    ) -> Int {
        let key = model.keys.key(.history)
        grid.rule(
            rect.row(0),
            title: clock.isPast ? "HISTORY (\(key))" : "REFRESH GAPS, s, AND HISTORY (\(key))"
        )
        // The journal lists no refreshes.
        let head = clock.isPast ? 1 : 2
        if !clock.isPast {
            lines.gaps(detail.gaps, width: rect.width - 1).draw(on: &grid, at: rect.row(1).origin)
        }
        let past = past(detail, width: rect.width - 1)
        let rest = rect.inset(top: head)
        let kept = min(max(1, detail.attempts.count) + 1, max(3, rest.height / 2))
        let height = max(0, min(past.count, rest.height - kept))
        past.draw(on: &grid, in: Rect(x: rest.x, y: rest.y, width: rest.width, height: height))
        return head + height
    }

    /// Two columns where there is room for them; gives the rows used.
    private func drawFields(_ lines: BindingLines, on grid: inout CellGrid, in rect: Rect) -> Int {
        guard rect.width >= 76 else {
            let fields = (lines.contact + lines.network).filter { !$0.1.isEmpty }
            let height = fieldRows(lines, in: rect)
            BindingLines.draw(
                fields,
                on: &grid,
                in: Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
            )
            return height
        }
        let height = fieldRows(lines, in: rect)
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

    /// Rows that they take.
    private func fieldRows(_ lines: BindingLines, in rect: Rect) -> Int {
        if rect.width >= 76 { return min(rect.height, 7) }
        return min((lines.contact + lines.network).count { !$0.1.isEmpty }, max(0, rect.height - 3))
    }

    private func drawAttempts(_ detail: BindingDetail, on grid: inout CellGrid, in rect: Rect) {
        grid.rule(rect.row(0), title: "LAST ATTEMPTS OF THIS ADDRESS OF RECORD")
        let list = rect.inset(top: 1)
        grid.mark(rect, as: .list(0))
        if detail.attempts.isEmpty {
            let text = clock.isPast ? " The journal does not hold attempts." : " None is kept any more."
            grid.put(text, at: list.origin, role: .textDim, maxWidth: list.width)
        }
        let selected = model.detail.selectedAttempt
        let top = max(0, min(selected - list.height / 2, detail.attempts.count - list.height))
        for (index, attempt) in detail.attempts.dropFirst(top).prefix(list.height).enumerated() {
            let row = list.row(index)
            grid.mark(row, as: .row(top + index, of: 0))
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
