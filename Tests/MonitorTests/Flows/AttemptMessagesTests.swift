import BindingTable
import SIPMessage
import Testing
import Timing

@testable import Monitor

/// The messages of many attempts, a page at a time.
struct AttemptMessagesTests {
    private func monitor(attempts count: Int, agentBytes: Int = 10) -> Monitor {
        let monitor = Monitor.watchingNothing()
        for number in 0..<count {
            var wire = Wire()
            wire.callID = "call-\(number)@phone"
            wire.agent = String(repeating: "a", count: agentBytes)
            let refusal: RefusalReason? = number % 2 == 0 ? .wrongPassword : nil
            monitor.receive([wire.exchange(1, at: number * 1_000, refusal, credentials: true)])
        }
        return monitor
    }

    private func all(_ query: MessagesQuery, of monitor: Monitor) -> (pages: Int, attempts: [AttemptMessages])
    {
        var query = query
        var attempts: [AttemptMessages] = []
        var pages = 0
        while pages < 1_000 {
            let page = monitor.messages(query, at: .zero + .seconds(900))
            pages += 1
            attempts += page.attempts
            guard let next = page.following(query) else { break }
            query = next
        }
        return (pages, attempts)
    }

    @Test func pagesTellEveryAttemptOnceAndOldestFirst() throws {
        let monitor = monitor(attempts: 200, agentBytes: 4_000)
        let found = all(MessagesQuery(), of: monitor)
        #expect(found.pages > 2)
        #expect(found.attempts.map(\.row) == monitor.allAttempts(at: .zero + .seconds(900)))
        for attempt in found.attempts {
            #expect(attempt.messages.map(\.isRequest) == [true, false])
            #expect(attempt.messages[0].from == Wire().source && attempt.messages[0].to == Wire.local)
            #expect(attempt.messages[1].from == Wire.local && attempt.messages[1].to == Wire().source)
            #expect(attempt.messages[0].at < attempt.messages[1].at)
            #expect(attempt.messages[0].bytes.starts(with: Array("REGISTER ".utf8)))
        }
    }

    @Test func aFilterTheNewestAndNamesChoose() throws {
        let monitor = monitor(attempts: 20)
        let failed = all(MessagesQuery(failuresOnly: true), of: monitor)
        #expect(failed.attempts.count == 10 && failed.attempts.allSatisfy { $0.row.verdict.isFailure })
        let filter = try Filter("result:OK", for: .attempts)
        #expect(all(MessagesQuery(filter: filter), of: monitor).attempts.count == 10)
        let newest = all(MessagesQuery(newest: 3), of: monitor).attempts.map(\.row.id.rawValue)
        #expect(newest == [18, 19, 20])
        let ids = [7, 3, 7, 999].map { AttemptID(rawValue: $0) }
        #expect(all(MessagesQuery(ids: ids), of: monitor).attempts.map(\.row.id.rawValue) == [3, 7])
        #expect(all(MessagesQuery(newest: -1), of: monitor).attempts.isEmpty)
        let none = try Filter("aor=nobody@nowhere", for: .attempts)
        #expect(monitor.messages(MessagesQuery(filter: none), at: .zero).following(MessagesQuery()) == nil)
    }

    /// What begins while pages are read does not belong to them.
    @Test func newcomersAreNotWaitedFor() throws {
        let monitor = monitor(attempts: 100, agentBytes: 8_000)
        let query = MessagesQuery()
        let first = monitor.messages(query, at: .zero + .seconds(100))
        var next = try #require(first.following(query))
        var wire = Wire()
        wire.callID = "late@phone"
        monitor.receive([wire.exchange(1, at: 101_000)])
        var last = first
        while true {
            last = monitor.messages(next, at: .zero + .seconds(102))
            guard let more = last.following(next) else { break }
            next = more
        }
        #expect(last.attempts.last?.row.callID == "call-99@phone")
    }

    @Test func whatWasSentAgainIsToldWithoutItsBytes() throws {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        monitor.receive([
            wire.exchange(1, at: 0), wire.exchange(1, at: 500, repeated: true),
            wire.exchange(1, at: 1_500, repeated: true),
        ])
        let attempt = try #require(all(MessagesQuery(), of: monitor).attempts.first)
        #expect(attempt.messages.map(\.repeats) == [nil, nil, 0, 1, 0, 1])
        #expect(attempt.messages.dropFirst(2).allSatisfy { $0.bytes.isEmpty })
        #expect(attempt.bytes(of: attempt.messages[4]) == attempt.messages[0].bytes)
        var stray = attempt.messages[4]
        stray.repeats = 99
        #expect(attempt.bytes(of: stray) == [])
    }

    /// RFC 3581: without rport, a reply goes to the port that the phone says it listens on.
    @Test func aReplyIsToldToGoWhereItWent() throws {
        let monitor = Monitor.watchingNothing()
        let wire = Wire()
        guard case .exchange(let exchange, let request, let reply) = wire.exchange(1, at: 0) else {
            Issue.record("no exchange")
            return
        }
        let text = String(decoding: request, as: UTF8.self)
            .replacing(";rport", with: "").replacing(":5066;branch", with: ":7070;branch")
        monitor.receive([.exchange(exchange, request: Array(text.utf8), reply: reply)])
        let attempt = try #require(all(MessagesQuery(), of: monitor).attempts.first)
        #expect(attempt.messages[1].to == Endpoint(address: wire.source.address, port: 7_070))
    }
}
