import BindingTable
import SIPMessage
import Support
import Testing
import Timing

@testable import Monitor

/// The numbers that come from the table.
struct OverviewNumbersTests {
    @Test(arguments: 1...4)
    func numbersAreWhatCountingGives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var driver = TableDriver(seed: seed)
        let monitor = Monitor.watching(driver.table)
        RowOrderTests.play(&random, &driver, monitor, steps: 1_000)
        driver.expire()
        monitor.settle(at: driver.now)
        let now = driver.now
        guard
            case .overview(let overview) = monitor.answer(WindowQuery(subject: .overview, height: 0), at: now)
                .content
        else { return }
        let all = driver.bindings
        #expect(overview.bindings == all.count, "seed \(seed)")
        #expect(overview.aors == Set(all.map(\.texts.aor)).count, "seed \(seed)")
        #expect(overview.peak >= all.count)
        #expect(overview.natted == all.count { $0.facts.badges.contains(.nat) }, "seed \(seed)")
        #expect(overview.ipv6 == all.count { !$0.facts.path.source.address.isIPv4 }, "seed \(seed)")
        for item in overview.transports {
            let count = all.count { $0.facts.path.transport == item.transport }
            #expect(item.count == count, "seed \(seed)")
        }
        let agents = Dictionary(grouping: all.filter { !$0.texts.userAgent.isEmpty }, by: \.texts.userAgent)
        for item in overview.agents {
            #expect(agents[Array(item.name.utf8)]?.count == item.count, "seed \(seed)")
        }
        #expect(overview.agents.reduce(0) { $0 + $1.count } + overview.otherAgentBindings == all.count)
        #expect(
            overview.dyingSoon == all.count { $0.facts.expiresAt.second - now.second < 60 },
            "seed \(seed)"
        )
        let liveness = overview.liveness
        let reach = all.map(\.facts.reachability)
        #expect(liveness.connected == reach.count { $0.connection == .live }, "seed \(seed)")
        #expect(liveness.disconnected == reach.count { $0.connection == .gone }, "seed \(seed)")
        #expect(liveness.answering == reach.count { $0.ping == .answering }, "seed \(seed)")
        #expect(liveness.neverAnswered == reach.count { $0.ping == .neverAnswered }, "seed \(seed)")
        #expect(liveness.stoppedAnswering == reach.count { $0.ping == .stoppedAnswering }, "seed \(seed)")
        let trips = reach.filter { $0.ping == .answering }.map { Int($0.roundTrip) }.sorted()
        let median = trips.isEmpty ? 0 : trips[(trips.count - 1) / 2]
        #expect(abs(liveness.medianRoundTrip - median) <= median / 8, "seed \(seed)")
        let devices = Dictionary(grouping: all, by: \.texts.aor).values.map { Devices($0, at: now) }
        #expect(liveness.ghosts == devices.reduce(0) { $0 + $1.ghosts.count }, "seed \(seed)")
        #expect(liveness.ghosts > 0, "seed \(seed)")
        #expect(overview.horizon.count == 20)
        let soonest = all.map(\.facts.expiresAt).sorted().prefix(10)
        #expect(overview.soonest.map(\.binding.facts.expiresAt) == Array(soonest), "seed \(seed)")
        #expect(overview.events.count <= 20)
    }

    @Test func eventsTellWhatHappenedButNotEachRefresh() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        var phone = TableDriver.Phone(aor: "4417@example.test")
        let added = driver.add(phone)
        let id = try #require(added)
        monitor.settle(at: driver.now)
        driver.now = .zero + .seconds(10)
        driver.refresh(id, phone)
        monitor.settle(at: driver.now)
        phone.source.port = 40_112
        driver.refresh(id, phone, cause: .moved)
        monitor.settle(at: driver.now)
        driver.remove(id, .evictedByOperator)
        monitor.settle(at: driver.now)
        let events = try #require(monitor.overview(atSecond: 10)).events
        #expect(events.map(\.what) == ["evicted by operator", "moved", "registered"])
        #expect(events.allSatisfy { $0.subject == "4417@example.test" })
        #expect(events[1].detail == "to 10.0.0.1:40112")
    }

    @Test func eventsTellWhenAPhoneCanNoLongerBeReachedAndWhenItCanAgain() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        let added = driver.add(TableDriver.Phone(aor: "4417@example.test", transport: .tcp))
        let id = try #require(added)
        let seen: [Observation] = [
            .answered(roundTrip: 900), .silent, .silent, .answered(roundTrip: 950),
            .connectionGone(until: nil),
        ]
        for observation in seen {
            driver.now = driver.now + .seconds(1)
            driver.observe(id, observation)
            monitor.settle(at: driver.now)
        }
        let events = try #require(monitor.overview(atSecond: 6)).events
        #expect(
            events.map(\.what) == ["connection gone", "answers again", "stopped answering", "registered"]
        )
        #expect(events[0].detail == "10.0.0.1:5060 tcp")
    }

    @Test func eventsOfAStormAreFew() throws {
        var driver = TableDriver()
        let monitor = Monitor.watching(driver.table)
        let added = driver.add(TableDriver.Phone(aor: "lone@example.test"))
        let lone = try #require(added)
        monitor.settle(at: driver.now)
        driver.now = .zero + .seconds(1)
        driver.remove(lone, .expired)
        for index in 0..<5_000 { driver.add(TableDriver.Phone(aor: "s\(index)@example.test")) }
        monitor.settle(at: driver.now)
        let events = try #require(monitor.overview(atSecond: 1)).events
        #expect(events.contains { $0.what == "expired" })
        #expect(events.count < 10)
    }

    @Test func agentsWithoutRoomAreCountedTogether() throws {
        var limits = MonitorLimits()
        limits.agents = 10
        var driver = TableDriver()
        for index in 0..<100 {
            driver.add(TableDriver.Phone(aor: "s\(index)@example.test", agent: "agent \(index)"))
        }
        let monitor = Monitor.watching(driver.table, limits: limits)
        monitor.settle(at: driver.now)
        let overview = try #require(monitor.overview(atSecond: 1))
        #expect(overview.agents.count == 5)
        #expect(overview.agents.reduce(0) { $0 + $1.count } + overview.otherAgentBindings == 100)
        for id in driver.ids { driver.remove(id) }
        monitor.settle(at: driver.now)
        #expect(try #require(monitor.overview(atSecond: 2)).otherAgentBindings == 0)
    }
}
