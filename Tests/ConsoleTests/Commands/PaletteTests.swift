internal import BindingTable
import Cells
internal import Monitor
import SIPMessage
import Support
import Testing

@testable import Console

/// The box behind `:` that lists all that can be done.
@Suite struct PaletteTests {
    private func names(_ driver: Driver) -> [String] {
        guard let typed = driver.model.commandLine else { return [] }
        return driver.model.paletteEntries(typed, at: driver.now).map(\.name)
    }

    @Test func listsEveryCommandAndEveryActionThatCanBeDone() {
        for keys in ["1", "2", "jj⏎", "3", "3⏎", "4", "5", "5⇥", "b", "jjH"] {
            var driver = Driver()
            driver.press("\(keys):")
            let listed = names(driver)
            for command in Command.table { #expect(listed.contains(command.name.rawValue)) }
            let moves: Set<ActionID> = [
                .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last, .command,
                .leave,
                .detail, .quit,
            ]
            for action in driver.model.keys.actions(at: driver.model.screen.place)
            where !moves.contains(action.id) && Command.named(action.id.settingName) == nil {
                let isPossible = driver.model.obstacle(to: action.id, at: driver.now) == nil
                #expect(listed.contains(action.id.settingName) == isPossible, "\(keys): \(action.id)")
            }
            #expect(Set(listed).count == listed.count)
        }
    }

    @Test func theBestComesFirst() {
        var driver = Driver()
        driver.press("jj:ex")
        #expect(names(driver).first == "expire")
        #expect(driver.screen.contains("[AOR|@mark|@filter]"))
        driver.press("⌃uev")
        #expect(names(driver).first == "evict")
        driver.press("⌃ukb")
        #expect(names(driver).contains("key-bar"))
        driver.press("⌃ubar")
        #expect(names(driver).first == "key-bar")
        driver.press("⌃ujournal")
        #expect(names(driver).first == "history")
        driver.press("⌃uxyzzy")
        #expect(names(driver).isEmpty && driver.screen.contains("Nothing here is called xyzzy."))
    }

    @Test func aClickSelectsAndASecondOneRuns() {
        var driver = Driver.withMouse(keys: ":free")
        driver.click("freeze", from: 2)
        #expect(!driver.model.isFrozen && driver.model.commandLine?.selected == 0)
        driver.click("freeze", from: 2)
        #expect(driver.model.isFrozen && driver.model.commandLine == nil)
        driver.press(":free")
        driver.click("Find", from: 2)
        #expect(driver.model.commandLine != nil && driver.model.isFrozen, "beside its rows nothing happens")
    }

    @Test func enterRunsWhatIsSelected() {
        var driver = Driver()
        driver.press("jj:evi⏎")
        #expect(driver.screen.contains("EVICT 1 BINDING") && driver.performed.isEmpty)
        driver.press("⎋:freez⏎")
        #expect(driver.model.isFrozen && driver.model.commandHistory.last == "freeze")
        driver.press(":freeze⏎:view ")
        driver.press("↓↓⏎")
        #expect(driver.model.screen == .bindings)
        driver.press(":view at⇥")
        #expect(driver.model.commandLine?.line.text == "view attempts")
        driver.press("⏎")
        #expect(driver.model.screen == .attempts)
    }

    /// What is typed whole runs, whatever else is listed above it.
    @Test func aWholeNameRunsThat() {
        var driver = Driver()
        driver.press(":log⏎")
        #expect(driver.model.screen == .log)
        driver.press(":blocks⏎")
        #expect(driver.model.screen == .blocks)
    }

    @Test func proposesWhatWasSeen() {
        var driver = Driver()
        driver.press(":evict ali")
        #expect(names(driver).first == "alice@example.test")
        driver.press("⇥⏎")
        #expect(driver.screen.contains("EVICT 2 BINDINGS") && driver.performed.isEmpty)
        driver.press("⎋:filter st:L⇥")
        #expect(driver.model.commandLine?.line.text == "filter st:LATE")
        driver.press("⎋:filter 4417⏎:filter ")
        #expect(names(driver).contains("4417"))
        driver.press("⎋:set gl⇥")
        #expect(driver.model.commandLine?.line.text == "set glyphs")
        driver.press(" a⇥")
        #expect(driver.model.commandLine?.line.text == "set glyphs ascii")
        driver.press("⎋:columns tp,age⇥")
        #expect(driver.model.commandLine?.line.text == "columns tp,age")
        driver.press("⌫⌫⌫peer⇥")
        #expect(driver.model.commandLine?.line.text == "columns tp,peer")
        driver.press("⎋:sort exp⇥")
        #expect(driver.model.commandLine?.line.text == "sort expires_in")
        let source = "\(driver.model.bindings.entries[0].row.binding.facts.path.source.address)"
        driver.press("⎋:block \(source.dropLast())")
        #expect(names(driver).contains(source))
    }

    @Test func namedFiltersAreProposed() {
        var preferences = Preferences()
        preferences.filters = ["late": "st:LATE"]
        var driver = Driver(preferences: preferences)
        driver.press(":filter @")
        #expect(names(driver).count { $0 == "@late" } == 1)
    }

    /// The list behind goes on while the palette is open.
    @Test func liveUpdatesGoOnBehind() {
        var driver = Driver()
        driver.press(":")
        let queries = driver.queries
        driver.wait(2)
        #expect(driver.queries > queries && driver.model.commandLine != nil)
    }

    /// Names of strangers are shown harmless.
    @Test func hostileNamesAreEscaped() {
        var world = World()
        world.bindings[0].binding.texts.aor = Array("evil\u{1b}]0;x\u{7}\u{202e}@example.test".utf8)
        var driver = Driver(world: world)
        driver.press(":evict evil")
        #expect(driver.screen.contains("evil\\x1b"))
        #expect(
            !driver.screen.unicodeScalars.contains("\u{1b}")
                && !driver.screen.unicodeScalars.contains("\u{202e}")
        )
    }

    /// No typing, arrows or completion in any order traps, and the selection is always one of the list.
    @Test(arguments: 0..<40)
    func anyTypingIsFine(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let keys = Array(":evict @filter sort cols auto -1h⇥⇥↑↑↓↓↓⌫⌃p⌃n⌃u⌃w←→@,x  ")
        var driver = Driver(Size(width: 40 + random.below(80), height: 10 + random.below(20)))
        driver.press(":")
        for _ in 0..<60 {
            let key = keys[random.below(keys.count)]
            driver.press(key == "⌃" ? "⌃u" : String(key))
            guard let typed = driver.model.commandLine else {
                driver.press(":")
                continue
            }
            let count = driver.model.paletteEntries(typed, at: driver.now).count
            if let selected = typed.selected { #expect(selected < count) }
            _ = driver.grid
        }
        #expect(driver.performed.isEmpty)
    }
}
