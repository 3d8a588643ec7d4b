import Cells
import Testing

@Suite("Bundled themes")
struct BundledThemeTests {
    @Test("Each is read without a problem and has nothing to complain about", arguments: ThemeFiles.names)
    func lint(name: String) throws {
        let entries = try ThemeFiles.entries(name)
        #expect(entries.count > 60)
        let result = ThemeDefinition(entries: entries).theme(inheriting: [])
        #expect(result.theme.name == name)
        #expect(result.problems.map(\.description) == [])
        let complaints = ThemeLint.check(result.theme).map(\.sentence)
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }
}
