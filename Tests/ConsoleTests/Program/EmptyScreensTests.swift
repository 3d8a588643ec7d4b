internal import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing

@testable import Console

/// A screen that has nothing to show says what to do next, with keys that do it.
@Suite struct EmptyScreensTests {
    /// A way to a screen with nothing on it, and what it must say.
    struct Case: CustomTestStringConvertible, Sendable {
        var keys: String
        var says: String
        var isFull = false
        var testDescription: String { "\(keys): \(says)" }
    }

    static let cases = [
        Case(keys: "1", says: "regtop account add 4417@example.test"),
        Case(keys: "1", says: "who tries"),
        Case(keys: "", says: "3 shows who tries, and why it fails"),
        Case(keys: "3", says: "1 says how to register one."),
        Case(keys: "4", says: "2 shows who is registered."),
        Case(keys: "5", says: "3 shows what phones send, Tab what operators do."),
        Case(keys: "5!", says: "! shows all lines."),
        Case(keys: "5⇥", says: "What operators do is written here first: X E B on a binding (2)."),
        Case(keys: "b", says: "B on a source (4) or a binding (2) refuses it for a time."),
        Case(keys: ":history⏎", says: "q goes back; 3 shows what was tried."),
        Case(keys: "/nobody⏎", says: "a looks for its attempts: why it is not registered.", isFull: true),
        Case(keys: "/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: "3/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: "3/nobody⏎!", says: "\\ clears the filter, ! shows all results.", isFull: true),
        Case(keys: "4/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: "5/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: "5⇥/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: ":history⏎/nobody⏎", says: "\\ clears the filter.", isFull: true),
        Case(keys: ":at -3631s⏎/nobody⏎", says: ":live to the present.", isFull: true),
    ]

    static let nothing: World = {
        var world = World()
        (world.bindings, world.attempts, world.log, world.audit, world.blocks) = ([], [], [], [], [])
        (world.overview, world.security) = (.init(), [])
        world.history.entries = []
        return world
    }()

    @Test(arguments: cases, GoldenScreenTests.sizes)
    func saysWhatToDoNext(_ item: Case, _ size: Size) {
        var driver = Driver(size, world: item.isFull ? World() : Self.nothing)
        driver.press(item.keys)
        let isSaid = driver.says(item.says)
        #expect(isSaid, "\(size):\n\(driver.screen)")
    }

    /// Also while the tour takes its rows.
    @Test(arguments: cases)
    func andTheTourLeavesRoomForIt(_ item: Case) {
        let stage = TourStage(lost: "nobody@x", haunted: "nobody@y", good: "nobody@z")
        var driver = Driver(world: item.isFull ? World() : Self.nothing, stage: stage)
        driver.press(":tour⏎" + item.keys)
        let isSaid = driver.says(item.says)
        #expect(isSaid, "\(driver.screen)")
    }

    @Test func theFirstStepsNameTheListenersAndGoWithTheFirstPhone() {
        var driver = Driver(view: .overview, world: Self.nothing)
        #expect(driver.screen.contains("WHERE TO BEGIN"))
        #expect(driver.says("Listening on \(Samples.welcome().listeners.joined(separator: ", "))."))
        #expect(!driver.keyBar.contains("Pane"), "there are no panes to go through")
        driver.world.overview = Samples.overview
        driver.wait(1)
        #expect(!driver.screen.contains("WHERE TO BEGIN") && driver.screen.contains("SOONEST TO EXPIRE"))
        let open = Driver(view: .overview, world: Self.nothing, open: ["lab.test"])
        #expect(open.says("lab.test takes any user without a password.") && !open.says("regtop account add"))
    }

    @Test func aConsoleThatMayNotActAndOneWhoseLinkIsLostSayWhatStillWorks() {
        var driver = Driver(readOnly: true)
        driver.press("X")
        #expect(driver.says("can only look: started with --read-only. Views and filters work."))
        driver = Driver()
        driver.input(.link(.lost("the registrar has gone")))
        #expect(driver.says("trying again every second."))
    }
}
