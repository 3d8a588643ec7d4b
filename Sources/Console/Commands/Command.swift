/// One command of the `:` prompt: the single row from which completion, hints and messages derive.
struct Command: Sendable {
    /// Names it in code; the raw value is what is typed.
    enum Name: String, CaseIterable, Sendable {
        case at, live, history, tour, detach
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
        Command(name: .tour, argument: "", help: "a night on call in five steps, on the phones of --demo"),
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
