import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// A filtered list has exactly the rows that pass, in the right order, after any events, and as time passes.
struct FilteredOrderTests {
    /// A filter and the same said in Swift.
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var passes: @Sendable (BindingRow, Timestamp) -> Bool
        var testDescription: String { text }
    }

    private static func has(_ bytes: [UInt8], _ text: String, ignoringCase: Bool = true) -> Bool {
        let whole = String(decoding: bytes, as: UTF8.self)
        return ignoringCase ? whole.lowercased().contains(text) : whole.contains(text)
    }

    private static func left(_ row: BindingRow, _ now: Timestamp) -> Int {
        (row.binding.facts.expiresAt - now).secondsRoundedUp
    }

    private static func age(_ row: BindingRow, _ now: Timestamp) -> Int {
        (now - row.binding.facts.createdAt).seconds
    }

    static let cases: [Case] = [
        Case(text: "ua:zoiper") { row, _ in has(row.binding.texts.userAgent, "zoiper") },
        Case(text: "ua:Zoiper") { row, _ in has(row.binding.texts.userAgent, "Zoiper", ignoringCase: false) },
        Case(text: "ua=zoiper") { row, _ in row.binding.texts.userAgent.map(\.lowered) == Array("zoiper".utf8)
        },
        Case(text: "ua~^zoiper.*\\d$") { row, _ in
            has(row.binding.texts.userAgent, "zoiper ") || has(row.binding.texts.userAgent, "rv2.10.19")
        },
        Case(text: "!ua~zoiper") { row, _ in !has(row.binding.texts.userAgent, "zoiper") },
        Case(text: "ua!=\"Zoiper 5.6\"") { row, _ in row.binding.texts.userAgent != Array("Zoiper 5.6".utf8)
        },
        Case(text: "aor:user-with tp:udp") { row, _ in
            has(row.binding.texts.aor, "user-with") && row.binding.facts.path.transport == .udp
        },
        Case(text: "domain=a.test or domain=b.test") { row, _ in
            has(row.binding.texts.aor, "@a.test") || has(row.binding.texts.aor, "@b.test")
        },
        Case(text: "user=7") { row, _ in row.binding.texts.aor.starts(with: Array("7@".utf8)) },
        Case(text: "user-with-long-name-1*") { row, _ in
            row.binding.texts.aor.starts(with: Array("user-with-long-name-1".utf8))
        },
        Case(text: "exp<60") { left($0, $1) < 60 },
        Case(text: "exp>=60 exp<=2m") { (60...120).contains(left($0, $1)) },
        Case(text: "exp=100 or exp=101") { [100, 101].contains(left($0, $1)) },
        Case(text: "age<30") { age($0, $1) < 30 },
        Case(text: "age>1m nat:yes") { age($0, $1) > 60 && $0.binding.facts.badges.contains(.nat) },
        Case(text: "st:LATE") { row, _ in row.state == .late },
        Case(text: "st!=OK exp<1h") { row, now in row.state != .ok && left(row, now) < 3_600 },
        Case(text: "st:AUTH or try>=2") { row, _ in row.state == .auth || row.tries >= 2 },
        Case(text: "late") { row, _ in row.state == .late },
        Case(text: "ip:10.0.0.0/29 port=5060") { row, _ in
            let source = row.binding.facts.path.source
            return source.address.isIPv4 && source.address.low >> 3 == 0x0a00_0000 >> 3
                && source.port == 5_060
        },
        Case(text: "ip:2001:db8::/32") { row, _ in !row.binding.facts.path.source.address.isIPv4 },
        Case(text: "ip~^10\\.0\\.0\\.1") { row, _ in
            row.binding.facts.path.source.address.description.hasPrefix("10.0.0.1")
        },
        Case(text: "badge:md5 cseq>3") { row, _ in
            row.binding.facts.badges.contains(.md5) && row.binding.facts.cseq > 3
        },
        Case(text: "digest-uri") { row, _ in row.binding.facts.badges.contains(.digestURI) },
        Case(text: "callid:phone-1 !(regid=1 or who:acc3)") { row, _ in
            has(row.binding.texts.callID, "phone-1")
                && !(row.binding.facts.regID == 1 || has(row.binding.texts.account, "acc3"))
        },
        Case(text: "instance=\"<urn:uuid:3-aabb>\"") { row, _ in
            has(row.binding.texts.contactParameters, "urn:uuid:3-aabb")
        },
        Case(text: "contact:192.168.1. -tp:tcp") { row, _ in
            has(row.binding.texts.contact, "192.168.1.") && row.binding.facts.path.transport != .tcp
        },
        Case(text: "path:192.0.2.1:5060 path:tls") { row, _ in row.binding.facts.path.transport == .tls },
        Case(text: "5061 zoiper") { row, _ in
            let shown = [
                row.binding.texts.aor, row.binding.texts.contact, row.binding.texts.userAgent,
                row.binding.texts.callID, Array(row.binding.facts.path.source.description.utf8),
                row.binding.texts.path, row.binding.texts.peer,
            ]
            return shown.contains { has($0, "5061") } && shown.contains { has($0, "zoiper") }
        },
        Case(text: "conn:gone") { row, _ in row.binding.facts.reachability.connection == .gone },
        Case(text: "conn!=none tls:1.3") { row, _ in
            row.binding.facts.reachability.connection != .none && row.binding.facts.path.tls == .tls13
        },
        Case(text: "ping:up rtt>11") { row, _ in
            row.binding.facts.reachability.ping == .answering
                && row.binding.facts.reachability.roundTrip >= 11_500
        },
        Case(text: "rtt<50") { row, _ in (1..<49_500).contains(row.binding.facts.reachability.roundTrip) },
        Case(text: "rtt!=12") { row, _ in
            !(11_500..<12_500).contains(row.binding.facts.reachability.roundTrip)
        },
        Case(text: "ping:stopped or ping:never") { row, _ in
            [.stoppedAnswering, .neverAnswered].contains(row.binding.facts.reachability.ping)
        },
        Case(text: "st:PING or st:conn") { row, _ in row.state == .silent || row.state == .disconnected },
        Case(text: "hops:edge1") { row, _ in has(row.binding.texts.path, "edge1") },
        Case(text: "path:edge2 path:udp") { row, _ in
            has(row.binding.texts.path, "edge2") && row.binding.facts.path.transport == .udp
        },
        Case(text: "peer=phone3.example.test or numbers:+49301234") { row, _ in
            row.binding.texts.peer == Array("phone3.example.test".utf8)
                || has(row.binding.texts.numbers, "+49301234")
        },
        Case(text: "flow=1 reg-id>0") { row, _ in row.binding.facts.regID == 1 },
        Case(text: "ghost:yes") { row, _ in row.isGhost },
        Case(text: "ghost:no ua:zoiper") { row, _ in
            !row.isGhost && has(row.binding.texts.userAgent, "zoiper")
        },
        Case(text: "refr>30 refr<=2m") { row, now in
            let since = (now - row.binding.facts.refreshedAt).seconds
            return since > 30 && since <= 120
        },
        Case(text: "seen<-1m") { row, now in row.binding.facts.refreshedAt <= now - .seconds(60) },
        Case(text: "since:90s") { row, now in row.binding.facts.createdAt > now - .seconds(90) },
        Case(text: "granted>=5m refreshes>0") { row, _ in
            row.binding.facts.granted >= 300 && row.binding.facts.refreshes > 0
        },
        Case(text: "q<0.7") { row, _ in (row.binding.facts.q ?? 1_000) < 700 },
        // The clock of these tests shows 22:13:20 at its zero.
        Case(text: "at>=22:15") { row, now in
            let start = Timestamp.zero + .seconds(100 - (now.second < 100 ? 86_400 : 0))
            return row.binding.facts.createdAt >= start
        },
        Case(text: "at=22:14 or before:22:14") { row, now in
            let ends = Timestamp.zero + .seconds(100 - (now.second < 40 ? 86_400 : 0))
            return row.binding.facts.createdAt < ends
        },
        Case(text: "at<2023-11-14T22:14:00") { row, _ in
            row.binding.facts.createdAt < Timestamp.zero + .seconds(40)
        },
        Case(text: "@nat or @late") { row, _ in
            row.binding.facts.badges.contains(.nat) || row.state == .late
        },
        Case(text: "nosuchthing") { _, _ in false },
    ]

    private static func limits() -> MonitorLimits {
        var limits = MonitorLimits()
        limits.slice = 100
        limits.orders = 4
        limits.orderIdle = .seconds(100_000)
        return limits
    }

    @Test(arguments: cases)
    func listIsWhatNaiveEvaluationGives(_ it: Case) throws {
        let filter = try Filter(it.text, for: .bindings)
        let seed = UInt64(it.text.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff })
        var random = SeededGenerator(seed: seed)
        var driver = TableDriver(seed: seed)
        let monitor = Monitor.watching(driver.table, limits: Self.limits())
        let order = BindingOrder(
            column: BindingColumn.allCases[random.below(BindingColumn.allCases.count)],
            descending: random.percent(50)
        )
        RowOrderTests.play(&random, &driver, monitor, steps: 500)
        var session = MonitorSession()
        for round in 0..<6 {
            // The list is being filtered while things happen.
            _ = monitor.window(order, filter, height: 5, for: &session, at: driver.now)
            RowOrderTests.play(&random, &driver, monitor, steps: 150)
            driver.now = driver.now + .milliseconds(random.below(90_000))
            // What time alone changes is looked at each whole second.
            driver.now = Timestamp.zero + .seconds(Int(driver.now.second) + 1)
            if random.percent(60) { driver.expire() }
            monitor.settle(at: driver.now)
            let rows = driver.bindings.map { binding in
                let number = monitor.rows.number(of: binding.facts.id)
                return monitor.rows.shown(
                    binding,
                    number.map { monitor.rows.row($0) } ?? Row(),
                    at: driver.now
                )
            }
            let now = driver.now
            let sorted = rows.filter { it.passes($0, now) }.sorted {
                RowOrderTests.precedes(order.column, $0, $1)
            }
            let expected = sorted.map(\.binding.facts.id)
            let seen = monitor.allIDs(order, filter, at: now)
            #expect(
                seen == (order.descending ? expected.reversed() : expected),
                "seed \(seed), round \(round)"
            )
            let targets = try #require(monitor.targets(matching: filter, at: now))
            #expect(Set(targets.map(\.id)) == Set(expected), "seed \(seed), round \(round)")
            #expect(targets.allSatisfy { driver.table.facts($0.id)?.version == $0.version })
        }
    }

    @Test func filteringIsDoneInSlicesWithResultsAtOnce() throws {
        var driver = TableDriver()
        for index in 0..<5_000 {
            driver.add(
                TableDriver.Phone(aor: "u\(10_000 + index)@example.test", agent: index % 2 == 0 ? "a" : "b")
            )
        }
        let monitor = Monitor.watching(driver.table, limits: Self.limits())
        monitor.settle(at: .zero)
        var session = MonitorSession()
        _ = monitor.window(height: 20, for: &session, at: .zero)
        monitor.settle(at: .zero)
        let filter = try Filter("ua=a", for: .bindings)
        var last = 0.0
        var answers = 0
        while last < 1 {
            let (rows, window) = monitor.window(BindingOrder(), filter, height: 20, for: &session, at: .zero)
            #expect(window.progress >= last)
            #expect(rows.count == min(20, window.matched))
            #expect(rows.allSatisfy { $0.binding.texts.userAgent == Array("a".utf8) })
            last = window.progress
            answers += 1
            monitor.advance(to: .zero)
        }
        #expect(answers > 5)
        let (rows, window) = monitor.window(BindingOrder(), filter, height: 20, for: &session, at: .zero)
        #expect(window.matched == 2_500)
        #expect(rows.count == 20)
    }

    /// The row that a walk comes to next ends, or moves to the far end of the order: no other row is missed.
    @Test(arguments: [false, true])
    func walksGoOnWhenTheirNextRowLeavesItsPlace(moves: Bool) throws {
        var driver = TableDriver()
        for index in 0..<3_000 {
            driver.now = .zero + .milliseconds(index)
            driver.add(TableDriver.Phone(aor: "u\(10_000 + index)@example.test"))
        }
        let monitor = Monitor.watching(driver.table, limits: Self.limits())
        monitor.settle(at: driver.now)
        var session = MonitorSession()
        let order = BindingOrder(column: .expires)
        _ = monitor.window(order, for: &session, at: driver.now)
        monitor.settle(at: driver.now)
        let filter = try Filter("aor:u1", for: .bindings)
        _ = monitor.window(order, filter, height: 5, for: &session, at: driver.now)
        var met = 0
        while let cursor = monitor.rows.orders.first(where: { $0.filter == filter })?.cursor {
            let id = monitor.rows.row(cursor).id
            if moves {
                driver.now = driver.now + .milliseconds(1)
                driver.refresh(id, TableDriver.Phone(aor: "u\(met)", granted: UInt32(9_000 + met)))
            } else {
                driver.remove(id)
            }
            while monitor.pull(limit: 100, at: driver.now) {}
            monitor.advance(to: driver.now)
            met += 1
        }
        #expect(met > 5)
        monitor.settle(at: driver.now)
        #expect(
            monitor.window(order, filter, for: &session, at: driver.now).window.matched == driver.ids.count
        )
    }

    @Test func attemptFiltersFitNoBindings() throws {
        var driver = TableDriver()
        driver.add(TableDriver.Phone(aor: "a@b"))
        let monitor = Monitor.watching(driver.table)
        monitor.settle(at: .zero)
        var session = MonitorSession()
        let filter = try Filter("result:ok", for: .attempts)
        #expect(monitor.window(BindingOrder(), filter, for: &session, at: .zero).rows.isEmpty)
        #expect(monitor.targets(matching: filter, at: .zero) == [])
    }
}
