import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing

@testable import Console

/// Keys that are typed faster than rows come: they meet the rows that they were meant for, or none.
@Suite struct WaitingKeysTests {
    private func driver(_ count: Int = 30, view: StartView = .bindings) -> Driver {
        var world = World()
        world.bindings = Samples.many(count)
        return Driver(view: view, world: world)
    }

    @Test func aFilterTypedInOneBurstShowsOnlyItsOwnRows() {
        var driver = driver()
        for _ in 0..<17 { driver.press("j") }
        #expect(driver.cursorLine.contains("1017@"))
        driver.isHolding = true
        driver.press("/1021")
        driver.deliver()
        driver.wait(1)
        #expect(driver.model.bindings.entries.map(\.row.aor) == ["1021@example.test"])
        #expect(driver.cursorLine.contains("1021@"))
        #expect(!driver.screen.contains("LEFT"))
    }

    @Test func anActTypedBehindAFilterIsForItsRow() {
        var driver = driver()
        driver.isHolding = true
        driver.press("/1021⏎E")
        #expect(driver.acts.isEmpty)
        driver.deliver()
        #expect(driver.model.layer?.form != nil)
        driver.press("y")
        #expect(driver.performed == [.expire(1, "")])
        #expect(!driver.world.bindings.contains { $0.aorText.hasPrefix("1021") })
    }

    @Test func aDialogIsNotAnsweredByKeysTypedBeforeItWasThere() {
        var driver = driver()
        driver.isHolding = true
        driver.press("/1021⏎Eyjj")
        driver.deliver()
        #expect(driver.model.layer?.form != nil && driver.performed.isEmpty)
        #expect(driver.screen.contains("Typed ahead and dropped: 3 keys."))
        driver.press("y")
        #expect(driver.performed == [.expire(1, "")])
    }

    @Test func anActTypedBehindALongMoveIsForTheRowItLeadsTo() {
        var driver = driver(500)
        driver.isHolding = true
        driver.press("GX")
        #expect(driver.acts.isEmpty)
        driver.deliver()
        driver.press("y")
        #expect(!driver.world.bindings.contains { $0.aorText.hasPrefix("1499") })
    }

    @Test func enterBehindAViewOrAProblemListOpensItsRow() {
        let titles = ["3⏎": "3 ATTEMPTS > ", "3!⏎": "3 ATTEMPTS > ", "2/1021⏎⏎": "2 BINDINGS > "]
        for (keys, title) in titles {
            var driver = driver(view: .overview)
            driver.isHolding = true
            driver.press(keys)
            #expect(!driver.messageLine.contains("no row"), "\(keys)")
            driver.deliver()
            driver.wait(1)
            #expect(driver.lines[0].contains(title), "\(keys): \(driver.lines[0])")
        }
    }

    @Test func escapeDropsWhatWaits() {
        var driver = driver()
        driver.isHolding = true
        driver.press("/1021⏎E")
        driver.wait(2)
        #expect(driver.messageLine.contains("1 key wait"))
        driver.press("⎋")
        #expect(driver.messageLine.contains("1 key dropped"))
        driver.deliver()
        #expect(driver.acts.isEmpty)
    }

    /// A row that left is kept in its place to be seen: its binding can't be acted on, whoever it was for can.
    @Test func whoHasLeftCanBeRefusedAndLookedFor() {
        for (key, expected) in [("B", "BLOCK"), ("F", "F shows everybody again."), ("a", "aor=")] {
            var driver = driver()
            driver.press("/10⏎jj")
            let aor = driver.model.bindings.cursorEntry?.row.aor ?? ""
            driver.world.bindings.remove(at: 2)
            driver.wait(1)
            driver.press(key)
            #expect(driver.says(expected) && driver.screen.contains(aor), "\(key): \(driver.screen)")
        }
    }

    @Test func nothingIsDoneToARowThatLeft() {
        for key in ["E", "X"] {
            var driver = driver()
            driver.press("/10⏎jj")
            driver.world.bindings.remove(at: 2)
            driver.wait(1)
            #expect(driver.cursorLine.contains("LEFT"))
            driver.press(key)
            #expect(driver.messageLine.contains("has left the list"), "\(key)")
            #expect(driver.acts.isEmpty && driver.model.layer.isNone, "\(key)")
        }
    }
}
