import Cells
import Monitor
import Testing

@testable import Console

/// The overview's panes.
@Suite struct OverviewTests {
    @Test func tabGoesRoundThePanesThatAreThere() {
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size, view: .overview)
            let panes = driver.model.overviewLayout.focusable
            #expect(Set(panes).count == panes.count && panes.contains(.soonest) && panes.contains(.head))
            var seen: [OverviewState.Pane] = []
            for _ in panes {
                seen.append(driver.model.overview.pane)
                driver.press("⇥")
            }
            #expect(seen == panes, "\(size)")
            #expect(driver.model.overview.pane == panes[0])
            driver.press("⇤")
            #expect(driver.model.overview.pane == panes.last)
        }
    }

    /// Every number can be gone to by Tab and j, names its rows, and Enter shows them: the filter is understood and in
    /// force on the right view.
    @Test(arguments: [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)])
    func everyNumberLeadsToItsRows(_ size: Size) {
        var world = World()
        world.overview = Samples.overviewWithOutage
        (world.overview.liveness.connected, world.overview.liveness.disconnected) = (40, 1)
        (world.overview.liveness.answering, world.overview.liveness.stoppedAnswering) = (97, 2)
        (world.overview.liveness.ghosts, world.overview.ringLosses) = (14, 3)
        let start = Driver(size, view: .overview, world: world)
        var opened = 0
        for pane in start.model.overviewLayout.focusable {
            for place in 0..<60 {
                var driver = start
                while driver.model.overview.pane != pane { driver.press("⇥") }
                driver.press(String(repeating: "j", count: place))
                guard driver.model.overview.index == place else { break }
                guard let lead = driver.model.overview.lead else {
                    Issue.record("\(pane) \(place) leads nowhere")
                    continue
                }
                if let name = driver.model.overview.itemName {
                    #expect(size.width < 80 || driver.messageLine.contains(lead.text), "\(pane) \(name)")
                    #expect(size.width < 80 || driver.messageLine.contains(name), "\(pane) \(name)")
                }
                driver.press("⏎")
                opened += 1
                expect(driver, shows: lead, "\(size) \(pane) \(place)")
            }
        }
        #expect(opened > (size.width < 80 ? 18 : 60), "\(opened)")
    }

    private func expect(_ driver: Driver, shows lead: OverviewLead, _ what: String) {
        let model = driver.model
        #expect(model.message == nil, "\(what): \(driver.messageLine)")
        switch lead {
        case .binding(let id): #expect(model.screen == .binding(id), "\(what)")
        case .bindings(let filter, let column):
            #expect(model.screen == .bindings && model.bindingsFilter.text == filter, "\(what)")
            #expect(
                (model.bindingsFilter.filter == nil) == filter.isEmpty && model.order.column == column,
                "\(what)"
            )
        case .attempts(let filter, let failuresOnly, _):
            #expect(model.screen == .attempts && model.attemptsFilter.text == filter, "\(what)")
            #expect((model.attemptsFilter.filter == nil) == filter.isEmpty, "\(what)")
            #expect(model.failuresOnly == failuresOnly, "\(what)")
        case .devices(let name):
            #expect(model.screen == .devices, "\(what)")
            if let name {
                #expect(model.devices.list.cursorRow?.name == name || name.hasPrefix("Linphone"), "\(what)")
            }
        }
    }

    /// An outage is one line with its numbers; Enter shows its phones.
    @Test func anOutageIsALineOfItsOwn() {
        var world = World()
        world.overview = Samples.overviewWithOutage
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size, view: .overview, world: world)
            #expect(driver.screen.contains("site 203.0.113.0/24: 41 of 44"), "\(size)")
            if size.width >= 80 {
                #expect(driver.screen.contains("41 of 44 phones silent since 12:03:40"), "\(size)")
                #expect(driver.screen.contains("missed beat 42"), "\(size)")
            }
            while driver.model.overview.pane != .outages { driver.press("⇥") }
            driver.press("⏎")
            #expect(driver.model.bindingsFilter.text == "ip:203.0.113.0/24 beat:missed", "\(size)")
        }
    }

    @Test func whatARestartWouldBringIsTold() {
        let driver = Driver(Size(width: 140, height: 40), view: .overview)
        #expect(driver.says("restart now: 3,267 back"), "\(driver.screen)")
        #expect(driver.says("at 236 REG/s; again 27:05 later at 236/s"), "\(driver.screen)")
        #expect(driver.screen.contains("/s expected"))
    }

    @Test func panesNeverOverlapOrLeaveTheScreen() {
        for height in 7...80 {
            for width in stride(from: 40, through: 240, by: 5) {
                let body = Rect(x: 0, y: 1, width: width, height: height)
                let layout = OverviewLayout(body, hasPings: width % 10 == 0, outages: height % 4)
                let rects =
                    layout.panes.map(\.rect)
                    + [layout.horizon, layout.agents, layout.transports, layout.meters, layout.history]
                    .compactMap { $0 } + [layout.liveness, layout.outages].compactMap { $0 }
                for (index, rect) in rects.enumerated() {
                    #expect(rect.intersection(body) == rect, "\(width)x\(height)")
                    for other in rects[(index + 1)...] {
                        #expect(rect.intersection(other).isEmpty, "\(width)x\(height)")
                    }
                }
            }
        }
    }

    @Test func pingsHaveALineWhereTheyAreSentAndConnectionsStandBesideTransports() {
        var world = World()
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            world.overview.liveness = Liveness()
            let before = Driver(size, view: .overview, world: world).screen
            #expect(!before.contains("PING") && !before.contains("CONN") && !before.contains("ghosts"))
            (world.overview.liveness.answering, world.overview.liveness.medianRoundTrip) = (97, 12_000)
            world.overview.liveness.stoppedAnswering = 2
            (world.overview.liveness.connected, world.overview.liveness.disconnected) = (40, 1)
            world.overview.liveness.ghosts = 14
            let screen = Driver(size, view: .overview, world: world).screen
            #expect(screen.contains("PING  97 up  2 stopped  0 never  median 12.0 ms"), "\(screen)")
            #expect(screen.contains("CONN 40 live, 1 gone") && screen.contains("ghosts 14"), "\(screen)")
        }
    }

    @Test func losesAndSamplingAreSaid() {
        var world = World()
        (world.overview.ringLosses, world.overview.sampling) = (1_024, 16)
        let driver = Driver(view: .overview, world: world)
        #expect(driver.screen.contains("LOST 1,024"))
        #expect(driver.screen.contains("1 in 16"))
    }

    @Test func aReasonStandsBesideItsOwnCountAndANameStandsOnce() {
        var world = World()
        let users = [("9001@a.example", 5, 6), ("9001@b.example", 4, 4), ("desk@a.example", 1, 1)]
        world.overview.failingUsers = users.map { aor, commonest, failures in
            FailingUser(
                aor: aor,
                verdict: .unknownUser,
                commonest: commonest,
                failures: failures,
                sources: 1,
                last: Samples.ago(0)
            )
        }
        for size in [Size(width: 40, height: 24), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            let driver = Driver(size, view: .overview, world: world)
            #expect(driver.screen.contains("5 of 6"), "\(size)")
            #expect(!driver.screen.contains("4 of 4"), "\(size)")
            for name in ["9001@a.", "9001@b."] { #expect(driver.screen.contains(name), "\(size)") }
        }
    }

    /// An address of record is seen whole where it fits beside a time and a word.
    @Test func eventsNameWholeAddressesOfRecord() {
        var world = World()
        world.overview.events = ["1180@example.test", "a-desk-22@example.test"].map {
            OverviewEvent(at: Samples.ago(2), what: "evicted by operator", subject: $0, detail: "kl: stuck")
        }
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            let driver = Driver(size, view: .overview, world: world)
            for aor in world.overview.events.map(\.subject) {
                let isSeen = driver.lines.contains { $0.contains("evicted") && $0.contains(aor) }
                #expect(isSeen, "\(size) \(aor)")
            }
            #expect(driver.screen.contains("TOP SOURCES, 1 min: sent ok fail /s"))
        }
    }

    /// A BYE that was answered with 481 is no login.
    @Test func onlyLoginsCountAsLogins() {
        var world = World()
        world.overview.verdicts = [
            VerdictCount(.ok, 1), VerdictCount(.other, 987), VerdictCount(.waiting, 7),
            VerdictCount(.wrongPassword, 1),
        ]
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            let driver = Driver(size, view: .overview, world: world)
            #expect(driver.screen.contains("50.0%"))
            #expect(!driver.screen.contains("987"))
        }
    }

    @Test func theCursorStaysInsideWhenRowsGo() {
        var driver = Driver(view: .overview)
        driver.press("⇥jjjjjj")
        driver.world.overview.failingUsers = []
        driver.wait(3)
        driver.press("⏎a")
        #expect(driver.lines[0].contains("1 OVERVIEW"))
    }
}
