import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Failed logins as lines of a log.
struct FailureLinesTests {
    private func fail(_ monitor: Monitor, count: Int, from second: Int) {
        for index in 0..<count {
            var wire = Wire()
            wire.callID = "f\(second)-\(index)"
            monitor.receive([wire.exchange(1, at: second * 1_000 + index, .unknownUser, credentials: true)])
        }
    }

    @Test func eachFailureIsOneLineAndSuccessesAreNone() throws {
        let monitor = Monitor.watchingNothing()
        fail(monitor, count: 1, from: 1)
        var good = Wire()
        good.callID = "good"
        monitor.receive([good.exchange(1, at: 1_500, credentials: true)])
        let lines = monitor.takeFailures(at: .zero + .seconds(2))
        #expect(lines.count == 1)
        let text = try #require(lines.first).text
        #expect(text.hasPrefix("login failed: NOUSER ") && text.contains(" from ") && text.hasSuffix(" udp"))
        #expect(monitor.takeFailures(at: .zero + .seconds(2)).isEmpty)
    }

    @Test func aGuesserFillsNoDisk() {
        let monitor = Monitor.watchingNothing()
        fail(monitor, count: 500, from: 1)
        #expect(monitor.takeFailures(at: .zero + .seconds(2)).count == 20)
        #expect(monitor.takeFailures(at: .zero + .seconds(3)).isEmpty)
        let rest = monitor.takeFailures(at: .zero + .seconds(12)).map(\.text)
        #expect(rest == ["logins failed: 480 more in 10 s"])
        fail(monitor, count: 1, from: 13)
        #expect(monitor.takeFailures(at: .zero + .seconds(14)).count == 1)
    }
}
