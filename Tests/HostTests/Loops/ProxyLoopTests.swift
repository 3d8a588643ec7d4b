import BindingTable
import Proxy
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Host

/// A machine that writes down what it is told, and does what its messages say: `udp`, `flow`, `new`, `find`, `end`.
private struct ScriptedMachine: ProxyMachine, ~Copyable {
    let told: Words
    let waiting = 2
    var deadline = Timestamp.distantFuture

    init(_ told: Words) { self.told = told }

    mutating func receive(
        _ bytes: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        let word = String(decoding: bytes.withUnsafeBufferPointer { Array($0) }, as: UTF8.self)
        told.add(word)
        var way = path
        switch word {
        case "udp": output.send(bytes, to: ProxyLoopTests.peer, over: way)
        case "flow":
            (way.transport, way.connection) = (.tcp, ConnectionID(rawValue: 7))
            output.send(bytes, to: ProxyLoopTests.peer, over: way)
        case "new":
            way.transport = .tls
            output.send(bytes, to: ProxyLoopTests.peer, over: way)
        case "find": output.find(ProxyLoopTests.hop)
        case "silent":
            output.note(silent: ServerAddress(transport: .udp, endpoint: ProxyLoopTests.peer))
        case "timer": deadline = clock.timestamp
        default:
            var message = CallMessage(call: 1, leg: 0, isOutgoing: true, path: path, method: .invite)
            message.verdict = .busy
            message.isRetransmission = word == "again"
            output.note(message, bytes)
        }
    }

    mutating func advance(to clock: ClockReading, output: inout ProxyOutput) {
        told.add("advance")
        deadline = .distantFuture
    }

    mutating func located(
        _ hop: HostHop,
        at servers: [ServerAddress],
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        told.add("located \(servers.count)")
    }

    mutating func connectionClosed(
        _ connection: ConnectionID,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        told.add("closed \(connection.rawValue)")
    }

    mutating func sendFailed(
        to destination: Endpoint,
        over transport: TransportKind,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        told.add("failed \(transport.name)")
    }
}

/// Words that several owners add to.
private final class Words: Sendable {
    private let words = Mutex<[String]>([])

    func add(_ word: String) { words.withLock { $0.append(word) } }

    /// All since the last call.
    func take() -> [String] {
        words.withLock { words in
            defer { words = [] }
            return words
        }
    }
}

@Suite("The proxy's loop")
struct ProxyLoopTests {
    static let peer = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_061)
    static let hop = HostHop(host: Array("gw.test".utf8), transport: .tls)
    private let told = Words()
    private let sent = Words()
    private let inbox = ProxyInbox()
    private let ring = CallRing(capacity: 4_096)
    private let counters = CallCounters()

    init() { inbox.open() }

    /// A loop whose network takes what these say.
    private func loop(datagrams: Bool = true, connections: Bool = true, connects: Bool = true)
        -> ProxyLoop<ScriptedMachine>
    {
        let sent = sent
        @Sendable func note(_ way: String, _ datagram: Datagram) {
            sent.add("\(way) \(String(decoding: datagram.bytes, as: UTF8.self)) \(datagram.path.source)")
        }
        let ways = ProxyWays(
            sendDatagram: {
                if datagrams { note("datagram", $0) }; return datagrams
            },
            sendOnConnection: {
                if connections { note("connection", $0) }; return connections
            },
            connect: {
                if connects { note("connect to \($1 ?? "nobody")", $0) }; return connects
            },
            find: { hop, found in
                found([ServerAddress(transport: .tls, endpoint: Self.peer)])
            },
            avoid: { sent.add("avoid \($0) \($1.name)") }
        )
        return ProxyLoop(
            core: ScriptedMachine(told),
            inbox: inbox,
            ways: ways,
            ring: ring,
            counters: counters
        )
    }

    private func post(_ words: String...) {
        let here = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060)
        var batch = ProxyBatch()
        for word in words {
            let path = ReceivedFrom(source: here, local: here, transport: .udp, at: .zero)
            batch.append(Array(word.utf8).span, from: path)
        }
        inbox.post(&batch)
    }

    private func turn(_ loop: inout ProxyLoop<ScriptedMachine>, ends: Bool = false) {
        let isOver = loop.turn(clock)
        #expect(isOver == ends)
    }

    private let clock = ClockReading(timestamp: .zero + .seconds(9), wall: WallTime(secondsSince1970: 0))

    @Test("Messages go out by the way that they name, the destination in place of the source")
    func ways() {
        var loop = loop()
        post("udp", "flow", "new")
        turn(&loop)
        #expect(
            sent.take() == [
                "datagram udp 192.0.2.1:5061", "connection flow 192.0.2.1:5061",
                "connect to nobody new 192.0.2.1:5061",
            ]
        )
        #expect(counters.facts().unsent == 0)
    }

    @Test("A server that says nothing is avoided, and nothing is counted as unsent")
    func silence() {
        var loop = loop()
        post("silent")
        turn(&loop)
        #expect(sent.take() == ["avoid 192.0.2.1:5061 udp"])
        turn(&loop)
        #expect(sent.take().isEmpty && counters.facts().unsent == 0)
    }

    @Test("What has no way out is told to the core in the next turn, and counted")
    func failures() {
        var loop = loop(datagrams: false, connections: false, connects: false)
        post("udp", "flow", "new")
        turn(&loop)
        #expect(told.take() == ["udp", "flow", "new"] && sent.take().isEmpty)
        turn(&loop)
        #expect(told.take() == ["closed 7", "failed udp", "failed tls"])
        #expect(sent.take() == ["avoid 192.0.2.1:5061 udp", "avoid 192.0.2.1:5061 tls"])
        #expect(counters.facts().unsent == 3 && counters.facts().open == 2)
    }

    @Test("A host is found elsewhere, and a TLS connection to it knows its name")
    func lookups() {
        var loop = loop()
        post("find")
        turn(&loop)
        turn(&loop)
        #expect(told.take() == ["find", "located 1"])
        post("new")
        turn(&loop)
        #expect(sent.take() == ["connect to gw.test new 192.0.2.1:5061"])
    }

    @Test("What came over a connection comes before its end; timers run after what has arrived")
    func order() {
        var loop = loop()
        inbox.post(closed: ConnectionID(rawValue: 3))
        post("timer", "again")
        turn(&loop)
        #expect(told.take() == ["timer", "again", "closed 3", "advance"])
    }

    @Test("The monitor gets each message, and a verdict counts once however often its answer is sent")
    func notes() {
        var loop = loop()
        post("end", "again", "end")
        turn(&loop)
        var words: [String] = []
        let count = ring.drain(limit: .max) { message, bytes, reply in
            #expect(message.verdict == .busy && reply.isEmpty)
            words.append(String(decoding: bytes.withUnsafeBufferPointer { Array($0) }, as: UTF8.self))
        }
        #expect(count == 3 && words == ["end", "again", "end"])
        #expect(counters.facts().calls[.busy] == 2 && counters.facts().calls[.answered] == 0)
    }

    @Test("It ends after what was handed over before")
    func stops() {
        var loop = loop()
        post("udp")
        inbox.stop()
        turn(&loop, ends: true)
        #expect(sent.take() == ["datagram udp 192.0.2.1:5061"])
    }
}
