import Cells
import Host
import Testing

@testable import regtop

@Suite("Theme files")
struct ThemeFilesTests {
    @Test("Themes compiled in are all fine")
    func builtIn() throws {
        let library = ThemeFiles(environment: ["HOME": "/nonexistent", "XDG_DATA_DIRS": "/nonexistent"])
            .library()
        #expect(
            library.names == [
                "ansi", "midnight", "daylight", "contrast", "okabe", "tritan", "console16", "paper", "mono",
            ]
        )
        for name in library.names { #expect(try library.check(name) == []) }
    }

    @Test(
        "A value that YAML would turn into nothing, a flag or a comment is an error with its line",
        arguments: ["text: #5fafff", "text: no", "text: ~", "text:", "text: bold", "text: [bold]"]
    )
    func unquoted(_ line: String) {
        let file = ThemeFiles.parse("name: \"x\"\n\(line)\n", name: "x", origin: "x.yaml")
        #expect(file.problems.count == 1)
        #expect(
            file.problems.first?.hasPrefix("x.yaml:2:1: the value of text is not a quoted string") == true
        )
        #expect(file.entries.map(\.key) == ["name"])
    }

    @Test("A broken file is a theme with a problem, not a crash")
    func broken() {
        for text in ["", "- a", "\"", "a: \"b\"\na: \"c\"", "{"] {
            #expect(!ThemeFiles.parse(text, name: "x", origin: "x.yaml").problems.isEmpty)
        }
    }

    @Test("Quoted values arrive as written, with their lines")
    func quoted() {
        let file = ThemeFiles.parse("name: \"x\"\n\ncolor.sky: '#5fafff 75'\n", name: "x", origin: "x.yaml")
        #expect(file.problems.isEmpty)
        #expect(file.entries.map(\.value) == ["x", "#5fafff 75"])
        #expect(file.entries.map(\.line) == [1, 3])
    }
}
