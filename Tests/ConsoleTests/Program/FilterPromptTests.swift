import Cells
import Testing

@testable import Console

/// The line where a filter is typed.
@Suite struct FilterPromptTests {
    @Test func appliesAsTyped() {
        var driver = Driver()
        driver.press("/44")
        #expect(driver.messageLine.contains("2 match"))
        #expect(driver.screen.contains("2 of 22"))
        driver.press("⏎")
        #expect(driver.model.bindingsFilter.text == "44")
    }

    /// What is typed takes the place of the filter in force; a blank or a move goes on with it.
    @Test func aNewFilterReplacesTheOldOne() {
        for (typed, expected) in [
            ("alice", "alice"), (" alice", "4417 alice"), ("⌃aalice ", "alice 4417"), ("⏎", "4417"),
            ("↑↑⏎", "bob"),
            ("⌃u", ""),
        ] {
            var driver = Driver()
            driver.press("/bob⏎/4417⏎/")
            #expect(driver.messageLine.contains("type a new one; a blank goes on with it"))
            driver.press(typed)
            driver.press("⏎")
            #expect(driver.model.bindingsFilter.text == expected, "\(typed)")
        }
    }

    @Test func anInvalidFilterNamesTheColumnAndLeavesTheOldOne() {
        var driver = Driver()
        driver.press("/4417⏎")
        driver.press("/ exp<<60")
        #expect(driver.messageLine.contains("column 10"))
        #expect(driver.model.bindingsFilter.text == "4417")
        driver.press("⏎")
        #expect(driver.model.prompt != nil)
        driver.press("⎋")
        #expect(driver.model.prompt == nil)
        #expect(driver.model.bindingsFilter.text == "4417")
    }

    @Test func aWordThatMayBecomeAFieldWaits() {
        var driver = Driver()
        driver.press("/exp")
        #expect(driver.model.bindingsFilter.text.isEmpty)
        driver.press("⏎")
        #expect(driver.model.bindingsFilter.text == "exp")
    }

    /// No word of a text that can't be understood is taken for a filter: what was on stays on.
    @Test(arguments: ["exp<<60", "try>>2", "result:NONSENSE", "foo<1", "(alice"])
    func anInvalidFilterLeavesTheOldOneOn(_ text: String) {
        for view in [StartView.bindings, .attempts] {
            for kept in ["", "4417"] {
                var driver = Driver(view: view)
                driver.press(kept.isEmpty ? "/" : "/\(kept)⏎/⌃u")
                driver.press(text)
                #expect(driver.model.prompt?.error != nil, "\(view)")
                #expect(driver.model.currentFilterText == kept, "\(view)")
            }
        }
        var driver = Driver()
        driver.press("/alice exp<")
        #expect(driver.model.currentFilterText == "alice")
        driver.press("60")
        #expect(driver.model.currentFilterText == "alice exp<60")
    }

    @Test func escapePutsTheOldFilterBack() {
        var driver = Driver()
        driver.press("/alice⏎/⌃ubob")
        #expect(driver.model.bindingsFilter.text == "bob")
        driver.press("⎋")
        #expect(driver.model.bindingsFilter.text == "alice")
        #expect(driver.screen.contains("alice@example.test"))
    }

    @Test func historyAndClear() {
        var driver = Driver()
        driver.press("/alice⏎/⌃ubob⏎\\")
        #expect(driver.model.bindingsFilter.text.isEmpty)
        driver.press("/↑")
        #expect(driver.model.bindingsFilter.text == "bob")
        driver.press("↑⏎")
        #expect(driver.model.bindingsFilter.text == "alice")
    }

    @Test func tabCompletesFieldsAndWords() {
        var driver = Driver()
        driver.press("/s⇥L⇥⏎")
        #expect(driver.model.bindingsFilter.text == "st:LATE")
    }

    @Test func pastedLineEndsPressNothing() {
        var driver = Driver()
        driver.press("/")
        driver.input(.key(.paste("alice\nX")))
        #expect(driver.model.prompt != nil)
        #expect(driver.model.prompt?.line.text == "alice X")
    }

    @Test func problemsComeAndGo() {
        var driver = Driver()
        driver.press("/example⏎!")
        #expect(driver.model.bindingsFilter.text == "st:LATE or st:AUTH or st:PING or st:CONN")
        driver.press("!")
        #expect(driver.model.bindingsFilter.text == "example")
        driver.press("3!")
        #expect(driver.screen.contains("only failures"))
        #expect(!driver.screen.contains(" OK "))
    }

    @Test func theStartFilterIsKeptOrNamed() {
        let good = Driver(filter: "4417")
        #expect(good.screen.contains("filter: 4417"))
        let bad = Driver(filter: "exp<<1")
        #expect(bad.messageLine.contains("column 5"))
    }

    @Test func logIsSearchedByText() {
        var driver = Driver(view: .log)
        driver.press("/audit⏎")
        #expect(driver.screen.contains("1 of 6"))
    }

    @Test func theErrorIsSeenOnTheSmallestScreenToo() {
        var driver = Driver(Size(width: 40, height: 10))
        driver.press("/exp<<60")
        #expect(driver.lines[7].contains("column 5: number expected"))
        #expect(driver.messageLine.contains("exp<<60"))
    }
}
