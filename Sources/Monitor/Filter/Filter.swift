/// Which rows of a list to show, as an operator typed it: `aor~^44 exp<60 !ua~zoiper (st:LATE or try>=2)`.
///
/// A value: the console parses it to show errors by column, and the monitor evaluates it. Space between
/// terms means "and"; `or`, parentheses, `!` and `-` for "not". A term is `field op value` with one of
/// `: = != ~ !~ < <= > >=`, or a bare word that any shown column must contain. `:` asks whether a text
/// contains the value (with `*` and `?`: whether the whole text fits), `=` whether it is the value, `~`
/// whether the regular expression is found in it. Lower-case values ignore case (smart case). `path` is the
/// whole way: `udp 198.51.100.7:5062 > 192.0.2.1:5060`, and behind it the proxies of a Path header, which are
/// `hops` alone. `rtt` is a ping's round trip in milliseconds, `flow` another name of `regid`.
public struct Filter: Hashable, Sendable, CustomStringConvertible {
    /// What is filtered: some fields belong to one of the lists only.
    public enum Subject: Hashable, Sendable, CaseIterable {
        case bindings, attempts
    }

    /// What was typed.
    public let text: String
    /// What it is for.
    public let subject: Subject

    let program: FilterProgram

    /// Reads a filter.
    ///
    /// Throws what is wrong with it, and in which column.
    public init(_ text: String, for subject: Subject) throws(FilterError) {
        self.text = text
        self.subject = subject
        var parser = FilterParser(text, for: subject)
        program = try parser.parse()
    }

    /// What was typed.
    public var description: String { text }

    /// Names of the fields that a list has, for completion.
    public static func fieldNames(for subject: Subject) -> [String] {
        FilterField.allCases.filter { $0.isKnown(of: subject) }.map(\.name)
    }

    /// The words that a field takes, for completion; empty for fields that take any text or number.
    public static func words(of field: String) -> [String] {
        FilterField(name: field)?.words ?? []
    }

    /// Equal by what was typed and what it is for.
    public static func == (a: Filter, b: Filter) -> Bool { a.subject == b.subject && a.text == b.text }

    /// Hashes what was typed and what it is for.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(subject)
    }
}

/// What is wrong with the text of a filter: `column 5: number expected, e.g. exp<60`.
public struct FilterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The character at which it is wrong, from 1.
    public var column: Int
    /// What is wrong, or what was expected.
    public var message: String

    /// Pairs the two.
    public init(column: Int, message: String) {
        self.column = column
        self.message = message
    }

    /// One sentence for the prompt line.
    public var description: String { "column \(column): \(message)" }
}
