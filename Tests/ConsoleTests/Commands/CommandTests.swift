import BindingTable
import Cells
import ConsoleLink
internal import Monitor
import Testing

@testable import Console

/// What is typed behind `:` and run.
@Suite struct CommandTests {
    @Test func tabCompletesAndTheLineSaysWhatItWouldDo() {
        var driver = Driver(Size(width: 120, height: 30))
        driver.press(":his")
        #expect(driver.screen.contains("Tab: tory"))
        driver.press("⇥")
        #expect(driver.model.commandLine?.line.text == "history ")
        #expect(driver.screen.contains("what the journal tells of it, or of all"))
        driver.press("bob@example.test⏎")
        #expect(driver.histories.last?.aor == Array("bob@example.test".utf8))
    }

    @Test func anUnknownCommandIsSaidToBeNone() {
        var driver = Driver()
        driver.press(":wq")
        #expect(driver.screen.contains("Nothing here is called wq."))
        driver.press("⏎")
        #expect(driver.messageLine.contains("There is no :wq. : lists all that there is."))
        driver.press(":live now⏎")
        #expect(driver.messageLine.contains(":live takes nothing behind it."))
        driver.press(":freeze now⏎")
        #expect(driver.messageLine.contains(":freeze takes nothing behind it."))
        driver.press(":at 25:61⏎")
        #expect(driver.screen.contains("\"25:61\" is no time: write 14:03, 14:03:20"))
        driver.press(":form-yes⏎")
        #expect(driver.messageLine.contains("There is no :form-yes."))
    }

    @Test func aCommandThatNeedsMoreWaitsForIt() {
        var driver = Driver()
        driver.press(":at⏎")
        #expect(driver.model.commandLine?.line.text == "at " && driver.screen.contains("-10m"))
        driver.press("↓⏎")
        guard case .replay? = driver.acts.last else {
            Issue.record("\(driver.acts)")
            return
        }
    }

    @Test func escapeAndTheLastBackspaceCloseIt() {
        var driver = Driver()
        driver.press(":li⎋")
        #expect(driver.keyBar.contains("? Help"))
        driver.press(":l⌫")
        #expect(driver.model.commandLine != nil)
        driver.press("⌫")
        #expect(driver.keyBar.contains("? Help") && driver.effects.isEmpty)
        driver.press(":⏎")
        #expect(driver.keyBar.contains("? Help"))
    }

    @Test func detachLeavesTheTerminal() {
        var driver = Driver()
        driver.press(":detach⏎")
        guard case .detach? = driver.effects.last else {
            Issue.record("\(driver.effects)")
            return
        }
    }

    @Test func quitAsksFirst() {
        var driver = Driver()
        driver.press(":q⏎")
        #expect(driver.screen.contains("QUIT") && driver.effects.isEmpty)
    }

    @Test func whatWasRunComesBackByArrowUp() {
        var driver = Driver()
        driver.press(":live⏎:history x⏎:h")
        driver.press("↑")
        #expect(driver.model.commandLine?.line.text == "history x")
        driver.press("↑")
        #expect(driver.model.commandLine?.line.text == "live")
        driver.press("↓↓")
        #expect(driver.model.commandLine?.line.text == "h")
        driver.press("⌃p⌃p⌃n")
        #expect(driver.model.commandLine?.line.text == "history x")
    }

    /// A pasted line end presses no Enter.
    @Test func aPasteRunsNothing() {
        var driver = Driver()
        driver.press(":")
        driver.input(.key(.paste("detach\nq\n")))
        #expect(driver.model.commandLine?.line.text == "detach q" && driver.effects.isEmpty)
    }

    // MARK: What stands behind them

    @Test func filterAndSortWithoutAPrompt() {
        var driver = Driver()
        driver.press(":filter 44⏎")
        #expect(driver.model.bindingsFilter.text == "44" && driver.screen.contains("2 of 22"))
        driver.press(":filter exp<<60⏎")
        #expect(driver.messageLine.contains("column 5") && driver.model.bindingsFilter.text == "44")
        driver.press(":filter⏎")
        #expect(driver.model.prompt?.line.text == "44")
        driver.press("⎋:sort expires desc⏎")
        #expect(driver.model.order == BindingOrder(column: .expires, descending: true))
        driver.press("3:sort agent⏎")
        #expect(driver.model.screen == .bindings && driver.model.order.column == .agent)
        driver.press(":sort nonsense⏎")
        #expect(driver.says("columns are aor, contact"))
        driver.press("1:filter 4417⏎")
        #expect(driver.model.screen == .bindings && driver.model.bindingsFilter.text == "4417")
        driver.press("5:filter audit⏎")
        #expect(driver.model.logFilter.text == "audit")
    }

