import BindingTable
import SIPMessage
import Testing
import Timing

/// Where a call would go: RFC 3261 §16.6, RFC 3327 §5.1, RFC 5626 §5.3, over a table of phones.
@Suite struct CallRouteTests {
    /// A phone, and what a call to it comes to.
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var contact = "sip:4417@198.51.100.7:5062"
        var path = ""
        var transport = TransportKind.udp
        var badges: Badges = []
        var reach = Reachability()
        /// Seconds since it was heard, and granted.
        var age = 10, granted = 600
        var way = CallRoute.Way.contact
        var hop = "198.51.100.7:5062 udp"
        var troubles: [CallTrouble] = []
        var testDescription: String { name }
    }

    static let live = Reachability(connection: .live), gone = Reachability(connection: .gone)

    static let cases: [Case] = [
        Case(name: "plain phone"),
        Case(name: "no port", contact: "sip:4417@198.51.100.7", hop: "198.51.100.7:5060 udp"),
        Case(name: "name as host", contact: "sip:4417@desk.example.net", hop: "desk.example.net:5060 udp"),
        Case(
            name: "behind NAT",
            contact: "sip:4417@10.0.0.7:5060",
            badges: [.nat, .privateContact],
            way: .source,
            hop: "203.0.113.9:40112 udp"
        ),
        Case(
            name: "NAT forgets",
            contact: "sip:4417@10.0.0.7",
            badges: .nat,
            age: 181,
            way: .source,
            hop: "203.0.113.9:40112 udp",
            troubles: [.forgottenByNAT]
        ),
        Case(
            name: "NAT is kept open by pings",
            contact: "sip:4417@10.0.0.7",
            badges: .nat,
            reach: Reachability(ping: .answering, roundTrip: 900),
            age: 181,
            way: .source,
            hop: "203.0.113.9:40112 udp"
        ),
        Case(
            name: "stopped answering",
            reach: Reachability(ping: .stoppedAnswering, silentPings: 3),
            troubles: [.stoppedAnswering]
        ),
        Case(name: "another user", badges: .contactUser, troubles: [.contactUser]),
        Case(
            name: "private contact without NAT between",
            contact: "sip:4417@192.168.1.4",
            hop: "192.168.1.4:5060 udp",
            troubles: [.privateContact]
        ),
        Case(
            name: "TCP",
            contact: "sip:4417@198.51.100.7:5062;transport=tcp",
            transport: .tcp,
            reach: live,
            way: .connection,
            hop: "203.0.113.9:40112 tcp"
        ),
        Case(
            name: "TCP, gone, public",
            contact: "sip:4417@198.51.100.7:5062;transport=tcp",
            transport: .tcp,
            reach: gone,
            hop: "198.51.100.7:5062 tcp",
            troubles: [.connectionGone]
        ),
        Case(
            name: "TCP, gone, behind NAT",
            contact: "sip:4417@10.0.0.7;transport=tcp",
            transport: .tcp,
            badges: .nat,
            reach: gone,
            way: .connection,
            hop: "203.0.113.9:40112 tcp",
            troubles: [.unreachable]
        ),
        Case(
            name: "flow of its own, gone",
            contact: "sip:4417@198.51.100.7;transport=tls",
            transport: .tls,
            badges: .outbound,
            reach: gone,
            way: .connection,
            hop: "203.0.113.9:40112 tls",
            troubles: [.unreachable]
        ),
        Case(
            name: "WebSocket, gone",
            contact: "sip:df7@abc.invalid;transport=ws",
            transport: .wss,
            reach: gone,
            way: .connection,
            hop: "203.0.113.9:40112 wss",
            troubles: [.unreachable, .otherTransport]
        ),
        Case(
            name: "nobody can look it up",
            contact: "sip:df7@abc.invalid",
            hop: "abc.invalid:5060 udp",
            troubles: [.unresolvable]
        ),
        Case(
            name: "asks for another transport",
            contact: "sip:4417@10.0.0.7;transport=tcp",
            badges: .nat,
            way: .source,
            hop: "203.0.113.9:40112 udp",
            troubles: [.otherTransport]
        ),
        Case(
            name: "SIPS over UDP",
            contact: "sips:4417@10.0.0.7",
            badges: .nat,
            way: .source,
            hop: "203.0.113.9:40112 udp",
            troubles: [.notSecure]
        ),
        Case(
            name: "Path",
            contact: "sip:4417@10.0.0.7",
            path: "\"E, 1\" <sip:edge1.example.net:5061;transport=tls;lr>, <sip:e2;lr>",
            badges: .nat,
            way: .path,
            hop: "edge1.example.net:5061 tls"
        ),
        Case(
            name: "Path by IPv6",
            path: "<sip:[2001:db8::9];lr>",
            way: .path,
            hop: "2001:db8::9:5060 udp"
        ),
        Case(
            name: "Path that can't be read",
            path: "<edge>",
            way: .path,
            hop: ":0 udp",
            troubles: [.badPath]
        ),
        Case(name: "contact that can't be read", contact: "tel:+49", hop: ":0 udp", troubles: [.badContact]),
        Case(name: "ended", age: 700, troubles: [.ended]),
    ]

    static func binding(_ item: Case, at now: Timestamp) -> Binding {
        let refreshed = now - .seconds(item.age)
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0xcb00_7109), port: 40_112),
            local: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060),
            transport: item.transport,
            at: refreshed
        )
        let facts = BindingFacts(
            cseq: 1,
            createdAt: refreshed,
            refreshedAt: refreshed,
            expiresAt: refreshed + .seconds(item.granted),
            asked: nil,
            granted: UInt32(item.granted),
            q: nil,
            path: path,
            badges: item.badges,
            reachability: item.reach
        )
        let texts = BindingTexts(
            aor: Array("4417@example.test".utf8),
            contact: Array(item.contact.utf8),
            callID: Array("c".utf8),
            path: Array(item.path.utf8)
        )
        return Binding(facts: facts, texts: texts)
    }

    @Test(arguments: cases)
    func aCallGoesWhereItMust(_ item: Case) {
        let now = Timestamp.zero + .seconds(10_000)
        let route = CallRoute(Self.binding(item, at: now), at: now)
        #expect(String(decoding: route.requestURI, as: UTF8.self) == item.contact)
        #expect(route.way == item.way)
        let host = String(decoding: route.host, as: UTF8.self)
        #expect("\(host):\(route.port) \(route.transport.name)" == item.hop)
        #expect(route.troubles == item.troubles)
        let fatal: Set<CallTrouble> = [
            .ended, .badContact, .badPath, .unreachable, .unresolvable, .privateContact,
        ]
        #expect(route.isLost == item.troubles.contains { fatal.contains($0) })
    }

    @Test func everyTroubleIsMet() {
        // Only who sends a call knows its own addresses.
        let told = Set(CallTrouble.allCases).subtracting([.leadsHere])
        #expect(Set(Self.cases.flatMap(\.troubles)) == told)
    }

    @Test func pathBecomesRouteInItsOrder() {
        let now = Timestamp.zero + .seconds(10_000)
        let item = Self.cases.first { $0.name == "Path" } ?? Case(name: "")
        let route = CallRoute(Self.binding(item, at: now), at: now).route
        #expect(
            route.map { String(decoding: $0, as: UTF8.self) } == [
                "\"E, 1\" <sip:edge1.example.net:5061;transport=tls;lr>", "<sip:e2;lr>",
            ]
        )
    }

    /// A contact is a stranger's text.
    @Test(arguments: [
        "", "<", "sip:", "sip:@", "sip:a@[", ",", "\"", "sip:\u{0}@h", String(repeating: "x", count: 70_000),
    ])
    func noTextTraps(_ text: String) {
        let now = Timestamp.zero + .seconds(10_000)
        for path in ["", text] {
            let route = CallRoute(Self.binding(Case(name: "", contact: text, path: path), at: now), at: now)
            #expect(route.isLost || !route.host.isEmpty)
        }
    }
}
