import Cells
import ConsoleLink
import Testing

@testable import Console

/// `:report`, the report on the screen, and what its keys do.
@Suite struct ReportScreenTests {
    @Test(arguments: GoldenScreenTests.sizes)
    func theReportOfTheRowUnderTheCursor(_ size: Size) {
        var driver = Driver(size)
        driver.press("jj:report⏎")
        #expect(driver.model.shownReport?.aor == "4417@example.test")
        expectGolden(driver.grid, "report-\(size.width)x\(size.height)")
    }

    @Test func itIsAskedForByNameAndClosed() {
        var driver = Driver()
        driver.press(":report bob@example.test⏎")
        #expect(driver.screen.contains("REPORT - bob@example.test"))
        #expect(driver.keyBar.contains("y Copy") && driver.keyBar.contains("Esc Close"))
        driver.press("⎋")
        #expect(!driver.screen.contains("REPORT"))
        #expect(driver.screen.contains("2 BINDINGS"))
    }

    @Test func itScrollsAndIsCopied() {
        var driver = Driver()
        driver.press("jj:report⏎")
        let first = driver.grid
        driver.press("G")
        #expect(driver.grid != first)
        driver.press("g")
        #expect(driver.grid == first)
        driver.press("y")
        guard case .copy(let text)? = driver.effects.last else {
            Issue.record("nothing was copied")
            return
        }
        #expect(text.hasPrefix("REGISTRATION OF 4417@example.test\n"))
        #expect(driver.says("Sent to your terminal's clipboard"))
    }

    @Test func itIsSavedAsItStands() throws {
        var driver = Driver()
        driver.press("jj:report⏎S")
        #expect(driver.screen.contains("SAVE") && driver.says("report-4417"))
        driver.press("⏎")
        guard case .save(let order)? = driver.effects.last, case .screen(let lines) = order.content else {
            Issue.record("\(driver.effects)")
            return
        }
        #expect(lines.first == "REGISTRATION OF 4417@example.test" && order.format == .text)
        #expect(order.file == "regtop-report-4417@example.test-20261125T120431.txt")
    }

    @Test func whileItIsAskedForEscGivesItUp() {
        var driver = Driver()
        driver.press("jj")
        driver.isHolding = true
        driver.press(":report⏎")
        #expect(driver.screen.contains("Asking the registrar"))
        driver.press("⎋")
        driver.deliver()
        #expect(!driver.screen.contains("REPORT"))
        driver.wait(1)
        #expect(!driver.screen.contains("REPORT"))
    }

    @Test func aLinkThatIsLostMeanwhileBeginsItAnew() {
        var driver = Driver()
        driver.press("jj")
        driver.isHolding = true
        driver.press(":report⏎")
        driver.input(.link(.lost("the registrar has gone")))
        driver.isHolding = false
        driver.input(.link(.welcome(Samples.welcome())))
        #expect(driver.model.shownReport?.aor == "4417@example.test")
    }

    @Test func whoseReportMustBeKnown() {
        var driver = Driver(view: .log)
        driver.press(":report⏎")
        #expect(driver.says("write whose report"))
        driver.press("2:at -3631s⏎:report bob@example.test⏎")
        #expect(driver.says("A report tells of the present"))
    }
}
