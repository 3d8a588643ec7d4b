import BindingTable
import Cells
import Monitor
import Testing

@testable import Console

/// The page of one binding, and its preview.
@Suite struct BindingScreenTests {
    /// Ten remarks have no room on a small screen: they scroll, and nothing else moves.
    @Test func remarksScrollWhereTheyHaveNoRoom() {
        var world = World()
        world.bindings = [Samples.troubled]
        var driver = Driver(world: world)
        driver.press("⏎")
        let before = driver.screen
        var seen = before
        #expect(seen.contains("it has stopped answering:") && !seen.contains("RFC 8760"))
        for _ in 0..<12 {
            driver.press("⇟")
            seen += driver.screen
        }
        #expect(driver.screen.contains("RFC 8760"))
        for text in ["calls will not arrive", "which is not the account's", "Set rport", "private address"] {
            #expect(seen.split { " \n".contains($0) }.joined(separator: " ").contains(text), "\(text)")
        }
        #expect(driver.screen.contains("LAST ATTEMPTS"))
        driver.press("⇞⇞⇞⇞⇞⇞⇞⇞⇞⇞⇞⇞")
        #expect(driver.screen == before)
    }

    /// Somebody else's guesses are not the phone's.
    @Test func anAttemptFromElsewhereNamesItsSource() {
        var world = World()
        world.attempts[16].aor = "4417@example.test"
        for size in [Size(width: 40, height: 16), Size(width: 80, height: 24), Size(width: 140, height: 40)] {
            var driver = Driver(size, world: world)
            driver.press("/4417@⏎")
            if size.width == 140 { #expect(driver.screen.contains("from 198.51.100.23"), "preview") }
            driver.press("⏎")
            let lines = driver.lines.filter { $0.contains("PASSWD") }
            #expect(lines.first?.contains("from 198.51.100.23") ?? false, "\(size): \(driver.screen)")
            #expect(lines.filter { $0.contains("from") }.count == 1, "\(size)")
        }
    }
}
