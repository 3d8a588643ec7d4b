internal import BindingTable
import Cells
import ConsoleLink
internal import Monitor
import Testing
import Timing

@testable import Console

/// A link that is lost and comes back.
@Suite struct LossTests {
    private func attached(_ size: Size = Size(width: 80, height: 24), _ keys: String = "") -> Driver {
        var driver = Driver(size)
        driver.input(.link(.welcome(welcome())))
        driver.press(keys)
        return driver
    }

    private func welcome(startedAt: Timestamp? = nil) -> Welcome {
        var welcome = Samples.welcome()
        welcome.isAttached = true
        if let startedAt { welcome.startedAt = startedAt }
        return welcome
    }

    @Test(arguments: GoldenScreenTests.sizes)
    func lost(_ size: Size) {
        var driver = attached(size, "jj")
        driver.input(.link(.lost("the registrar has gone")))
        driver.wait(12)
        expectGolden(driver.grid, "lost-\(size.width)x\(size.height)")
    }

    @Test(arguments: GoldenScreenTests.sizes)
    func leave(_ size: Size) {
        expectGolden(attached(size, "q").grid, "leave-\(size.width)x\(size.height)")
    }

    @Test func rowsStayAsTheyWereAndNothingIsAsked() {
        var driver = attached()
        let rows = driver.lines[2..<10]
        let queries = driver.queries
        driver.input(.link(.lost("the registrar was stopped by SIGTERM")))
        driver.wait(30)
        // Countdowns stand still: what is seen is of the last moment that is known.
        #expect(driver.lines[2..<10] == rows)
        #expect(driver.screen.contains("What is shown is of"))
        #expect(driver.screen.contains("Link lost 30 s ago: the registrar was stopped by SIGTERM."))
        driver.press("jjkG/44⏎⌃l")
        #expect(driver.queries == queries)
        #expect(driver.lines[0].contains("LINK LOST"))
    }

    @Test(arguments: ["X", "E", "B", "D"])
    func actsAreRefusedWithTheReason(_ key: String) {
        var driver = attached()
        driver.input(.link(.lost("the registrar has gone")))
        driver.press(key)
        #expect(driver.screen.contains("The link to the registrar is lost: the registrar has gone."))
        driver.press("⏎y")
        #expect(driver.acts.isEmpty)
    }

    @Test func anActThatWasOutIsInDoubtAndSaidSo() {
        var driver = attached(Size(width: 120, height: 30), "X")
        driver.isHolding = true
        driver.press("y")
        #expect(driver.performed.count == 1)
        driver.input(.link(.lost("the registrar has gone")))
        #expect(driver.messageLine.contains("while an act was out: the audit trail"))
        #expect(driver.model.layer.isNone)
        // An answer that comes after all means nothing any more.
        driver.deliver()
        #expect(driver.model.acts.isEmpty)
    }

    @Test func aDialogThatWouldActCloses() {
        var driver = attached(Size(width: 80, height: 24), "X")
        driver.input(.link(.lost("gone")))
        driver.press("y")
        #expect(driver.performed.isEmpty)
        driver = attached(Size(width: 80, height: 24), "q")
        driver.input(.link(.lost("gone")))
        driver.press("y")
        #expect(driver.quitCode == 0)
    }

    @Test func theSameRegistrarGoesOn() {
        var driver = attached(Size(width: 80, height: 24), "j␣")
        driver.input(.link(.lost("gone")))
        driver.wait(12)
        driver.input(.link(.welcome(welcome())))
        #expect(driver.messageLine.contains("Back after 12 s: the registrar goes on."))
        #expect(driver.lines[0].contains("LIVE") && driver.cursorLine.contains("4417"))
        #expect(driver.model.marks.count == 1)
    }

    /// Another process has other names for the same bindings, and the same names for others.
    @Test func aRestartedRegistrarIsShownWhereItWas() {
        var driver = attached(Size(width: 80, height: 24), "j␣")
        let row = driver.cursorLine
        driver.input(.link(.lost("gone")))
        driver.wait(12)
        let old = driver.world.bindings
        let ids = old.map(\.binding.facts.id)
        for index in old.indices {
            driver.world.bindings[index].binding.facts.id = ids[(index + 1) % ids.count]
        }
        driver.input(.link(.welcome(welcome(startedAt: driver.now.timestamp - .seconds(2)))))
        #expect(driver.messageLine.contains("Back after 12 s: the registrar was restarted at "))
        #expect(driver.cursorLine.prefix(20) == row.prefix(20).replacing("*", with: " "))
        #expect(driver.model.marks.isEmpty && driver.model.acts.isEmpty)
        // An act is on the binding that is seen, by its new name.
        driver.press("Xy")
        let aor = driver.world.commands.last.flatMap { command -> String? in
            guard case .evict(let targets, _) = command.verb, let id = targets.first?.id else { return nil }
            return old.enumerated().first { ids[($0.offset + 1) % ids.count] == id }?.element.aorText
        }
        #expect(aor?.hasPrefix("4417") == true)
    }

    @Test func whatWasOpenedIsClosedByARestartOnly() {
        for isRestarted in [false, true] {
            var driver = attached(Size(width: 80, height: 24), "jj⏎")
            driver.input(.link(.lost("gone")))
            driver.input(.link(.welcome(welcome(startedAt: isRestarted ? driver.now.timestamp : nil))))
            #expect(driver.model.screens.count == (isRestarted ? 1 : 2))
        }
    }

    @Test func viewAndFilterAreKept() {
        var driver = attached(Size(width: 80, height: 24), "3/44⏎")
        driver.input(.link(.lost("gone")))
        driver.input(.link(.welcome(welcome(startedAt: driver.now.timestamp))))
        #expect(driver.lines[0].contains("3 ATTEMPTS") && driver.model.attemptsFilter.text == "44")
        #expect(driver.model.attempts.isLoaded)
    }

    @Test func whatIsSaidWithTheReturnIsSaidBesideIt() {
        var driver = attached(Size(width: 140, height: 40))
        driver.input(.link(.lost("gone")))
        driver.input(.link(.welcome(welcome())))
        driver.input(
            .link(.notice(Notice(at: driver.now.timestamp, level: .warning, text: "one more thing")))
        )
        #expect(driver.messageLine.contains("the registrar goes on. one more thing"))
    }

    @Test func anAttachedConsoleIsLeftWithASmallLetter() {
        var driver = attached(Size(width: 80, height: 24), "q")
        #expect(driver.screen.contains("the registrar goes on"))
        driver.press("y")
        #expect(driver.quitCode == 0)
        driver = attached(Size(width: 80, height: 24), ":detach⏎")
        #expect(driver.quitCode == 0)
    }

    @Test func onlyAnAttachedConsoleIsSuspended() {
        var driver = attached(Size(width: 80, height: 24), "⌃z")
        guard case .suspend? = driver.effects.last else { Issue.record("^Z did not suspend"); return }
        driver = Driver()
        driver.press("⌃z")
        #expect(driver.effects.isEmpty && driver.messageLine.contains("suspending would stop all logins"))
    }

    @Test func anothersActRefreshesTheRows() {
        var driver = attached()
        driver.world.bindings.removeFirst()
        let queries = driver.queries
        let text = "kl@198.51.100.7 evicted 1 binding (stuck)"
        driver.input(.link(.notice(Notice(at: driver.now.timestamp, level: .warning, text: text))))
        #expect(driver.messageLine.contains(text) && driver.queries > queries)
    }
}

extension Driver {
    /// The exit code that the console has asked for.
    fileprivate var quitCode: Int32? { if case .quit(let code)? = effects.last { code } else { nil } }
}
