import BindingTable
import Proxy
import SIPMessage
import Timing
import Transport

/// The proxy on its thread: what the registrar's loops hand over goes through the core, and what comes out is sent by
/// them. A call's legs meet different loops; one owner needs no locks.
struct ProxyLoop<Core: ProxyMachine & ~Copyable>: ~Copyable {
    private var core: Core
    private let inbox: ProxyInbox
    private let ways: ProxyWays
    private let ring: CallRing
    private let counters: CallCounters
    private var output = ProxyOutput()
    private var contents = ProxyInbox.Contents()
    /// Names that places were found by: the certificate of a TLS server must have its own (RFC 5922 §4).
    private var names: [ServerAddress: String] = [:]

    /// Messages after which what has gathered is sent, so that the first of many does not wait for the last.
    private static var messagesPerSend: Int { 64 }
    /// Steps of timers in one turn; what is left over comes with the next, after what has arrived meanwhile.
    private static var stepsPerTurn: Int { 64 }
    /// Names that are remembered; one more forgets them all.
    private static var mostNames: Int { 4_096 }
    /// Longest sleep, in milliseconds.
    private static var longestSleep: Int { 60_000 }

    init(
        core: consuming Core,
        inbox: ProxyInbox,
        ways: ProxyWays,
        ring: CallRing,
        counters: CallCounters,
    ) {
        self.core = core
        self.inbox = inbox
        self.ways = ways
        self.ring = ring
        self.counters = counters
    }

    /// Serves until the inbox says stop.
    mutating func run() {
        while true {
            let isStopping = turn(SystemClock.read())
            if isStopping { return }
            inbox.wake.wait(milliseconds: Self.milliseconds(until: core.deadline))
        }
    }

    /// Takes all that waits and lets happen what is due; true when the loop shall end.
    mutating func turn(_ clock: ClockReading) -> Bool {
        // Taken out for the calls, which change the rest.
        var contents = ProxyInbox.Contents()
        swap(&contents, &self.contents)
        defer { swap(&contents, &self.contents) }
        inbox.take(&contents)
        for (index, message) in contents.batch.messages.enumerated() {
            core.receive(
                contents.batch.bytes.span.extracting(message.start..<message.end),
                from: message.path,
                clock: clock,
                output: &output
            )
            if index % Self.messagesPerSend == Self.messagesPerSend - 1 { perform() }
        }
        // What came over a connection came before its end.
        for connection in contents.closed {
            core.connectionClosed(connection, clock: clock, output: &output)
        }
        for failure in contents.failures {
            counters.countUnsent()
            ways.avoid(failure.destination, failure.transport)
            core.sendFailed(
                to: failure.destination,
                over: failure.transport,
                clock: clock,
                output: &output
            )
        }
        for found in contents.found {
            remember(found)
            core.located(found.hop, at: found.servers, clock: clock, output: &output)
        }
        let isStopping = contents.isStopping
        contents.removeAll()
        perform()
        var steps = 0
        while core.deadline <= clock.timestamp, steps < Self.stepsPerTurn {
            core.advance(to: clock, output: &output)
            perform()
            steps += 1
        }
        counters.note(open: core.waiting)
        return isStopping
    }

    /// Does what the core wants done.
    private mutating func perform() {
        for index in 0..<output.count {
            output.withMessage(at: index) { bytes, destination, path in send(bytes, destination, path) }
        }
        for index in 0..<output.noteCount {
            output.withNote(at: index) { message, bytes in
                counters.count(message)
                let none: [UInt8] = []
                ring.write(message, request: bytes, reply: none.span)
            }
        }
        for hop in output.lookups {
            ways.find(hop) { [inbox] in inbox.post(ProxyInbox.Found(hop: hop, servers: $0)) }
        }
        for server in output.silent { ways.avoid(server.endpoint, server.transport) }
        output.removeAll()
    }

    private func send(_ bytes: Span<UInt8>, _ destination: Endpoint, _ path: ReceivedFrom) {
        var path = path
        path.source = destination
        let datagram = Datagram(bytes: bytes.withUnsafeBufferPointer { Array($0) }, path: path)
        let failure = ProxyInbox.Failure(destination: destination, transport: path.transport)
        if !path.transport.isReliable {
            if !ways.sendDatagram(datagram) { inbox.post(failure) }
        } else if path.connection == .none {
            let place = ServerAddress(transport: path.transport, endpoint: destination)
            if !ways.connect(datagram, names[place]) { inbox.post(failure) }
        } else if !ways.sendOnConnection(datagram) {
            counters.countUnsent()
            inbox.post(closed: path.connection)
        }
    }

    private mutating func remember(_ found: ProxyInbox.Found) {
        guard found.hop.address == nil else { return }
        if names.count >= Self.mostNames { names.removeAll() }
        for server in found.servers where server.transport.isSecure {
            names[server] = String(decoding: found.hop.host, as: UTF8.self)
        }
    }

    /// Rounded up, so that the deadline has come when the sleep ends.
    private static func milliseconds(until deadline: Timestamp) -> Int {
        guard deadline != .distantFuture else { return longestSleep }
        let left = (deadline - SystemClock.read().timestamp).nanoseconds
        return left <= 0 ? 0 : min(longestSleep, Int((left - 1) / 1_000_000 + 1))
    }
}
