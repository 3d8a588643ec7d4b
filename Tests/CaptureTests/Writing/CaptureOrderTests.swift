import Capture
import SIPMessage
import Support
import Testing
import Timing

@Suite("Messages in the order of time")
struct CaptureOrderTests {
    private func message(_ milliseconds: Int, bytes: Int = 1) -> CapturedMessage {
        var message = CaptureWriterTests.message("")
        message.at = WallTime(nanoseconds: 0) + .milliseconds(milliseconds)
        message.bytes = Array(repeating: 0x61, count: bytes)
        return message
    }

    @Test("Attempts that overlap are told as they happened, and only what may still be overtaken waits")
    func property() {
        let seed: UInt64 = 11
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var order = CaptureOrder()
            var start = 0
            var given: [WallTime] = [], taken: [WallTime] = []
            for _ in 0..<random.below(30) {
                // Two threads' attempts are out of order by less than the slack.
                start += random.below(800)
                let begun = max(0, start - random.below(1_900))
                let wall = WallTime(nanoseconds: 0) + .milliseconds(begun)
                while let next = order.next(before: wall) { taken.append(next.at) }
                var at = begun
                for _ in 0..<(1 + random.below(5)) {
                    order.add(message(at))
                    given.append(WallTime(nanoseconds: 0) + .milliseconds(at))
                    at += random.below(9_000)
                }
            }
            while let next = order.next() { taken.append(next.at) }
            #expect(taken == given.sorted(), "seed \(seed)")
        }
    }

    @Test("Messages of one moment stay as they came")
    func stable() {
        var order = CaptureOrder()
        for count in 1...20 { order.add(message(5, bytes: count)) }
        var counts: [Int] = []
        while let next = order.next() { counts.append(next.bytes.count) }
        #expect(counts == Array(1...20))
    }

    @Test("What is held back is bounded")
    func bounded() {
        var order = CaptureOrder()
        let long = 1 << 20
        var held = 0
        for _ in 0..<100 {
            order.add(message(0, bytes: long))
            held += long
            while let next = order.next(before: WallTime(nanoseconds: 0)) { held -= next.bytes.count }
        }
        #expect(held == CaptureOrder.mostBytes)
    }

    @Test("A message waits as long as an attempt that begins later may still stand before it")
    func slack() {
        let zero = WallTime(nanoseconds: 0)
        var order = CaptureOrder()
        order.add(message(0))
        #expect(order.next(before: zero + .milliseconds(2_000)) == nil)
        #expect(order.next(before: zero + .milliseconds(2_001))?.at == zero)
        #expect(order.next() == nil)
    }
}
