internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// The overview's panes with rows that can be opened.
struct OverviewPanes {
    let state: OverviewState
    let clock: LocalClock
    /// Listeners, for what to say before the first phone has come.
    let hosts: [String]

    /// Columns of a countdown's bar, and of a pane that has room for it.
    private static let barWidth = 8, widthWithBar = 60

    private var numbers: Overview { state.numbers }

    func draw(_ pane: OverviewState.Pane, on grid: inout CellGrid, in rect: Rect) {
        let hasFocus = state.pane == pane
        grid.rule(
            rect.row(0),
            title: title(pane),
            role: hasFocus ? .frameFocus : .frame,
            titleRole: hasFocus ? .frameFocus : .frameTitle
        )
        let list = rect.inset(top: 1)
        grid.mark(rect, as: .list(pane.rawValue))
        let all = rows(pane, width: max(0, list.width - 2))
        if all.isEmpty {
            let text = SafeText(" \(nothing(pane))", ascii: grid.glyphs == .ascii).fitted(to: list.width)
            grid.put(text, at: list.origin, role: .textDim)
        }
        let selected = hasFocus ? state.index : nil
        let top = max(0, min((selected ?? 0) - list.height / 2, all.count - list.height))
        for (index, runs) in all.dropFirst(top).prefix(list.height).enumerated() {
            let row = list.row(index)
            grid.mark(row, as: .row(top + index, of: pane.rawValue))
            let isCursor = top + index == selected
            grid.set(isCursor ? grid.glyphs.cursor : " ", at: row.origin, role: .tableRow)
            RunLine(runs, ascii: grid.glyphs == .ascii).fitted(to: max(0, row.width - 2))
                .draw(on: &grid, at: Point(x: row.x + 1, y: row.y), maxWidth: max(0, row.width - 1))
            if pane == .soonest, row.width - 2 >= Self.widthWithBar, !numbers.soonest[top + index].isGone {
                let bar = Rect(x: row.maxX - 1 - 6 - Self.barWidth, y: row.y, width: Self.barWidth, height: 1)
                BindingColumns.countdown(numbers.soonest[top + index], clock).draw(on: &grid, in: bar)
            }
            if isCursor { grid.overlay(row, role: .rowCursor) }
        }
    }

    private func title(_ pane: OverviewState.Pane) -> String {
        switch pane {
        case .soonest: "SOONEST TO EXPIRE"
        case .failing: "FAILING USERS, 10 min"
        case .sources: "TOP SOURCES, 1 min: sent ok fail /s"
        default: "EVENTS"
        }
    }

    private func nothing(_ pane: OverviewState.Pane) -> String {
        switch pane {
        case .soonest:
            hosts.isEmpty
                ? "No phone is registered."
                : "No phone is registered: listening on \(hosts.joined(separator: ", "))"
        case .failing: "Nobody fails."
        case .sources: "Nothing comes in."
        default: "Nothing has happened yet."
        }
    }

    private func rows(_ pane: OverviewState.Pane, width: Int) -> [[TextRun]] {
        switch pane {
        case .soonest: numbers.soonest.map { soonest($0, width) }
        case .failing: numbers.failingUsers.map { failing($0, width) }
        case .sources: numbers.topSources.map { source($0, width) }
        default: numbers.events.map { event($0, width) }
        }
    }

    private func cut(_ text: String, _ width: Int, _ role: Role, from cut: Cut = .end) -> TextRun {
        let fitted = SafeText(text).fitted(to: max(1, width), cut: cut)
        return TextRun(
            fitted + SafeText(String(repeating: " ", count: max(0, width - fitted.width))),
            role: role
        )
    }

    private func right(_ text: String, _ width: Int, _ role: Role) -> TextRun {
        TextRun(String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text, role: role)
    }

    /// The user alone where the whole address of record would be cut, unless that is no name for one row.
    private func name(_ aor: String, _ width: Int, among all: [String] = []) -> String {
        SafeText(aor).width <= width || Self.isTwin(aor, among: all) ? aor : Self.user(aor)
    }

    private static func user(_ aor: String) -> String { String(aor.prefix { $0 != "@" }) }

    /// Another address of record of these has the same user.
    private static func isTwin(_ aor: String, among all: [String]) -> Bool {
        all.contains { $0 != aor && user($0) == user(aor) }
    }

