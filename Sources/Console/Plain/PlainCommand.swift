/// One command of the linear mode: the row that help and messages derive from.
struct PlainCommand: Sendable {
    /// Names it in code; the raw value is what is typed.
    enum Name: String, CaseIterable, Sendable {
        case help, view, filter, show, report, why, evict, expire, undo, pause, quit
    }

    var name: Name
    /// What may stand behind it; empty for none. In brackets: it may be left out.
    var argument: String
    /// What it does.
    var help: String

    /// All commands, in the order in which help lists them.
    static let table: [PlainCommand] = [
        PlainCommand(name: .help, argument: "", help: "this list"),
        PlainCommand(
            name: .view,
            argument: "NAME [N]",
            help: "the rows of a view, 20 or N: \(PlainView.allCases.map(\.rawValue).joined(separator: ", "))"
        ),
        PlainCommand(
            name: .filter,
            argument: "[EXPR]",
            help: "tell only what passes, such as ip:10.0.0.0/8 or user=4417; alone: all again"
        ),
        PlainCommand(name: .show, argument: "AOR", help: "its bindings and its last attempts"),
        PlainCommand(name: .report, argument: "AOR", help: "all that a ticket needs to know of it"),
        PlainCommand(name: .why, argument: "N", help: "why attempt number N came out as it did"),
        PlainCommand(
            name: .evict,
            argument: "AOR",
            help: "take its bindings away: says what that does, and asks"
        ),
        PlainCommand(
            name: .expire,
            argument: "AOR",
            help: "let its bindings end now: says what that does, and asks"
        ),
        PlainCommand(name: .undo, argument: "", help: "put back what the last act took"),
        PlainCommand(name: .pause, argument: "", help: "tell no changes, and again: tell them"),
        PlainCommand(name: .quit, argument: "", help: "end"),
    ]

    /// `evict AOR`
    var usage: String { argument.isEmpty ? name.rawValue : "\(name.rawValue) \(argument)" }
    /// Something must stand behind it.
    var needsArgument: Bool { !argument.isEmpty && !argument.hasPrefix("[") }

    /// The command of a word, or of one of the shell's habits.
    static func named(_ word: String) -> PlainCommand? {
        let habits = ["q": "quit", "exit": "quit", "?": "help", ":q": "quit"]
        let name = habits[word] ?? (word.hasPrefix(":") ? String(word.dropFirst()) : word)
        return table.first { $0.name.rawValue == name }
    }

    /// All of them in a sentence.
    static var listing: String { table.map(\.usage).joined(separator: ", ") }
}

/// What `view` can show.
enum PlainView: String, CaseIterable, Sendable {
    case overview, bindings, attempts, calls, security, devices, log, audit, blocks
}
