import BindingTable
import Cells
import ConsoleLink
import Testing
import Timing

@testable import Console

/// Turning newcomers away, and reading the settings anew: what is asked, sent, said and shown.
@Suite struct DrainTests {
    @Test func aDrainIsAskedForShownAndLifted() {
        var driver = Driver(Size(width: 120, height: 40))
        driver.press("D")
        #expect(driver.screen.contains("DRAIN"))
        #expect(driver.screen.contains("until 12:14:31"))
        #expect(driver.performed.isEmpty, "it asks first")
        driver.press("⎋D⇥→⇥move⇥⏎")
        #expect(driver.performed == [.drain(true, 3_600)])
        #expect(driver.world.drain?.reason == "move")
        #expect(driver.messageLine.contains("Newcomers are turned away for 1 h"))
        driver.wait(1)
        #expect(driver.lines[0].contains("DRAINING"))
        #expect(driver.lines[0].contains("until 13:04:31"))
        driver.wait(11)
        driver.press("D")
        #expect(driver.screen.contains("LIFT DRAIN"))
        #expect(driver.screen.contains("move"))
        driver.press("y")
        #expect(driver.performed.last == .drain(false, nil))
        driver.wait(1)
        #expect(!driver.lines[0].contains("DRAINING"))
    }

    @Test func undoIsOfferedAsForOtherActs() {
        var driver = Driver()
        driver.press("Dy")
        #expect(driver.messageLine.contains("u = undo"))
        driver.press("u")
        #expect(driver.performed.last == .undo)
        #expect(driver.messageLine.contains("newcomers are treated as before"))
    }

    @Test func aDrainThatHasRunOutIsNotShown() {
        var driver = Driver()
        driver.press("Dyp")
        #expect(driver.lines[0].contains("DRAINING"))
        driver.now = ClockReading(
            timestamp: driver.now.timestamp + .seconds(601),
            wall: driver.now.wall + .seconds(601)
        )
        #expect(!driver.lines[0].contains("DRAINING"))
    }

    @Test func aConsoleThatOnlyLooksDoesNeither() {
        var driver = Driver(readOnly: true)
        driver.press("D")
        #expect(driver.messageLine.contains("can only look"))
        driver.input(.key(.control("r")))
        #expect(driver.messageLine.contains("can only look"))
        #expect(driver.acts.isEmpty)
    }

    @Test func aReloadSaysWhatHasChanged() {
        var driver = Driver()
        for (report, words) in [
            (ReloadReport(), "Settings read anew: nothing has changed."),
            (ReloadReport(changes: ["open false -> true"]), "Settings read anew: open false -> true."),
            (ReloadReport(changes: ["a", "b", "c"]), "Settings read anew: a; 2 more in the log (5)."),
            (ReloadReport(refusal: "r.yaml:3:7: no key `a`"), "Settings not taken"),
        ] {
            driver.world.reload = report
            driver.input(.key(.control("r")))
            #expect(driver.messageLine.contains(words), "\(driver.messageLine)")
        }
    }
}
