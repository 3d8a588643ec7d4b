import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Support
import Testing
import Timing

@testable import Proxy

/// What is written of requests and responses that are passed on.
@Suite struct ForwardingTests {
    private let bob = RoutingStage.endpoint(0x0a00_0005, 5_060)

    @Test("RFC 3325 §5: whom a stranger asserts to be goes no further; a trunk's word does")
    func assertedIdentity() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let asserted = ["P-Asserted-Identity: <sip:boss@example.com>", "P-Preferred-Identity: <tel:+1>"]
        let sent = try #require(stage.forward(stage.request(extra: asserted)))
        #expect(!sent.contains("boss") && !sent.contains("P-Preferred"))
        let network = try #require(IPNetwork("203.0.113.0/24"))
        let trunk = try RoutingStage([.proxying(rules: [AccessRule(network: network, action: .any)])])
        trunk.register("bob", "<sip:bob@10.0.0.5>", from: RoutingStage.stranger)
        let passed = try #require(trunk.forward(trunk.request(extra: asserted)))
        #expect(passed.contains("\r\nP-Asserted-Identity: <sip:boss@example.com>\r\n"))
    }

    @Test("RFC 3261 §16.6: all that no step names is copied byte for byte")
    func requestIsCopied() throws {
        let stage = try RoutingStage([.proxying()])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob)
        let lines = [
            "X-Strange :  a,b ;\tc", "s:\r\n folded subject", "c: application/x",
            "Proxy-Authorization: Foo a=b",
        ]
        let sent = try #require(stage.forward(stage.request(extra: lines, body: "\u{0}body\r\n\r\nrest")))
        for line in lines { #expect(sent.contains("\r\n\(line)\r\n"), "\(line)") }
        #expect(sent.hasSuffix("Content-Length: 13\r\n\r\n\u{0}body\r\n\r\nrest"))
        #expect(
            sent.contains(
                ";branch=z9hG4bKcall1;received=203.0.113.9;rport=5060\r\n"
            )
        )
        #expect(sent.contains("\r\nMax-Forwards: 69\r\n"))
        #expect(sent.contains("\r\nMax-Breadth: 60\r\n"))
        let second = sent.split(separator: "\r\n").dropFirst().first
        #expect(second?.hasPrefix("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK000000000000abcd") == true)
    }

    @Test func branchesReadBack() throws {
        var text = Array("SIP/2.0/UDP h;branch=".utf8)
        let branch = ProxyBranch(branch: Branch(rawValue: 7), loop: .max - 1)
        branch.append(to: &text)
        let via = try Via(text.span, in: try #require(text.whole), header: .via)
        #expect(ProxyBranch(text.span, of: via) == branch)
    }

    private func back(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var head = MessageHead()
        try? head.parse(bytes.span)
        var encoder = MessageEncoder()
        let isWritten = ForwardedResponse.write(head, bytes.span, into: &encoder)
        return isWritten ? String(decoding: encoder.bytes, as: UTF8.self) : nil
    }

    @Test(
        "RFC 3261 §16.7 step 3: exactly the topmost value of Via goes",
        arguments: [
            (
                "Via: SIP/2.0/UDP us;branch=z9hG4bK1\r\nv: SIP/2.0/UDP a;x=\"1,2\"\r\n",
                "v: SIP/2.0/UDP a;x=\"1,2\"\r\n"
            ),
            (
                "Via: SIP/2.0/UDP us;q=\",\", SIP/2.0/UDP a , SIP/2.0/TCP b\r\n",
                "Via: SIP/2.0/UDP a , SIP/2.0/TCP b\r\n"
            ),
            ("v:SIP/2.0/UDP us,\r\n SIP/2.0/UDP a\r\n", "v: SIP/2.0/UDP a\r\n"),
        ]
    )
    func responseLosesOneVia(vias: String, rest: String) {
        let end = "X: y\r\nContent-Length: 2\r\n\r\nab"
        #expect(
            back("SIP/2.0 200 Fine  thing\r\n\(vias)\(end)") == "SIP/2.0 200 Fine  thing\r\n\(rest)\(end)"
        )
    }

    @Test func aResponseForUsAloneIsNotPassedOn() {
        #expect(back("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP us\r\nContent-Length: 0\r\n\r\n") == nil)
        #expect(back("SIP/2.0 200 OK\r\nVia: ;;\r\nVia: SIP/2.0/UDP a\r\nContent-Length: 0\r\n\r\n") == nil)
    }

    @Test("RFC 3261 §16.7 step 7") func challengesOfOtherBranchesAreAdded() throws {
        let other = Array(
            "SIP/2.0 401 No\r\nVia: SIP/2.0/UDP us\r\nWWW-Authenticate: Digest realm=\"a\"\r\nContent-Length: 0\r\n\r\n"
                .utf8
        )
        var head = MessageHead()
        try head.parse(other.span)
        var lines: [UInt8] = []
        ForwardedResponse.appendChallenges(of: head, other.span, to: &lines)
        let best = Array(
            "SIP/2.0 407 No\r\nVia: SIP/2.0/UDP us, SIP/2.0/UDP a\r\nContent-Length: 0\r\n\r\n".utf8
        )
        try head.parse(best.span)
        var encoder = MessageEncoder()
        ForwardedResponse.write(head, best.span, adding: lines.span, into: &encoder)
        let text = String(decoding: encoder.bytes, as: UTF8.self)
        #expect(text.hasSuffix("\r\nWWW-Authenticate: Digest realm=\"a\"\r\n\r\n"))
        #expect(ForwardedResponse.nextVia(head, best.span)?.host.range.count == 1)
    }

    // MARK: Totality

    @Test("Seeded garbage: nothing traps, and what is passed on can be read again", arguments: 0..<40)
    func totality(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let stage = try RoutingStage([.proxying(nextHop: "sip:10.9.9.9")])
        stage.register("bob", "<sip:bob@10.0.0.5>", from: bob, extra: ["Path: <sip:e.example.net>"])
        let recorded = try #require(
            stage.forward(stage.request())?.split(separator: "\r\n")
                .first { $0.hasPrefix("Record-Route") }?.dropFirst(14)
        )
        let seeds = [
            stage.request(extra: ["Route: <sip:192.0.2.1;lr>,<sip:far.net>", "Max-Breadth: 3"]),
            stage.request("BYE", to: "<sip:bob@example.com>;tag=t", extra: ["Route: \(recorded)"]),
            stage.request("ACK", "sip:x@far.net;maddr=192.0.2.1", from: "sip:a@example.com"),
            Array("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP us, SIP/2.0/UDP a\r\nContent-Length: 0\r\n\r\n".utf8),
        ]
        for _ in 0..<50 {
            var bytes = random.pick(seeds)
            for _ in 0..<(1 + random.below(6)) {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                case 2: bytes[place] = random.pick(Array("\r\n ,;:<>@\"%\\\u{0}=?".utf8))
                default: bytes.removeSubrange(place..<min(bytes.count, place + random.below(30)))
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            run(stage, bytes, "seed \(seed)")
        }
    }

    @Test(arguments: try Fixture.names(in: "torture", ending: ".dat"))
    func tortureNeverTraps(name: String) throws {
        let stage = try RoutingStage([.proxying(), .proxying("example.org")])
        run(stage, try Fixture.bytes("torture/\(name)"), name)
    }

    private func run(_ stage: RoutingStage, _ bytes: [UInt8], _ what: String) {
        var head = MessageHead()
        try? head.parse(bytes.span)
        var encoder = MessageEncoder()
        if head.kind == .response { ForwardedResponse.write(head, bytes.span, into: &encoder) }
        _ = ForwardedResponse.nextVia(head, bytes.span)
        guard let via = try? head.topVia(bytes.span) else { return }
        let path = stage.path(RoutingStage.stranger)
        let decision = stage.routing.decide(head, bytes.span, from: path, via: via, at: stage.now)
        if let reason = decision.reason { _ = stage.answer(bytes, reason) }
        guard let plan = decision.plan, let way = stage.place.way(by: path) else { return }
        for target in plan.groups.joined() {
            guard let sent = stage.write(bytes, plan, target, way, path) else { continue }
            let text = Array(sent.utf8)
            var again = MessageHead()
            #expect(throws: Never.self, "\(what): \(sent)") { try again.parse(text.span) }
        }
    }
}
