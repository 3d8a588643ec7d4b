import ConsoleLink
import Monitor
import Testing

@testable import Console

/// A sort or a filter that takes long says how far it is, and Esc goes back to the list before.
@Suite struct StopSearchTests {
    private func driver(_ progress: Double) -> Driver {
        var driver = Driver()
        driver.world.progress = progress
        return driver
    }

    @Test func escapeGoesBackToTheOrderBefore() {
        var driver = driver(0.344)
        let before = driver.screen
        driver.press("j>")
        #expect(driver.screen.contains("sorting 34 %, Esc stops") && driver.model.isPartial)
        #expect(driver.model.order.column != .aor)
        driver.press("⎋")
        #expect(driver.model.order == BindingOrder() && !driver.model.isPartial)
        #expect(driver.messageLine.contains("Stopped sorting at 34 %"))
        driver.press("k")
        #expect(driver.screen == before, "as if nothing had been asked")
    }

    @Test func escapeGoesBackToTheFilterBeforeAndTheTypedOneIsStillInTheHistory() {
        var driver = driver(1)
        driver.press("/4417⏎")
        driver.world.progress = 0.5
        driver.press("/desk⏎")
        #expect(driver.screen.contains("searching 50 %, Esc stops"))
        driver.press("⎋")
        #expect(driver.model.bindingsFilter.text == "4417")
        driver.press("/↑")
        #expect(driver.messageLine.contains("desk"))
    }

    @Test func escapeTwiceLeavesWhatItFinds() {
        var driver = driver(0.1)
        driver.press("I>⎋")
        #expect(driver.model.order == BindingOrder())
        driver.press("⎋")
        #expect(driver.messageLine.contains("Esc goes back, q quits."))
        driver.press("!")
        #expect(driver.model.filterBeforeProblems != nil)
        driver.press("⎋")
        #expect(driver.model.filterBeforeProblems == nil && driver.model.bindingsFilter.text.isEmpty)
    }

    @Test func followingThatTakesLongIsStoppedToo() {
        var driver = driver(0.2)
        driver.press("A")
        #expect(driver.model.bindings.isFollowing)
        driver.press("⎋")
        #expect(!driver.model.bindings.isFollowing && driver.model.order == BindingOrder())
    }

    @Test func whatIsSortedAlreadyIsNotUndone() {
        var driver = driver(1)
        driver.press(">⎋")
        #expect(driver.model.order.column != .aor)
        #expect(driver.messageLine.contains("Esc goes back, q quits."))
    }

    @Test func theFirstListOfAllHasNothingToGoBackTo() {
        var world = World()
        world.progress = 0.3
        var driver = Driver(filter: "4417", world: world)
        #expect(driver.screen.contains("sorting 30 %") && !driver.screen.contains("Esc stops"))
        driver.press("⎋")
        #expect(driver.model.bindingsFilter.text == "4417")
    }
}
