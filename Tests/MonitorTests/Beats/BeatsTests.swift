import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// Missed beats and outages over simulated phones with rhythms of their own.
@Suite struct BeatsTests {
    /// Phones that refresh, second by second, until they are silenced.
    struct Field {
        struct Phone {
            var phone: TableDriver.Phone
            var id: BindingID?
            var gap: Int
            var nextAt: Int
            var isSilent = false
        }

        var driver = TableDriver()
        let monitor: Monitor
        var phones: [Phone] = []
        var second = 0
        var notices: [Notice] = []

        init() { monitor = Monitor.watching(driver.table) }

        mutating func add(
            _ user: Int,
            from address: UInt32,
            gap: Int = 48,
            granted: UInt32 = 60,
            agent: String = "Zoiper",
            transport: TransportKind = .udp,
        ) {
            var phone = TableDriver.Phone(aor: "\(user)@example.test")
            phone.source = Endpoint(address: IPAddress(ipv4: address), port: UInt16(1_024 + user % 50_000))
            phone.callID = "call-\(user)"
            phone.contact = "sip:\(user)@192.0.2.1"
            phone.granted = granted
            phone.agent = agent
            phone.transport = transport
            // Spread over the gap, as phones are.
            phones.append(Phone(phone: phone, gap: gap, nextAt: user * 7 % gap + 1))
        }

        /// Time passes, second by second; phones come when it is their time.
        mutating func run(_ seconds: Int, isWatched: Bool = true) {
            for _ in 0..<seconds {
                second += 1
                driver.now = .zero + .seconds(second)
                for index in phones.indices where !phones[index].isSilent && phones[index].nextAt <= second {
                    phones[index].nextAt = second + phones[index].gap
                    if let id = phones[index].id, driver.table.facts(id) != nil {
                        driver.refresh(id, phones[index].phone)
                    } else {
                        phones[index].id = driver.add(phones[index].phone)
                    }
                }
                driver.expire()
                if isWatched { look() }
            }
        }

        mutating func look() {
            monitor.settle(at: driver.now)
            notices += monitor.takeAlarms(at: driver.now).notices
        }

        var overview: Overview? { monitor.overview(atSecond: second) }

        func notices(with text: String) -> [String] { notices.map(\.text).filter { $0.contains(text) } }
    }

    /// 44 phones of one office and 60 elsewhere, which have found their rhythm.
    static func field() -> Field {
        var field = Field()
        for user in 0..<44 { field.add(user, from: 0xcb00_7100 + UInt32(user % 9) + 1) }
        for user in 100..<160 { field.add(user, from: 0x0a00_0000 + UInt32(user) << 8) }
        field.run(620)
        return field
    }

    @Test func nobodyIsMissedWhileAllKeepTheirRhythm() throws {
        var field = Self.field()
        field.run(400)
        let overview = try #require(field.overview)
        #expect(overview.missedBeats == 0 && overview.outages.isEmpty)
        #expect(field.notices.isEmpty)
    }

