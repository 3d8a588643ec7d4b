internal import BindingTable
internal import SIPMessage
internal import Timing

/// Puts exchanges together into registration flows (the messages of one Call-ID from one address) and these
/// into attempts.
///
/// A challenge and its answer are one attempt. An attempt goes on while the last reply invites another
/// request (401 with a new nonce, 423) and one comes within 32 s (64 times T1, RFC 3261 §17.1.2.2) without a
/// lower CSeq; after a challenge it must carry credentials, else the phone has begun anew. Every other
/// reply ends it: so somebody who tries passwords on one Call-ID makes an attempt with each. What is sent
/// again is counted at the step it repeats.
struct RegistrationFlows {
    /// How long an answer to a challenge may take: 64 times T1.
    static let patience = Interval.seconds(32)

    var store: AttemptStore
    /// Which attempts are calls.
    var calls = CallIndex()
    /// The latest attempt of each flow that is kept.
    private var latest: [UInt64: Int32] = [:]
    /// Attempts that wait, the longest waiting first.
    private var open = SlotList()
    /// Attempts that have ended and that nobody has counted yet.
    private var ended: [AttemptOutcome] = []

    init(limits: MonitorLimits) {
        store = AttemptStore(capacity: limits.attempts, budget: limits.attemptBytes)
    }

    /// The flow of a request has an attempt that waits to be gone on with.
    func isOpen(_ flow: UInt64) -> Bool { latest[flow].map { store[$0].openUntil != nil } ?? false }

    /// Takes in one exchange.
    mutating func receive(
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
        request: Span<UInt8>,
        reply: Span<UInt8>,
    ) {
        if let slot = latest[reading.flow], isSame(store[slot], reading, request) {
            if isRepetition(store[slot], exchange, reading) {
                return noteRepetition(slot, exchange)
            }
            if goesOn(store[slot], exchange, reading) {
                return add(exchange, reading, to: slot, request, reply)
            }
            if store[slot].openUntil != nil { end(slot) }
        }
        begin(exchange, reading, request, reply)
    }

    /// Ends the attempts that have waited too long.
    mutating func advance(to now: Timestamp) {
        while open.first >= 0, let until = store[open.first].openUntil, until <= now { end(open.first) }
    }

    /// When the next attempt will have waited too long.
    var nextDeadline: Timestamp? { open.first >= 0 ? store[open.first].openUntil : nil }

    /// What has ended since the last call.
    mutating func takeEnded() -> [AttemptOutcome] {
        defer { ended.removeAll(keepingCapacity: true) }
        return ended
    }

    /// Notes at an attempt that failed the how manieth failure of its source it is.
    mutating func setFailures(_ count: Int, of id: AttemptID) {
        if let slot = store.slot(of: id) { store[slot].failures = UInt32(clamping: count) }
    }

    private func isSame(
        _ attempt: borrowing Attempt,
        _ reading: borrowing ExchangeReading,
        _ request: Span<UInt8>
    )
        -> Bool
    {
        isSame(attempt, reading.callID, request)
    }

    /// Hashes can meet: the Call-ID itself decides.
    func isSame(_ attempt: borrowing Attempt, _ callID: ByteRange, _ request: Span<UInt8>) -> Bool {
        let kept = attempt.callID.bounds
        let range = callID.bounds.clamped(to: 0..<request.count)
        // Requests without a Call-ID belong together with nothing.
        guard kept.count == range.count, !kept.isEmpty else { return false }
        for offset in 0..<kept.count
        where attempt.bytes[kept.lowerBound + offset] != request[range.lowerBound + offset] { return false }
        return true
    }

    private func isRepetition(
        _ attempt: borrowing Attempt,
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
    ) -> Bool {
        let isSame = attempt.cseq == reading.cseq && attempt.branch == reading.branch
        return isSame || (exchange.isRetransmission && attempt.cseq >= reading.cseq)
    }

    private func goesOn(
        _ attempt: borrowing Attempt,
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
    ) -> Bool {
        guard
            let until = attempt.openUntil, exchange.path.at < until, reading.cseq >= attempt.cseq,
            attempt.exchanges.count < Attempt.maximumExchanges, let refusal = attempt.refusal
        else { return false }
        if case .intervalTooBrief = refusal { return true }
        return reading.hasCredentials
    }

