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
        return FirstSteps(
            welcome: welcome,
            keys: keys,
            canPlayTour: settings.stage != nil && readOnlyBecause == nil
        )
    }
}

/// Draws the overview: numbers, rates, who ends soon, who fails, what happened.
struct OverviewScreen {
    let model: ConsoleModel
    let clock: LocalClock

    private var numbers: Overview { model.overview.numbers }

    func draw(on grid: inout CellGrid, in body: Rect) {
        let layout = model.overviewLayout
        if let rect = layout.outages { drawOutages(on: &grid, in: rect) }
        drawNumbers(on: &grid, in: layout.numbers)
        if let firstSteps = model.firstSteps {
            return firstSteps.draw(on: &grid, in: body.inset(top: layout.numbers.height))
        }
        if let rect = layout.meters {
            if layout.isWide {
                OverviewMeters(numbers, focus: focus(.meters)).drawBoxes(on: &grid, in: rect)
            } else {
                OverviewMeters(numbers, focus: focus(.meters)).drawLines(on: &grid, in: rect)
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
        if let rect = layout.calls { drawCalls(on: &grid, in: rect) }
        drawSeparators(layout, on: &grid)
    }

    private func focus(_ pane: OverviewState.Pane) -> Int? { model.overview.focus(in: pane) }

    /// The name of a number, with the cursor before it if it has the focus.
    static func name(_ text: String, _ isFocused: Bool, _ glyphs: Glyphs, space: String = " ") -> TextRun {
        guard isFocused else { return TextRun("\(space)\(text) ", role: .textDim) }
        return TextRun(SafeText(String(Character(glyphs.cursor))) + SafeText("\(text) "), role: .frameFocus)
    }

    private func ruleRoles(_ pane: OverviewState.Pane) -> (frame: Role, title: Role) {
        focus(pane) == nil ? (.frame, .frameTitle) : (.frameFocus, .frameFocus)
    }

    /// `! site 203.0.113.0/24: 41 of 44 phones silent since 12:03:40`
    private func drawOutages(on grid: inout CellGrid, in rect: Rect) {
        let focus = focus(.outages)
        let top = max(0, min((focus ?? 0) - rect.height / 2, numbers.outages.count - rect.height))
        for (index, outage) in numbers.outages.dropFirst(top).prefix(rect.height).enumerated() {
            let row = rect.row(index)
            let rest = numbers.outageCount - top - index - 1
            let more = index == rect.height - 1 && rest > 0 ? "   (\(rest) more)" : ""
            let text = "! \(outage.text) since \(clock.clock(outage.since))\(more)"
            let isCursor = focus == top + index
            grid.fill(row, role: .stateFail)
            if isCursor { grid.set(grid.glyphs.cursor, at: row.origin, role: .stateFail) }
            grid.put(
                SafeText(text, ascii: grid.glyphs == .ascii).fitted(to: max(0, row.width - 1)),
                at: Point(x: row.x + 1, y: row.y),
                role: .stateFail
            )
            if isCursor { grid.overlay(row, role: .rowCursor) }
        }
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
        let focus = focus(.head)
        func pair(_ place: Int, _ value: String, _ priority: Int, _ role: Role = .textStrong) -> Segment {
            let name = OverviewItems(numbers).head[place].name
            return Segment(
                [Self.name(name, focus == place, grid.glyphs), TextRun(value, role: role)],
                // What has the focus is seen.
                priority: focus == place ? 100 : priority
            )
        }
        let first = [
            pair(0, TimeText.count(numbers.bindings), 90),
            pair(1, TimeText.count(numbers.aors), 80),
        ]
        var second = [
            pair(2, TimeText.fixed(perAOR, 2), 30, .text),
            pair(3, TimeText.count(numbers.dyingSoon), 70, numbers.dyingSoon > 0 ? .expiryLow : .text),
        ]
        if numbers.missedBeats > 0 || focus == 4 {
            let role: Role = numbers.missedBeats > 0 ? .stateLate : .text
            second.append(pair(4, TimeText.count(numbers.missedBeats), 78, role))
        }
        let peakAt = numbers.peak > 0 ? " at \(clock.minute(numbers.peakAt))" : ""
        second.append(pair(5, TimeText.count(numbers.peak) + peakAt, 40, .text))
        var third: [Segment] = []
        if numbers.ringLosses > 0 {
            third.append(pair(6, TimeText.count(numbers.ringLosses), 85, .stateWarn))
        }
        if numbers.sampling > 1 {
            third.append(pair(7, "1 in \(numbers.sampling)", 75, .stateWarn))
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
            let place = OverviewItems(numbers).firstHistory + row
            let label = Self.name(name, focus(.meters) == place, grid.glyphs)
            grid.put(label.text, at: area.origin, role: label.role)
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
        let roles = ruleRoles(.horizon)
        grid.rule(
            rect.row(0),
            title: "EXPIRY HORIZON, bindings that end in each half minute",
            role: roles.frame,
            titleRole: roles.title
        )
        let inner = rect.inset(left: 1, top: 1, right: 1)
        guard inner.height >= 3 else { return }
        // The forecast takes what the columns can spare.
        let lines = inner.height >= 5 ? 2 : inner.height >= 4 ? 1 : 0
        let plot = inner.inset(bottom: 1 + lines)
        let step = max(1, min(3, inner.width / 20))
        Histogram(values: numbers.horizon, role: .rateLow, step: step).draw(on: &grid, in: plot)
        if let focus = focus(.horizon), focus < 20, focus * step < inner.width {
            let column = Rect(x: inner.x + focus * step, y: plot.y, width: 1, height: plot.height + 1)
            for y in 0..<column.height { grid.overlay(column.row(y), role: .rowCursor) }
        }
        for minute in 0...9 {
            let x = inner.x + minute * 2 * step
            let label = minute == 0 ? "now" : "\(minute)m"
            grid.put(
                label,
                at: Point(x: x, y: plot.maxY),
                role: .textDim,
                maxWidth: max(0, inner.maxX - x)
            )
        }
        let forecast = OverviewForecast(numbers.forecast, focus: focus(.horizon).map { $0 - 20 })
        for (index, line) in forecast.lines(grid.glyphs).prefix(lines).enumerated() {
            line.draw(on: &grid, in: inner.row(inner.height - lines + index))
        }
    }

    private func drawAgents(on grid: inout CellGrid, in rect: Rect) {
        let roles = ruleRoles(.agents)
        let flawed = numbers.flawed > 0 ? ", \(TimeText.count(numbers.flawed)) flawed" : ""
        grid.rule(rect.row(0), title: "USER AGENTS\(flawed)", role: roles.frame, titleRole: roles.title)
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
            // The row of all others stands for what has none of its own.
            let isLast = index == min(rows.count, inner.height) - 1
            if let focus = focus(.agents), focus == index || isLast && focus > index {
                grid.set(grid.glyphs.cursor, at: Point(x: line.x - 1, y: line.y), role: .tableRow)
                grid.overlay(line, role: .rowCursor)
            }
        }
    }

    private func drawTransports(on grid: inout CellGrid, in rect: Rect) {
        let total = max(1, numbers.bindings)
        func share(_ count: Int) -> String { "\(TimeText.fixed(Double(count) / Double(total) * 100, 0))%" }
        let items = OverviewItems(numbers)
        let focus = focus(.transports)
        func part(_ name: String, _ shown: String, _ runs: [TextRun], _ priority: Int) -> Segment {
            let isFocused = focus != nil && items.transport(name) == focus
            return Segment(
                [Self.name(shown, isFocused, grid.glyphs)] + runs,
                priority: isFocused ? 100 : priority
            )
        }
        var parts = items.shownTransports.map { item in
            let text = "\(TimeText.count(item.count)) \(share(item.count))"
            return part(item.transport.name, item.transport.name, [TextRun(text, role: .text)], 50)
        }
        let liveness = numbers.liveness
        if liveness.hasConnections {
            var runs = [TextRun("\(TimeText.count(liveness.connected)) live", role: .text)]
            if liveness.disconnected > 0 {
                let isFocused = focus != nil && items.transport("CONN gone") == focus
                let role: Role = isFocused ? .frameFocus : .stateFail
                runs.append(TextRun(", \(TimeText.count(liveness.disconnected)) gone", role: role))
            }
            parts.append(part("CONN live", "CONN", runs, liveness.disconnected > 0 ? 60 : 35))
        }
        if liveness.ghosts > 0 {
            let count = TextRun(TimeText.count(liveness.ghosts), role: .stateWarn)
            parts.append(part("ghosts", "ghosts", [count], 55))
        }
        for (name, count) in [("NAT", numbers.natted), ("IPv6", numbers.ipv6)] {
            parts.append(part(name, name, [TextRun(share(count), role: .text)], 30))
        }
        SegmentLine(left: parts, gap: 2).draw(on: &grid, in: rect)
    }

    /// `PING 97 up, 2 stopped, 1 never, median 12.0 ms`
    private func drawLiveness(on grid: inout CellGrid, in rect: Rect) {
        let liveness = numbers.liveness
        func part(_ text: String, _ count: Int, _ role: Role, _ priority: Int) -> Segment {
            let items = OverviewItems(numbers)
            let isFocused = focus(.transports) != nil && items.transport("PING \(text)") == focus(.transports)
            let shown: Role = isFocused ? .frameFocus : count > 0 ? role : .textDim
            let run = TextRun("\(TimeText.count(count)) \(text)", role: shown)
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
