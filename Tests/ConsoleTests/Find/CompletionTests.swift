import Cells
import ConsoleLink
import Monitor
import Testing

@testable import Console

/// Tab in the line where a filter is typed.
@Suite struct CompletionTests {
    private func line(_ driver: Driver) -> String { driver.model.prompt?.line.text ?? "" }

    @Test func valuesThatHaveBeenSeenAreOfferedAndGoRound() {
        var driver = Driver()
        driver.press("/ua:⇥")
        #expect(line(driver) == "ua:\"Zoiper rv2.10.19\"")
        #expect(driver.lines[21].contains("Zoiper rv2.10.19 x812"))
        #expect(driver.lines[21].contains("Yealink \"T46\" x40"))
        driver.press("⇥")
        #expect(line(driver) == "ua:\"Yealink \\\"T46\\\"\"")
        driver.press("⇤")
        #expect(line(driver) == "ua:\"Zoiper rv2.10.19\"")
        driver.press("⇤")
        #expect(line(driver).hasPrefix("ua:\"evil"))
        driver.press("⇥⏎")
        #expect(driver.model.bindingsFilter.text == "ua:\"Zoiper rv2.10.19\"")
    }

    /// What would steer a terminal is escaped on the screen, and found all the same.
    @Test func hostileValuesAreEscapedAndMatched() throws {
        var driver = Driver()
        driver.press("/ua:e⇥")
        #expect(line(driver) == "ua:\"evil\u{1b}[2J\"")
        #expect(!driver.screen.contains("\u{1b}"))
        #expect(driver.screen.contains("evil\\x1b[2J"))
        driver.press("⏎")
        #expect(driver.model.bindingsFilter.filter != nil)
    }

    @Test(arguments: [
        ("!ua:Zo", "!ua:\"Zoiper rv2.10.19\""), ("(nat:yes ip:198", "(nat:yes ip:198.51.100.7"),
        ("st:LATE or (ua=\"Yea", "st:LATE or (ua=\"Yealink \\\"T46\\\"\""),
        ("-aor:44", "-aor:4417@example.test"),
        ("st:L", "st:LATE"), ("!(result", "!(result"), ("exp", "exp<"), ("exp<", "exp<60"),
        ("nat:", "nat:no"),
        ("(gho", "(ghost:"), ("@la", "@late"), ("a !@unr", "a !@unreachable"), ("ua", "ua~"),
        ("re", "regid="),
    ])
    func completesInTheMiddleOfAFilter(typed: String, completed: String) {
        var driver = Driver()
        driver.press("/")
        driver.input(.key(.paste(typed)))
        driver.press("⇥")
        #expect(line(driver) == completed)
    }

    @Test func whatStandsBehindTheCaretStays() {
        var driver = Driver()
        driver.press("/ua:Zo nat:yes←←←←←←←←⇥")
        #expect(line(driver) == "ua:\"Zoiper rv2.10.19\" nat:yes")
        driver.press("x")
        #expect(line(driver) == "ua:\"Zoiper rv2.10.19\"x nat:yes")
    }

    @Test func operatorsAreGoneThroughAfterAWholeField() {
        var driver = Driver()
        driver.press("/exp⇥")
        #expect(line(driver) == "exp<")
        driver.press("⇥⇥")
        #expect(line(driver) == "exp>")
        #expect(driver.model.prompt?.cycle?.candidates.count == 7)
    }

    @Test func anAnswerThatComesTooLateChangesNothing() {
        var driver = Driver()
        driver.press("/ua:")
        driver.isHolding = true
        driver.press("⇥x")
        driver.deliver()
        #expect(line(driver) == "ua:x")
    }

    @Test func nothingSeenIsSaid() {
        var driver = Driver()
        driver.press("/ua:nobody⇥")
        #expect(line(driver) == "ua:nobody")
        #expect(driver.says("no such value has been seen"))
    }

    /// The journal is here: nobody is asked.
    @Test func historyOffersWhatItShows() {
        var driver = Driver()
        driver.press(":history⏎/user:⇥")
        #expect(line(driver) == "user:4417")
    }

    @Test(arguments: [Size(width: 40, height: 10), Size(width: 80, height: 24), Size(width: 200, height: 60)])
    func theCandidatesFitTheScreen(_ size: Size) {
        var driver = Driver(size)
        driver.press("/⇥")
        for _ in 0..<60 {
            #expect(driver.grid.size == size)
            let shown = driver.model.prompt?.cycle.map { $0.candidates[$0.index].shown } ?? "?"
            #expect(driver.lines[size.height - 3].contains(shown), "\(shown)")
            driver.press("⇥")
        }
    }
}
