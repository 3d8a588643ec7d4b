import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// How many can be reached: counted as it changes.
struct LivenessTests {
    @Test func aPingFollowsIntoTheOrderAndTheFilterAndIsNoLogin() throws {
        var driver = TableDriver()
        var ids: [BindingID] = []
        for index in 0..<5 {
            let added = driver.add(TableDriver.Phone(aor: "u\(index)@example.test", transport: .tcp))
            ids.append(try #require(added))
        }
        let monitor = Monitor.watching(driver.table)
        let order = BindingOrder(column: .ping, descending: true)
        #expect(monitor.allIDs(order, at: .zero).count == 5)
        driver.observe(ids[1], .answered(roundTrip: 80_000))
        driver.observe(ids[3], .answered(roundTrip: 2_000))
        driver.observe(ids[4], .silent)
        monitor.settle(at: .zero)
        #expect(monitor.allIDs(order, at: .zero) == [ids[4], ids[1], ids[3], ids[2], ids[0]])
        let slow = try Filter("ping:up rtt>50", for: .bindings)
        #expect(monitor.allIDs(BindingOrder(), slow, at: .zero) == [ids[1]])
        driver.observe(ids[1], .silent)
        driver.observe(ids[2], .connectionGone(until: nil))
        monitor.settle(at: .zero)
        #expect(monitor.allIDs(BindingOrder(), slow, at: .zero).isEmpty)
        var session = MonitorSession()
        let rows = monitor.window(for: &session, at: .zero).rows
        #expect(rows.map(\.state) == [.ok, .silent, .disconnected, .ok, .ok])
        #expect(rows.allSatisfy { $0.binding.facts.version == rows[0].binding.facts.version })
    }

    @Test func theMedianIsWithinAnEighth() {
        var counters = LivenessCounters()
        #expect(counters.numbers.medianRoundTrip == 0 && !counters.numbers.hasPings)
        for trip in [900, 12_000, 800_000] as [UInt32] {
            var row = Row()
            counters.add(&row, Reachability(ping: .answering, roundTrip: trip))
        }
        var silent = Row()
        counters.add(&silent, Reachability(connection: .gone, ping: .stoppedAnswering, roundTrip: 5))
        #expect(abs(counters.numbers.medianRoundTrip - 12_000) <= 1_500)
        #expect(counters.numbers.stoppedAnswering == 1 && counters.numbers.disconnected == 1)
        counters.remove(silent)
        #expect(counters.numbers.stoppedAnswering == 0 && counters.numbers.disconnected == 0)
    }
}
