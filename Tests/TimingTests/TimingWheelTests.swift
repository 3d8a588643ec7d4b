import Support
import Testing
import Timing

/// The owner's side of a wheel: deadlines by item.
private struct Deadlines: TimerDeadlines {
    var byItem: [UInt32: Timestamp] = [:]

    func deadline(of item: UInt32) -> Timestamp { byItem[item] ?? .zero }
}

/// A wheel with its deadlines, and the plain model beside it.
private struct Timers {
    var wheel: TimingWheel
    var deadlines = Deadlines()

    init(origin: Timestamp = .zero, resolutionBits: Int = 28) {
        wheel = TimingWheel(origin: origin, resolutionBits: resolutionBits)
    }

    mutating func schedule(_ item: UInt32, at deadline: Timestamp) {
        deadlines.byItem[item] = deadline
        wheel.schedule(item, at: deadline)
    }

    mutating func cancel(_ item: UInt32) {
        deadlines.byItem[item] = nil
        wheel.cancel(item)
    }

    /// Everything due, in steps of the given budget; gives up once every item must have had its turn.
    mutating func fire(at now: Timestamp, budget: Int = 1_000_000) -> [UInt32] {
        var fired: [UInt32] = []
        var left = budget
        var stepsWithoutFiring = 0
        while stepsWithoutFiring <= 7 * wheel.count + 2 * budget {
            let before = left
            if let item = wheel.popDue(at: now, deadlines: deadlines, budget: &left) {
                fired.append(item)
                deadlines.byItem[item] = nil
                stepsWithoutFiring = 0
            } else if left > 0 {
                return fired
            } else {
                stepsWithoutFiring += before
                left = budget
            }
        }
        return fired
    }
}

@Suite struct TimingWheelTests {
    @Test(arguments: [
        0, 1, 63, 64, 65, 4_095, 4_096, 4_097, 262_143, 262_144, 16_777_216, 1_073_741_824, 4_294_967_295,
        4_294_967_296,
    ])
    func `fires at its second and not a nanosecond before`(seconds: Int) {
        var timers = Timers()
        let deadline = Timestamp.zero + .seconds(seconds) + Interval(nanoseconds: 1)
        timers.schedule(7, at: deadline)
        #expect(timers.fire(at: deadline - Interval(nanoseconds: 1)) == [])
        #expect(timers.wheel.isScheduled(7))
        #expect(timers.fire(at: deadline) == [7])
        #expect(timers.wheel.count == 0)
        #expect(timers.fire(at: deadline + .seconds(10)) == [])
    }

    @Test(arguments: [10, 20, 24, 28, 40, -5, 99])
    func `any resolution fires exactly`(bits: Int) {
        var timers = Timers(origin: Timestamp(nanoseconds: 5_000_000_123), resolutionBits: bits)
        let deadlines = [0, 999, 5_000_000_124, 5_000_001_000, 61_000_000_000, 3_600_000_000_000]
        for (item, nanoseconds) in deadlines.enumerated() {
            timers.schedule(UInt32(item), at: Timestamp(nanoseconds: Int64(nanoseconds)))
        }
        for (item, nanoseconds) in deadlines.enumerated() {
            #expect(timers.fire(at: Timestamp(nanoseconds: Int64(nanoseconds) - 1)) == [])
            #expect(timers.fire(at: Timestamp(nanoseconds: Int64(nanoseconds))) == [UInt32(item)])
        }
    }

    @Test func `a jump of the clock fires everything it passes`() {
        var timers = Timers()
        for item in 0..<1_000 as Range<UInt32> {
            timers.schedule(item, at: .zero + .seconds(Int(item) * 37))
        }
        timers.schedule(1_000, at: .zero + .seconds(4_294_967_296))
        #expect(timers.fire(at: .zero + .seconds(1_000_000)).sorted() == Array(0..<1_000))
        #expect(timers.wheel.count == 1)
        timers.schedule(3, at: .zero + .seconds(1_000_001))
        #expect(timers.fire(at: .zero + .seconds(4_294_967_296)).sorted() == [3, 1_000])
    }

    @Test func `a clock that stands or goes back fires nothing early`() {
        var timers = Timers()
        timers.schedule(0, at: .zero + .seconds(100))
        #expect(timers.fire(at: .zero + .seconds(99)) == [])
        timers.schedule(1, at: .zero + .seconds(50))
        #expect(timers.fire(at: .zero + .seconds(49)) == [])
        #expect(timers.fire(at: .zero + .seconds(50)) == [1])
        #expect(timers.fire(at: .zero + .seconds(100)) == [0])
    }

    @Test func `the latest instant never fires before it`() {
        var timers = Timers(origin: Timestamp(nanoseconds: .min))
        timers.schedule(0, at: .distantFuture)
        #expect(timers.fire(at: Timestamp(nanoseconds: .max - 1)) == [])
        #expect(timers.fire(at: .distantFuture) == [0])
    }

