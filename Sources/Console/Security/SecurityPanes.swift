internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// Under the list: what the row with the cursor looks like and why, and the latest failures of all.
struct SecurityPanes {
    let model: ConsoleModel
    let clock: LocalClock

    func draw(on grid: inout CellGrid, in rect: Rect) {
        if rect.width >= 120 {
            let half = rect.width / 2
            let left = Rect(x: rect.x, y: rect.y, width: half, height: rect.height)
            let right = Rect(
                x: rect.x + half + 1,
                y: rect.y,
                width: rect.width - half - 1,
                height: rect.height
            )
            drawLooks(on: &grid, in: left)
            drawRecent(on: &grid, in: right)
            grid.set(grid.glyphs.teeDown, at: Point(x: left.maxX, y: rect.y), role: .frame)
            grid.verticalRule(Rect(x: left.maxX, y: rect.y + 1, width: 1, height: rect.height - 1))
            return
        }
        // What is told of the row with the cursor comes before the failures of all.
        let wanted = max(5, looks(width: rect.width - 2).count + 1)
        let top = rect.height - wanted >= 2 ? wanted : rect.height
        drawLooks(on: &grid, in: Rect(x: rect.x, y: rect.y, width: rect.width, height: top))
        drawRecent(on: &grid, in: rect.inset(top: top))
    }

    /// The name of a row.
    static func name(_ key: SecurityKey) -> String {
        switch key {
        case .source(let address): "\(address)"
        case .user(let text): text.isEmpty ? "(no address of record)" : text
        case .agent(let text): text.isEmpty ? "(no User-Agent)" : text
        case .others: "all others"
        }
    }

    private func drawLooks(on grid: inout CellGrid, in rect: Rect) {
        grid.rule(rect.row(0), title: "WHAT IT LOOKS LIKE")
        let (facts, advice) = looksAndAdvice(width: rect.width - 2)
        // What to do is not what goes where there is little room.
        let lines = facts.prefix(max(1, rect.height - 1 - advice.count)) + advice
        for (index, line) in lines.prefix(rect.height - 1).enumerated() {
            RunLine(line.runs, ascii: grid.glyphs == .ascii).fitted(to: rect.width - 2)
                .draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y + 1 + index))
        }
    }

    private func looks(width: Int) -> [RunLine] {
        let (facts, advice) = looksAndAdvice(width: width)
        return facts + advice
    }

    private func looksAndAdvice(width: Int) -> (facts: [RunLine], advice: [RunLine]) {
        guard let row = model.security.list.cursorEntry?.row else { return ([], []) }
        if row.key == .others {
            let text = "Sources that failed so seldom that nothing else is kept of them."
            return ([RunLine(text, role: .text)], [])
        }
        func wrapped(_ text: String, _ role: Role) -> [RunLine] {
            RunLine("  \(text)", role: role).wrapped(columns: max(2, width), atWords: true)
        }
        var lines = [
            RunLine([
                TextRun(SafeText(Self.name(row.key)).fitted(to: max(8, width / 3)), role: .textStrong),
                TextRun("  \(AbuseWords.label(row.findings))", role: AbuseWords.role(row)),
            ])
        ]
        for finding in row.findings {
            lines += wrapped("\(finding.kind.word): \(finding.evidence)", .text)
        }
        if row.isBlocked {
            let until = row.blockedUntil.map { "until \(clock.clock($0))" } ?? "until it is lifted"
            lines.append(RunLine("  BLOCKED \(until)", role: .stateWarn))
        }
        lines += wrapped(sender(row), .textDim)
        // By what it sends an attacker is known: it has a line of its own where it would be cut.
        if case .agent = row.key {
        } else if !row.agent.isEmpty {
            let agent = "User-Agent \(row.agent)"
            if lines.last.map({ $0.width + agent.unicodeScalars.count + 3 <= width }) ?? false {
                let last = lines.removeLast()
                lines.append(RunLine(last.runs + [TextRun("   \(agent)", role: .textDim)]))
            } else {
                lines += wrapped(agent, .textDim)
            }
        }
        lines += wrapped(AbuseWords.others(row), .textDim).filter { $0.width > 2 }
        return (lines, wrapped(AbuseWords.advice(row, model.keys), .text))
    }

    /// `since 11:58:02   4 ports   nobody has registered from it`
    private func sender(_ row: SecurityRow) -> String {
        var parts = ["since \(clock.clock(row.first))"]
        switch row.key {
        case .source:
            if row.ports > 0 { parts.append(TimeText.count(row.ports, "port")) }
            parts.append(
                row.users == 0
                    ? "nobody has registered from it"
                    : "\(TimeText.count(row.users, "user")) registered from it"
            )
        default: parts.append("from \(TimeText.count(row.sources, "source"))")
        }
        return parts.joined(separator: "   ")
    }

    private func drawRecent(on grid: inout CellGrid, in rect: Rect) {
        guard rect.height >= 2 else { return }
        grid.rule(rect.row(0), title: "RECENT FAILURES OF ALL")
        let ascii = grid.glyphs == .ascii
        for (index, row) in (model.security.picture?.recent ?? []).prefix(rect.height - 1).enumerated() {
            let line = RunLine(
                [
                    TextRun("\(clock.milliseconds(row.startedAt)) ", role: .flowTime),
                    TextRun(SafeText(row.aor).fitted(to: 20).padded(21), role: .tableRow),
                    TextRun("\(row.verdict.word) ".padded(8), role: VerdictWords.role(row.verdict)),
                    TextRun("\(row.path.source)".padded(22), role: .text),
                    TextRun(row.agent, role: .textDim),
                ],
                ascii: ascii
            )
            line.fitted(to: rect.width - 2).draw(on: &grid, at: Point(x: rect.x + 1, y: rect.y + 1 + index))
        }
    }
}

extension SafeText {
    /// Filled up with blanks at the right.
    fileprivate func padded(_ columns: Int) -> SafeText {
        self + SafeText(String(repeating: " ", count: max(0, columns - width)))
    }
}
