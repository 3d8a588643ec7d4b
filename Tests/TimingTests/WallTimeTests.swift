import Testing
import Timing

@Suite struct WallTimeTests {
    @Test(arguments: [
        (0, "1970-01-01", "00:00:00", "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_400, "2000-02-29", "00:00:00", "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_795_608_271, "2026-11-25", "12:04:31", "Wed, 25 Nov 2026 12:04:31 GMT"),
        (4_107_542_399, "2100-02-28", "23:59:59", "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "2100-03-01", "00:00:00", "Mon, 01 Mar 2100 00:00:00 GMT"),
        (-1, "1969-12-31", "23:59:59", "Wed, 31 Dec 1969 23:59:59 GMT"),
    ])
    func `takes instants apart as the calendar does`(seconds: Int, date: String, clock: String, sip: String) {
        let civil = CivilTime(WallTime(secondsSince1970: seconds))
        #expect(civil.date == date)
        #expect(civil.clock == clock)
        #expect(civil.sipDate == sip)
    }

    @Test func `every day follows the one before`() {
        var previous = CivilTime(WallTime(secondsSince1970: -86_400 * 800))
        for day in -799...40_000 {
            let civil = CivilTime(WallTime(secondsSince1970: day * 86_400))
            #expect(civil.weekday == (previous.weekday + 1) % 7)
            let sameMonth = civil.year == previous.year && civil.month == previous.month
            #expect(sameMonth ? civil.day == previous.day + 1 : civil.day == 1 && previous.day >= 28)
            previous = civil
        }
    }

    @Test func `fractions and offsets`() {
        let wall = WallTime(nanoseconds: 1_795_608_271_080_500_000)
        #expect(CivilTime(wall).clockMilliseconds == "12:04:31.080")
        #expect(CivilTime(wall, utcOffset: .seconds(3_600)).clock == "13:04:31")
        #expect(CivilTime(wall, utcOffset: .seconds(-13 * 3_600)).date == "2026-11-24")
        #expect(CivilTime(WallTime(nanoseconds: -1)).nanosecond == 999_999_999)
        #expect(WallTime(nanoseconds: -1).secondsSince1970 == -1)
    }

    @Test func `the ends of time do not trap`() {
        let first = CivilTime(WallTime(nanoseconds: .min))
        #expect(first.date == "1677-09-21")
        #expect(first.nanosecond == 145_224_192)
        #expect(CivilTime(WallTime(nanoseconds: .max), utcOffset: .seconds(3_600)).date == "2262-04-11")
    }

    @Test func `a reading of both clocks tells monotonic instants as wall time`() {
        let reading = ClockReading(
            timestamp: Timestamp(nanoseconds: 5_000),
            wall: WallTime(secondsSince1970: 1_000),
        )
        #expect(reading.wall(at: Timestamp(nanoseconds: 5_000)) == reading.wall)
        #expect(
            reading.wall(at: Timestamp.zero + .seconds(60)) - reading.wall == .seconds(60)
                - Interval(nanoseconds: 5_000)
        )
        #expect(reading.wall(at: .zero) < reading.wall)
    }
}
