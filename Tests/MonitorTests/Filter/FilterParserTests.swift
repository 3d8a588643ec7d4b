import Support
import Testing

@testable import Monitor

/// What the filter language takes, and what it says where it doesn't.
struct FilterParserTests {
    @Test(arguments: [
        "aor~^44 exp<60 !ua~zoiper (st:LATE or try>=2)", "alice", "\"two words\"", "-ua:zoiper", "!(a or b)",
        "ip:10.0.0.0/8", "ip=2001:db8::1", "ip:2001:db8::/32", "exp<5m", "age>=1h30m", "exp<0", "exp>-5",
        "tp:udp or tp:tcp", "nat:yes", "badge:md5", "port!=5060", "callid:b0fc", "instance~aabb", "regid>0",
        "path:192.0.2.1:5060", "who=4417", "sip:4417@example.test", "fe80::1", "aor~^(44|55)\\d+$",
        "(aor~^(44|55) tp:udp)", "st!=OK", "a and b or c", "ua!~x", "gw-*", "domain=example.test user:4*",
        "aor:\"a b\"", "orchid", "ua~[)]", "conn:gone", "ping:stopped rtt>50", "tls:1.3 or tls:none",
        "peer:phone7.example.test", "hops~^edge", "numbers:+4930", "flow=1", "reg-id:2", "ghost:yes",
        "ghost:n",
        "st:ping or st:CONN", "conn!=live", "rtt>12ms", "rtt<2s", "q<0.5", "q=1", "granted>=1h30m",
        "refreshes<3",
        "refr>10m", "seen<-10m", "seen>14:03", "at>=14:03:20", "since:10m", "since:today",
        "before:2026-11-25T14:03", "at>\"2026-11-25 14:03\"", "created<2026-11-25", "@late", "!@nat exp<60",
        "(@ghosts or @unreachable)", "@example.test", "ua:\"a \\\\ b\"",
    ])
    func takesForBindings(text: String) throws {
        #expect(throws: Never.self) { try Filter(text, for: .bindings) }
    }

    @Test(arguments: [
        "result:PASSWD", "verdict:passwd", "result:fail", "code>=500", "reason:wrong", "method:OPTIONS",
        "try>2",
        "age<5m ip:198.51.100.0/24", "who:9001 !result:ok", "took>200ms", "raw:friendly", "raw~^REGISTER",
        "@failed @slow", "at>14:03 since:-1h",
    ])
    func takesForAttempts(text: String) throws {
        #expect(throws: Never.self) { try Filter(text, for: .attempts) }
    }

    @Test(arguments: [
        ("exp<<60", 5, "number expected, e.g. exp<60"),
        ("exp<", 5, "number expected, e.g. exp<60"),
        ("exp<60x", 7, "s, m, h, d or w expected, e.g. 90s or 1h30m"),
        ("port=abc", 6, "number expected, e.g. port=5060"),
        ("aor<5", 4, "aor can't be compared so; use e.g. aor~^44"),
        ("st>LATE", 3, "st can't be compared so; use e.g. st:LATE"),
        ("st:LAZY", 4, "LAZY is no st: LATE? OK, LATE, AUTH, PING, CONN or GONE expected, e.g. st:LATE"),
        ("conn:half", 6, "none, live or gone expected, e.g. conn:gone"),
        ("ping:12", 6, "none, up, never or stopped expected, e.g. ping:stopped"),
        ("tls:1.1", 5, "1.1 is no tls: 1.2? none, 1.2 or 1.3 expected, e.g. tls:1.3"),
        ("rtt>12x", 5, "number of milliseconds expected, e.g. rtt>50"),
        ("q<1.2345", 3, "number expected, e.g. q<0.5"),
        ("granted>1y", 10, "s, m, h, d or w expected, e.g. 90s or 1h30m"),
        ("since>14:03", 6, "since can't be compared so; use e.g. since:14:03"),
        ("@nobody", 1, "no filter is named \"@nobody\"; there are @late @ghosts @unreachable @nat @problems"),
        ("ghost:maybe", 7, "no or yes expected, e.g. ghost:yes"),
        ("tp:udq", 4, "udq is no tp: udp? udp, tcp, tls, ws or wss expected, e.g. tp:udp"),
        ("nat:maybe", 5, "no or yes expected, e.g. nat:yes"),
        ("ip:10.0.0.0/33", 13, "a number of bits from 0 to 32 must follow /"),
        ("ip:hello", 4, "address or network expected, e.g. ip:10.0.0.0/8"),
        ("a (b", 3, "this ( is not closed"),
        ("a b)", 4, "this ) closes nothing"),
        ("a or", 5, "term expected, e.g. ua~zoiper or exp<60"),
        ("or a", 1, "term expected, e.g. ua~zoiper or exp<60"),
        ("", 1, "term expected, e.g. ua~zoiper or exp<60"),
        ("and a", 1, "a term must stand before \"and\""),
        ("a and", 6, "a term must follow \"and\""),
        ("aor~^(44", 6, "this ( is not closed"),
        ("ua~\"a b(\"", 8, "this ( is not closed"),
        ("ü aor~[", 7, "this [ is not closed"),
        ("aor:", 5, "text expected, e.g. aor~^44"),
        ("result:OK", 1, "bindings have no field \"result\"; use st:LATE"),
        ("code=200", 1, "bindings have no field \"code\""),
        ("!", 2, "term expected, e.g. exp<60"),
    ])
    func saysWhatIsWrongAndWhere(text: String, column: Int, message: String) {
        #expect(throws: FilterError(column: column, message: message)) { try Filter(text, for: .bindings) }
    }

