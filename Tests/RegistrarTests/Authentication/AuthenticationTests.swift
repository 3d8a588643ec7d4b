import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Support
import Testing
import Timing

/// RFC 3261 §10.3 steps 3 to 5, §22.2, RFC 7616, RFC 8760: who asks, and what it is told.
struct AuthenticationTests {
    private let aor = "alice@example.com"

    private func stage(
        algorithms: [DigestAlgorithm] = [.md5],
        qop: QualityOfProtection = [.auth],
        legacy: Bool = false,
        users: [String: String] = ["alice": "secret", "bob": "hidden"],
    ) throws -> Stage {
        try Stage([.closed("example.com", users, algorithms: algorithms, qop: qop, legacy: legacy)])
    }

    /// Sends a REGISTER, answers the challenge, and gives the last answer.
    private func login(_ stage: Stage, _ phone: inout Phone, uri: String? = nil) -> Answer {
        let first = stage.send(phone.register())
        guard first.status == 401 else { return first }
        phone.take(first)
        return stage.send(phone.register(uri: uri))
    }

    @Test func theWholeLifeOfABinding() throws {
        var stage = try stage()
        var phone = Phone()
        let script = PhoneScript(phone)
        let conversation = Playbook<Stage>([
            .receive { _ in script.register(answering: nil) },
            .expect(401, containing: ["WWW-Authenticate: Digest realm=\"example.com\""]),
            .expectEvents([]),
            .receive { script.register(answering: $0) },
            .expect(200, containing: ["Contact: <sip:alice@10.0.0.1:5060>;expires=3600"]),
            .expectEvents(["added sip:alice@10.0.0.1:5060"]),
            .advance(seconds: 1_800), .receive { script.register(answering: $0) },
            .expect(401, containing: ["stale=true"]),
            .receive { script.register(answering: $0) }, .expect(200, containing: ["expires=3600"]),
            .expectEvents(["changed sip:alice@10.0.0.1:5060"]),
            .advance(seconds: 3_600), .expectEvents(["removed(expired) sip:alice@10.0.0.1:5060"]),
        ])
        try conversation.run(on: &stage)
        phone = script.phone
        #expect(phone.cseq == 4)
    }

    @Test("RFC 8760 §2.3: one challenge for each algorithm, in the configured order")
    func challengesInOrder() throws {
        let stage = try stage(algorithms: [.sha512t256, .sha256, .md5], qop: [.auth, .authInt])
        var phone = Phone()
        let challenges = stage.send(phone.register()).values("WWW-Authenticate")
        #expect(challenges.map { $0.contains("algorithm=SHA-512-256,") } == [true, false, false])
        #expect(challenges.map { $0.contains("algorithm=SHA-256,") } == [false, true, false])
        #expect(challenges.map { $0.contains("algorithm=MD5,") } == [false, false, true])
        #expect(challenges.allSatisfy { $0.contains("qop=\"auth,auth-int\"") })
        #expect(login(stage, &phone).status == 200)
        #expect(stage.bindings(aor).first?.facts.badges == [])
        var old = Phone(callID: "old")
        old.digest.algorithms = [.md5]
        #expect(login(stage, &old).status == 200)
        #expect(stage.bindings(aor).first?.facts.badges == [.md5])
        var careful = Phone(callID: "int")
        careful.digest.prefersAuthInt = true
        #expect(login(stage, &careful).status == 200)
    }

