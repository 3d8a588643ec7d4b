import Cells
import Testing

@Suite("Bundled themes")
struct BundledThemeTests {
    private func theme(_ name: String) throws -> Theme {
        let result = ThemeDefinition(entries: try ThemeFiles.entries(name)).theme(inheriting: [])
        #expect(result.problems.map(\.description) == [])
        return result.theme
    }

    @Test("Each is read without a problem and has nothing to complain about", arguments: ThemeFiles.names)
    func lint(name: String) throws {
        #expect(try ThemeFiles.entries(name).count > 60)
        let theme = try theme(name)
        #expect(theme.name == name)
        #expect(!theme.summary.isEmpty)
        let complaints = ThemeLint.check(theme).map(\.sentence)
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test("The tests know every theme there is")
    func all() throws {
        #expect(try ThemeFiles.namesOfFiles() == ThemeFiles.names.sorted())
    }

    @Test(
        "Every role is named by each, and no depth is told a colour that it hasn't",
        arguments: ThemeFiles.names
    )
    func roles(name: String) throws {
        let theme = try theme(name)
        for role in Role.allCases where role != .tableRowAlt {
            #expect(theme.ownStyle(role) != nil, "\(role.name)")
        }
        for role in Role.allCases {
            for overlay in [nil, Role.rowCursor, .rowMark, .rowGone] {
                for (depth, most) in [(ColourDepth.c256, 256), (.c16, 16), (.c8, 8), (.mono, 0)] {
                    let style = theme.style(role, over: overlay, depth: depth)
                    for paint in [style.foreground, style.background] {
                        switch paint {
                        case .terminal: break
                        case .index(let index): #expect(Int(index) < most, "\(role.name) at \(depth)")
                        case .rgb: Issue.record("\(role.name) at \(depth) has an exact colour")
                        }
                    }
                }
            }
        }
    }

    @Test("What a theme is for, it promises, and the lint holds it to it")
    func promises() throws {
        #expect(try theme("contrast").contrast >= 7)
        #expect(try theme("daylight").contrast >= 7)
        #expect(try theme("okabe").vision == [.deuteranopia, .protanopia])
        #expect(try theme("tritan").vision == [.tritanopia])
        #expect(try theme("console16").glyphs == .ascii)
        #expect(try ["ansi", "mono"].allSatisfy { try theme($0).variant == .any })
        #expect(try ["daylight", "paper"].allSatisfy { try theme($0).variant == .light })
    }

    @Test("mono has no colour at any depth")
    func mono() throws {
        let theme = try theme("mono")
        for role in Role.allCases {
            for depth in ColourDepth.allCases {
                let style = theme.style(role, depth: depth)
                #expect(style.foreground == .terminal && style.background == .terminal, "\(role.name)")
            }
        }
    }

    @Test("paper fills nothing where there are colours")
    func paper() throws {
        let theme = try theme("paper")
        for role in Role.allCases {
            for depth in ColourDepth.allCases where depth != .mono {
                let style = theme.style(role, depth: depth)
                #expect(style.background == .terminal && !style.attributes.contains(.reverse), "\(role.name)")
            }
        }
    }

    @Test("console16 needs no more than eight colours and bold")
    func console16() throws {
        let theme = try theme("console16")
        for role in Role.allCases {
            let style = theme.style(role, depth: .c8)
            #expect(style.attributes.isDisjoint(with: [.dim, .underline]), "\(role.name)")
            #expect(theme.style(role, depth: .c256) == theme.style(role, depth: .c16), "\(role.name)")
        }
    }

    @Test(
        "The lint finds a contrast below the promise, states that look alike, and the terminal's colour on another"
    )
    func lintFinds() throws {
        func complaints(_ name: String, _ changes: [String: String]) throws -> String {
            let entries = try ThemeFiles.entries(name).map { entry in
                ThemeEntry(key: entry.key, value: changes[entry.key] ?? entry.value, line: entry.line)
            }
            return ThemeLint.check(ThemeDefinition(entries: entries).theme(inheriting: []).theme)
                .map(\.sentence).joined(separator: "\n")
        }
        #expect(
            try complaints("daylight", ["state.ok": "#5f8700 64 black | default"]).contains("7.0 is needed")
        )
        #expect(try complaints("daylight", ["flow.time": "#5f8700 64 black | dim"]).contains("flow.time"))
        #expect(
            try complaints(
                "okabe",
                ["state.warn": "#e07850 bold | bold", "state.ok": "#a8a840 bold | default"]
            )
            .contains("look alike with")
        )
        #expect(
            try complaints(
                "tritan",
                ["state.warn": "#5fd7af bold | bold", "state.ok": "#5fd7d7 bold | default"]
            )
            .contains("look alike with tritanopia")
        )
        #expect(
            try complaints("midnight", ["dialog": "default on #1c1f26 234 black | default"])
                .contains("dialog puts the terminal's own text colour on a colour")
        )
        #expect(try complaints("paper", ["bar.title": "on #dddddd"]).contains("sets only a background"))
        #expect(try complaints("ansi", ["state.late": "bold | bold"]).contains("look the same at depth mono"))
    }
}
