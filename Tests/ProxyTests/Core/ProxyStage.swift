import BindingTable
import Proxy
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// A message that the proxy has sent.
struct Sent {
    let text: String
    let destination: Endpoint
    let path: ReceivedFrom

    var startLine: String { String(text.prefix { $0 != "\r\n" }) }
    var status: Int { text.hasPrefix("SIP/2.0 ") ? Int(text.dropFirst(8).prefix(3)) ?? 0 : 0 }
    var method: String { status == 0 ? String(text.prefix { $0 != " " }) : "" }
    /// `INVITE` or `486`, and the port that it goes to.
    var word: String { "\(status == 0 ? method : "\(status)")>\(destination.port)" }

    func values(_ name: String) -> [String] {
        text.split(separator: "\r\n").dropFirst().map(String.init)
            .filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }
}

/// A registrar and its proxy on a virtual clock; phones and callers are scripted messages.
final class ProxyStage {
    let state: RegistrarState
    var registrar: RegistrarCore
    var proxy: ProxyCore
    var now = Timestamp(nanoseconds: 1_000_000_000_000)
    private(set) var notes: [CallMessage] = []
    private(set) var lookups: [HostHop] = []
    private(set) var silent: [ServerAddress] = []
    private var sent: [Sent] = []
    private var registrations = 0