    private func soonest(_ row: BindingRow, _ width: Int) -> [TextRun] {
        let isWide = width >= Self.widthWithBar
        let room = max(10, width - 12 - (isWide ? 26 + Self.barWidth : 0))
        let bar = BindingColumns.countdown(row, clock)
        let left = clock.left(until: row.binding.facts.expiresAt)
        var runs = [cut(name(row.aor, room, among: numbers.soonest.map(\.aor)), room, .tableRow)]
        if isWide {
            runs.append(TextRun("  ", role: .tableRow))
            runs.append(cut("\(row.binding.facts.path.source)", 22, .textDim, from: .start))
        }
        runs.append(right(row.isGone ? "-" : TimeText.countdown(left), 6, bar.role))
        if isWide { runs.append(TextRun(String(repeating: " ", count: 2 + Self.barWidth), role: .tableRow)) }
        let state = row.isGone ? BindingState.gone : row.state
        runs.append(TextRun("  \(state.word.padded(4))", role: BindingColumns.role(state)))
        return runs
    }

    private func failing(_ user: FailingUser, _ width: Int) -> [TextRun] {
        let isWide = width >= 50
        let all = numbers.failingUsers.map(\.aor)
        // Names that need their domains get the room of the reasons' longer words.
        let isShort = !isWide && all.contains { Self.isTwin($0, among: all) }
        let reason = isShort ? user.verdict.word : VerdictWords.short(user.verdict)
        let reasonWidth = isShort ? 7 : 15
        let countWidth = max(6, (numbers.failingUsers.map { Self.count($0).utf8.count }.max() ?? 0) + 1)
        let room = max(8, width - 7 - reasonWidth - countWidth - (isWide ? 8 : 0))
        var runs = [
            cut(name(user.aor, room, among: all), room, .tableRow), TextRun(" ", role: .tableRow),
            cut(reason, reasonWidth, VerdictWords.role(user.verdict)),
            right(Self.count(user), countWidth, .textStrong),
        ]
        if isWide {
            let sources = user.sources == 1 ? "1 src" : "\(user.sources) srcs"
            runs.append(right(sources, 8, user.sources > 1 ? .stateWarn : .textDim))
        }
        runs.append(right(TimeText.ago(clock.since(user.last)), 6, .textDim))
        return runs
    }

    /// How many failures have the reason beside: `5 of 6`, or `6` where all have it.
    private static func count(_ user: FailingUser) -> String {
        let all = TimeText.count(user.failures)
        return user.commonest == user.failures ? all : "\(TimeText.count(user.commonest)) of \(all)"
    }

    private func source(_ source: TopSource, _ width: Int) -> [TextRun] {
        let agent = width >= 62 ? width - 46 : 0
        let isFailing = source.failureRate > 0 && source.okRate == 0
        let room = agent > 0 ? 24 : max(10, width - 22)
        var runs = [
            cut("\(source.address)", room, .tableRow, from: .start),
            right(TimeText.fixed(source.requestRate, 1), 7, .text),
            right(TimeText.fixed(source.okRate, 1), 6, .stateOK),
            right(TimeText.fixed(source.failureRate, 1), 6, source.failureRate > 0 ? .stateFail : .textDim),
            TextRun(isFailing ? " !" : "  ", role: .stateFail),
        ]
        if agent > 0 { runs.append(cut(" \(source.agent)", agent, .textDim)) }
        return runs
    }

    private func event(_ event: OverviewEvent, _ width: Int) -> [TextRun] {
        let detail = event.detail.isEmpty ? "" : "  \(event.detail)"
        // Words and times are as short as it takes for the address of record to be seen whole.
        let room = width - SafeText(event.subject).width - 1
        let isWide = width >= 50 && room >= 29
        let what = isWide ? event.what : event.what.replacing(" by operator", with: "")
        let time = room >= 19 ? clock.clock(event.at) : clock.minute(event.at)
        let whatWidth = isWide ? 20 : max(7, min(10, room - time.utf8.count - 1))
        let subject = SafeText(name(event.subject, max(8, width - time.utf8.count - 2 - whatWidth)))
        let rest = width - time.utf8.count - 2 - whatWidth - subject.width
        return [
            TextRun("\(time) ", role: .flowTime), cut(what, whatWidth, .textStrong),
            TextRun(SafeText(" ") + subject, role: .tableRow),
            TextRun(rest < 6 ? SafeText("") : SafeText(detail).fitted(to: rest), role: .textDim),
        ]
    }
}
