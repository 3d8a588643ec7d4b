import BindingTable
import Cells
import ConsoleLink
import Monitor
import SIPMessage
import Testing
import Timing

@testable import Console

/// A block of what is marked, and what it would hit.
@Suite struct BlockMarksTests {
    private func subjects(_ driver: Driver) -> [BlockSubject] {
        guard case .perform(let command, _)? = driver.acts.last, case .block(let subjects, _) = command.verb
        else {
            return []
        }
        return subjects
    }

    @Test func allThatAreMarkedAreBlockedInOneAct() {
        var driver = Driver()
        driver.press("␣␣␣B")
        #expect(driver.screen.contains("(*) 3 addresses of record") && driver.screen.contains(" sources"))
        #expect(driver.says("It hits 3 bindings of 3 addresses of record now; all of them do well."))
        driver.press("y")
        #expect(subjects(driver).count == 3)
        #expect(driver.model.marks.isEmpty)
        #expect(driver.messageLine.contains("3 addresses of record are refused for 10 m"))
        driver.press("u")
        #expect(driver.performed == [.block(600), .undo])
        #expect(driver.messageLine.contains("Undo: the blocks are lifted."))
    }

    @Test func theSourcesOfWhatIsMarkedAreTheOtherChoice() {
        var driver = Driver()
        driver.press("␣␣␣B⇥→")
        #expect(driver.screen.contains("Every REGISTER and call from these"))
        let rows = driver.world.bindings.sorted { $0.aorText < $1.aorText }.prefix(3)
        driver.press("y")
        #expect(
            Set(subjects(driver))
                == Set(rows.map { BlockSubject.source($0.binding.facts.path.source.address) })
        )
    }

    @Test func eachChoiceAsksAnewWhatItHits() {
        var driver = Driver()
        driver.press("jjB")
        driver.isHolding = true
        driver.press("⇥→")
        #expect(driver.screen.contains("Asking the registrar what this would hit"))
        driver.deliver()
        #expect(driver.says("It hits 1 binding now, which does well."))
        let asked = driver.acts.count { if case .preview = $0 { true } else { false } }
        #expect(asked == 2)
    }

    @Test func ofAFilterTheRegistrarSaysWhoThatIs() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(100); return world
            }()
        )
        driver.press("/example⏎VVB")
        #expect(driver.screen.contains("100 addresses of record"))
        driver.press("y")
        #expect(subjects(driver).count == 100)
    }

    @Test func evictAndExpireAndGhostsKeepActingOnWhatIsMarked() {
        for (keys, count) in [("␣␣X", 2), ("␣␣␣E", 3)] {
            var driver = Driver()
            driver.press(keys)
            #expect(driver.screen.contains("\(count) BINDINGS"))
        }
    }

    @Test func ofWhatIsMarkedTheGhostsAreEvicted() {
        var world = World()
        world.bindings = Samples.many(6)
        world.bindings[1].isGhost = true
        world.bindings[3].isGhost = true
        var driver = Driver(world: world)
        driver.press("␣␣␣␣Oy")
        #expect(driver.performed == [.evict(2, nil, "")])
        driver.press("U␣O")
        #expect(driver.messageLine.contains("None of the marked rows is a ghost."))
        var many = World()
        many.bindings = Samples.many(100)
        driver = Driver(world: many)
        driver.press("/example⏎VVO")
        guard case .previewMatching(let filter, _, _)? = driver.acts.last else {
            return #expect(Bool(false), "\(driver.acts)")
        }
        #expect(filter.text == "( example ) ( ghost:yes )")
    }

    @Test func ofWhatANamedFilterMatchesTheGhostsAreEvicted() {
        var many = World()
        many.bindings = Samples.many(100)
        var driver = Driver(world: many, filters: ["mine": "example"])
        driver.press("/@mine⏎VVO")
        guard case .previewMatching(let filter, _, _)? = driver.acts.last else {
            Issue.record("\(driver.acts)")
            return
        }
        #expect(filter.expansion == "( ( example ) ) ( ghost:yes )")
        // One that can't be narrowed any more is said to be so, and nothing is asked.
        let long = String(repeating: "x", count: 4_070) + " or example"
        driver = Driver(world: many, filters: ["long": long])
        driver.press("/@long⏎VVO")
        #expect(driver.acts.isEmpty)
        #expect(driver.messageLine.contains("too long to be narrowed to its ghosts"))
    }

    @Test func anAnswerToAnEarlierChoiceIsNotShown() {
        var driver = Driver()
        driver.press("jjB")
        driver.input(.link(.preview(CommandOutcome(), serial: 1)))
        #expect(driver.screen.contains("It hits 1 binding"))
    }
}
