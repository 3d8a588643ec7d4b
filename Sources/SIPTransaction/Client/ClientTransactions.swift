public import SIPMessage
public import Timing

/// What becomes of a request of our own, told to who sent it.
public enum ClientEvent: Hashable, Sendable, BitwiseCopyable {
    /// A final response came.
    case answered(token: UInt64, status: StatusCode, after: Interval)
    /// No answer came in time: to be taken as a 408 (RFC 3261 §8.1.3.1).
    case timedOut(token: UInt64)
    /// The connection that it went over is gone: to be taken as a 503 (RFC 3261 §8.1.3.1).
    case connectionLost(token: UInt64)
}

/// The client transactions of one loop: requests of our own that wait for an answer (RFC 3261 §17.1.2).
///
/// Bounded in number and in bytes: a request too many is refused at once by `begin`. Bytes are kept only
/// where a request may have to be sent again. Provisional responses are taken note of and not told.
public struct ClientTransactions: ~Copyable {
    /// Most transactions at a time unless set otherwise, those that only absorb copies included.
    public static let defaultCapacity = 16_384
    /// Most bytes of requests kept unless set otherwise.
    public static let defaultBytes = 8 << 20

    private let capacity: Int
    private let maximumBytes: Int
    private var entries = ClientEntries()
    private var wheel = TimingWheel(resolutionBits: 24)
    private var byBranch: [Branch: UInt32] = [:]
    /// How many wait on each connection, so that the end of one where nothing waits costs nothing.
    private var waitingOn: [ConnectionID: Int] = [:]
    /// Bytes of requests that are kept.
    public private(set) var keptBytes = 0
    /// Requests that wait for a final response.
    public private(set) var waiting = 0

    /// No transactions.
    public init(
        capacity: Int = ClientTransactions.defaultCapacity,
        bytes: Int = ClientTransactions.defaultBytes,
    ) {
        self.capacity = min(max(capacity, 1), 1 << 24)
        maximumBytes = max(bytes, 0)
    }

    /// Transactions that are kept, those that only absorb copies of a response included.
    public var count: Int { byBranch.count }

    /// When `advance` ought to be called next; `.distantFuture` if nothing waits. May be a little early.
    public var deadline: Timestamp { wheel.nextDeadline(entries) ?? .distantFuture }

    /// Begins the transaction of a request and hands the request over to be sent.
    ///
    /// False if there is no room for it: then nothing is sent. A transaction that only absorbs copies gives its
    /// place up, for a response that fits none is dropped all the same (§18.1.2).
    ///
    /// - Parameters:
    ///   - request: the whole request, whose topmost Via has `branch`.
    ///   - method: its method; a response must name it (§17.1.3).
    ///   - destination: where it goes over UDP.
    ///   - path: the way that it goes back; over a connection it waits for that to end, too.
    ///   - token: what the events call it.
    ///   - timeout: Timer F, 64 × T1 at most.
    public mutating func begin(
        _ request: Span<UInt8>,
        branch: Branch,
        method: Method,
        to destination: Endpoint,
        over path: ReceivedFrom,
        token: UInt64,
        timeout: Interval = NonInviteClientTransaction.timerF,
        now: Timestamp,
        requests: inout OutgoingRequests,
    ) -> Bool {
        let keeps = path.transport.isReliable ? 0 : request.count
        guard byBranch[branch] == nil, keptBytes + keeps <= maximumBytes,
            byBranch.count < capacity || dropAbsorbing()
        else { return false }
        var entry = ClientEntry(branch: branch, method: method, token: token, to: destination, path: path)
        entry.startedAt = now
        entry.endsAt = now + min(timeout, NonInviteClientTransaction.timerF)
        if path.transport.isReliable {
            waitingOn[path.connection, default: 0] += 1
        } else {
            entry.request.append(request)
            entry.gap = NonInviteClientTransaction.t1
            entry.repeatsAt = now + entry.gap
        }
        let slot = entries.insert(entry)
        byBranch[branch] = slot
        keptBytes += keeps
        waiting += 1
        wheel.schedule(slot, at: entry.deadline)
        requests.append(request, to: destination, over: path)
        return true
    }

    /// Takes a response; nil if it is not the final one of a request that waits here, and nothing else is to be
    /// done about it then.
    ///
    /// It belongs to the request whose branch its topmost Via has, if CSeq names that one's method (§17.1.3), and
    /// if it came over the same transport: over a connection, the same one. The status class alone decides, so
    /// its other header fields need not be readable.
    public mutating func receive(
        _ head: borrowing MessageHead,
        _ message: Span<UInt8>,
        from path: ReceivedFrom,
    ) -> ClientEvent? {
        guard head.kind == .response, head.status.rawValue >= 100, let via = try? head.topVia(message),
            // Exactly one Via: more would be for somebody further on (§8.1.3.3).
            head.count(of: .via) == 1, let branch = Branch(message, of: via), let slot = byBranch[branch],
            let cseq = try? head.cseq(message), cseq.method == entries[slot].method,
            entries[slot].path.transport == path.transport,
            entries[slot].path.connection == path.connection
        else { return nil }
        let input: NonInviteClientTransaction.Input = head.status.rawValue < 200 ? .provisional : .final
        switch entries[slot].transaction.receive(input) {
        case .reportAndStartTimerK:
            let entry = entries[slot]
            release(slot)
            let wait = NonInviteClientTransaction.timerK(isReliable: path.transport.isReliable)
            if wait == .zero {
                remove(slot)
            } else {
                entries[slot].endsAt = path.at + wait
                wheel.schedule(slot, at: entries[slot].endsAt)
            }
            return .answered(token: entry.token, status: head.status, after: path.at - entry.startedAt)
        default:
            return nil
        }
    }

