import Testing
import Timing

@Suite("Clock watch")
struct ClockWatchTests {
    private let start = ClockReading(
        timestamp: Timestamp(nanoseconds: 5_000_000_000),
        wall: WallTime(secondsSince1970: 1_790_000_000)
    )

    private func reading(after seconds: Int, wallAfter wall: Int, milliseconds: Int = 0) -> ClockReading {
        ClockReading(
            timestamp: start.timestamp + .seconds(seconds),
            wall: start.wall + .seconds(wall) + .milliseconds(milliseconds)
        )
    }

    @Test("Clocks that go together are no jump, nor is a clock that is slewed")
    func together() {
        var watch = ClockWatch(start)
        #expect(watch.jump(at: reading(after: 1, wallAfter: 1)) == nil)
        #expect(watch.jump(at: reading(after: 3_600, wallAfter: 3_600, milliseconds: 900)) == nil)
        // Each look is compared with the one before.
        #expect(watch.jump(at: reading(after: 7_200, wallAfter: 7_201, milliseconds: 700)) == nil)
    }

    @Test("A clock that is set is told once, with the direction", arguments: [3_600, -3_600, 1, -1])
    func jump(seconds: Int) {
        var watch = ClockWatch(start)
        #expect(watch.jump(at: reading(after: 10, wallAfter: 10 + seconds)) == .seconds(seconds))
        #expect(watch.jump(at: reading(after: 11, wallAfter: 11 + seconds)) == nil)
    }

    @Test("Readings at the ends of time do not trap")
    func ends() {
        var watch = ClockWatch(start)
        let far = ClockReading(timestamp: .distantFuture, wall: WallTime(nanoseconds: .min))
        _ = watch.jump(at: far)
        _ = watch.jump(at: start)
    }
}
