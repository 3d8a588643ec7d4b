/// One command of the `:` prompt: the single row from which completion, hints and messages derive.
struct Command: Sendable {
    /// Names it in code; the raw value is what is typed.
    enum Name: String, CaseIterable, Sendable {
        case at, live, history, report, record, export, save, forget, undo, abort, script, detach
        case quit = "q"
    }

    var name: Name
    /// What may stand behind it, in a word; empty for none.
    var argument: String
    /// What it does.
    var help: String

    /// All commands, in the order in which messages list them.
    static let table: [Command] = [
        Command(name: .at, argument: "TIME", help: "the bindings as they were: 14:03, 2026-11-25 14:03, -2h"),
        Command(name: .live, argument: "", help: "the present again"),
        Command(name: .history, argument: "[AOR]", help: "what the journal tells of it, or of all"),
        Command(
            name: .export,
            argument: "[FILE]",
            help: "save what is here: .txt, .csv, .json, .pcap; secrets hidden"
        ),
        Command(name: .save, argument: "NAME [FILTER]", help: "keep the filter: /@NAME uses it"),
        Command(name: .forget, argument: "NAME", help: "forget a filter that was kept"),
        Command(name: .report, argument: "[AOR]", help: "all that a ticket needs to know of it, as text"),
        Command(name: .record, argument: "FILE", help: "record this session (asciicast); off ends it"),
        Command(name: .undo, argument: "", help: "what can be undone, of all consoles: choose which"),
        Command(name: .abort, argument: "", help: "end the act that is under way"),
        Command(name: .script, argument: "", help: "copy the command line of your last act"),
        Command(name: .detach, argument: "", help: "leave the terminal; the registrar goes on"),
        Command(name: .quit, argument: "", help: "quit (asks first)"),
    ]

    /// `:at TIME`
    var usage: String { ":\(name.rawValue)\(argument.isEmpty ? "" : " \(argument)")" }

    /// The command of this name.
    static func named(_ text: some StringProtocol) -> Command? { table.first { $0.name.rawValue == text } }

    /// All of them in a sentence.
    static var listing: String { table.map(\.usage).joined(separator: ", ") }
}
