/// One command of the palette: the single row from which its list, completion and messages derive. Actions are
/// commands as well, by their names; a command of the same name takes what stands behind it.
struct Command: Sendable {
    /// Names it in code; the raw value is what is typed.
    enum Name: String, CaseIterable, Sendable {
        case filter, save, forget, sort, columns, theme, set, view
        case evict, expire, block, unblock, undo, abort, script
        case at, live, history, report, export, record, tour, detach
        case quit = "q"
    }

    /// What may stand behind a command, so that the palette can propose it.
    enum Values: Sendable {
        /// Nothing that could be proposed.
        case none
        /// An address of record that was seen.
        case aor
        /// That, or rows: `@mark`, `@filter`.
        case rows
        /// An address of record or a source that was seen.
        case subject
        /// An address of record or a source that is blocked.
        case blocked
        case filter, moment, column, columns, theme, view, setting
    }

    var name: Name
    /// What may stand behind it, in a word; empty for none, in brackets where it may be left out.
    var argument: String
    /// What it does.
    var help: String
    /// What it does if nothing stands behind it; that action's keys are shown beside it.
    var action: ActionID? = nil
    /// What is proposed for the argument.
    var values: Values = .none

    /// All commands, in the order in which the palette lists them.
    static let table: [Command] = [
        Command(
            name: .filter,
            argument: "[EXPR]",
            help: "filter the rows: exp<60 ua~zoiper",
            action: .filter,
            values: .filter
        ),
        Command(
            name: .save,
            argument: "NAME [FILTER]",
            help: "keep the filter: /@NAME uses it; files: :export"
        ),
        Command(name: .forget, argument: "NAME", help: "forget a filter that was kept"),
        Command(
            name: .sort,
            argument: "[COLUMN [desc]]",
            help: "sort Bindings by a column",
            action: .sortMenu,
            values: .column
        ),
        Command(
            name: .columns,
            argument: "[NAME,NAME|auto]",
            help: "columns of Bindings, in their order",
            action: .columns,
            values: .columns
        ),
        Command(
            name: .theme,
            argument: "[NAME]",
            help: "colours of this console",
            action: .theme,
            values: .theme
        ),
        Command(
            name: .set,
            argument: "[NAME VALUE]",
            help: "settings of this console",
            action: .settings,
            values: .setting
        ),
        Command(name: .view, argument: "NAME", help: "go to a view", values: .view),
        Command(
            name: .evict,
            argument: "[AOR|@mark|@filter]",
            help: "EVICT: take bindings away (asks first)",
            action: .evict,
            values: .rows
        ),
        Command(
            name: .expire,
            argument: "[AOR|@mark|@filter]",
            help: "EXPIRE: let bindings end now (asks first)",
            action: .expire,
            values: .rows
        ),
        Command(
            name: .block,
            argument: "[AOR|ADDRESS]",
            help: "BLOCK: refuse a user or a source for a time (asks first)",
            action: .block,
            values: .subject
        ),
        Command(
            name: .unblock,
            argument: "[AOR|ADDRESS]",
            help: "UNBLOCK: lift a block (asks first)",
            action: .unblock,
            values: .blocked
        ),
        Command(name: .undo, argument: "", help: "what can be undone, of all consoles: choose which"),
        Command(name: .abort, argument: "", help: "end the act that is under way"),
        Command(name: .script, argument: "", help: "copy the command line of your last act"),
        Command(
            name: .at,
            argument: "TIME",
            help: "the bindings as they were: 14:03, 2026-11-25 14:03, -2h",
            values: .moment
        ),
        Command(name: .live, argument: "", help: "the present again"),
        Command(
            name: .history,
            argument: "[AOR]",
            help: "what the journal tells of it, or of all",
            values: .aor
        ),
        Command(
            name: .report,
            argument: "[AOR]",
            help: "all that a ticket needs to know of it, as text",
            values: .aor
        ),
        Command(
            name: .export,
            argument: "[FILE]",
            help: "save what is here: .txt, .csv, .json, .pcap; secrets hidden"
        ),
        Command(name: .record, argument: "[FILE]", help: "record this session (asciicast); off ends it"),
        Command(name: .tour, argument: "", help: "a night on call in five steps, on the phones of --demo"),
        Command(name: .detach, argument: "", help: "leave the terminal; the registrar goes on"),
        Command(name: .quit, argument: "", help: "quit (asks first)", action: .quit),
    ]

    /// `:at TIME`
    var usage: String { ":\(name.rawValue)\(argument.isEmpty ? "" : " \(argument)")" }

    /// It does nothing without its argument.
    var needsArgument: Bool { !argument.isEmpty && argument.first != "[" }

    /// The command of this name.
    static func named(_ text: some StringProtocol) -> Command? { table.first { $0.name.rawValue == text } }
}
