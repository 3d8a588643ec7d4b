import Cells
import Monitor
import Testing

@testable import Console

/// The overview's panes.
@Suite struct OverviewTests {
    @Test func tabGoesRoundThePanesThatAreThere() {
        var driver = Driver(view: .overview)
        var seen: [OverviewState.Pane] = []
        for _ in 0..<4 {
            seen.append(driver.model.overview.pane)
            driver.press("⇥")
        }
        #expect(Set(seen).count == 4)
        #expect(driver.model.overview.pane == seen[0])
        driver.press("⇤")
        #expect(driver.model.overview.pane == seen[3])
    }

    @Test func panesNeverOverlapOrLeaveTheScreen() {
        for height in 7...80 {
            for width in stride(from: 40, through: 240, by: 5) {
                let body = Rect(x: 0, y: 1, width: width, height: height)
                let layout = OverviewLayout(body, hasPings: width % 10 == 0)
                let rects =
                    layout.panes.map(\.rect)
                    + [layout.horizon, layout.agents, layout.transports, layout.meters, layout.history]
                    .compactMap { $0 } + [layout.liveness].compactMap { $0 }
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
        driver.wait(1)
        driver.press("⏎a")
        #expect(driver.lines[0].contains("1 OVERVIEW"))
    }
}
