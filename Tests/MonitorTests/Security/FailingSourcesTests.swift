import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// Counters by source in bounded memory, and their window.
struct FailingSourcesTests {
    private func outcome(_ source: UInt32, _ name: String, at second: Int, flow: UInt64) -> AttemptOutcome {
        AttemptOutcome(
            id: AttemptID(rawValue: flow),
            verdict: .unknownUser,
            aor: Array("\(name)@example.test".utf8),
            path: ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: source), port: UInt16(truncatingIfNeeded: flow)),
                local: Wire.local,
                transport: .udp,
                at: .zero + .seconds(second)
            ),
            startedAt: .zero + .seconds(second),
            at: .zero + .seconds(second),
            weight: 1,
            isLogin: true,
            name: Array(name.utf8),
            agent: [],
            flow: flow,
            tool: nil,
            metStaleNonce: false
        )
    }

    /// A million forged sources push out neither the one that attacks nor the bounds.
    @Test func aMillionForgedSources() throws {
        var failing = FailingSources(capacity: 1_024, at: .zero)
        for number in 0..<1_000_000 {
            let second = number / 5_000
            let forged = outcome(0x0a00_0000 + UInt32(number), "u", at: second, flow: UInt64(number))
            failing.note(forged, users: [])
            guard number % 1_000 == 0 else { continue }
            failing.note(outcome(7, "\(number)", at: second, flow: UInt64(number)), users: [])
            failing.advance(to: .zero + .seconds(second))
        }
        #expect(failing.hitters.entries.count == 1_024)
        let attacker = try #require(failing.hitters.value(of: IPAddress(ipv4: 7)))
        #expect(attacker.counts.failures.sum(at: .zero + .seconds(200)) == 1_000)
        #expect(failing.takeNews(at: .zero + .seconds(200)).count <= 1_024)
        #expect(failing.all.failures.sum(at: .zero + .seconds(200)) == 1_001_000)
    }

    /// However much one source does, what is kept of it has a bound.
    @Test func oneSourceIsBoundedToo() throws {
        var failing = FailingSources(capacity: 4, at: .zero)
        var random = SeededGenerator(seed: 9)
        for number in 0..<50_000 {
            failing.note(
                outcome(1, "n\(random.below(1_000_000))", at: number / 100, flow: random.next()),
                users: []
            )
        }
        let record = try #require(failing.hitters.value(of: IPAddress(ipv4: 1)))
        #expect(record.guessed.names.count <= GuessedNames.capacity)
        #expect(record.users.count <= SourceRecord.mostUsers)
        let names = record.names.seen(at: .zero + .seconds(500))
        #expect(names.tries == 50_000)
        #expect((40_000...60_000).contains(names.keys))
    }

    @Test func rowsHaveTheirNumbersAndAttackersComeFirst() throws {
        let monitor = Monitor.watchingNothing()
        var (phone, guesser) = (Assault(1), Assault(2, agent: "friendly-scanner"))
        for index in 0..<40 {
            monitor.receive([
                phone.attempt("9001", .wrongPassword, at: index * 10_000, call: "p", cseq: index + 1)
            ])
        }
        for index in 0..<12 {
            monitor.receive([guesser.attempt("9002", .wrongPassword, at: 400_000 + index * 10)])
        }
        let picture = try #require(monitor.picture(atSecond: 401))
        #expect(picture.rows.map(\.key) == [.source(guesser.address), .source(phone.address)])
        #expect((picture.failures, picture.failuresHour, picture.attackers) == (52, 52, 1))
        let row = try #require(picture.rows.last)
        #expect((row.failures, row.names, row.ports) == (40, 1, 1))
        #expect(row.trend.reduce(0, +) == 40)
        #expect(row.first == .zero + .microseconds(400))
        #expect(row.last == .zero + .seconds(390) + .microseconds(400))
        #expect(picture.recent.first?.aor == "9002@example.test")
        #expect(picture.recent.count == 20)
        // Ten minutes later the hour still knows, and a day later nothing is left.
        #expect(monitor.security(atSecond: 1_200).map(\.failures) == [0, 0])
        #expect(monitor.security(atSecond: 1_200).map(\.failuresHour).sorted() == [12, 40])
        #expect(monitor.security(atSecond: 100_000).isEmpty)
    }

    @Test func whatIsNoLongerKeptIsTheOthers() throws {
        var limits = MonitorLimits()
        limits.sources = 8
        let monitor = Monitor.watchingNothing(limits: limits)
        for index in 0..<40 {
            var source = Assault(UInt32(index))
            monitor.receive([source.attempt("9001", .wrongPassword, at: index)])
        }
        let rows = monitor.security(atSecond: 1)
        #expect(rows.count == 9)
        #expect(rows.last?.key == .others && rows.last?.failures == 32)
    }

    @Test(
        "Filters of the security screen",
        arguments: [
            ("", 2), ("ip:198.51.100.0/24", 1), ("-ip:198.51.100.0/24", 1), ("ip:198.51", 1),
            ("ua:friendly", 1), ("ua:FRIENDLY", 0), ("FRIENDLY", 1),
            ("class:guessing", 1), ("class:attack", 1), ("class:misc", 1), ("zoiper", 1),
            ("class:attack zoiper", 0),
            ("user:9001", 1), ("!user:9001", 1), ("nobody", 0), ("-nobody", 2),
        ]
    )
    func filters(_ text: String, _ count: Int) throws {
        let monitor = Monitor.watchingNothing()
        var (phone, guesser) = (Assault(), Assault(0xcb00_7101, agent: "friendly-scanner"))
        monitor.receive([phone.attempt("4417", .wrongPassword, at: 0)])
        for index in 0..<12 { monitor.receive([guesser.attempt("9001", .wrongPassword, at: index * 10)]) }
        let filter = text.isEmpty ? nil : try Filter(text, for: .security)
        #expect(monitor.security(.source, filter, atSecond: 1).count == count)
    }

    private func passes(_ row: SecurityRow, _ text: String, atSecond second: Int = 60) throws -> Bool {
        let filter = try Filter(text, for: .security)
        var evaluator = FilterEvaluator(filter, clock: FilterClock(.zero, utcOffset: .zero))
        var loaded = FilterRow()
        loaded.load(row)
        return evaluator.passes(loaded, at: .zero + .seconds(second))
    }

    @Test func everyCountIsItsOwnField() throws {
        var row = SecurityRow(key: .source(IPAddress(ipv4: 1)))
        (row.failures, row.failuresHour, row.failuresDay) = (1, 2, 3)
        (row.names, row.sources, row.ports, row.probes, row.granted) = (4, 5, 6, 7, 8)
        let verdicts: [AttemptVerdict] = [.wrongPassword, .unknownUser, .abandoned, .stale, .replay]
        row.verdicts = verdicts.enumerated().map { VerdictCount($1, 9 + $0) }
        let names = [
            "fail", "hour", "day", "users", "sources", "ports", "probes", "ok", "passwd", "nouser", "noreply",
            "stale", "replay",
        ]
        for (index, name) in names.enumerated() {
            for number in 1...13 {
                let isIt = try passes(row, "\(name)=\(number)")
                #expect(isIt == (number == index + 1), "\(name)=\(number)")
            }
        }
    }

    @Test func whatIsBlockedAndWhenItWasLastSeenAreFields() throws {
        var row = SecurityRow(key: .source(IPAddress(ipv4: 1)))
        row.last = .zero + .seconds(30)
        row.isBlocked = true
        #expect(try passes(row, "blocked:yes last<1m"))
        #expect(try passes(row, "!blocked:no"))
        #expect(try passes(row, "!last<30"))
        #expect(try !passes(row, "!last<30", atSecond: 59))
        row.isBlocked = false
        #expect(try passes(row, "blocked:no") && !passes(row, "blocked:yes"))
    }

    @Test func byUserAgent() {
        let monitor = Monitor.watchingNothing()
        for index in 0..<5 {
            var source = Assault(UInt32(index), agent: "friendly-scanner")
            monitor.receive([source.attempt("u\(index)", .wrongPassword, at: index)])
        }
        let rows = monitor.security(.agent, atSecond: 1)
        #expect(rows.map(\.key) == [.agent("friendly-scanner")])
        #expect(rows.first.map { [$0.failures, $0.sources, $0.names] } == [5, 5, 5])
        #expect(rows.first?.findings.map(\.kind) == [.scanning])
    }
}