    static let us = IPAddress(ipv4: 0x0a00_00fe)
    /// Where the caller of the tests is.
    static let caller = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 9_000)

    init(
        limits: ProxyLimits = ProxyLimits(),
        calls: CallPolicy = CallPolicy(mode: .proxy),
        domains: [String] = ["example.com"],
        rules: [AccessRule] = [],
    ) throws {
        let policy = Policy(
            domains: domains.map {
                Domain(
                    name: Array($0.utf8),
                    access: .open,
                    expiry: ExpiryPolicy(jitterPercent: 0),
                    rules: AccessRules(rules),
                    calls: calls
                )
            }
        )
        state = RegistrarState(
            table: BindingTable(seed: 1),
            policy: PolicyBox(policy),
            verifier: DigestVerifier(
                mint: NonceMint(secret: (1, 2), epoch: 3),
                window: NonceCountWindow(capacity: 512)
            )
        )
        registrar = try RegistrarCore(state)
        let place = ProxyPlace(
            listeners: [.udp, .tcp].map {
                ServerAddress(transport: $0, endpoint: Endpoint(address: Self.us, port: 5_060))
            },
            addresses: [Self.us],
            address: { _ in ProxyStage.us }
        )
        proxy = try ProxyCore(state, place: place, lane: 77, limits: limits)
    }

    var clock: ClockReading {
        ClockReading(timestamp: now, wall: WallTime(secondsSince1970: 1_790_000_000))
    }

    func path(_ source: Endpoint, _ transport: TransportKind = .udp, _ connection: UInt64 = 0) -> ReceivedFrom
    {
        ReceivedFrom(
            source: source,
            local: Endpoint(address: Self.us, port: 5_060),
            transport: transport,
            connection: ConnectionID(rawValue: connection),
            at: now
        )
    }

    static func phone(_ port: UInt16) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: port)
    }

    /// A phone registers; where it sends from is told by its port.
    func register(
        _ user: String = "alice",
        at port: UInt16,
        contact: String? = nil,
        parameters: String = "",
        domain: String = "example.com",
        over transport: TransportKind = .udp,
        connection: UInt64 = 0,
        extra: [String] = [],
    ) {
        registrations += 1
        if connection != 0 { registrar.connectionOpened(ConnectionID(rawValue: connection)) }
        let uri = contact ?? "sip:\(user)@10.0.0.2:\(port)"
        let lines =
            [
                "REGISTER sip:\(domain) SIP/2.0",
                "Via: SIP/2.0/\(transport.name.uppercased()) 10.0.0.2:\(port);branch=z9hG4bK-r\(registrations)",
                "Max-Forwards: 70", "From: <sip:\(user)@\(domain)>;tag=r\(registrations)",
                "To: <sip:\(user)@\(domain)>", "Call-ID: reg\(registrations)", "CSeq: 1 REGISTER",
                "Contact: <\(uri)>\(parameters)", "Expires: 3600",
            ] + extra + ["Content-Length: 0", "", ""]
        let message = Array(lines.joined(separator: "\r\n").utf8)
        var reply: [UInt8] = []
        _ = registrar.handle(
            message.span,
            from: path(Self.phone(port), transport, connection),
            clock: clock,
            reply: &reply
        )
    }

    /// A request of the caller's.
    static func request(
        _ method: String = "INVITE",
        to uri: String = "sip:alice@example.com",
        call: String = "c1",
        branch: String? = nil,
        cseq: Int = 1,
        toTag: String = "",
        from: String = "sip:carol@elsewhere.net",
        via: String = "SIP/2.0/UDP 10.0.0.1:9000",
        extra: [String] = [],
    ) -> String {
        let to = uri.contains("@") && !toTag.isEmpty ? "sip:alice@example.com" : uri
        return
            ([
                "\(method) \(uri) SIP/2.0", "Via: \(via);branch=z9hG4bK-\(branch ?? call);rport",
                "Max-Forwards: 70", "From: <\(from)>;tag=f1",
                "To: <\(to)>\(toTag.isEmpty ? "" : ";tag=\(toTag)")", "Call-ID: \(call)",
                "CSeq: \(cseq) \(method)", "Contact: <sip:carol@10.0.0.1:9000>",
            ] + extra + ["Content-Length: 0", "", ""]).joined(separator: "\r\n")
    }

    /// The proxy gets a message.
    func receive(
        _ text: String,
        from source: Endpoint = ProxyStage.caller,
        _ transport: TransportKind = .udp,
        _ connection: UInt64 = 0,
    ) {
        let bytes = Array(text.utf8)
        var output = ProxyOutput()
        proxy.receive(bytes.span, from: path(source, transport, connection), clock: clock, output: &output)
        take(output)
    }

    func receive(bytes: [UInt8], from source: Endpoint = ProxyStage.caller) {
        var output = ProxyOutput()
        proxy.receive(bytes.span, from: path(source), clock: clock, output: &output)
        take(output)
    }

    /// The phone that got a request answers it.
    func answer(_ request: Sent, _ status: Int, tag: String = "t1", extra: [String] = []) {
        var lines = ["SIP/2.0 \(status) Whatever"]
        for name in ["Via", "Record-Route", "From"] {
            for value in request.values(name) { lines.append("\(name): \(value)") }
        }
        let to = request.values("To").first ?? ""
        lines.append("To: \(to)\(status > 100 && !to.contains(";tag=") ? ";tag=\(tag)" : "")")
        for name in ["Call-ID", "CSeq"] {
            for value in request.values(name) { lines.append("\(name): \(value)") }
        }
        lines += extra + ["Content-Length: 0", "", ""]
        receive(
            lines.joined(separator: "\r\n"),
            from: request.destination,
            request.path.transport,
            request.path.connection.rawValue
        )
    }

    func close(_ connection: UInt64) {
        var output = ProxyOutput()
        proxy.connectionClosed(ConnectionID(rawValue: connection), clock: clock, output: &output)
        take(output)
    }

    func fail(_ destination: Endpoint, _ transport: TransportKind) {
        var output = ProxyOutput()
        proxy.sendFailed(to: destination, over: transport, clock: clock, output: &output)
        take(output)
    }

    func locate(_ hop: HostHop, at servers: [ServerAddress]) {
        var output = ProxyOutput()
        proxy.located(hop, at: servers, clock: clock, output: &output)
        take(output)
    }

    /// Lets time pass, from one timer to the next.
    func advance(_ milliseconds: Int) {
        let end = now + .milliseconds(milliseconds)
        var steps = 0
        while proxy.deadline <= end, steps < 100_000 {
            now = max(now, proxy.deadline)
            var output = ProxyOutput()
            proxy.advance(to: clock, output: &output)
            take(output)
            steps += 1
        }
        now = end
    }

    /// What was sent since this was asked last.
    func takeSent() -> [Sent] {
        defer { sent = [] }
        return sent
    }

    /// The same as words, `INVITE>5060`.
    func words() -> [String] { takeSent().map(\.word) }

    func takeLookups() -> [HostHop] {
        defer { lookups = [] }
        return lookups
    }

    func takeNotes() -> [CallMessage] {
        defer { notes = [] }
        return notes
    }

    /// How requests ended, in order.
    var verdicts: [CallVerdict] { notes.compactMap(\.verdict) }

    private func take(_ output: borrowing ProxyOutput) {
        for index in 0..<output.count {
            output.withMessage(at: index) { bytes, destination, path in
                let copy = bytes.withUnsafeBufferPointer { Array($0) }
                sent.append(
                    Sent(text: String(decoding: copy, as: UTF8.self), destination: destination, path: path)
                )
            }
        }
        for index in 0..<output.noteCount {
            output.withNote(at: index) { message, _ in notes.append(message) }
        }
        lookups += output.lookups
        silent += output.silent
    }
}
