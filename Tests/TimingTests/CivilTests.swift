import Support
import Testing

@testable import Timing

@Suite("Wall time out of a date and a time of day")
struct CivilTests {
    @Test("The way back from a calendar's date, for any second and zone")
    func roundTrip() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<5_000 {
            let wall = WallTime(secondsSince1970: Int(random.below(7_000_000_000)) - 3_000_000_000)
            let offset = Interval.seconds(Int(random.below(90_000)) - 45_000)
            let civil = CivilTime(wall, utcOffset: offset)
            let back = WallTime(
                year: civil.year,
                month: civil.month,
                day: civil.day,
                hour: civil.hour,
                minute: civil.minute,
                second: civil.second,
                utcOffset: offset
            )
            #expect(back == wall, "\(civil.date) \(civil.clock)")
        }
    }

    @Test("Dates that no calendar has are none")
    func impossible() {
        func wall(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0) -> WallTime? {
            WallTime(year: year, month: month, day: day, hour: hour, minute: minute)
        }
        #expect(wall(2026, 2, 29) == nil && wall(2024, 2, 29) != nil && wall(2100, 2, 29) == nil)
        #expect(wall(2026, 4, 31) == nil && wall(2026, 0, 1) == nil && wall(2026, 13, 1) == nil)
        #expect(wall(2026, 1, 0) == nil && wall(2026, 1, 1, 24) == nil && wall(2026, 1, 1, 0, 60) == nil)
        #expect(wall(.max, 1, 1) == nil && wall(.min, 1, 1) == nil && wall(9_999, 1, 1) == nil)
        #expect(WallTime(year: 1970, month: 1, day: 1, hour: 0, minute: 0)?.nanoseconds == 0)
    }
}
