/// Which rows of a list to show, as an operator typed it: `aor~^44 exp<60 !ua~zoiper (st:LATE or try>=2)`.
///
/// A value: the console parses it to show errors by column, and the monitor evaluates it. Space between
/// terms means "and"; `or`, parentheses, `!` and `-` for "not". A term is `field op value` with one of
/// `: = != ~ !~ < <= > >=`, a bare word that any shown column must contain, or `@name`, a filter by its name. `:`
/// asks whether a text contains the value (with `*` and `?`: whether the whole text fits), `=` whether it is the
/// value, `~` whether the regular expression is found in it; where a field takes one of some words, a whole word means
/// that one, and `:` with a part of words all that contain it (`result:PASS`). Lower-case values ignore case (smart case), as bare words
/// do on all lists but Bindings and Attempts whatever is typed. Values with blanks stand between quotation marks, where
/// `\"` and `\\` are the two characters themselves.
///
/// `path` is the whole way: `udp 198.51.100.7:5062 > 192.0.2.1:5060`, and behind it the proxies of a Path header,
/// which are `hops` alone. Lengths of time are `90`, `5m`, `1h30m`, `2d`; `rtt` and `took` are milliseconds. Moments
/// (`at`, `seen`, `since`, `before`) are `14:03`, the last that has come, `14:03:20`, `today`, `2026-11-25`,
/// `2026-11-25T14:03`, and `-10m`, ten minutes ago. `since:` and `before:` take the row's own time: when an attempt
/// began, a binding was made, a line was written.
public struct Filter: Hashable, Sendable, CustomStringConvertible {
    /// What is filtered: many fields belong to some of the lists only.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        case bindings, attempts, security, devices, log, audit, blocks, history
    }

    /// What was typed.
    public let text: String
    /// The same with what the operator's own names of filters stand for: what another program understands.
    public let expansion: String
    /// What it is for.
    public let subject: Subject

    let program: FilterProgram

    /// Reads a filter.
    ///
    /// Throws what is wrong with it, and in which column.
    ///
    /// - Parameter named: the operator's own filters by their names, beside those that are built in.
    public init(_ text: String, for subject: Subject, named: [String: String] = [:]) throws(FilterError) {
        self.text = text
        self.subject = subject
        var parser = FilterParser(text, for: subject, names: FilterNames(named))
        program = try parser.parse()
        expansion = parser.expansion
        guard expansion.utf8.count <= Self.mostBytes else {
            throw FilterError(column: 1, message: "the filter is too long: at most \(Self.mostBytes) bytes")
        }
    }

    /// What passes two filters of the same list; throws if both together are too long.
    public func and(_ other: Filter) throws(FilterError) -> Filter {
        // A blank ends whatever a value may have left open.
        try Filter("( \(expansion) ) ( \(other.expansion) )", for: subject)
    }

    /// Lines or rows in which a text stands, as a bare word finds it; nil for an empty text.
    public init?(containing text: String, for subject: Subject) {
        guard !text.isEmpty, let filter = try? Filter(Self.quoted(text, always: true), for: subject) else {
            return nil
        }
        self = filter
    }

    /// A value as a filter takes it: between quotation marks unless it is plain.
    public static func quoted(_ text: String, always: Bool = false) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789@.-_+:/".unicodeScalars.contains($0)
        }
        if isPlain, !always, !text.isEmpty { return text }
        var scalars = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { scalars.append("\\") }
            scalars.append(scalar)
        }
        scalars.append("\"")
        return String(scalars)
    }

    /// What was typed.
    public var description: String { text }

    /// Names of the fields that a list has, for completion.
    public static func fieldNames(for subject: Subject) -> [String] {
        FilterField.allCases.filter { $0.isKnown(of: subject) }.map(\.name)
    }

    /// The operators that a field takes, the usual one first; empty if there is no such field.
    public static func operators(of field: String) -> [String] {
        guard let field = FilterField(name: field) else { return [] }
        let all = FilterRelation.all.filter { $0.fits(field) }.map(\.text)
        guard field.example.hasPrefix(field.name) else { return all }
        let usual = String(field.example.dropFirst(field.name.count)).prefix { "<>=!~:".contains($0) }
        return [String(usual)] + all.filter { $0 != usual }
    }

    /// What is typed behind the field's name in its example: `^44` of `aor~^44`; empty if there is no such field.
    public static func example(of field: String) -> String { FilterField(name: field)?.example ?? "" }

    /// The field takes a number, a length of time or a moment: what has been seen of it is nothing to choose from.
    public static func takesMeasure(_ field: String) -> Bool {
        switch FilterField(name: field)?.kind {
        case .duration, .length, .delay, .fraction, .time: true
        default: false
        }
    }

    /// The words that a field takes, for completion; empty for fields that take any text or number.
    public static func words(of field: String) -> [String] {
        FilterField(name: field)?.words ?? []
    }

    /// Equal by what was typed, what names in it stand for, and what it is for.
    public static func == (a: Filter, b: Filter) -> Bool {
        a.subject == b.subject && a.text == b.text && a.expansion == b.expansion
    }

    /// Hashes what was typed and what it is for.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(expansion)
        hasher.combine(subject)
    }
}

extension Filter.Subject {
    /// What the list holds, in words.
    var plural: String {
        switch self {
        case .bindings: "bindings"
        case .attempts: "attempts"
        case .security: "rows of Security"
        case .devices: "rows of Devices"
        case .log: "lines of the log"
        case .audit: "lines of the audit trail"
        case .blocks: "blocks"
        case .history: "lines of the history"
        }
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
