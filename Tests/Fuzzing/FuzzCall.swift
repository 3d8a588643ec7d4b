import BindingTable
import Proxy
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// Gives a proxy with three phones a request, lets the phones answer by the bytes behind a zero byte, and lets time go by:
/// what is sent can be read, is not more than it may be, and in the end nothing is left.
func fuzzCall(_ input: [UInt8]) {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard let request = parts.first.map({ Array($0) }), request.count <= 4_096 else { return }
    guard var stage = try? CallStage() else { preconditionFailure("no stage") }
    stage.begin(request)
    for word in parts.count > 1 ? Array(parts[1].prefix(16)) : [] { stage.answer(word) }
    stage.finish()
    trap(if: !stage.finals.isDisjoint(with: [486, 600, 603, 699]))
}

/// A proxy on a virtual clock, with its phones.
private struct CallStage: ~Copyable {
    private static let us = IPAddress(ipv4: 0x0a00_00fe)
    private static let caller = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 9_000)
    private static let statuses: [UInt16] = [
        100, 180, 183, 199, 200, 202, 302, 401, 407, 430, 486, 487, 503, 600, 603, 699,
    ]
    /// Phones are registered once for all inputs; nothing in a call changes them.
    private static let state: RegistrarState? = {
        let calls = CallPolicy(mode: .proxy, nextHop: Array("sip:10.0.0.9".utf8))
        let domains = [Domain(name: Array("example.com".utf8), access: .open, calls: calls)]
        let mint = NonceMint(secret: (1, 2), epoch: 3)
        let verifier = DigestVerifier(mint: mint, window: NonceCountWindow(capacity: 512))
        let table = BindingTable(seed: 1)
        let state = RegistrarState(
            table: table,
            policy: PolicyBox(Policy(domains: domains)),
            verifier: verifier
        )
        guard var registrar = try? RegistrarCore(state) else { return nil }
        for (port, q) in [(5_062, "1.0"), (5_063, "1.0"), (5_064, "0.5")] {
            let lines = [
                "REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:\(port);branch=z9hG4bK\(port)",
                "Max-Forwards: 70", "From: <sip:alice@example.com>;tag=1", "To: <sip:alice@example.com>",
                "Call-ID: \(port)", "CSeq: 1 REGISTER", "Contact: <sip:alice@10.0.0.2:\(port)>;q=\(q)",
                "Expires: 3600", "Content-Length: 0", "", "",
            ]
            var reply: [UInt8] = []
            let text = Array(lines.joined(separator: "\r\n").utf8)
            _ = registrar.handle(
                text.span,
                from: path(phone(UInt16(port))),
                clock: clock(start),
                reply: &reply
            )
        }
        // Whoever says that it is one of them has to prove it from now on.
        let closed = Domain(name: Array("example.com".utf8), access: .digest(Accounts()), calls: calls)
        state.policy.reload(Policy(domains: [closed]))
        return state
    }()
    private static let start = Timestamp(nanoseconds: 1_000_000_000_000)

    private var proxy: ProxyCore
    private var now = CallStage.start
    /// Requests to phones that have not been answered finally.
    private var waiting: [(text: [UInt8], path: ReceivedFrom)] = []
    /// What callers were told in the end.
    private(set) var finals: Set<UInt16> = []
    private var sent = 0
    private var isReadable = true

    init() throws {
        guard let state = Self.state else { preconditionFailure("no registrar") }
        let listener = ServerAddress(transport: .udp, endpoint: Endpoint(address: Self.us, port: 5_060))
        let place = ProxyPlace(listeners: [listener], addresses: [Self.us], address: { _ in Self.us })
        proxy = try ProxyCore(state, place: place, lane: 7)
    }

    private static func phone(_ port: UInt16) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0002), port: port)
    }

    private static func path(_ source: Endpoint) -> ReceivedFrom {
        ReceivedFrom(
            source: source,
            local: Endpoint(address: us, port: 5_060),
            transport: .udp,
            connection: .none,
            at: start
        )
    }

    private static func clock(_ now: Timestamp) -> ClockReading {
        ClockReading(timestamp: now, wall: WallTime(secondsSince1970: 1_790_000_000))
    }

    /// The caller's request; what can't be read is answered with its own lines, which then can't be either.
    mutating func begin(_ request: [UInt8]) {
        var head = MessageHead()
        isReadable = (try? head.parse(request.span)) != nil
        receive(request)
    }

    mutating func receive(_ message: [UInt8], from source: Endpoint = CallStage.caller) {
        var output = ProxyOutput()
        proxy.receive(message.span, from: Self.path(source), clock: Self.clock(now), output: &output)
        take(output)
    }

    /// The phone that a byte chooses answers with the status that it chooses.
    mutating func answer(_ word: UInt8) {
        now = now + .milliseconds(Int(word))
        guard !waiting.isEmpty else { return }
        let index = Int(word >> 4) % waiting.count
        let status = Self.statuses[Int(word & 15)]
        let (text, path) = waiting[index]
        if status >= 200 { waiting.remove(at: index) }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\r\n").dropFirst().filter {
            line in
            ["via:", "from:", "to:", "call-id:", "cseq:"].contains { line.lowercased().hasPrefix($0) }
        }
        let reply = ["SIP/2.0 \(status) Whatever"] + lines.map(String.init) + ["Content-Length: 0", "", ""]
        receive(Array(reply.joined(separator: "\r\n").utf8), from: path.source)
    }

    /// Half an hour goes by: every transaction has come to its end, and nothing is kept.
    mutating func finish() {
        let end = now + .seconds(1_800)
        var steps = 0
        while proxy.deadline <= end {
            now = max(now, proxy.deadline)
            var output = ProxyOutput()
            proxy.advance(to: Self.clock(now), output: &output)
            take(output)
            steps += 1
            precondition(steps < 10_000, "timers without an end")
        }
        let left = proxy.counters
        precondition(left.waiting == 0 && left.serverTransactions == 0, "a request is left: \(left)")
        precondition(left.clientTransactions == 0 && left.keptBytes == 0, "a branch is left: \(left)")
    }

    private mutating func take(_ output: borrowing ProxyOutput) {
        for index in 0..<output.count {
            var message: (text: [UInt8], destination: Endpoint, path: ReceivedFrom)?
            output.withMessage(at: index) { bytes, destination, path in
                message = (bytes.withUnsafeBufferPointer { Array($0) }, destination, path)
            }
            guard let message else { continue }
            sent += 1
            precondition(sent < 2_000, "one request has made thousands of messages")
            var head = MessageHead()
            do throws(ParseError) {
                try head.parse(message.text.span)
            } catch {
                precondition(!isReadable, "what was sent can't be read: \(error)")
                continue
            }
            if head.kind == .response {
                if head.status.rawValue >= 200 { finals.insert(head.status.rawValue) }
            } else if head.method != .cancel, head.method != .ack {
                var path = message.path
                path.source = message.destination
                if !waiting.contains(where: { $0.text == message.text }) {
                    waiting.append((message.text, path))
                }
            }
        }
        // Nobody is found.
        for hop in output.lookups {
            var more = ProxyOutput()
            proxy.located(hop, at: [], clock: Self.clock(now), output: &more)
            take(more)
        }
    }
}
