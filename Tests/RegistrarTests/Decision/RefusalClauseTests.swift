import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// Each row of the refusal table as it leaves the registrar, named by its clause.
struct RefusalClauseTests {
    private func expect(
        _ stage: Stage,
        _ message: String,
        _ status: Int,
        _ reason: RefusalReason? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) -> Answer {
        let answer = stage.send(message)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        if let reason {
            #expect(stage.handling?.exchange.refusal == reason, sourceLocation: sourceLocation)
        }
        #expect(stage.handling?.exchange.status == UInt16(status), sourceLocation: sourceLocation)
        return answer
    }

    @Test("RFC 3261 §21.4.1: a header that breaks the grammar is named with its place")
    func malformed() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register().replacing("Max-Forwards: 70", with: "Max-Forwards: seventy")
        let answer = expect(stage, text, 400)
        #expect(answer.startLine.hasPrefix("SIP/2.0 400 Malformed Max-Forwards At Byte "))
        #expect(answer.value("Call-ID") == "call-1")
    }

    @Test("RFC 3261 §8.1.1: a mandatory header that is missing is named")
    func missing() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register().replacing("Call-ID: call-1\r\n", with: "")
        #expect(expect(stage, text, 400, .missing(.callID)).startLine == "SIP/2.0 400 Missing Call-ID")
    }

    @Test("RFC 3261 §8.1.1.5: CSeq names another method")
    func methodMismatch() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register().replacing("CSeq: 1 REGISTER", with: "CSeq: 1 OPTIONS")
        _ = expect(stage, text, 400, .methodMismatch)
    }

    @Test("RFC 3261 §21.5.6: another version is 505")
    func version() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register().replacing(" SIP/2.0\r\nVia", with: " SIP/3.0\r\nVia")
        _ = expect(stage, text, 505, .version)
    }

    @Test("RFC 3261 §21.4.11, §21.4.12, §21.5.7: too large a body, Request-URI, message")
    func tooLarge() throws {
        let stage = try Stage { policy in
            policy.bodyBytes = 10
            policy.limits = MessageLimits(messageBytes: 2_000, uriBytes: 100)
        }
        var phone = Phone()
        let body = phone.register(extra: ["Content-Type: text/plain"], body: "01234567890")
        _ = expect(stage, body, 413, .bodyTooLarge(limit: 10))
        let long = String(repeating: "x", count: 100)
        let uri = phone.register().replacing("REGISTER sip:", with: "REGISTER sip:\(long).")
        _ = expect(stage, uri, 414, .uriTooLong(limit: 100))
        let message = phone.register(extra: ["Subject: \(String(repeating: "y", count: 2_000))"])
        _ = expect(stage, message, 513, .messageTooLarge(limit: 2_000))
    }

    @Test("RFC 3261 §21.5.2: an unknown method is 501, whatever CSeq says")
    func unknownMethod() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = expect(stage, phone.register(method: "NEWMETHOD"), 501, .unknownMethod)
    }

    @Test(
        "RFC 3261 §21.4.6: a method that is known and not served is 405 with Allow",
        arguments: ["INVITE", "PUBLISH", "MESSAGE", "REFER"]
    )
    func methodNotAllowed(method: String) throws {
        let stage = try Stage()
        var phone = Phone()
        #expect(
            expect(stage, phone.register(method: method), 405, .methodNotAllowed).value("Allow")
                == "REGISTER, SUBSCRIBE, OPTIONS"
        )
    }

    @Test(
        "RFC 3261 §12.2.2, §9.2, RFC 6665 §4.1.3: what belongs to a dialog or transaction is 481",
        arguments: ["BYE", "CANCEL", "NOTIFY", "INFO", "UPDATE", "PRACK"]
    )
    func noDialog(method: String) throws {
        let stage = try Stage()
        var phone = Phone()
        _ = expect(stage, phone.register(method: method), 481, .noDialog)
        let inDialog = phone.register(method: "INVITE").replacing(
            "To: <sip:alice@example.com>",
            with: "To: <sip:alice@example.com>;tag=x"
        )
        _ = expect(stage, inDialog, 481, .noDialog)
    }

    @Test("RFC 3261 §8.2.2.1: another scheme is 416")
    func unsupportedScheme() throws {
        let stage = try Stage()
        var phone = Phone()
        phone.requestURI = "tel:+12125551234"
        _ = expect(stage, phone.register(), 416, .unsupportedScheme)
    }

    @Test(
        "RFC 3261 §8.2.2.2: the same request by another way is 482, once the first has become a transaction"
    )
    func merged() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = expect(stage, phone.register(), 200)
        let copy = phone.request().replacing("branch=z9hG4bK-call-1-1", with: "branch=z9hG4bK-other")
        _ = expect(stage, copy, 482, .merged)
    }

    @Test("RFC 3261 §16.3: no hops left, and we'd have to pass it on")
    func tooManyHops() throws {
        let stage = try Stage()
        var phone = Phone(domain: "elsewhere.example")
        let text = phone.register().replacing("Max-Forwards: 70", with: "Max-Forwards: 0")
        _ = expect(stage, text, 483, .tooManyHops)
        var own = Phone()
        _ = expect(stage, own.register().replacing("Forwards: 70", with: "Forwards: 0"), 200)
    }

    @Test("RFC 3261 §10.3 step 1: a domain that is not served is 404, our own address included")
    func notOurDomain() throws {
        let stage = try Stage()
        var phone = Phone(domain: "elsewhere.example")
        _ = expect(stage, phone.register(), 404, .notOurDomain)
        phone.requestURI = "sip:10.0.0.254"
        _ = expect(stage, phone.register(), 404, .notOurDomain)
    }

    @Test("RFC 3261 §21.4.6: a domain without registration is 405, and Allow says what it does take")
    func registrationNotOffered() throws {
        var domain = Domain.open("example.com")
        domain.takesRegistrations = false
        let stage = try Stage([domain])
        var phone = Phone()
        #expect(expect(stage, phone.register(), 405, .registrationNotOffered).value("Allow") == "OPTIONS")
        _ = expect(stage, phone.register(method: "OPTIONS"), 200)
    }

    @Test("RFC 3261 §8.2.2.3: Require names what is not supported: 420 with all of it")
    func badExtension() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register(extra: ["Require: path, gruu", "Require: x-unheard-of"])
        #expect(expect(stage, text, 420, .badExtension).value("Unsupported") == "x-unheard-of")
        #expect(stage.bindings("alice@example.com").isEmpty)
    }

    @Test("RFC 3261 §8.2.2.3: CANCEL and ACK are not refused for Require")
    func requireInCancel() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = expect(stage, phone.register(extra: ["Require: x"], method: "CANCEL"), 481, .noDialog)
        #expect(stage.send(phone.register(extra: ["Require: x"], method: "ACK")).isSilence)
    }

    @Test("RFC 3261 §8.2.3: a body that is not understood is 415, unless it says that it is optional")
    func unsupportedBody() throws {
        let stage = try Stage()
        var phone = Phone()
        let text = phone.register(extra: ["Content-Type: application/x-what"], body: "what")
        let answer = expect(stage, text, 415, .unsupportedBody)
        #expect(answer.value("Accept") == "")
        let optional = ["Content-Type: application/x-what", "Content-Disposition: render;handling=optional"]
        _ = expect(stage, phone.register(extra: optional, body: "what"), 200)
    }

    @Test("RFC 3261 §10.3 step 4: blocked by an operator, source and address of record")
    func blocked() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.state.policy.update { [now = stage.now] policy in
            _ = policy.blocks.insert(block(.aor(Array("alice@example.com".utf8)), until: now + .seconds(30)))
        }
        _ = expect(stage, phone.register(), 403, .blockedAOR(seconds: 30))
        stage.state.policy.update { _ = $0.blocks.insert(block(.source(IPAddress(ipv4: 0x0a00_0001)))) }
        _ = expect(stage, phone.register(), 403, .blockedSource(seconds: 0))
        _ = expect(stage, phone.register(method: "OPTIONS"), 403, .blockedSource(seconds: 0))
        stage.state.policy.update { $0.blocks = BlockList() }
        _ = expect(stage, phone.register(), 200)
    }

    @Test("RFC 3261 §10.3 step 5: an address of record of another domain, another scheme or no user is 404")
    func unknownAOR() throws {
        let stage = try Stage([.open("example.com"), .open("example.org")])
        var phone = Phone()
        for to in ["<sip:alice@example.org>", "<sip:example.com>", "<tel:+1212>", "<mailto:a@example.com>"] {
            phone.to = to
            _ = expect(stage, phone.register(), 404, .unknownAOR)
        }
        phone.to = "<sips:Alice@EXAMPLE.com:5061;user=phone>"
        _ = expect(stage, phone.register(), 200)
        #expect(stage.bindings("Alice@example.com").count == 1, "host folded, user not, parameters dropped")
    }

    @Test("RFC 3261 §10.3 step 6: * needs Expires: 0 and no other contact")
    func wildcardMisused() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = expect(stage, phone.register(), 200)
        _ = expect(stage, phone.register(contacts: ["*"]), 400, .wildcardMisused)
        _ = expect(stage, phone.register(contacts: ["*"], expires: 60), 400, .wildcardMisused)
        _ = expect(stage, phone.register(contacts: ["*", "<sip:a@b>"], expires: 0), 400, .wildcardMisused)
        _ = expect(stage, phone.register(contacts: ["<sip:a@b>, *"], expires: 0), 400, .wildcardMisused)
        #expect(stage.bindings("alice@example.com").count == 1)
    }

    @Test("RFC 3261 §10.3 step 7: a contact that cannot be read or is too long is named by its position")
    func badContact() throws {
        let stage = try Stage()
        var phone = Phone()
        let bad = expect(stage, phone.register(contacts: ["<sip:a@b>", "<sip:c@>"]), 400)
        #expect(bad.startLine.hasPrefix("SIP/2.0 400 Bad Contact 2 At Byte "))
        let long = "<sip:a@b;x=\(String(repeating: "y", count: 520))>"
        let tooLong = expect(stage, phone.register(contacts: [long]), 400)
        #expect(tooLong.startLine.hasPrefix("SIP/2.0 400 Bad Contact 1 At Byte "))
    }

    @Test("RFC 3261 §10.3 step 7: too brief is 423 with Min-Expires")
    func intervalTooBrief() throws {
        let stage = try Stage()
        var phone = Phone()
        let answer = expect(
            stage,
            phone.register(expires: 30),
            423,
            .intervalTooBrief(asked: 30, minimum: 60)
        )
        #expect(answer.value("Min-Expires") == "60")
    }

    @Test("RFC 3261 §10.3 step 7: same Call-ID, CSeq not higher: the request fails")
    func cseqNotHigher() throws {
        let stage = try Stage()
        var phone = Phone()
        phone.cseq = 6
        _ = expect(stage, phone.register(), 200)
        phone.cseq = 2
        let answer = expect(stage, phone.register(), 400, .cseqNotHigher(got: 3, have: 7))
        #expect(answer.startLine == "SIP/2.0 400 CSeq Not Higher Than 7")
    }

    @Test("RFC 3261 §21.4.4: more contacts than the domain allows")
    func tooManyContacts() throws {
        let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 2))])
        var phone = Phone()
        _ = expect(stage, phone.register(contacts: ["<sip:a@h1>", "<sip:a@h2>"]), 200)
        _ = expect(stage, phone.register(contacts: ["<sip:a@h3>"]), 403, .tooManyContacts(limit: 2))
        #expect(stage.contacts("alice@example.com") == ["sip:a@h1", "sip:a@h2"])
    }

    @Test("RFC 3261 §8.2, §21.4.1: what cannot be answered meets silence")
    func silence() throws {
        let stage = try Stage()
        #expect(stage.send("\r\n\r\n").isSilence)
        #expect(stage.send("hello world\r\n\r\n").isSilence)
        #expect(stage.send("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n\r\n").isSilence)
        #expect(
            stage.send("REGISTER sip:example.com SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n").isSilence,
            "no Via"
        )
        #expect(stage.send([]).isSilence)
        #expect(stage.handling?.end == .silent)
    }
}
