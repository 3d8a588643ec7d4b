internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

extension ConsoleModel {
    /// What to say before anything has come; nil once something has, and while the numbers are not known.
    var firstSteps: FirstSteps? {
        guard let welcome, overview.isLoaded, replay == nil, FirstSteps.areDue(overview.numbers) else {
            return nil
        }
        return FirstSteps(welcome: welcome, canPlayTour: settings.stage != nil && readOnlyBecause == nil)
    }
}

/// Draws the overview: numbers, rates, who ends soon, who fails, what happened.
struct OverviewScreen {
    let model: ConsoleModel
    let clock: LocalClock

    private var numbers: Overview { model.overview.numbers }

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = OverviewLayout(body, hasPings: numbers.liveness.hasPings)
        drawNumbers(on: &grid, in: layout.numbers)
        if let firstSteps = model.firstSteps {
            return firstSteps.draw(on: &grid, in: body.inset(top: layout.numbers.height))
        }
        if let rect = layout.meters {
            if layout.isWide {
                OverviewMeters(numbers).drawBoxes(on: &grid, in: rect)
            } else {
                OverviewMeters(numbers).drawLines(on: &grid, in: rect)
            }
        }
        if let rect = layout.history { drawHistory(on: &grid, in: rect) }
        let panes = OverviewPanes(
            state: model.overview,
            clock: clock,
            hosts: model.welcome?.listeners ?? []
        )
        for (pane, rect) in layout.panes { panes.draw(pane, on: &grid, in: rect) }
        if let rect = layout.horizon { drawHorizon(on: &grid, in: rect) }
        if let rect = layout.agents { drawAgents(on: &grid, in: rect) }
        if let rect = layout.transports { drawTransports(on: &grid, in: rect) }
        if let rect = layout.liveness { drawLiveness(on: &grid, in: rect) }
        drawSeparators(layout, on: &grid)
    }

    /// The line between two panes side by side.
    private func drawSeparators(_ layout: OverviewLayout, on grid: inout CellGrid) {
        for (_, rect) in layout.panes where rect.x > 0 {
            let x = rect.x - 1
            grid.verticalRule(Rect(x: x, y: rect.y, width: 1, height: rect.height))
            grid.set(grid.glyphs.teeDown, at: Point(x: x, y: rect.y), role: .frame)
        }
    }

    private func drawNumbers(on grid: inout CellGrid, in rect: Rect) {
        let perAOR = numbers.aors > 0 ? Double(numbers.bindings) / Double(numbers.aors) : 0
        func pair(_ name: String, _ value: String, _ priority: Int, _ role: Role = .textStrong) -> Segment {
            Segment([TextRun(" \(name) ", role: .textDim), TextRun(value, role: role)], priority: priority)
        }
        let first = [
            pair("BINDINGS", TimeText.count(numbers.bindings), 90),
            pair("AORs", TimeText.count(numbers.aors), 80),
        ]
        let second = [
            pair("per AOR", TimeText.fixed(perAOR, 2), 30, .text),
            pair(
                "ending < 60 s",
                TimeText.count(numbers.dyingSoon),
                70,
                numbers.dyingSoon > 0 ? .expiryLow : .text
            ),
            pair(
                "peak",
                TimeText.count(numbers.peak)
                    + (numbers.peak > 0 ? " at \(clock.minute(numbers.peakAt))" : ""),
                40,
                .text
            ),
        ]
        var third: [Segment] = []
        if numbers.ringLosses > 0 {
            third.append(pair("LOST", TimeText.count(numbers.ringLosses), 85, .stateWarn))
        }
        if numbers.sampling > 1 {
            third.append(pair("successes kept", "1 in \(numbers.sampling)", 75, .stateWarn))
        }
        if rect.height >= 2 {
            SegmentLine(left: first + third, gap: 1).draw(on: &grid, in: rect.row(0))
            SegmentLine(left: second, gap: 1).draw(on: &grid, in: rect.row(1))
        } else {
            SegmentLine(left: first + second + third, gap: 2).draw(on: &grid, in: rect)
        }
    }

    private func drawHistory(on grid: inout CellGrid, in rect: Rect) {
        func line(_ row: Int, _ name: String, _ values: [Double], _ roles: LevelRoles, _ now: Double) {
            let area = rect.row(row)
            guard area.width > 30 else { return }
            grid.put(" \(name)", at: area.origin, role: .textDim)
            let value = TimeText.fixed(now, 1)
            grid.putRight("\(value) ", in: area, role: .textStrong)
            Sparkline(values: values, roles: roles).draw(
                on: &grid,
                in: area.inset(left: 12, right: max(7, value.utf8.count + 2))
            )
        }
        let minutes = max(1, min(rect.width - 19, numbers.registerHistory.count))
        let span = minutes >= 120 ? "2h" : "\(minutes)m"
        line(0, "REG/s \(span)", numbers.registerHistory, .calm, numbers.registerRate)
        line(1, "fail/s \(span)", numbers.failureHistory, .rate, numbers.failureHistory.last ?? 0)
    }

    private func drawHorizon(on grid: inout CellGrid, in rect: Rect) {
        grid.rule(rect.row(0), title: "EXPIRY HORIZON, bindings that end in each half minute")
        let inner = rect.inset(left: 1, top: 1, right: 1)
        guard inner.height >= 3 else { return }
        let step = max(1, min(3, inner.width / 20))
        Histogram(values: numbers.horizon, role: .rateLow, step: step).draw(
            on: &grid,
            in: inner.inset(bottom: 1)
        )
        for minute in 0...9 {
            let x = inner.x + minute * 2 * step
            let label = minute == 0 ? "now" : "\(minute)m"
            grid.put(
                label,
                at: Point(x: x, y: inner.maxY - 1),
                role: .textDim,
                maxWidth: max(0, inner.maxX - x)
            )
        }
    }

    private func drawAgents(on grid: inout CellGrid, in rect: Rect) {
        grid.rule(rect.row(0), title: "USER AGENTS")
        let inner = rect.inset(left: 1, top: 1, right: 1)
        let total = max(1, numbers.bindings)
        var rows = numbers.agents.prefix(5).map { ($0.name.isEmpty ? "(none given)" : $0.name, $0.count) }
        if numbers.otherAgents > 0, rows.count >= inner.height {
            rows = Array(rows.prefix(max(0, inner.height - 1)))
        }
        if numbers.otherAgents > 0 {
            let shown = rows.reduce(0) { $0 + $1.1 }
            let all = numbers.agents.reduce(0) { $0 + $1.count } + numbers.otherAgentBindings
            let others = numbers.otherAgents + max(0, numbers.agents.count - rows.count)
            rows.append(("\(others) more", max(0, all - shown)))
        }
        for (index, row) in rows.prefix(inner.height).enumerated() {
            let line = inner.row(index)
            let name = min(24, max(10, inner.width / 2 - 6))
            grid.put(
                SafeText(row.0, ascii: grid.glyphs == .ascii).fitted(to: name),
                at: line.origin,
                role: .text
            )
            let share = Double(row.1) / Double(total)
            let numbers = Rect(x: line.x + name, y: line.y, width: 14, height: 1)
            grid.putRight(TimeText.count(row.1), in: numbers.inset(right: 5), role: .text)
            grid.putRight("\(TimeText.fixed(share * 100, 0))%", in: numbers, role: .text)
            let bar = line.inset(left: name + 16)
            Bar(fraction: share, role: .rateLow).draw(
                on: &grid,
                in: Rect(x: bar.x, y: bar.y, width: min(30, bar.width), height: bar.height)
            )
        }
    }

    private func drawTransports(on grid: inout CellGrid, in rect: Rect) {
        let total = max(1, numbers.bindings)
        func share(_ count: Int) -> String { "\(TimeText.fixed(Double(count) / Double(total) * 100, 0))%" }
        var parts = numbers.transports.filter { $0.count > 0 }.map { item in
            Segment(
                [
                    TextRun(" \(item.transport.name) ", role: .textDim),
                    TextRun("\(TimeText.count(item.count)) \(share(item.count))", role: .text),
                ],
                priority: 50
            )
        }
        let liveness = numbers.liveness
        if liveness.hasConnections {
            var runs = [
                TextRun(" CONN ", role: .textDim),
                TextRun("\(TimeText.count(liveness.connected)) live", role: .text),
            ]
            if liveness.disconnected > 0 {
                runs.append(TextRun(", \(TimeText.count(liveness.disconnected)) gone", role: .stateFail))
            }
            parts.append(Segment(runs, priority: liveness.disconnected > 0 ? 60 : 35))
        }
        if liveness.ghosts > 0 {
            let count = TextRun(TimeText.count(liveness.ghosts), role: .stateWarn)
            parts.append(Segment([TextRun(" ghosts ", role: .textDim), count], priority: 55))
        }
        for (name, count) in [("NAT", numbers.natted), ("IPv6", numbers.ipv6)] {
            parts.append(
                Segment(
                    [TextRun(" \(name) ", role: .textDim), TextRun(share(count), role: .text)],
                    priority: 30
                )
            )
        }
        SegmentLine(left: parts, gap: 2).draw(on: &grid, in: rect)
    }

    /// `PING 97 up, 2 stopped, 1 never, median 12.0 ms`
    private func drawLiveness(on grid: inout CellGrid, in rect: Rect) {
        let liveness = numbers.liveness
        func part(_ text: String, _ count: Int, _ role: Role, _ priority: Int) -> Segment {
            let run = TextRun("\(TimeText.count(count)) \(text)", role: count > 0 ? role : .textDim)
            return Segment([run], priority: priority)
        }
        var parts = [
            Segment(" PING", role: .textDim, priority: 99),
            part("up", liveness.answering, .stateOK, 90),
            part("stopped", liveness.stoppedAnswering, .stateFail, 95),
            part("never", liveness.neverAnswered, .text, 50),
        ]
        if liveness.answering > 0 {
            let median = TimeText.delay(microseconds: liveness.medianRoundTrip)
            parts.append(
                Segment([TextRun("median ", role: .textDim), TextRun(median, role: .text)], priority: 70)
            )
        }
        SegmentLine(left: parts, gap: 2).draw(on: &grid, in: rect)
    }
}
