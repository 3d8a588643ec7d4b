internal import BindingTable
internal import Monitor

/// A full screen of the console; the ones with a payload are opened from a list.
enum Screen: Hashable, Sendable {
    case overview, bindings, attempts, security, log, audit, blocks, devices
    case binding(BindingID)
    case attempt(AttemptID)
    /// The journal of a canonical address of record; nil: of all.
    case history([UInt8]?)

    init(_ start: StartView) {
        self =
            switch start {
            case .overview: .overview
            case .bindings: .bindings
            case .attempts: .attempts
            case .security: .security
            case .log: .log
            case .audit: .audit
            case .blocks: .blocks
            case .devices: .devices
            }
    }

    /// The lists that share the fifth view.
    static let tabs: [Screen] = [.log, .audit, .blocks]

    /// Key and name in the title bar; what is opened from a list carries the list's.
    func title(_ keys: KeyMap) -> String {
        let (view, name): (ActionID, String) =
            switch self {
            case .overview: (.overview, "OVERVIEW")
            case .bindings, .binding, .history: (.bindings, "BINDINGS")
            case .attempts, .attempt: (.attempts, "ATTEMPTS")
            case .security: (.security, "SECURITY")
            case .log: (.log, "LOG")
            case .audit: (.log, "AUDIT")
            case .devices: (.devices, "DEVICES")
            case .blocks: (.log, "BLOCKS")
            }
        return keys.row(view)?.keys.first.map { "\($0) \(name)" } ?? name
    }

    /// It shows one attempt.
    var isLadder: Bool { if case .attempt = self { true } else { false } }

    /// What its filter is for; of a screen without one, Bindings'.
    var filtered: Filter.Subject {
        switch self {
        case .overview, .bindings, .binding: .bindings
        case .attempts, .attempt: .attempts
        case .security: .security
        case .devices: .devices
        case .log: .log
        case .audit: .audit
        case .blocks: .blocks
        case .history: .history
        }
    }

    /// Where actions apply that belong to this screen.
    var place: Places {
        switch self {
        case .overview: .overview
        case .bindings: .bindings
        case .binding: .binding
        case .attempts: .attempts
        case .attempt: .attempt
        case .security: .security
        case .log: .log
        case .audit: .audit
        case .blocks: .blocks
        case .devices: .devices
        case .history: .history
        }
    }
}

/// Where an action applies.
struct Places: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let overview = Places(rawValue: 1 << 0)
    static let bindings = Places(rawValue: 1 << 1)
    static let binding = Places(rawValue: 1 << 2)
    static let attempts = Places(rawValue: 1 << 3)
    static let attempt = Places(rawValue: 1 << 4)
    static let log = Places(rawValue: 1 << 5)
    static let audit = Places(rawValue: 1 << 6)
    static let blocks = Places(rawValue: 1 << 7)
    /// The line where a filter is typed.
    static let prompt = Places(rawValue: 1 << 8)
    /// A box with buttons.
    static let form = Places(rawValue: 1 << 9)
    /// The list of keys.
    static let help = Places(rawValue: 1 << 10)
    /// A box with a list to choose from.
    static let pick = Places(rawValue: 1 << 11)
    /// A screen smaller than anything can be drawn on.
    static let tiny = Places(rawValue: 1 << 12)

    /// Who fails and who attacks.
    static let security = Places(rawValue: 1 << 13)

    /// What happened to bindings.
    static let history = Places(rawValue: 1 << 14)
    /// The line where a command is typed.
    static let command = Places(rawValue: 1 << 15)

    /// The list of what can be chosen of the console.
    static let settings = Places(rawValue: 1 << 24)
    /// The list of columns to choose and to order.
    static let columns = Places(rawValue: 1 << 25)
    /// The menu of what can be copied.
    static let copy = Places(rawValue: 1 << 26)
    /// A ticket report.
    static let report = Places(rawValue: 1 << 27)
    /// What is wrong with devices, by User-Agent.
    static let devices = Places(rawValue: 1 << 20)

    static let lists: Places = [.bindings, .attempts, .security, .log, .audit, .blocks, .history, .devices]
    static let screens: Places = [.lists, .overview, .binding, .attempt]
    /// Where characters are text.
    static let text: Places = [.prompt, .command, .help]

    /// Each screen with its name, for help.
    static let names: [(place: Places, name: String)] = [
        (.overview, "Overview"), (.bindings, "Bindings"), (.binding, "binding detail"),
        (.attempts, "Attempts"),
        (.attempt, "ladder"), (.security, "Security"), (.log, "Log"), (.audit, "Audit"), (.blocks, "Blocks"),
        (.devices, "Devices"), (.history, "History"),
    ]

    /// Every place with its name: the screens, and what lies over them.
    static let all: [(place: Places, name: String)] =
        names + [
            (.prompt, "filter prompt"), (.command, "palette"), (.form, "dialogs"), (.help, "help"),
            (.pick, "lists to choose from"), (.settings, "settings"), (.columns, "columns"),
            (.tiny, "a terminal too small"),
        ]
}