    @Test func onePhoneIsToldOfBeforeItsBindingRunsOut() throws {
        var field = Self.field()
        let id = try #require(field.phones[7].id)
        field.phones[7].isSilent = true
        var toldAt: Int?
        for _ in 0..<70 where toldAt == nil {
            field.run(1)
            if !field.notices.isEmpty { toldAt = field.second }
        }
        let facts = try #require(field.driver.table.facts(id), "still bound when it is told of")
        #expect(facts.expiresAt > field.driver.now)
        #expect(
            field.notices.map(\.text) == [
                "7@example.test missed its beat: every 48 s, silent 55 s, 5 s left"
            ]
        )
        #expect(field.notices[0].level == .info)
        let overview = try #require(field.overview)
        #expect(overview.missedBeats == 1 && overview.outages.isEmpty)
        let event = try #require(overview.events.first { $0.what == "missed its beat" })
        #expect(event.subject == "7@example.test" && event.detail.hasPrefix("every 48 s"))
        // The filter finds it, and nobody else.
        let filter = try Filter("beat:missed", for: .bindings)
        #expect(field.monitor.allIDs(BindingOrder(), filter, at: field.driver.now) == [id])
        // It comes again.
        field.phones[7].isSilent = false
        field.run(1)
        #expect(try #require(field.overview).missedBeats == 0)
        #expect(field.notices.last?.text.hasPrefix("7@example.test beats again: every 4") ?? false)
    }

    @Test func aSiteIsOneAlarmAndNotOneForEachPhone() throws {
        var field = Self.field()
        for index in 0..<41 { field.phones[index].isSilent = true }
        field.run(12)
        let events = try #require(field.overview).events
        #expect(events.contains { $0.what == "outage" && $0.subject == "site 203.0.113.0/24" }, "\(events)")
        field.run(46)
        let overview = try #require(field.overview)
        let outage = try #require(overview.outages.first)
        #expect(overview.outages.count == 1 && overview.outageCount == 1)
        #expect(outage.kind == .site && outage.name == "203.0.113.0/24")
        #expect(outage.silent == 41 && outage.phones == 44)
        #expect(field.notices(with: "site 203.0.113.0/24").count == 1)
        #expect(field.notices.first { $0.level == .warning }?.text.contains("phones silent for") ?? false)
        #expect(field.notices(with: "missed its beat").count <= 2, "\(field.notices.map(\.text))")
        // Its filter shows those that are still bound.
        let filter = try Filter(outage.filter, for: .bindings)
        let found = field.monitor.allIDs(BindingOrder(), filter, at: field.driver.now)
        #expect(found.count == overview.missedBeats && !found.isEmpty)
        // Their bindings run out: the alarm stays.
        field.run(120)
        #expect(try #require(field.overview).outages.first?.silent == 41)
        // They come back.
        for index in 0..<41 {
            field.phones[index].isSilent = false
            field.phones[index].nextAt = field.second + 1 + index % 9
        }
        field.run(30)
        #expect(try #require(field.overview).outages.isEmpty)
        #expect(field.notices(with: "site 203.0.113.0/24 is back").count == 1)
    }

    @Test func aSiteBehindOneAddressIsNamedByIt() throws {
        var field = Field()
        for user in 0..<6 { field.add(user, from: 0xcb00_7109) }
        for user in 100..<120 { field.add(user, from: 0x0a00_0000 + UInt32(user) << 8) }
        field.run(620)
        for index in 0..<6 { field.phones[index].isSilent = true }
        field.run(58)
        let outage = try #require(field.overview?.outages.first)
        #expect(outage.name == "203.0.113.9" && outage.silent == 6 && outage.phones == 6)
        #expect(outage.subject == "site 203.0.113.9")
    }

    @Test func aListenerStandsForItsSites() throws {
        var field = Field()
        for user in 0..<120 {
            let site = UInt32(user % 6)
            field.add(user, from: 0xcb00_7100 + site << 8 + UInt32(user), transport: user < 60 ? .udp : .tcp)
        }
        field.run(620)
        for index in 60..<120 { field.phones[index].isSilent = true }
        field.run(56)
        let overview = try #require(field.overview)
        #expect(overview.outages.map(\.kind) == [.listener], "\(overview.outages)")
        #expect(overview.outages.first?.name.hasPrefix("tcp ") ?? false)
        let filter = try Filter(try #require(overview.outages.first).filter, for: .bindings)
        #expect(filter.text.contains("tp:tcp"))
        let found = field.monitor.allIDs(BindingOrder(), filter, at: field.driver.now)
        #expect(found.count == overview.missedBeats && !found.isEmpty)
    }

    /// Sixty single phones that have nothing in common: a log can bear twenty lines a minute of them.
    @Test func singlePhonesAreBoundedByTheMinute() throws {
        var field = Field()
        // Those that will be silent come within eight seconds, and others between them: it is no outage.
        for number in 0..<60 {
            let user = number / 8 * 48 + number % 8 * 7
            field.add(user, from: 0x0b00_0000 + UInt32(number) << 8, agent: "Phone \(number)")
        }
        for user in 10_000..<10_600 { field.add(user, from: 0x0a00_0000 + UInt32(user) << 8) }
        field.run(600)
        for index in 0..<60 { field.phones[index].isSilent = true }
        field.run(36)
        let overview = try #require(field.overview)
        #expect(overview.missedBeats == 60 && overview.outages.isEmpty, "\(overview.outages)")
        field.run(4)
        #expect(field.notices(with: "missed its beat").count == 20)
    }

    @Test func aFirmwareThatStopsIsAnAgent() throws {
        var field = Field()
        for user in 0..<200 {
            field.add(
                user,
                from: 0x0a00_0000 + UInt32(user) << 8,
                agent: user < 60 ? "Desk \"9\" 1.0" : "Other"
            )
        }
        field.run(620)
        for index in 0..<60 { field.phones[index].isSilent = true }
        field.run(56)
        let outage = try #require(field.overview?.outages.first)
        #expect(outage.kind == .agent && outage.name == "Desk \"9\" 1.0")
        let filter = try Filter(outage.filter, for: .bindings)
        let found = field.monitor.allIDs(BindingOrder(), filter, at: field.driver.now)
        #expect(found.count == field.overview?.missedBeats && found.count > 0)
    }

    @Test func aStallOfOurOwnIsNobodysFault() throws {
        var field = Self.field()
        // Nothing is taken for a minute, and nobody looks: then all come, each in its time.
        for index in field.phones.indices { field.phones[index].isSilent = true }
        field.run(55, isWatched: false)
        field.look()
        for index in field.phones.indices {
            field.phones[index].isSilent = false
            field.phones[index].nextAt = max(field.phones[index].nextAt, field.second + 1 + index % 4)
        }
        field.run(60)
        #expect(field.notices.isEmpty, "\(field.notices.map(\.text))")
        #expect(field.overview?.outages.isEmpty ?? false)
    }

    @Test func aRestartedRegistrarForgivesWhatFellIntoItsAbsence() throws {
        var field = Self.field()
        // Another monitor begins when half of all beats are overdue.
        for index in field.phones.indices { field.phones[index].isSilent = true }
        field.run(54, isWatched: false)
        let monitor = Monitor(
            table: field.driver.table,
            startedAt: ClockReading(
                timestamp: field.driver.now,
                wall: WallTime(secondsSince1970: 1_700_000_000)
            )
        )
        for _ in 0..<5 {
            field.run(1, isWatched: false)
            monitor.settle(at: field.driver.now)
            #expect(monitor.takeAlarms(at: field.driver.now).notices.isEmpty)
            #expect(monitor.overview(atSecond: field.second)?.missedBeats == 0)
        }
    }

    @Test func whatIsRefusedForOurSakeIsNotMissed() throws {
        var field = Self.field()
        for index in field.phones.indices { field.phones[index].isSilent = true }
        for _ in 0..<59 {
            field.run(1)
            var exchange = Exchange(path: Wire.path(at: field.driver.now))
            (exchange.status, exchange.refusal) = (503, .draining(retryAfter: 5))
            let nothing: [UInt8] = []
            field.monitor.receiveExchange(
                exchange,
                request: nothing.span,
                reply: nothing.span,
                at: field.driver.now
            )
        }
        #expect(field.notices(with: "beat").isEmpty && field.notices(with: "silent").isEmpty)
        #expect(field.overview?.missedBeats == 0)
    }

    /// A phone that has moved leaves a ghost, which is not missed.
    @Test func aGhostIsNotMissed() throws {
        var field = Self.field()
        field.phones[3].phone.contact = "sip:3@192.0.2.77"
        field.phones[3].id = nil
        field.run(120)
        #expect(field.notices(with: "3@example.test missed").isEmpty, "\(field.notices.map(\.text))")
        #expect(field.overview?.missedBeats == 0)
    }

    /// What is kept never drifts from what counting gives, whatever comes.
    @Test(arguments: 1...4)
    func countersAreWhatCountingGives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var field = Field()
        for user in 0..<80 {
            field.add(
                user,
                from: 0x0a00_0000 + UInt32(random.below(5)) << 8 + UInt32(random.below(3)),
                gap: 20 + random.below(30),
                granted: UInt32(60 + random.below(60)),
                agent: ["Zoiper 5", "Yealink", ""][random.below(3)]
            )
        }
        for _ in 0..<60 {
            let index = random.below(80)
            switch random.below(5) {
            case 0, 1: field.phones[index].isSilent.toggle()
            case 2:
                field.phones[index].phone.source.address = IPAddress(
                    ipv4: 0x0a00_0001 + UInt32(random.below(5)) << 8
                )
            case 3: field.phones[index].phone.agent = ["Zoiper 5", "Yealink", "", "New"][random.below(4)]
            default:
                if let id = field.phones[index].id { field.driver.remove(id, .evictedByOperator) }
                field.phones[index].id = nil
            }
            field.run(1 + random.below(20))
            let rows = field.monitor.rows
            let live = field.driver.ids.compactMap { id in rows.number(of: id).map { rows.row($0) } }
            #expect(rows.beats.missed == live.count { $0.isSilent }, "seed \(seed)")
            for (number, group) in rows.beats.sites.groups.enumerated() where number > 0 {
                let members = live.filter { Int($0.site) == number && $0.isMember }
                #expect(group.members == members.count, "seed \(seed)")
                #expect(group.silent == members.count { $0.isSilent }, "seed \(seed)")
            }
            let agents = Dictionary(grouping: live, by: \.agent)
            for (number, agent) in rows.population.agents.enumerated() {
                #expect(agent.silent == agents[UInt16(number)]?.count { $0.isSilent } ?? 0, "seed \(seed)")
                #expect(agent.count == agents[UInt16(number)]?.count ?? 0, "seed \(seed)")
            }
        }
    }

    @Test func sitesAreBounded() throws {
        var limits = MonitorLimits()
        limits.sites = 8
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table, limits: limits)
        for index in 0..<100 {
            var phone = TableDriver.Phone(aor: "\(index)@example.test")
            phone.source.address = IPAddress(ipv4: UInt32(index) << 8)
            driver.add(phone)
        }
        monitor.settle(at: driver.now)
        #expect(monitor.rows.beats.sites.groups.count == 9)
        for id in driver.ids { driver.remove(id) }
        monitor.settle(at: driver.now)
        #expect(monitor.rows.beats.sites.number(of: IPNetwork(IPAddress(ipv4: 0), prefix: 24)) == nil)
    }
}
