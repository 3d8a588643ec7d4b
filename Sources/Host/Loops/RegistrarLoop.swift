import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing
import Transport

/// A commit ticket that has come back from the store.
struct CommitResult: Sendable {
    var token: UInt64
    var committed: Bool
}

/// The registrar on one loop: what the network hands over goes through the core, replies go out with the
/// batch, and the monitor's ring gets a copy. What is the proxy's goes to its inbox, all of a batch at once.
struct RegistrarLoop: ~Copyable, MessageHandler {
    typealias Mail = CommitResult

    /// Nil only if libcrypto failed after it had worked at the start; the loop is then deaf.
    private var core: RegistrarCore?
    private let ring: ExchangeRing
    private let replies: ReplyCounters
    private var sampler = Sampler()
    private let socketDrops: @Sendable () -> UInt64
    private let proxy: ProxyInbox?
    private var inBatch = 0
    /// Messages for the proxy; keeps its memory.
    private var handedOver = ProxyBatch()
    /// NOTIFYs and pings on their way out; keeps its memory.
    private var requests = OutgoingRequests()
    /// The request whose answer the store has let go; keeps its memory.
    private var request: [UInt8] = []

    private(set) var deadline = Timestamp.zero

    init(
        core: consuming RegistrarCore?,
        ring: ExchangeRing,
        replies: ReplyCounters = ReplyCounters(),
        proxy: ProxyInbox? = nil,
        socketDrops: @escaping @Sendable () -> UInt64 = { 0 }
    ) {
        self.core = core
        self.ring = ring
        self.replies = replies
        self.proxy = proxy
        self.socketDrops = socketDrops
    }

    mutating func receive(
        _ message: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        inBatch += 1
        let start = output.bytes.count
        let handled = core?.handle(message, from: path, clock: clock, reply: &output.bytes)
        guard let handling = handled, handling.end == .replied else {
            if let handled, handled.isAdvanceWanted { deadline = .zero }
            switch handled?.end {
            case .shed: replies.countShed()
            case .forProxy: handedOver.append(message, from: path)
            default: break
            }
            return output.abandon()
        }
        if handling.isAdvanceWanted { deadline = .zero }
        record(handling, message, output.bytes.span.extracting(start..<output.bytes.count))
        output.finish(to: handling.destination, over: path)
    }

    mutating func receiveMail(_ mail: CommitResult, clock: ClockReading, output: inout OutgoingMessages) {
        let start = output.bytes.count
        // Taken out for the calls, which change the rest.
        var request: [UInt8] = []
        swap(&request, &self.request)
        defer { swap(&request, &self.request) }
        request.removeAll(keepingCapacity: true)
        guard
            let handling = core?.complete(
                mail.token,
                committed: mail.committed,
                clock: clock,
                reply: &output.bytes,
                request: &request
            )
        else { return }
        record(handling, request.span, output.bytes.span.extracting(start..<output.bytes.count))
        output.finish(to: handling.destination, over: handling.exchange.path)
    }

    mutating func advance(to clock: ClockReading, output: inout OutgoingMessages) {
        deadline = core?.advance(to: clock, requests: &requests) ?? .distantFuture
        guard !requests.isEmpty else { return }
        for index in 0..<requests.count {
            requests.withRequest(at: index) { bytes, destination, path in
                output.append(bytes, to: destination, over: path)
            }
        }
        requests.removeAll()
    }

    mutating func finishBatch(clock: ClockReading, output: inout OutgoingMessages) {
        core?.noteBatch(count: inBatch, capacity: 64, socketDrops: socketDrops(), at: clock.timestamp)
        inBatch = 0
        if !handedOver.messages.isEmpty, let proxy { proxy.post(&handedOver) }
    }

    mutating func connectionOpened(
        _ path: ReceivedFrom,
        peer: ConnectionPeer,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        core?.connectionOpened(path.connection, names: peer.identities.map { Array($0.utf8) })
    }

    mutating func connectionClosed(
        _ path: ReceivedFrom,
        because end: ConnectionEnd,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        core?.connectionClosed(path.connection, at: clock.timestamp)
        guard let proxy else { return }
        // What came over it goes before its end.
        if !handedOver.messages.isEmpty { proxy.post(&handedOver) }
        proxy.post(closed: path.connection)
    }

    /// Bytes that can't be framed are answered as far as their head can be read; the connection closes then.
    mutating func receiveUnframed(
        _ bytes: Span<UInt8>,
        because problem: ParseError,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        receive(bytes, from: path, clock: clock, output: &output)
    }

    private mutating func record(_ handling: Handling, _ request: Span<UInt8>, _ reply: Span<UInt8>) {
        var exchange = handling.exchange
        replies.count(exchange.status, isRepeated: exchange.isRetransmission)
        guard let weight = sampler.weight(of: exchange, callIDHash: handling.callIDHash, ringFill: ring.fill)
        else {
            return
        }
        exchange.weight = weight
        // Read only for what is kept: the batch's one reading is the arrival, this is the departure.
        exchange.repliedAt = SystemClock.read().timestamp
        ring.write(exchange, request: request, reply: reply)
    }
}
