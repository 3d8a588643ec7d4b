internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// Draws who fails and who attacks: facts first, what it looks like second, what to do last.
struct SecurityScreen {
    let model: ConsoleModel
    let clock: LocalClock

    private var list: ListState<SecurityRow> { model.security.list }
    private var group: SecurityGroup { model.security.group }

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = model.securityLayout
        if let info = layout.info { infoLine.draw(on: &grid, in: info) }
        let rows = list.entries.prefix(layout.rows).map { row($0, width: body.width) }
        let table = Table(
            columns: columns(width: body.width),
            rows: rows,
            cursor: rows.isEmpty ? nil : list.cursorIndex,
            lead: .one,
            window: ScrollBar(first: list.top, shown: rows.count, total: list.matched)
        )
        table.draw(on: &grid, in: layout.table)
        if list.isLoaded, list.entries.isEmpty { return drawEmpty(on: &grid, in: layout.table) }
        guard let preview = layout.preview else { return }
        SecurityPanes(model: model, clock: clock).draw(on: &grid, in: preview)
    }

    private func columns(width: Int) -> [Column] {
        let name = ["SOURCE", "USER", "USER-AGENT"][Int(group.rawValue)]
        let parties = group == .user ? "SRCS" : "USERS"
        func number(_ title: String, _ width: Int, _ priority: Int) -> Column {
            Column(title, minimum: width, ideal: width, alignment: .right, priority: priority)
        }
        return [
            Column("", minimum: 1, ideal: 1, priority: 98),
            Column(
                name,
                minimum: 14,
                ideal: 24,
                priority: 100,
                cut: group == .source ? .start : .end,
                grows: true
            ),
            number("FAIL/10m", 8, 95), number(parties, 5, 85), number("PASSWD", 6, 80),
            number("NOUSER", 6, 79),
            number("NOREPLY", 7, 30), number("STALE", 5, 60), number("REPLAY", 6, 29),
            // Where those have no room, it takes them in, so that the reasons add up.
            number("REST", 5, width < 120 ? 61 : 21), number("PROBES", 6, 28),
            number("OK", 4, 78), number("1h", 6, 24), number("24h", 7, 22), number("LAST", 4, 70),
            Column("TREND", minimum: 5, ideal: width >= 120 ? 10 : 5, priority: 65),
            Column(
                "LOOKS LIKE",
                minimum: width < 120 ? 11 : 22,
                ideal: 24,
                priority: width < 60 ? 90 : width < 120 ? 26 : 75,
                grows: true
            ),
            Column("AGENT", minimum: 14, ideal: 26, priority: group == .source ? 20 : 0, grows: true),
        ]
    }

    private func row(_ entry: ListState<SecurityRow>.Entry, width: Int) -> TableRow {
        let row = entry.row
        let role = AbuseWords.role(row)
        func number(_ value: Int, _ role: Role = .text) -> TableField {
            TableField(TimeText.count(value), role: value == 0 ? .textDim : role)
        }
        func verdict(_ verdict: AttemptVerdict) -> TableField {
            number(row.count(verdict), VerdictWords.role(verdict))
        }
        return TableRow(
            [
                TableField(AbuseWords.sign(row), role: row.isBlocked ? .stateWarn : role),
                TableField(SecurityPanes.name(row.key), role: role),
                number(row.failures, row.isAttack ? .secAttack : .textStrong),
                number(group == .user ? row.sources : row.names), verdict(.wrongPassword),
                verdict(.unknownUser),
                verdict(.abandoned), verdict(.stale), verdict(.replay),
                number(others(row, width: width), .stateWarn),
                number(row.probes),
                number(row.granted, .stateOK), number(row.failuresHour), number(row.failuresDay),
                TableField(TimeText.ago(clock.since(row.last)), role: .textDim),
                TableField(.sparkline(Sparkline(values: row.trend.map(Double.init)))),
                TableField(AbuseWords.word(row.findings), role: role), TableField(row.agent, role: .textDim),
            ],
            overlay: entry.departure == nil ? nil : .rowGone
        )
    }

    /// Failures whose reasons have no column in a table of this width.
    private func others(_ row: SecurityRow, width: Int) -> Int {
        let counts: [VerdictCount] = AbuseWords.others(row)
        return counts.filter { width < 120 || ![.abandoned, .replay].contains($0.verdict) }
            .reduce(0) { $0 + $1.count }
    }

    private var infoLine: SegmentLine {
        guard let picture = model.security.picture, list.isLoaded else {
            return SegmentLine(left: [], gap: 3)
        }
        func count(_ value: Int) -> TextRun { TextRun(TimeText.count(value), role: .textStrong) }
        func dim(_ text: String) -> TextRun { TextRun(text, role: .textDim) }
        var left = [
            Segment(
                [
                    dim(" failed: 10m "), count(picture.failures), dim("  1h "), count(picture.failuresHour),
                    dim("  24h "), count(picture.failuresDay),
                ],
                priority: 90
            ),
            Segment("by \(group.name) (\(model.keys.key(.group)))", role: .text, priority: 60),
        ]
        let filter = model.securityFilter.text
        if !filter.isEmpty { left.append(Segment(filter, role: .filterMatch, priority: 70)) }
        if model.security.attacksOnly { left.append(Segment("only attacks", role: .stateWarn, priority: 65)) }
        let attackers = picture.attackers
        let right = [
            Segment(
                attackers == 0
                    ? "no attack"
                    : group == .user
                        ? TimeText.count(attackers, "user attacked", plural: "users attacked")
                        : TimeText.count(attackers, "attacker"),
                role: attackers == 0 ? .secCalm : .secAttack,
                priority: 80
            ),
            Segment("auto-block \(picture.policy.isOn ? "on" : "off")", role: .textDim, priority: 30),
            Segment("", role: .text),
        ]
        return SegmentLine(left: left, right: right, gap: 3)
    }

    private func drawEmpty(on grid: inout CellGrid, in rect: Rect) {
        emptyText.draw(on: &grid, in: rect.inset(top: 1))
    }

    /// How far back is known: a registrar that has just started has seen nothing of what was before.
    private var memory: String {
        guard let start = model.welcome?.startedAt, clock.now.timestamp - start < .seconds(86_400) else {
            return "within a day"
        }
        return "since the start at \(clock.clock(start))"
    }

    private var emptyText: EmptyText {
        let (filter, attacksOnly) = (model.securityFilter.text, model.security.attacksOnly)
        guard filter.isEmpty, !attacksOnly else {
            let what = [filter, attacksOnly ? "only attacks" : ""].filter { !$0.isEmpty }
            let clear = "\(model.keys.key(.clearFilter)) clears the filter"
            let all = "\(model.keys.key(.problems)) shows those that look like no attack"
            let ways = (filter.isEmpty ? [] : [clear]) + (attacksOnly ? [all] : [])
            return EmptyText(
                what: "Nobody matches: \(what.joined(separator: ", "))",
                advice: ["\(ways.joined(separator: ", "))."]
            )
        }
        return EmptyText(
            what: "No failed login \(memory)",
            advice: ["All is calm: \(model.keys.key(.bindings)) shows who is registered."],
            detail: [
                "Here stands who fails, tries names or passwords, or probes:",
                "by source, user or User-Agent (\(model.keys.key(.group))), what looks like an attack on top.",
            ],
            role: .secCalm
        )
    }
}

extension SecurityGroup {
    /// As the screen says it.
    fileprivate var name: String {
        switch self {
        case .source: "SOURCE"
        case .user: "USER"
        case .agent: "USER-AGENT"
        }
    }
}
