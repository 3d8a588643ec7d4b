import BindingTable
import Cells
import Monitor
import SIPMessage
import Support
import Testing
import Timing

@testable import Console

/// Calls in the list of attempts, on the overview and as ladders.
@Suite struct CallScreensTests {
    static let cases = [
        GoldenScreenTests.Case(name: "calls", keys: "3tt"),
        GoldenScreenTests.Case(name: "requests", keys: "3t"),
        GoldenScreenTests.Case(name: "call-fork", keys: "3ttg⏎"),
        GoldenScreenTests.Case(name: "call-dead", keys: "3ttgjjj⏎"),
        GoldenScreenTests.Case(name: "call-nobody", keys: "3ttgjj⏎"),
        GoldenScreenTests.Case(name: "calls-overview", keys: "1"),
    ]

    static var world: World {
        var world = World()
        world.attempts += Samples.calls
        world.overview.calls = [CallCount(.answered, 61), CallCount(.busy, 4), CallCount(.noBinding, 2)]
        world.overview.callRate = 0.4
        return world
    }

    @Test(arguments: cases, GoldenScreenTests.sizes)
    func screen(_ item: GoldenScreenTests.Case, _ size: Size) {
        var driver = Driver(size, world: Self.world)
        driver.press(item.keys)
        expectGolden(driver.grid, "\(item.name)-\(size.width)x\(size.height)")
    }

    @Test(arguments: cases)
    func drawsAtEverySize(_ item: GoldenScreenTests.Case) {
        var driver = Driver(ascii: true, world: Self.world)
        driver.press(item.keys)
        var random = SeededGenerator(seed: 6)
        let edges = [
            (1, 1), (40, 10), (41, 11), (59, 12), (60, 16), (80, 24), (119, 30), (120, 30), (200, 60),
        ]
        let sizes =
            edges.map { Size(width: $0.0, height: $0.1) }
            + (0..<60).map { _ in Size(width: 1 + random.below(200), height: 1 + random.below(60)) }
        for size in sizes {
            driver.input(.resize(size))
            #expect(driver.grid.size == size)
            #expect(driver.grid.text.unicodeScalars.allSatisfy { $0.isASCII })
        }
    }

    /// `t` goes round: tries to register, all, calls, and from the beginning.
    @Test func oneKeyChoosesWhatIsListed() {
        var driver = Driver(Size(width: 140, height: 40), view: .attempts, world: Self.world)
        #expect(!driver.screen.contains("dead-contact") && driver.screen.contains("PASSWD"))
        driver.press("t")
        #expect(driver.screen.contains("dead-contact") && driver.screen.contains("PASSWD"))
        driver.press("t")
        #expect(driver.screen.contains("dead-contact") && !driver.screen.contains("PASSWD"))
        #expect(driver.screen.contains("4417@example.test < 4470") && driver.screen.contains("only calls"))
        driver.press("t")
        #expect(!driver.screen.contains("dead-contact") && driver.screen.contains("PASSWD"))
    }

    @Test func overviewNumbersLeadToTheirCalls() {
        var driver = Driver(Size(width: 140, height: 40), view: .overview, world: Self.world)
        driver.model.overview.select(3, in: .calls)
        driver.press("⏎")
        #expect(driver.model.requestKind == .calls)
        #expect(driver.model.attemptsFilter.text == "method:INVITE result:no-binding")
        driver.press("-")
        #expect(driver.model.screen == .overview && driver.model.requestKind == .registrations)
    }

    /// With more legs than columns the one is shown whose message has the cursor.
    @Test func theLadderFollowsTheCursorToOtherLegs() {
        var driver = Driver(view: .attempts, world: Self.world)
        driver.press("ttg⏎")
        // The one that answered is in view from the beginning.
        #expect(driver.screen.contains("legs 1-2 of 3"))
        #expect(driver.screen.contains("1 4417 486") && driver.screen.contains("2 desk 200"))
        guard let place = driver.model.ladder.detail?.messages.firstIndex(where: { $0.leg == 3 }) else {
            Issue.record("no message of leg 3")
            return
        }
        driver.model.ladder.select(place)
        #expect(driver.screen.contains("legs 2-3 of 3") && driver.screen.contains("3 mobile 487"))
    }

