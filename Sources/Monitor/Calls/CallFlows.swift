internal import BindingTable
internal import SIPMessage
internal import Timing

/// Which attempt a message of a call belongs to: by the number of its request, and by the Call-ID for what goes on in
/// its dialog. It holds no more than the attempts that are kept.
struct CallIndex {
    private var slots: [UInt64: Int32] = [:]
    private var latest: [UInt64: Int32] = [:]
    /// The last request that was not kept.
    private var passed: (message: CallMessage, bytes: [UInt8])?

    init() {}

    /// Requests that are known.
    var count: Int { slots.count }

    /// The attempt that has a request of this number.
    func slot(of call: UInt64) -> Int32? { slots[call] }

    /// The latest attempt whose Call-ID has this hash.
    func latest(_ hash: UInt64) -> Int32? { latest[hash] }

    mutating func add(_ call: UInt64, hash: UInt64, at slot: Int32) {
        slots[call] = slot
        latest[hash] = slot
    }

    /// A request is not kept, unless it turns out at once that it must be.
    mutating func pass(_ message: CallMessage, _ bytes: Span<UInt8>) {
        passed = (message, bytes.withUnsafeBufferPointer { Array($0) })
    }

    /// The request that was not kept, if it has this number and was the last one.
    mutating func takePassed(_ call: UInt64) -> (message: CallMessage, bytes: [UInt8])? {
        guard passed?.message.call == call else { return nil }
        defer { passed = nil }
        return passed
    }

    /// The attempt is no longer kept.
    mutating func forget(_ attempt: borrowing Attempt, _ slot: Int32) {
        guard let call = attempt.call else { return }
        for part in call.parts where slots[part.number] == slot { slots[part.number] = nil }
        if latest[call.hash] == slot { latest[call.hash] = nil }
    }
}

extension RegistrationFlows {
    /// Takes in a message of a request that is on its way to somebody. What belongs to a request whose beginning is not
    /// kept is dropped.
    ///
    /// - Parameter isKept: a request that begins now is kept.
    mutating func receive(_ message: CallMessage, _ bytes: Span<UInt8>, isKept: Bool) {
        if let slot = calls.slot(of: message.call) ?? refusedNow(message) {
            let before = store[slot].size
            store[slot].append(message, bytes)
            return store.update(slot, before: before)
        }
        guard message.begins else { return }
        let reading = CallReading(bytes)
        if let slot = dialog(of: message, reading, bytes) {
            let before = store[slot].size
            store[slot].beginPart(message, reading, bytes)
            calls.add(message.call, hash: reading.hash, at: slot)
            return store.update(slot, before: before)
        }
        if isKept {
            begin(message, reading, bytes)
        } else {
            calls.pass(message, bytes)
        }
    }

    @discardableResult
    private mutating func begin(_ message: CallMessage, _ reading: CallReading, _ bytes: Span<UInt8>) -> Int32
    {
        let slot = makeRoom()
        store[slot].beginCall(message, reading, bytes)
        calls.add(message.call, hash: reading.hash, at: slot)
        store.update(slot, before: 0)
        return slot
    }

    /// The request that was passed over last is refused, and refusals are all kept, as they are of those who register:
    /// it begins now. Nothing comes between the two.
    private mutating func refusedNow(_ message: CallMessage) -> Int32? {
        guard let refusal = message.refusal, !refusal.isOrdinary, message.ends,
            let passed = calls.takePassed(message.call)
        else { return nil }
        return begin(passed.message, CallReading(passed.bytes.span), passed.bytes.span)
    }

    /// The attempt that a request goes on with: of its dialog, or of the same request before it had a password.
    private func dialog(of message: CallMessage, _ reading: CallReading, _ bytes: Span<UInt8>) -> Int32? {
        guard let slot = calls.latest(reading.hash), let call = store[slot].call,
            call.parts.count < CallRecord.maximumParts,
            store[slot].messages.count < CallRecord.maximumMessages - 16,
            isSame(store[slot], reading.callID, bytes)
        else { return nil }
        if reading.isInDialog { return slot }
        let isAgain =
            call.verdict == .challenged && call.parts.last?.method == message.method
            && reading.cseq > store[slot].cseq && store[slot].path.source == message.path.source
        return isAgain ? slot : nil
    }

