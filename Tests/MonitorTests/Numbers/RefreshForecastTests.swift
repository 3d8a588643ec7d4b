import BindingTable
import Support
import Testing
import Timing

@testable import Monitor

/// What refreshes are to be expected.
@Suite struct RefreshForecastTests {
    /// Phones with gaps of their own, each counted with when it comes next.
    private func calendar(_ phones: [(gap: Int, next: Int)], at now: Timestamp) -> (RefreshCalendar, [Row]) {
        var calendar = RefreshCalendar()
        let rows = phones.map { phone in
            var facts = Self.facts(gap: phone.gap)
            facts.refreshedAt = now + .seconds(phone.next - phone.gap)
            facts.expiresAt = facts.refreshedAt + .seconds(2 * phone.gap)
            var row = Row()
            calendar.add(&row, facts, at: now)
            return row
        }
        return (calendar, rows)
    }

    static func facts(gap: Int) -> BindingFacts {
        var facts = BindingFacts(
            cseq: 1,
            createdAt: .zero,
            refreshedAt: .zero,
            expiresAt: .zero,
            asked: nil,
            granted: UInt32(2 * gap),
            q: nil,
            path: Wire.path(at: .zero)
        )
        facts.usualGap = UInt32(gap * 1_000)
        return facts
    }

    /// What the phones do is what was expected of them, within a fifth.
    @Test(arguments: 1...4)
    func fiveMinutesComeAsForecast(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let now = Timestamp.zero + .seconds(100_003)
        let phones = (0..<3_000).map { _ in
            let gap = [30, 48, 90, 180, 600, 1_800][random.below(6)] + random.below(5)
            return (gap: gap, next: 1 + random.below(gap))
        }
        let forecast = calendar(phones, at: now).0.forecast(at: now, connected: 0)
        var came = [Int](repeating: 0, count: RefreshForecast.slots)
        for phone in phones {
            for second in stride(from: phone.next, to: 297, by: phone.gap) { came[(second + 3) / 10] += 1 }
        }
        for minute in 0..<4 {
            let slots = minute * 6 + 1..<minute * 6 + 7
            let expected = slots.reduce(0) { $0 + forecast.rates[$1] * 10 }
            let real = Double(slots.reduce(0) { $0 + came[$1] })
            #expect(abs(expected - real) < real / 5, "seed \(seed) minute \(minute): \(expected) for \(real)")
        }
        let steady = phones.reduce(0) { $0 + 1 / Double($1.gap) }
        #expect(abs(forecast.steady - steady) < steady / 10, "seed \(seed)")
    }

    @Test func whatIsTakenOutIsNotExpected() {
        let now = Timestamp.zero + .seconds(50)
        var (calendar, rows) = calendar([(48, 10), (1_800, 900), (7_200, 7_000)], at: now)
        for index in rows.indices { calendar.remove(&rows[index]) }
        #expect(calendar.forecast(at: now, connected: 0) == RefreshForecast())
        calendar.remove(&rows[0])
        #expect(calendar.forecast(at: now, connected: 0) == RefreshForecast())
    }

    @Test func aPhoneWithoutARhythmIsExpectedAtHalfOfWhatItGot() {
        var facts = Self.facts(gap: 100)
        (facts.usualGap, facts.granted) = (0, 60)
        facts.expiresAt = .zero + .seconds(60)
        let (gap, at) = RefreshCalendar.next(facts)
        #expect(gap == 30 && at == .zero + .seconds(30))
    }

    /// 3,000 connections, back within half a minute with two REGISTERs each; jitter pulls the next wave apart.
    @Test func aRestartIsToldBeforehand() {
        var forecast = RefreshForecast()
        (forecast.phones, forecast.connected, forecast.steady) = (3_000, 3_000, 3_000 / 1_800)
        #expect(forecast.returning == 3_000)
        #expect(abs(forecast.restartPeak - 200) < 0.5)
        #expect(abs(forecast.wavePeak(jitter: 0) - 200) < 0.5)
        #expect(abs(forecast.wavePeak(jitter: 10) - 6_000 / 210) < 0.5)
        #expect(forecast.wavePeak(jitter: 25) < forecast.wavePeak(jitter: 10))
        // Over UDP only those that are due in half a minute notice.
        forecast.connected = 0
        forecast.rates[0] = 2
        #expect(forecast.returning == 20)
        #expect(RefreshForecast().restartPeak == 0 && RefreshForecast().wavePeak(jitter: -5) == 0)
    }
}
