internal import Cells
internal import Monitor

/// Rates, logins and delays of the overview.
struct OverviewMeters {
    let numbers: Overview
    /// Place of the cursor among `OverviewItems.meters`; nil if it is elsewhere.
    let focus: Int?

    init(_ numbers: Overview, focus: Int? = nil) {
        self.numbers = numbers
        self.focus = focus
    }

    private var items: OverviewItems { OverviewItems(numbers) }

    private var rates: [(name: String, value: Double, role: Role)] {
        [
            ("REGISTER", numbers.registerRate, .text), ("200", numbers.okRate, .stateOK),
            ("401", numbers.challengeRate, .text),
            ("403", numbers.forbiddenRate, numbers.forbiddenRate > 0 ? .stateFail : .text),
            ("423", numbers.briefRate, numbers.briefRate > 0 ? .stateWarn : .text),
            ("4xx", numbers.otherClientErrorRate, numbers.otherClientErrorRate > 0 ? .stateWarn : .text),
            ("5xx", numbers.serverErrorRate, numbers.serverErrorRate > 0 ? .stateFail : .text),
        ]
    }

    private var delays: [(String, String)] {
        [
            ("p50", TimeText.delay(microseconds: numbers.delayP50)),
            ("p99", TimeText.delay(microseconds: numbers.delayP99)),
            ("max", TimeText.delay(microseconds: numbers.delayMaximum)),
        ]
    }

    /// What the monitor could keep of what went by.
    private var kept: [(String, String)] {
        [
            (
                "kept",
                numbers.sampling > 1 ? "1 success in \(numbers.sampling), every failure" : "every attempt"
            ),
            ("lost", TimeText.count(numbers.ringLosses, "exchange")),
            ("held", heldWords),
        ]
    }

    /// What the monitor holds: `12 MB, 4,096 of 4,096 attempts`.
    private var heldWords: String {
        let memory = numbers.memory
        let attempts =
            "\(TimeText.count(memory.attempts)) of \(TimeText.count(memory.attemptsLimit, "attempt"))"
        return "\(TimeText.size(memory.bytes)), \(attempts)"
    }

    private var loginVerdicts: [VerdictCount] { items.verdicts }

    /// Granted against failed; whoever is turned away by a drain is neither.
    private var logins: (good: Int, bad: Int) {
        loginVerdicts.filter { $0.verdict != .drained }.reduce(into: (0, 0)) { sums, item in
            if item.verdict.isFailure { sums.1 += item.count } else { sums.0 += item.count }
        }
    }

    /// Three lines for a narrow screen.
    func drawLines(on grid: inout CellGrid, in rect: Rect) {
        let rateParts = rates.enumerated().map { index, rate in
            Segment(
                [
                    OverviewScreen.name(
                        index == 0 ? "REG" : rate.name,
                        focus == index,
                        grid.glyphs,
                        space: ""
                    ),
                    TextRun(TimeText.fixed(rate.value, 1), role: rate.role),
                ],
                priority: focus == index ? 98 : 90 - index * 10
            )
        }
        SegmentLine(left: [Segment(" RATE /s ", role: .textDim, priority: 99)] + rateParts).draw(
            on: &grid,
            in: rect.row(0)
        )
        drawLoginLine(on: &grid, in: rect.row(1))
        let delayParts = delays.enumerated().map { index, delay in
            let isFocused = focus == items.firstDelay + index
            let name = OverviewScreen.name(delay.0, isFocused, grid.glyphs, space: "")
            return Segment([name, TextRun(delay.1, role: .text)], priority: 50)
        }
        let memory = numbers.memory
        let isFull = memory.attempts >= memory.attemptsLimit && memory.attemptsLimit > 0
        let kept = "\(TimeText.count(memory.attempts))/\(TimeText.count(memory.attemptsLimit))"
        let held = [
            Segment(
                [TextRun("MEMORY ", role: .textDim), TextRun(TimeText.size(memory.bytes), role: .text)],
                priority: 40
            ),
            Segment(
                [TextRun("kept ", role: .textDim), TextRun(kept, role: isFull ? .textStrong : .text)],
                priority: 30
            ),
        ]
        SegmentLine(
            left: [Segment(" DELAY   ", role: .textDim, priority: 99)] + delayParts
                + (memory.attemptsLimit > 0 ? held : [])
        ).draw(on: &grid, in: rect.row(2))
    }

