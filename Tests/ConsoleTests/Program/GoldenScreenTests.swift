import Cells
internal import Monitor
import Testing

@testable import Console

/// Each screen as a file, characters and roles: a change of one names its reason in the commit.
@Suite struct GoldenScreenTests {
    /// A screen: the keys that lead to it from the bindings.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var keys: String
        var testDescription: String { name }
    }

    static let sizes = [
        Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40),
        Size(width: 200, height: 60),
    ]

    static let cases = [
        Case(name: "overview", keys: "1"), Case(name: "bindings", keys: "jj"),
        Case(name: "binding", keys: "jj⏎"),
        Case(name: "attempts", keys: "3"), Case(name: "ladder", keys: "3⏎"), Case(name: "raw", keys: "3⏎r"),
        Case(name: "security", keys: "4"), Case(name: "security-healing", keys: "4jj"),
        Case(name: "security-users", keys: "4gj"), Case(name: "security-agents", keys: "4gg"),
        Case(name: "security-block", keys: "4B"), Case(name: "devices", keys: "6"),
        Case(name: "devices-finding", keys: "6⇥j"), Case(name: "devices-vendors", keys: "6g"),
        Case(name: "log", keys: "5"),
        Case(name: "audit", keys: "5⇥"), Case(name: "blocks", keys: "b"),
        Case(name: "help", keys: "?"), Case(name: "help-search", keys: "?evic"),
        Case(name: "themes", keys: "T"),
        Case(name: "sort-menu", keys: "s"), Case(name: "evict", keys: "jjX"),
        Case(name: "expire-marked", keys: "␣␣␣E"),
        Case(name: "block", keys: "jjB"), Case(name: "filter-prompt", keys: "/44"),
        Case(name: "filter-error", keys: "/exp<<60"), Case(name: "filter-values", keys: "/!ua:⇥⇥"),
        Case(name: "followed", keys: "jjF"), Case(name: "ladder-search", keys: "3⏎/cseq⏎n"),
        Case(name: "evicted", keys: "jjX⇥⇥stuck after move⇥⏎"), Case(name: "quit", keys: "q"),
        Case(name: "history", keys: "jjH"), Case(name: "history-line", keys: "jjHjj⏎"),
        Case(name: "history-all", keys: ":history⏎"), Case(name: "palette", keys: "jj:ex"),
        Case(name: "palette-all", keys: ":"),
        Case(name: "palette-values", keys: ":evict ali"), Case(name: "settings", keys: ",j"),
        Case(name: "columns", keys: "tj␣"), Case(name: "act-menu", keys: "jjm"),
        Case(name: "command-unknown", keys: ":exit⏎"), Case(name: "replay", keys: ":at -3631s⏎j"),
        Case(name: "replay-binding", keys: ":at -3631s⏎j⏎"),
    ]

    @Test(arguments: cases, sizes)
    func screen(_ item: Case, _ size: Size) {
        var driver = Driver(size)
        driver.press(item.keys)
        expectGolden(driver.grid, "\(item.name)-\(size.width)x\(size.height)")
    }

    @Test(arguments: cases)
    func ascii(_ item: Case) {
        var driver = Driver(ascii: true)
        driver.press(item.keys)
        let grid = driver.grid
        expectGolden(grid, "\(item.name)-80x24-ascii")
        #expect(grid.text.unicodeScalars.allSatisfy { $0.isASCII })
    }

    /// Panes of numbers with the cursor in them, and phones that fell silent together.
    static let overviewCases = [
        Case(name: "overview-outage", keys: "1"), Case(name: "overview-outage-line", keys: "1⇤⇤⇤j"),
        Case(name: "overview-head", keys: "1⇤⇤jjj"), Case(name: "overview-meters", keys: "1⇤jj"),
        Case(name: "overview-horizon", keys: "1⇥⇥⇥⇥jj"),
    ]

    @Test(arguments: overviewCases, sizes)
    func overview(_ item: Case, _ size: Size) {
        var world = World()
        world.overview = Samples.overviewWithOutage
        var driver = Driver(size, world: world)
        driver.press(item.keys)
        expectGolden(driver.grid, "\(item.name)-\(size.width)x\(size.height)")
    }

    /// Each screen and each thing that lies over one is among the cases, and has a file of every size.
    @Test func everyScreenHasEverySize() {
        var missing = Set(Places.names.map(\.name))
        var layers: Set<Places.RawValue> = []
        for item in Self.cases {
            var driver = Driver()
            driver.press(item.keys)
            for (place, name) in Places.names where driver.model.screen.place == place {
                missing.remove(name)
            }
            layers.insert(driver.model.place.rawValue)
        }
        #expect(missing.isEmpty)
        for layer in [Places.prompt, .command, .form, .help, .pick] {
            #expect(layers.contains(layer.rawValue), "\(layer)")
        }
        for item in Self.cases + Self.reachCases {
            for size in Self.sizes {
                #expect(hasGolden("\(item.name)-\(size.width)x\(size.height)"), "\(item.name) \(size)")
            }
        }
    }

    /// A file that no case compares would tell of a screen that there isn't.
    @Test func everyFileHasItsCase() throws {
        var names: Set<String> = []
        for size in Self.sizes {
            let end = "-\(size.width)x\(size.height)"
            for item in Self.cases + Self.overviewCases + Self.reachCases + CallScreensTests.cases {
                names.insert(item.name + end)
            }
            for name in ["lost", "leave", "copy", "report"] { names.insert(name + end) }
        }
        for item in Self.cases { names.insert("\(item.name)-80x24-ascii") }
        for (name, _) in Self.emptyCases { names.insert("empty-\(name)-80x24") }
        names.formUnion(["no-match", "open-read-only", "changed", "evict-matching"].map { "\($0)-80x24" })
        names.insert("reach-bindings-240x30")
        #expect(try goldenNames() == names)
    }

    /// Where there is something to say of connections, pings, paths and ghosts.
    static let reachCases = [
        Case(name: "reach-bindings", keys: ""), Case(name: "reach-secure", keys: "⏎"),
        Case(name: "reach-troubled", keys: "j⏎"), Case(name: "reach-cut-off", keys: "jj⏎"),
        Case(name: "reach-ghosts", keys: "jjjj⏎"), Case(name: "reach-evict-ghosts", keys: "jjjjO"),
        Case(name: "reach-overview", keys: "1"),
    ]

    @Test(arguments: reachCases, sizes)
    func reach(_ item: Case, _ size: Size) {
        var world = World()
        world.bindings = Samples.reach
        world.overview.liveness.connected = 3_002
        world.overview.liveness.disconnected = 2
        (world.overview.liveness.answering, world.overview.liveness.stoppedAnswering) = (97, 2)
        (world.overview.liveness.neverAnswered, world.overview.liveness.medianRoundTrip) = (1, 12_400)
        world.overview.liveness.ghosts = 14
        var driver = Driver(size, world: world)
        driver.press(item.keys)
        expectGolden(driver.grid, "\(item.name)-\(size.width)x\(size.height)")
    }

    @Test func reachOnTheWidestScreen() {
        var world = World()
        world.bindings = Samples.reach
        expectGolden(Driver(Size(width: 240, height: 30), world: world).grid, "reach-bindings-240x30")
    }

    /// Lists and numbers where there is nothing yet.
    static let emptyCases = [
        ("overview", "1"), ("bindings", ""), ("attempts", "3"), ("security", "4"), ("log", "5"),
        ("devices", "6"), ("audit", "5⇥"), ("blocks", "b"),
    ]

    @Test func empty() {
        var world = World()
        (world.bindings, world.attempts, world.log, world.audit, world.blocks) = ([], [], [], [], [])
        world.overview = .init()
        world.security = []
        world.devices = []
        for (name, keys) in Self.emptyCases {
            var driver = Driver(world: world)
            driver.press(keys)
            expectGolden(driver.grid, "empty-\(name)-80x24")
        }
    }

    @Test func noMatch() {
        var driver = Driver()
        driver.press("/nobody⏎")
        expectGolden(driver.grid, "no-match-80x24")
    }

    @Test func openRegistrationAndReadOnly() {
        let driver = Driver(readOnly: true, open: ["example.test"])
        expectGolden(driver.grid, "open-read-only-80x24")
    }

    @Test func changedSinceYouLooked() {
        var driver = Driver()
        driver.press("jj")
        driver.world.refresh("4417")
        driver.press("X")
        expectGolden(driver.grid, "changed-80x24")
    }

    @Test func matchingFilter() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(412); return world
            }()
        )
        driver.press("/1⏎VVX")
        expectGolden(driver.grid, "evict-matching-80x24")
    }
}
