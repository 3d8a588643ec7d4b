import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// Which messages are the registrar's and which the proxy's, where a domain has calls.
struct CallsTests {
    /// A domain with calls, and one without.
    private func stage(_ mode: CallPolicy.Mode = .proxy) throws -> Stage {
        var domain = Domain.open("example.com")
        domain.calls.mode = mode
        return try Stage([domain, .open("quiet.example")])
    }

    private func request(
        _ method: String,
        _ uri: String,
        toTag: String = "",
        branch: String = "z9hG4bK-1",
        extra: [String] = [],
    ) -> String {
        let lines = [
            "\(method) \(uri) SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=\(branch);rport",
            "Max-Forwards: 70", "From: <sip:bob@example.com>;tag=1",
            "To: <\(uri)>\(toTag.isEmpty ? "" : ";tag=\(toTag)")", "Call-ID: calls-1", "CSeq: 1 \(method)",
        ]
        return (lines + extra + ["Content-Length: 0", "", ""]).joined(separator: "\r\n")
    }

    private func end(_ stage: Stage, _ message: String) -> Handling.End? {
        let answer = stage.send(message)
        let end = stage.handling?.end
        #expect((end == .forProxy) == (answer.isSilence && end != .silent), "\(message)")
        return end
    }

    @Test(arguments: [
        "INVITE", "ACK", "BYE", "CANCEL", "NOTIFY", "PUBLISH", "MESSAGE", "INFO", "UPDATE", "PRACK", "REFER",
        "SUBSCRIBE", "OPTIONS", "FUTURE",
    ])
    func everyMethodForAPhoneIsTheProxys(method: String) throws {
        for mode in [CallPolicy.Mode.redirect, .proxy] {
            let stage = try stage(mode)
            #expect(end(stage, request(method, "sip:alice@example.com")) == .forProxy)
            #expect(end(stage, request(method, "sip:alice@quiet.example")) == .forProxy)
            #expect(end(stage, request(method, "sip:alice@10.0.0.7:5062", toTag: "x")) == .forProxy)
            #expect(end(stage, request(method, "sip:elsewhere.example")) == .forProxy)
        }
    }

    @Test func withoutCallsAllIsAsBefore() throws {
        let stage = try stage(.off)
        #expect(stage.send(request("INVITE", "sip:alice@example.com")).status == 405)
        #expect(stage.send(request("BYE", "sip:alice@example.com", toTag: "x")).status == 481)
        #expect(stage.send(request("FUTURE", "sip:alice@example.com")).status == 501)
        #expect(end(stage, request("ACK", "sip:alice@example.com", toTag: "x")) == .silent)
        #expect(end(stage, Self.response("z9hG4bK-strange")) == .silent)
    }

    @Test func registrationsStayHere() throws {
        let stage = try stage()
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.send(request("REGISTER", "sip:elsewhere.example")).status == 404)
        stage.now = stage.now + .seconds(1)
        #expect(stage.bindings("alice@example.com").count == 1)
    }

    @Test func optionsThatAskUsStayHere() throws {
        let stage = try stage()
        for uri in ["sip:example.com", "sip:10.0.0.254", "sip:10.0.0.254:5060", "sip:quiet.example"] {
            #expect(stage.send(request("OPTIONS", uri)).status == 200, "\(uri)")
        }
        // A phone on the registrar's own host, and one that a Route leads to.
        #expect(end(stage, request("OPTIONS", "sip:10.0.0.254:5062")) == .forProxy)
        let route = "Route: <sip:10.0.0.254:5060;lr>, <sip:10.0.0.9;lr>"
        #expect(end(stage, request("OPTIONS", "sip:example.com", extra: [route])) == .forProxy)
        let own = "Route: <sip:10.0.0.254:5060;lr>"
        #expect(stage.send(request("OPTIONS", "sip:example.com", extra: [own])).status == 200)
    }

    @Test func onlySubscriptionsToRegistrationsStayHere() throws {
        let stage = try stage()
        var watcher = Subscriber()
        let answer = stage.open(&watcher, expires: 600)
        #expect(answer.status == 200)
        // In the dialog its target is this host; the tags alone would do as well.
        #expect(stage.send(watcher.subscribe(expires: 600)).status == 200)
        watcher.requestURI = "sip:alice@example.com"
        #expect(stage.send(watcher.subscribe(expires: 600)).status == 200)
        watcher.toTag = "other"
        #expect(end(stage, watcher.subscribe(expires: 600)) == .forProxy)
        var presence = Subscriber()
        #expect(end(stage, presence.subscribe(event: "presence")) == .forProxy)
        #expect(end(stage, presence.subscribe(event: "registry")) == .forProxy)
        #expect(end(stage, presence.subscribe(event: nil)) == .forProxy)
        var foreign = Subscriber(watching: "alice@elsewhere.example")
        #expect(end(stage, foreign.subscribe()) == .forProxy)
    }

    @Test func answersToOurOwnRequestsStayHere() throws {
        let stage = try stage()
        var watcher = Subscriber()
        watcher.take(stage.send(watcher.subscribe(expires: 600)))
        stage.advance(.zero)
        let notify = try #require(stage.takeRequests().first)
        #expect(end(stage, notify.response()) == .silent)
        #expect(end(stage, Self.response("z9hG4bK-strange")) == .forProxy)
    }

    @Test func whatCantBeReadOrComesFromABlockedSourceGoesNoFurther() throws {
        let stage = try stage()
        let good = request("INVITE", "sip:alice@example.com")
        let malformed = good.replacing("SIP/2.0\r\nVia", with: "SIP/3.0\r\nVia")
        #expect(stage.send(malformed).status == 505)
        let block = Block(
            subject: .source(stage.source.address),
            until: nil,
            reason: "",
            by: OperatorIdentity(user: "kl", from: "local", terminal: "-"),
            since: stage.now
        )
        stage.state.policy.update { _ = $0.blocks.insert(block) }
        #expect(stage.send(request("INVITE", "sip:alice@example.com")).status == 403)
        #expect(end(stage, request("ACK", "sip:alice@example.com", toTag: "x")) == .silent)
        #expect(end(stage, Self.response("z9hG4bK-strange")) == .silent)
    }

    @Test func aReloadSwitchesCallsOnWithTheNextMessage() throws {
        let stage = try stage(.off)
        #expect(stage.send(request("INVITE", "sip:alice@example.com")).status == 405)
        var domain = Domain.open("example.com")
        domain.calls.mode = .proxy
        stage.state.policy.reload(Policy(domains: [domain]))
        #expect(end(stage, request("INVITE", "sip:alice@example.com")) == .forProxy)
    }

    private static func response(_ branch: String) -> String {
        [
            "SIP/2.0 200 OK", "Via: SIP/2.0/UDP 10.0.0.254:5060;branch=\(branch)",
            "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-2", "From: <sip:bob@example.com>;tag=1",
            "To: <sip:alice@example.com>;tag=2", "Call-ID: calls-1", "CSeq: 1 INVITE", "Content-Length: 0",
            "", "",
        ].joined(separator: "\r\n")
    }
}