    @Test(
        "RFC 3261 §22.2: unknown user and wrong password are the same on the wire, and cost the same digests"
    )
    func indistinguishable() throws {
        let stage = try stage()
        func refusal(_ user: String, _ password: String) -> (
            lines: [String], cost: UInt64, reason: RefusalReason?
        ) {
            var phone = Phone(user, password: password, callID: "same")
            phone.to = "<sip:\(user)@example.com>"
            phone.take(stage.send(phone.register()))
            let text = phone.register()
            let before = stage.core.digestCount
            let answer = stage.send(text)
            let cost = stage.core.digestCount - before
            let lines = answer.lines.map { line in
                line.replacing(user, with: "USER")
                    .replacing(#/nonce="[^"]*"/#, with: "nonce").replacing(#/tag=[0-9a-f]{16}/#, with: "tag")
                    .replacing(#/z9hG4bK[^;]*/#, with: "branch")
            }
            return (lines, cost, stage.handling?.exchange.refusal)
        }
        // Once beforehand, for what the verifier remembers from one request to the next.
        _ = refusal("alice", "guess")
        let wrong = refusal("alice", "guess")
        let unknown = refusal("carol", "guess")
        #expect(wrong.reason == .wrongPassword)
        #expect(unknown.reason == .unknownUser)
        #expect(wrong.lines == unknown.lines)
        #expect(wrong.lines.first == "SIP/2.0 401 Unauthorized")
        #expect(wrong.cost == unknown.cost)
        #expect(wrong.cost > 0)
    }

    @Test("RFC 3261 §10.3 step 4: somebody else's address of record is 403, and no challenge")
    func thirdParty() throws {
        let stage = try stage()
        var phone = Phone("bob", password: "hidden")
        phone.to = "<sip:alice@example.com>"
        let answer = login(stage, &phone)
        #expect(answer.status == 403)
        #expect(answer.values("WWW-Authenticate").isEmpty)
        #expect(stage.handling?.exchange.refusal == .notAllowedForAOR)
        #expect(stage.bindings(aor).isEmpty)
    }

    @Test("RFC 3261 §10.3 step 5: an address of record is only known to be missing after the login")
    func noEnumeration() throws {
        let stage = try Stage([.closed("example.com", ["alice": "secret"]), .open("example.org")])
        var phone = Phone()
        phone.to = "<sip:alice@example.org>"
        #expect(stage.send(phone.register()).status == 401)
        #expect(login(stage, &phone).status == 404)
    }

    @Test func theUserNameMayBeTheWholeAddressOfRecord() throws {
        let stage = try stage(users: ["alice@example.com": "secret"])
        var phone = Phone()
        phone.digest = DigestClient(user: Array("alice@example.com".utf8), password: Array("secret".utf8))
        #expect(login(stage, &phone).status == 200)
        let texts = stage.bindings(aor).first?.texts
        #expect(texts.map { String(decoding: $0.account, as: UTF8.self) } == "alice@example.com")
    }

    @Test("RFC 7616 §3.4.6: a nonce count that was used is a replay; the same request again is none")
    func replay() throws {
        let stage = try stage()
        var phone = Phone()
        phone.take(stage.send(phone.register()))
        let text = phone.register()
        #expect(stage.send(text).status == 200)
        let other = text.replacing("CSeq: 2 ", with: "CSeq: 3 ").replacing("call-1-2", with: "evil")
        let answer = stage.send(other)
        #expect(answer.status == 401)
        #expect(answer.text.contains("stale=true"))
        #expect(stage.handling?.exchange.refusal == .replay(nonceCount: 1))
        let before = stage.bindings(aor)
        #expect(stage.send(text).status == 200, "the stored reply")
        stage.source.port = 7_000
        let again = stage.send(text)
        #expect(again.status == 200, "another port, so another transaction, but the same request")
        #expect(stage.handling?.exchange.isRetransmission == true)
        #expect(stage.bindings(aor) == before)
    }

    @Test func aRefusalAfterTheLoginIsRepeatedAsItWas() throws {
        let stage = try stage()
        var phone = Phone("bob", password: "hidden")
        phone.to = "<sip:alice@example.com>"
        phone.take(stage.send(phone.register()))
        let text = phone.register()
        #expect(stage.send(text).status == 403)
        #expect(stage.send(text).status == 403, "not a replay")
    }

    @Test("RFC 7616 §3.3: a nonce of somebody else gets a fresh challenge without stale")
    func nonceUnknown() throws {
        let stage = try stage()
        var phone = Phone()
        phone.take(stage.send(phone.register()))
        let text = phone.register()
        let answer = stage.send(text.replacing(#/nonce="..../#, with: "nonce=\"AAAA"))
        #expect(answer.status == 401)
        #expect(!answer.text.contains("stale"))
        #expect(stage.handling?.exchange.refusal == .nonceUnknown)
    }

    @Test("RFC 2069 form: by policy only, with a badge")
    func legacy() throws {
        for allowed in [true, false] {
            let stage = try stage(legacy: allowed)
            var phone = Phone()
            phone.digest.isLegacy = true
            #expect(login(stage, &phone).status == (allowed ? 200 : 401))
            if allowed { #expect(stage.bindings(aor).first?.facts.badges == [.md5, .legacyDigest]) }
        }
    }

    @Test func aDigestURIWithOtherParametersIsToleratedWithABadge() throws {
        let stage = try stage()
        var phone = Phone()
        #expect(login(stage, &phone, uri: "sip:example.com;transport=UDP").status == 200)
        #expect(stage.bindings(aor).first?.facts.badges == [.md5, .digestURI])
    }

    @Test("RFC 7616 §3.4: credentials that lack a part are 400, before any user is looked up")
    func incomplete() throws {
        let stage = try stage()
        var phone = Phone()
        phone.take(stage.send(phone.register()))
        let text = phone.register().replacing(", nc=00000001", with: "")
        #expect(stage.send(text).status == 400)
        #expect(stage.handling?.exchange.refusal == .badCredentials(.credentials))
    }

    @Test func theFindingsAreWhatWasDoneInItsOrder() throws {
        let stage = try stage()
        var phone = Phone()
        #expect(login(stage, &phone).status == 200)
        let checks = stage.handling?.exchange.findings.all.map(\.check)
        #expect(checks?.first == .realm || checks?.first == .credentials)
        #expect(checks?.last == .nonceCount)
        #expect(stage.handling?.exchange.findings.firstFailure == nil)
    }

    @Test("RFC 3261 §8.2.7: challenges are stateless: same To tag, nothing stored, nothing merged")
    func statelessChallenge() throws {
        let stage = try stage()
        var phone = Phone()
        let text = phone.register()
        let first = stage.send(text)
        let second = stage.send(text)
        #expect(first.status == 401 && second.status == 401)
        #expect(first.value("To") == second.value("To"))
        #expect(first.value("WWW-Authenticate") != second.value("WWW-Authenticate"), "a fresh nonce")
        #expect(stage.handling?.exchange.isRetransmission == false)
        #expect(stage.state.table.bindingCount == 0)
    }
}

/// Shares one phone between the closures of a conversation.
final class PhoneScript {
    private(set) var phone: Phone

    init(_ phone: Phone) { self.phone = phone }

    /// The next REGISTER, after the challenge of a reply was taken if there is one.
    func register(answering reply: [UInt8]?) -> [UInt8] {
        if let reply { phone.take(Answer(reply)) }
        return Array(phone.register().utf8)
    }
}
