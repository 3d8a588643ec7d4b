internal import Monitor

/// What stands before the caret of a filter that is being typed, and what it could become: a field with its operator,
/// a value, a filter's name.
struct FilterCompletion {
    /// What is being typed.
    private enum Place {
        case field
        case filterName
        /// Behind a field and its operator, which stand in `head`.
        case value(field: String, head: String)
    }

    /// Where the word begins, in scalars.
    let start: Int
    /// The word.
    let typed: String
    private let place: Place
    private let subject: Filter.Subject
    private let named: [String: String]

    /// - Parameter before: the line up to the caret.
    init(_ before: ArraySlice<Unicode.Scalar>, subject: Filter.Subject, named: [String: String]) {
        self.subject = subject
        self.named = named
        start = Self.wordStart(before)
        let word = String(String.UnicodeScalarView(before[(before.startIndex + start)...]))
        typed = word
        let name = word.prefix { $0.isASCII && ($0.isLetter || $0 == "-") }
        let rest = word.dropFirst(name.count)
        if word.hasPrefix("@") {
            place = .filterName
        } else if let sign = rest.first, "<>=!~:".contains(sign), !Filter.operators(of: String(name)).isEmpty
        {
            let head = name + rest.prefix { "<>=!~:".contains($0) }.prefix(2)
            place = .value(field: name.lowercased(), head: String(head))
        } else {
            place = .field
        }
    }

    /// Where the last word begins: behind a blank, a parenthesis or a "not" that stands in no quotation.
    private static func wordStart(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
        var start = scalars.startIndex
        var isQuoted = false
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            if isQuoted {
                if scalar == "\\", index + 1 < scalars.endIndex { index += 1 }
                if scalar == "\"" { isQuoted = false }
            } else if scalar == "\"" {
                isQuoted = true
            } else if " \t()".unicodeScalars.contains(scalar)
                || index == start && "!-".unicodeScalars.contains(scalar)
            {
                start = index + 1
            }
            index += 1
        }
        return start - scalars.startIndex
    }

    /// Where values must be asked for: of which field, and what of one is typed already.
    var query: ValuesQuery? {
        guard case .value(let field, let head) = place, localValues(field, head).isEmpty else { return nil }
        guard !head.hasSuffix("~"), !head.hasSuffix("<"), !head.hasSuffix(">") else { return nil }
        return ValuesQuery(subject: subject, field: field, prefix: unquoted(typed.dropFirst(head.count)))
    }

    /// What the word could become, as far as that is known without asking.
    var candidates: [CompletionCycle.Candidate] {
        switch place {
        case .filterName:
            let wanted = typed.dropFirst().lowercased()
            return Filter.names(for: subject, named: named).filter { $0.hasPrefix(wanted) }.map { name in
                let meaning = Filter.builtIn(name, for: subject) ?? named[name] ?? ""
                return CompletionCycle.Candidate("@\(name)", shown: "@\(name) = \(meaning)")
            }
        case .field: return fields
        case .value(let field, let head): return localValues(field, head)
        }
    }

    private var fields: [CompletionCycle.Candidate] {
        let wanted = typed.lowercased()
        let names = Filter.fieldNames(for: subject).filter { $0.hasPrefix(wanted) }
        guard names.contains(wanted) || names.isEmpty else {
            return names.map { CompletionCycle.Candidate($0 + (Filter.operators(of: $0).first ?? ":")) }
        }
        let whole = Filter.operators(of: wanted).map { CompletionCycle.Candidate(typed + $0) }
        let others = names.filter { $0 != wanted }
        return names.isEmpty
            ? []
            : whole + others.map { CompletionCycle.Candidate($0 + (Filter.operators(of: $0).first ?? ":")) }
    }

    /// The words of a field of words; the example of one of numbers or times, which nobody else has seen.
    private func localValues(_ field: String, _ head: String) -> [CompletionCycle.Candidate] {
        let rest = typed.dropFirst(head.count).lowercased()
        let words = Filter.words(of: field)
        if !words.isEmpty {
            return words.filter { $0.lowercased().hasPrefix(rest) }.map {
                CompletionCycle.Candidate(head + $0)
            }
        }
        let example = Filter.example(of: field).dropFirst(field.count).drop { "<>=!~:".contains($0) }
        let isMeasure = Filter.takesMeasure(field) || head.hasSuffix("<") || head.hasSuffix(">")
        guard isMeasure, !example.isEmpty, example.hasPrefix(rest) else { return [] }
        return [CompletionCycle.Candidate(head + example)]
    }

    /// What the word could become with values that have been seen.
    func candidates(_ values: [SeenValue]) -> [CompletionCycle.Candidate] {
        guard case .value(_, let head) = place else { return [] }
        return values.map { value in
            CompletionCycle.Candidate(head + Filter.quoted(value.text), shown: value.text, count: value.count)
        }
    }

    /// A value that is being typed without its quotation marks.
    private func unquoted(_ text: Substring) -> String {
        guard text.hasPrefix("\"") else { return String(text) }
        var result = ""
        var isEscaped = false
        for character in text.dropFirst() {
            if isEscaped || character != "\\" && character != "\"" { result.append(character) }
            isEscaped = character == "\\" && !isEscaped
        }
        return result
    }
}
