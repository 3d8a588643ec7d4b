/// The fields of the filter language: name, kind of value, and what they are asked of. The parser, its
/// error messages and the console's completion are all derived from this table.
enum FilterField: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case aor, user, domain, contact, ip, port, tp, ua, exp, age, `try`, st, nat, callid, cseq, instance
    case regid, path, reason, code, who, badge, result, method
    case conn, ping, rtt, tls, hops, peer, numbers, ghost, lint, beat

    /// What may stand behind the operator.
    enum Kind: Sendable {
        case text, number, duration, address
        /// One of some words.
        case word
    }

    /// As it is typed.
    var name: String {
        switch self {
        case .aor: "aor"
        case .user: "user"
        case .domain: "domain"
        case .contact: "contact"
        case .ip: "ip"
        case .port: "port"
        case .tp: "tp"
        case .ua: "ua"
        case .exp: "exp"
        case .age: "age"
        case .try: "try"
        case .st: "st"
        case .nat: "nat"
        case .callid: "callid"
        case .cseq: "cseq"
        case .instance: "instance"
        case .regid: "regid"
        case .path: "path"
        case .reason: "reason"
        case .code: "code"
        case .who: "who"
        case .badge: "badge"
        case .result: "result"
        case .method: "method"
        case .conn: "conn"
        case .ping: "ping"
        case .rtt: "rtt"
        case .tls: "tls"
        case .hops: "hops"
        case .peer: "peer"
        case .numbers: "numbers"
        case .ghost: "ghost"
        case .lint: "lint"
        case .beat: "beat"
        }
    }

    var kind: Kind {
        switch self {
        case .aor, .user, .domain, .contact, .ua, .callid, .instance, .path, .reason, .who, .method, .hops,
            .peer, .numbers:
            .text
        case .port, .try, .cseq, .regid, .code, .rtt: .number
        case .exp, .age: .duration
        case .ip: .address
        case .tp, .st, .nat, .badge, .result, .conn, .ping, .tls, .ghost, .lint, .beat: .word
        }
    }

    /// Rows of a list have it.
    func isKnown(of subject: Filter.Subject) -> Bool {
        switch self {
        case .exp, .st, .instance, .regid, .conn, .ping, .rtt, .hops, .peer, .numbers, .ghost, .lint, .beat:
            subject == .bindings
        case .reason, .code, .result, .method: subject == .attempts
        default: true
        }
    }

    /// The field to use instead where this one isn't known.
    var substitute: FilterField? {
        switch self {
        case .st: .result
        case .result: .st
        case .exp: .age
        default: nil
        }
    }

    /// A right use, for error messages.
    var example: String {
        switch self {
        case .aor: "aor~^44"
        case .user: "user:44*"
        case .domain: "domain=example.test"
        case .contact: "contact:10.0.0.7"
        case .ip: "ip:10.0.0.0/8"
        case .port: "port=5060"
        case .tp: "tp:udp"
        case .ua: "ua~zoiper"
        case .exp: "exp<60"
        case .age: "age>1h"
        case .try: "try>=2"
        case .st: "st:LATE"
        case .nat: "nat:yes"
        case .callid: "callid:b0fce4"
        case .cseq: "cseq>8000"
        case .instance: "instance:aabbccddee"
        case .regid: "regid=1"
        case .path: "path:192.0.2.1:5060"
        case .reason: "reason:password"
        case .code: "code>=500"
        case .who: "who:4417"
        case .badge: "badge:md5"
        case .result: "result:PASSWD"
        case .method: "method:OPTIONS"
        case .conn: "conn:gone"
        case .ping: "ping:stopped"
        case .rtt: "rtt>50"
        case .tls: "tls:1.3"
        case .hops: "hops:edge1"
        case .peer: "peer:phone7.example.test"
        case .numbers: "numbers:+4930"
        case .ghost: "ghost:yes"
        case .lint: "lint:contact-user"
        case .beat: "beat:missed"
        }
    }

    /// The words of a `word` field, in the order of the bits of its value.
    var words: [String] {
        switch self {
        case .tp: FilterWords.transports
        case .st: FilterWords.states
        case .nat, .ghost: ["no", "yes"]
        case .conn: FilterWords.connections
        case .ping: FilterWords.pings
        case .tls: FilterWords.tls
        case .badge: FilterWords.badges
        case .lint: FilterWords.lints
        case .beat: FilterWords.beats
        case .result: FilterWords.verdicts
        default: []
        }
    }

    /// The field of a name, `nil` if there is none; `verdict` is another name of `result`, `call-id` of `callid`,
    /// `flow` and `reg-id` of `regid`.
    init?(name: String) {
        let lowered = name.lowercased()
        switch lowered {
        case "verdict": self = .result
        case "call-id": self = .callid
        case "flow", "reg-id": self = .regid
        default:
            guard let field = Self.allCases.first(where: { $0.name == lowered }) else { return nil }
            self = field
        }
    }
}