    @Test func `a deadline that moved later needs no call`() {
        var timers = Timers()
        timers.schedule(0, at: .zero + .seconds(60))
        for minute in 1..<500 {
            timers.deadlines.byItem[0] = .zero + .seconds(60 * minute + 60)
            #expect(timers.fire(at: .zero + .seconds(60 * minute)) == [])
        }
        #expect(timers.fire(at: .zero + .seconds(60 * 500)) == [0])
    }

    @Test func `scheduling again moves a deadline earlier`() {
        var timers = Timers()
        timers.schedule(0, at: .zero + .seconds(7_200))
        timers.schedule(0, at: .zero + .seconds(10))
        #expect(timers.wheel.count == 1)
        #expect(timers.fire(at: .zero + .seconds(10)) == [0])
        #expect(timers.fire(at: .zero + .seconds(7_200)) == [])
    }

    @Test func `cancelled items and strangers do not fire`() {
        var timers = Timers()
        timers.schedule(5, at: .zero + .seconds(3))
        timers.cancel(5)
        timers.cancel(5)
        timers.cancel(4_000_000)
        #expect(!timers.wheel.isScheduled(5))
        #expect(timers.fire(at: .zero + .seconds(4)) == [])
    }

    @Test func `a call does no more than its budget`() {
        var timers = Timers()
        for item in 0..<10_000 as Range<UInt32> { timers.schedule(item, at: .zero + .seconds(5_000)) }
        var budget = 100
        #expect(
            timers.wheel.popDue(at: .zero + .seconds(5_000), deadlines: timers.deadlines, budget: &budget)
                == nil
        )
        #expect(budget == 0)
        var calls = 1
        var fired = 0
        while timers.wheel.count > 0 {
            budget = 100
            calls += 1
            while timers.wheel.popDue(
                at: .zero + .seconds(5_000),
                deadlines: timers.deadlines,
                budget: &budget
            ) != nil {
                fired += 1
            }
        }
        #expect(fired == 10_000)
        #expect(calls <= 10_000 * 5 / 100)
    }

    @Test func `what is not yet due in the current tick is looked at once a call`() {
        var timers = Timers(resolutionBits: 40)
        for item in 0..<500 as Range<UInt32> {
            timers.schedule(item, at: .zero + .seconds(600) + .seconds(Int(item)))
        }
        var budget = 10_000
        #expect(
            timers.wheel.popDue(at: .zero + .seconds(599), deadlines: timers.deadlines, budget: &budget)
                == nil
        )
        #expect(budget >= 10_000 - 501)
    }

    @Test func `next deadline is never late and leads to it in few steps`() {
        var timers = Timers()
        #expect(timers.wheel.nextDeadline(timers.deadlines) == nil)
        let deadline = Timestamp.zero + .seconds(100_000) + Interval(nanoseconds: 17)
        timers.schedule(0, at: deadline)
        var steps = 0
        var now = Timestamp.zero
        while timers.wheel.count > 0, steps < 20 {
            guard let next = timers.wheel.nextDeadline(timers.deadlines) else { break }
            #expect(next <= deadline)
            #expect(next >= now)
            now = next
            let fired = timers.fire(at: now)
            #expect(fired == (now == deadline ? [0] : []))
            steps += 1
        }
        #expect(now == deadline)
        #expect(steps <= 8)
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `fires what a plain list would, whatever comes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var timers = Timers(resolutionBits: [10, 24, 28, 33].randomElement(using: &random) ?? 28)
        var now = Timestamp.zero
        for _ in 0..<2_000 {
            let item = UInt32.random(in: 0..<200, using: &random)
            let span = Int64(1) << Int64.random(in: 0...42, using: &random)
            let instant = now + Interval(nanoseconds: Int64.random(in: -5...span, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                timers.schedule(item, at: instant)
            case 5:
                timers.cancel(item)
            case 6:
                if let old = timers.deadlines.byItem[item] {
                    timers.deadlines.byItem[item] = max(old, instant)
                }
            default:
                now = max(now, instant)
                let due = timers.deadlines.byItem.filter { $0.value <= now }.keys.sorted()
                let budget = Int.random(in: 1...50, using: &random)
                #expect(timers.fire(at: now, budget: max(budget, 1)).sorted() == due, "seed \(seed)")
                #expect(timers.wheel.count == timers.deadlines.byItem.count, "seed \(seed)")
                if let next = timers.wheel.nextDeadline(timers.deadlines),
                    let earliest = timers.deadlines.byItem.values.min(), timers.wheel.count <= 64
                {
                    #expect(next <= earliest, "seed \(seed)")
                }
            }
        }
    }
}
