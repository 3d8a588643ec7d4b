internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// Where the parts of a ladder stand: messages, the checks, and the message with the cursor.
struct LadderLayout: Hashable, Sendable {
    var head: Rect
    var ladder: Rect
    var why: Rect?
    var raw: Rect?

    /// The raw pane has room beside the ladder.
    static func rawFits(in size: Size) -> Bool { size.width >= 120 && size.height >= 16 }

    /// Shares the height: the checks get what they need, the ladder at least three rows.
    init(_ body: Rect, size: Size, whyLines: Int?, showsRaw: Bool) {
        head = body.row(0)
        var upper = body.inset(top: 1)
        if let whyLines {
            let wished = whyLines + 1
            let height = max(min(wished, upper.height - 4), min(wished, upper.height / 2))
            why = Rect(x: body.x, y: body.maxY - height, width: body.width, height: height)
            upper = upper.inset(bottom: height)
        }
        if showsRaw, Self.rawFits(in: size) {
            let width = min(76, upper.width * 9 / 20)
            raw = Rect(x: upper.maxX - width, y: upper.y, width: width, height: upper.height)
            upper = upper.inset(right: width)
        }
        ladder = upper
    }
}

/// Draws one attempt: its messages between the phone and us, why it came out so, and the bytes.
struct LadderScreen {
    let model: ConsoleModel
    let clock: LocalClock

    private var state: LadderState { model.ladder }

    func draw(on grid: inout CellGrid, in body: Rect) {
        guard let detail = state.detail, !state.isMissing, !detail.messages.isEmpty else {
            let text =
                state.isMissing || state.detail != nil ? "This attempt is no longer kept." : "Asking .."
            EmptyText(what: text, advice: ["\(model.keys.key(.leave)) goes back."]).draw(on: &grid, in: body)
            return
        }
        if state.isRaw { return drawWholeMessage(on: &grid, in: body) }
        // One column before the text, one behind it for the scroll bar.
        let width = min(100, body.width - 2)
        let why =
            state.showsWhy
            ? whyPanel(detail)?.lines(width: width) ?? CallWhy(detail, clock: clock)?.lines(width: width)
            : nil
        let layout = LadderLayout(body, size: model.size, whyLines: why?.count, showsRaw: state.showsRawPane)
        drawHead(detail, on: &grid, in: layout.head)
        if let call = detail.row.call {
            CallLadder(screen: self, detail: detail, call: call).draw(on: &grid, in: layout.ladder)
        } else {
            drawLadder(detail, on: &grid, in: layout.ladder)
        }
        if let rect = layout.raw { drawRawPane(on: &grid, in: rect) }
        if let rect = layout.why, let why {
            grid.rule(rect.row(0), title: "WHY")
            grid.mark(rect, as: .text)
            TextPane(lines: why, top: state.whyTop).draw(on: &grid, in: rect.inset(left: 1, top: 1))
        }
    }

    private func whyPanel(_ detail: AttemptDetail) -> WhyPanel? {
        guard let (exchange, isLast) = state.exchange else { return nil }
        return WhyPanel(
            detail: detail,
            exchange: exchange,
            isLast: isLast,
            request: state.request?.bytes ?? [],
            clock: clock
        )
    }

    private func drawHead(_ detail: AttemptDetail, on grid: inout CellGrid, in rect: Rect) {
        let row = detail.row
        let took = TimeText.delay(microseconds: Int((row.endedAt - row.startedAt).nanoseconds / 1_000))
        let right = [Segment("\(row.word) ", role: VerdictWords.role(row), priority: 90)]
        var room = rect.width - right[0].width
        var left: [Segment] = []
        /// Takes what fits, cut to no fewer columns than `least`.
        func add(_ text: String, _ role: Role, least: Int, most: Int = .max) {
            let text = SafeText(text, ascii: grid.glyphs == .ascii)
            let fitting = min(room - 2, most)
            guard fitting >= min(least, text.width) else { return }
            left.append(Segment([TextRun(text.fitted(to: fitting), role: role)], priority: 80))
            room -= min(text.width, fitting) + 2
        }
        // A long address of record leaves room for the time and more, where there is much.
        add(" \(row.aor)", .textStrong, least: 8, most: max(24, rect.width * 2 / 5))
        if let call = row.call { add("from \(call.caller)", .text, least: 8, most: max(20, rect.width / 4)) }
        add(clock.milliseconds(row.startedAt), .flowTime, least: 12)
        add(took, .textDim, least: 9)
        add(row.path.transport.name, .textDim, least: 3)
        if !row.agent.isEmpty { add(row.agent, .textDim, least: 8) }
        add("Call-ID \(row.callID)", .textDim, least: 16)
        SegmentLine(left: left, right: right).draw(on: &grid, in: rect)
    }

    // MARK: The arrows

    private func drawLadder(_ detail: AttemptDetail, on grid: inout CellGrid, in rect: Rect) {
        guard rect.height > 0 else { return }
        let timeWidth = rect.width >= 60 ? 14 : 10
        let lines = Rect(
            x: rect.x + timeWidth,
            y: rect.y,
            width: rect.width - timeWidth - 1,
            height: rect.height
        )
        let hasHosts = rect.height >= 4
        if hasHosts { drawHosts(detail.row, on: &grid, in: lines.row(0)) }
        let area = rect.inset(top: hasHosts ? 1 : 0)
        grid.mark(area, as: .list(0))
        let top = max(0, min(state.selected - area.height / 2, detail.messages.count - area.height))
        for row in 0..<min(area.height, detail.messages.count - top + 1) {
            let index = top + row
            let line = area.row(row)
            let inner = Rect(x: lines.x, y: line.y, width: lines.width, height: 1)
            grid.set(grid.glyphs.vertical, at: inner.origin, role: .frame)
            grid.set(grid.glyphs.vertical, at: Point(x: inner.maxX - 1, y: inner.y), role: .frame)
            guard index < detail.messages.count else { continue }
            grid.mark(line, as: .row(index, of: 0))
            drawMessage(detail, index, on: &grid, line: line, in: inner)
        }
    }

