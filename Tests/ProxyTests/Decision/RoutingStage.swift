import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import SIPTransaction
import Testing
import Timing

@testable import Proxy

/// A registrar with phones and the decisions over them, on a virtual clock.
final class RoutingStage {
    let state: RegistrarState
    var registrar: RegistrarCore
    var routing: CallRouting
    let place: ProxyPlace
    let worker: DigestWorker
    var now = Timestamp(nanoseconds: 1_000_000_000_000)

    static let ours = IPAddress(ipv4: 0xc000_0201)
    /// 203.0.113.9
    static let stranger = endpoint(0xcb00_7109, 5_060)

    static func endpoint(_ address: UInt32, _ port: UInt16) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: address), port: port)
    }

    init(_ domains: [Domain], configure: (inout Policy) -> Void = { _ in }) throws {
        var policy = Policy(domains: domains)
        configure(&policy)
        state = RegistrarState(
            table: BindingTable(seed: 1),
            policy: PolicyBox(policy),
            verifier: DigestVerifier(
                mint: NonceMint(secret: (1, 2), epoch: 3),
                window: NonceCountWindow(capacity: 512)
            )
        )
        worker = try DigestWorker(lane: 9)
        registrar = try RegistrarCore(state, loop: 0, loops: 1, replyBytes: 1 << 20)
        let six = IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 1)
        place = ProxyPlace(
            listeners: [
                ServerAddress(transport: .udp, endpoint: Endpoint(address: Self.ours, port: 5_060)),
                ServerAddress(transport: .tcp, endpoint: Endpoint(address: Self.ours, port: 5_060)),
                ServerAddress(transport: .tls, endpoint: Endpoint(address: Self.ours, port: 5_061)),
                ServerAddress(transport: .udp, endpoint: Endpoint(address: six, port: 5_060)),
            ],
            addresses: [Self.ours, six],
            address: { $0.isIPv4 ? Self.ours : six }
        )
        routing = CallRouting(state: state, place: place, worker: worker)
    }

    func path(_ source: Endpoint, _ transport: TransportKind = .udp, _ connection: UInt64 = 0) -> ReceivedFrom
    {
        let local = source.address.isIPv4 ? Self.ours : IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 1)
        return ReceivedFrom(
            source: source,
            local: Endpoint(address: local, port: transport == .tls ? 5_061 : 5_060),
            transport: transport,
            connection: ConnectionID(rawValue: connection),
            at: now
        )
    }

    /// A phone registers in an open domain; over a stream its connection is opened first.
    @discardableResult
    func register(
        _ user: String,
        _ contact: String,
        from source: Endpoint,
        _ transport: TransportKind = .udp,
        _ connection: UInt64 = 0,
        extra: [String] = [],
        domain: String = "example.com",
    ) -> String {
        let path = path(source, transport, connection)
        if transport.isReliable, !state.connections.isOpen(path.connection) {
            registrar.connectionOpened(path.connection)
        }
        count += 1
        let text = message(
            [
                "REGISTER sip:\(domain) SIP/2.0",
                "Via: SIP/2.0/\(transport.name.uppercased()) \(source);branch=z9hG4bKr\(count);rport",
                "Max-Forwards: 70", "From: <sip:\(user)@\(domain)>;tag=1", "To: <sip:\(user)@\(domain)>",
                "Call-ID: reg-\(count)", "CSeq: \(count) REGISTER", "Contact: \(contact)",
                "Supported: path, outbound, gruu",
            ] + extra
        )
        var reply: [UInt8] = []
        let clock = ClockReading(timestamp: now, wall: WallTime(secondsSince1970: 1_790_000_000))
        _ = registrar.handle(text.span, from: path, clock: clock, reply: &reply)
        return String(decoding: reply, as: UTF8.self)
    }

    private var count = 0

    func message(_ lines: [String], body: String = "") -> [UInt8] {
        Array((lines + ["Content-Length: \(body.utf8.count)"]).joined(separator: "\r\n").utf8)
            + Array("\r\n\r\n\(body)".utf8)
    }

    /// A request as a peer sends it: of who begins a dialog, whose tag is `f`, or to it.
    func request(
        _ method: String = "INVITE",
        _ uri: String = "sip:bob@example.com",
        from: String = "sip:carol@elsewhere.net",
        to: String = "<sip:bob@example.com>",
        source: Endpoint = RoutingStage.stranger,
        extra: [String] = [],
        hops: Int? = 70,
        body: String = "",
    ) -> [UInt8] {
        var lines = [
            "\(method) \(uri) SIP/2.0", "Via: SIP/2.0/UDP \(source);branch=z9hG4bKcall1;rport",
        ]
        if let hops { lines.append("Max-Forwards: \(hops)") }
        lines += [
            "From: <\(from)>;tag=\(to.hasSuffix(";tag=f") ? "t" : "f")", "To: \(to)", "Call-ID: call-1",
            "CSeq: 1 \(method)",
        ]
        return message(lines + extra, body: body)
    }

    func decide(_ bytes: [UInt8], _ path: ReceivedFrom? = nil) -> ProxyDecision {
        var head = MessageHead()
        try? head.parse(bytes.span)
        guard let via = try? head.topVia(bytes.span) else { return .drop }
        return routing.decide(head, bytes.span, from: path ?? self.path(Self.stranger), via: via, at: now)
    }

    /// The request as it is sent to the first target; nil if it is not passed on.
    func forward(_ bytes: [UInt8], _ path: ReceivedFrom? = nil) -> String? {
        let path = path ?? self.path(Self.stranger)
        guard case .forward(let plan) = decide(bytes, path), let target = plan.groups.first?.first else {
            return nil
        }
        let way: WayOut?
        switch target.hop {
        case .flow(let flow): way = place.way(by: flow)
        case .host(let host):
            let address = host.address ?? IPAddress(ipv4: 0xc633_6401)
            let endpoint = Endpoint(address: address, port: host.usualPort)
            way = place.way(to: ServerAddress(transport: host.transport ?? .udp, endpoint: endpoint), at: now)
        }
        guard let way else { return nil }
        return write(bytes, plan, target, way, path)
    }

    func write(
        _ bytes: [UInt8],
        _ plan: ForwardPlan,
        _ target: CallTarget,
        _ way: WayOut,
        _ path: ReceivedFrom,
    ) -> String? {
        var head = MessageHead()
        try? head.parse(bytes.span)
        guard let via = try? head.topVia(bytes.span) else { return nil }
        var encoder = MessageEncoder()
        ForwardedRequest.write(
            head,
            bytes.span,
            via: via,
            arrived: path,
            plan: plan,
            target: target,
            branch: ProxyBranch(branch: Branch(rawValue: 0xabcd), loop: plan.loop),
            leaving: way,
            breadth: plan.breadth,
            place: place,
            tokens: routing.tokens,
            into: &encoder
        )
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    /// The request again with credentials for the challenge that it got.
    func proved(
        _ uri: String = "sip:x@far.net",
        from: String = "sip:alice@example.com",
        user: String = "alice",
        password: String = "secret",
        extra: [String] = [],
    ) throws -> [UInt8] {
        let plain = request("INVITE", uri, from: from, to: "<\(uri)>")
        let answer = answer(plain, .challenge)
        #expect(answer.hasPrefix("SIP/2.0 407 "))
        var client = DigestClient(user: Array(user.utf8), password: Array(password.utf8))
        let seen = Array(answer.replacing("Proxy-Authenticate", with: "WWW-Authenticate").utf8)
        var head = MessageHead()
        try head.parse(seen.span)
        let isTaken = client.take(head, seen.span)
        try #require(isTaken)
        let value = client.authorization(
            method: Array("INVITE".utf8),
            uri: Array(uri.utf8),
            cnonce: Array("c".utf8),
            using: worker
        )
        let line = "Proxy-Authorization: \(String(decoding: value ?? [], as: UTF8.self))"
        return request("INVITE", uri, from: from, to: "<\(uri)>", extra: [line] + extra)
    }

    /// How a refusal is answered.
    func answer(_ bytes: [UInt8], _ reason: RefusalReason, _ path: ReceivedFrom? = nil) -> String {
        var head = MessageHead()
        try? head.parse(bytes.span)
        guard let via = try? head.topVia(bytes.span) else { return "" }
        var encoder = MessageEncoder()
        let response = LocalResponse(
            to: head,
            bytes.span,
            via: via,
            from: path ?? self.path(Self.stranger),
            state.table
        )
        response.refuse(
            reason,
            head,
            bytes.span,
            policy: routing.policy,
            tokens: routing.tokens,
            into: &encoder
        )
        return String(decoding: encoder.bytes, as: UTF8.self)
    }
}

