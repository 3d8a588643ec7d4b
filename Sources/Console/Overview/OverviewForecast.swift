internal import Cells
internal import Monitor

/// What is to be expected, in two lines: refreshes, and what would come after a restart now (`RefreshForecast` says by
/// which assumptions).
struct OverviewForecast {
    private let forecast: RefreshForecast
    /// Which of the lines has the cursor.
    private let focus: Int?

    init(_ forecast: RefreshForecast, focus: Int? = nil) {
        self.forecast = forecast
        self.focus = focus
    }

    /// The lines, each of whole words.
    func lines(_ glyphs: Glyphs) -> [SegmentLine] {
        let peak = forecast.peak
        let slot = forecast.rates.firstIndex(of: peak) ?? 0
        let when = slot == 0 ? "now" : "in \(TimeText.length(slot * RefreshForecast.slotSeconds))"
        let refreshes = [
            Segment(
                [name("refreshes", 0, glyphs), number(forecast.rates.first ?? 0), dim("/s expected")],
                priority: 90
            ),
            Segment([dim("peak "), number(peak), dim("/s \(when)")], priority: 80),
            Segment([dim("mean "), number(forecast.steady), dim("/s")], priority: 30),
        ]
        let wave = TimeText.length(Int(max(0, min(forecast.gap, 1e9))))
        // `3,267 back at 236 REG/s; again 27:05 later at 236/s (jitter 10%: 52.3/s)`
        var restart = [
            Segment(
                [
                    name("restart now:", 1, glyphs),
                    TextRun(TimeText.count(forecast.returning), role: .textStrong),
                    dim(" back at"),
                ],
                priority: 85
            ),
            Segment([number(forecast.restartPeak), dim(" REG/s;")], priority: 90),
        ]
        for jitter in RefreshForecast.jitters {
            let peak = number(forecast.wavePeak(jitter: jitter))
            let runs =
                jitter == 0
                ? [dim("again \(wave) later at "), peak, dim("/s")]
                : [dim("(jitter \(jitter)%: "), peak, dim("/s)")]
            restart.append(Segment(runs, priority: 70 - jitter))
        }
        return [SegmentLine(left: refreshes, gap: 2), SegmentLine(left: restart, gap: 1)]
    }

    private func name(_ text: String, _ line: Int, _ glyphs: Glyphs) -> TextRun {
        OverviewScreen.name(text, focus == line, glyphs, space: "")
    }
    private func dim(_ text: String) -> TextRun { TextRun(text, role: .textDim) }
    private func number(_ value: Double) -> TextRun {
        TextRun(TimeText.fixed(value, value < 100 ? 1 : 0), role: .textStrong)
    }
}
