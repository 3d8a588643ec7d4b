import BindingTable
import Cells
import ConsoleLink
import Testing

@testable import Console

/// The line behind `:`.
@Suite struct CommandTests {
    @Test func tabCompletesAndTheLineSaysWhatItWouldDo() {
        var driver = Driver(Size(width: 120, height: 30))
        driver.press(":h")
        #expect(driver.messageLine.contains("Tab: istory"))
        driver.press("⇥")
        #expect(driver.messageLine.hasPrefix(" :history "))
        #expect(driver.messageLine.contains("[AOR]: what the journal tells of it"))
        driver.press("bob@example.test⏎")
        #expect(driver.histories.last?.aor == Array("bob@example.test".utf8))
    }

    @Test func anUnknownCommandListsWhatThereIs() {
        var driver = Driver()
        driver.press(":wq⏎")
        #expect(
            driver.says(
                "There is no :wq. There are :at TIME, :live, :history [AOR], :export [FILE], :detach, :q."
            )
        )
        driver.press(":live now⏎")
        #expect(driver.messageLine.contains(":live takes nothing behind it."))
        driver.press(":at⏎")
        #expect(driver.screen.contains("\"\" is no time: write 14:03, 14:03:20"))
    }

    @Test func escapeAndTheLastBackspaceCloseIt() {
        var driver = Driver()
        driver.press(":li⎋")
        #expect(driver.keyBar.contains("? Help"))
        driver.press(":l⌫")
        #expect(driver.messageLine.hasPrefix(" :"))
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
        #expect(driver.messageLine.hasPrefix(" :history x"))
        driver.press("↑")
        #expect(driver.messageLine.hasPrefix(" :live"))
        driver.press("↓↓")
        #expect(driver.messageLine.hasPrefix(" :h "))
    }

    /// A pasted line end presses no Enter.
    @Test func aPasteRunsNothing() {
        var driver = Driver()
        driver.press(":")
        driver.input(.key(.paste("detach\nq\n")))
        #expect(driver.messageLine.hasPrefix(" :detach") && driver.effects.isEmpty)
    }
}
