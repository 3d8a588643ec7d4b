import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// A sort or a filter that nobody looks at any more is dropped as it is, and costs nothing from then on.
struct AbandonedOrderTests {
    private func monitor(_ count: Int) -> Monitor {
        var driver = TableDriver()
        for index in 0..<count {
            driver.add(
                TableDriver.Phone(aor: "u\(10_000 + index)@example.test", agent: index % 2 == 0 ? "a" : "b")
            )
        }
        var limits = MonitorLimits()
        limits.slice = 100
        limits.orders = 6
        let monitor = Monitor.watching(driver.table, limits: limits)
        monitor.settle(at: .zero)
        return monitor
    }

    private func ask(
        _ monitor: Monitor,
        _ column: BindingColumn,
        _ filter: Filter? = nil,
        for session: inout MonitorSession,
    ) -> Double {
        monitor.window(BindingOrder(column: column), filter, height: 5, for: &session, at: .zero).window
            .progress
    }

    @Test func aHalfSortedOrderGoesWhenTheConsoleGoesBack() {
        let monitor = monitor(3_000)
        var session = MonitorSession(keepsEndedRows: false)
        _ = ask(monitor, .aor, for: &session)
        monitor.settle(at: .zero)
        #expect(ask(monitor, .agent, for: &session) < 1)
        let withBoth = monitor.memory
        #expect(withBoth.orders == 2)
        #expect(ask(monitor, .aor, for: &session) == 1, "the order before is there at once")
        #expect(monitor.rows.find(nil, .agent) == nil)
        #expect(monitor.memory.orders == 1 && monitor.memory.bytes < withBoth.bytes)
        #expect(!monitor.advance(to: .zero), "no work waits")
    }

    @Test func aHalfWalkedFilterGoesAndSoDoesTheSortThatItWaitedFor() throws {
        let monitor = monitor(3_000)
        var session = MonitorSession(keepsEndedRows: false)
        _ = ask(monitor, .aor, for: &session)
        monitor.settle(at: .zero)
        let filter = try Filter("ua=a", for: .bindings)
        #expect(ask(monitor, .agent, filter, for: &session) < 1)
        #expect(monitor.memory.orders == 3)
        #expect(ask(monitor, .aor, for: &session) == 1)
        #expect(monitor.memory.orders == 1)
        // A filter that walks over an order that is there: only the walk goes.
        #expect(ask(monitor, .aor, filter, for: &session) < 1)
        #expect(ask(monitor, .aor, for: &session) == 1)
        #expect(monitor.rows.find(filter, .aor) == nil && monitor.rows.find(nil, .aor) != nil)
    }

    @Test func eachLetterOfAFilterThatIsTypedDropsTheOneBefore() throws {
        let monitor = monitor(2_000)
        var session = MonitorSession(keepsEndedRows: false)
        _ = ask(monitor, .aor, for: &session)
        monitor.settle(at: .zero)
        for text in ["u1", "u10", "u101", "u1010", "u10101"] {
            _ = ask(monitor, .aor, try Filter(text, for: .bindings), for: &session)
            #expect(monitor.memory.orders == 2, "\(text)")
        }
    }

    @Test func whatAnotherConsoleLooksAtStays() throws {
        let monitor = monitor(3_000)
        var one = MonitorSession(keepsEndedRows: false), two = MonitorSession(keepsEndedRows: false)
        _ = ask(monitor, .aor, for: &one)
        monitor.settle(at: .zero)
        _ = ask(monitor, .agent, for: &one)
        let before = ask(monitor, .agent, for: &two)
        _ = ask(monitor, .aor, for: &one)
        #expect(monitor.rows.find(nil, .agent) != nil)
        #expect(0 < before && before < 1)
        #expect(ask(monitor, .agent, for: &two) >= before, "its work is not lost")
        let filter = try Filter("ua=a", for: .bindings)
        _ = ask(monitor, .agent, filter, for: &one)
        _ = ask(monitor, .aor, for: &two)
        #expect(monitor.rows.find(nil, .agent) != nil, "the filter of the first goes by it")
    }

    @Test func whatIsWholeStaysForAWhile() {
        let monitor = monitor(500)
        var session = MonitorSession(keepsEndedRows: false)
        _ = ask(monitor, .agent, for: &session)
        monitor.settle(at: .zero)
        _ = ask(monitor, .aor, for: &session)
        monitor.settle(at: .zero)
        #expect(ask(monitor, .agent, for: &session) == 1, "going back to it costs nothing")
    }
}