    /// Sends again what is due and ends what nobody answered, `limit` steps at most.
    public mutating func advance(
        to now: Timestamp,
        limit: Int = 1_024,
        requests: inout OutgoingRequests,
        events: inout [ClientEvent],
    ) {
        var budget = max(limit, 1) * 4
        var acts = max(limit, 1)
        while acts > 0, let slot = wheel.popDue(at: now, deadlines: entries, budget: &budget) {
            acts -= 1
            fire(slot, now, &requests, &events)
        }
    }

    private mutating func fire(
        _ slot: UInt32,
        _ now: Timestamp,
        _ requests: inout OutgoingRequests,
        _ events: inout [ClientEvent],
    ) {
        let isOver = entries[slot].endsAt <= now
        let isCompleted = entries[slot].transaction.state == .completed
        let input: NonInviteClientTransaction.Input = isOver ? isCompleted ? .timerK : .timerF : .timerE
        switch entries[slot].transaction.receive(input) {
        case .repeatRequest:
            let entry = entries[slot]
            requests.append(entry.request.span, to: entry.destination, over: entry.path)
            entries[slot].gap = entry.transaction.timerE(after: entry.gap)
            entries[slot].repeatsAt = now + entries[slot].gap
            wheel.schedule(slot, at: entries[slot].deadline)
        case .terminateByTimeout:
            events.append(.timedOut(token: entries[slot].token))
            release(slot)
            remove(slot)
        default:
            remove(slot)
        }
    }

    /// A connection is gone: what waits on it will not be answered.
    public mutating func connectionClosed(_ connection: ConnectionID, events: inout [ClientEvent]) {
        guard waitingOn[connection] != nil else { return }
        for slot in byBranch.values where entries[slot].path.connection == connection {
            guard entries[slot].transaction.receive(.transportError) == .terminateByTransport else {
                continue
            }
            events.append(.connectionLost(token: entries[slot].token))
            release(slot)
            remove(slot)
        }
    }

    /// The request's bytes are not needed any more.
    private mutating func release(_ slot: UInt32) {
        keptBytes -= entries[slot].request.count
        entries[slot].request = []
        waiting -= 1
        let path = entries[slot].path
        guard path.transport.isReliable else { return }
        let left = (waitingOn[path.connection] ?? 1) - 1
        waitingOn[path.connection] = left > 0 ? left : nil
    }

    private mutating func remove(_ slot: UInt32) {
        byBranch[entries[slot].branch] = nil
        wheel.cancel(slot)
        entries.remove(slot)
    }

    /// Makes room by one that has been answered; false if all of those looked at wait.
    private mutating func dropAbsorbing() -> Bool {
        guard waiting < byBranch.count else { return false }
        for _ in 0..<64 {
            guard let slot = entries.nextUsed() else { return false }
            if entries[slot].transaction.state == .completed {
                remove(slot)
                return true
            }
        }
        return false
    }
}

/// One transaction with all that belongs to it.
private struct ClientEntry {
    var branch: Branch
    var method: Method
    var token: UInt64
    var destination: Endpoint
    var path: ReceivedFrom
    var transaction = NonInviteClientTransaction()
    /// Empty where nothing is ever sent twice.
    var request: [UInt8] = []
    var startedAt = Timestamp.zero
    /// Timer F, then Timer K.
    var endsAt = Timestamp.distantFuture
    /// Timer E.
    var repeatsAt = Timestamp.distantFuture
    /// What Timer E was set to last.
    var gap = Interval.zero

    init(branch: Branch, method: Method, token: UInt64, to destination: Endpoint, path: ReceivedFrom) {
        self.branch = branch
        self.method = method
        self.token = token
        self.destination = destination
        self.path = path
    }

    var deadline: Timestamp { transaction.state == .completed ? endsAt : min(endsAt, repeatsAt) }
}

/// The transactions by their places, which are used again.
private struct ClientEntries: TimerDeadlines {
    private var list: [ClientEntry?] = []
    private var free: [UInt32] = []
    private var cursor = 0

    func deadline(of item: UInt32) -> Timestamp { self[item].deadline }

    /// The entry at a place that `insert` gave and nobody has removed since.
    subscript(_ slot: UInt32) -> ClientEntry {
        get { list[Int(slot)] ?? Self.none }
        set { list[Int(slot)] = newValue }
    }

    mutating func insert(_ entry: ClientEntry) -> UInt32 {
        if let slot = free.popLast() {
            list[Int(slot)] = entry
            return slot
        }
        list.append(entry)
        return UInt32(truncatingIfNeeded: list.count - 1)
    }

    mutating func remove(_ slot: UInt32) {
        guard list[Int(slot)] != nil else { return }
        list[Int(slot)] = nil
        free.append(slot)
    }

    /// The next place in use, going round.
    mutating func nextUsed() -> UInt32? {
        for _ in list.indices {
            cursor = cursor + 1 < list.count ? cursor + 1 : 0
            if list[cursor] != nil { return UInt32(truncatingIfNeeded: cursor) }
        }
        return nil
    }

    private static let none: ClientEntry = {
        let nowhere = Endpoint(address: IPAddress(ipv4: 0), port: 0)
        let path = ReceivedFrom(source: nowhere, local: nowhere, transport: .udp, at: .zero)
        return ClientEntry(branch: Branch(rawValue: 0), method: .other, token: 0, to: nowhere, path: path)
    }()
}
