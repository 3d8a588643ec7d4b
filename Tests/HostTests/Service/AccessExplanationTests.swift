import Testing

@testable import Host

/// `regtop explain` says what the registrar would do, by the registrar's own functions.
@Suite("Explanation of access")
struct AccessExplanationTests {
    private let folder = ScratchFolder()

    private func settings() throws -> Settings {
        var settings = Settings()
        let path = "\(folder.path)/accounts.txt"
        try AccountsEdit(path: path).add(AccountName("4417@sip.test"), password: "secret")
        settings.accounts = path
        var domain = DomainSettings()
        func rule(_ from: String, _ may: String, _ users: [String] = [], over: [String] = [])
            -> AccessSettings
        {
            var rule = AccessSettings()
            (rule.from, rule.action, rule.users, rule.transports) = (from, may, users, over)
            return rule
        }
        domain.access = [
            rule("192.0.2.0/24", "deny"), rule("10.1.0.0/16", "named", ["4417", "4418"], over: ["tls"]),
            rule("10.2.0.0/16", "any"),
        ]
        domain.users["4418"] = UserSettings()
        domain.users["4418"]?.isDisabled = true
        domain.users["4417"] = UserSettings()
        domain.users["4417"]?.networks = ["10.0.0.0/8", "192.0.2.0/24"]
        domain.users["4417"]?.contacts = 2
        settings.domains["sip.test"] = domain
        settings.domains["closed.test"] = DomainSettings()
        settings.domains["closed.test"]?.registration = false
        return settings
    }

    private func explain(_ from: String, _ aor: String, _ transport: String = "udp") throws -> (
        lines: [String], canRegister: Bool
    ) {
        let explanation = try AccessExplanation(settings(), from: from, aor: aor, transport: transport)
        return (explanation.lines, explanation.canRegister)
    }

    @Test("The rules stand in their order, the first that fits is marked")
    func rules() throws {
        let found = try explain("10.1.2.3", "sip:4417@SIP.test", "tls")
        #expect(found.canRegister)
        #expect(
            found.lines == [
                "4417@sip.test from 10.1.2.3 over tls", "domain    sip.test",
                "rule   1  192.0.2.0/24  DENIED",
                "rule > 2  10.1.0.0/16 over tls  without a password: 4417, 4418",
                "rule   3  10.2.0.0/16  any user without a password", "rule   -  all others: password",
                "password  none: rule 2 lets it in",
                "account   4417: only from 10.0.0.0/8, 192.0.2.0/24", "contacts  2 at most",
                "not seen  blocks, drain and rates: they live in the running registrar (b in its console)",
                "answer    could register",
            ]
        )
    }

    @Test(
        "What follows from the rules, the account and the domain",
        arguments: [
            ("192.0.2.9", "4417@sip.test", "udp", false, "403: denied by rule 1"),
            ("10.1.2.3", "4417@sip.test", "udp", true, "could register"),
            ("10.1.2.3", "4418@sip.test", "tls", false, "403: the account is disabled"),
            ("10.2.0.1", "new@sip.test", "udp", true, "could register"),
            ("10.9.0.1", "new@sip.test", "udp", false, "401: there is no account new of realm sip.test"),
            ("203.0.113.1", "4417@sip.test", "udp", false, "403: the account may not register from"),
            ("10.9.0.1", "a@closed.test", "udp", false, "405: the domain takes no registrations"),
            ("10.9.0.1", "a@else.test", "udp", false, "404: the domain is not served here"),
        ]
    )
    func answers(_ from: String, _ aor: String, _ transport: String, _ can: Bool, _ answer: String) throws {
        let found = try explain(from, aor, transport)
        #expect(found.canRegister == can)
        #expect(found.lines.last?.hasPrefix("answer    \(answer)") == true, "\(found.lines)")
    }

    @Test("A password is asked for with its algorithm and realm")
    func password() throws {
        let found = try explain("10.9.0.1", "4417@sip.test")
        #expect(found.canRegister)
        #expect(found.lines.contains("rule > -  all others: password"))
        #expect(found.lines.contains("password  that of account 4417, digest MD5, realm sip.test"))
    }

    @Test("What can't be read is named, with the exit code of usage")
    func usage() throws {
        let settings = try settings()
        for (from, aor, transport, word) in [
            ("here", "a@sip.test", "udp", "--from here"), ("10.0.0.1", "sip.test", "udp", "--aor sip.test"),
            ("10.0.0.1", "a@sip.test", "sctp", "--transport sctp"),
        ] {
            let error = #expect(throws: HostError.self) {
                try AccessExplanation(settings, from: from, aor: aor, transport: transport)
            }
            #expect(error?.exitCode == 2 && error?.description.contains(word) == true)
        }
    }

    @Test("A network that can't be read is an error, never a rule left out")
    func badNetwork() throws {
        var settings = try settings()
        settings.domains["sip.test"]?.access[0].from = "192.0.2.0/33"
        let error = #expect(throws: HostError.self) {
            try PolicyBuilder(settings: settings, listeners: []).build()
        }
        #expect(error?.description.contains("192.0.2.0/33 is no network") == true)
    }

    @Test("Rules that do not say what they seem to are warned of")
    func warnings() throws {
        var settings = try settings()
        settings.open = true
        settings.domains["sip.test"]?.access[0].action = "digest"
        settings.domains["sip.test"]?.access[2].from = "0.0.0.0/0"
        let warnings = try PolicyBuilder(settings: settings, listeners: []).build().warnings
        #expect(warnings.contains { $0.hasPrefix("sip.test is open, so its rules with `may: digest`") })
        #expect(warnings.contains { $0.hasPrefix("sip.test: anybody from 0.0.0.0/0 may register any user") })
    }
}
