import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// What is wrong with devices, counted by User-Agent.
@Suite struct LintTests {
    private func devices(
        _ monitor: Monitor,
        _ group: DeviceGroup = .agent,
        _ filter: Filter? = nil,
        at now: Timestamp
    )
        -> [DeviceRow]
    {
        let query = WindowQuery(subject: .devices(group, filter: filter), height: 400)
        guard case .devices(let picture) = monitor.answer(query, at: now).content else { return [] }
        return picture.rows
    }

    /// A stranger's User-Agent is one term, whatever stands in it.
    @Test(arguments: ["x\\\" or ua!~zzz", "a\\", "\"", "a b", "(", "x or y"])
    func aUserAgentIsNoFilter(_ name: String) throws {
        let program = try Filter(Filter.agent(name), for: .bindings).program
        #expect(program.terms.count == 1)
    }

    @Test func everyLintHasAWordOfItsOwnAndWarningsComeFirst() {
        #expect(Set(Lint.allCases.map(\.word)).count == Lint.allCases.count)
        #expect(Lint.allCases.allSatisfy { !$0.word.isEmpty })
        #expect(Lint.allCases.count <= 16, "LintSet has 16 bits")
        let warnings: [Lint] = [
            .contactUser, .natRare, .noRport, .newCallID, .lateRefresh, .expiresIgnored, .emptyInstance,
            .regIDIgnored, .legacyDigest,
        ]
        #expect(Lint.allCases.filter(\.isWarning) == warnings)
        #expect(Array(Lint.allCases.prefix(warnings.count)) == warnings)
    }

    @Test func badgesAreCountedByAgentAndTheWorstComesFirst() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        for index in 0..<12 {
            var phone = TableDriver.Phone(aor: "\(index)@example.test")
            phone.callID = "\(index)"
            phone.agent = index < 8 ? "Yealink T46 \(index % 2)" : "Zoiper 5"
            if index % 4 == 0 { phone.badges = [.contactUser, .md5, .nat] }
            if index == 9 { phone.badges = .md5 }
            driver.add(phone)
        }
        monitor.settle(at: driver.now)
        let rows = devices(monitor, at: driver.now)
        #expect(rows.map(\.name) == ["Yealink T46 0", "Zoiper 5", "Yealink T46 1"])
        #expect(rows.map(\.bindings) == [4, 4, 4] && rows.map(\.flawed) == [2, 1, 0])
        #expect(rows[0].lints == [LintCount(.contactUser, 2), LintCount(.md5, 2)])
        #expect(rows[1].count(.md5) == 2)
        let vendors = devices(monitor, .vendor, at: driver.now)
        #expect(vendors.map(\.name) == ["Yealink", "Zoiper"] && vendors.map(\.bindings) == [8, 4])
        let some = try Filter("lint:contact-user -zoiper", for: .devices)
        #expect(devices(monitor, .agent, some, at: driver.now).map(\.name) == ["Yealink T46 0"])
        #expect(monitor.overview(atSecond: 0)?.flawed == 3)
        // Each row's term leads to its bindings.
        for row in rows + vendors {
            let filter = try Filter("\(try #require(row.term)) lint:any", for: .bindings)
            #expect(monitor.allIDs(BindingOrder(), filter, at: driver.now).count == row.flawed, "\(filter)")
            let all = try Filter(try #require(row.term), for: .bindings)
            #expect(monitor.allIDs(BindingOrder(), all, at: driver.now).count == row.bindings, "\(all)")
        }
        for id in driver.ids { driver.remove(id) }
        monitor.settle(at: driver.now)
        #expect(devices(monitor, at: driver.now).isEmpty)
        #expect(monitor.overview(atSecond: 0)?.flawed == 0)
    }

