import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Support
import Testing
import Timing

/// RFC 3261 §10.3 steps 3 and 4 where an address decides: who is let in without a password, who is kept out,
/// and what is special about single accounts.
struct AccessTests {
    private let alice = "alice@example.com"

    private func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }

    private func stage(
        _ rules: [AccessRule] = [],
        accounts: [String: AccountRule] = [:],
    ) throws -> Stage {
        var domain = try Domain.closed("example.com", ["alice": "secret", "bob": "hidden", "eve": "evil"])
        domain.rules = AccessRules(rules)
        domain.accountRules = AccountRules(
            Dictionary(uniqueKeysWithValues: accounts.map { (Array($0.key.utf8), $0.value) })
        )
        return try Stage([domain, .open("example.org")])
    }

    private func login(_ stage: Stage, _ phone: inout Phone, contacts: [String]? = nil) -> Answer {
        let first = stage.send(phone.register(contacts: contacts))
        guard first.status == 401 else { return first }
        phone.take(first)
        return stage.send(phone.register(contacts: contacts))
    }

    private func refusal(_ stage: Stage) -> RefusalReason? { stage.handling?.exchange.refusal }

    // MARK: Rules

    @Test("A rule lets in the users that it names without a password, with a badge and no account")
    func named() throws {
        let stage = try stage([
            AccessRule(network: try network("192.0.2.0/24"), action: .deny),
            AccessRule(network: try network("10.0.0.0/8"), action: .named([Array("alice".utf8)])),
        ])
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.handling?.exchange.accessRule == 2)
        #expect(stage.handling?.exchange.badges.contains(.byAddress) == true)
        #expect(stage.core.digestCount == 0)
        let binding = try #require(stage.bindings(alice).first)
        #expect(binding.facts.badges.contains(.byAddress))
        #expect(binding.texts.account.isEmpty)
        var other = Phone("bob", password: "hidden", callID: "bob")
        #expect(stage.send(other.register()).status == 401, "a user that it does not name is asked")
        #expect(login(stage, &other).status == 200)
        #expect(stage.handling?.exchange.accessRule == 0)
        stage.source.address = IPAddress(ipv4: 0x0b00_0001)
        var stranger = Phone(callID: "far")
        #expect(stage.send(stranger.register()).status == 401, "so is the named one from elsewhere")
    }

    @Test("RFC 3261 §10.3 step 5: a rule names users of its own domain, and any means any of the domain")
    func otherDomain() throws {
        let named = try stage([
            AccessRule(network: try network("10.0.0.0/8"), action: .named([Array("alice".utf8)]))
        ])
        var phone = Phone()
        phone.to = "<sip:alice@example.org>"
        #expect(named.send(phone.register()).status == 401)
        let any = try stage([AccessRule(network: try network("10.0.0.0/8"), action: .any)])
        #expect(any.send(phone.register()).status == 404)
        var new = Phone("nobody", callID: "new")
        #expect(any.send(new.register()).status == 200, "no account is needed")
    }

    @Test("A denied source is told the same whomever it names, before any digest work")
    func denied() throws {
        let stage = try stage([AccessRule(network: try network("10.0.0.1"), action: .deny)])
        func lines(_ user: String, _ password: String) -> [String] {
            var phone = Phone(user, password: password, callID: "same")
            stage.source.address = IPAddress(ipv4: 0x0a00_0002)
            phone.take(stage.send(phone.register()))
            stage.source.address = IPAddress(ipv4: 0x0a00_0001)
            let text = phone.register()
            let before = stage.core.digestCount
            let answer = stage.send(text)
            #expect(stage.core.digestCount == before)
            #expect(refusal(stage) == .sourceDenied(rule: 1))
            return answer.lines.map { $0.replacing(user, with: "USER") }
        }
        let known = lines("alice", "secret")
        #expect(known.first == "SIP/2.0 403 Source Not Allowed")
        #expect(lines("alice", "guess") == known)
        #expect(lines("carol", "guess") == known)
        #expect(stage.state.table.bindingCount == 0)
    }

    @Test("The first rule that covers a request counts, and only that one")
    func order() throws {
        let stage = try stage([
            AccessRule(network: try network("10.0.0.1"), transports: [.tls], action: .any),
            AccessRule(network: try network("10.0.0.1"), action: .digest),
            AccessRule(network: try network("10.0.0.0/8"), action: .deny),
        ])
        var phone = Phone()
        #expect(login(stage, &phone).status == 200, "rule 2: a password")
        #expect(stage.handling?.exchange.badges.contains(.byAddress) == false)
        stage.transport = .tls
        var secure = Phone(callID: "tls")
        #expect(stage.send(secure.register()).status == 200, "rule 1")
        #expect(stage.handling?.exchange.accessRule == 1)
        stage.source.address = IPAddress(ipv4: 0x0a00_0002)
        #expect(stage.send(secure.register()).status == 403, "rule 3")
        stage.source.address = IPAddress(ipv4: 0x0b00_0002)
        var far = Phone(callID: "far")
        #expect(stage.send(far.register()).status == 401, "none: as without rules")
    }

    @Test func underOpenRegistrationOnlyADenialCounts() throws {
        var domain = Domain.open("example.com")
        domain.rules = AccessRules([
            AccessRule(network: try network("10.0.0.1"), action: .deny),
            AccessRule(network: try network("10.0.0.0/8"), action: .digest),
        ])
        let stage = try Stage([domain])
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 403)
        stage.source.address = IPAddress(ipv4: 0x0a00_0002)
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.bindings(alice).first?.facts.badges.contains(.open) == true)
    }

    // MARK: Accounts

    @Test("A disabled account is refused once the password was right; else it is as any wrong password")
    func disabled() throws {
        let stage = try stage(accounts: ["alice": AccountRule(isDisabled: true)])
        func wrong(_ user: String) -> [String] {
            var phone = Phone(user, password: "guess", callID: "same")
            phone.take(stage.send(phone.register()))
            return stage.send(phone.register()).lines.map { line in
                line.replacing(user, with: "USER").replacing(#/nonce="[^"]*"/#, with: "nonce")
            }
        }
        let disabled = wrong("alice")
        #expect(refusal(stage) == .wrongPassword)
        #expect(wrong("bob") == disabled)
        var phone = Phone(callID: "right")
        let answer = login(stage, &phone)
        #expect(answer.startLine == "SIP/2.0 403 Account Disabled")
        #expect(refusal(stage) == .accountDisabled)
        #expect(stage.bindings(alice).isEmpty)
        var whole = Phone(callID: "whole")
        whole.to = "<sip:bob@example.com>"
        #expect(login(stage, &whole).status == 403, "whomever it wants to register")
        #expect(refusal(stage) == .accountDisabled)
    }

    @Test func anAccountThatIsDisabledIsNotLetInByItsAddressEither() throws {
        let stage = try stage(
            [AccessRule(network: try network("10.0.0.0/8"), action: .any)],
            accounts: ["alice": AccountRule(isDisabled: true)]
        )
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 403)
        #expect(refusal(stage) == .accountDisabled)
    }

    @Test func anAccountMayBeKeptToItsNetworks() throws {
        let stage = try stage(
            accounts: [
                "alice": AccountRule(networks: [try network("192.0.2.0/24"), try network("10.0.0.1")])
            ]
        )
        var phone = Phone()
        #expect(login(stage, &phone).status == 200)
        stage.source.address = IPAddress(ipv4: 0x0a00_0002)
        #expect(login(stage, &phone).startLine == "SIP/2.0 403 Account Not Allowed From This Address")
        #expect(refusal(stage) == .accountNotFromHere)
        var wrong = Phone(password: "guess", callID: "wrong")
        wrong.take(stage.send(wrong.register()))
        #expect(stage.send(wrong.register()).status == 401, "only said to the owner")
        var other = Phone("bob", password: "hidden", callID: "bob")
        #expect(login(stage, &other).status == 200)
    }

    @Test("RFC 3261 §21.4.4: an account's own maximum of contacts takes the place of the domain's")
    func contacts() throws {
        let stage = try stage(accounts: ["alice": AccountRule(contacts: 1)])
        var phone = Phone()
        #expect(login(stage, &phone, contacts: ["<sip:a@h1>", "<sip:a@h2>"]).status == 403)
        #expect(refusal(stage) == .tooManyContacts(limit: 1))
        var other = Phone("bob", password: "hidden", callID: "bob")
        #expect(login(stage, &other, contacts: ["<sip:b@h1>", "<sip:b@h2>"]).status == 200)
    }

    // MARK: Rates

    @Test("RFC 3261 §21.5.4: a source that is too fast costs no digest, and nothing is kept of it")
    func sourceRate() throws {
        var domain = try Domain.closed("example.com", ["alice": "secret"])
        domain.rules = AccessRules()
        let stage = try Stage([domain]) { $0.rates = RatePolicy(source: 2) }
        var phone = Phone()
        phone.take(stage.send(phone.register()))
        for _ in 0..<3 { stage.send(phone.register()) }
        let text = phone.register()
        let before = stage.core.digestCount
        #expect(stage.send(text).status == 503)
        #expect(refusal(stage) == .tooFast(retryAfter: 5))
        #expect(stage.core.digestCount == before)
        stage.source.address = IPAddress(ipv4: 0x0a00_0009)
        var other = Phone(callID: "other")
        #expect(login(stage, &other).status == 200, "another source")
        stage.source.address = IPAddress(ipv4: 0x0a00_0001)
        stage.now = stage.now + .seconds(1)
        #expect(stage.send(text).status == 200, "the same request is looked at anew")
    }

    @Test("What proves nothing does not count for an address of record, nor what comes again")
    func aorRate() throws {
        let stage = try Stage([try .closed("example.com", ["alice": "secret"])]) {
            $0.rates = RatePolicy(aor: 1)
        }
        for number in 0..<5 {
            var guess = Phone(password: "guess", callID: "guess-\(number)")
            #expect(login(stage, &guess).status == 401)
        }
        var phone = Phone()
        phone.take(stage.send(phone.register()))
        let text = phone.register()
        for _ in 0..<5 { #expect(stage.send(text).status == 200) }
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.send(phone.register()).status == 503, "the third in one second")
        #expect(refusal(stage) == .tooFast(retryAfter: 5))
        stage.now = stage.now + .seconds(1)
        #expect(stage.send(phone.register()).status == 200)
    }
}
