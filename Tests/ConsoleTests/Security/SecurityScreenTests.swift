import BindingTable
import Cells
import Monitor
import Testing

@testable import Console

/// Security: who fails and who attacks, and where its keys lead.
@Suite struct SecurityScreenTests {
    @Test func enterShowsTheAttemptsOfTheSource() {
        var driver = Driver()
        driver.press("4⏎")
        #expect(driver.screen.contains("3 ATTEMPTS"))
        #expect(driver.model.attemptsFilter.text == "ip:198.51.100.23")
        driver.press("-")
        #expect(driver.screen.contains("4 SECURITY"))
    }

    @Test func enterShowsTheAttemptsOfTheUserOrAgent() {
        var driver = Driver()
        driver.press("4g⏎")
        #expect(driver.model.attemptsFilter.text == "aor=9001@example.test or caller=9001@example.test")
        driver.press("4g⏎")
        #expect(driver.model.attemptsFilter.text == "ua:\"friendly-request\"")
    }

    @Test func blockHasTheSourceFilledIn() {
        var driver = Driver()
        driver.press("4B")
        #expect(driver.screen.contains("Every REGISTER and call from 198.51.100.23"))
        driver.press("⇥⇥⇥⇥⏎")
        #expect(driver.performed == [.block(600)])
    }

    @Test func whatIsNoSourceCannotBeBlockedOrOpened() {
        var driver = Driver()
        driver.press("4GB")
        #expect(driver.messageLine.contains("There is no address of record or source under the cursor."))
        driver.press("⏎")
        #expect(driver.messageLine.contains("There is no row to open."))
    }

    @Test func groupsGoRound() {
        var driver = Driver(Size(width: 140, height: 40))
        driver.press("4")
        #expect(driver.screen.contains("by SOURCE"))
        driver.press("g")
        #expect(driver.screen.contains("by USER (g)") && driver.screen.contains("9001@example.test"))
        driver.press("g")
        #expect(driver.screen.contains("by USER-AGENT"))
        driver.press("g")
        #expect(driver.screen.contains("by SOURCE"))
    }

    @Test func onlyAttacks() {
        var driver = Driver()
        driver.press("4!")
        #expect(driver.screen.contains("only attacks") && !driver.screen.contains("SBC/4.1 "))
        #expect(driver.model.security.list.matched == 2)
        driver.press("!")
        #expect(driver.model.security.list.matched == 6)
    }

    @Test func theFilterIsPartOfTheQuestion() {
        var driver = Driver()
        driver.press("4/class:guessing⏎")
        guard case .security(.source, let filter) = driver.model.windowQuery.subject else {
            Issue.record("no question for the security screen")
            return
        }
        #expect(filter?.text == "class:guessing")
        driver.press("\\")
        #expect(driver.model.securityFilter.text.isEmpty)
    }

    /// A worse attacker comes in on top, where it is seen; the cursor stays with its row.
    @Test func theCursorStaysWithItsRow() {
        var driver = Driver()
        driver.press("4j")
        #expect(driver.cursorLine.contains("203.0.113.200"))
        driver.world.security.swapAt(0, 2)
        driver.world.security.swapAt(1, 2)
        driver.wait(1)
        #expect(driver.cursorLine.contains("203.0.113.200"))
        #expect(driver.lines.contains { $0.contains("192.0.2.99") })
    }

    @Test func everyClassHasItsWords() {
        for kind in AbuseClass.allCases {
            var row = SecurityRow(key: .others)
            row.findings = [AbuseFinding(kind: kind, count: 1, evidence: "")]
            #expect(!AbuseWords.label(kind).isEmpty && !AbuseWords.advice(row, .standard).isEmpty)
            #expect((AbuseWords.sign(row) == "!") == kind.isAttack)
        }
    }

    /// A stranger's User-Agent can't paint the terminal.
    @Test func strangersTextIsSafe() {
        var driver = Driver()
        driver.world.security[0].agent = "evil\u{1b}[2J\u{7}\nx"
        driver.press("4")
        #expect(!driver.screen.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
}
