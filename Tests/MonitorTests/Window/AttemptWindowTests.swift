import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// The page of one attempt.
struct AttemptWindowTests {
    private struct Missing: Error {}

    private func detail(_ monitor: Monitor, _ number: Int? = nil, at now: Timestamp) throws -> AttemptDetail {
        let all = monitor.allAttempts(at: now)
        let id = try #require(number.map { all[$0].id } ?? all.last?.id)
        let window = monitor.answer(WindowQuery(subject: .attempt(id), height: 1), at: now)
        guard case .attempt(let detail) = window.content else { throw Missing() }
        return detail
    }

    private func registered() -> (Monitor, TableDriver, BindingID?) {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        monitor.receive([Wire().exchange(1, at: 0, credentials: true)])
        let id = driver.add(TableDriver.Phone(aor: "9001@example.test", callID: "call-1@phone", granted: 60))
        monitor.settle(at: driver.now)
        return (monitor, driver, id)
    }

    /// A failure keeps the number that it had when it happened; a success tells what is so now.
    @Test func failuresOfTheSourceAreThoseOfTheirTime() throws {
        let monitor = Monitor.watchingNothing()
        for number in 0..<3 {
            var wire = Wire()
            wire.callID = "call-\(number)"
            monitor.receive([wire.exchange(1, at: number * 1_000, .wrongPassword, credentials: true)])
        }
        monitor.receive([Wire().exchange(1, at: 4_000, credentials: true)])
        let now = Timestamp.zero + .seconds(10)
        let counts = try (0..<4).map { try detail(monitor, $0, at: now).failuresFromSource }
        #expect(counts == [1, 2, 3, 3])
        let later = Timestamp.zero + .seconds(900)
        #expect(try detail(monitor, 2, at: later).failuresFromSource == 3)
        #expect(try detail(monitor, 3, at: later).failuresFromSource == 0)
    }

    @Test func aGrantedAttemptTellsHowItsBindingEnded() throws {
        var (monitor, driver, id) = registered()
        #expect(try detail(monitor, at: driver.now).bindingEnd == nil)
        driver.now = .zero + .seconds(20)
        driver.remove(try #require(id), .evictedByOperator)
        let record = AuditRecord(
            at: WallTime(secondsSince1970: 1_700_000_020),
            by: OperatorIdentity(user: "root", from: "local", terminal: ""),
            action: "evict",
            object: "9001@example.test sip:phone@192.0.2.1",
            result: "to be evicted",
            reason: ""
        )
        monitor.receive(.audit(record), at: driver.now)
        monitor.settle(at: driver.now)
        let end = try detail(monitor, at: driver.now).bindingEnd
        #expect(end == BindingEnd(cause: .evictedByOperator, at: driver.now, by: "root"))
    }

    /// A phone that comes and goes under one Call-ID: each login has the end of its own binding, a login whose binding
    /// was refreshed since has none.
    @Test func eachLoginHasTheEndOfItsOwnBinding() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        let phone = TableDriver.Phone(aor: "9001@example.test", callID: "call-1@phone", granted: 60)
        func login(_ cseq: Int) {
            monitor.receive([Wire().exchange(cseq, at: Int(driver.now.second) * 1_000, credentials: true)])
        }
        for round in 0..<3 {
            driver.now = .zero + .seconds(round * 10)
            login(round + 1)
            let added = driver.add(phone)
            driver.now = driver.now + .seconds(2)
            driver.remove(try #require(added))
            monitor.settle(at: driver.now)
        }
        let ends = try (0..<3).map { try detail(monitor, $0, at: driver.now).bindingEnd?.at }
        #expect(ends == [2, 12, 22].map { .zero + .seconds($0) })
        driver.now = .zero + .seconds(30)
        login(4)
        let added = driver.add(phone)
        let id = try #require(added)
        driver.now = .zero + .seconds(40)
        login(5)
        driver.refresh(id, phone)
        driver.now = .zero + .seconds(50)
        driver.remove(id)
        monitor.settle(at: driver.now)
        #expect(try detail(monitor, 3, at: driver.now).bindingEnd == nil)
        #expect(try detail(monitor, 4, at: driver.now).bindingEnd?.at == driver.now)
    }

    @Test func aBindingThatRanOutHasNobodyBehindIt() throws {
        var (monitor, driver, _) = registered()
        driver.now = .zero + .seconds(61)
        driver.expire()
        monitor.settle(at: driver.now)
        let end = try #require(try detail(monitor, at: driver.now).bindingEnd)
        #expect(end.cause == .expired && end.by.isEmpty)
    }

    /// As many bindings of others as are remembered push the name out; then nothing is said.
    @Test func whatIsForgottenIsNotGuessed() throws {
        var (monitor, driver, id) = registered()
        driver.remove(try #require(id))
        monitor.settle(at: driver.now)
        #expect(try detail(monitor, at: driver.now).bindingEnd?.cause == .unregistered)
        for number in 0..<512 {
            let other = driver.add(TableDriver.Phone(aor: "\(number)@example.test"))
            driver.remove(try #require(other))
        }
        monitor.settle(at: driver.now)
        #expect(try detail(monitor, at: driver.now).bindingEnd == nil)
    }
}
