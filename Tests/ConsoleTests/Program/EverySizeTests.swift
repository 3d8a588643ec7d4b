import Cells
import Support
import Testing

@testable import Console

/// Every screen and dialog can be drawn at every size, and a small one takes no keys but those that quit.
@Suite struct EverySizeTests {
    static let keys =
        GoldenScreenTests.cases.map(\.keys) + [
            "3⏎d", "3⏎w", "5⏎", "5⇥⏎", "b⏎", "bB", "1⇥⇥⇥", "1⇥⇥⇥⇥⇥jjj", "1⇤jjjj", "6⇥", "jjP", ":set ", "K",
            "3!", "!", "A", "v↓↓", "jjy", "3⏎y↓", "by", "jj:report⏎", "S", "3S",
        ]

    /// Edges of every layout, and sizes between them by chance: 1×1…200×60.
    private static func sizes(_ seed: UInt64) -> [Size] {
        let edges = [
            (1, 1), (1, 60), (200, 1), (39, 10), (40, 9), (40, 10), (41, 11), (59, 12), (60, 16), (69, 24),
            (70, 24),
            (76, 13), (79, 23), (80, 24), (119, 30), (120, 29), (120, 30), (140, 40), (160, 50), (200, 60),
        ]
        var random = SeededGenerator(seed: seed)
        return edges.map { Size(width: $0.0, height: $0.1) }
            + (0..<40).map { _ in Size(width: 1 + random.below(200), height: 1 + random.below(60)) }
    }

    @Test(arguments: Array(keys.enumerated()))
    func drawsAtEverySize(_ number: Int, _ keys: String) {
        var driver = Driver(ascii: number % 2 == 1)
        driver.press(keys)
        for size in Self.sizes(UInt64(number)) {
            driver.input(.resize(size))
            let grid = driver.grid
            #expect(grid.size == size)
            if let cursor = grid.cursor { #expect(grid.bounds.contains(cursor), "\(size)") }
            guard size.width >= 40, size.height >= 10 else { continue }
            expectWholeWords(in: driver)
        }
    }

    /// The key bar shows each hint whole.
    private func expectWholeWords(in driver: Driver) {
        guard driver.model.showsKeyBar else { return }
        let bar = driver.keyBar
        let hints = driver.model.hints(at: driver.now).map { hint in hint.runs.map(\.text.string).joined() }
        var rest = bar.trimmed[...]
        while !rest.isEmpty {
            guard let hint = hints.first(where: { rest == $0 || rest.hasPrefix($0 + "  ") }) else {
                Issue.record("\(driver.model.size): \"\(rest)\" begins with no whole hint of \(hints)")
                return
            }
            rest = rest.dropFirst(hint.count)
            rest = rest.drop { $0 == " " }
        }
    }

    @Test func tooSmallTakesNoKeysButQuit() {
        var driver = Driver()
        driver.press("jj")
        driver.input(.resize(Size(width: 38, height: 9)))
        #expect(driver.screen.hasPrefix("40x10 needed, have 38x9"))
        driver.press("XBE⏎1q")
        #expect(driver.acts.isEmpty)
        #expect(driver.effects.isEmpty)
        #expect(driver.screen.hasPrefix("q again: quit"))
        driver.press("q")
        guard case .quit(0)? = driver.effects.last else {
            Issue.record("q twice did not quit: \(driver.effects)")
            return
        }
        driver.input(.resize(Size(width: 80, height: 24)))
        #expect(driver.cursorLine.contains("4417@example.test"))
    }
}