    private mutating func begin(
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
        _ request: Span<UInt8>,
        _ reply: Span<UInt8>,
    ) {
        let slot = makeRoom()
        store[slot].flow = reading.flow
        store[slot].startedAt = exchange.path.at
        let aor = reading.aor
        store[slot].aorHash = aor.span.hash(ByteRange(start: 0, count: UInt16(clamping: aor.count)))
        store[slot].bytes.reserveCapacity(request.count + reply.count + aor.count)
        store[slot].aor = store[slot].keep(aor.span, 0..<aor.count)
        latest[reading.flow] = slot
        add(exchange, reading, to: slot, request, reply, before: 0)
    }

    /// A slot for a new attempt; whatever is no longer kept is forgotten.
    mutating func makeRoom() -> Int32 {
        var gone: [(flow: UInt64, slot: Int32)] = []
        var calls = calls
        self.calls = CallIndex()
        let slot = store.add { attempt, slot in
            gone.append((attempt.flow, slot))
            calls.forget(attempt, slot)
        }
        self.calls = calls
        for (flow, old) in gone {
            open.remove(old)
            if latest[flow] == old { latest[flow] = nil }
        }
        return slot
    }

    private mutating func add(
        _ exchange: Exchange,
        _ reading: borrowing ExchangeReading,
        to slot: Int32,
        _ request: Span<UInt8>,
        _ reply: Span<UInt8>,
        before: Int? = nil,
    ) {
        let before = before ?? store[slot].size
        store[slot].append(exchange, reading, request, reply)
        let invites = exchange.status >= 300 && exchange.refusal?.invitesAnother == true
        let isLast = store[slot].exchanges.count >= Attempt.maximumExchanges
        if invites, !isLast {
            store[slot].openUntil = exchange.repliedAt + Self.patience
            store[slot].verdict = exchange.refusal.map { AttemptVerdict(whileOpen: $0) } ?? .waiting
            store.update(slot, before: before)
            open.append(slot)
        } else {
            store[slot].verdict = AttemptVerdict(exchange, reading)
            store.update(slot, before: before)
            close(slot)
        }
    }

    private mutating func noteRepetition(_ slot: Int32, _ exchange: Exchange) {
        let before = store[slot].size
        store[slot].appendRepetition(exchange)
        store.update(slot, before: before)
    }

    /// Nobody went on with it.
    private mutating func end(_ slot: Int32) {
        let before = store[slot].size
        store[slot].verdict = store[slot].refusal.map { AttemptVerdict($0) } ?? .abandoned
        store.update(slot, before: before)
        close(slot)
    }

    private mutating func close(_ slot: Int32) {
        store[slot].openUntil = nil
        open.remove(slot)
        let attempt = store[slot]
        ended.append(
            AttemptOutcome(
                id: attempt.id,
                verdict: attempt.verdict,
                aor: Array(attempt.bytes[attempt.aor.bounds]),
                path: attempt.path,
                startedAt: attempt.startedAt,
                at: attempt.endedAt,
                weight: attempt.exchanges.last?.weight ?? 1,
                isLogin: attempt.isRegister,
                name: attempt.name,
                agent: Array(attempt.bytes[attempt.agent.bounds].prefix(64)),
                flow: attempt.flow,
                tool: attempt.tool,
                metStaleNonce: attempt.steps.contains { $0.isStale },
            )
        )
    }
}

/// An attempt that has ended, for those who count.
struct AttemptOutcome {
    var id: AttemptID
    var verdict: AttemptVerdict
    var aor: [UInt8]
    var path: ReceivedFrom
    /// When its first message came.
    var startedAt: Timestamp
    /// When its last reply left.
    var at: Timestamp
    /// So many successes it stands for.
    var weight: UInt32
    /// It tried to log in: to register, or to prove who calls.
    var isLogin: Bool
    /// The user that was tried.
    var name: [UInt8]
    /// Its User-Agent, cut.
    var agent: [UInt8]
    /// Names its Call-ID.
    var flow: UInt64
    /// The scanner that it gave itself away as.
    var tool: KnownTool?
    /// One of its challenges said stale=true.
    var metStaleNonce: Bool
}

extension AttemptVerdict {
    /// The verdict that an attempt shows while it waits to be gone on with.
    fileprivate init(whileOpen refusal: RefusalReason) {
        if case .intervalTooBrief = refusal { self = .brief } else { self = .waiting }
    }

    /// The verdict on an attempt that ends with this exchange.
    init(_ exchange: Exchange, _ reading: borrowing ExchangeReading) {
        if let refusal = exchange.refusal {
            self.init(refusal)
        } else if !reading.isRegister {
            self = .other
        } else if exchange.isUnregister {
            self = .unregistered
        } else {
            self = exchange.granted == 0 ? .query : .ok
        }
    }
}
