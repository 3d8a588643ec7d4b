import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// The filter over attempts, and the windows of their list.
struct AttemptSearchTests {
    private func monitor() -> Monitor {
        let monitor = Monitor.watchingNothing()
        for index in 0..<20 {
            var wire = Wire()
            wire.callID = "c\(index)@phone"
            wire.user = "\(9_000 + index)"
            wire.source.address = IPAddress(ipv4: 0x0a00_0000 + UInt32(index))
            wire.agent = index % 2 == 0 ? "Zoiper 5" : "Yealink T46"
            let refusal: RefusalReason? =
                index % 4 == 0 ? .wrongPassword : index % 5 == 0 ? .notOurDomain : nil
            monitor.receive([
                wire.exchange(1, at: index * 1_000, .challenge),
                wire.exchange(2, at: index * 1_000 + 3, refusal, credentials: true),
            ])
        }
        return monitor
    }

    @Test(arguments: [
        ("result:PASSWD", [0, 4, 8, 12, 16]), ("result:domain", [5, 10, 15]), ("code=404", [5, 10, 15]),
        ("reason:password aor~^901", [12, 16]), ("ua:zoiper !result:ok", [0, 4, 8, 10, 12, 16]),
        ("ip:10.0.0.7", [7]),
        ("ip:10.0.0.0/30", [0, 1, 2, 3]), ("user=9003", [3]), ("who:9003", [3]), ("callid=c3@phone", [3]),
        ("9003 or 9004", [3, 4]), ("age<3", [18, 19]), ("try>2", []), ("nat:yes", []), ("cseq=2 9007", [7]),
        ("result:fail ua~yea", [5, 15]), ("DOMAIN", [5, 10, 15]),
        ("contact:198.51 user:9001", [1]), ("raw:c7@phone", [7]), ("raw~\"^REGISTER sip:\" 9004", [4]),
        ("raw:\"User-Agent: Yealink\" result:fail", [5, 15]), ("raw:nowhere", []),
        ("took<1000 user:9002", [2]),
        ("since:2s or @failed user:9005", [5, 19]),
    ])
    func filters(text: String, expected: [Int]) throws {
        let rows = monitor().allAttempts(try Filter(text, for: .attempts), at: .zero + .seconds(20))
        #expect(rows.map { Int($0.id.rawValue) - 1 } == expected)
    }

    /// All messages are searched, some at a time: what has been found is right from the beginning, and nothing is
    /// searched twice that has not changed.
    @Test func messagesAreSearchedInSlices() throws {
        let monitor = Monitor.watchingNothing()
        for index in 0..<600 {
            var wire = Wire()
            wire.callID = "c\(index)@phone"
            wire.agent = index % 3 == 0 ? "needle" : "hay" + String(repeating: "y", count: 9_000)
            monitor.receive([wire.exchange(1, at: index * 10, nil, credentials: true)])
        }
        let filter = try Filter("raw:needle", for: .attempts)
        let query = WindowQuery(subject: .attempts(filter: filter, failuresOnly: false), height: 400)
        let now = Timestamp.zero + .seconds(60)
        var (progress, matched, answers) = (0.0, 0, 0)
        while progress < 1 {
            let window = monitor.answer(query, at: now)
            #expect(window.progress >= progress && window.matched >= matched)
            guard case .attempts(let rows) = window.content else {
                Issue.record("\(window.content)")
                return
            }
            #expect(rows.allSatisfy { $0.agent == "needle" })
            (progress, matched, answers) = (window.progress, window.matched, answers + 1)
            try #require(answers < 50)
        }
        #expect(matched == 200)
        #expect(answers > 2)
        // One more needle: it alone is searched.
        var wire = Wire()
        wire.callID = "late@phone"
        wire.agent = "needle"
        monitor.receive([wire.exchange(1, at: 60_000, nil, credentials: true)])
        let window = monitor.answer(query, at: now + .seconds(1))
        #expect(window.matched == 201 && window.progress == 1)
    }

    @Test func failuresOnly() {
        #expect(monitor().allAttempts(failuresOnly: true).count == 8)
    }

    @Test func windowsAreHeldByEndRankAndRow() {
        let monitor = monitor()
        func ids(_ anchor: WindowQuery.Anchor) -> [Int] {
            let query = WindowQuery(
                subject: .attempts(filter: nil, failuresOnly: false),
                anchor: anchor,
                height: 4
            )
            guard case .attempts(let rows) = monitor.answer(query, at: .zero).content else { return [] }
            return rows.map { Int($0.id.rawValue) }
        }
        #expect(ids(.end) == [17, 18, 19, 20])
        #expect(ids(.rank(2)) == [3, 4, 5, 6])
        #expect(ids(.rank(99)) == [17, 18, 19, 20])
        #expect(ids(.rank(-5)) == [1, 2, 3, 4])
        #expect(ids(.row(.attempt(AttemptID(rawValue: 10)), offset: 1)) == [9, 10, 11, 12])
        #expect(ids(.row(.attempt(AttemptID(rawValue: 1)), offset: 3)) == [1, 2, 3, 4])
    }
}
