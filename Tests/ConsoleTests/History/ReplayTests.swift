import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// The bindings as they were.
@Suite struct ReplayTests {
    private func looking(_ size: Size = Size(width: 80, height: 24)) -> Driver {
        var driver = Driver(size)
        driver.press(":at -3631s⏎")
        return driver
    }

    @Test func showsTheTableAsItWas() {
        let driver = looking()
        #expect(driver.lines[0].contains("REPLAY 11:04") && !driver.lines[0].contains("LIVE"))
        #expect(driver.says("You look at 11:04: :live brings the present back."))
        #expect(driver.says("The journal begins 2026-11-24 13:59:31."))
        #expect(driver.lines.filter { $0.contains("@example.test") }.count == 3)
        #expect(driver.lines.first { $0.contains("1180@") }?.contains(" 0:51 ") == true)
        #expect(
            driver.lines.first { $0.contains("4417@") }?.contains(" ? ") == true,
            "what is not known is said"
        )
    }

    @Test func timeStandsStill() {
        var driver = looking()
        let before = driver.lines.first { $0.contains("1180@") }
        let queries = driver.queries
        driver.wait(90)
        #expect(driver.lines.first { $0.contains("1180@") } == before)
        #expect(driver.queries == queries, "and nothing is asked again")
        #expect(driver.lines[0].contains("12:06"), "the clock at the right is today's")
    }

    @Test func nothingCanBeDoneThere() {
        var driver = looking(Size(width: 120, height: 30))
        for key in "XEBDu" {
            driver.press(String(key))
            #expect(driver.says("You look at 11:04: :live brings the present back."), "\(key)")
        }
        for key in "134b" {
            driver.press(String(key))
            #expect(driver.says("of which only bindings are remembered"), "\(key)")
        }
        let bar = driver.keyBar
        #expect(!bar.contains("Evict") && !bar.contains("Expire") && bar.contains("History"))
        #expect(driver.performed.isEmpty)
    }

    @Test func livesAgain() {
        var driver = looking()
        driver.press(":live⏎")
        #expect(driver.lines[0].contains("LIVE") && !driver.lines[0].contains("REPLAY"))
        #expect(driver.messageLine.contains("This is the present."))
        #expect(driver.screen.contains("9004@example.test"))
        driver.press(":live⏎")
        #expect(driver.messageLine.contains("This is the present already."))
        driver.press("X")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
    }

    @Test func beforeTheJournalIsRefusedWithHowFarItGoes() {
        var driver = Driver()
        driver.press(":at 2026-11-24 13:00⏎")
        #expect(
            driver.says("2026-11-24 13:00 can't be shown: the journal does not go back so far.")
        )
        #expect(driver.says("The journal begins 2026-11-24 13:59:31."))
        #expect(driver.lines[0].contains("LIVE"))
        driver = looking()
        driver.press(":at 2026-11-24 13:00⏎")
        #expect(driver.lines[0].contains("REPLAY 11:04"), "what was shown stays")
    }

    @Test func aBindingOfThePastTellsWhatTheJournalHolds() {
        var driver = looking()
        driver.press("⏎")
        #expect(driver.screen.contains("EXPIRES 0:51 left of 1 m"))
        #expect(driver.screen.contains("no more is in the journal"))
        #expect(driver.screen.contains("The journal does not hold attempts."))
        driver.press("⎋j⏎")
        #expect(driver.screen.contains("EXPIRES ? it was there; the journal lists no refreshes"))
        #expect(driver.screen.contains("last known to have come 1h29 before, perhaps since"))
        driver.press("H")
        #expect(driver.lines.contains { $0.contains("moved") }, "what came after is told, too")
    }

    @Test func startsThere() {
        let driver = Driver(at: "-3631s")
        #expect(driver.lines[0].contains("REPLAY 11:04"))
        let refused = Driver(at: "2026-11-24 13:00")
        #expect(refused.lines[0].contains("LIVE") && refused.screen.contains("can't be shown"))
        let future = Driver(at: "2026-11-26 13:00")
        #expect(future.screen.contains("--at: \"2026-11-26 13:00\" has not come yet."))
    }

    /// What was asked before the moment is not taken for what it shows, and keys wait for its rows.
    @Test func theMomentComesWhenItIsBuilt() {
        var driver = Driver()
        driver.isHolding = true
        driver.press(":at -3631s⏎")
        #expect(driver.lines[0].contains("LIVE") && driver.says("Looking back to 11:04"))
        driver.press("jX")
        #expect(driver.screen.contains("EVICT"), "until then it is the present that is shown")
        driver.deliver()
        #expect(driver.lines[0].contains("REPLAY 11:04") && !driver.screen.contains("EVICT"))
        #expect(driver.performed.isEmpty)
    }

    @Test func isAskedForAgainWhenTheOtherEndIsBack() {
        var driver = looking()
        let before = driver.acts.count
        driver.input(.link(.welcome(Samples.welcome())))
        #expect(driver.acts.count == before, "another welcome alone forgets nothing")
        driver.input(.link(.lost("the registrar is away")))
        driver.input(.link(.welcome(Samples.welcome())))
        guard case .replay(let at?, _)? = driver.acts.last else {
            Issue.record("not asked again: \(driver.acts.count)")
            return
        }
        #expect(at == Samples.start.wall - .seconds(3_631))
        #expect(driver.lines[0].contains("REPLAY 11:04"))
    }

    @Test func aReadOnlyConsoleMayLookBackToo() {
        var driver = Driver(readOnly: true)
        driver.press(":at -3631s⏎")
        #expect(driver.lines[0].contains("REPLAY 11:04") && driver.lines[0].contains("RO"))
    }
}
