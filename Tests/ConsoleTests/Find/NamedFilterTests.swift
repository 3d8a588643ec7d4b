import Monitor
import Testing

@testable import Console

/// `:save`, `@name` and `:forget`.
@Suite struct NamedFilterTests {
    private func kept(_ driver: Driver) -> [String: String]? {
        for case .keep(let preferences) in driver.effects.reversed() { return preferences.filters }
        return nil
    }

    @Test func aFilterIsKeptUsedAndForgotten() {
        var driver = Driver()
        driver.press("/4417⏎:save phone⏎")
        #expect(kept(driver) == ["phone": "4417"])
        #expect(driver.says("Kept: /@phone is 4417"))
        driver.press("\\/@pho⇥⏎")
        #expect(driver.model.bindingsFilter.text == "@phone")
        #expect(driver.model.bindingsFilter.filter?.expansion == "( 4417 )")
        driver.press(":save ours !@phone ua~x⏎")
        #expect(kept(driver)?["ours"] == "!@phone ua~x")
        driver.press(":forget @phone⏎")
        #expect(kept(driver) == ["ours": "!@phone ua~x"])
        driver.press("/⌃u@ours⏎")
        #expect(driver.model.prompt?.error?.message.contains("no filter is named \"@phone\"") == true)
    }

    @Test(arguments: [
        (":save late exp<0⏎", "can't be a name"),
        (":save x exp<<0⏎", "number expected"),
        (":save x⏎", "No filter is on"), (":save x @x⏎", "refers to itself"),
        (":forget x⏎", "No filter of the name"),
    ])
    func whatCanNotBeKeptIsSaid(keys: String, sentence: String) {
        var driver = Driver()
        driver.press(keys)
        #expect(driver.says(sentence), "\(driver.messageLine)")
        #expect(kept(driver) == nil)
    }

    @Test func theStartFilterKnowsTheNames() {
        let driver = Driver(filter: "@mine", filters: ["mine": "4417"])
        #expect(driver.model.bindingsFilter.filter?.expansion == "( 4417 )")
        #expect(driver.screen.contains("filter: @mine"))
    }
}
