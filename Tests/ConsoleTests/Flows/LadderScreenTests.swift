import BindingTable
import Cells
import Monitor
import SIPMessage
import Testing

@testable import Console

/// One attempt on the screen.
@Suite struct LadderScreenTests {
    /// The word at the right of each check is whole, with and without a scroll bar beside it.
    @Test(arguments: [40, 60, 79, 80, 81, 100, 120, 140])
    func everyCheckEndsInItsWholeWord(_ width: Int) {
        for check in DigestCheck.allCases {
            var row = Samples.attempts[1]
            row.refusal = .badCredentials(check)
            let findings = [DigestFinding(check, .failed)]
            let word = FindingWords.outcome(findings[0])
            var driver = Driver(Size(width: width, height: 40), view: .attempts)
            driver.press("⏎")
            driver.model.ladder.take(Samples.detail(row, refusal: row.refusal, findings: findings))
            for height in [16, 40] {
                _ = driver.model.update(.resize(Size(width: width, height: height)), at: driver.now)
                let lines = driver.lines.filter { $0.contains(FindingWords.label(check)) }
                #expect(lines.contains { $0.contains(word) }, "\(check) \(width)x\(height)")
            }
        }
    }

    /// What a 401 means is worth more than its phrase.
    @Test func aNarrowReplyKeepsItsMeaning() {
        for size in [Size(width: 40, height: 10), Size(width: 40, height: 24), Size(width: 80, height: 24)] {
            var driver = Driver(size, view: .attempts)
            driver.press("⏎")
            var detail = Samples.detail(Samples.attempts[16], refusal: .wrongPassword)
            detail.messages[1].summary = "401 Unauthorized (challenge)"
            detail.messages[3].summary = "401 Unauthorized (rejected)"
            driver.model.ladder.take(detail)
            #expect(driver.screen.contains("(challenge)") && driver.screen.contains("(rejected)"), "\(size)")
            #expect(driver.screen.contains("Unauthorized") == (size.width == 80), "\(size)")
        }
    }

    /// What is no longer kept is said so, and nothing is offered on it.
    @Test func whatIsNoLongerKeptOffersNothing() {
        for (keys, what) in [("3⏎", "attempt"), ("⏎", "binding")] {
            var driver = Driver()
            driver.press(keys)
            (driver.world.attempts, driver.world.bindings) = ([], [])
            driver.wait(1)
            #expect(driver.screen.contains("This \(what) is no longer kept."))
            #expect(!driver.messageLine.contains("message"))
            for word in ["Message", "Raw", "Why", "Block", "Evict", "Expire", "Attempts"] {
                #expect(!driver.keyBar.contains(word), "\(word)")
            }
            for key in what == "attempt" ? ["⏎", "d", "r", "B", "F"] : ["⏎", "E", "X", "B", "F"] {
                driver.press(key)
                #expect(driver.messageLine.contains("no longer kept"), "\(key)")
            }
            #expect(driver.acts.isEmpty)
        }
    }

    /// On the smallest screen the checks are read by pages; another message shows them from their beginning.
    @Test func pagesScrollTheChecks() {
        var driver = Driver(Size(width: 40, height: 10), view: .attempts)
        driver.press("/9001⏎⏎")
        #expect(driver.screen.contains("REJECTED") && !driver.screen.contains("MISMATCH"))
        for _ in 0..<12 where !driver.screen.contains("MISMATCH") { driver.press("⇟") }
        #expect(driver.screen.contains("MISMATCH"))
        driver.press("kj")
        #expect(driver.screen.contains("REJECTED"))
        driver.press("⇟⇟⇞⇞")
        #expect(driver.screen.contains("REJECTED"))
    }

    @Test func aLongAddressOfRecordLeavesTheHead() {
        var world = World()
        let rest = String(repeating: "x", count: 90)
        world.attempts[16].aor = "sip-user-with-a-very-long-name.\(rest)@example.test"
        world.attempts[16].agent = "An agent that says much of itself \(rest)"
        for size in [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size, view: .attempts, world: world)
            driver.press("⏎")
            #expect(driver.lines[1].contains("sip-user-with-a-ve"), "\(size)")
            #expect(driver.lines[1].hasSuffix("PASSWD"), "\(size)")
            guard size.width >= 80 else { continue }
            #expect(driver.lines[1].contains("12:04:30.030"), "\(size)")
            guard size.width >= 140 else { continue }
            #expect(driver.lines[1].contains("An agent that"), "\(size)")
        }
    }
}
