import Registrar
import SIPMessage
import Support
import Testing
import Timing

struct TokenBucketsTests {
    private let start = Timestamp(nanoseconds: 5_000_000_000)

    @Test func aBucketHoldsTwoSecondsAndFillsAtItsRate() {
        let buckets = TokenBuckets()
        let key = TokenBuckets.Key(hash: 7)
        func admitted(_ count: Int, at now: Timestamp) -> Int {
            (0..<count).reduce(0) { sum, _ in sum + (buckets.admits(key, rate: 10, at: now) ? 1 : 0) }
        }
        #expect(admitted(100, at: start) == 20)
        #expect(admitted(100, at: start + .milliseconds(500)) == 5)
        #expect(admitted(100, at: start + .seconds(60)) == 20, "never more than it holds")
        #expect((0..<100).allSatisfy { _ in buckets.admits(key, rate: 0, at: start) }, "no rate")
    }

    @Test(
        "A flood of other sources does not make room for one that is too fast, but for what two seconds give"
    )
    func manySources() {
        let buckets = TokenBuckets()
        var random = SeededGenerator(seed: 3)
        var admitted = 0
        for step in 0..<200_000 {
            let now = start + .milliseconds(step / 100)
            if step % 100 == 0, buckets.admits(TokenBuckets.Key(hash: 1), rate: 5, at: now) { admitted += 1 }
            _ = buckets.admits(TokenBuckets.Key(hash: random.next()), rate: 5, at: now)
        }
        // Two seconds at 5 a second, and 10 that the bucket held; its place may have been lost a few times.
        #expect((19...60).contains(admitted), "\(admitted)")
    }

    @Test func anIPv6SourceIsItsNetworkOf64() throws {
        let one = TokenBuckets.Key(source: try #require(IPAddress("2001:db8::1")))
        #expect(one == TokenBuckets.Key(source: try #require(IPAddress("2001:db8::2"))))
        #expect(one != TokenBuckets.Key(source: try #require(IPAddress("2001:db8:0:1::1"))))
        #expect(
            TokenBuckets.Key(source: IPAddress(ipv4: 1)) != TokenBuckets.Key(source: IPAddress(ipv4: 2))
        )
    }
}
