/// What is wrong with a value of a theme file; the caller adds the place.
struct StyleError: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// Reads the values of theme files.
///
///     style    = part [ "|" part [ "|" part ] ]
///     part     = [ colour ] [ "on" colour ] { "bold" | "dim" | "underline" | "reverse" }
///     colour   = "default" | palette-name | ( "#rrggbb" | 0-255 ) [ 0-255 ] [ name ] | name
struct StyleParser {
    let palette: [String: Colour]

    /// A colour that stands alone: `#5fafff 75 bright-blue`.
    func colour(_ text: String) throws(StyleError) -> Colour {
        var words = StyleParser.words(text)[...]
        guard let result = try takeColour(&words) else {
            throw StyleError("write #rrggbb, an index from 0 to 255 or a name such as bright-blue.")
        }
        guard words.isEmpty else { throw StyleError("\"\(words[words.startIndex])\" is too much.") }
        return result
    }

    /// A role's style with its fall-backs.
    func roleStyle(_ text: String) throws(StyleError) -> RoleStyle {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count <= 3 else {
            throw StyleError(
                "there are more than two \"|\"; one before the 16-colour style, one before mono."
            )
        }
        var styles: [Style] = []
        for part in parts { styles.append(try style(String(part))) }
        guard let full = styles.first else { throw StyleError("the style is empty; write a colour or bold.") }
        return RoleStyle(
            full: full,
            fallback: styles.count > 1 ? styles[1] : nil,
            mono: styles.count > 2 ? styles[2] : nil,
        )
    }

    private func style(_ text: String) throws(StyleError) -> Style {
        var words = StyleParser.words(text)[...]
        guard !words.isEmpty else { throw StyleError("the style is empty; write a colour or bold.") }
        var result = Style()
        while let word = words.first {
            if let attribute = Attributes.names.first(where: { $0.0 == word }) {
                words.removeFirst()
                result.attributes.insert(attribute.1)
            } else if word == "on" {
                words.removeFirst()
                guard result.background == nil, let colour = try takeColour(&words) else {
                    throw StyleError("after \"on\" goes one colour.")
                }
                result.background = colour
            } else if result.foreground == nil, result.background == nil, result.attributes.isEmpty,
                let colour = try takeColour(&words)
            {
                result.foreground = colour
            } else {
                throw StyleError(unknown(word))
            }
        }
        return result
    }

    /// Takes one colour off the words; nil when they do not start with one.
    private func takeColour(_ words: inout ArraySlice<Substring>) throws(StyleError) -> Colour? {
        guard let first = words.first else { return nil }
        if first == "default" {
            words.removeFirst()
            return .terminal
        }
        if let known = palette[String(first)] {
            words.removeFirst()
            return known
        }
        if let name = NamedColour(name: String(first)) {
            words.removeFirst()
            return .named(name)
        }
        if first.hasPrefix("#") {
            guard let rgb = RGB(hex: String(first)) else {
                throw StyleError("\"\(first)\" is no colour; write # and six hex digits.")
            }
            words.removeFirst()
            let index = try takeIndex(&words) ?? Palette256.nearest(to: rgb)
            return .exact(rgb, index: index, name: takeName(&words))
        }
        guard let index = try takeIndex(&words) else { return nil }
        if let name = NamedColour(rawValue: index), index < 16 { return .named(name) }
        return .exact(Palette256.colours[Int(index)], index: index, name: takeName(&words))
    }

    private func takeIndex(_ words: inout ArraySlice<Substring>) throws(StyleError) -> UInt8? {
        guard let word = words.first, let number = Int(word) else { return nil }
        guard let index = UInt8(exactly: number) else {
            throw StyleError("\(number) is no colour; an index goes from 0 to 255.")
        }
        words.removeFirst()
        return index
    }

    private func takeName(_ words: inout ArraySlice<Substring>) -> NamedColour? {
        guard let word = words.first, let name = NamedColour(name: String(word)) else { return nil }
        words.removeFirst()
        return name
    }

    private func unknown(_ word: Substring) -> String {
        if Int(word) != nil || word.hasPrefix("#") || NamedColour(name: String(word)) != nil {
            return "\"\(word)\" is one colour too many; a background goes after \"on\"."
        }
        let shown = SafeText(String(word)).string
        return "there is no colour or attribute \"\(shown)\"; define color.\(shown) or write #rrggbb."
    }

    private static func words(_ text: String) -> [Substring] {
        text.split { $0 == " " || $0 == "\t" }
    }
}
