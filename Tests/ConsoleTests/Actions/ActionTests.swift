import Cells
import Testing

@testable import Console

/// The one table of actions, and what derives from it.
@Suite struct ActionTests {
    @Test func noKeyTwiceInOnePlace() {
        for bit in 0..<32 {
            let place = Places(rawValue: 1 << UInt32(bit))
            var seen: [Key: ActionID] = [:]
            for action in Action.table where action.places.contains(place) {
                for key in action.keys {
                    #expect(
                        seen[key] == nil,
                        "\(key) is \(action.id) and \(String(describing: seen[key])) in \(bit)"
                    )
                    seen[key] = action.id
                }
            }
        }
    }

    @Test func everyActionHasAKeyThatIsNoFunctionKey() {
        for action in Action.table {
            let hasLetter = action.keys.contains { if case .function = $0 { false } else { true } }
            #expect(hasLetter, "\(action.id)")
            #expect(!action.help.isEmpty)
        }
    }

    @Test func everyActionIsInTheTableOnce() {
        for id in ActionID.allCases { #expect(Action.table.filter { $0.id == id }.count == 1, "\(id)") }
    }

    @Test func actsAreCapitalsAndNeverCorrectionKeys() {
        for action in Action.table where action.isDestructive && action.id != .undo {
            for key in action.keys {
                guard case .character(let scalar) = key else {
                    Issue.record("\(action.id): \(key)"); continue
                }
                #expect(scalar.properties.isUppercase, "\(action.id)")
            }
            #expect(action.needsOperate)
        }
    }

    @Test func helpFindsAndRuns() {
        var driver = Driver()
        driver.press("jj?evict")
        #expect(driver.messageLine.contains("type to search> evict"))
        driver.press("⏎")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
    }

    @Test func helpSaysWhereAnActionWorks() {
        var driver = Driver()
        driver.press("?lift this block⏎")
        #expect(driver.messageLine.contains("works in: Blocks"))
    }

    @Test func helpShowsWhatAKeyDoesFirstAndRunsIt() {
        var driver = Driver()
        driver.press("jj?X")
        let lines = driver.lines.filter { !$0.contains("KEYS - BINDINGS") }
        let first = lines.firstIndex { $0.contains("KEY X") } ?? -1
        #expect(first >= 0 && lines[first + 1].contains("EVICT: take the binding away"))
        driver.press("⏎")
        #expect(driver.screen.contains("EVICT 1 BINDING"))
        driver = Driver()
        driver.press("?F6")
        #expect(driver.screen.contains("choose the column to sort by"))
        driver.press("⌫⌫sort-menu")
        #expect(driver.screen.contains("choose the column to sort by"), "by its name")
    }

    /// The keys of the screen come first, and the line that Enter does is on the screen whatever its size.
    @Test(arguments: GoldenScreenTests.sizes) func helpFitsAndShowsThisScreensKeysFirst(_ size: Size) {
        for keys in ["1", "2", "3", "4", "5", "5⇥", "b"] {
            var driver = Driver(size)
            driver.press(keys + "?")
            let place = driver.model.screen.place
            #expect(driver.lines[2].contains("HERE"), "\(driver.screen)")
            for step in 0..<60 {
                guard case .help(let help) = driver.model.layer, let chosen = help.selectedAction(at: place)
                else {
                    Issue.record("\(keys): nothing is selected after \(step)")
                    return
                }
                let words = chosen.help.prefix(12)
                #expect(driver.lines.contains { $0.contains(words) }, "\(keys) \(size): \(chosen.id)")
                driver.press("↓")
            }
        }
    }

    @Test func helpListsEveryActionOfEveryScreen() {
        for (place, _) in Places.names {
            let lines = HelpState().lines(at: place)
            for action in Action.table where action.places.contains(place) {
                let isListed = lines.contains {
                    if case .action(let row) = $0 { row.id == action.id } else { false }
                }
                #expect(isListed, "\(action.id)")
            }
        }
    }

    @Test func theKeyBarCanBeHidden() {
        var driver = Driver()
        driver.press("K")
        #expect(!driver.screen.contains("? Help"))
        driver.press("K")
        #expect(driver.keyBar.contains("? Help"))
    }
}
