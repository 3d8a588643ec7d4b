import Cells
import Monitor
import Testing

@testable import Console

/// Devices by what is wrong with them.
@Suite struct DevicesTests {
    @Test func everyLintHasASentenceAndAdviceOfItsOwn() {
        let all = Lint.allCases.map { DeviceWords.sentence($0) }
        #expect(Set(all.map(\.what)).count == Lint.allCases.count)
        #expect(all.allSatisfy { !$0.what.isEmpty && !$0.advice.isEmpty && $0.what.hasSuffix(".") })
    }

    @Test func enterLeadsToTheBindingsOfAnAgentAndOfWhatItShows() {
        var driver = Driver(view: .devices)
        #expect(driver.lines[0].contains("6 DEVICES"))
        driver.press("⏎")
        #expect(driver.model.screen == .bindings)
        #expect(driver.model.bindingsFilter.text == "ua=\"Zoiper rv2.10\"")
        // Missed beats and ghosts first, then what is worst.
        for (keys, term) in [
            ("⇥", "beat:missed"), ("⇥j", "ghost:yes"), ("⇥jj", "lint:nat-rare"),
            ("⇥jjj", "lint:contact-user"),
        ] {
            driver.press("6" + keys)
            #expect(driver.messageLine.contains(term), "\(driver.messageLine)")
            driver.press("⏎")
            #expect(driver.model.bindingsFilter.text == "ua=\"Zoiper rv2.10\" \(term)")
            driver = Driver(view: .devices)
        }
    }

    @Test func otherRowsHaveOtherFindingsAndTabGoesBack() {
        var driver = Driver(view: .devices)
        driver.press("j⇥")
        #expect(driver.model.devices.isInDetail)
        #expect(driver.screen.contains("WHAT IS WRONG WITH Grandstream GXP"))
        #expect(driver.says("Another Call-ID with each refresh"))
        driver.press("⇥j")
        #expect(!driver.model.devices.isInDetail)
        #expect(driver.screen.contains("WHAT IS WRONG WITH Yealink SIP-T46"))
    }

    @Test func groupsAndFilters() {
        var driver = Driver(view: .devices)
        driver.press("g")
        #expect(driver.screen.contains("VENDOR") && !driver.screen.contains("Grandstream"))
        driver.press("⏎")
        #expect(driver.model.bindingsFilter.text == "ua~\"^Zoiper($|[^a-zA-Z])\"")
        driver.press("6g/Grand⏎")
        #expect(driver.screen.contains("Grandstream GXP") && !driver.screen.contains("Yealink"))
        driver.press("\\")
        #expect(driver.screen.contains("Yealink"))
    }

    /// The rest has no name that a filter could ask for, and strangers' names are shown harmless.
    @Test func namesAreHarmless() {
        var driver = Driver(Size(width: 140, height: 40), view: .devices)
        #expect(driver.screen.contains("\\x1b]0;x"))
        driver.press("G⏎")
        #expect(driver.model.screen == .devices)
        #expect(driver.screen.contains("(all others, and those without a name)"))
    }

    @Test func theOverviewLeadsToTheAgentUnderItsCursor() {
        var driver = Driver(Size(width: 140, height: 40), view: .overview)
        while driver.model.overview.pane != .agents { driver.press("⇥") }
        driver.press("⏎")
        #expect(driver.model.screen == .devices)
        #expect(driver.model.devices.list.cursorRow?.name == "Yealink SIP-T46")
        #expect(driver.cursorLine.contains("Yealink SIP-T46"))
    }
}
