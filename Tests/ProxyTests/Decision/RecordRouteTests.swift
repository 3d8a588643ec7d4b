import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import SIPTransaction
import Support
import Testing
import Timing

@testable import Proxy

/// Record-Route with sealed flows: requests in a dialog go by the phones' own flows, both ways.
@Suite struct RecordRouteTests {
    private let alice = RoutingStage.endpoint(0xc633_6408, 41_000)
    private let bob = RoutingStage.endpoint(0xc633_6407, 40_000)

    private func values(_ text: String) -> [String] {
        text.split(separator: "\r\n").filter { $0.hasPrefix("Record-Route: ") }
            .map { String($0.dropFirst("Record-Route: ".count)) }
    }

    @Test func bothWaysByTheFlowsOfBothPhones() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("alice", "<sip:alice@10.0.0.8>", from: alice)
        stage.register("bob", "<sip:bob@10.0.0.5;transport=tcp>", from: bob, .tcp, 7)
        let call = stage.request(from: "sip:alice@example.com", source: alice)
        let sent = try #require(stage.forward(call, stage.path(alice)))
        let recorded = values(sent)
        try #require(recorded.count == 2)
        #expect(recorded[0].hasSuffix("@192.0.2.1:5060;transport=tcp;lr>"))
        #expect(recorded[1].hasSuffix("@192.0.2.1:5060;lr>"))
        // The callee's route set is as it came, the caller's the other way round (RFC 3261 §12.1).
        let fromBob = stage.request(
            "BYE",
            "sip:alice@10.0.0.8",
            from: "sip:bob@example.com",
            to: "<sip:alice@example.com>;tag=f",
            source: bob,
            extra: recorded.map { "Route: \($0)" }
        )
        let bye = stage.decide(fromBob, stage.path(bob, .tcp, 7))
        #expect(bye.flow?.source == alice)
        #expect(bye.plan?.consumedRoutes == 2)
        let fromAlice = stage.request(
            "INVITE",
            "sip:bob@10.0.0.5;transport=tcp",
            from: "sip:alice@example.com",
            to: "<sip:bob@example.com>;tag=t",
            source: alice,
            extra: ["Route: \(recorded[1]),\(recorded[0])"]
        )
        let again = stage.decide(fromAlice, stage.path(alice))
        #expect(again.flow?.connection == ConnectionID(rawValue: 7))
        let forwarded = try #require(stage.forward(fromAlice, stage.path(alice)))
        #expect(!forwarded.contains("\r\nRoute:"))
    }

    @Test("The NAT gave the phone another port, or the phone connected anew: its binding knows")
    func aBindingsFlowOfToday() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5;transport=tcp>", from: bob, .tcp, 7)
        let recorded = values(try #require(stage.forward(stage.request())))
        let reinvite = stage.request(
            "INVITE",
            "sip:bob@10.0.0.5;transport=tcp",
            to: "<sip:bob@example.com>;tag=t",
            extra: recorded.reversed().map { "Route: \($0)" }
        )
        stage.registrar.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        #expect(stage.decide(reinvite).reason == .flowFailed)
        stage.register("bob", "<sip:bob@10.0.0.5;transport=tcp>", from: bob, .tcp, 9)
        #expect(stage.decide(reinvite).flow?.connection == ConnectionID(rawValue: 9))
    }

    @Test("A sealed Route lets nobody out who has no dialog, and a forged one nobody at all")
    func sealsAreForDialogs() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let recorded = values(try #require(stage.forward(stage.request())))
        let route = try #require(recorded.first)
        let fresh = stage.request("INVITE", "sip:x@far.net", extra: ["Route: \(route)"])
        #expect(stage.decide(fresh).reason == .notARelay)
        let forged = route.replacing("<sip:", with: "<sip:A").replacing("@", with: "@")
        let inDialog = stage.request(
            "BYE",
            "sip:x@far.net",
            to: "<sip:y@far.net>;tag=1",
            extra: ["Route: \(forged)"]
        )
        #expect(stage.decide(inDialog).reason == .notARelay)
    }

    @Test("In a dialog a host of ours with a port of another's is a Contact, not one of our users")
    func aContactOnOurOwnHost() throws {
        let stage = try RoutingStage([.proxying("192.0.2.1")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob, domain: "192.0.2.1")
        let call = stage.request("INVITE", "sip:bob@192.0.2.1", to: "<sip:bob@192.0.2.1>")
        let recorded = values(try #require(stage.forward(call)))
        func bye(_ uri: String, routes: [String]) -> ProxyDecision {
            let to = "<sip:carol@elsewhere.net>;tag=f"
            let from = "sip:bob@192.0.2.1"
            return stage.decide(
                stage.request(
                    "BYE",
                    uri,
                    from: from,
                    to: to,
                    source: bob,
                    extra: routes.map { "Route: \($0)" }
                ),
                stage.path(bob)
            )
        }
        #expect(bye("sip:carol@192.0.2.1:7000", routes: recorded).host?.port == 7_000)
        #expect(bye("sip:carol@192.0.2.1:5060", routes: recorded).reason == .noBinding)
    }

    @Test(
        "A sealed Route leads to the flows of its dialog, and nobody but a user of ours, by its flow, any further"
    )
    func sealsAreNoTickets() throws {
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let recorded = values(try #require(stage.forward(stage.request())))
        let victim = recorded.map { "Route: \($0)" } + ["Route: <sip:198.51.100.66;lr>"]
        func inDialog(_ method: String, _ uri: String, from: String, by source: Endpoint) -> ProxyDecision {
            let to = "<sip:x@far.net>;tag=forged"
            return stage.decide(
                stage.request(method, uri, from: from, to: to, source: source, extra: victim),
                stage.path(source)
            )
        }
        let stranger = RoutingStage.stranger
        #expect(
            inDialog("INVITE", "sip:x@far.net", from: "sip:carol@elsewhere.net", by: stranger).reason
                == .notARelay
        )
    }

    @Test("In a closed domain a seal vouches by its flow only, of then or of today, and a stranger's never")
    func sealsVouchByFlow() throws {
        let stage = try RoutingStage([.proxying()])
        let closed = Policy(domains: [try .closed(["bob": "x"], nextHop: "sip:10.9.9.9")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        stage.state.policy.reload(closed)
        let own = values(try #require(stage.forward(stage.request())))
        let nat = RoutingStage.endpoint(0xcb00_7177, 33_000)
        let theirs = values(try #require(stage.forward(stage.request(), stage.path(nat, .tcp, 44))))
        func leave(_ routes: [String], _ path: ReceivedFrom) -> ProxyDecision {
            let request = stage.request(
                "BYE",
                "sip:x@far.net",
                from: "sip:bob@example.com",
                to: "<sip:carol@elsewhere.net>;tag=f",
                extra: (routes + ["<sip:198.51.100.66;lr>"]).map { "Route: \($0)" }
            )
            return stage.decide(request, path)
        }
        #expect(leave(own, stage.path(bob)).host != nil)
        #expect(leave(own, stage.path(RoutingStage.stranger)).reason == .challenge)
        #expect(leave([theirs[1]], stage.path(nat, .tcp, 44)).reason == .challenge, "a stranger's own flow")
        let moved = RoutingStage.endpoint(0xc633_6409, 42_000)
        #expect(leave(own, stage.path(moved)).reason == .challenge)
        stage.state.policy.reload(Policy(domains: [.proxying()]))
        stage.register("bob", "<sip:bob@10.0.0.5>", from: moved)
        stage.state.policy.reload(closed)
        #expect(leave(own, stage.path(moved)).host != nil, "its binding's flow of today")
    }

    @Test("Whoever has a sealed flow of its own, as a stranger, gets nowhere near the next hop by it")
    func aStrangersOwnSeal() throws {
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let behindNAT = RoutingStage.endpoint(0xcb00_7177, 33_000)
        let recorded = values(
            try #require(stage.forward(stage.request(), stage.path(behindNAT, .tcp, 44)))
        )
        for uri in ["tel:+900123", "sip:900123@example.com", "sip:x@far.net"] {
            let request = stage.request(
                "INVITE",
                uri,
                from: "sip:carol@elsewhere.net",
                to: "<\(uri)>;tag=forged",
                extra: ["Route: \(recorded[1])"]
            )
            let decision = stage.decide(request, stage.path(behindNAT, .tcp, 44))
            #expect(decision.host == nil, "\(uri) \(decision)")
        }
    }

    @Test("Where we listen on nothing of the kind, the callee reaches us as the caller does")
    func recordsNoPortThatNobodyListensOn() throws {
        let stage = try RoutingStage([.proxying()])
        let call = stage.request("INVITE", "sip:x@far.net;transport=ws", from: "sip:a@example.com")
        let recorded = values(try #require(stage.forward(call)))
        #expect(
            recorded.count == 2 && recorded.allSatisfy { $0.hasSuffix("192.0.2.1:5060;lr>") },
            "\(recorded)"
        )
    }

    @Test("RFC 3261 §16.4: a strict router has put our value into the Request-URI")
    func strictRouting() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let recorded = values(try #require(stage.forward(stage.request())))
        let own = try #require(recorded.first).dropFirst().dropLast()
        let bye = stage.request(
            "BYE",
            String(own),
            to: "<sip:bob@example.com>;tag=t",
            extra: ["Route: <sip:bob@10.0.0.5>"]
        )
        #expect(stage.decide(bye).uris == [["sip:bob@10.0.0.5"]])
        let sent = try #require(stage.forward(bye))
        #expect(sent.hasPrefix("BYE sip:bob@10.0.0.5 SIP/2.0\r\n"))
        #expect(!sent.contains("\r\nRoute:"))
    }

    @Test("RFC 3261 §16.6 step 6: the next hop is a strict router")
    func strictNextHop() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob, extra: ["Path: <sip:old.example.net>"])
        let sent = try #require(stage.forward(stage.request()))
        #expect(sent.hasPrefix("INVITE sip:old.example.net SIP/2.0\r\n"))
        #expect(sent.contains("\r\nRoute: <sip:bob@10.0.0.5>\r\n"))
    }

    @Test("The side of a server has no flow: it is reached by what it calls itself")
    func noFlowOfAServer() throws {
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9")])
        let call = stage.request("INVITE", "sip:x@far.net", from: "sip:a@example.com")
        let sent = try #require(stage.forward(call))
        let recorded = values(sent)
        #expect(recorded.count == 2 && recorded[0] == "<sip:192.0.2.1:5060;lr>")
        #expect(recorded[1].hasSuffix("@192.0.2.1:5060;lr>"))
    }

    @Test(arguments: [true, false]) func tokensOpenAsTheyWereSealed(isIPv4: Bool) throws {
        let stage = try RoutingStage([.proxying()])
        let dialog: UInt64 = 77
        let address =
            isIPv4 ? IPAddress(ipv4: 0xc633_6407) : IPAddress(ipv6High: 0x2001_0db8_0000_0001, low: 77)
        for (transport, connection) in [(TransportKind.udp, 0), (.tcp, 12), (.tls, 1 << 31)] {
            let path = stage.path(Endpoint(address: address, port: 4_321), transport, UInt64(connection))
            var token = FlowToken(path: path, binding: BindingID(rawValue: 99))
            (token.isTrusted, token.isHop) = (connection != 0, connection == 12)
            (token.isCallees, token.isShared) = (connection == 12, connection == 0)
            (token.beginner, token.other) = (0x2bcd, 0x1234)
            var text: [UInt8] = []
            let isSealed = stage.routing.tokens.append(
                token,
                for: dialog,
                place: stage.place,
                to: &text
            )
            #expect(isSealed && text.count == (isIPv4 ? 48 : 96))
            let tokens = stage.routing.tokens
            let found = tokens.open(text.span, for: dialog, place: stage.place, at: stage.now)
            var opened = try #require(found)
            if isIPv4 || transport == .udp { #expect(opened.path.local == path.local) }
            opened.path.local = path.local
            #expect(opened == token)
            #expect(tokens.open(text.span, for: dialog + 1, place: stage.place, at: stage.now) == nil)
            // The number of a connection means nothing to the next run of the program.
            let mint = NonceMint(secret: (1, 2), epoch: 4)
            let next = FlowTokens(mint: mint, worker: stage.worker)
            let later = next.open(text.span, for: dialog, place: stage.place, at: stage.now)
            #expect(later?.binding == token.binding)
            #expect((later?.path.connection == path.connection) == (connection == 0))
            for index in text.indices {
                var other = text
                other[index] = other[index] == 0x41 ? 0x42 : 0x41
                #expect(tokens.open(other.span, for: dialog, place: stage.place, at: stage.now) == nil)
            }
        }
    }
}
