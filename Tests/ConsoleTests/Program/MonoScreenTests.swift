import Cells
import Foundation
import Testing

@testable import Console

/// What can't be told by colour is told by words and attributes: each screen as a terminal without colours shows it.
@Suite struct MonoScreenTests {
    /// Roles that stand for a state or a judgement.
    private static let states: Set<Role> = Set(
        ThemeLint.states + [
            .verdictOK, .verdictBad, .secAttack, .secSelfheal, .secCalm, .flowReplyOK, .flowReplyAuth,
            .flowReplyFail,
        ]
    )
    /// A word may stand for two of these at once: they mean the same in different places.
    private static let kin: [Set<Role>] = [
        [.stateOK, .verdictOK, .secCalm, .flowReplyOK],
        [.stateFail, .verdictBad, .secAttack, .flowReplyFail],
        [.stateWarn, .secSelfheal], [.stateAuth, .flowReplyAuth],
    ]

    private struct Look: Hashable {
        var text: String
        var style: ResolvedStyle
    }

    /// No two states have the same word and the same attributes on one screen.
    @Test(arguments: GoldenScreenTests.cases + GoldenScreenTests.reachCases)
    func noTwoStatesLookEqual(_ item: GoldenScreenTests.Case) throws {
        let themes = try ["ansi", "mono", "paper"].map { try BundledTheme.read($0) }
        for size in GoldenScreenTests.sizes {
            var world = World()
            if item.name.hasPrefix("reach") { world.bindings = Samples.reach }
            var driver = Driver(size, world: world)
            driver.press(item.keys)
            let grid = driver.grid
            for theme in themes {
                var seen: [Look: Role] = [:]
                for (role, overlay, text) in Self.words(on: grid) {
                    let look = Look(text: text, style: theme.style(role, over: overlay, depth: .mono))
                    guard let other = seen.updateValue(role, forKey: look), other != role else { continue }
                    let areKin = Self.kin.contains { $0.contains(role) && $0.contains(other) }
                    #expect(areKin, "\(item.name) \(size) \(theme.name): \"\(text)\" is \(role) and \(other)")
                }
            }
        }
    }

    /// The pieces of one state each, from the left, without blanks around.
    private static func words(on grid: CellGrid) -> [(Role, Role?, String)] {
        var result: [(Role, Role?, String)] = []
        for y in 0..<grid.size.height {
            var text = ""
            var current: (Role, Role?)?
            func flush() {
                if let current, !text.trimmed.isEmpty { result.append((current.0, current.1, text.trimmed)) }
                (text, current) = ("", nil)
            }
            for x in 0..<grid.size.width {
                guard let cell = grid[x, y], states.contains(cell.role) else {
                    flush()
                    continue
                }
                if let known = current, known != (cell.role, cell.overlay) { flush() }
                current = (cell.role, cell.overlay)
                text.unicodeScalars.append(cell.scalar)
            }
            flush()
        }
        return result
    }

    /// The cursor and what is chosen are seen without colours as well.
    @Test(arguments: [
        "ansi", "midnight", "daylight", "contrast", "okabe", "tritan", "console16", "paper", "mono",
    ])
    func theCursorIsSeen(_ name: String) throws {
        let theme = try BundledTheme.read(name)
        for depth in ColourDepth.allCases {
            let plain = theme.style(.tableRow, depth: depth)
            #expect(theme.style(.tableRow, over: .rowCursor, depth: depth) != plain, "\(depth)")
            #expect(theme.style(.buttonFocus, depth: depth) != theme.style(.button, depth: depth), "\(depth)")
            #expect(
                theme.style(.buttonDanger, depth: depth) != theme.style(.button, depth: depth),
                "\(depth)"
            )
        }
    }

    /// A theme may want ASCII where the terminal could show more, and never the other way round.
    @Test func aThemeMayAskForASCII() {
        var driver = Driver(themes: [
            ThemeChoice(name: "ansi", summary: ""), ThemeChoice(name: "plain", summary: "", glyphs: .ascii),
        ])
        #expect(!driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
        driver.press("Tj")
        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII }, "in the preview already")
        driver.press("⏎")
        #expect(driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
        driver.press("Tk⏎")
        #expect(!driver.screen.unicodeScalars.allSatisfy { $0.isASCII })
    }
}

/// A theme file of the project.
private enum BundledTheme {
    static func read(_ name: String, path: String = #filePath) throws -> Theme {
        let root = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("themes/\(name).yaml"), encoding: .utf8)
        let entries = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
            index,
            line -> ThemeEntry? in
            guard let colon = line.range(of: ": \""), line.hasSuffix("\""), !line.hasPrefix("#") else {
                return nil
            }
            return ThemeEntry(
                key: String(line[..<colon.lowerBound]),
                value: String(line[colon.upperBound...].dropLast()),
                line: index + 1
            )
        }
        return ThemeDefinition(entries: entries).theme(inheriting: []).theme
    }
}
