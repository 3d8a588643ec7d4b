import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// What the page of a call knows of the bindings that it went to.
struct CallWindowTests {
    @Test func aLegKnowsWhatIsWrongWithItsBinding() throws {
        var driver = TableDriver()
        let phone = TableDriver.Phone(aor: "4417@example.test", badges: [.contactUser])
        let added = driver.add(phone)
        let id = try #require(added)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        let call = CallDriver()
        monitor.receiveCalls([
            call.message(0, out: false, at: 0), call.message(1, out: true, at: 1, binding: id),
            call.message(1, out: false, 404, at: 2),
            call.message(0, out: true, 404, at: 3, verdict: .failed),
        ])
        let called = try #require(try monitor.firstCall()?.row.call?.legs.first?.called)
        #expect(called.troubles.contains(.contactUser) && called.end == nil)
        #expect(called.aor == "4417@example.test" && called.agent == "Zoiper")
        #expect(try monitor.rows(.calls).first?.call?.legs.first?.called == nil)
    }

    @Test func oneThatFoundNobodyKnowsHowTheLastBindingLeft() throws {
        var driver = TableDriver()
        let added = driver.add(TableDriver.Phone(aor: "4417@example.test", granted: 60))
        let id = try #require(added)
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        driver.now = .zero + .seconds(30)
        driver.remove(id, .unregistered)
        monitor.settle(at: driver.now)
        let call = CallDriver()
        monitor.receiveCalls(call.refused(.noBinding, .noBinding, status: 480, at: 40_000))
        let detail = try #require(try monitor.firstCall(at: .zero + .seconds(60)))
        #expect(detail.bindingEnd?.cause == .unregistered)
        #expect(detail.bindingEnd?.at == .zero + .seconds(30))
        #expect(detail.row.refusal == .noBinding)
    }
}
