import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

@testable import Proxy

/// RFC 3261 §16.3 to §16.5: whom a request reaches, by which way.
@Suite struct CallRoutingTests {
    private let bob = RoutingStage.endpoint(0x0a00_0005, 5_060)
    private let nat = RoutingStage.endpoint(0xc633_6407, 40_000)

    @Test func aContactKeepsItsPortWhileTheBytesGoBackThroughTheNAT() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5:5070>", from: nat)
        let decision = stage.decide(stage.request())
        #expect(decision.uris == [["sip:bob@10.0.0.5:5070"]])
        #expect(decision.flow?.source == nat)
        #expect(decision.flow?.local == Endpoint(address: RoutingStage.ours, port: 5_060))
    }

    @Test func aTCPPhoneIsReachedOverItsConnectionWhateverItsContactSays() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@198.51.100.7:5060;transport=tcp>", from: nat, .tcp, 7)
        let open = stage.decide(stage.request())
        #expect(open.flow?.connection == ConnectionID(rawValue: 7))
        stage.registrar.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        #expect(stage.decide(stage.request()).reason == .unreachable)
    }

    @Test func aContactUnderInvalidIsReachedByConnectionOnly() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:x@a1.invalid;transport=ws>", from: nat, .ws, 8)
        #expect(stage.decide(stage.request()).flow?.connection == ConnectionID(rawValue: 8))
    }

    @Test func equalQAtOnceTheHigherFirstAndTheDeadNotAtAll() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:a@10.0.0.5>;q=0.5", from: bob)
        stage.register("bob", "<sip:b@10.0.0.5>;q=0.9", from: bob)
        stage.register("bob", "<sip:c@10.0.0.5>;q=0.9", from: bob)
        stage.register("bob", "<sip:d@198.51.100.7;transport=tcp>;q=1", from: nat, .tcp, 7)
        stage.registrar.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        let uris = stage.decide(stage.request()).uris
        #expect(uris.map { Set($0) } == [["sip:b@10.0.0.5", "sip:c@10.0.0.5"], ["sip:a@10.0.0.5"]])
    }

    @Test("RFC 5626 §5.3: never two flows of one instance at once")
    func oneTargetAnInstance() throws {
        let stage = try RoutingStage([.proxying()])
        for flow in 1...2 {
            stage.now = stage.now + .seconds(1)
            stage.register(
                "bob",
                "<sip:bob@10.0.0.5;transport=tcp>;+sip.instance=\"<urn:uuid:1>\";reg-id=\(flow)",
                from: nat,
                .tcp,
                UInt64(flow)
            )
        }
        let groups = stage.decide(stage.request()).plan?.groups
        #expect(groups?.map(\.count) == [1])
        #expect(groups?.first?.first?.others.count == 1)
        #expect(stage.decide(stage.request()).flow?.connection == ConnectionID(rawValue: 2))
    }

    @Test("RFC 3327 §5.1") func pathBecomesRouteAndNextHop() throws {
        let stage = try RoutingStage([.proxying()])
        let path = "<sip:edge.example.net;lr>, <sip:inner.example.net;lr>"
        stage.register("bob", "<sip:bob@10.0.0.5>", from: nat, extra: ["Path: \(path)"])
        let decision = stage.decide(stage.request())
        #expect(decision.host?.host == Array("edge.example.net".utf8))
        let sent = try #require(stage.forward(stage.request()))
        #expect(sent.contains("\r\nRoute: <sip:edge.example.net;lr>,<sip:inner.example.net;lr>\r\n"))
    }

    @Test func nobodyRegisteredIs480InAnOpenDomainAnd404WhereThereIsNoAccount() throws {
        let open = try RoutingStage([.proxying()])
        #expect(open.decide(open.request()).reason == .noBinding)
        let closed = try RoutingStage([try .closed(["bob": "x"])])
        #expect(closed.decide(closed.request()).reason == .noBinding)
        #expect(closed.decide(closed.request("INVITE", "sip:nobody@example.com")).reason == .unknownAOR)
    }

    @Test("RFC 3261 §8.3: the best first, expiry shown, never the Request-URI itself")
    func redirect() throws {
        let stage = try RoutingStage([.proxying(mode: .redirect)])
        stage.register("bob", "<sip:a@10.0.0.5>;q=0.5;expires=60", from: bob)
        stage.register("bob", "<sip:b@10.0.0.6>;expires=90", from: bob)
        guard case .redirect(let contacts) = stage.decide(stage.request()) else {
            Issue.record("no redirect")
            return
        }
        #expect(contacts.count == 2)
        let texts = contacts.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.first?.hasPrefix("<sip:b@10.0.0.6>;expires=") == true)
        #expect(texts.last?.hasPrefix("<sip:a@10.0.0.5>;q=0.5;expires=") == true)
    }

    @Test func foreignToForeignIsRefusedAndForeignToOursIsLetIn() throws {
        let stage = try RoutingStage([.proxying()])
        #expect(stage.decide(stage.request("INVITE", "sip:x@far.net")).reason == .notARelay)
        let routed = stage.request(extra: ["Route: <sip:192.0.2.1;lr>, <sip:far.net;lr>"])
        #expect(stage.decide(routed).reason == .notARelay)
        let ack = stage.decide(stage.request("ACK", "sip:x@far.net"))
        guard case .drop = ack else {
            Issue.record("an ACK was relayed")
            return
        }
    }

    @Test func theUsersOfAnOpenDomainMaySendElsewhere() throws {
        let stage = try RoutingStage([.proxying()])
        let call = stage.request("INVITE", "sip:x@far.net:5080;transport=tcp", from: "sip:a@example.com")
        #expect(
            stage.decide(call).host
                == HostHop(host: Array("far.net".utf8), port: 5_080, transport: .tcp)
        )
        let hop = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9:5090")])
        #expect(hop.decide(call).host?.address == IPAddress(ipv4: 0x0a09_0909))
        let number = hop.request("INVITE", "tel:+123", from: "sip:a@example.com")
        #expect(hop.decide(number).host?.port == 5_090)
        #expect(stage.decide(number).reason == .unsupportedScheme)
        #expect(hop.decide(hop.request("INVITE", "tel:+123")).reason == .unsupportedScheme)
    }

    @Test("The next hop may cost money: a stranger does not get there")
    func nextHopIsForOurUsers() throws {
        let stage = try RoutingStage([try .closed(["bob": "x"], nextHop: "sip:10.9.9.9")])
        #expect(stage.decide(stage.request("INVITE", "sip:+123@example.com")).reason == .unknownAOR)
    }

    @Test("A client that takes no notice of Record-Route is found by its contact")
    func contactAsRequestURI() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5:5070;ob>", from: nat)
        let bye = stage.request("BYE", "sip:bob@10.0.0.5:5070", to: "<sip:bob@example.com>;tag=t")
        #expect(stage.decide(bye).flow?.source == nat)
        #expect(stage.decide(bye).uris == [["sip:bob@10.0.0.5:5070"]])
    }

    @Test func maxForwardsAndProxyRequireAndBreadth() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        #expect(stage.decide(stage.request(hops: 0)).reason == .tooManyHops)
        #expect(stage.decide(stage.request(hops: 1)).plan?.maxForwards == 0)
        #expect(stage.decide(stage.request(hops: nil)).plan?.maxForwards == 70)
        let required = stage.request(extra: ["Proxy-Require: foo, bar"])
        #expect(stage.decide(required).reason == .badExtension)
        #expect(stage.answer(required, .badExtension).contains("\r\nUnsupported: foo, bar\r\n"))
        #expect(stage.decide(stage.request(extra: ["Max-Breadth: 0"])).reason == .breadthExceeded)
        #expect(stage.decide(stage.request(extra: ["Max-Breadth: 7"])).plan?.breadth == 7)
        #expect(stage.decide(stage.request()).plan?.breadth == 60)
        let wild = stage.decide(stage.request("INVITE", "http:x"))
        #expect(wild.reason == .unsupportedScheme)
    }

    @Test("RFC 5393 §4.2: what comes back unchanged is a loop; with another Request-URI it is a spiral")
    func loops() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let sent = try #require(stage.forward(stage.request()))
        stage.register("eve", "<sip:eve@10.0.0.5>", from: bob)
        let spiral = sent.replacing("INVITE sip:bob@10.0.0.5 ", with: "INVITE sip:eve@example.com ")
        #expect(stage.decide(Array(spiral.utf8)).reason == nil)
        let back = sent.replacing("INVITE sip:bob@10.0.0.5 ", with: "INVITE sip:bob@example.com ")
        #expect(stage.decide(Array(back.utf8)).reason == .requestLoops)
    }

    @Test("RFC 5393: two addresses that lead to each other cost a bounded number of requests")
    func amplification() throws {
        let stage = try RoutingStage([.proxying()])
        for (user, other) in [("a", "b"), ("b", "a")] {
            for copy in 1...2 {
                stage.register(user, "<sip:\(other)@example.com;copy=\(copy)>", from: bob)
            }
        }
        var waiting = [stage.request("INVITE", "sip:a@example.com")]
        var count = 0
        while let next = waiting.popLast(), count < 1_000 {
            count += 1
            let path = stage.path(RoutingStage.stranger)
            guard let plan = stage.decide(next).plan else { continue }
            let way = try #require(stage.place.way(by: path))
            for target in plan.groups.joined() {
                let sent = try #require(stage.write(next, plan, target, way, path))
                waiting.append(Array(sent.utf8))
            }
        }
        #expect((3..<100).contains(count), "\(count) requests")
    }

    @Test("RFC 5627 §6.1") func aGRUULeadsToItsInstanceOnly() throws {
        let stage = try RoutingStage([.proxying()])
        for number in 1...2 {
            stage.register(
                "bob",
                "<sip:p\(number)@10.0.0.5>;+sip.instance=\"<urn:uuid:\(number)>\"",
                from: bob
            )
        }
        let call = stage.request("INVITE", "sip:bob@example.com;gr=urn:uuid:2")
        #expect(stage.decide(call).uris == [["sip:p2@10.0.0.5"]])
        let gone = stage.request("INVITE", "sip:bob@example.com;gr=urn:uuid:3")
        #expect(stage.decide(gone).reason == .noBinding)
    }

    @Test func theDryRunShowsWhatACallWouldLeaveOut() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:d@198.51.100.7;transport=tcp>", from: nat, .tcp, 7)
        stage.registrar.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        func dry(_ aor: String) -> ProxyDecision {
            CallRouting.dryRun(aor: Array(aor.utf8), in: stage.state, place: stage.place, at: stage.now)
        }
        #expect(dry("bob@example.com").plan?.groups.first?.first?.isLost == true)
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        #expect(dry("bob@example.com").uris.first == ["sip:bob@10.0.0.5"])
        #expect(dry("bob@example.com").uris.count == 2)
        #expect(dry("eve@example.com").reason == .noBinding)
        #expect(dry("eve@far.net").reason == .notOurDomain)
    }

    @Test("A contact is no way round the rules of its address of record")
    func contactsObeyTheRules() throws {
        var off = Domain.proxying("off.test")
        off.calls.mode = .off
        let stage = try RoutingStage([.proxying(), off])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        stage.register("eve", "<sip:eve@10.0.0.5>", from: bob, domain: "off.test")
        func inDialog(_ user: String, _ domain: String, tag: String) -> ProxyDecision {
            stage.decide(
                stage.request("BYE", "sip:\(user)@10.0.0.5", to: "<sip:\(user)@\(domain)>\(tag)")
            )
        }
        #expect(inDialog("bob", "example.com", tag: ";tag=t").uris == [["sip:bob@10.0.0.5"]])
        #expect(inDialog("bob", "example.com", tag: "").reason == .notARelay)
        #expect(inDialog("eve", "off.test", tag: ";tag=t").reason == .notARelay)
        stage.state.policy.update {
            _ = $0.blocks.insert(CallerTests.block(.aor(Array("bob@example.com".utf8))))
        }
        #expect(inDialog("bob", "example.com", tag: ";tag=t").reason == .blockedAOR(seconds: 0))
    }

    @Test("Header fields are left room for, or its CANCEL could not be made")
    func manyFields() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let many = (0..<110).map { "X-\($0): 1" }
        guard case .messageTooLarge? = stage.decide(stage.request(extra: many)).reason else {
            Issue.record("it was passed on")
            return
        }
        #expect(stage.decide(stage.request(extra: Array(many.prefix(90)))).plan != nil)
    }

    @Test("A domain without calls is told as if it had them, and that it has none")
    func dryRunWhereCallsAreOff() throws {
        var domain = Domain.proxying()
        domain.calls.mode = .off
        let stage = try RoutingStage([domain])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let aor = Array("bob@example.com".utf8)
        let dry = CallRouting.dryRun(aor: aor, in: stage.state, place: stage.place, at: stage.now)
        #expect(dry.uris == [["sip:bob@10.0.0.5"]])
        #expect(dry.plan?.recordsRoute == domain.calls.recordsRoute)
        #expect(CallRouting.isOff(aor: aor, stage.state.policy.current))
        #expect(!CallRouting.isOff(aor: Array("bob@far.net".utf8), stage.state.policy.current))
        #expect(stage.decide(stage.request("INVITE", "sip:bob@example.com")).reason == .methodNotAllowed)
    }

    @Test("A Path with our own address leads nowhere, and is told so")
    func pathThatLeadsHere() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob, extra: ["Path: <sip:192.0.2.1;lr>"])
        let aor = Array("bob@example.com".utf8)
        let dry = CallRouting.dryRun(aor: aor, in: stage.state, place: stage.place, at: stage.now)
        let target = dry.plan?.groups.first?.first
        #expect(target?.troubles == [.leadsHere], "\(dry)")
    }

    @Test("RFC 6140 §5.2: a number of a list leads to the exchange that registered the list")
    func numbers() throws {
        var domain = Domain.proxying()
        domain.extensions.numbers = [
            ExtensionPolicy.Numbers(user: Array("pbx".utf8), text: Array("+12145550100-0199".utf8))
        ]
        let stage = try RoutingStage([domain])
        let reply = stage.register("pbx", "<sip:10.0.0.5:5062;bnc>", from: bob, extra: ["Require: gin"])
        #expect(reply.hasPrefix("SIP/2.0 200"), "\(reply)")
        let call = stage.request("INVITE", "sip:+12145550142@example.com")
        #expect(stage.decide(call).uris == [["sip:+12145550142@10.0.0.5:5062"]])
        #expect(stage.decide(stage.request("INVITE", "sip:+12145550200@example.com")).reason == .noBinding)
    }
}
