extension FilterField {
    /// All that is to be said of a field.
    struct Entry: Sendable {
        /// As it is typed.
        var name: String
        /// What may stand behind the operator.
        var kind: Kind
        /// Lists whose rows have it.
        var subjects: Set<Filter.Subject>
        /// A right use.
        var example: String

        init(_ name: String, _ kind: Kind, _ subjects: Set<Filter.Subject>, _ example: String) {
            (self.name, self.kind, self.subjects, self.example) = (name, kind, subjects, example)
        }
    }

    private typealias Subjects = Set<Filter.Subject>
    private static let phones: Subjects = [.bindings, .attempts]
    /// Rows that have a moment and somebody.
    private static let all = Subjects(Filter.Subject.allCases).subtracting([.devices])
    private static let lives: Subjects = [.bindings, .attempts, .history]

    /// The row of the field.
    var row: Entry {
        switch self {
        case .aor: Entry("aor", .text, Self.all.subtracting([.log]), "aor~^44")
        case .user: Entry("user", .text, Self.all.subtracting([.log, .audit]), "user:44*")
        case .domain: Entry("domain", .text, Self.lives.union([.blocks]), "domain=example.test")
        case .contact: Entry("contact", .text, Self.lives, "contact:10.0.0.7")
        case .ip: Entry("ip", .address, Self.all, "ip:10.0.0.0/8")
        case .port: Entry("port", .number, Self.lives, "port=5060")
        case .tp: Entry("tp", .word, Self.lives, "tp:udp")
        case .ua: Entry("ua", .text, Self.lives.union([.security, .devices]), "ua~zoiper")
        case .exp: Entry("exp", .duration, [.bindings, .blocks], "exp<60")
        case .age: Entry("age", .duration, Self.all.subtracting([.security]), "age>1h")
        case .try: Entry("try", .number, Self.phones, "try>=2")
        case .st: Entry("st", .word, [.bindings], "st:LATE")
        case .nat: Entry("nat", .word, Self.phones, "nat:yes")
        case .callid: Entry("callid", .text, Self.phones, "callid:b0fce4")
        case .cseq: Entry("cseq", .number, Self.phones, "cseq>8000")
        case .instance: Entry("instance", .text, [.bindings], "instance:aabbccddee")
        case .regid: Entry("regid", .number, [.bindings], "regid=1")
        case .path: Entry("path", .text, Self.phones, "path:192.0.2.1:5060")
        case .badge: Entry("badge", .word, Self.phones, "badge:md5")
        case .tls: Entry("tls", .word, Self.phones, "tls:1.3")
        case .who: Entry("who", .text, Self.all.subtracting([.security, .log]), "who:4417")
        case .conn: Entry("conn", .word, [.bindings], "conn:gone")
        case .ping: Entry("ping", .word, [.bindings], "ping:stopped")
        case .rtt: Entry("rtt", .delay, [.bindings], "rtt>50")
        case .hops: Entry("hops", .text, [.bindings], "hops:edge1")
        case .peer: Entry("peer", .text, [.bindings], "peer:phone7.example.test")
        case .numbers: Entry("numbers", .text, [.bindings], "numbers:+4930")
        case .ghost: Entry("ghost", .word, [.bindings], "ghost:yes")
        case .lint: Entry("lint", .word, [.bindings, .devices], "lint:contact-user")
        case .beat: Entry("beat", .word, [.bindings], "beat:missed")
        case .q: Entry("q", .fraction, [.bindings], "q<0.5")
        case .granted: Entry("granted", .length, [.bindings], "granted>=1h")
        case .refreshes: Entry("refreshes", .number, [.bindings, .history], "refreshes<3")
        case .refr: Entry("refr", .duration, [.bindings, .history], "refr>10m")
        case .seen: Entry("seen", .time, [.bindings, .history], "seen<-10m")
        case .at: Entry("at", .time, Self.all, "at>14:03")
        case .since: Entry("since", .time, Self.all, "since:14:03")
        case .before: Entry("before", .time, Self.all, "before:-1h")
        default: attemptsRow
        }
    }

    private var attemptsRow: Entry {
        switch self {
        case .reason: Entry("reason", .text, [.attempts, .audit, .blocks], "reason:password")
        case .code: Entry("code", .number, [.attempts], "code>=500")
        case .result: Entry("result", .word, [.attempts], "result:PASSWD")
        case .method: Entry("method", .text, [.attempts], "method:INVITE")
        case .leg: Entry("leg", .text, [.attempts], "leg:192.0.2.7")
        case .caller: Entry("caller", .text, [.attempts], "caller:4470")
        case .took: Entry("took", .delay, [.attempts], "took>200ms")
        case .raw: Entry("raw", .text, [.attempts], "raw:friendly-scanner")
        case .level: Entry("level", .rank, [.log], "level>=warning")
        case .text: Entry("text", .text, [.log], "text:disk")
        case .what: Entry("what", .text, [.audit, .history], "what:evict")
        case .object: Entry("object", .text, [.audit, .blocks], "object:4417")
        case .outcome: Entry("outcome", .text, [.audit], "outcome:done")
        case .cause: Entry("cause", .word, [.history], "cause:moved")
        case .lived: Entry("lived", .length, [.history], "lived<5m")
        default: securityRow
        }
    }

    private var securityRow: Entry {
        func count(_ name: String, _ example: String) -> Entry { Entry(name, .number, [.security], example) }
        return switch self {
        case .class: Entry("class", .word, [.security], "class:attack")
        case .fail: count("fail", "fail>10")
        case .hour: count("hour", "hour>100")
        case .day: count("day", "day>1000")
        case .users: count("users", "users>5")
        case .sources: count("sources", "sources>1")
        case .ports: count("ports", "ports>20")
        case .probes: count("probes", "probes>0")
        case .ok: count("ok", "ok=0")
        case .passwd: count("passwd", "passwd>3")
        case .nouser: count("nouser", "nouser>0")
        case .noreply: count("noreply", "noreply>0")
        case .stale: count("stale", "stale>0")
        case .replay: count("replay", "replay>0")
        case .last: Entry("last", .duration, [.security], "last<1m")
        // The one that is left: names are tested to be unique.
        default: Entry("blocked", .word, [.security], "blocked:no")
        }
    }
}
