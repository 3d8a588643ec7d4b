internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// Draws the list of attempts: one row each, with its messages in short and what became of it.
struct AttemptsScreen {
    let model: ConsoleModel
    let clock: LocalClock

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = ListLayout(body)
        if let info = layout.info { infoLine.draw(on: &grid, in: info) }
        let list = model.attempts
        let isNarrow = body.width < 60
        let shown = list.entries.prefix(layout.rows).map(\.row)
        let hasCalls = model.requestKind != .registrations || shown.contains { $0.call != nil }
        let rows = shown.map { row($0, isNarrow: isNarrow) }
        let table = Table(
            columns: Self.columns(isNarrow: isNarrow, hasCalls: hasCalls, model.requestKind),
            rows: rows,
            cursor: rows.isEmpty ? nil : list.cursorIndex,
            lead: .one,
            window: ScrollBar(first: list.top, shown: rows.count, total: list.matched)
        )
        table.draw(on: &grid, in: layout.table)
        if list.isLoaded, list.entries.isEmpty { drawEmpty(on: &grid, in: layout.table) }
    }

    /// Calls have longer words for what became of them, and somebody who calls.
    private static func columns(isNarrow: Bool, hasCalls: Bool, _ kind: RequestKind) -> [Column] {
        let result = hasCalls ? 12 : 7
        return [
            Column("TIME", minimum: isNarrow ? 8 : 12, ideal: 12, priority: 60),
            Column(
                kind == .calls ? "CALLED < CALLER" : "AOR",
                minimum: isNarrow ? 14 : 18,
                ideal: 26,
                priority: 90,
                grows: true
            ),
            Column("SOURCE", minimum: 21, ideal: 24, priority: 40, cut: .start),
            Column("TP", minimum: 3, ideal: 3, priority: 20),
            Column("STEPS", minimum: 15, ideal: 23, priority: 50),
            Column("RESULT", minimum: result, ideal: result, priority: 100),
            Column("DELAY", minimum: 8, ideal: 8, alignment: .right, priority: 10),
            Column("AGENT", minimum: 14, ideal: 24, priority: 15),
        ]
    }

    private func row(_ row: AttemptRow, isNarrow: Bool) -> TableRow {
        let time = isNarrow ? clock.clock(row.startedAt) : clock.milliseconds(row.startedAt)
        let took = TimeText.delay(microseconds: Int((row.endedAt - row.startedAt).nanoseconds / 1_000))
        return TableRow([
            TableField(time, role: .flowTime),
            TableField(row.call.map { "\(row.aor) < \($0.caller.prefix { $0 != "@" })" } ?? row.aor),
            TableField("\(row.path.source)"),
            TableField(row.path.transport.name, role: .textDim),
            TableField(.text(VerdictWords.steps(row))),
            TableField(row.word, role: VerdictWords.role(row)),
            TableField(took, role: .textDim),
            TableField(row.agent, role: .textDim),
        ])
    }

    private var infoLine: SegmentLine {
        let list = model.attempts
        let filter = model.attemptsFilter.text
        let left = [
            Segment(
                [
                    TextRun(" filter: ", role: .textDim),
                    TextRun(
                        filter.isEmpty ? "(none)" : filter,
                        role: filter.isEmpty ? .textDim : .filterMatch
                    ),
                ],
                priority: 50
            )
        ]
        var right: [Segment] = []
        if let words = model.requestKind.shown {
            right.append(Segment(words, role: .stateWarn, priority: 72))
        }
        if model.failuresOnly { right.append(Segment("only failures", role: .stateWarn, priority: 70)) }
        if list.isLoaded {
            let count =
                filter.isEmpty && !model.failuresOnly && model.followed == nil
                ? TimeText.count(list.total, model.requestKind.noun)
                : "\(TimeText.count(list.matched)) of \(TimeText.count(list.total))"
            right.append(Segment(count, role: .text, priority: 60))
        }
        if let hidden { right.append(Segment(hidden, role: .stateWarn, priority: 65)) }
        if list.progress < 1 {
            right.append(Segment("searching \(Int(list.progress * 100)) %", role: .stateWarn, priority: 75))
        }
        let follow = list.isFollowing ? "following the newest" : "A follows the newest"
        right.append(Segment(follow, role: list.isFollowing ? .toastInfo : .textDim, priority: 20))
        right.append(Segment("", role: .text))
        return SegmentLine(left: left, right: right, gap: 3)
    }

    /// `2 calls hidden: t shows them`
    private var hidden: String? {
        let count = model.attempts.hidden
        guard count > 0 else { return nil }
        let them = count == 1 ? "it" : "them"
        return "\(TimeText.count(count, "call")) hidden: \(model.keys.key(.requests)) shows \(them)"
    }

    private func drawEmpty(on grid: inout CellGrid, in rect: Rect) {
        emptyText.draw(on: &grid, in: rect.inset(top: 1))
    }

    private var emptyText: EmptyText {
        let filter = model.attemptsFilter.text
        let key = model.keys.key(.requests)
        if model.attempts.progress < 1 {
            return EmptyText(what: "Searching ..", advice: ["The newest attempts are looked at first."])
        }
        if filter.isEmpty, !model.failuresOnly, model.followed == nil, model.requestKind == .calls {
            return EmptyText(
                what: "No call has come yet.",
                advice: ["Calls are passed on where calls: in the settings says so. \(key) shows all."]
            )
        }
        guard filter.isEmpty, !model.failuresOnly, model.followed == nil else {
            let what = [model.followed ?? "", filter, model.failuresOnly ? "only failures" : ""]
                .filter { !$0.isEmpty }
            let all = "\(model.keys.key(.problems)) shows all results"
            let clear = "\(model.keys.key(.clearFilter)) clears the filter"
            let everybody = "\(model.keys.key(.followAOR)) shows everybody"
            let ways =
                (filter.isEmpty ? [] : [clear]) + (model.failuresOnly ? [all] : [])
                + (model.followed == nil ? [] : [everybody])
            return EmptyText(
                what: "No attempt kept matches: \(what.joined(separator: ", "))",
                advice: ["\(ways.joined(separator: ", "))."],
                detail: ["Either nothing has come from it, or it is longer ago than attempts are kept."]
            )
        }
        let listeners = model.welcome?.listeners.joined(separator: ", ") ?? ""
        let since = model.welcome.map { "since \(clock.clock($0.startedAt))" } ?? ""
        return EmptyText(
            what: "No REGISTER seen \(since)",
            advice: (hidden.map { ["\($0)."] } ?? []) + [
                "If a phone should be here, it sends elsewhere or a firewall is between; "
                    + "\(model.keys.key(.overview)) says how to register one."
            ],
            detail: [listeners.isEmpty ? "" : "Listening on \(listeners)."]
        )
    }
}