extension ProxyDecision {
    var reason: RefusalReason? {
        guard case .refuse(let reason) = self else { return nil }
        return reason
    }
    var plan: ForwardPlan? {
        guard case .forward(let plan) = self else { return nil }
        return plan
    }
    /// Request-URIs by groups.
    var uris: [[String]] {
        plan?.groups.map { $0.map { String(decoding: $0.requestURI, as: UTF8.self) } } ?? []
    }
    var flow: ReceivedFrom? {
        guard case .flow(let path) = plan?.groups.first?.first?.hop else { return nil }
        return path
    }
    var host: HostHop? {
        guard case .host(let hop) = plan?.groups.first?.first?.hop else { return nil }
        return hop
    }
}

extension Domain {
    static func proxying(
        _ name: String = "example.com",
        mode: CallPolicy.Mode = .proxy,
        nextHop: String = "",
        rules: [AccessRule] = [],
    ) -> Domain {
        Domain(
            name: Array(name.utf8),
            access: .open,
            alias: .off,
            rules: AccessRules(rules),
            calls: CallPolicy(mode: mode, nextHop: Array(nextHop.utf8))
        )
    }

    /// With accounts `user → password`.
    static func closed(
        _ users: [String: String],
        nextHop: String = "",
        rules: [AccessRule] = [],
        accountRules: AccountRules = AccountRules(),
    ) throws -> Domain {
        let worker = try DigestWorker(lane: 200)
        let realm = Array("example.com".utf8)
        var text = ""
        for (user, password) in users.sorted(by: { $0.key < $1.key }) {
            let ha1 = worker.ha1(
                .md5,
                user: Array(user.utf8).span,
                realm: realm.span,
                password: Array(password.utf8).span
            )
            var hex: [UInt8] = []
            ha1?.hex.append(to: &hex)
            text += "\(user):example.com:\(String(decoding: hex, as: UTF8.self))\n"
        }
        let accounts = try Accounts(parsing: Array(text.utf8).span)
        return Domain(
            name: realm,
            access: .digest(accounts),
            digest: DigestPolicy(realm: realm, algorithms: [.md5], qop: [.auth]),
            rules: AccessRules(rules),
            accountRules: accountRules,
            calls: CallPolicy(mode: .proxy, nextHop: Array(nextHop.utf8))
        )
    }
}
