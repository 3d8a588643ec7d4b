import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing

@testable import Console

/// What Security offers can be done, what it tells of a row adds up, and who attacks is told whole.
@Suite struct SecurityPanesTests {
    private func world(_ change: (inout SecurityRow) -> Void) -> World {
        var world = World()
        change(&world.security[0])
        return world
    }

    @Test func ofAUserAgentNoBlockIsOffered() {
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size)
            driver.press("4gg")
            #expect(driver.screen.contains("by USER-AGENT"))
            #expect(!driver.says("B refuses") && !driver.keyBar.contains("B Block"), "\(driver.screen)")
            #expect(driver.says("a source can be refused, a User-Agent not."))
            driver.press("g")
            #expect(driver.says("B refuses it here") && driver.says("regtop config fail2ban"))
        }
    }

    @Test func theUserAgentIsToldWhole() {
        for size in [Size(width: 80, height: 24), Size(width: 140, height: 40), Size(width: 200, height: 60)]
        {
            var driver = Driver(size, world: world { $0.agent = "friendly-scanner 1.8 (sipvicious)" })
            driver.press("4")
            let pane = driver.lines.drop { !$0.contains("WHAT IT LOOKS LIKE") }.joined(separator: "\n")
            #expect(pane.contains("User-Agent friendly-scanner 1.8 (sipvicious)"), "\(size): \(pane)")
            #expect(pane.contains("B refuses it here"), "\(size): what to do is not cut for it")
        }
    }

    @Test func reasonsAddUpOnANarrowScreenAsWell() {
        let verdicts = [
            VerdictCount(.wrongPassword, 41), VerdictCount(.unknownUser, 300), VerdictCount(.abandoned, 18),
            VerdictCount(.blocked, 12),
        ]
        var driver = Driver(world: world { $0.verdicts = verdicts })
        driver.press("4")
        let head = driver.lines.first { $0.contains("FAIL/10m") } ?? ""
        #expect(head.contains("REST"), "\(driver.screen)")
        let words = driver.cursorLine.split(separator: " ").map(String.init)
        #expect(words.contains("30"), "18 without reply and 12 blocked: \(driver.cursorLine)")
        #expect(driver.says("the rest: 18 NOREPLY, 12 BLOCKED"), "\(driver.screen)")
    }
}