    /// Names that strangers choose can be filtered by.
    @Test(arguments: ["", "a\"b", "Snom(370) 8.7", "x\\y", "電話 1", "^$*+?[a-z]{2}|.", "*", "Zoë/1"])
    func anyNameCanBeFilteredBy(_ name: String) throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        for (index, agent) in [name, "Somebody else"].enumerated() {
            var phone = TableDriver.Phone(aor: "\(index)@example.test")
            phone.agent = agent
            driver.add(phone)
        }
        monitor.settle(at: driver.now)
        for group in [DeviceGroup.agent, .vendor] {
            let row = try #require(
                devices(monitor, group, at: driver.now).first { !$0.name.hasPrefix("Some") }
            )
            let filter = try Filter(try #require(row.term), for: .bindings)
            #expect(monitor.allIDs(BindingOrder(), filter, at: driver.now) == [driver.ids[0]], "\(filter)")
        }
    }

    @Test func aNewCallIDWithEachRefreshIsSeenAtTheSecond() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        var phone = TableDriver.Phone(aor: "4417@example.test")
        phone.callHash = 1
        let added = driver.add(phone)
        let id = try #require(added)
        monitor.settle(at: driver.now)
        var counts: [Int] = []
        for step in 1...5 {
            driver.now = .zero + .seconds(step * 30)
            // A restart, then a phone that never keeps it, then one that does.
            phone.callHash = UInt64(min(step, 4)) + 1
            driver.refresh(id, phone)
            monitor.settle(at: driver.now)
            counts.append(devices(monitor, at: driver.now)[0].count(.newCallID))
        }
        #expect(counts == [0, 1, 1, 1, 0])
    }

    @Test func whoComesBackAfterTheEndIsLate() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        for (index, asked) in [60, 3_600].enumerated() {
            var phone = TableDriver.Phone(aor: "\(index)@example.test")
            phone.callHash = UInt64(index + 7)
            phone.agent = "Phone \(index)"
            phone.granted = 60
            phone.asked = UInt32(asked)
            driver.now = .zero
            driver.add(phone)
            monitor.settle(at: driver.now)
        }
        driver.now = .zero + .seconds(61)
        driver.expire()
        monitor.settle(at: driver.now)
        driver.now = .zero + .seconds(70)
        for (index, asked) in [60, 3_600].enumerated() {
            var phone = TableDriver.Phone(aor: "\(index)@example.test")
            phone.callHash = UInt64(index + 7)
            phone.agent = "Phone \(index)"
            phone.asked = UInt32(asked)
            phone.granted = 60
            driver.add(phone)
        }
        monitor.settle(at: driver.now)
        let rows = devices(monitor, at: driver.now).sorted { $0.name < $1.name }
        #expect(rows[0].lints.map(\.lint) == [.lateRefresh])
        #expect(Set(rows[1].lints.map(\.lint)) == [.lateRefresh, .expiresIgnored])
    }

    @Test(arguments: [
        (";+sip.instance=\"\"", 0, true), (";+sip.instance=", 0, true), ("", 0, false), (";ob", 0, false),
        (";+sip.instance=\"<urn:uuid:1>\"", 7, false),
    ])
    func anEmptyInstanceIsSeen(parameters: String, hash: Int, isSeen: Bool) {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        var phone = TableDriver.Phone(aor: "4417@example.test")
        (phone.parameters, phone.instance) = (parameters, UInt32(hash))
        driver.add(phone)
        monitor.settle(at: driver.now)
        #expect((devices(monitor, at: driver.now)[0].count(.emptyInstance) == 1) == isSeen)
    }

    /// Ten times as often as it must, and not for the sake of a NAT.
    @Test(arguments: [(100, Badges(), true), (110, Badges(), false), (100, Badges.nat, false)])
    func whoComesMuchTooOftenIsChatty(gap: Int, badges: Badges, isChatty: Bool) throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        var phone = TableDriver.Phone(aor: "4417@example.test")
        (phone.granted, phone.badges) = (1_001, badges)
        let added = driver.add(phone)
        let id = try #require(added)
        for step in 1...6 {
            driver.now = .zero + .seconds(step * gap)
            driver.refresh(id, phone)
            monitor.settle(at: driver.now)
        }
        let row = try #require(devices(monitor, at: driver.now).first)
        #expect((row.count(.chatty) == 1) == isChatty && row.flawed == 0)
    }

    @Test func failedLoginsAreCountedAndThoseForTheirCSeqBesides() {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        for (index, agent) in ["Yealink T46", "Yealink T48", "Zoiper 5"].enumerated() {
            driver.add(TableDriver.Phone(aor: "\(index)@example.test", agent: agent))
        }
        monitor.settle(at: driver.now)
        let order = RefusalReason.cseqNotHigher(got: 1, have: 2)
        for (index, refusal) in [.wrongPassword, order, order].enumerated() {
            var wire = Wire()
            (wire.agent, wire.callID) = (index == 0 ? "Yealink T48" : "Yealink T46", "fail-\(index)")
            monitor.receive([wire.exchange(1, at: index * 1_000, refusal, credentials: true)])
        }
        func counts(_ group: DeviceGroup, atSecond second: Int) -> [String: [Int]] {
            let rows = devices(monitor, group, at: .zero + .seconds(second))
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, [$0.failures, $0.cseqFailures]) })
        }
        #expect(
            counts(.agent, atSecond: 9) == [
                "Yealink T46": [2, 2], "Yealink T48": [1, 0], "Zoiper 5": [0, 0],
            ]
        )
        #expect(counts(.vendor, atSecond: 9) == ["Yealink": [3, 2], "Zoiper": [0, 0]])
        #expect(counts(.vendor, atSecond: 700)["Yealink"] == [0, 0], "within ten minutes")
    }

    /// What is kept never drifts from what counting gives.
    @Test(arguments: 1...4)
    func countersAreWhatCountingGives(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var driver = TableDriver(seed: seed)
        let monitor = Monitor.watching(driver.table)
        RowOrderTests.play(&random, &driver, monitor, steps: 1_000)
        driver.expire()
        monitor.settle(at: driver.now)
        let bindings = Dictionary(grouping: driver.bindings) {
            String(decoding: $0.texts.userAgent, as: UTF8.self)
        }
        let rows = devices(monitor, at: driver.now)
        #expect(rows.count == bindings.count, "seed \(seed)")
        for row in rows {
            let own = bindings[row.name] ?? []
            #expect(row.bindings == own.count, "seed \(seed)")
            for badge in [Lint.md5, .digestURI] {
                let count = own.count { $0.facts.badges.contains(badge.badge ?? []) }
                #expect(row.count(badge) == count, "seed \(seed) \(badge)")
            }
            let ghosts = own.count { binding in
                monitor.rows.number(of: binding.facts.id).map { monitor.rows.row($0).kin.contains(.ghost) }
                    ?? false
            }
            #expect(row.ghosts == ghosts, "seed \(seed)")
            let lives = own.compactMap { monitor.rows.number(of: $0.facts.id).map { monitor.rows.row($0) } }
            #expect(row.silent == lives.count { $0.isSilent }, "seed \(seed)")
            let flawed = lives.count { !$0.lints.isDisjoint(with: .warnings) }
            #expect(row.flawed == flawed, "seed \(seed)")
        }
    }
}