    /// How a call ended that was refused here, as those count it who watch for attackers; nil if it isn't kept.
    func outcome(_ message: CallMessage, _ refusal: RefusalReason, tool: KnownTool? = nil) -> AttemptOutcome?
    {
        guard let slot = calls.slot(of: message.call) else { return nil }
        let attempt = store[slot]
        let isLogin = refusal.isFailedLoginOfCaller
        let aor = isLogin ? attempt.call?.caller ?? attempt.aor : attempt.aor
        return AttemptOutcome(
            id: attempt.id,
            verdict: AttemptVerdict(refusal),
            aor: Array(attempt.bytes[aor.bounds]),
            path: attempt.path,
            startedAt: attempt.startedAt,
            at: message.path.at,
            weight: 1,
            isLogin: isLogin,
            name: attempt.name,
            agent: Array(attempt.bytes[attempt.agent.bounds].prefix(64)),
            flow: attempt.call?.hash ?? 0,
            tool: tool,
            metStaleNonce: false
        )
    }
}

extension CallMessage {
    /// A request that comes from whoever calls, for the first time.
    var begins: Bool { leg == 0 && !isOutgoing && status == 0 && !isRetransmission }

    /// The response that ends it for the caller.
    var ends: Bool { leg == 0 && isOutgoing && status >= 200 && verdict != nil && !isRetransmission }
}

extension Monitor {
    /// Takes in a message of a request that is on its way to somebody; the bytes are copied if they are kept.
    func receiveCall(_ message: CallMessage, _ bytes: Span<UInt8>, at now: Timestamp) {
        meters.advance(to: now)
        if message.begins { sampler.noteCall(at: now) }
        flows.receive(message, bytes, isKept: sampler.keepsCall(message.call))
        guard message.ends else { return }
        count(message)
        guard let refusal = message.refusal, !refusal.isOrdinary, AttemptVerdict(refusal).isFailure,
            let outcome = flows.outcome(message, refusal)
        else { return }
        watch(outcome, refusal, now)
    }

    /// Takes in a request that the registrar has refused itself though it asks nothing of a registrar: a call that got
    /// no further. It says nothing of whom it is for.
    func receiveRefused(
        _ exchange: Exchange,
        _ refusal: RefusalReason,
        _ reading: borrowing ExchangeReading,
        _ request: Span<UInt8>,
        _ reply: Span<UInt8>,
        at now: Timestamp,
    ) {
        var message = CallMessage(
            call: reading.callNumber,
            leg: 0,
            isOutgoing: false,
            path: exchange.path,
            method: reading.method
        )
        message.isRetransmission = flows.calls.slot(of: message.call) != nil
        flows.receive(message, request, isKept: true)
        (message.isOutgoing, message.path.at) = (true, exchange.repliedAt)
        (message.status, message.refusal) = (exchange.status, refusal)
        message.verdict = CallVerdict(refusal)
        flows.receive(message, reply, isKept: true)
        guard message.ends else { return }
        count(message)
        guard let outcome = flows.outcome(message, refusal, tool: reading.tool) else { return }
        watch(outcome, refusal, now)
    }

    private func count(_ message: CallMessage) {
        guard message.method == .invite, let verdict = message.verdict, !flows.isInDialog(message.call) else {
            return
        }
        meters.count(verdict, at: message.path.at)
    }

    /// What was refused is told to those who watch for attackers. A caller that can't log in is one that fails to log
    /// in, as if it had tried to register; only the bindings of its account are not to blame.
    private func watch(_ outcome: AttemptOutcome, _ refusal: RefusalReason, _ now: Timestamp) {
        let source = outcome.path.source.address
        failing.note(outcome, users: sources.users(from: source))
        if refusal.isHeldAgainstSource {
            sources.noteFailure(source, weight: outcome.weight, at: outcome.at)
            flows.setFailures(sources.record(of: source, at: outcome.at).failures, of: outcome.id)
        }
        if outcome.isLogin {
            meters.count(outcome.verdict, weight: outcome.weight, at: outcome.at)
            users.noteFailure(outcome, as: outcome.aor)
            agents.noteFailure(outcome, as: outcome.agent)
        }
        log(outcome, now)
    }
}

extension RegistrationFlows {
    /// The request goes on in a dialog that is kept: a re-INVITE is no call.
    fileprivate func isInDialog(_ call: UInt64) -> Bool {
        guard let slot = calls.slot(of: call) else { return false }
        return store[slot].call?.parts.first { $0.number == call }?.isInDialog ?? false
    }
}
