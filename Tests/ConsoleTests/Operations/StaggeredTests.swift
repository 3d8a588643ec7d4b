import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// Acts that are done a few bindings at a time: asked for, looked on at, ended.
@Suite struct StaggeredTests {
    private static let other = OperatorIdentity(user: "mb", from: "198.51.100.99", terminal: "pts/9")

    private func driver(_ count: Int) -> Driver {
        var world = World()
        world.bindings = Samples.many(count)
        return Driver(world: world)
    }

    private func progress(_ done: Int, by: OperatorIdentity = Samples.operatorIdentity) -> ActProgress {
        var progress = ActProgress(
            act: CommandID(rawValue: 7),
            verb: "evict",
            by: by,
            reason: "move",
            total: 18_204,
            rate: 50,
            startedAt: Samples.start.timestamp
        )
        progress.counts.done = done
        progress.undoUntil = Samples.start.timestamp + .seconds(600)
        return progress
    }

    private func command(_ driver: Driver) -> OperatorCommand? {
        if case .perform(let command, _)? = driver.acts.last { command } else { nil }
    }

    @Test func aRateIsAskedForAboveTenAndProposedAboveTwoHundred() {
        var few = driver(12)
        few.press("VX")
        #expect(few.screen.contains("Bindings a second:  all at once"))
        few.press("⎋")
        var many = driver(250)
        many.press("/example⏎VVX")
        #expect(many.screen.contains("Bindings a second: 50"))
        #expect(many.says("50 a second take 5 s"))
        var one = driver(1)
        one.press("X")
        #expect(!one.screen.contains("Bindings a second"))
    }

    @Test func theActGoesOutWithItsRateAndItsProgressIsShown() {
        var driver = driver(12)
        driver.press("VX⇥⇥" + "5x" + "⇥⇥" + "12" + "⇥⏎")
        #expect(command(driver)?.rate == 5)
        #expect(driver.model.layer.isNone && driver.model.marks.isEmpty)
        #expect(driver.messageLine.contains("evicting 0 of 12, 5 a second, 3 s left   u aborts"))
        #expect(driver.keyBar.contains("u Abort"))
    }

    @Test func aRateThatCannotBeIsSaidBeforeAnythingIsSent() {
        var driver = driver(12)
        driver.press("VX⇥⇥" + "20000" + "⇥")
        #expect(driver.screen.contains("Per second: from 1 to 10,000, or empty for all at once."))
        driver.press("⇥" + "12" + "⇥⏎")
        #expect(driver.performed.isEmpty)
        #expect(driver.model.layer?.form?.focus == .rate)
    }

    @Test func oneUAbortsAndTheNextPutsBackWhatWasDone() {
        var driver = driver(12)
        driver.press("VX⇥⇥5⇥⇥12⇥⏎")
        driver.world.underWay?.counts.done = 5
        driver.world.underWay?.undoUntil = driver.now.timestamp + .seconds(300)
        driver.press("u")
        #expect(driver.performed.last == .abort)
        #expect(driver.messageLine.contains("evicted 5 of 12 bindings"), "\(driver.messageLine)")
        #expect(driver.messageLine.contains("u = put back"))
        driver.press("u")
        #expect(driver.performed.last == .undo)
        #expect(driver.performed.count == 3)
    }

    @Test func anothersActIsSeenAndEndedOnlyAfterAQuestion() {
        var driver = Driver()
        driver.input(.link(.progress(progress(1_200, by: Self.other))))
        #expect(driver.messageLine.contains("mb@198.51.100.99: evicting 1,200 of 18,204, 50 a"))
        driver.world.underWay = progress(1_200, by: Self.other)
        driver.press("u")
        #expect(driver.performed.isEmpty)
        #expect(
            driver.screen.contains("ABORT") && driver.says("mb@198.51.100.99 is evicting 1,200 of 18,204")
        )
        driver.press("⏎")
        #expect(driver.performed.isEmpty, "Cancel has the focus")
        driver.press(":abort⏎y")
        #expect(driver.performed == [.abort])
        #expect(driver.model.underWay == nil)
        driver.press(":abort⏎")
        #expect(driver.messageLine.contains("No act is under way."))
    }

    @Test func theEndIsToldOnceAndOffersUndoToWhoBeganIt() {
        for by in [Samples.operatorIdentity, Self.other] {
            var driver = Driver()
            driver.input(.link(.progress(progress(1_200, by: by))))
            var end = progress(18_200, by: by)
            end.state = .finished
            end.counts.changed = 4
            driver.input(.link(.progress(end)))
            driver.input(.link(.progress(end)))
            #expect(driver.model.acts.count == (by == Self.other ? 0 : 1))
            guard by != Self.other else { continue }
            #expect(driver.messageLine.contains("Evicted 18,200 of 18,204 bindings"), "\(driver.messageLine)")
            #expect(driver.messageLine.contains("u = put back"))
        }
    }

    @Test func whatTheRegistrarStoppedIsAWarning() {
        var driver = Driver()
        driver.input(.link(.progress(progress(10))))
        var end = progress(20)
        (end.state, end.ending) = (.stopped, "the disk is full")
        driver.input(.link(.progress(end)))
        #expect(driver.messageLine.contains("the disk is full"))
        #expect(driver.model.acts.count == 1)
    }

    @Test func whoMayOnlyLookSeesItAndIsOfferedNothing() {
        var driver = Driver(readOnly: true)
        driver.input(.link(.progress(progress(1_200, by: Self.other))))
        #expect(driver.messageLine.contains("evicting 1,200 of 18,204"))
        #expect(!driver.messageLine.contains("aborts") && !driver.keyBar.contains("Abort"))
        driver.press("u")
        #expect(driver.messageLine.contains("can only look"))
    }

    @Test func aNewWelcomeForgetsIt() {
        var driver = Driver()
        driver.input(.link(.progress(progress(1_200))))
        driver.input(.link(.welcome(Samples.welcome(open: []))))
        #expect(driver.model.underWay == nil)
    }
}
