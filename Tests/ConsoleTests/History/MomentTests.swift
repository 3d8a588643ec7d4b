import Testing
import Timing

@testable import Console

/// How operators write moments of the past.
@Suite struct MomentTests {
    /// 2026-11-25 12:04:31 UTC.
    private let now = Samples.start.wall

    private func text(_ typed: String, offset: Interval = .zero) throws -> String {
        let civil = CivilTime(try Moment.wall(typed, now: now, utcOffset: offset), utcOffset: offset)
        return "\(civil.date) \(civil.clock)"
    }

    @Test(arguments: [
        ("12:03", "2026-11-25 12:03:00"), ("12:04:31", "2026-11-25 12:04:31"),
        (" 9:07 ", "2026-11-25 09:07:00"), ("00:00", "2026-11-25 00:00:00"),
        ("12:05", "2026-11-24 12:05:00"), ("23:59:59", "2026-11-24 23:59:59"),
        ("2026-11-25 12:04", "2026-11-25 12:04:00"), ("2026-02-28 23:59:59", "2026-02-28 23:59:59"),
        ("2024-02-29T08:00", "2024-02-29 08:00:00"), ("1999-12-31 1:00", "1999-12-31 01:00:00"),
        ("-10m", "2026-11-25 11:54:31"), ("-2h", "2026-11-25 10:04:31"), ("-90s", "2026-11-25 12:03:01"),
        ("-1d", "2026-11-24 12:04:31"), ("-0m", "2026-11-25 12:04:31"),
    ])
    func isUnderstood(_ typed: String, _ moment: String) throws {
        #expect(try text(typed) == moment)
        #expect(Moment.isMoment(typed))
    }

    @Test(arguments: [
        "", "-", "now", "12", "12:3", "12:60", "24:00", "12:04:60", "1:2:3:4", "-m", "-10", "-10w", "--1m",
        "-1234567m", "2026-11-25", "2026-13-01 10:00", "2026-02-29 10:00", "2026-11-31 10:00",
        "26-11-25 10:00", "2026-11-25 10:00 x", "２３:００", "12:04T12:04", "-9223372036854775808s", "+10m",
    ])
    func isNone(_ typed: String) {
        #expect(throws: Moment.Failure.unknown(typed)) { try text(typed) }
        #expect(!Moment.isMoment(typed))
    }

    @Test func theFutureIsNoPast() {
        #expect(throws: Moment.Failure.future("2026-11-25 12:05")) { try text("2026-11-25 12:05") }
        #expect(Moment.Failure.future("x").description == "\"x\" has not come yet")
    }

    /// The operator's day and hour, not Greenwich's.
    @Test func countsInTheOperatorsZone() throws {
        let tokyo = Interval.seconds(9 * 3_600)
        #expect(try text("21:04", offset: tokyo) == "2026-11-25 21:04:00")
        #expect(try text("21:05", offset: tokyo) == "2026-11-24 21:05:00")
        #expect(try text("2026-11-25 00:30", offset: tokyo) == "2026-11-25 00:30:00")
        let moment = try Moment.wall("21:04", now: now, utcOffset: tokyo)
        #expect(moment == WallTime(secondsSince1970: 1_795_608_240))
    }
}
