import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// What the monitor keeps is bounded whatever comes, and it says how much it is.
struct MonitorMemoryTests {
    /// Ten thousand attempts a second for six seconds, one in a hundred of them with a wrong password.
    @Test func tenThousandAttemptsASecondAreSampledAndFailuresAreKept() throws {
        var limits = MonitorLimits()
        limits.attempts = 1_024
        limits.attemptBytes = 1 << 20
        let monitor = Monitor.watchingNothing(limits: limits)
        var failures = 0
        var most = 0
        for second in 0..<6 {
            for index in 0..<10_000 {
                var wire = Wire()
                wire.callID = "c\(second)-\(index)@phone"
                wire.user = "u\(index)"
                wire.source.address = IPAddress(ipv4: 0x0a00_0000 &+ UInt32(index))
                let isWrong = index % 100 == 0
                failures += isWrong ? 1 : 0
                let at = second * 1_000 + index / 10
                monitor.receive([wire.exchange(1, at: at, isWrong ? .wrongPassword : nil, credentials: true)])
            }
            let now = Timestamp.zero + .seconds(second + 1)
            monitor.advance(to: now)
            let memory = monitor.memory
            #expect(memory.attempts <= memory.attemptsLimit)
            #expect(memory.attemptBytes <= memory.attemptBytesLimit + 4_096)
            most = max(most, memory.bytes)
        }
        let now = Timestamp.zero + .seconds(6)
        let overview = try #require(monitor.overview(atSecond: 6))
        #expect(overview.sampling >= 2, "it says that it samples")
        #expect(overview.memory == monitor.memory)
        #expect(most < 32 << 20)
        // Each failure was counted, and kept as long as there was room for three quarters.
        let wrong = monitor.totals(at: now).verdicts.first { $0.verdict == .wrongPassword }?.count
        #expect(failures == 600 && wrong == 600)
        #expect(monitor.allAttempts(failuresOnly: true, at: now).count == 400, "one window of them")
        let query = WindowQuery(subject: .attempts(filter: nil, failuresOnly: true), height: 1)
        #expect(monitor.answer(query, at: now).matched == 600)
        // Successes that were not kept are counted for what they stand for.
        let good = monitor.totals(at: now).verdicts.first { $0.verdict == .ok }?.count ?? 0
        #expect((53_000...66_000).contains(Int(good)), "\(good)")
    }

    @Test func memoryGrowsWithRowsAndOrdersAndShrinksWithOrders() {
        var driver = TableDriver()
        for index in 0..<2_000 { driver.add(TableDriver.Phone(aor: "u\(index)@example.test")) }
        let monitor = Monitor.watching(driver.table)
        #expect(monitor.memory.rows == 0)
        monitor.settle(at: .zero)
        let rows = monitor.memory
        #expect(rows.rows == 2_000 && rows.orders == 0 && rows.bytes > 2_000 * 40)
        var session = MonitorSession()
        _ = monitor.window(BindingOrder(column: .agent), for: &session, at: .zero)
        monitor.settle(at: .zero)
        let sorted = monitor.memory
        #expect(sorted.orders == 1 && sorted.bytes > rows.bytes + 2_000 * 12)
        monitor.advance(to: .zero + .seconds(300))
        #expect(monitor.memory.orders == 0 && monitor.memory.bytes == rows.bytes)
        #expect(monitor.totals(at: .zero).monitorBytes == monitor.memory.bytes)
    }
}
