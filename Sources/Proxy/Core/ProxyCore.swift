import BindingTable
public import Registrar
public import SIPDigest
public import SIPMessage
import SIPTransaction
public import Timing

/// The proxy: every request that is not the registrar's, and what comes back to it (RFC 3261 §16).
///
/// Belongs to one thread; reads no clock and knows no socket. Messages go in, and what is to be sent, looked up and told
/// to the monitor comes out. Bounded: a request too many is answered 503.
public struct ProxyCore: ~Copyable {
    let state: RegistrarState
    let place: ProxyPlace
    let lane: UInt8
    var routing: CallRouting
    var store: CallStore
    /// Replies to what was refused or redirected, and to CANCEL: kept as the registrar keeps its own, so that no timer of
    /// ours ever sends to a stranger.
    var answers = ServerTransactions(capacity: 4 << 20)
    var closed = ClosedConnections()
    var tally = ProxyCounters()
    var encoder = MessageEncoder(capacity: 2_048)
    /// The message that has come.
    let incoming = ReadMessage()
    /// A message that was kept.
    let kept = ReadMessage()
    var now = Timestamp.zero
    /// When the first message came.
    var startedAt = Timestamp.distantFuture
    /// Branches and requests so far.
    var branchCount: UInt64 = 0
    var requestCount: UInt64 = 0

    /// A proxy over the bindings and the policy of a registrar, standing at this place.
    ///
    /// - Parameter lane: a number that no other worker of the same registrar has; keeps nonces and branches apart.
    public init(
        _ state: RegistrarState,
        place: ProxyPlace,
        lane: UInt8,
        limits: ProxyLimits = ProxyLimits(),
    ) throws(DigestError) {
        self.state = state
        self.place = place
        self.lane = lane
        routing = CallRouting(state: state, place: place, worker: try DigestWorker(lane: lane))
        store = CallStore(limits)
    }

    /// When ``advance(to:output:)`` is wanted next; `.distantFuture` for never.
    public var deadline: Timestamp { store.deadline }

    /// What it has done and what it has at hand.
    public var counters: ProxyCounters {
        var counters = tally
        counters.serverTransactions = store.contextCount
        counters.clientTransactions = store.legCount
        counters.keptBytes = store.keptBytes
        return counters
    }

    /// Takes one message: a request, an ACK or a response.
    ///
    /// - Parameter path: where it came from; `path.at` may be earlier than `clock`, which counts as now.
    public mutating func receive(
        _ bytes: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        now = clock.timestamp
        startedAt = min(startedAt, now)
        routing.takePolicy()
        let framing: MessageFraming = path.transport.keepsMessagesWhole ? .datagram : .stream
        let fault = incoming.read(bytes, limits: routing.policy.limits, framing: framing)
        switch incoming.head.kind {
        case .response where fault == nil: receiveResponse(incoming.head, bytes, path, &output)
        case .request: receiveRequest(incoming.head, bytes, path, fault, &output)
        default: return
        }
    }

    /// Lets the timers run that are due, a bounded number at a time.
    public mutating func advance(to clock: ClockReading, output: inout ProxyOutput) {
        now = clock.timestamp
        var steps = 512
        var budget = 2_048
        while steps > 0, let item = store.popDue(at: now, budget: &budget) {
            steps -= 1
            switch item {
            case .context(let context): fire(context, &output)
            case .leg(let leg): fire(leg, &output)
            }
        }
    }

    /// A host that was to be found is at these places, the best first; none: it was not found.
    public mutating func located(
        _ hop: HostHop,
        at servers: [ServerAddress],
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        now = clock.timestamp
        for leg in store.takeLegs(waitingFor: hop) {
            // A name that leads back here would send it round until Max-Forwards ends it.
            let others = servers.filter { !place.isOurs($0.endpoint.address, port: $0.endpoint.port) }
            leg.attempt.servers = others.prefix(Self.maximumServers)
            leg.attempt.isFresh = false
            if others.isEmpty { leg.context.isHostMissing = true }
            store.remove(leg)
            pursue(leg.attempt, of: leg.context, after: 503, &output)
        }
    }

    /// Servers of one host that are tried, one after another.
    static let maximumServers = 8

    /// A connection is gone: what waits on it counts as answered 503 (RFC 3261 §8.1.3.1), and flows over it are dead.
    public mutating func connectionClosed(
        _ connection: ConnectionID,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        now = clock.timestamp
        closed.insert(connection)
        for context in store.takeCallers(on: connection) {
            // RFC 3261 §18.2.2: a response then goes by a connection to the port of sent-by.
            context.back.connection = .none
            context.back.source.port = context.via.port ?? context.back.transport.standardPort
        }
        for leg in store.legs(on: .connection(connection)) { fail(leg, &output) }
    }

    /// No connection could be made to a destination.
    public mutating func sendFailed(
        to destination: Endpoint,
        over transport: TransportKind,
        clock: ClockReading,
        output: inout ProxyOutput,
    ) {
        now = clock.timestamp
        let server = ServerAddress(transport: transport, endpoint: destination)
        for leg in store.legs(on: .server(server)) { fail(leg, &output) }
    }
}
