import Testing
import Timing

@Suite struct WrittenTimeTests {
    @Test(arguments: [
        ("90", 90), ("90s", 90), ("15m", 900), ("2h", 7_200), ("1d", 86_400), ("1w", 604_800),
        ("1h30m", 5_400), ("1H30", 3_630), ("-5m", -300), ("0", 0),
    ])
    func `a length is read as people write it`(text: String, seconds: Int64) throws {
        #expect(try WrittenDuration.seconds(Array(text.utf8)) == seconds)
        #expect(Interval(written: text) == (seconds > 0 ? .seconds(Int(seconds)) : nil))
    }

    @Test(arguments: [
        ("", 0), ("-", 0), ("m", 0), ("5x", 1), ("5m m", 2), ("5mm", 2), ("12345678901", 10), ("5 m", 1),
        ("1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s", 33),
    ])
    func `what is no length is told with its place`(text: String, offset: Int) {
        do throws(WrittenDuration.Fault) {
            _ = try WrittenDuration.seconds(Array(text.utf8))
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.offset == offset, "\(text)")
        }
        #expect(Interval(written: text) == nil)
    }

    private let now = WallTime(secondsSince1970: 1_795_608_271)  // Wed, 25 Nov 2026 12:04:31 GMT

    @Test(arguments: [
        ("12:04", 1_795_608_240), ("12:04:31", 1_795_608_271), ("12:05", 1_795_608_300 - 86_400),
        ("2026-11-25", 1_795_564_800), ("2026-11-25 12:04", 1_795_608_240),
        ("2026-11-25T12:04:31Z", 1_795_608_271), ("2026-11-25T12:04:31.250Z", 1_795_608_271),
        ("2026-11-25T13:04:31+01:00", 1_795_608_271), ("2026-11-25T07:34:31-0430", 1_795_608_271),
        ("2000-02-29", 951_782_400), ("15m", 1_795_607_371), ("-15m", 1_795_607_371),
        ("1d", 1_795_608_271 - 86_400),
    ])
    func `a moment is read as people write it`(text: String, seconds: Int) {
        #expect(WallTime(written: text, now: now, utcOffset: .zero)?.secondsSince1970 == Int64(seconds), "\(text)")
    }

    @Test func `the clock on the wall is the one of where it was written`() {
        let east = Interval.seconds(3_600)
        // 12:30 there is 11:30 in UTC, and 13:30 has not come yet.
        #expect(WallTime(written: "12:30", now: now, utcOffset: east)?.secondsSince1970 == 1_795_606_200)
        #expect(WallTime(written: "13:30", now: now, utcOffset: east)?.secondsSince1970 == 1_795_523_400)
        #expect(
            WallTime(written: "2026-11-25 13:04:31", now: now, utcOffset: east)?.secondsSince1970
                == 1_795_608_271
        )
        #expect(
            WallTime(written: "2026-11-25 12:04:31Z", now: now, utcOffset: east)?.secondsSince1970
                == 1_795_608_271
        )
    }

    @Test(arguments: [
        "", "now", "12", "2026", "24:00", "12:60", "1:02", "2026-02-29", "2026-13-01", "2026-00-01", "1969-12-31",
        "2026-11-25x", "2026-11-25 12", "2026-11-25T12:04:31Zx", "2026-11-25T12:04+1", "12:04:31x", "0s",
    ])
    func `what is no moment is none`(text: String) {
        #expect(WallTime(written: text, now: now, utcOffset: .zero) == nil)
    }

    @Test func `every moment that is written is read again`() {
        for day in stride(from: 0, to: 40_000, by: 13) {
            let wall = WallTime(secondsSince1970: day * 86_400 + day % 86_400)
            #expect(WallTime(written: wall.rfc3339, now: now, utcOffset: .seconds(7_200)) == wall)
        }
        #expect(now.rfc3339 == "2026-11-25T12:04:31.000Z")
    }
}
