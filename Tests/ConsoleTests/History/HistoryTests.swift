import BindingTable
import Cells
import ConsoleLink
import Monitor
import Testing
import Timing

@testable import Console

/// What the journal tells, on the page of a binding and on a screen of its own.
@Suite struct HistoryTests {
    @Test func thePageOfABindingAsksForItsPastWhenOpenedAndWhenItChanged() {
        var driver = Driver()
        driver.press("jj")
        #expect(driver.histories.isEmpty)
        driver.press("⏎")
        #expect(driver.histories.map(\.aor) == [Array("4417@example.test".utf8)])
        driver.wait(7)
        #expect(driver.histories.count == 1, "nothing has changed")
        driver.world.refresh("4417")
        driver.wait(1)
        #expect(driver.histories.count == 2)
        #expect(driver.screen.contains("moved"))
    }

    @Test func tellsWhatWhenFromWhereByWhomAndHowLong() {
        var driver = Driver(Size(width: 110, height: 40))
        driver.press("jj⏎")
        let lines = driver.lines
        func line(_ text: String) -> String { lines.first { $0.contains(text) } ?? "" }
        #expect(line("11:14:31  moved").contains("203.0.113.40:61044 -> 198.51.100.7:5062 udp"))
        #expect(line("09:34:31  registered").contains("from 203.0.113.40:61044 udp, Zoiper rv2.10.19"))
        let left = line("evicted by operator")
        #expect(left.contains("09:32:51") && left.contains("(kl@198.51.100.7)"))
        #expect(left.contains("another: 10.0.0.7:5060"), "not the binding of this page")
        driver.press("H")
        driver.input(.resize(Size(width: 140, height: 40)))
        #expect(driver.screen.contains("203.0.113.40:61044 -> 198.51.100.7:5062 udp"))
        #expect(driver.screen.contains("201, every 54 s +/-3"))
        #expect(driver.lines.contains { $0.contains("evicted by operator") && $0.contains("3h01") })
    }

    @Test func saysWhereTheJournalBegins() {
        var driver = Driver(Size(width: 80, height: 40))
        driver.press("jj⏎")
        #expect(driver.screen.contains("The journal begins 2026-11-24 13:59:31."))
        driver = Driver(Size(width: 80, height: 40))
        driver.world.history.oldest = Samples.start.wall - .seconds(400_000)
        driver.press("jj⏎")
        #expect(!driver.screen.contains("The journal begins"), "all of its life is in it")
    }

    @Test func saysWhyThereIsNone() {
        var world = World()
        world.history = HistoryPage(
            refusal: "there is no store behind this registrar, so nothing is remembered"
        )
        var driver = Driver(Size(width: 100, height: 30), world: world)
        driver.press("jj⏎")
        #expect(driver.screen.contains("No history: there is no store behind this registrar"))
        driver.press("H")
        #expect(driver.screen.contains("Nothing has happened that is kept."))
        #expect(driver.screen.contains("No history: there is no store"))
        driver.world.history = HistoryPage()
        driver.wait(6)
        #expect(driver.screen.contains("The journal holds nothing yet."))
    }

    @Test func aBindingThatNobodyKeepsIsTakenFromTheJournal() {
        var driver = Driver()
        driver.press("jj")
        let gone = driver.world.bindings.remove(at: 2)
        var end = Samples.history[0]
        (end.cause, end.movedFrom, end.number) = (.silent, nil, 950)
        end.binding.id = gone.binding.facts.id
        driver.world.history.entries.insert(end, at: 0)
        driver.press("⏎")
        #expect(driver.screen.contains("This binding is no longer kept."))
        #expect(driver.screen.contains("It left at 11:14:31: answered no ping."))
        #expect(driver.screen.contains("It lived 1h40: 111 refreshes, every 54 s +/-3."))
        driver.world.history.entries.removeFirst()
        driver.press("⎋⏎")
        #expect(driver.screen.contains("This binding is no longer kept."))
    }

    @Test func theListScrollsSearchesAndOpensALine() {
        var driver = Driver(Size(width: 40, height: 10))
        driver.press("jjH")
        #expect(driver.lines[0].contains("HISTORY 4417@e.."))
        #expect(driver.cursorLine.contains("moved"))
        driver.press("jj")
        #expect(driver.cursorLine.contains("evicted"))
        driver.press("⏎")
        #expect(driver.screen.contains("kl@198.51.100.7"))
        driver.press("⏎G")
        #expect(driver.cursorLine.contains("registered") && driver.messageLine.contains("4/4"))
        driver.press("/evict⏎")
        #expect(driver.messageLine.contains("1/1") && driver.cursorLine.contains("evicted"))
        driver.press("/⌃unothing⏎")
        #expect(driver.screen.contains("No line matches nothing"))
        driver.press("\\")
        #expect(driver.messageLine.contains("/4"))
        driver.press("⎋")
        #expect(driver.lines[0].contains("2 BIND"))
    }

    @Test func isReadAnewWhileItIsLookedAt() {
        var driver = Driver()
        driver.press("jjHj")
        let before = driver.cursorLine
        var new = Samples.history[0]
        (new.number, new.cause, new.movedFrom) = (1_000, .unregistered, nil)
        driver.world.history.entries.insert(new, at: 0)
        driver.wait(5)
        #expect(driver.screen.contains("unregistered"))
        #expect(driver.cursorLine == before, "the cursor stays on its line")
        let asked = driver.histories.count
        driver.press("p")
        driver.wait(20)
        #expect(driver.histories.count <= asked + 1, "frozen is frozen")
    }

    @Test func opensFromAttemptsToo() {
        var driver = Driver()
        driver.press("3gH")
        #expect(driver.histories.last?.aor == Array("bob@example.test".utf8))
        driver.press("⎋⏎H")
        #expect(driver.histories.last?.aor == Array("bob@example.test".utf8))
        #expect(driver.lines[0].contains("3 ATTEMPTS > HISTORY bob"))
    }

    /// Strangers' bytes: escape sequences and directions stay out of the terminal, as everywhere.
    @Test func hostileTextIsShownAsText() {
        var world = World()
        world.history.entries[0].binding.contact = Array("sip:\u{1b}]0;PWNED\u{07}@\u{202e}h".utf8)
        world.history.entries[0].binding.userAgent = [0xff, 0xfe, 0x00, 0x0a, 0x1b]
        world.history.entries[0].by = "\u{1b}[2J\u{200b}"
        var driver = Driver(Size(width: 140, height: 40), world: world)
        for keys in ["jj⏎", "H", "⏎"] {
            driver.press(keys)
            let isClean = driver.screen.unicodeScalars.allSatisfy { scalar in
                scalar == "\n" || (scalar.value >= 0x20 && scalar.value != 0x202e && scalar.value != 0x200b)
            }
            #expect(isClean)
        }
    }
}