    @Test func viewsByName() {
        var driver = Driver()
        for (name, screen) in [("attempts", Screen.attempts), ("audit", .audit), ("blocks", .blocks)] {
            driver.press(":view \(name)⏎")
            #expect(driver.model.screen == screen)
        }
        driver.press(":view moon⏎")
        #expect(driver.says("There is no view moon; views are overview"))
    }

    // MARK: Acts

    /// However an act is typed, a form asks, and nothing was done before.
    @Test(arguments: ["evict", "expire"])
    func actsOpenTheirForm(_ verb: String) {
        var driver = Driver()
        driver.press("jj:\(verb)⏎")
        #expect(driver.screen.contains("\(verb.uppercased()) 1 BINDING") && driver.performed.isEmpty)
        driver.press("⎋3:\(verb) alice@example.test⏎")
        #expect(driver.screen.contains("\(verb.uppercased()) 2 BINDINGS") && driver.performed.isEmpty)
        #expect(driver.screen.contains("Type 2 to go on"))
        driver.press("⎋:\(verb) sip:alice@EXAMPLE.test⏎")
        #expect(driver.screen.contains("\(verb.uppercased()) 2 BINDINGS"))
        driver.press("⎋:\(verb) 4417⏎")
        #expect(driver.screen.contains("4417@example.test") && driver.performed.isEmpty)
        driver.press("⎋2␣␣␣3:\(verb) @mark⏎")
        #expect(driver.screen.contains("\(verb.uppercased()) 3 BINDINGS"))
        driver.press("⎋2U:filter 44⏎3:\(verb) @filter⏎")
        #expect(driver.screen.contains("\(verb.uppercased()) 2 BINDINGS") && driver.performed.isEmpty)
    }

    @Test func whatCanNotBeActedUponIsSaid() {
        var driver = Driver()
        driver.press(":evict @mark⏎")
        #expect(driver.messageLine.contains("Nothing is marked"))
        driver.press(":expire @filter⏎")
        #expect(driver.messageLine.contains("No filter is on"))
        driver.press("1:evict⏎")
        #expect(driver.messageLine.contains("X works in: Bindings, binding detail."))
        var reader = Driver(readOnly: true)
        for command in ["evict", "evict alice@example.test", "block 192.0.2.1", "expire @filter", "drain"] {
            reader.press(":\(command)⏎")
            #expect(reader.messageLine.contains("This console can only look"), "\(command)")
            #expect(reader.model.layer == nil)
        }
        #expect(reader.acts.isEmpty)
    }

    @Test func aBlockByNameOrAddressAsks() {
        var driver = Driver()
        driver.press("5:block 192.0.2.77⏎")
        #expect(driver.screen.contains("BLOCK") && driver.screen.contains("192.0.2.77"))
        driver.press("⎋:block sip:Mallory@EXAMPLE.test⏎")
        #expect(driver.screen.contains("Mallory@example.test") && driver.performed.isEmpty)
        driver.press("⎋:block nobody⏎")
        #expect(driver.messageLine.contains("nobody: whose user is it? Write user@domain."))
    }

    // MARK: Settings

    @Test func settingsByName() {
        var driver = Driver()
        driver.press(":set key-bar off⏎")
        #expect(!driver.model.showsKeyBar && driver.kept?.showsKeyBar == false)
        driver.press(":set key-bar on⏎:theme okabe⏎")
        #expect(driver.model.theme == "okabe" && driver.kept?.theme == "okabe")
        driver.press(":set clock UTC⏎")
        #expect(driver.kept?.usesUTC == true)
        driver.press(":set mouse⏎")
        #expect(driver.messageLine.contains("mouse is off."))
        driver.press(":set nonsense on⏎")
        #expect(driver.says("There is no setting nonsense; settings are theme, key-bar"))
        driver.press(":set theme none⏎")
        #expect(driver.says("theme takes ansi, mono, contrast, okabe; not none."))
        driver.press(":columns tp,aor,agent⏎")
        #expect(driver.kept?.columns == ["transport", "aor", "user_agent"])
        driver.press(":columns tp,moon⏎")
        #expect(driver.says("There is no column moon; columns are aor, contact"))
        driver.press(":columns auto⏎")
        #expect(driver.kept?.columns == [])
    }
}
