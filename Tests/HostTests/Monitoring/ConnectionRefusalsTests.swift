import Testing
import Timing
import Transport

@testable import Host

@Suite("Connections that came to nothing")
struct ConnectionRefusalsTests {
    @Test("One line a minute, with what is new, summed over all loops")
    func line() {
        var refusals = ConnectionRefusals()
        var now = Timestamp(nanoseconds: 1_000_000_000_000)
        #expect(refusals.line([LoopCounters.Facts()], at: now) == nil)
        var one = LoopCounters.Facts()
        one.refusedPerSource = 3
        one.failedHandshakes = 1
        var two = LoopCounters.Facts()
        two.failedHandshakes = 2
        let first = "connections refused: 3 beyond limits.connections-per-source, 3 without a TLS handshake"
        #expect(refusals.line([one, two], at: now) == first)
        two.failedUpgrades = 7
        #expect(refusals.line([one, two], at: now + .seconds(59)) == nil)
        now = now + .seconds(60)
        #expect(refusals.line([one, two], at: now) == "connections refused: 7 without a WebSocket upgrade")
        #expect(refusals.line([one, two], at: now + .seconds(60)) == nil)
    }
}
