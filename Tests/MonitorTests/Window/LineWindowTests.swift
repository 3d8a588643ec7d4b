import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// Log, audit trail and blocks.
struct LineWindowTests {
    private func log(
        _ monitor: Monitor,
        _ text: String = "",
        _ level: Notice.Level = .debug,
        _ anchor: WindowQuery.Anchor = .end
    )
        -> [String]
    {
        let query = WindowQuery(subject: .log(containing: text, level: level), anchor: anchor, height: 3)
        guard case .log(let lines) = monitor.answer(query, at: .zero).content else { return [] }
        return lines.map { "\($0.number) \($0.notice.text)" }
    }

    @Test func logKeepsTheLastLinesWithTheirNumbers() {
        var limits = MonitorLimits()
        limits.logLines = 10
        let monitor = Monitor.watchingNothing(limits: limits)
        for index in 1...25 {
            let level: Notice.Level = index % 5 == 0 ? .error : .info
            monitor.receive(.notice(Notice(at: .zero, level: level, text: "Line \(index)")), at: .zero)
        }
        #expect(log(monitor) == ["23 Line 23", "24 Line 24", "25 Line 25"])
        #expect(log(monitor, "", .error) == ["20 Line 20", "25 Line 25"])
        #expect(log(monitor, "line 2") == ["23 Line 23", "24 Line 24", "25 Line 25"])
        #expect(log(monitor, "line 19") == ["19 Line 19"])
        #expect(log(monitor, "", .debug, .rank(0)) == ["16 Line 16", "17 Line 17", "18 Line 18"])
        #expect(
            log(monitor, "", .debug, .row(.line(20), offset: 1)) == [
                "19 Line 19", "20 Line 20", "21 Line 21",
            ]
        )
        // One that stood below the end of a window that has become lower: it is the last one.
        #expect(
            log(monitor, "", .debug, .row(.line(20), offset: 9)) == [
                "18 Line 18", "19 Line 19", "20 Line 20",
            ]
        )
        // A line that is no longer kept: the first one after it.
        #expect(
            log(monitor, "", .debug, .row(.line(3), offset: 0)) == ["16 Line 16", "17 Line 17", "18 Line 18"]
        )
    }

    @Test func auditIsSearchedInAllItsTexts() {
        let monitor = Monitor.watchingNothing()
        let by = OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "pts/3")
        for (action, object) in [("evict", "1180@example.test"), ("block", "198.51.100.23")] {
            let record = AuditRecord(
                at: WallTime(secondsSince1970: 0),
                by: by,
                action: action,
                object: object,
                result: "done",
                reason: "stuck"
            )
            monitor.receive(.audit(record), at: .zero)
        }
        func found(_ text: String) -> Int {
            monitor.answer(WindowQuery(subject: .audit(containing: text), height: 10), at: .zero).matched
        }
        #expect(found("") == 2)
        #expect(found("EVICT") == 1)
        #expect(found("kl") == 2)
        #expect(found("100.23") == 1)
        #expect(found("nobody") == 0)
        guard
            case .overview(let overview) = monitor.answer(
                WindowQuery(subject: .overview, height: 0),
                at: .zero
            ).content
        else { return }
        // The binding itself tells of an eviction.
        #expect(overview.events.map(\.what) == ["block"])
    }

    @Test func blocksThatHaveRunOutAreNotShown() {
        let monitor = Monitor.watchingNothing()
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let blocks = [Timestamp.zero + .seconds(10), nil].map { until in
            Block(subject: .source(IPAddress(ipv4: 1)), until: until, reason: "", by: by, since: .zero)
        }
        monitor.receive(.blocks(blocks), at: .zero)
        let query = WindowQuery(subject: .blocks(filter: nil), height: 10)
        #expect(monitor.answer(query, at: .zero).matched == 2)
        #expect(monitor.answer(query, at: .zero + .seconds(11)).matched == 1)
    }
}
