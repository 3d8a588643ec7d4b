import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing

@testable import Console

/// One key for what a phone has left behind.
@Suite struct GhostTests {
    private func driver(_ ghosts: Int = 3, _ size: Size = Size(width: 80, height: 24)) -> Driver {
        var world = World()
        world.bindings = [Samples.bulk] + Samples.ghosts(ghosts)
        return Driver(size, world: world)
    }

    @Test(arguments: ["jO", "jjO", "j⏎O"])
    func theKeyOpensTheEvictFormForExactlyTheGhosts(keys: String) throws {
        var driver = driver()
        driver.press(keys)
        #expect(driver.screen.contains("EVICT 3 BINDINGS"))
        #expect(driver.screen.contains("keeps a binding"))
        #expect(driver.performed.isEmpty)
        driver.press("y")
        #expect(driver.performed == [.evict(3, nil, "")])
        let left = driver.world.bindings.filter { $0.aorText.hasPrefix("3005@") }
        #expect(left.count == 1 && !left[0].isGhost)
        #expect(driver.messageLine.contains("u = put back"))
        driver.press("u")
        #expect(driver.world.bindings.count == 5)
    }

    @Test func ofMarkedRowsItIsTheGhostsAmongThem() {
        var driver = driver()
        driver.press("␣O")
        #expect(driver.messageLine.contains("None of the marked rows is a ghost."))
        #expect(driver.acts.isEmpty && driver.model.marks.count == 1)
        driver.press("␣␣O")
        #expect(driver.screen.contains("EVICT 2 BINDINGS"))
        driver.press("⎋")
        #expect(driver.model.marks.count == 3 && driver.performed.isEmpty)
        driver.press("Oy")
        #expect(driver.performed == [.evict(2, nil, "")])
    }

    @Test func manyGhostsMustBeCounted() {
        var driver = driver(14)
        driver.press("jOy")
        #expect(driver.screen.contains("Type 14 to go on"))
        #expect(driver.performed.isEmpty)
        driver.press("14⇥⏎")
        #expect(driver.performed == [.evict(14, nil, "")])
    }

    @Test func withoutGhostsThereIsNothingToDo() {
        var driver = driver()
        #expect(!driver.keyBar.contains("Ghosts"))
        driver.press("O")
        #expect(
            driver.messageLine.contains(
                "None of its bindings is a ghost for sure: mark those to go (Space), then X."
            )
        )
        driver.press("⏎O")
        #expect(
            driver.messageLine.contains(
                "None of its bindings is a ghost for sure: mark those to go (Space), then X."
            )
        )
        #expect(driver.acts.isEmpty)
        driver.press("⎋j")
        #expect(driver.keyBar.contains("O Ghosts"))
    }

    @Test func aQuestionThatTheOperatorDoesNotWaitForOpensNothing() {
        for keys in ["k", "⏎", "?", "/"] {
            var driver = driver()
            driver.press("j")
            driver.isHolding = true
            driver.press("O" + keys)
            driver.deliver()
            driver.wait(2)
            #expect(driver.acts.isEmpty, "\(keys)")
        }
    }

    @Test func aReadOnlyConsoleRefuses() {
        var driver = Driver(readOnly: true)
        driver.world.bindings = Samples.ghosts(2)
        driver.wait(1)
        driver.press("O")
        #expect(driver.messageLine.contains("This console can only look"))
    }

    @Test func ghostsAreMarkedInTheList() {
        let lines = driver().lines.filter { $0.contains("3005@") }
        #expect(lines.count == 4 && lines.filter { $0.contains("~ghost") }.count == 3)
    }

    @Test func aGoneConnectionAndAStoppedPingAreSeenOnANarrowScreen() {
        var world = World()
        world.bindings = Samples.reach
        for size in [Size(width: 80, height: 24), Size(width: 40, height: 10)] {
            let driver = Driver(size, world: world)
            #expect(driver.lines.contains { $0.contains("3002@") && $0.contains("PING") }, "\(size)")
            #expect(driver.lines.contains { $0.contains("3003@") && $0.contains("CONN") }, "\(size)")
        }
    }
}
