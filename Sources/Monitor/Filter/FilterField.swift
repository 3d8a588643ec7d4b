/// The fields of the filter language. What each is called, takes and belongs to stands in its one row
/// (`FilterField+Table.swift`); the parser, its error messages and the console's completion are derived from it.
enum FilterField: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case aor, user, domain, contact, ip, port, tp, ua, exp, age, `try`, st, nat, callid, cseq, instance
    case regid, path, reason, code, who, badge, result, method, leg, caller
    case conn, ping, rtt, tls, hops, peer, numbers, ghost, lint, beat
    // How long, how often, how much: columns of bindings and attempts.
    case q, granted, refreshes, refr, took
    // Moments.
    case at, seen, since, before
    /// The bytes of an attempt's messages.
    case raw
    // Columns of the security screen.
    case `class`, fail, hour, day, users, sources, ports, probes, ok, passwd, nouser, noreply, stale, replay
    case last, blocked
    // Lines of the log, the audit trail, the list of blocks and the journal.
    case level, text, what, object, outcome, cause, lived

    /// What may stand behind the operator.
    enum Kind: Sendable {
        case text, number, address
        /// Seconds that change with time, and seconds that don't.
        case duration, length
        /// Milliseconds.
        case delay
        /// Thousandths, written as a fraction.
        case fraction
        /// A moment.
        case time
        /// One of some words; `rank`: of words in an order.
        case word, rank
    }

    /// As it is typed.
    var name: String { row.name }
    /// What may stand behind the operator.
    var kind: Kind { row.kind }
    /// A right use, for error messages.
    var example: String { row.example }

    /// Rows of a list have it.
    func isKnown(of subject: Filter.Subject) -> Bool { row.subjects.contains(subject) }

    /// The field to use instead where this one isn't known.
    func substitute(in subject: Filter.Subject) -> FilterField? {
        let all: [FilterField] =
            switch self {
            case .st: [.result, .class]
            case .result: [.st, .outcome, .cause, .class]
            case .exp: [.age, .since]
            case .seen, .refr: [.last, .at]
            case .cause: [.what, .reason]
            case .what: [.cause, .method]
            case .text: [.raw, .object]
            case .aor: [.object, .text]
            case .user, .domain: [.aor, .object, .text]
            case .ua: [.text]
            default: []
            }
        return all.first { $0.isKnown(of: subject) }
    }

    /// The words of a `word` or `rank` field, in the order of the bits of its value.
    var words: [String] {
        switch self {
        case .tp: FilterWords.transports
        case .st: FilterWords.states
        case .nat, .ghost, .blocked: ["no", "yes"]
        case .conn: FilterWords.connections
        case .ping: FilterWords.pings
        case .tls: FilterWords.tls
        case .badge: FilterWords.badges
        case .lint: FilterWords.lints
        case .beat: FilterWords.beats
        case .result: FilterWords.verdicts
        case .class: FilterWords.classes
        case .level: FilterWords.levels
        case .cause: FilterWords.causes
        default: []
        }
    }

    /// Which of the counts of a row of the security screen it is.
    var tally: Int? {
        switch self {
        case .fail: 0
        case .hour: 1
        case .day: 2
        case .users: 3
        case .sources: 4
        case .ports: 5
        case .probes: 6
        case .ok: 7
        case .passwd: 8
        case .nouser: 9
        case .noreply: 10
        case .stale: 11
        case .replay: 12
        default: nil
        }
    }

    /// Other names, as other programs and screens have them.
    private static let aliases: [String: FilterField] = [
        "verdict": .result, "call-id": .callid, "flow": .regid, "reg-id": .regid, "created": .at,
        "agent": .ua,
        "source": .ip, "transport": .tp, "expires": .exp, "state": .st, "verb": .what, "action": .what,
        "by": .who, "delay": .took, "target": .leg,
    ]

    /// The field of a name, `nil` if there is none; `verdict` is another name of `result`, `call-id` of `callid`,
    /// `flow` and `reg-id` of `regid`, and so on.
    init?(name: String) {
        let lowered = name.lowercased()
        guard let field = Self.aliases[lowered] ?? Self.allCases.first(where: { $0.name == lowered }) else {
            return nil
        }
        self = field
    }
}
