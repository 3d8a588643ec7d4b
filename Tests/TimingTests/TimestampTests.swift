import Testing
import Timing

@Suite struct TimestampTests {
    @Test func `units agree`() {
        #expect(Interval.seconds(2) == Interval.milliseconds(2_000))
        #expect(Interval.milliseconds(3) == Interval.microseconds(3_000))
        #expect(Interval.microseconds(-4) == Interval(nanoseconds: -4_000))
    }

    @Test func `too much saturates instead of trapping`() {
        #expect(Interval.seconds(.max).nanoseconds == .max)
        #expect(Interval.seconds(.min).nanoseconds == .min)
        #expect(Interval.milliseconds(.max).nanoseconds == .max)
        #expect(Interval.microseconds(.min).nanoseconds == .min)
        #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
        #expect((Timestamp(nanoseconds: .min) - .seconds(1)).nanoseconds == .min)
        #expect((Timestamp.distantFuture - Timestamp(nanoseconds: .min)).nanoseconds == .max)
        #expect((Timestamp(nanoseconds: .min) - Timestamp.distantFuture).nanoseconds == .min)
        #expect((Interval(nanoseconds: .max) + Interval(nanoseconds: 1)).nanoseconds == .max)
        #expect((Interval(nanoseconds: .min) - Interval(nanoseconds: 1)).nanoseconds == .min)
    }

    @Test(
        arguments: [
            (0, 0, 0), (1, 0, 1), (999_999_999, 0, 1), (1_000_000_000, 1, 1), (1_000_000_001, 1, 2),
            (-1, 0, 0),
            (-1_500_000_000, -1, -1),
        ] as [(Int64, Int, Int)]
    )
    func `seconds round towards zero, and up for what is told`(nanoseconds: Int64, down: Int, up: Int) {
        #expect(Interval(nanoseconds: nanoseconds).seconds == down)
        #expect(Interval(nanoseconds: nanoseconds).secondsRoundedUp == up)
    }

    @Test func `order and differences`() {
        let instant = Timestamp(nanoseconds: 2_500_000_000)
        #expect(instant.second == 2)
        #expect(instant < instant + .milliseconds(1))
        #expect(instant - .seconds(1) < instant)
        #expect(instant + .seconds(3) - instant == .seconds(3))
        #expect((Interval.milliseconds(1_999)).milliseconds == 1_999)
    }
}
