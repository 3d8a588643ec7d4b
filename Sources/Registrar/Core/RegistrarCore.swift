import BindingTable
public import SIPDigest
public import SIPMessage
public import SIPTransaction
public import Timing

/// One loop's registrar: a message in, a reply out, bindings changed in between (design §4, hops 3 to 9).
///
/// Belongs to one thread; nothing in it is shared but what `RegistrarState` holds. It reads no clock and
/// knows no socket. Once its buffers have grown, a message allocates nothing.
public struct RegistrarCore: ~Copyable {
    let state: RegistrarState
    let worker: DigestWorker
    /// Which part of the partitions this loop expires: those whose number modulo `loops` is `loop`.
    let loop: Int
    let loops: Int

    var policy: Policy
    var policyVersion: UInt64
    var gauge = LoadGauge()
    var transactions: ServerTransactions
    var head = MessageHead()
    var encoder = MessageEncoder(capacity: 0)
    var bench = Bench()
    var page = ReplyPage()
    var tail = ReplyTail()
    var lastURI = RequestURIMemo()
    var pending = PendingReplies()
    var rollback = Rollback()
    /// The verified names of each connection's peer, the first one first (RFC 5922 §7.1): those of TLS connections
    /// whose client showed a certificate.
    var peers: [ConnectionID: [[UInt8]]] = [:]
    var clients = ClientTransactions()
    var subscriptions = Subscriptions()
    var liveness = Liveness()
    /// Requests of our own so far.
    var requestCount: UInt64 = 0
    private var draws: UInt64
    private var lastDrops: UInt64 = 0

    /// Lists that are kept from message to message so that none is allocated.
    struct Bench {
        /// Canonical address of record of the request in hand.
        var aor: [UInt8] = []
        /// Canonical host of a URI in hand.
        var host: [UInt8] = []
        /// Option tags that the request in hand may require.
        var offered: OptionTags = []
        var wishes = ContactWishes()
        var decision = RegisterDecision()
        /// Bindings of the address of record, before and after.
        var current: [BindingFacts] = []
        var added: [BindingID] = []
    }

    /// The core of one loop.
    ///
    /// - Parameters:
    ///   - loop: its number, 0 to `loops` - 1; keeps its nonces apart from those of the others.
    ///   - replyBytes: room for stored replies (`ServerTransactions`).
    public init(
        _ state: RegistrarState,
        loop: Int = 0,
        loops: Int = 1,
        replyBytes: Int = ServerTransactions.defaultCapacity,
    ) throws(DigestError) {
        self.state = state
        self.loop = loop
        self.loops = max(1, loops)
        worker = try DigestWorker(lane: UInt8(truncatingIfNeeded: loop))
        policyVersion = state.policy.version
        policy = state.policy.current
        transactions = ServerTransactions(capacity: replyBytes)
        draws = spread(UInt64(truncatingIfNeeded: loop))
    }

    /// Digests made so far by this loop, for gauges and tests.
    public var digestCount: UInt64 { worker.digestCount }

    /// Replies that wait for the store.
    public var withheldCount: Int { pending.count }

    /// Takes one message and appends the reply to it, if there is one, to `reply`.
    ///
    /// - Parameters:
    ///   - bytes: the whole message; borrowed until the call returns.
    ///   - path: where it came from; `path.at` counts as now.
    ///   - clock: a recent reading of both clocks, for `Date`.
    ///   - reply: what is there already stays as it is.
    public mutating func handle(
        _ bytes: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        reply: inout [UInt8],
    ) -> Handling {
        takePolicy()
        var handling = Handling(path: path)
        if gauge.severity > 0, !path.transport.isReliable, !isAdmitted(path) {
            handling.end = .shed
            handling.exchange.refusal = .overloaded(retryAfter: 0)
            return handling
        }
        let start = reply.count
        swap(&encoder.bytes, &reply)
        receive(bytes, path, clock, &handling)
        swap(&encoder.bytes, &reply)
        handling.replyCount = reply.count - start
        handling.exchange.repliedAt = path.at
        return handling
    }

    /// Takes note of how full the loop's last batch was.
    ///
    /// To be called once a batch. The gauge behind `SourceGuard` lives from it; a loop that never calls it
    /// (a stream's, where the peer is held back by the connection itself) never sheds.
    ///
    /// - Parameter socketDrops: datagrams that the kernel has thrown away so far, if it tells.
    public mutating func noteBatch(count: Int, capacity: Int, socketDrops: UInt64 = 0, at now: Timestamp) {
        let dropped = socketDrops > lastDrops
        lastDrops = socketDrops
        gauge.note(count: count, capacity: capacity, hasDropped: dropped, at: now)
    }

    /// Takes the policy in force if it is newer than the one at hand: one atomic load for each message, so that the
    /// first REGISTER after a block is refused.
    mutating func takePolicy() {
        let version = state.policy.version
        guard version != policyVersion else { return }
        policyVersion = version
        policy = state.policy.current
        lastURI = RequestURIMemo()
        tail = ReplyTail()
    }

    /// How long the loop may wait between two steps of expiry.
    static let expiryStep = Interval.milliseconds(200)
    /// Bindings that one partition lets expire in one step.
    static let expiriesPerStep = 64

    private mutating func isAdmitted(_ path: ReceivedFrom) -> Bool {
        draws = draws &+ 1
        return state.sources.admits(
            path.source.address,
            severity: gauge.severity,
            draw: spread(draws),
            at: path.at
        )
    }
}

/// The Request-URI that was resolved last and its domain: phones of one domain write it alike.
struct RequestURIMemo {
    private var text: [UInt8] = []
    private var known: Int?

    /// The domain of a Request-URI that is, byte for byte, the one before.
    func domain(of uri: Span<UInt8>) -> Int? {
        guard let known, equal(text.span, uri) else { return nil }
        return known
    }

    /// Keeps a Request-URI that names a domain and has no user.
    mutating func remember(_ uri: Span<UInt8>, _ domain: Int) {
        text.removeAll(keepingCapacity: true)
        text.append(uri)
        known = domain
    }
}
