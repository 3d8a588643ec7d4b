import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Testing
import Timing

@testable import Proxy

/// What a sealed flow is good for: its own dialog, between its two ends, and nobody else.
@Suite struct SealedDialogTests {
    private let bob = RoutingStage.endpoint(0xc633_6407, 40_000)
    private let phone = RoutingStage.endpoint(0x0a00_0005, 5_060)
    private let edge = RoutingStage.endpoint(0xc633_644d, 5_060)

    /// Record-Route of a request that is passed on, as the callee has it in Route.
    private func routes(_ sent: String?) throws -> [String] {
        let lines = try #require(sent).split(separator: "\r\n")
        let values = lines.filter { $0.hasPrefix("Record-Route: ") }.map { "Route: \($0.dropFirst(14))" }
        try #require(!values.isEmpty)
        return values
    }

    @Test("A phone that was called by another name answers as that, and is known by its flow")
    func calledByAnotherName() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let number = "sip:+4930@provider.net"
        let recorded = try routes(stage.forward(stage.request(to: "<\(number)>")))
        for method in ["BYE", "INVITE"] {
            let request = stage.request(
                method,
                "sip:carol@203.0.113.9:5060",
                from: number,
                to: "<sip:carol@elsewhere.net>;tag=f",
                source: bob,
                extra: recorded
            )
            #expect(stage.decide(request, stage.path(bob)).host?.address == RoutingStage.stranger.address)
            #expect(stage.decide(request, stage.path(phone)).reason == .notARelay)
        }
    }

    @Test("Who has proved its account and has not registered is known by its flow; the other end finds it")
    func provedWithoutABinding() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret"], nextHop: "sip:10.9.9.9")])
        for callee in ["sip:x@far.net", "sip:+49@example.com"] {
            let invite = try stage.proved(callee, from: "sip:alice@example.com")
            let recorded = try routes(stage.forward(invite, stage.path(phone)))
            #expect(recorded.count == 2)
            let ack = stage.request(
                "ACK",
                "sip:x@10.9.9.9:5080",
                from: "sip:alice@example.com",
                to: "<\(callee)>;tag=t",
                extra: recorded.reversed()
            )
            #expect(stage.decide(ack, stage.path(phone)).host?.port == 5_080)
            let moved = Endpoint(address: phone.address, port: 61_000)
            #expect(stage.decide(ack, stage.path(moved)).host?.port == 5_080, "a NAT gave it another port")
            #expect(stage.decide(ack).plan == nil, "somebody else")
            let asBoss = stage.request(
                "INVITE",
                "sip:x@10.9.9.9:5080",
                from: "sip:boss@example.com",
                to: "<\(callee)>;tag=t",
                extra: recorded.reversed()
            )
            #expect(stage.decide(asBoss, stage.path(phone)).reason == .challenge)
            let again = stage.request(
                "INVITE",
                "sip:alice@10.0.0.5",
                from: callee,
                to: "<sip:alice@example.com>;tag=f",
                extra: recorded
            )
            #expect(stage.decide(again).flow?.source == phone)
            #expect(stage.decide(again).plan?.isCallerTrusted == false)
        }
    }

    @Test("Behind a proxy that has recorded its route: there, and nowhere that Route may say besides")
    func behindAnEdge() throws {
        let stage = try RoutingStage([.proxying()])
        let line = "Path: <sip:198.51.100.77;lr>"
        stage.register("bob", "<sip:bob@10.0.0.5>", from: edge, extra: [line])
        let recorded = try routes(stage.forward(stage.request()))
        func bye(_ extra: [String], _ path: ReceivedFrom? = nil) -> ProxyDecision {
            let to = "<sip:bob@example.com>;tag=t"
            let request = stage.request("BYE", "sip:bob@10.0.0.5", to: to, extra: recorded.reversed() + extra)
            return stage.decide(request, path)
        }
        for route in ["sip:198.51.100.77;lr", "sip:198.51.100.66;lr"] {
            let decision = bye(["Route: <\(route)>"])
            #expect(decision.host?.address == edge.address)
            #expect(decision.plan?.dropsRoute == route.contains(".66"))
        }
        let bare = bye([])
        #expect(bare.host?.address == edge.address)
        #expect(bare.plan?.groups.first?.first?.route == [Array("<sip:198.51.100.77;lr>".utf8)])
        let back = stage.request(
            "BYE",
            "sip:carol@203.0.113.9:5060",
            from: "sip:bob@example.com",
            to: "<sip:carol@elsewhere.net>;tag=f",
            extra: recorded
        )
        let anyPort = Endpoint(address: edge.address, port: 33_333)
        #expect(stage.decide(back, stage.path(anyPort)).flow?.source == RoutingStage.stranger)
    }

    @Test("Whoever shares an edge with a user is not that user: it gets to the other end of its dialog only")
    func nobodyIsKnownByASharedFlow() throws {
        let stage = try RoutingStage([try .closed(["bob": "b"], nextHop: "sip:10.9.9.9")])
        let closed = stage.state.policy.current
        stage.state.policy.update { $0 = Policy(domains: [.proxying()]) }
        stage.register("bob", "<sip:bob@10.0.0.5>", from: edge, extra: ["Path: <sip:198.51.100.77;lr>"])
        stage.state.policy.update { $0 = closed }
        let recorded = try routes(stage.forward(stage.request()))
        func fromBob(_ method: String, _ uri: String, routes: [String]) -> ProxyDecision {
            let to = "<sip:carol@elsewhere.net>;tag=f"
            let from = "sip:bob@example.com"
            return stage.decide(
                stage.request(method, uri, from: from, to: to, extra: routes),
                stage.path(edge)
            )
        }
        let callee = [recorded[0]]
        #expect(fromBob("INVITE", "sip:+900@10.9.9.9", routes: callee).reason == .challenge)
        let byRoute = callee + ["Route: <sip:10.9.9.9;lr>"]
        #expect(fromBob("INVITE", "sip:+900@10.9.9.9", routes: byRoute).reason == .challenge)
        #expect(
            fromBob("BYE", "sip:carol@203.0.113.9", routes: recorded).flow?.source == RoutingStage.stranger
        )

        // The same for a caller that has proved its account and came by others: more than one Via.
        let via = "Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKinner"
        let invite = try stage.proved(
            "sip:x@far.net",
            from: "sip:bob@example.com",
            user: "bob",
            password: "b",
            extra: [via]
        )
        let own = try routes(stage.forward(invite, stage.path(edge)))
        func asCaller(_ method: String) -> ProxyDecision {
            let request = stage.request(
                method,
                "sip:x@198.51.100.66:5080",
                from: "sip:bob@example.com",
                to: "<sip:x@far.net>;tag=t",
                extra: own.reversed()
            )
            return stage.decide(request, stage.path(edge))
        }
        #expect(asCaller("BYE").reason == .challenge)
        #expect(asCaller("ACK").host?.port == 5_080, "nobody can ask for an ACK again")
    }

    @Test("A flow vouches for the end that it belongs to, and leads to it from the other end only")
    func oneWayOnly() throws {
        let stage = try RoutingStage([try .closed(["alice": "a", "boss": "b"], nextHop: "sip:10.9.9.9")])
        let invite = try stage.proved("sip:boss@example.com", from: "sip:alice@example.com", password: "a")
        #expect(stage.decide(invite, stage.path(phone)).reason == .noBinding)
        let closed = stage.state.policy.current
        stage.state.policy.update { $0 = Policy(domains: [.proxying()]) }
        stage.register("boss", "<sip:boss@10.0.0.6>", from: bob)
        stage.state.policy.update { $0 = closed }
        let again = try stage.proved("sip:boss@example.com", from: "sip:alice@example.com", password: "a")
        let recorded = try routes(stage.forward(again, stage.path(phone)))
        // Alice, by her own flow, as if she were the end that she has called.
        let asBoss = stage.request(
            "INVITE",
            "sip:+900@10.9.9.9",
            from: "sip:boss@example.com",
            to: "<sip:alice@example.com>;tag=f",
            extra: [recorded[1], "Route: <sip:192.0.2.1;lr>"]
        )
        #expect(stage.decide(asBoss, stage.path(phone)).plan == nil)
        // A stranger has called the boss as if it were alice, and turns the dialog round.
        let to = "<sip:alice@example.com>"
        let strange = try routes(stage.forward(stage.request("INVITE", "sip:boss@example.com", to: to)))
        let asAlice = stage.request(
            "MESSAGE",
            "sip:any@10.9.9.9",
            from: "sip:alice@example.com",
            to: "<sip:carol@elsewhere.net>;tag=f",
            extra: [strange[0]]
        )
        #expect(stage.decide(asAlice).plan == nil)
    }

    @Test(
        "RFC 4916: a foreign end may say another name in mid-dialog; nobody may say one of ours that it has not said"
    )
    func otherNames() throws {
        let stage = try RoutingStage([try .closed(["alice": "a"], nextHop: "sip:10.9.9.9")])
        let number = "sip:+4930@example.com"
        let invite = try stage.proved(number, from: "sip:alice@example.com", password: "a")
        let recorded = try routes(stage.forward(invite, stage.path(phone)))
        func fromTheTrunk(as from: String) -> ProxyDecision {
            let to = "<sip:alice@example.com>;tag=f"
            return stage.decide(
                stage.request("UPDATE", "sip:alice@10.0.0.5", from: from, to: to, extra: recorded)
            )
        }
        for name in [number, "sip:+4930@carrier.net"] {
            #expect(fromTheTrunk(as: name).flow?.source == phone)
        }
        #expect(fromTheTrunk(as: "sip:boss@example.com").reason == .challenge)
    }

    @Test("A stranger's Route names no host but those of the Path")
    func noRelayByTheEdge() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: edge, extra: ["Path: <sip:edge.test;lr>"])
        let recorded = try routes(stage.forward(stage.request()))
        func bye(_ extra: [String]) throws -> String {
            let to = "<sip:bob@example.com>;tag=t"
            let bye = stage.request("BYE", "sip:bob@10.0.0.5", to: to, extra: recorded.reversed() + extra)
            return try #require(stage.forward(bye))
        }
        for others in [
            [], ["Route: <sip:victim.net;lr>"], ["Route: <sip:edge.test;lr>", "Route: <sip:victim.net;lr>"],
        ] {
            let sent = try bye(others)
            #expect(sent.contains("\r\nRoute: <sip:edge.test;lr>\r\n") && !sent.contains("victim"))
        }
        #expect(try bye(["Route: <sip:edge.test;lr;r=1>"]).contains("\r\nRoute: <sip:edge.test;lr;r=1>\r\n"))
    }

    @Test("A phone that names its outbound proxy before its routes")
    func outboundProxyFirst() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5;transport=tcp>", from: bob, .tcp, 7)
        let recorded = try routes(stage.forward(stage.request()))
        let to = "<sip:bob@example.com>;tag=t"
        let first = "Route: <sip:sip.example.com;lr>"
        let bye = stage.request("BYE", "sip:any@10.0.0.5", to: to, extra: [first] + recorded.reversed())
        #expect(stage.decide(bye).flow?.source == bob)
        let bare = stage.request("BYE", "sip:any@10.0.0.5", to: to, extra: [first])
        #expect(stage.decide(bare).reason == .notARelay)
    }

    @Test("A user of any domain of ours has to prove it, also of one that passes nothing on")
    func usersOfOtherDomains() throws {
        let quiet = Domain(
            name: Array("quiet.test".utf8),
            access: .digest(Accounts()),
            digest: DigestPolicy(realm: Array("quiet.test".utf8))
        )
        let open = Domain(name: Array("open.test".utf8), access: .open, calls: CallPolicy(mode: .proxy))
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9"), quiet, open])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        #expect(stage.decide(stage.request(from: "sip:ceo@quiet.test")).reason == .challenge)
        // Another domain's next hop is not for it.
        let call = stage.request("INVITE", "sip:+900@example.com", from: "sip:eve@open.test")
        #expect(stage.decide(call).reason == .noBinding)
        #expect(stage.decide(stage.request(from: "sip:eve@open.test")).flow?.source == bob)
    }

    @Test("A seal opens for its Call-ID and its tag only")
    func tiedToItsDialog() throws {
        let stage = try RoutingStage([try .closed(["bob": "b", "alice": "a"])])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let open = Policy(domains: [.proxying()])
        let closed = stage.state.policy.current
        stage.state.policy.reload(open)
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        stage.state.policy.reload(closed)
        let routes = Array(try routes(stage.forward(stage.request())).reversed())
        func invite(_ from: String, replacing text: String = "", with other: String = "") -> ProxyDecision {
            let to = "<sip:bob@example.com>;tag=forged"
            let request = stage.request("INVITE", "sip:any@10.9.9.9", from: from, to: to, extra: routes)
            let changed = String(decoding: request, as: UTF8.self).replacing(text, with: other)
            return stage.decide(text.isEmpty ? request : Array(changed.utf8))
        }
        #expect(invite("sip:carol@elsewhere.net").flow?.source == bob)
        #expect(invite("sip:alice@example.com").reason == .challenge)
        let others = [("call-1", "call-2"), (">;tag=f\r\n", ">;tag=g\r\n")]
        for (text, other) in others {
            #expect(invite("sip:carol@elsewhere.net", replacing: text, with: other).flow == nil, "\(other)")
        }
    }

    @Test("Credentials for our own realm go no further, whether they were looked at or not")
    func credentialsStayHere() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret"])])
        let recorded = try routes(stage.forward(try stage.proved(), stage.path(phone, .tcp, 44)))
        let line =
            "Proxy-Authorization: Digest username=\"alice\", realm=\"REALM\", nonce=\"n\", uri=\"sip:x@far.net\", response=\"0123456789abcdef0123456789abcdef\""
        for (realm, goesOn) in [("example.com", false), ("far.net", true)] {
            let again = stage.request(
                "INVITE",
                "sip:x@198.51.100.66",
                from: "sip:alice@example.com",
                to: "<sip:x@far.net>;tag=t",
                extra: recorded.reversed() + [line.replacing("REALM", with: realm)]
            )
            let sent = try #require(stage.forward(again, stage.path(phone, .tcp, 44)))
            #expect(sent.contains("Proxy-Authorization") == goesOn)
        }
    }

    @Test("What comes by a proxy is vouched for by nobody's flow, Path or no Path")
    func aProxyWithoutAPath() throws {
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: edge)
        let recorded = try routes(stage.forward(stage.request()))
        stage.state.policy.update {
            $0 = Policy(domains: [(try? .closed(["bob": "b"], nextHop: "sip:10.9.9.9")) ?? .proxying()])
        }
        func invite(_ extra: [String]) -> ProxyDecision {
            let to = "<sip:carol@elsewhere.net>;tag=f"
            let from = "sip:bob@example.com"
            let request = stage.request(
                "INVITE",
                "sip:+900@10.9.9.9",
                from: from,
                to: to,
                extra: [recorded[0]] + extra
            )
            return stage.decide(request, stage.path(edge))
        }
        #expect(invite([]).host != nil)
        #expect(invite(["Via: SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKinner"]).reason == .challenge)
    }

    @Test("A stranger's Route leads to no other port of the host where a user of ours is")
    func noOtherPort() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let recorded = try routes(stage.forward(stage.request()))
        let to = "<sip:bob@example.com>;tag=t"
        for route in ["<sip:198.51.100.7:6379;transport=tcp;lr>", "<sip:198.51.100.7:53;lr>"] {
            let bye = stage.request(
                "BYE",
                "sip:bob@10.0.0.5",
                to: to,
                extra: recorded.reversed() + ["Route: \(route)"]
            )
            #expect(stage.decide(bye).flow?.source == bob)
        }
    }

    @Test("A connection that has ended: the way that a new call would take, if there is one")
    func byTheContactInstead() throws {
        let stage = try RoutingStage([.proxying()])
        let lan = RoutingStage.endpoint(0xc633_6420, 41_000)
        stage.register("bob", "<sip:bob@198.51.100.32:41000;transport=tcp>", from: lan, .tcp, 7)
        let recorded = try routes(stage.forward(stage.request()))
        stage.registrar.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        let to = "<sip:bob@example.com>;tag=t"
        let uri = "sip:bob@198.51.100.32:41000;transport=tcp"
        let bye = stage.request("BYE", uri, to: to, extra: recorded.reversed())
        let invite = stage.decide(stage.request())
        #expect(stage.decide(bye).host == invite.host)
        #expect(stage.decide(bye).reason == invite.reason)
    }

    @Test("The flow is dead: 430, whoever the Request-URI names")
    func deadFlow() throws {
        let stage = try RoutingStage([.proxying()])
        let nat = RoutingStage.endpoint(0xcb00_7177, 33_000)
        stage.registrar.connectionOpened(ConnectionID(rawValue: 44))
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let to = "<sip:bob@elsewhere.net>"
        let call = stage.request(to: to)
        let recorded = try routes(stage.forward(call, stage.path(nat, .tcp, 44)))
        stage.registrar.connectionClosed(ConnectionID(rawValue: 44), at: stage.now)
        let closed = try Domain.closed(["bob": "b"])
        stage.state.policy.update { $0 = Policy(domains: [closed]) }
        func invite(_ from: String) -> RefusalReason? {
            let request = stage.request(
                "INVITE",
                "sip:bob@example.com",
                from: from,
                to: "<sip:carol@elsewhere.net>;tag=f",
                extra: [recorded[1]]
            )
            return stage.decide(request, stage.path(nat)).reason
        }
        #expect(invite("sip:bob@elsewhere.net") == .flowFailed)
        #expect(invite("sip:bob@example.com") == .challenge, "whoever proves it may go another way")
    }

    @Test("Who is only known by its flow does not say whom it stands for")
    func noIdentityByFlow() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5;transport=tcp>", from: bob, .tcp, 7)
        let recorded = try routes(stage.forward(stage.request()))
        let boss = "<sip:boss@example.com>"
        let identities = ["P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID"].map {
            "\($0): \(boss)"
        }
        let request = stage.request(
            "INVITE",
            "sip:carol@203.0.113.9",
            from: "sip:bob@example.com",
            to: "<sip:carol@elsewhere.net>;tag=f",
            extra: recorded + identities
        )
        let sent = try #require(stage.forward(request, stage.path(bob, .tcp, 7)))
        #expect(!sent.contains("boss"))
    }

    @Test("Blocks and rules of today hold in a dialog of yesterday, but it can be hung up")
    func blockedInMidCall() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let recorded = try routes(stage.forward(stage.request()))
        func toBob(_ method: String) -> ProxyDecision {
            let to = "<sip:bob@example.com>;tag=t"
            return stage.decide(
                stage.request(method, "sip:bob@10.0.0.5", to: to, extra: recorded.reversed())
            )
        }
        func fromBob(_ method: String) -> ProxyDecision {
            let request = stage.request(
                method,
                "sip:carol@203.0.113.9",
                from: "sip:bob@example.com",
                to: "<sip:carol@elsewhere.net>;tag=f",
                extra: recorded
            )
            return stage.decide(request, stage.path(bob))
        }
        #expect(toBob("INVITE").plan != nil && fromBob("INVITE").plan != nil)
        let block = CallerTests.block(.aor(Array("bob@example.com".utf8)))
        stage.state.policy.update { $0.blocks.insert(block) }
        #expect(toBob("INVITE").reason == .blockedAOR(seconds: 0))
        #expect(fromBob("INVITE").reason == .blockedAOR(seconds: 0))
        for method in ["BYE", "ACK"] { #expect(toBob(method).plan != nil && fromBob(method).plan != nil) }
        let network = IPNetwork(RoutingStage.stranger.address, prefix: 32)
        let rules = [AccessRule(network: network, action: .deny)]
        stage.state.policy.update { $0 = Policy(domains: [.proxying(rules: rules)]) }
        #expect(toBob("INVITE").reason == .sourceDenied(rule: 1))
        #expect(toBob("BYE").plan != nil)
    }
}
