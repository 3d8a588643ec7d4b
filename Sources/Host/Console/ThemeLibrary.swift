public import Cells
import Console

/// A theme file as read: where it came from, its lines, and what was wrong with it as YAML.
public struct ThemeFile: Sendable {
    /// Name by which it is chosen: the file's name without `.yaml`.
    public var name: String
    /// Where it was found; `built in` for those compiled in.
    public var origin: String
    /// Its keys and values with line numbers.
    public var entries: [ThemeEntry]
    /// Problems found while reading it, as sentences with their line.
    public var problems: [String]

    /// Puts the parts together; `lines` are key, value and line number.
    public init(name: String, origin: String, lines: [(String, String, Int)], problems: [String]) {
        self.name = name
        self.origin = origin
        entries = lines.map { ThemeEntry(key: $0.0, value: $0.1, line: $0.2) }
        self.problems = problems
    }
}

/// All themes that can be chosen; of two with one name the first one found wins.
public struct ThemeLibrary: Sendable {
    /// The themes in the order of the search path, each name once.
    public let files: [ThemeFile]
    private let load: @Sendable (String) -> ThemeFile?

    /// A library of the files found on the search path; `load` reads one that is named by its path.
    public init(files: [ThemeFile], load: @escaping @Sendable (String) -> ThemeFile?) {
        var seen: Set<String> = []
        self.files = files.filter { seen.insert($0.name).inserted }
        self.load = load
    }

    /// The theme of whoever has chosen none.
    static let standard = "ansi"

    /// The theme to begin with: the one that an option or the settings name, else the one chosen before if it is still
    /// there.
    func name(_ console: ScreenSettings, _ preferences: Preferences) -> String {
        console.theme ?? preferences.theme.flatMap { theme($0) == nil ? nil : $0 } ?? Self.standard
    }

    /// The names that can be chosen.
    public var names: [String] { files.map(\.name) }

    /// What the console's list of themes shows.
    var choices: [ThemeChoice] {
        files.map { file in
            ThemeChoice(
                name: file.name,
                summary: ThemeDefinition(entries: file.entries).summary,
                glyphs: theme(file.name)?.theme.glyphs
            )
        }
    }

    /// A theme by name or by path, with everything that is wrong with it; nil if there is none.
    public func theme(_ nameOrPath: String) -> (theme: Theme, problems: [String])? {
        let isPath = nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml")
        let found = isPath ? load(nameOrPath) : files.first { $0.name == nameOrPath }
        guard let file = found else { return nil }
        let definition = ThemeDefinition(entries: file.entries)
        let result = definition.theme { name in
            files.first { $0.name == name }.map { ThemeDefinition(entries: $0.entries) }
        }
        return (result.theme, file.problems + result.problems.map(\.description))
    }

    /// The lines of `regtop theme list`.
    public func listing() -> [String] {
        let width = (names.map(\.count).max() ?? 0) + 2
        return files.map { file in
            let definition = ThemeDefinition(entries: file.entries)
            let pad = String(repeating: " ", count: width - file.name.count)
            let summary = definition.summary.isEmpty ? "" : "  \(definition.summary)"
            return "\(file.name)\(pad)\(SafeText(file.origin).string)\(summary)"
        }
    }

    /// What `regtop theme check` says: every problem of reading, and of the lint; empty if all is well.
    public func check(_ nameOrPath: String) throws(HostError) -> [String] {
        guard let found = theme(nameOrPath) else { throw Self.unknown(nameOrPath, names) }
        return found.problems + ThemeLint.check(found.theme).map(\.description)
    }

    /// What `regtop theme show` prints: every role as a sample in its own style.
    public func samples(_ nameOrPath: String, colour: Bool) throws(HostError) -> [String] {
        guard let found = theme(nameOrPath) else { throw Self.unknown(nameOrPath, names) }
        return Role.allCases.map { role in
            let name = role.name + String(repeating: " ", count: max(1, 22 - role.name.count))
            let sample = "The quick brown fox 0123456789"
            guard colour else { return name + sample }
            return name + Self.escape(found.theme.style(role, depth: .c256)) + sample + "\u{1b}[0m"
        }
    }

    static func unknown(_ name: String, _ names: [String]) -> HostError {
        HostError("theme \(name): not found; there are \(names.joined(separator: ", "))", exitCode: 1)
    }

    private static func escape(_ style: ResolvedStyle) -> String {
        var codes: [String] = []
        for (attribute, code) in [(Attributes.bold, 1), (.dim, 2), (.underline, 4), (.reverse, 7)]
        where style.attributes.contains(attribute) {
            codes.append(String(code))
        }
        if case .index(let index) = style.foreground { codes.append("38;5;\(index)") }
        if case .index(let index) = style.background { codes.append("48;5;\(index)") }
        return codes.isEmpty ? "" : "\u{1b}[\(codes.joined(separator: ";"))m"
    }
}
