import BindingTable
import ConsoleLink
import Monitor
import Registrar
import SIPDigest
import SIPMessage
import Support
import Timing

@testable import Host

/// A registrar in the test's own process, and a link to it that takes no socket: time is set by hand, and what phones
/// do between two questions is up to the test.
final class ScriptWorld: RegistrarLink {
    static let start = ClockReading(
        timestamp: Timestamp(nanoseconds: 1_000_000_000_000),
        wall: WallTime(secondsSince1970: 1_790_000_000)
    )

    let state: RegistrarState
    let desk: OperatorDesk
    let monitor: Monitor
    var welcome: Welcome
    var now = ScriptWorld.start.timestamp
    /// Called before each question is answered, with its number from 1.
    var beforeAnswer: (Int) -> Void = { _ in }
    /// Questions so far.
    private(set) var asked: [LinkRequest] = []
    /// What the journal answers; nil: there is none.
    var history: ((HistoryQuery) -> HistoryPage)?
    /// What a call would come to; nil: nobody knows.
    var route: RouteAnswer?
    var metrics: [Metric] = []
    var reload = ReloadReport()

    private var core: RegistrarCore
    private var session: LinkSession
    private var serial: UInt64 = 0
    private var cseq = 0

    init(readOnlyBecause: String? = nil) throws {
        let domain = Domain(
            name: Array("example.com".utf8),
            access: .open,
            expiry: ExpiryPolicy(jitterPercent: 0),
            contacts: ContactPolicy(),
            alias: .off
        )
        state = RegistrarState(
            table: BindingTable(seed: 1),
            policy: PolicyBox(Policy(domains: [domain])),
            verifier: DigestVerifier(
                mint: NonceMint(secret: (1, 2), epoch: 3),
                window: NonceCountWindow(capacity: 512)
            )
        )
        core = try RegistrarCore(state, replyBytes: 1 << 20)
        desk = OperatorDesk(state)
        monitor = Monitor(table: state.table, startedAt: Self.start)
        session = LinkSession(readOnlyBecause: readOnlyBecause)
        welcome = Welcome(
            OperatorIdentity(user: "kl", from: "local", terminal: "-"),
            readOnlyBecause: readOnlyBecause
        )
        welcome.clock = Self.start
        welcome.startedAt = Self.start.timestamp
    }

    var clock: ClockReading { ClockReading(timestamp: now, wall: Self.start.wall(at: now)) }

    /// A phone registers, refreshes or (0) leaves; gives the reply.
    @discardableResult
    func register(
        _ user: String,
        contact: String? = nil,
        expires: Int = 600,
        agent: [UInt8] = Array("Testphone/1".utf8),
        domain: String = "example.com",
        callID: String? = nil,
    ) -> String {
        cseq += 1
        let contact = contact ?? "<sip:\(user)@10.0.0.1:5060>"
        let head = """
            REGISTER sip:\(domain) SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK\(cseq);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@\(domain)>;tag=1\r
            To: <sip:\(user)@\(domain)>\r
            Call-ID: \(callID ?? "call-\(user)")\r
            CSeq: \(cseq) REGISTER\r
            Contact: \(contact)\r
            Expires: \(expires)\r
            User-Agent: 
            """
        let message = Array(head.utf8) + agent + Array("\r\nContent-Length: 0\r\n\r\n".utf8)
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 0x0a00_00fe), port: 5_060),
            transport: .udp,
            at: now
        )
        var reply: [UInt8] = []
        let handling = core.handle(message.span, from: path, clock: clock, reply: &reply)
        if handling.end == .replied {
            monitor.receiveExchange(handling.exchange, request: message.span, reply: reply.span, at: now)
        }
        return String(String(decoding: reply, as: UTF8.self).prefix { $0 != "\r\n" })
    }

    /// Somebody calls and is answered; only the caller's end is seen.
    func call(from caller: String, to user: String) {
        cseq += 1
        let head = """
            Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK\(cseq)\r
            From: <sip:\(caller)@example.com>;tag=1\r
            To: <sip:\(user)@example.com>\r
            Call-ID: invite-\(cseq)\r
            CSeq: 1 INVITE\r
            Content-Length: 0\r
            \r

            """
        let path = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0x0a00_0009), port: 5_060),
            local: Endpoint(address: IPAddress(ipv4: 0x0a00_00fe), port: 5_060),
            transport: .udp,
            at: now
        )
        let begin = CallMessage(call: UInt64(cseq), leg: 0, isOutgoing: false, path: path, method: .invite)
        let invite = "INVITE sip:\(user)@example.com SIP/2.0\r\n\(head)"
        monitor.receive(.call(begin, bytes: Array(invite.utf8)), at: now)
        var end = CallMessage(
            call: UInt64(cseq),
            leg: 0,
            isOutgoing: true,
            path: path,
            method: .invite,
            status: 200
        )
        end.verdict = .answered
        monitor.receive(.call(end, bytes: Array("SIP/2.0 200 OK\r\n\(head)".utf8)), at: now)
    }

    /// So many phones, `p0000` and so on, each with a contact of its own.
    func crowd(_ count: Int) {
        for index in 0..<count {
            let digits = String(index)
            register(
                "p" + String(repeating: "0", count: 5 - digits.count) + digits,
                expires: 600 + index % 60
            )
        }
    }

    func ask(_ request: (UInt64) -> LinkRequest) throws(HostError) -> LinkUpdate {
        serial += 1
        let made = request(serial)
        asked.append(made)
        beforeAnswer(asked.count)
        while monitor.pull(limit: 4_096, at: now) || monitor.advance(to: now) {}
        switch made {
        case .history(let query, let serial):
            if let history { return .history(history(query), serial: serial) }
        case .route(_, let serial):
            if let route { return .route(route, serial: serial) }
        case .statistics(let serial): return .statistics(metrics, serial: serial)
        case .reload(let serial) where welcome.readOnlyBecause == nil:
            return .reloaded(reload, serial: serial)
        default: break
        }
        return session.answer(made, monitor: monitor, desk: desk, clock: clock) { _ in nil }
    }

    /// Contacts that are bound.
    var bindings: Int { state.table.bindingCount }
}

/// Output that a test looks at.
final class MemorySink: ScriptSink {
    private(set) var bytes: [UInt8] = []
    private(set) var isFinished = false
    /// Nobody reads beyond so many bytes.
    var capacity = Int.max

    func write(_ bytes: [UInt8]) throws(HostError) {
        guard self.bytes.count + bytes.count <= capacity else { throw .brokenPipe }
        self.bytes += bytes
    }
    func flush() throws(HostError) {}
    func finish() throws(HostError) { isFinished = true }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}

/// Somebody who is asked.
final class Person: Questioner {
    let answer: String?
    private(set) var questions: [String] = []

    init(_ answer: String?) { self.answer = answer }

    var isThere: Bool { answer != nil }
    func answer(to question: String) -> String? {
        questions.append(question)
        return answer
    }
}

/// Runs a script over a world; what it printed, and with what it ended.
func run(
    _ world: ScriptWorld,
    capacity: Int = .max,
    _ body: (ScriptContext) throws(HostError) -> Void,
) -> (lines: [String], text: String, code: Int32, error: String) {
    let sink = MemorySink()
    sink.capacity = capacity
    do throws(HostError) {
        try body(ScriptContext(world, output: sink, utcOffset: .zero) { _ in })
        return (sink.lines, sink.text, 0, "")
    } catch {
        return (sink.lines, sink.text, error.exitCode, error.description)
    }
}
