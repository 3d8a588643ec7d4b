import Cells
import ConsoleLink
import Testing

@testable import Console

/// The key bar as it is drawn never lies.
@Suite struct KeyBarTests {
    /// States of screens: the golden ones, and those between.
    static let states =
        EverySizeTests.keys + [
            "", "p", "3p", "3k", "5!", "/s", "/nobody⏎", "1⇥⇥⇥⇥", "jv", "␣", "Tj", "sj", "jjX⇥", "jjB⇥⇥⇥",
            "D",
            "?zzz", ":a", ":zz", "%", "3⏎rd", "jj⏎]", "-", "Q", "b⏎", "5⏎", "jjX⇥⇥stuck⇥⏎5⇥",
        ]
    static let sizes = GoldenScreenTests.sizes

    /// Each key that is shown changes what is seen, or sends something, or says why not.
    @Test(arguments: Array(states.enumerated()))
    func everyKeyShownDoesSomething(_ number: Int, _ keys: String) {
        // The usual screen for all, and each on another one too, some of them read-only.
        let other = [Self.sizes[0], Self.sizes[2], Self.sizes[0], Self.sizes[3]][number % 4]
        for (size, readOnly) in [(Self.sizes[1], false), (other, number % 3 == 0)] {
            var driver = Driver(size, readOnly: readOnly)
            driver.press(keys)
            expectHonesty(of: driver, "\(keys) \(size) \(readOnly)")
        }
    }

    @Test(arguments: ["", "1", "3", "jj⏎", "3⏎", "5", "jjX", "/4"])
    func alsoWhileTheLinkIsLost(_ keys: String) {
        for size in Self.sizes {
            var driver = Driver(size)
            driver.press(keys)
            driver.input(.link(.lost("the registrar has gone")))
            expectHonesty(of: driver, "\(keys) \(size)")
        }
    }

    private func expectHonesty(of driver: Driver, _ state: String) {
        // A message that goes away would hide that nothing else happens.
        var driver = driver
        driver.model.message = nil
        let before = driver.grid
        for key in driver.keysOfBar {
            var copy = driver
            copy.input(.key(key))
            let hasEffect =
                copy.acts.count != driver.acts.count || copy.effects.count != driver.effects.count
                || copy.queries != driver.queries || copy.histories.count != driver.histories.count
            let after = copy.grid
            #expect(
                after.cells != before.cells || after.cursor != before.cursor || hasEffect,
                "\(state): \(key) does nothing"
            )
        }
    }

    /// What is drawn is whole hints, each once, in their order, and the ones left out weigh less.
    @Test(arguments: states)
    func noWordIsCut(_ keys: String) {
        for size in Self.sizes {
            var driver = Driver(size)
            driver.press(keys)
            let hints = driver.model.hints(at: driver.now)
            let texts = hints.map { $0.runs.map(\.text.string).joined() }
            guard driver.model.showsKeyBar else { continue }
            let line = driver.keyBar.trimmed
            let shown = SegmentLine.keyBar(hints).shown(in: size.width - 1).left
            #expect(line == shown.map { texts[$0] }.joined(separator: "  "), "\(keys) \(size)")
        }
    }

    /// Clicking a hint is pressing its key.
    @Test(arguments: GoldenScreenTests.cases)
    func aClickIsTheKey(_ item: GoldenScreenTests.Case) {
        let driver = Driver.withMouse(Size(width: 140, height: 40), keys: item.keys)
        let grid = driver.grid
        var seen: Set<Key> = []
        for x in 0..<140 {
            let point = Point(x: x, y: 39)
            guard case .key(let key)? = grid.spot(at: point), seen.insert(key).inserted else { continue }
            var clicked = driver
            var pressed = driver
            clicked.input(.key(.mouse(MouseEvent(.click, at: point))))
            pressed.input(.key(key))
            #expect(clicked.grid == pressed.grid, "\(item.name): \(key)")
        }
    }
}
