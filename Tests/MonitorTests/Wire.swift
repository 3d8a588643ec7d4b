import BindingTable
import Monitor
import SIPMessage
import Timing

/// Makes exchanges as a loop would report them.
struct Wire {
    var source = Endpoint(address: IPAddress(ipv4: 0xc633_6417), port: 5_066)
    var callID = "call-1@phone"
    var user = "9001"
    var agent = "Zoiper rv2.10.19"
    var contact: String? = "<sip:9001@198.51.100.23:5066>"
    var expires: Int? = 300

    static let local = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060)

    /// A way over UDP from somewhere.
    static func path(at moment: Timestamp) -> ReceivedFrom {
        let source = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060)
        return ReceivedFrom(source: source, local: local, transport: .udp, at: moment)
    }

    /// The bytes of a request.
    func request(
        _ cseq: Int,
        method: String = "REGISTER",
        credentials: Bool = false,
        branch: String? = nil,
    ) -> [UInt8] {
        var lines = [
            "\(method) sip:example.test SIP/2.0",
            "Via: SIP/2.0/UDP \(source);branch=z9hG4bK\(branch ?? "\(callID.utf8.count)-\(cseq)");rport",
            "Max-Forwards: 70", "From: <sip:\(user)@example.test>;tag=1", "To: <sip:\(user)@Example.TEST>",
            "Call-ID: \(callID)", "CSeq: \(cseq) \(method)",
        ]
        if let contact { lines.append("Contact: \(contact)") }
        if let expires { lines.append("Expires: \(expires)") }
        if credentials {
            lines.append(
                "Authorization: Digest username=\"\(user)\",realm=\"example.test\",nonce=\"n\",uri=\"sip:example.test\","
                    + "response=\"15cffe04b1b3f72e0f50e4ba28a09c00\""
            )
        }
        lines += ["User-Agent: \(agent)", "Content-Length: 0", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// The bytes of a reply.
    func reply(_ status: Int, _ phrase: String, _ cseq: Int) -> [UInt8] {
        Array("SIP/2.0 \(status) \(phrase)\r\nCall-ID: \(callID)\r\nCSeq: \(cseq) REGISTER\r\n\r\n".utf8)
    }

    /// A request and its reply at a time in milliseconds; granted if there is no refusal.
    func exchange(
        _ cseq: Int,
        at milliseconds: Int,
        _ refusal: RefusalReason? = nil,
        status: Int? = nil,
        granted: UInt32 = 300,
        credentials: Bool = false,
        method: String = "REGISTER",
        unregister: Bool = false,
        repeated: Bool = false,
        branch: String? = nil,
        weight: UInt32 = 1,
        took microseconds: Int = 400,
    ) -> MonitorEvent {
        let at = Timestamp.zero + .milliseconds(milliseconds)
        var exchange = Exchange(
            path: ReceivedFrom(source: source, local: Self.local, transport: .udp, at: at)
        )
        exchange.repliedAt = at + .microseconds(microseconds)
        let status = status ?? refusal.map(Self.status) ?? 200
        exchange.status = UInt16(status)
        exchange.refusal = refusal
        exchange.granted = refusal == nil && !unregister ? granted : 0
        exchange.isUnregister = unregister
        exchange.isRetransmission = repeated
        exchange.weight = weight
        return .exchange(
            exchange,
            request: request(cseq, method: method, credentials: credentials, branch: branch),
            reply: status == 0 ? [] : reply(status, refusal == nil ? "OK" : "Unauthorized", cseq)
        )
    }

    /// The status that goes with a refusal in these tests.
    static func status(_ refusal: RefusalReason) -> Int {
        switch refusal {
        case .challenge, .staleNonce, .nonceUnknown, .wrongPassword, .unknownUser, .replay: 401
        case .intervalTooBrief: 423
        case .notOurDomain, .unknownAOR: 404
        case .storeFailed: 500
        case .overloaded, .draining: 503
        case .notAllowedForAOR, .blockedAOR, .blockedSource, .tooManyContacts: 403
        case .methodNotAllowed: 405
        default: 400
        }
    }
}

extension Monitor {
    /// A monitor of an empty table, started at the clock's beginning.
    static func watchingNothing(limits: MonitorLimits = MonitorLimits()) -> Monitor {
        Monitor(
            table: BindingTable(seed: 1),
            limits: limits,
            startedAt: ClockReading(timestamp: .zero, wall: WallTime(secondsSince1970: 1_700_000_000))
        )
    }

    /// Takes in events, each at the moment its reply was ready.
    func receive(_ events: [MonitorEvent]) {
        for event in events {
            if case .exchange(let exchange, _, _) = event { receive(event, at: exchange.repliedAt) }
        }
    }

    /// All attempts that are kept.
    func allAttempts(_ filter: Filter? = nil, failuresOnly: Bool = false, at now: Timestamp = .zero)
        -> [AttemptRow]
    {
        let query = WindowQuery(subject: .attempts(filter: filter, failuresOnly: failuresOnly), height: 400)
        guard case .attempts(let rows) = answer(query, at: now).content else { return [] }
        return rows
    }

    /// The overview.
    func overview(atSecond second: Int) -> Overview? {
        let now = Timestamp.zero + .seconds(second)
        advance(to: now)
        guard
            case .overview(let overview) = answer(WindowQuery(subject: .overview, height: 0), at: now).content
        else { return nil }
        return overview
    }
}

extension AttemptRow {
    /// Steps as the screen writes them: `R 401 R 401s`, `R0 200`.
    var short: String {
        steps.map { step in
            let request = step.isUnregister ? "R0" : "R"
            let repeats = step.retransmissions > 0 ? "x\(step.retransmissions + 1)" : ""
            return
                "\(request)\(step.hasCredentials ? "+" : "")\(repeats) \(step.status == 0 ? "." : "\(step.status)")"
                + (step.isStale ? "s" : "")
        }.joined(separator: " ")
    }
}
