internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// Draws the messages of a call: the caller at the left, then this registrar, then a column for each leg. Where there
/// are more legs than columns, those are shown among which the message with the cursor is.
struct CallLadder {
    let screen: LadderScreen
    let detail: AttemptDetail
    let call: CallRow

    private var state: LadderState { screen.model.ladder }

    /// Columns of the screen that a leg takes at least.
    private static let gap = 18

    /// The legs that are shown, from 1.
    func legs(width: Int) -> ClosedRange<Int>? {
        guard !call.legs.isEmpty else { return nil }
        let count = max(1, min(call.legs.count, width / Self.gap - 1))
        let wanted = state.message.flatMap { $0.leg == 0 ? nil : $0.leg } ?? answering ?? 0
        let first = max(1, min(wanted - count + 1, call.legs.count - count + 1))
        return first...(first + count - 1)
    }

    /// The leg that has taken the call, from 1: it is what is looked for first.
    private var answering: Int? { call.legs.firstIndex { (200..<300).contains($0.status) }.map { $0 + 1 } }

    func draw(on grid: inout CellGrid, in rect: Rect) {
        guard rect.height > 0 else { return }
        let timeWidth = rect.width >= 60 ? 14 : 10
        let width = max(2, rect.width - timeWidth - 1)
        let lines = Rect(x: rect.x + timeWidth, y: rect.y, width: width, height: rect.height)
        let shown = legs(width: width)
        let count = 2 + (shown?.count ?? 0)
        let columns = (0..<count).map { lines.x + (width - 1) * $0 / (count - 1) }
        let heads = rect.height >= 6 ? 2 : rect.height >= 4 ? 1 : 0
        drawHeads(shown, columns, rows: heads, on: &grid, in: lines)
        let area = rect.inset(top: heads)
        grid.mark(area, as: .list(0))
        let top = max(0, min(state.selected - area.height / 2, detail.messages.count - area.height))
        for row in 0..<min(area.height, detail.messages.count - top + 1) {
            let index = top + row
            let line = area.row(row)
            for x in columns { grid.set(grid.glyphs.vertical, at: Point(x: x, y: line.y), role: .frame) }
            guard index < detail.messages.count else { continue }
            grid.mark(line, as: .row(index, of: 0))
            drawMessage(index, shown, columns, on: &grid, line: line)
        }
    }

    // MARK: Who stands above

    private func drawHeads(
        _ shown: ClosedRange<Int>?,
        _ columns: [Int],
        rows: Int,
        on grid: inout CellGrid,
        in rect: Rect,
    ) {
        guard rows > 0, columns.count > 1 else { return }
        let gap = columns[1] - columns[0]
        for (place, x) in columns.enumerated() {
            let texts = heads(place, shown)
            let isEdge = place == 0 || place == columns.count - 1
            for (row, head) in (rows == 2 ? texts : [texts[1]]).enumerated() {
                let cut: Cut = row == 0 && rows == 2 ? .start : .end
                let room = isEdge && columns.count == 2 ? gap / 2 : isEdge ? gap * 3 / 5 : gap - 2
                let text = SafeText(head, ascii: grid.glyphs == .ascii).fitted(to: max(1, room), cut: cut)
                let left =
                    place == 0
                    ? x : place == columns.count - 1 ? x + 1 - text.width : x - text.width / 2
                grid.put(text, at: Point(x: max(rect.x, left), y: rect.y + row), role: .flowHost)
            }
        }
    }

    /// Address and name of a column.
    private func heads(_ place: Int, _ shown: ClosedRange<Int>?) -> [String] {
        if place == 0 {
            let user = call.caller.prefix { $0 != "@" }
            return ["\(detail.row.path.source)", String(user)]
        }
        if place == 1 {
            let host = screen.model.welcome?.host ?? ""
            let isPart = shown.map { $0.count < call.legs.count } ?? false
            let part = shown.map { "legs \($0.lowerBound)-\($0.upperBound) of \(call.legs.count)" } ?? ""
            return [host.isEmpty ? "\(detail.row.path.local)" : host, isPart ? part : "regtop"]
        }
        let number = (shown?.lowerBound ?? 1) + place - 2
        guard call.legs.indices.contains(number - 1) else { return ["", ""] }
        let leg = call.legs[number - 1]
        let status = leg.status > 0 ? " \(leg.status)" : ""
        return ["\(leg.path.source)", "\(number) \(CallVerdictWords.target(leg))\(status)"]
    }

    // MARK: The arrows

    private func drawMessage(
        _ index: Int,
        _ shown: ClosedRange<Int>?,
        _ columns: [Int],
        on grid: inout CellGrid,
        line: Rect,
    ) {
        let message = detail.messages[index]
        let isCursor = index == state.selected
        if isCursor { grid.set(grid.glyphs.cursor, at: line.origin, role: .tableRow) }
        let time = Rect(x: line.x + 1, y: line.y, width: columns[0] - line.x - 2, height: 1)
        grid.putRight(screen.timeText(detail, index, width: time.width), in: time, role: .flowTime)
        let leg = message.leg ?? 0
        let isShown = leg == 0 || shown.map { $0.contains(leg) } ?? false
        let place = leg == 0 ? 0 : isShown ? leg - (shown?.lowerBound ?? 1) + 2 : columns.count - 1
        let (left, right) = (min(columns[place], columns[1]), max(columns[place], columns[1]))
        let arrow = Rect(x: left + 1, y: line.y, width: max(0, right - left - 1), height: 1)
        let role = isShown ? LadderScreen.role(message) : .textDim
        grid.fill(arrow, with: grid.glyphs.horizontal, role: role)
        // To a leg we send to the right, to the caller to the left.
        if (message.isOutgoing ?? false) == (leg > 0) {
            grid.set(grid.glyphs.arrowRight, at: Point(x: arrow.maxX - 1, y: arrow.y), role: role)
        } else {
            grid.set(grid.glyphs.arrowLeft, at: arrow.origin, role: role)
        }
        // The text stands beside the column that it belongs to.
        let beside =
            place > 1
            ? Rect(x: columns[place - 1] + 1, y: line.y, width: right - columns[place - 1] - 1, height: 1)
            : arrow
        let text = words(
            message,
            number: isShown ? nil : leg,
            room: max(0, beside.width - 4),
            ascii: grid.glyphs == .ascii
        )
        grid.put(text, at: Point(x: beside.x + (beside.width - text.width) / 2, y: line.y), role: role)
        if isCursor { grid.overlay(line, role: .rowCursor) }
    }

    /// What fits: the whole summary, or method or status alone.
    private func words(_ message: LadderMessage, number: Int?, room: Int, ascii: Bool) -> SafeText {
        let again = message.isRetransmission ? " (again)" : ""
        let lead = number.map { "leg \($0): " } ?? ""
        let whole = SafeText(" \(lead)\(message.summary)\(again) ", ascii: ascii)
        if whole.width <= room { return whole }
        let plus = message.summary.contains(" + ") ? "+" : ""
        let short =
            message.isRequest
            ? String(message.summary.prefix { $0 != " " }) + plus
            : message.isRetransmission ? "\(message.status)" : message.summary
        return SafeText(" \(lead)\(short)\(again) ", ascii: ascii).fitted(to: room)
    }
}
