import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// What can be undone, of all consoles, with what it would do.
@Suite struct UndoListTests {
    private func act(
        _ number: UInt64,
        by user: String = "mb",
        _ verb: String = "evict",
        _ counts: OutcomeCounts? = nil,
        bindings: Int = 0,
    ) -> UndoableAct {
        UndoableAct(
            act: CommandID(rawValue: number),
            verb: verb,
            object: bindings > 0 ? "\(bindings) bindings" : "alice@example.test",
            by: OperatorIdentity(user: user, from: "198.51.100.99", terminal: "-"),
            reason: "cleaning",
            at: Samples.start.timestamp,
            until: nil,
            counts: counts,
            bindings: bindings
        )
    }

    private func driver() -> Driver {
        var counts = OutcomeCounts()
        (counts.done, counts.superseded, counts.tooLate) = (3, 1, 2)
        var driver = Driver(Size(width: 100, height: 24))
        driver.world.undoable = [
            act(9, "block"), act(8, "evict", counts, bindings: 6), act(5, bindings: 50_000),
        ]
        return driver
    }

    @Test func theListSaysWhoseItIsAndWhatWouldComeBack() {
        for keys in ["u", ":undo⏎", "5⇥u"] {
            var driver = driver()
            driver.press(keys)
            #expect(driver.screen.contains("UNDO WHICH"), "\(keys)")
            #expect(
                driver.screen.contains("3 back, 1 newer, 2 too late; mb@198.51.100.99; cleaning")
            )
            #expect(driver.screen.contains("block alice@example.test"))
            #expect(driver.screen.contains("up to 50,000 back"))
        }
    }

    @Test func whatIsChosenIsUndone() {
        var driver = driver()
        driver.press("uj⏎")
        #expect(driver.screen.contains("evict 6 bindings") && driver.screen.contains("by mb@198.51.100.99"))
        #expect(driver.performed.isEmpty, "another operator's act is asked about first")
        driver.press("⏎")
        #expect(driver.performed.isEmpty, "Enter in the question is Cancel")
        driver.press("uj⏎⇥⏎")
        guard case .perform(let command, _)? = driver.acts.last else {
            return #expect(Bool(false), "nothing")
        }
        #expect(command.verb == .undo(CommandID(rawValue: 8)))
        driver.press("u⎋")
        #expect(driver.performed.count == 1, "Esc chooses nothing")
    }

    @Test func onesOwnActOnAFewIsUndoneAtOnceOnManyAfterAQuestion() {
        for (count, isAsked) in [(0, false), (10, false), (11, true)] {
            var driver = Driver(Size(width: 100, height: 24))
            driver.world.undoable = [act(9, bindings: count), act(8)]
            for index in 0..<2 { driver.world.undoable[index].by = driver.model.identity }
            driver.press("u⏎")
            #expect(driver.performed.count == (isAsked ? 0 : 1), "\(count)")
            guard isAsked else { continue }
            #expect(driver.screen.contains("evict 11 bindings") && driver.screen.contains("by you"))
            driver.press("⇥⏎")
            #expect(driver.performed.count == 1)
        }
    }

    @Test func anAnswerThatComesTooLateOpensNothing() {
        var driver = driver()
        driver.isHolding = true
        driver.press("u")
        #expect(driver.messageLine.contains("Asking what can be undone"))
        driver.press("?")
        driver.deliver()
        #expect(!driver.screen.contains("UNDO WHICH"))
    }

    @Test func nothingIsSaid() {
        var driver = Driver()
        driver.press("u")
        #expect(driver.messageLine.contains("There is nothing to undo."))
        #expect(!driver.keyBar.contains("u Undo"))
    }
}