    @Test func theLadderBeginsWithTheLegThatAnswered() {
        var world = Self.world
        let legs = [
            Samples.leg(9, "4417", 486), Samples.leg(10, "desk", 487), Samples.leg(11, "mobile", 200),
        ]
        world.attempts = [Samples.call(1, .answered, 200, legs)]
        var driver = Driver(view: .attempts, world: world)
        driver.press("ttg⏎")
        #expect(driver.screen.contains("legs 2-3 of 3") && driver.screen.contains("3 mobile 200"))
    }

    /// A list of tries to register says how many calls are not in it, and which key shows them.
    @Test func callsThatAreLeftOutAreCounted() {
        var driver = Driver(view: .attempts, world: Self.world)
        #expect(driver.screen.contains("9 calls hidden: t shows them"), "\(driver.screen)")
        driver.press("t")
        #expect(!driver.screen.contains("hidden"))
        var world = World()
        world.attempts = [Samples.calls[0]]
        driver = Driver(view: .attempts, world: world)
        #expect(driver.says("1 call hidden: t shows it."), "\(driver.screen)")
    }

    /// The block of a call is for who calls, never for who is called.
    @Test func aBlockIsForTheCaller() {
        var driver = Driver(view: .attempts, world: Self.world)
        driver.press("ttg⏎B")
        #expect(driver.says("Every REGISTER and call from 198.51.100.80"), "\(driver.screen)")
        #expect(driver.screen.contains("4470@example.test"))
        #expect(!driver.screen.contains("( ) 4417@") && !driver.screen.contains("(*) 4417@"))
    }

    /// From who calls as from who is called, the calls are behind one key and on the page.
    @Test func thePageOfAnAddressOfRecordHasItsCalls() {
        var driver = Driver(Size(width: 140, height: 40), world: Self.world)
        driver.press("/4417⏎⏎")
        #expect(driver.screen.contains("< 4470"), "\(driver.screen)")
        driver.press("a")
        #expect(driver.model.requestKind == .all && driver.screen.contains("dead-contact"))
    }

    @Test func whatHasNoRoomOnTheOverviewIsCounted() {
        var world = Self.world
        world.overview.calls = CallVerdict.allCases.map { CallCount($0, 1_000 - Int($0.rawValue)) }
        let driver = Driver(view: .overview, world: world)
        let line = driver.lines.first { $0.contains("CALLS ") } ?? ""
        #expect(line.contains("answered 1,000") && line.contains("5 min"), "\(line)")
        #expect(line.contains(" +"), "\(line)")
    }

    /// Nearly every call of a user is asked for a password first: that many says nothing.
    @Test func whatCameOfCallsStandsBeforeWhoWasAskedForAPassword() {
        var world = Self.world
        world.overview.calls = [CallCount(.challenged, 900), CallCount(.busy, 2), CallCount(.answered, 1)]
        let driver = Driver(view: .overview, world: world)
        let line = driver.lines.first { $0.contains("CALLS ") } ?? ""
        #expect(line.contains("answered 1  busy 2  password asked 900"), "\(line)")
    }

    /// No digest of the caller is seen whole in the messages of a call.
    @Test func secretsAreShortened() {
        var driver = Driver(Size(width: 140, height: 40), view: .attempts, world: Self.world)
        driver.press("ttg⏎")
        driver.model.ladder.select(0)
        driver.press("r")
        #expect(driver.screen.contains("Digest") && !driver.screen.contains(Samples.response))
    }

    /// A message may be hostile: nothing of it reaches the terminal as it is.
    @Test func hostileNamesAreMadeHarmless() {
        var world = World()
        var row = Samples.calls[0]
        row.aor = "\u{1b}[2Jx@example.test"
        row.call?.caller = "\u{1b}]0;PWNED\u{07}@example.test"
        row.call?.legs[0].target = "sip:\u{1b}[31mred@example.test"
        world.attempts = [row]
        var driver = Driver(view: .attempts, world: world)
        driver.press("tt")
        #expect(!driver.grid.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        driver.press("⏎")
        #expect(!driver.grid.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
}
