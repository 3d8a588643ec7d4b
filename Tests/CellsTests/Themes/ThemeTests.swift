import Cells
import Testing

@Suite("Themes")
struct ThemeTests {
    static func definition(_ text: String) -> ThemeDefinition {
        ThemeDefinition(entries: ThemeFiles.entries(text: text))
    }

    static func theme(_ text: String) -> Theme { definition(text).theme(inheriting: []).theme }

    @Test("A role not mentioned looks like its parent, a colour left out is the surface's")
    func parents() {
        let theme = Self.theme(
            """
            text: "white on black"
            bar.title: "black on cyan"
            bar.title.live: "bright-white bold"
            state.ok: "green"
            """,
        )
        #expect(theme.style(.verdictOK, depth: .c256) == theme.style(.stateOK, depth: .c256))
        #expect(theme.style(.stateOK, depth: .c256).background == .index(0))
        #expect(theme.style(.barTitleLive, depth: .c256).background == .index(6))
        #expect(theme.style(.barTitleMode, depth: .c256) == theme.style(.barTitle, depth: .c256))
    }

    @Test("Each depth shows the best it can")
    func depths() {
        let theme = Self.theme(
            """
            color.sky: "#5fafff bright-blue"
            state.ok: "sky bold"
            state.warn: "#ff8700 208 bold | black on yellow | underline"
            row.cursor: "default on #303030 bold | reverse"
            text.dim: "bright-black"
            """,
        )
        func style(_ role: Role, _ depth: ColourDepth) -> ResolvedStyle { theme.style(role, depth: depth) }
        #expect(style(.stateOK, .direct).foreground == .rgb(RGB(0x5F, 0xAF, 0xFF)))
        #expect(style(.stateOK, .c256).foreground == .index(75))
        #expect(style(.stateOK, .c16).foreground == .index(12))
        #expect(style(.stateOK, .c8) == ResolvedStyle(foreground: .index(4), attributes: .bold))
        #expect(style(.stateOK, .mono) == ResolvedStyle(attributes: .bold))
        #expect(style(.stateWarn, .c256).foreground == .index(208))
        #expect(style(.stateWarn, .c16) == ResolvedStyle(foreground: .index(0), background: .index(3)))
        #expect(style(.stateWarn, .mono) == ResolvedStyle(attributes: .underline))
        #expect(style(.rowCursor, .c8) == ResolvedStyle(attributes: .reverse))
        #expect(style(.textDim, .c8) == ResolvedStyle(attributes: .dim))
    }

    @Test("Under the cursor a state keeps its colour, a badge keeps both")
    func overlays() {
        let theme = Self.theme(
            """
            state.ok: "green"
            state.late: "black on yellow"
            row.cursor: "default on blue bold"
            """,
        )
        let state = theme.style(.stateOK, over: .rowCursor, depth: .c256)
        #expect(state == ResolvedStyle(foreground: .index(2), background: .index(4), attributes: .bold))
        let badge = theme.style(.stateLate, over: .rowCursor, depth: .c256)
        #expect(badge == ResolvedStyle(foreground: .index(0), background: .index(3)))
        let other = theme.style(.stateOK, over: .rowMark, depth: .c256)
        #expect(other == theme.style(.stateOK, depth: .c256), "row.mark is not in the theme")
    }

    @Test(
        "A bad line is one sentence with its line, and is ignored",
        arguments: [
            ("state.ok: \"skye\"", "there is no colour or attribute \"skye\""),
            ("state.ok: \"#12345\"", "\"#12345\" is no colour"),
            ("state.ok: \"\"", "the style is empty"),
            ("state.ok: \"red green\"", "one colour too many"),
            ("state.ok: \"red on\"", "after \"on\" goes one colour"),
            ("state.ok: \"300\"", "an index goes from 0 to 255"),
            ("state.ok: \"red | red | red | red\"", "more than two"),
            ("variant: \"pink\"", "write dark, light or any"),
            ("contrast: \"lots\"", "write a ratio"),
            ("vision: \"owl\"", "not \"owl\""),
            ("color.sky: \"bold\"", "write #rrggbb"),
            ("state.ok: \"\u{1b}[0m\"", "\\x1b[0m"),
        ],
    )
    func badLines(line: String, complaint: String) throws {
        let result = Self.definition("name: \"t\"\n" + line).theme(inheriting: [])
        let problem = try #require(result.problems.first)
        #expect(result.problems.count == 1)
        #expect(problem.line == 2)
        #expect(problem.description.hasPrefix("t, line 2: "), "\(problem)")
        #expect(problem.sentence.contains(complaint), "\(problem)")
        #expect(!problem.isWarning)
        #expect(result.theme.style(.stateOK, depth: .c256) == ResolvedStyle())
    }