    @Test func namesTheFieldThatAttemptsLack() {
        #expect(throws: FilterError(column: 4, message: "attempts have no field \"exp\"; use age>1h")) {
            try Filter("ua exp<60", for: .attempts)
        }
        #expect(throws: FilterError(column: 1, message: "attempts have no field \"st\"; use result:PASSWD")) {
            try Filter("st:LATE", for: .attempts)
        }
    }

    @Test func unknownFieldsAreToldWithAllThatThereAre() throws {
        let error = #expect(throws: FilterError.self) { try Filter("uax~zoiper", for: .bindings) }
        #expect(error?.column == 1)
        #expect(error?.message.hasPrefix("no field \"uax\": ua? there are aor user domain") == true)
        #expect("\(FilterError(column: 5, message: "x"))" == "column 5: x")
    }

    @Test func nestingAndLengthAreBounded() {
        let deep = String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100)
        #expect(throws: FilterError.self) { try Filter(deep, for: .bindings) }
        let long = String(repeating: "a ", count: 1_000)
        #expect(throws: FilterError.self) { try Filter(long, for: .bindings) }
    }

    /// Whatever is typed, the parser answers with a filter or with a column inside the text or just after it.
    @Test func isTotal() throws {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("@aorexpua<>=!~:()\"\\[]{}*+?-/ 0159.ütsIP")
        for _ in 0..<3_000 {
            let text = String((0..<random.below(24)).map { _ in alphabet[random.below(alphabet.count)] })
            for subject in Filter.Subject.allCases {
                do {
                    let filter = try Filter(text, for: subject)
                    #expect(filter.text == text)
                } catch {
                    #expect((1...text.count + 1).contains(error.column), "seed 11, filter \(text): \(error)")
                    #expect(!error.message.isEmpty)
                }
            }
        }
    }

    @Test(
        "Log, audit trail, blocks, journal and Security take the same language",
        arguments: [
            (Filter.Subject.log, "level>=warning text:disk ip:10.0.0.0/8 -since:1h"),
            (.audit, "who:kl what:evict object:4417 outcome:done reason:stuck at>14:03"),
            (.blocks, "aor:4417 or ip:198.51.100.0/24 exp<1h who:kl age>2d"),
            (.history, "cause:moved lived<5m refreshes>3 tp:udp who:kl ua~zoiper @left"),
            (.security, "class:attack fail>10 users>5 ok=0 last<1m blocked:no @attacks"),
        ]
    )
    func takesForOtherLists(subject: Filter.Subject, text: String) throws {
        #expect(throws: Never.self) { try Filter(text, for: subject) }
    }

    @Test(
        arguments: [
            (
                Filter.Subject.log, "level>loud", 7,
                "debug, info, warning or error expected, e.g. level>=warning"
            ),
            (.log, "st:LATE", 1, "lines of the log have no field \"st\""),
            (.audit, "result:OK", 1, "lines of the audit trail have no field \"result\"; use outcome:done"),
            (.history, "cause:vanished", 7, "registered, refreshed, moved, unregistered"),
            (.blocks, "exp<x", 5, "number expected, e.g. exp<60"),
            (.security, "fail>many", 6, "number expected, e.g. fail>10"),
            (.security, "class:nice", 7, "break-in, guessing"),
            (
                .history, "at>25:03", 4,
                "14:03, 14:03:20, 2026-11-25, 2026-11-25T14:03, today or -10m expected, e.g. at>14:03"
            ),
        ]
    )
    func saysWhatIsWrongThereToo(subject: Filter.Subject, text: String, column: Int, message: String) {
        let error = #expect(throws: FilterError.self) { try Filter(text, for: subject) }
        #expect(error?.column == column)
        #expect(error?.message.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test func everyFieldHasANameAndAnExampleOfItsOwn() throws {
        let all = FilterField.allCases
        #expect(Set(all.map(\.name)).count == all.count)
        for field in all {
            #expect(FilterField(name: field.name) == field)
            for subject in Filter.Subject.allCases where field.isKnown(of: subject) {
                #expect(throws: Never.self, "\(field.example)") { try Filter(field.example, for: subject) }
                let operators = Filter.operators(of: field.name)
                #expect(operators.contains { field.example.hasPrefix(field.name + $0) }, "\(field.name)")
            }
            #expect(Filter.Subject.allCases.contains { field.isKnown(of: $0) }, "\(field.name)")
        }
    }

    @Test func filtersAreEqualByTextAndSubject() throws {
        #expect(try Filter("a", for: .bindings) == Filter("a", for: .bindings))
        #expect(try Filter("a", for: .bindings) != Filter("a", for: .attempts))
        #expect(Filter.fieldNames(for: .bindings).contains("exp"))
        #expect(!Filter.fieldNames(for: .attempts).contains("exp"))
        #expect(Filter.words(of: "st") == ["OK", "LATE", "AUTH", "PING", "CONN", "GONE"])
        #expect(!Filter.fieldNames(for: .attempts).contains("ghost"))
        #expect(Filter.fieldNames(for: .attempts).contains("tls"))
    }
}
