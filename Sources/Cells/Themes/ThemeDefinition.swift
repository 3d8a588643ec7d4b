/// One line of a theme file: a key and its value, both as text.
public struct ThemeEntry: Hashable, Sendable {
    /// The key: `name`, `color.sky`, `row.cursor`.
    public var key: String
    /// The value.
    public var value: String
    /// Its line in the file, from 1.
    public var line: Int

    /// A line.
    public init(key: String, value: String, line: Int) {
        self.key = key
        self.value = value
        self.line = line
    }
}

/// Something wrong with a theme, as one sentence.
public struct ThemeProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The theme.
    public var theme: String
    /// The line in its file; nil when no single line is to blame.
    public var line: Int?
    /// What is wrong and what to do.
    public var sentence: String
    /// Whether the theme is still used as meant (an unknown role); else the entry was ignored.
    public var isWarning: Bool

    /// A problem.
    public init(theme: String, line: Int?, sentence: String, isWarning: Bool = false) {
        self.theme = theme
        self.line = line
        self.sentence = sentence
        self.isWarning = isWarning
    }

    /// `midnight, line 12: state.ok: there is no colour "skye".`
    public var description: String {
        let place = line.map { ", line \($0)" } ?? ""
        return "\(theme)\(place): \(sentence)"
    }
}

/// A theme file as read: not yet joined with the one it inherits from.
public struct ThemeDefinition: Hashable, Sendable {
    /// Its name.
    public private(set) var name = "unnamed"
    /// The backgrounds it is made for; nil takes the inherited theme's.
    public private(set) var variant: Theme.Variant?
    /// The theme it inherits from.
    public private(set) var inherits: String?
    /// One line about it.
    public private(set) var summary = ""
    /// What was wrong with its lines.
    public private(set) var problems: [ThemeProblem] = []

    private var contrast: Double?
    private var vision: [ColourVision]?
    /// The glyphs it asks for; nil takes the inherited theme's.
    public private(set) var glyphs: Glyphs?
    private var palette: [String: Colour] = [:]
    private var styleLines: [StyleLine] = []

    private struct StyleLine: Hashable {
        let role: Role
        let value: String
        let line: Int
    }

    /// Reads the lines of a theme file; a bad line is a problem and is ignored.
    public init(entries: [ThemeEntry]) {
        var seen: [String: Int] = [:]
        if let entry = entries.last(where: { $0.key == "name" }) { name = entry.value }
        for entry in entries {
            if let first = seen.updateValue(entry.line, forKey: entry.key) {
                report(entry.line, "\(entry.key) is given twice, first in line \(first); remove one.")
                continue
            }
            do throws(StyleError) {
                try read(entry)
            } catch {
                report(entry.line, "\(entry.key): \(error.sentence)")
            }
        }
    }

    private mutating func report(_ line: Int?, _ sentence: String, isWarning: Bool = false) {
        problems.append(ThemeProblem(theme: name, line: line, sentence: sentence, isWarning: isWarning))
    }

    private mutating func read(_ entry: ThemeEntry) throws(StyleError) {
        switch entry.key {
        case "name":
            guard !entry.value.isEmpty else { throw StyleError("a theme needs a name.") }
        case "summary": summary = SafeText(entry.value).string
        case "inherits": inherits = entry.value
        case "variant":
            guard let value = Theme.Variant(rawValue: entry.value) else {
                throw StyleError("write dark, light or any, not \"\(entry.value)\".")
            }
            variant = value
        case "contrast":
            guard let value = Double(entry.value), value >= 1, value <= 21 else {
                throw StyleError("write a ratio from 1 to 21, such as 4.5.")
            }
            contrast = value
        case "vision":
            var kinds: [ColourVision] = []
            for word in entry.value.split(separator: " ") {
                guard let kind = ColourVision(rawValue: String(word)) else {
                    throw StyleError("write deuteranopia, protanopia or tritanopia, not \"\(word)\".")
                }
                kinds.append(kind)
            }
            vision = kinds
        case "glyphs":
            guard entry.value == "ascii" else {
                throw StyleError("only \"ascii\" can be asked for, not \"\(entry.value)\".")
            }
            glyphs = .ascii
        case let key where key.hasPrefix("color."):
            palette[String(key.dropFirst(6))] = try StyleParser(palette: [:]).colour(entry.value)
        default:
            guard let role = Role(name: entry.key) else {
                report(entry.line, "no role is called \(entry.key); the line is ignored.", isWarning: true)
                return
            }
            styleLines.append(StyleLine(role: role, value: entry.value, line: entry.line))
        }
    }

    /// Joins the definition with those it inherits from, nearest first.
    ///
    /// Colours are merged before styles are read, so a heir may change one colour and all inherited
    /// styles that use it follow.
    ///
    /// - Returns: the theme, and the problems of this definition and of those it inherits from.
    public func theme(inheriting ancestors: [ThemeDefinition]) -> (theme: Theme, problems: [ThemeProblem]) {
        let chain = [self] + ancestors
        var colours: [String: Colour] = [:]
        var styles = [RoleStyle?](repeating: nil, count: Role.allCases.count)
        var problems = chain.flatMap(\.problems)
        for definition in chain.reversed() {
            colours.merge(definition.palette) { _, new in new }
        }
        let parser = StyleParser(palette: colours)
        for definition in chain.reversed() {
            for line in definition.styleLines {
                do throws(StyleError) {
                    styles[Int(line.role.rawValue)] = try parser.roleStyle(line.value)
                } catch {
                    let sentence = "\(line.role.name): \(error.sentence)"
                    problems.append(
                        ThemeProblem(theme: definition.name, line: line.line, sentence: sentence),
                    )
                }
            }
        }
        let theme = Theme(
            name: name,
            variant: chain.compactMap(\.variant).first ?? .any,
            summary: summary,
            contrast: chain.compactMap(\.contrast).first ?? 4.5,
            vision: vision ?? [],
            glyphs: chain.compactMap(\.glyphs).first,
            styles: styles,
        )
        return (theme, problems)
    }

    /// Joins the definition with those it inherits from, found by name.
    ///
    /// A missing or circular `inherits` is a problem; the theme is then made of what was found.
    public func theme(
        finding find: (String) -> ThemeDefinition?,
    ) -> (theme: Theme, problems: [ThemeProblem]) {
        var ancestors: [ThemeDefinition] = []
        var names: Set<String> = [name]
        var next = inherits
        var broken: ThemeProblem?
        while let wanted = next {
            guard names.insert(wanted).inserted else {
                broken = ThemeProblem(
                    theme: name,
                    line: nil,
                    sentence: "inherits goes round in a circle at \(wanted).",
                )
                break
            }
            guard let found = find(wanted) else {
                broken = ThemeProblem(
                    theme: name,
                    line: nil,
                    sentence: "inherits \(wanted), but no such theme was found.",
                )
                break
            }
            ancestors.append(found)
            next = found.inherits
        }
        var result = theme(inheriting: ancestors)
        if let broken { result.problems.append(broken) }
        return result
    }
}
