internal import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// Keys in, effects and screens out.
@Suite struct ReducerTests {
    @Test func whyIsPhone4417DeadInLessThanTenKeys() {
        let keys = "3/4417⏎⏎"
        #expect(keys.count < 10)
        var driver = Driver(view: .overview)
        driver.press(keys)
        #expect(driver.screen.contains("REJECTED: wrong password for the known user \"4417\""))
    }

    @Test func aMissingPhoneLeadsToItsAttempts() {
        var driver = Driver()
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("4417") }
        driver.press("/4417⏎")
        #expect(driver.screen.contains("No binding matches 4417"))
        driver.press("a⏎")
        #expect(driver.screen.contains("REJECTED"))
    }

    @Test func oneQueryAtATime() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(500); return world
            }()
        )
        driver.isHolding = true
        let before = driver.queries
        driver.press("⇟⇟⇟jjjG")
        driver.wait(5)
        #expect(driver.queries == before + 1)
        driver.deliver()
        #expect(driver.cursorLine.contains("1499@example.test"))
    }

    @Test func rowsReadPerKeyAreAtMostFourWindows() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(5_000); return world
            }()
        )
        for key in ["j", "⇟", "G", "k", "⇞", "g", ">", "I"] {
            let before = driver.queries
            driver.press(key)
            #expect(driver.queries - before <= 4, "\(key)")
        }
    }

    @Test func theCursorSticksToTheBinding() {
        var driver = Driver()
        driver.press("jj")
        #expect(driver.cursorLine.contains("4417"))
        driver.world.bindings.append(
            Samples.row(
                .init(user: "1000", address: Samples.ipv4(198, 51, 100, 1), contact: "a", left: 500),
                99
            )
        )
        driver.wait(1)
        #expect(driver.cursorLine.contains("4417"))
        driver.press(">")
        #expect(driver.cursorLine.contains("4417"))
    }

    @Test func aRowThatEndsStaysUntilTheCursorMoves() {
        var driver = Driver()
        driver.press("jj")
        let line = driver.lines.firstIndex { $0.hasPrefix("▸") }
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("4417") || $0.aorText.hasPrefix("1181") }
        driver.wait(1)
        #expect(driver.lines.firstIndex { $0.hasPrefix("▸") } == line)
        #expect(driver.cursorLine.contains("4417") && driver.cursorLine.contains("GONE"))
        #expect(driver.messageLine.contains("2 rows left (kept dim until you move)"))
        driver.press("X")
        #expect(driver.messageLine.contains("gone already"))
        #expect(driver.acts.isEmpty)
        driver.press("j")
        #expect(!driver.screen.contains("GONE"))
    }

    @Test func onAScreenThatNobodyTouchesARowThatEndedIsForgottenAfterAMinuteUnlessTheCursorIsOnIt() {
        var driver = Driver()
        driver.press("jj")
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("4417") || $0.aorText.hasPrefix("1181") }
        driver.wait(60)
        #expect(driver.messageLine.contains("2 rows left"))
        driver.wait(1)
        #expect(driver.messageLine.contains("1 row left"))
        #expect(driver.cursorLine.contains("4417") && driver.cursorLine.contains("GONE"))
        #expect(!driver.screen.contains("1181"))
    }

    /// What comes and goes under new names leaves one dim row, however often it went.
    @Test func aPhoneThatComesAndGoesFillsNoScreen() {
        var driver = Driver()
        driver.press("jj")
        let row = driver.world.bindings.first { $0.aorText.hasPrefix("bob") }
        for generation in 2..<7 as Range<UInt32> {
            driver.world.bindings.removeAll { $0.aorText.hasPrefix("bob") }
            driver.wait(1)
            guard var row else {
                Issue.record("no such row")
                return
            }
            let id = row.binding.facts.id
            row.binding.facts.id = BindingID(partition: id.partition, generation: generation, slot: id.slot)
            driver.world.bindings.append(row)
            driver.wait(1)
        }
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("bob") }
        driver.wait(1)
        #expect(driver.messageLine.contains("1 row left"), "\(driver.screen)")
    }

    /// Below a row that has left is the next one, and no row is left out.
    @Test func downFromARowThatLeftIsTheNextRow() {
        var driver = Driver()
        driver.press("j")
        #expect(driver.cursorLine.contains("1181"))
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("1181") }
        driver.wait(1)
        driver.press("j")
        #expect(driver.cursorLine.contains("4417"))
        driver.press("k")
        #expect(driver.cursorLine.contains("1180"))
    }

    @Test func aRowThatLeavesTheFilterIsNotCalledGone() {
        var driver = Driver()
        driver.press("/example⏎jj")
        driver.world.bindings.removeAll { $0.aorText.hasPrefix("4417") }
        driver.wait(1)
        #expect(driver.cursorLine.contains("LEFT"))
    }

    @Test func sortedByExpiryARefreshIsNoDeparture() {
        var driver = Driver()
        driver.press(">>>>jj")
        #expect(driver.screen.contains("sort EXPIRES ascending"))
        driver.world.refresh("4417")
        driver.wait(1)
        #expect(!driver.screen.contains("GONE"))
    }

    @Test func countdownIsComputedWhenDrawn() {
        var driver = Driver()
        driver.press("jj")
        #expect(driver.cursorLine.contains("0:03"))
        driver.isHolding = true
        driver.wait(2)
        #expect(driver.cursorLine.contains("0:01"))
    }

    @Test func freezeAsksNothingAndMovesStill() {
        var driver = Driver(
            world: {
                var world = World(); world.bindings = Samples.many(500); return world
            }()
        )
        driver.press("p")
        let before = driver.queries
        driver.wait(3)
        #expect(driver.queries == before)
        #expect(driver.screen.contains("FROZEN"))
        driver.press("⇟")
        #expect(driver.queries > before)
        driver.press("p")
        #expect(driver.screen.contains("LIVE"))
    }

    @Test func followHoldsTheNewestAndAMoveEndsIt() {
        var driver = Driver(view: .attempts)
        #expect(driver.cursorLine.contains("9001"))
        driver.press("k")
        #expect(driver.screen.contains("A follows the newest"))
        driver.press("A")
        #expect(driver.screen.contains("following the newest"))
        #expect(driver.cursorLine.contains("9001"))
    }

    @Test func followOnBindingsPutsTheOrderBackAfterwards() {
        var driver = Driver()
        driver.press("A")
        #expect(driver.screen.contains("sort AGE ascending"))
        #expect(driver.cursorLine.contains("grace"))
        driver.press("j")
        #expect(driver.screen.contains("sort AOR ascending"))
    }

    @Test func freshConsoleSaysConnecting() {
        let model = ConsoleModel(settings: ConsoleSettings(), size: Size(width: 80, height: 24))
        #expect(model.draw(at: Samples.start).text.contains("CONNECTING"))
    }

    @Test func anUnansweredQueryIsShown() {
        var driver = Driver()
        driver.isHolding = true
        driver.wait(6)
        #expect(driver.lines[0].contains("WAITING"))
        driver.deliver()
        #expect(driver.lines[0].contains("LIVE"))
    }

    @Test func nothingHappensNothingChanges() {
        var world = World()
        (world.bindings, world.attempts, world.security) = ([], [], [])
        world.overview = Overview()
        for view in StartView.allCases {
            var driver = Driver(view: view, world: world)
            driver.wait(1)
            let before = driver.grid
            driver.wait(20)
            #expect(driver.grid == before, "\(view)")
        }
    }

    @Test func aListThatStandsStillChangesOnlyItsCountdowns() {
        var world = World()
        world.bindings = Samples.bindings.filter {
            $0.binding.facts.granted >= 3_600 && $0.aorText != "ivan@example.test"
        }
        var driver = Driver(world: world)
        driver.wait(2)
        var changed = 0
        for _ in 0..<10 {
            let before = driver.grid
            driver.wait(1)
            let after = driver.grid
            changed += zip(before.cells, after.cells).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
        }
        #expect(changed <= 60)
    }

    @Test func lagAndPrintedLinesAreSaid() {
        var driver = Driver()
        driver.input(.lag(true))
        #expect(driver.lines[0].contains("LAG"))
        driver.input(.stdoutLines(["one", "two \u{1b}[2J"]))
        #expect(driver.messageLine.contains("2 lines went to the log: two \\x1b[2J"))
    }

    /// A sentence that is longer than its line goes on above it, and is read whole.
    @Test func longMessagesAreSeenWhole() {
        let text = "audit log can't be written: no space left on device (/var/lib/regtop/audit.log)"
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size)
            driver.input(.link(.notice(Notice(at: .zero, level: .error, text: text))))
            let words = driver.lines.suffix(4).dropLast().joined(separator: " ")
            let shown = words.split(separator: " ").joined(separator: " ")
            #expect(shown.contains(text), "\(size): \(shown)")
            driver.press("j")
            #expect(!driver.screen.contains("audit log"))
        }
    }

    @Test func themesAreShownLiveAndPutBack() {
        var driver = Driver()
        driver.press("Tjj")
        #expect(driver.model.theme == "contrast")
        driver.press("⎋")
        #expect(driver.model.theme == "ansi")
        driver.press("Tj⏎")
        #expect(driver.model.theme == "mono")
        // Each look, and the choice that is kept.
        #expect(driver.effects.count == 5 && driver.kept?.theme == "mono")
    }

    @Test func viewsAndBack() {
        var driver = Driver(view: .overview)
        driver.press("2⏎")
        #expect(driver.lines[0].contains("2 BINDINGS > 1180@example.test"))
        driver.press("⎋")
        #expect(!driver.lines[0].contains(">"))
        driver.press("3-")
        #expect(driver.lines[0].contains("2 BINDINGS"))
        driver.press("7")
        #expect(driver.lines[0].contains("2 BINDINGS"))
    }

    @Test func overviewOpensTheMatchingView() {
        var driver = Driver(view: .overview)
        driver.press("⏎")
        #expect(driver.lines[0].contains("2 BINDINGS") || driver.lines[0].contains("> 4417"))
        driver.press("1⇥⏎")
        #expect(driver.screen.contains("filter: aor=9001@example.test"))
        driver.press("1⇥⏎")
        #expect(driver.screen.contains("filter: ip:198.51.100.23"))
    }

    @Test func quitAsksAndStayIsFirst() {
        var driver = Driver()
        driver.press("q⏎")
        #expect(driver.effects.isEmpty)
        driver.press("qqqqy")
        #expect(driver.effects.isEmpty)
        #expect(driver.screen.contains("QUIT") && driver.keyBar.contains("Q Quit"))
        #expect(!driver.keyBar.contains("y Yes"))
        var button = driver
        button.press("⇥⏎")
        guard case .quit(0)? = button.effects.last else { Issue.record("Tab Enter did not quit"); return }
        driver.press("Q")
        guard case .quit(0)? = driver.effects.last else { Issue.record("Q did not quit"); return }
        var other = Driver()
        other.press("⌃c⌃c")
        guard case .quit(130)? = other.effects.last else { Issue.record("^C twice did not quit"); return }
    }

    /// Esc at the top asks nothing, so that the keys after it mean what they always mean.
    @Test func escapeAtTheTopDoesNothing() {
        var driver = Driver()
        driver.press("⎋")
        #expect(driver.messageLine.contains("q quits"))
        #expect(driver.model.layer.isNone)
        driver.press("Ey")
        #expect(driver.effects.isEmpty)
        #expect(driver.performed == [.expire(1, "")])
    }

    @Test func suspendIsRefusedWithTheReason() {
        var driver = Driver()
        driver.press("⌃z")
        #expect(driver.messageLine.contains("suspending would stop all logins"))
    }

    @Test func redrawPaintsAnew() {
        var driver = Driver()
        driver.press("⌃l")
        guard case .redraw? = driver.effects.last else { Issue.record("no redraw"); return }
    }
}
