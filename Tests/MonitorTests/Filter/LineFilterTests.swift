import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// Filters of lines: what passes is what a plain look at each line says.
struct LineFilterTests {
    static let wall = WallTime(secondsSince1970: 1_700_000_000)

    private func monitor() -> Monitor {
        let monitor = Monitor.watchingNothing()
        monitor.utcOffset = .seconds(3_600)
        let by = OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "pts/3")
        for index in 0..<60 {
            let level = Notice.Level.allCases[index % 4]
            let text =
                index % 3 == 0
                ? "login of 44\(index)@a.test from 10.0.0.\(index):5060 failed." : "line \(index)"
            monitor.receive(.notice(Notice(at: .zero + .seconds(index), level: level, text: text)), at: .zero)
            let record = AuditRecord(
                at: Self.wall + .seconds(index),
                by: by,
                action: index % 2 == 0 ? "evict" : "block",
                object: index % 5 == 0 ? "198.51.100.\(index)" : "44\(index)@a.test",
                result: "done",
                reason: index % 7 == 0 ? "stuck phone" : ""
            )
            monitor.receive(.audit(record), at: .zero)
        }
        return monitor
    }

    private func log(_ text: String, at second: Int = 60) throws -> [Int] {
        let filter = try Filter(text, for: .log)
        let query = WindowQuery(subject: .log(filter: filter, level: .debug), height: 400)
        let window = monitor().answer(query, at: .zero + .seconds(second))
        guard case .log(let lines) = window.content else { return [] }
        #expect(window.matched == lines.count && window.total == 60)
        return lines.map { Int($0.number) - 1 }
    }

    private func audit(_ text: String, at second: Int = 60) throws -> [Int] {
        let filter = try Filter(text, for: .audit)
        let query = WindowQuery(subject: .audit(filter: filter), height: 400)
        let window = monitor().answer(query, at: .zero + .seconds(second))
        guard case .audit(let lines) = window.content else { return [] }
        return lines.map { Int($0.number) - 1 }
    }

    @Test func logs() throws {
        let all = Array(0..<60)
        #expect(try log("level>=warning") == all.filter { $0 % 4 >= 2 })
        #expect(try log("level:info login") == all.filter { $0 % 4 == 1 && $0 % 3 == 0 })
        #expect(try log("ip:10.0.0.0/28") == all.filter { $0 % 3 == 0 && $0 < 16 })
        #expect(try log("ip:10.0.0.9") == [9])
        #expect(
            try log("ip:10.0.0 !text~44[0-4]")
                == all.filter { $0 % 3 == 0 && !"\($0)".hasPrefix { "01234".contains($0) } }
        )
        #expect(try log("since:10s") == Array(51..<60))
        #expect(try log("age>=50") == Array(0...10))
        // 23:13:20 there, an hour east of Greenwich.
        #expect(try log("at<23:14") == Array(0..<40))
        #expect(try log("at:23:13:25") == [5])
        #expect(try log("before:2023-11-14T23:13:25") == Array(0..<5))
        #expect(try log("@warnings since:today text:line") == all.filter { $0 % 4 >= 2 && $0 % 3 != 0 })
    }

    @Test func auditTrails() throws {
        let all = Array(0..<60)
        #expect(try audit("what:evict") == all.filter { $0 % 2 == 0 })
        #expect(try audit("who:kl reason:\"stuck phone\"") == all.filter { $0 % 7 == 0 })
        #expect(try audit("ip:198.51.100.0/28") == [0, 5, 10, 15])
        #expect(try audit("aor=447@a.test") == [7])
        #expect(try audit("!object~@ outcome=done at>23:13:40") == all.filter { $0 % 5 == 0 && $0 > 20 })
        #expect(try audit("pts/3 block") == all.filter { $0 % 2 == 1 })
    }

    @Test func blocks() throws {
        let monitor = Monitor.watchingNothing()
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let subjects: [BlockSubject] = [
            .source(IPAddress(ipv4: 0x0a00_0001)), .aor(Array("4417@a.test".utf8)),
            .source(IPAddress(ipv4: 0xc633_6407)),
        ]
        monitor.receive(
            .blocks(
                subjects.enumerated().map { index, subject in
                    Block(
                        subject: subject,
                        until: index == 2 ? nil : .zero + .seconds(100 * (index + 1)),
                        reason: index == 1 ? "stolen" : "",
                        by: by,
                        since: .zero + .seconds(index)
                    )
                }
            ),
            at: .zero
        )
        func found(_ text: String) throws -> [BlockSubject] {
            let filter = try Filter(text, for: .blocks)
            let query = WindowQuery(subject: .blocks(filter: filter), height: 10)
            let window = monitor.answer(query, at: .zero + .seconds(50))
            guard case .blocks(let list) = window.content else { return [] }
            #expect(window.total == 3)
            return list.map(\.subject)
        }
        #expect(try found("ip:10.0.0.0/8") == [subjects[0]])
        #expect(try found("user=4417 domain:a.test") == [subjects[1]])
        #expect(try found("exp<100") == [subjects[0]])
        #expect(try found("exp>1d who:kl") == [subjects[2]])
        #expect(try found("stolen or 198.51") == [subjects[1], subjects[2]])
    }

    private static func history(_ count: Int, _ random: inout SeededGenerator) -> [HistoryEntry] {
        (0..<count).map { index in
            let at = wall + .seconds(random.below(4_000))
            let cause = Cause.allCases[random.below(Cause.allCases.count)]
            let life = LifeRecord(
                id: BindingID(rawValue: UInt64(index)),
                aor: Array("\(random.below(9))@a.test".utf8),
                contact: Array("sip:x@10.0.0.\(random.below(9))".utf8),
                userAgent: Array((random.percent(50) ? "Zoiper 5" : "Yealink").utf8),
                source: Endpoint(
                    address: IPAddress(ipv4: 0x0a00_0000 + UInt32(random.below(40))),
                    port: 5_060
                ),
                transport: random.percent(50) ? .udp : .tcp,
                createdAt: at + .seconds(-random.below(600)),
                refreshedAt: at + .seconds(-random.below(60)),
                expiresAt: at,
                refreshes: UInt32(random.below(9)),
                usualGap: 0,
                gapDeviation: 0
            )
            return HistoryEntry(
                number: Int64(index),
                at: at,
                cause: cause,
                by: random.percent(30) ? "kl@local" : "",
                binding: life,
                movedFrom: cause == .moved
                    ? Endpoint(address: IPAddress(ipv4: 0x0a01_0001), port: 5_060) : nil
            )
        }
    }

    private struct Case: Sendable {
        var text: String
        var passes: @Sendable (HistoryEntry) -> Bool
    }

    private static let cases: [Case] = [
        Case(text: "cause:moved") { $0.cause == .moved },
        Case(text: "what:expired") { $0.cause.text.contains("expired") },
        Case(text: "lived<5m") { $0.cause.isRemoval && ($0.at - $0.binding.createdAt).seconds < 300 },
        Case(text: "refreshes>=4") { $0.binding.refreshes >= 4 },
        Case(text: "who:kl") { !$0.by.isEmpty },
        Case(text: "ip:10.0.0.16/28") { $0.binding.source.address.low & 0xffff_fff0 == 0x0a00_0010 },
        Case(text: "ip:10.1.0.0/16") { $0.movedFrom != nil },
        Case(text: "tp:udp") { $0.binding.transport == .udp },
        Case(text: "user=3") { $0.binding.aor.first == 0x33 },
        Case(text: "zoiper") { $0.binding.userAgent.first == 0x5a },
        Case(text: "at>=22:30") { $0.at >= LineFilterTests.wall + .seconds(1_000) },
        Case(text: "since:30m") { $0.at > LineFilterTests.wall + .seconds(4_000 - 1_800) },
        Case(text: "before:2023-11-14T22:20") { $0.at < LineFilterTests.wall + .seconds(400) },
    ]

    /// Random filters out of random parts, with or without parentheses: the lines are those that pass part by part.
    @Test(arguments: 1...8)
    func theJournalIsFilteredAsANaiveLookDoes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let entries = Self.history(200, &random)
        let reading = ClockReading(timestamp: .zero + .seconds(9_000), wall: Self.wall + .seconds(4_000))
        for _ in 0..<40 {
            let (text, passes) = Self.expression(&random, depth: 3)
            let filter = try Filter(text, for: .history)
            let found = filter.passing(entries, clock: FilterClock(reading, utcOffset: .zero))
            #expect(found.map(\.number) == entries.filter(passes).map(\.number), "seed \(seed): \(text)")
        }
    }

    private static func expression(
        _ random: inout SeededGenerator,
        depth: Int,
    ) -> (String, @Sendable (HistoryEntry) -> Bool) {
        if depth == 0 || random.percent(25) {
            let item = cases[random.below(cases.count)]
            return (item.text, item.passes)
        }
        let (a, one) = expression(&random, depth: depth - 1)
        let (b, other) = expression(&random, depth: depth - 1)
        switch random.below(4) {
        case 0: return ("!(\(a))", { !one($0) })
        case 1: return ("(\(a)) (\(b))", { one($0) && other($0) })
        case 2: return ("-(\(a)) and (\(b))", { !one($0) && other($0) })
        default: return ("((\(a)) or (\(b)))", { one($0) || other($0) })
        }
    }
}

extension String {
    /// Its first character passes.
    fileprivate func hasPrefix(_ passes: (Character) -> Bool) -> Bool { first.map(passes) ?? false }
}
