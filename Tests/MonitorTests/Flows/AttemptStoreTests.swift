import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// What is kept when there is more than there is room for.
struct AttemptStoreTests {
    private func limits(attempts: Int, bytes: Int = 16 << 20) -> MonitorLimits {
        var limits = MonitorLimits()
        limits.attempts = attempts
        limits.attemptBytes = bytes
        limits.exchangesPerSecond = .max / 1_024
        return limits
    }

    private func flood(_ monitor: Monitor, _ range: Range<Int>, _ refusal: RefusalReason? = nil) {
        for index in range {
            var wire = Wire()
            wire.callID = "flood-\(index)@phone"
            wire.source.address = IPAddress(ipv4: UInt32(index))
            wire.user = "u\(index)"
            monitor.receive([wire.exchange(1, at: index, refusal, credentials: true)])
        }
    }

    @Test func oldestGoesFirst() {
        let monitor = Monitor.watchingNothing(limits: limits(attempts: 64))
        flood(monitor, 0..<1_000)
        let rows = monitor.allAttempts()
        #expect(rows.count == 64)
        #expect(rows.map(\.id.rawValue) == (937...1_000).map { UInt64($0) })
    }

    @Test func failuresOutliveSuccesses() {
        let monitor = Monitor.watchingNothing(limits: limits(attempts: 64))
        flood(monitor, 0..<40, .wrongPassword)
        flood(monitor, 40..<2_000)
        let rows = monitor.allAttempts()
        #expect(rows.count == 64)
        #expect(rows.count { $0.verdict == .wrongPassword } == 40)
    }

    @Test func successesKeepAQuarter() {
        let monitor = Monitor.watchingNothing(limits: limits(attempts: 64))
        flood(monitor, 0..<100)
        flood(monitor, 100..<2_000, .wrongPassword)
        #expect(monitor.allAttempts().count { $0.verdict == .ok } == 16)
    }

    /// Neither number nor bytes grow, whatever Call-IDs and sources come.
    @Test func memoryIsBounded() {
        let budget = 1 << 20
        let monitor = Monitor.watchingNothing(limits: limits(attempts: 4_096, bytes: budget))
        flood(monitor, 0..<3_000, .challenge)
        flood(monitor, 3_000..<6_000, .wrongPassword)
        #expect(monitor.flows.store.bytes <= budget + 4_096)
        #expect(monitor.flows.store.count < 4_096)
        var seen = 0
        monitor.flows.store.forEach { _ in
            seen += 1
            return true
        }
        #expect(seen == monitor.flows.store.count)
    }

    /// A flow that never ends is cut into attempts of bounded length.
    @Test func longFlowsAreCut() {
        let monitor = Monitor.watchingNothing()
        for index in 0..<100 {
            monitor.receive([Wire().exchange(index, at: index, .staleNonce, credentials: true)])
        }
        let rows = monitor.allAttempts()
        #expect(rows.allSatisfy { $0.steps.count <= Attempt.maximumExchanges })
        #expect(rows.reduce(0) { $0 + $1.steps.count } == 100)
    }

    @Test func underLoadSuccessesAreSampledAndFailuresAreNot() throws {
        var limits = MonitorLimits()
        limits.exchangesPerSecond = 50
        let monitor = Monitor.watchingNothing(limits: limits)
        for index in 0..<3_000 {
            var wire = Wire()
            wire.callID = "flood-\(index)@phone"
            monitor.receive([
                wire.exchange(1, at: index, .challenge),
                wire.exchange(2, at: index, index % 100 == 0 ? .wrongPassword : nil, credentials: true),
            ])
        }
        let overview = try #require(monitor.overview(atSecond: 3))
        #expect(overview.sampling > 1)
        let rows = monitor.allAttempts()
        #expect(rows.count { $0.verdict == .wrongPassword } == 30)
        #expect(rows.count < 1_500)
        // Counters don't sample.
        #expect(overview.verdicts.first { $0.verdict == .ok }?.count == 2_970)
        #expect(overview.verdicts.first { $0.verdict == .wrongPassword }?.count == 30)
    }

    /// Phones refresh with the Call-ID that they began with: that their flow is kept must not keep all of it.
    @Test func phonesThatKeepTheirCallIDAreSampledToo() {
        var limits = MonitorLimits()
        limits.exchangesPerSecond = 50
        let monitor = Monitor.watchingNothing(limits: limits)
        for index in 0..<3_000 {
            var wire = Wire()
            wire.callID = "phone-\(index % 40)"
            monitor.receive([wire.exchange(index, at: index, credentials: true)])
        }
        #expect(monitor.allAttempts().count < 400)
    }
}
