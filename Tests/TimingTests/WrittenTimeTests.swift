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

    @Test(arguments: [
        ("2026-11-25T12:04:31Z", 1_795_608_271), ("2026-11-25T12:04:31.250Z", 1_795_608_271),
        ("2026-11-25T13:04:31+01:00", 1_795_608_271), ("2026-11-25T07:34:31-04:30", 1_795_608_271),
        ("2000-02-29T00:00:00Z", 951_782_400),
    ])
    func `a moment is read as programs write it`(text: String, seconds: Int64) {
        #expect(WallTime(rfc3339: text)?.secondsSince1970 == seconds, "\(text)")
    }

    @Test(arguments: [
        "", "now", "2026-11-25", "2026-11-25 12:04:31Z", "2026-11-25T12:04:31", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-11-25T24:00:00Z", "2026-11-25T12:60:00Z", "2026-11-25T12:04:31.Z",
        "2026-11-25T12:04:31Zx", "2026-11-25T12:04:31+1:00", "-026-11-25T12:04:31Z", "9999-01-01T00:00:00Z",
    ])
    func `what is no moment is none`(text: String) {
        #expect(WallTime(rfc3339: text) == nil)
    }

    @Test func `every moment that is written is read again`() {
        for day in stride(from: -40_000, to: 40_000, by: 13) {
            let wall = WallTime(nanoseconds: (Int64(day) * 86_400 + 1_234) * 1_000_000_000 + 7_000_000)
            #expect(WallTime(rfc3339: wall.rfc3339) == wall, "\(wall.rfc3339)")
        }
        #expect(WallTime(secondsSince1970: 1_795_608_271).rfc3339 == "2026-11-25T12:04:31.000Z")
    }
}