    @Test("An unknown role warns, a key given twice names both lines")
    func unknownAndTwice() {
        let unknown = Self.definition("state.good: \"green\"").problems
        #expect(unknown.map(\.isWarning) == [true])
        let twice = Self.definition("text: \"bold\"\ntext: \"dim\"").problems
        #expect(twice.map(\.sentence) == ["text is given twice, first in line 1; remove one."])
    }

    @Test("An heir may change one colour, and inherited styles follow")
    func inheritance() {
        let parent = Self.definition(
            "name: \"a\"\ncolor.good: \"green\"\nstate.ok: \"good\"\nvariant: \"dark\""
        )
        let heir = Self.definition("name: \"b\"\ninherits: \"a\"\ncolor.good: \"blue\"")
        let result = heir.theme { $0 == "a" ? parent : nil }
        #expect(result.problems.isEmpty)
        #expect(result.theme.style(.stateOK, depth: .c256).foreground == .index(4))
        #expect(result.theme.variant == .dark)
        #expect(result.theme.name == "b")
    }

    @Test("A missing or circular ancestor is a problem, not the end")
    func brokenInheritance() {
        let heir = Self.definition("name: \"b\"\ninherits: \"a\"\nstate.ok: \"red\"")
        let missing = heir.theme { _ in nil }
        #expect(missing.problems.map(\.sentence) == ["inherits a, but no such theme was found."])
        #expect(missing.theme.style(.stateOK, depth: .c256).foreground == .index(1))
        let circle = Self.definition("name: \"a\"\ninherits: \"b\"")
        #expect(heir.theme { $0 == "a" ? circle : heir }.problems.count == 1)
    }

    @Test("The nearest of the 256 is found; the operator's 16 are never guessed")
    func nearest() {
        #expect(Palette256.nearest(to: RGB(0x5F, 0xAF, 0xFF)) == 75)
        #expect(Palette256.nearest(to: RGB(0, 0, 0)) == 16)
        #expect(Palette256.nearest(to: RGB(0xFF, 0xFF, 0xFF)) == 231)
        #expect(RGB(hex: "#0A0b0c")?.description == "#0a0b0c")
        #expect(RGB(hex: "#0A0b0") == nil)
        #expect(RGB(hex: "#+10b0c") == nil)
    }

    @Test("Contrast is WCAG's")
    func contrast() {
        let white = LinearRGB(RGB(255, 255, 255))
        let black = LinearRGB(RGB(0, 0, 0))
        #expect(abs(white.contrast(with: black) - 21) < 0.001)
        #expect(abs(LinearRGB(RGB(0x76, 0x76, 0x76)).contrast(with: white) - 4.54) < 0.01)
        #expect(abs(white.difference(from: black) - 100) < 0.01)
    }
}

@Suite("Theme lint")
struct ThemeLintTests {
    @Test(
        "Finds what is planted",
        arguments: [
            ("text: \"#808080 white on #7f7f7f black\"", "text has a contrast of 1.0"),
            ("row.cursor: \"on blue\"", "row.cursor sets only a background"),
            ("state.ok: \"#00ff00\"", "state.ok has no 16-colour name"),
            ("state.ok: \"yellow\"", "state.ok may vanish"),
            ("dialog: \"default on blue\"", "the terminal's own text colour on a colour"),
            ("row.cursor: \"bold\"\ntable.row: \"bold\"", "row.cursor looks like any other row"),
            (
                "state.warn: \"dim\"\nstate.late: \"dim\"",
                "state.warn and state.late look the same at depth mono"
            ),
        ],
    )
    func planted(text: String, complaint: String) {
        let found = ThemeLint.check(ThemeTests.theme(text)).map(\.sentence)
        #expect(found.contains { $0.contains(complaint) }, "\(found)")
    }

    @Test("Words that differ excuse states that look alike")
    func words() {
        let theme = ThemeTests.theme(
            "row.cursor: \"reverse\"\nbutton.focus: \"reverse\"\nbutton.danger: \"reverse\""
        )
        #expect(!ThemeLint.check(theme).isEmpty)
        let words: [Role: String] = [
            .stateOK: "OK", .stateWarn: "WARN", .stateLate: "LATE", .stateFail: "FAIL", .stateAuth: "AUTH",
            .stateUnreg: "UNREG", .stateUnknown: "?",
        ]
        #expect(ThemeLint.check(theme, words: words) == [])
    }

    @Test("Red and green of the same lightness look alike without green cones")
    func vision() {
        let theme = ThemeTests.theme(
            """
            variant: "dark"
            vision: "deuteranopia"
            text: "#ffffff white on #000000 black"
            state.ok: "#7f9f00 green"
            state.fail: "#c48a00 red"
            state.warn: "#8f9a00 yellow"
            """,
        )
        let found = ThemeLint.check(theme).map(\.sentence)
        #expect(
            found.contains { $0.hasPrefix("state.ok and state.warn look alike with deuteranopia") },
            "\(found)"
        )
    }

    @Test("The built-in stand-in has nothing to complain about")
    func bare() {
        #expect(ThemeLint.check(.bare) == [])
    }
}
