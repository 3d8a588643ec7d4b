import Cells
import Monitor
import Testing

@testable import Console

/// The help can be read whole on a small screen, and says what the states mean.
@Suite struct HelpTests {
    /// A sentence stands in the box, in one line or more.
    private func says(_ driver: Driver, _ sentence: String) -> Bool {
        driver.screen.split { " \n│█▸".contains($0) }.joined(separator: " ").contains(sentence)
    }

    @Test func theSelectedLineIsNeverCut() {
        var driver = Driver()
        driver.press("?")
        for _ in 0..<60 {
            guard case .help(let help)? = driver.model.layer,
                let action = help.selectedAction(at: driver.model.screen.place)
            else { return #expect(Bool(false), "no help") }
            #expect(says(driver, action.help), "\(action.id): \(driver.screen)")
            driver.press("↓")
        }
    }

    @Test func linesThatNobodySelectsAreWhole() {
        for size in [Size(width: 40, height: 24), Size(width: 80, height: 24)] {
            var driver = Driver(size)
            driver.press("?" + "filter words")
            driver.press("⌃uLATE")
            #expect(says(driver, StateWords.sentence(.late)), "\(size): \(driver.screen)")
        }
    }

    @Test func everyStateIsExplained() {
        for word in BindingState.allCases.map(\.word) + ["NEW", "LEFT"] {
            var driver = Driver()
            driver.press("?" + word)
            let sentence = StateWords.table.first { $0.word == word }?.sentence
            #expect(sentence.map { says(driver, $0) } == true, "\(word): \(driver.screen)")
        }
        var driver = Driver()
        driver.press("?LEFT")
        #expect(says(driver, "where all are shown it is GONE"))
    }
}
