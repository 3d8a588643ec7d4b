import Testing

@testable import Host
@testable import regtop

@Suite("Settings file")
struct SettingsFileTests {
    private func problem(_ text: String) -> String? {
        var settings = Settings()
        do throws(HostError) {
            try SettingsFile.apply(text, file: "r.yaml", to: &settings)
            return nil
        } catch {
            // A file with a mistake changes nothing.
            return settings == Settings() ? error.description : "changed: \(error)"
        }
    }

    @Test("The example is accepted and says the defaults")
    func example() throws {
        var settings = Settings()
        try SettingsFile.apply(SettingsExample.text, file: "example", to: &settings)
        #expect(settings.domains.removeValue(forKey: "example.test") == DomainSettings())
        #expect(settings == Settings())
    }

    @Test("Every key changes what it names")
    func everyKey() throws {
        let text = """
            listen: ["udp:10.0.0.1:5062"]
            accounts: a.txt
            open: true
            domains:
              ONE.test:
                registration: false
                accounts: b.txt
                expires: {default: 600, min: 30, max: 900, jitter: 0, max-nat: 180}
                contacts: {max: 3, overflow: unreachable, fold: instance}
                digest: {algorithms: [SHA-256], qop: [auth, auth-int], legacy: false}
                alias: off
                path: strict
                outbound: {mode: required, flow-timer: 120}
                gruu: false
                service-route: ["<sip:p.one.test;lr>"]
                connection-lost: 30
                ping: {every: 60, timeout: 4, codes: 2xx, remove-after: 3, users: ["4417"]}
                subscriptions: {offered: false, max: 2, administrators: [boss]}
                numbers: {trunk: ["+12145550100-0199", "+1300"]}
                access: [{from: 10.0.0.0/8, transports: [tls], may: named, users: [a, b]}, {from: 192.0.2.1, may: deny}]
                users: {"4417": {disabled: true, from: [10.0.0.0/8], contacts: 2}}
                calls: {mode: proxy, next-hop: "sip:gw.one.test;transport=tcp", timer-c: 240, ringing: 30, breadth: 6, record-route: false}
            tls: {certificate: c.pem, key: k.pem, client-authorities: ca.pem, client-certificate: required}
            security: {auto-block: true, block: 60, failures: 5, allow: [10.0.0.0/8], offices: true}
            limits: {loops: 2, message: 4096, connections: 9, connections-per-source: 8, idle: 7, transactions: 6, attempts: 5, rate: {source: 4, aor: 3}}
            console: {theme: mono, ascii: true, no-color: true, read-only: true, view: bindings, filter: "exp<60"}
            """
        var settings = Settings()
        try SettingsFile.apply(text, file: "r.yaml", to: &settings)
        #expect(settings.listen == ["udp:10.0.0.1:5062"] && settings.accounts == "a.txt" && settings.open)
        let domain = try #require(settings.domains["one.test"])
        #expect(!domain.registration && domain.accounts == "b.txt" && domain.alias == "off")
        #expect(domain.expires.standard == 600 && domain.expires.minimum == 30)
        #expect(domain.expires.maximum == 900 && domain.expires.jitter == 0)
        #expect(domain.contacts.maximum == 3 && domain.contacts.overflow == "unreachable")
        #expect(
            domain.algorithms == ["SHA-256"] && domain.qop == ["auth", "auth-int"] && !domain.legacyDigest
        )
        extensions(of: domain)
        #expect(settings.tls.certificate == "c.pem" && settings.tls.key == "k.pem")
        #expect(settings.tls.clientAuthorities == "ca.pem" && settings.tls.clientCertificate == "required")
        #expect(settings.security.autoBlock && settings.security.block == 60)
        #expect(settings.security.failures == 5 && settings.security.allow == ["10.0.0.0/8"])
        #expect(settings.security.blocksOffices)
        let limits = settings.limits
        #expect(limits.sourceRate == 4 && limits.aorRate == 3)
        #expect(
            [limits.loops, limits.message, limits.connections, limits.connectionsPerSource] == [
                2, 4_096, 9, 8,
            ]
        )
        #expect([limits.idle, limits.transactions, limits.attempts] == [7, 6, 5])
        let console = settings.console
        #expect(console.theme == "mono" && console.view == "bindings" && console.filter == "exp<60")
        #expect(console.ascii && console.noColor && console.readOnly)
    }

    private func extensions(of domain: DomainSettings) {
        #expect(domain.expires.maximumBehindNAT == 180 && domain.contacts.fold == "instance")
        #expect(domain.path == "strict" && domain.outbound == "required" && domain.flowTimer == 120)
        #expect(!domain.gruu && domain.serviceRoute == ["<sip:p.one.test;lr>"])
        #expect(domain.connectionLost == "30" && domain.ping.every == 60 && domain.ping.timeout == 4)
        #expect(domain.ping.codes == "2xx" && domain.ping.removeAfter == 3 && domain.ping.users == ["4417"])
        #expect(!domain.subscriptions.isOffered && domain.subscriptions.maximum == 2)
        #expect(domain.subscriptions.administrators == ["boss"])
        #expect(domain.numbers == ["trunk": ["+12145550100-0199", "+1300"]])
        #expect(domain.access.map(\.from) == ["10.0.0.0/8", "192.0.2.1"])
        #expect(domain.access.map(\.action) == ["named", "deny"])
        #expect(domain.access.first?.transports == ["tls"] && domain.access.first?.users == ["a", "b"])
        let user = domain.users["4417"]
        let calls = domain.calls
        #expect(calls.mode == "proxy" && calls.nextHop == "sip:gw.one.test;transport=tcp")
        #expect([calls.timerC, calls.ringing, calls.breadth] == [240, 30, 6] && !calls.recordsRoute)
        #expect(user?.isDisabled == true && user?.networks == ["10.0.0.0/8"] && user?.contacts == 2)
    }

    @Test("A default that is not named follows the bounds")
    func unnamedDefault() throws {
        for (bounds, standard) in [("max: 600", 600), ("min: 4000", 4_000), ("min: 30", 3_600)] {
            var settings = Settings()
            let text = "domains: {x.test: {expires: {\(bounds)}}}"
            try SettingsFile.apply(text, file: "r.yaml", to: &settings)
            #expect(settings.domains["x.test"]?.expires.standard == standard, "\(bounds)")
        }
    }

    @Test(
        "A mistake is named with file, line and column, and nothing is taken",
        arguments: [
            ("a: 1", "r.yaml:1:1: no key `a`"),
            ("open: true\nopen: false", "r.yaml:1"),
            ("open: maybe", "r.yaml:1:7: open is true or false"),
            ("listen: udp", "r.yaml:1:9: listen is a list"),
            (
                "domains:\n  x.test:\n    calls: {mode: on}",
                "r.yaml:3:19: mode is one of off, redirect, proxy"
            ),
            (
                "domains:\n  x.test:\n    calls: {timer-c: 180}",
                "r.yaml:3:22: timer-c is a whole number from 181"
            ),
            (
                "domains:\n  x.test:\n    calls: {next-hop: gw}",
                "r.yaml:3:23: next-hop is a SIP URI without a user"
            ),
            (
                "domains:\n  x.test:\n    calls: {next: gw}",
                "r.yaml:3:13: no key `next` in calls; known are mode"
            ),
            ("domains:\n  x.test:\n    expires: {min: 0}", "r.yaml:3:20: min is a whole number from 1"),
            ("domains:\n  x.test:\n    expires: {min: 99, max: 98}", "expires.min is above expires.max"),
            (
                "domains:\n  x.test:\n    expires: {default: 59}",
                "expires.default is 59; choose from 60 to 7200"
            ),
            (
                "a: &a [x]\n" + String(repeating: "b: [*a, *a]\n", count: 11),
                "r.yaml:12:1: more than 20 aliases"
            ),
            ("domains:\n  x.test:\n    alias: maybe", "r.yaml:3:12: alias is one of uri, received, off"),
            ("domains:\n  x.test:\n    digest: {algorithms: [MD5, MD5]}", "names one value twice"),
            ("console: {view: nowhere}", "view is one of overview"),
            ("limits: [1]", "limits is a map"),
            (
                "domains:\n  x.test:\n    access:\n      - {from: 10.0.0.0/33, may: deny}",
                "r.yaml:4:16: from: `10.0.0.0/33` is no network"
            ),
            ("domains:\n  x.test:\n    access:\n      - {may: deny}", "r.yaml:4:9: a rule needs `from:`"),
            (
                "domains:\n  x.test:\n    users: {a: {from: [10.0.0.0/8, here]}}",
                "r.yaml:3:36: from: `here` is no network"
            ),
            (
                "domains:\n  x.test:\n    access:\n      - {from: \"::/0\", may: named}",
                "`may: named` needs `users:`"
            ),
            ("listen: [\n", "r.yaml:2"),
            ("open: true\nlis\u{1b}[31mten: []", "r.yaml:2:4: control characters are not allowed"),
            (#""\e]0;x\a": 1"#, #"r.yaml:1:1: no key `\x1b]0;x\x07`"#),
            ("\u{0}", "r.yaml:1"),
        ]
    )
    func mistakes(_ text: String, _ expected: String) {
        let found = problem(text)
        #expect(found?.contains(expected) == true, "\(found ?? "accepted")")
    }

    @Test("An empty file changes nothing")
    func empty() {
        #expect(problem("") == nil)
        #expect(problem("# only a comment\n") == nil)
    }

    @Test("Keys are taken as one or as a list")
    func keys() throws {
        var settings = Settings()
        let text = """
            keys:
              evict: W
              page-down: [ctrl-f, PgDn, "="]
              problems: "!"
              overview: 1
              follow: []
            """
        try SettingsFile.apply(text, file: "r.yaml", to: &settings)
        #expect(settings.console.keys.problems.isEmpty)
        #expect(
            settings.console.keys.words == [
                "evict=W", "page-down=ctrl-f+PgDn+=", "problems=!", "overview=1", "follow=",
            ]
        )
        #expect(problem("keys:") == nil)
    }

    @Test(
        "A key that can't be is named where it is written",
        arguments: [
            ("keys: [a]", "r.yaml:1:7: keys is a map"),
            ("keys: {evict: {a: b}}", "r.yaml:1:15: evict takes a key, or a list of keys"),
            ("keys: {evict: \"\"}", "r.yaml:1:15: evict takes a key"),
            ("keys:\n  jump: x", "r.yaml:2:3: there is no action `jump`"),
            ("keys:\n  evict: [W, foo]", "r.yaml:2:14: there is no key `foo`"),
            ("keys:\n  evict: W\n  expire: [Y, W]", "r.yaml:3:15: W is evict's key already (line 2)"),
            ("keys:\n  evict: W\n  block: delete", "r.yaml:3:10: block acts, and delete corrects"),
            ("keys:\n  help: []", "r.yaml:2:3: help needs a key"),
            ("keys:\n  evict: W\n  evict: Y", "r.yaml:2:3: the key evict stands here twice"),
        ]
    )
    func wrongKeys(_ text: String, _ sentence: String) {
        #expect(problem(text)?.hasPrefix(sentence) == true, "\(problem(text) ?? "nothing")")
    }
}