    /// Both ends: the phone's address at the left, ours at the right.
    private func drawHosts(_ row: AttemptRow, on grid: inout CellGrid, in rect: Rect) {
        let half = rect.width / 2 - 1
        let ascii = grid.glyphs == .ascii
        let phone = SafeText("\(row.path.source)", ascii: ascii).fitted(to: half, cut: .start)
        grid.put(phone, at: rect.origin, role: .flowHost)
        let host = model.welcome.map { "\($0.host) " } ?? ""
        let full = "\(host)\(row.path.local)"
        let ours = SafeText(full.utf8.count <= half ? full : "\(row.path.local)", ascii: ascii).fitted(
            to: half,
            cut: .start
        )
        grid.put(ours, at: Point(x: rect.maxX - ours.width, y: rect.y), role: .flowHost)
    }

    private func drawMessage(
        _ detail: AttemptDetail,
        _ index: Int,
        on grid: inout CellGrid,
        line: Rect,
        in rect: Rect,
    ) {
        let message = detail.messages[index]
        let isCursor = index == state.selected
        if isCursor { grid.set(grid.glyphs.cursor, at: line.origin, role: .tableRow) }
        let time = Rect(x: line.x + 1, y: line.y, width: rect.x - line.x - 2, height: 1)
        grid.putRight(timeText(detail, index, width: time.width), in: time, role: .flowTime)
        let role = Self.role(message)
        let arrow = rect.inset(left: 1, right: 1)
        grid.fill(arrow, with: grid.glyphs.horizontal, role: role)
        if message.isRequest {
            grid.set(grid.glyphs.arrowRight, at: Point(x: arrow.maxX - 1, y: arrow.y), role: role)
        } else {
            grid.set(grid.glyphs.arrowLeft, at: arrow.origin, role: role)
        }
        let again = message.isRetransmission ? " (again)" : ""
        let room = max(0, arrow.width - 4)
        let whole = SafeText(" \(message.summary)\(again) ", ascii: grid.glyphs == .ascii)
        let text =
            whole.width <= room
            ? whole
            : SafeText(" \(Self.short(message))\(again) ", ascii: grid.glyphs == .ascii).fitted(to: room)
        grid.put(text, at: Point(x: arrow.x + (arrow.width - text.width) / 2, y: arrow.y), role: role)
        if isCursor { grid.overlay(line, role: .rowCursor) }
    }

    /// A reply without its phrase, for a narrow screen: `401 (rejected)`.
    private static func short(_ message: LadderMessage) -> String {
        guard !message.isRequest else { return message.summary }
        let remark = message.summary.lastIndex(of: "(").map { String(message.summary[$0...]) } ?? ""
        return "\(message.status) \(remark)".trimmed
    }

    func timeText(_ detail: AttemptDetail, _ index: Int, width: Int) -> String {
        let message = detail.messages[index]
        if state.showsGaps, index > 0 {
            let gap = message.at - detail.messages[index - 1].at
            return "+" + TimeText.delay(microseconds: Int(gap.nanoseconds / 1_000))
        }
        return width >= 12 ? clock.milliseconds(message.at) : clock.clock(message.at)
    }

    static func role(_ message: LadderMessage) -> Role {
        if message.isRetransmission { return .flowRetrans }
        if message.isRequest { return .flowRequest }
        switch message.status {
        case 200..<300: return .flowReplyOK
        case 401, 407: return .flowReplyAuth
        case 100..<200: return .flowRequest
        default: return .flowReplyFail
        }
    }

    // MARK: The bytes

    private func drawRawPane(on grid: inout CellGrid, in rect: Rect) {
        grid.verticalRule(rect)
        guard let message = state.message else { return }
        let lines = shown(RawMessage(message.bytes).lines)
        TextPane(lines: lines.flatMap { $0.softWrapped(columns: rect.width - 3) }).draw(
            on: &grid,
            in: rect.inset(left: 2)
        )
    }

    /// The lines with what is searched for made to be seen.
    private func shown(_ lines: [RunLine]) -> [RunLine] {
        guard let search = state.search else { return lines }
        return lines.map { search.highlighted($0) }
    }

    private func drawWholeMessage(on grid: inout CellGrid, in rect: Rect) {
        guard let message = state.message else { return }
        grid.mark(rect, as: .text)
        let count = state.detail?.messages.count ?? 0
        let title = "MESSAGE \(state.selected + 1) OF \(count)  \(clock.milliseconds(message.at))"
        grid.rule(rect.row(0), title: title)
        let lines = shown(RawMessage(message.bytes).lines)
        let text =
            lines.isEmpty ? [RunLine("The bytes of this message are no longer kept.", role: .textDim)] : lines
        let wrapped = text.flatMap { $0.softWrapped(columns: rect.width - 2) }
        TextPane(lines: wrapped, top: state.rawTop).draw(on: &grid, in: rect.inset(left: 1, top: 1))
    }
}
