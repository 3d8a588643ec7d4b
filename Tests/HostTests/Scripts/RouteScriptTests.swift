import BindingTable
import ConsoleLink
import Proxy
import Registrar
import SIPMessage
import Testing
import Timing

@testable import Host

/// A registrar that answers each question about a call in the same way.
private struct RouteLink: RegistrarLink {
    var welcome = Welcome(OperatorIdentity(user: "kl", from: "local", terminal: "-"))
    var answer: RouteAnswer

    func ask(_ request: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate {
        guard case .route(_, let serial) = request(1) else { return .lost("not asked for") }
        return .route(answer, serial: serial)
    }
}

@Suite("regtop route")
struct RouteScriptTests {
    private func run(_ answer: RouteAnswer, json: Bool = false) -> (
        lines: [String], code: Int32, error: String
    ) {
        let sink = MemorySink()
        var script = RouteScript("4417@sip.test")
        script.isJSON = json
        do throws(HostError) {
            try script.run(ScriptContext(RouteLink(answer: answer), output: sink, utcOffset: .zero))
            return (sink.lines, 0, "")
        } catch {
            return (sink.lines, error.exitCode, error.description)
        }
    }

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func flow(_ connection: UInt64 = 0, _ transport: TransportKind = .udp) -> NextHop {
        .flow(
            ReceivedFrom(
                source: Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 49_152),
                local: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
                transport: transport,
                connection: ConnectionID(rawValue: connection),
                at: .zero
            )
        )
    }

    /// Two phones in two steps, the first with a second flow by way of an edge proxy.
    private var forwarded: RouteAnswer {
        let other = CallTarget(
            requestURI: text("sip:4417@10.0.0.5"),
            route: [text("<sip:edge1.test;lr>")],
            hop: .host(HostHop(host: text("edge1.test")))
        )
        let first = CallTarget(
            requestURI: text("sip:4417@10.0.0.5;transport=tcp"),
            hop: flow(7, .tcp),
            binding: BindingID(rawValue: 0x3f00_0001_0000_002a),
            others: [other],
            troubles: [.contactUser]
        )
        let second = CallTarget(
            requestURI: text("sip:4418:geheim@10.0.0.6"),
            hop: flow(),
            troubles: [.stoppedAnswering]
        )
        let plan = ForwardPlan(
            groups: [[first], [second]],
            policy: CallPolicy(mode: .proxy),
            recordsRoute: true
        )
        return RouteAnswer(text("4417@sip.test"), .forward(plan))
    }

    @Test("Targets in their order, with Request-URI, Route, next hop and troubles; a reachable one is exit 0")
    func targets() {
        let found = run(forwarded)
        #expect(
            found.lines == [
                "4417@sip.test  2 phones asked, in 2 rounds of 20 s by q, rings 185 s at most",
                "1  INVITE sip:4417@10.0.0.5;transport=tcp -> 198.51.100.7:49152 tcp, its own connection",
                "   ! the call asks for the contact's user, which is not the account's: it may be rejected",
                "else  INVITE sip:4417@10.0.0.5 -> edge1.test, first proxy of its Path",
                "   Route: <sip:edge1.test;lr>",
                "2  INVITE sip:4418:xxxxxx@10.0.0.6 -> 198.51.100.7:49152 udp, where it sends from",
                "   ! it has stopped answering: the call may ring nowhere",
            ]
        )
        #expect(found.code == 0)
    }

    @Test("Who reaches nobody ends with 3 and says why; what is no address of record with 2")
    func nobody() {
        let none = run(RouteAnswer(text("4417@sip.test"), .refuse(.noBinding)))
        #expect(none.code == 3 && none.error == "4417@sip.test: a call reaches nobody")
        #expect(none.lines.first?.hasPrefix("4417@sip.test  480: ") == true)
        var lost = forwarded
        for group in lost.groups.indices {
            for target in lost.groups[group].indices { lost.groups[group][target].troubles = [.unreachable] }
        }
        let dead = run(lost)
        #expect(dead.code == 3 && dead.lines.first?.hasSuffix("none can be reached: the call FAILS") == true)
        #expect(dead.lines.contains { $0.hasPrefix("   FAILS its connection has ended") })
        #expect(run(RouteAnswer(text("x"), .drop)).code == 3)
        let wrong = RouteAnswer(aor: text("x"), outcome: .refused, problem: "x: no address of record")
        #expect(run(wrong).code == 2 && run(wrong).lines.isEmpty)
    }

    @Test("Where calls are off it says so first, and ends with 3")
    func off() {
        var answer = forwarded
        answer.isOff = true
        let found = run(answer)
        #expect(
            found.lines.prefix(2) == [
                "4417@sip.test  405: calls are off for its domain; as a proxy it would be so:",
                "4417@sip.test  2 phones asked, in 2 rounds of 20 s by q, rings 185 s at most",
            ]
        )
        #expect(found.code == 3 && found.error == "4417@sip.test: a call reaches nobody")
        #expect(run(answer, json: true).lines[0].contains("\"status\":405"))
    }

    @Test("A redirected caller is told the contacts")
    func redirected() {
        let found = run(RouteAnswer(text("4417@sip.test"), .redirect([text("<sip:a@10.0.0.5>;expires=60")])))
        #expect(found.code == 0)
        #expect(
            found.lines == [
                "4417@sip.test  302: the caller is sent to", "1  <sip:a@10.0.0.5>;expires=60",
            ]
        )
        #expect(run(RouteAnswer(text("4417@sip.test"), .redirect([]))).code == 3)
    }

    @Test("As JSON: a header that says the outcome, then a line for each target")
    func json() {
        let found = run(forwarded, json: true)
        #expect(found.lines.count == 4 && found.code == 0)
        #expect(found.lines[0].contains("\"what\":\"route\"") && found.lines[0].contains("\"forwarded\""))
        #expect(found.lines[1].contains("\"connection\":7") && found.lines[1].contains("3f0000010000002a"))
        #expect(found.lines[1].contains("\"troubles\":[\"contact-user\"]"))
        #expect(found.lines[2].contains("\"fallback\":true"))
        #expect(found.lines[3].contains("xxxxxx") && !found.lines[3].contains("geheim"))
        let refused = run(RouteAnswer(text("4417@sip.test"), .refuse(.noBinding)), json: true)
        #expect(refused.lines.count == 1 && refused.lines[0].contains("\"status\":480") && refused.code == 3)
    }

    @Test("What is no address of record is told before anything is asked")
    func canonical() throws {
        let world = try ScriptWorld()
        let answer = RouteAnswer(
            RouteQuery(aor: text("nonsense")),
            in: world.state,
            place: nil,
            at: world.now
        )
        #expect(answer.problem?.contains("write user@domain") == true)
        world.register("alice")
        let off = RouteAnswer(
            RouteQuery(aor: text("alice@example.com")),
            in: world.state,
            place: nil,
            at: world.now
        )
        #expect(off.isOff && off.hasWay && !off.reachesSomebody, "its domain takes no calls")
        // A desk without a registrar behind it says so.
        #expect(throws: HostError.self) {
            let sink = MemorySink()
            try RouteScript("a@b.test").run(ScriptContext(world, output: sink, utcOffset: .zero))
        }
    }
}