    private func drawLoginLine(on grid: inout CellGrid, in rect: Rect) {
        let (good, bad) = logins
        var x = rect.x + grid.put(" LOGINS 5m ", at: rect.origin, role: .textDim, maxWidth: rect.width)
        guard good + bad > 0 else {
            grid.put("none", at: Point(x: x, y: rect.y), role: .text, maxWidth: max(0, rect.maxX - x))
            return
        }
        let share = Double(good) / Double(good + bad)
        x += grid.put(
            "ok \(TimeText.fixed(share * 100, 1))% ",
            at: Point(x: x, y: rect.y),
            role: focus == 7 ? .frameFocus : .stateOK,
            maxWidth: max(0, rect.maxX - x)
        )
        let tail = " failed \(TimeText.fixed((1 - share) * 100, 1))% (\(TimeText.count(bad)))"
        let steps = min(40, rect.maxX - x - tail.utf8.count - 1)
        if steps >= 8 {
            Bar(fraction: share, role: .expiryFull, emptyRole: bad > 0 ? .stateFail : .textDim)
                .draw(on: &grid, in: Rect(x: x, y: rect.y, width: steps, height: 1))
            x += steps
        }
        grid.put(
            tail,
            at: Point(x: x, y: rect.y),
            role: focus == 8 ? .frameFocus : bad > 0 ? .stateFail : .textDim,
            maxWidth: max(0, rect.maxX - x)
        )
    }

    /// Three boxes side by side.
    func drawBoxes(on grid: inout CellGrid, in rect: Rect) {
        let third = rect.width / 3
        let boxes = [
            Rect(x: rect.x, y: rect.y, width: third, height: rect.height),
            Rect(x: rect.x + third, y: rect.y, width: third, height: rect.height),
            Rect(x: rect.x + 2 * third, y: rect.y, width: rect.width - 2 * third, height: rect.height),
        ]
        grid.box(boxes[0], title: "RATES /s")
        grid.box(boxes[1], title: "LOGINS, last 5 min")
        grid.box(boxes[2], title: "DELAY, request in to reply out")
        drawRates(on: &grid, in: boxes[0].inset(left: 2, top: 1, right: 2, bottom: 1))
        drawVerdicts(on: &grid, in: boxes[1].inset(left: 2, top: 1, right: 2, bottom: 1))
        BindingLines.draw(
            delays + kept,
            on: &grid,
            in: boxes[2].inset(left: 1, top: 1, right: 2, bottom: 1),
            nameWidth: 4
        )
    }

    private func drawRates(on grid: inout CellGrid, in rect: Rect) {
        let top = max(1, rates.map(\.value).max() ?? 1)
        for (index, rate) in rates.prefix(rect.height).enumerated() {
            let row = rect.row(index)
            grid.put(rate.name, at: row.origin, role: .textDim)
            drawFocus(focus == index, on: &grid, in: row)
            grid.putRight(
                TimeText.fixed(rate.value, 1),
                in: Rect(x: row.x + 8, y: row.y, width: 8, height: 1),
                role: rate.role
            )
            guard rate.value > 0 else { continue }
            let bar = row.inset(left: 18)
            let steps = max(1, Int(Double(bar.width) * rate.value / top))
            Bar(fraction: 1, role: .rateLow).draw(
                on: &grid,
                in: Rect(x: bar.x, y: bar.y, width: min(steps, bar.width), height: 1)
            )
        }
    }

    private func drawVerdicts(on grid: inout CellGrid, in rect: Rect) {
        let total = loginVerdicts.reduce(0) { $0 + $1.count }
        guard total > 0 else {
            grid.put("none", at: rect.origin, role: .textDim)
            return
        }
        // The place of the cursor is seen, however long the list is; ok and failed stand for the first row.
        let selected = focus.map { $0 - OverviewItems.firstVerdict }
        let top = max(0, min((selected ?? 0) - rect.height + 1, loginVerdicts.count - rect.height))
        for (index, item) in loginVerdicts.dropFirst(top).prefix(rect.height).enumerated() {
            let row = rect.row(index)
            drawFocus(selected == top + index, on: &grid, in: row)
            let share = Double(item.count) / Double(total)
            grid.put(
                VerdictWords.short(item.verdict),
                at: row.origin,
                role: VerdictWords.role(item.verdict),
                maxWidth: 15
            )
            grid.putRight(
                TimeText.count(item.count),
                in: Rect(x: row.x + 15, y: row.y, width: 8, height: 1),
                role: .text
            )
            grid.putRight(
                "\(TimeText.fixed(share * 100, 1))%",
                in: Rect(x: row.x + 23, y: row.y, width: 8, height: 1),
                role: .text
            )
            let bar = row.inset(left: 33)
            let steps = Int((Double(bar.width) * share).rounded())
            if steps > 0 {
                Bar(fraction: 1, role: .rateLow).draw(
                    on: &grid,
                    in: Rect(x: bar.x, y: bar.y, width: min(steps, bar.width), height: 1)
                )
            }
        }
    }

    private func drawFocus(_ isFocused: Bool, on grid: inout CellGrid, in row: Rect) {
        guard isFocused else { return }
        grid.set(grid.glyphs.cursor, at: Point(x: row.x - 1, y: row.y), role: .frameFocus)
    }
}
