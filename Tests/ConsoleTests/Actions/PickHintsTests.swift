import BindingTable
import ConsoleLink
import Testing
import Timing

@testable import Console

/// The key bar of a list to choose from says what is done with the choice.
@Suite struct PickHintsTests {
    private func act(_ verb: String, bindings: Int = 0) -> UndoableAct {
        UndoableAct(
            act: CommandID(rawValue: 9),
            verb: verb,
            object: "frank@example.test",
            by: Samples.operatorIdentity,
            reason: "",
            at: Samples.start.timestamp,
            until: nil,
            counts: nil,
            bindings: bindings
        )
    }

    @Test func theListOfActsUndoesOrLeaves() {
        var driver = Driver()
        driver.world.undoable = [act("block")]
        driver.press(":undo⏎")
        #expect(driver.keyBar.contains("Enter Undo") && driver.keyBar.contains("Esc Leave as it is"))
        #expect(!driver.keyBar.contains("Keep") && !driver.keyBar.contains("As it was"))
    }

    @Test func theSortMenuSortsAndOnlyThemesAreTriedOn() {
        var driver = Driver()
        driver.press("s")
        #expect(driver.keyBar.contains("Enter Sort") && driver.keyBar.contains("Esc Leave as it is"))
        driver.press("⎋c")
        if case .pick? = driver.model.layer {
            #expect(driver.keyBar.contains("Enter Keep") && driver.keyBar.contains("Esc As it was"))
        }
    }

    @Test func aBlockThatCanBeUndoneDoesNotReadAsLifted() {
        for (verb, words) in [
            ("block", "would be lifted; you"), ("unblock", "would be set again; you"),
            ("drain", "would be taken back; you"),
        ] {
            var driver = Driver()
            driver.world.undoable = [act(verb)]
            driver.press(":undo⏎")
            #expect(driver.screen.contains(words), "\(driver.screen)")
        }
    }
}
