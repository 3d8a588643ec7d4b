import Testing

@testable import Host

@Suite("Theme library")
struct ThemeLibraryTests {
    private let library = ThemeLibrary(
        files: [
            ThemeFile(
                name: "own",
                origin: "/a/own.yaml",
                lines: [("name", "own", 1), ("text.dim", "dim", 2)],
                problems: []
            ),
            ThemeFile(name: "own", origin: "built in", lines: [("name", "own", 1)], problems: []),
            ThemeFile(
                name: "bad",
                origin: "/a/bad.yaml",
                lines: [("name", "bad", 1), ("no.role", "bold", 2)],
                problems: []
            ),
        ],
        load: { _ in nil }
    )

    @Test("Of two themes with one name the nearer one wins")
    func shadowing() {
        #expect(library.names == ["own", "bad"])
        #expect(library.listing().first?.contains("/a/own.yaml") == true)
    }

    @Test("A check names line and role; an unknown theme names those that there are")
    func check() throws {
        #expect(try library.check("bad").contains { $0.contains("line 2") && $0.contains("no.role") })
        let error = #expect(throws: HostError.self) { try library.check("none") }
        #expect(error?.description.contains("own, bad") == true)
    }

    @Test("Samples show every role, without escapes where nobody sees colours")
    func samples() throws {
        let plain = try library.samples("own", colour: false)
        #expect(plain.contains { $0.hasPrefix("state.fail") })
        #expect(!plain.joined().utf8.contains(0x1b))
        #expect(try library.samples("own", colour: true).joined().utf8.contains(0x1b))
    }
}
