internal import BindingTable
internal import SIPMessage
internal import Timing

/// Which attempt a message of a call belongs to: by the number of its request, and by the Call-ID for what goes on in
/// its dialog. It holds no more than the attempts that are kept.
struct CallIndex {
    private var slots: [UInt64: Int32] = [:]
    private var latest: [UInt64: Int32] = [:]

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
        if let slot = calls.slot(of: message.call) {
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
        guard isKept else { return }
        let slot = makeRoom()
        store[slot].beginCall(message, reading, bytes)
        calls.add(message.call, hash: reading.hash, at: slot)
        store.update(slot, before: 0)
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

    /// A refusal of ours that ended a call, as those count it who watch for attackers; nil if there is none, or the
    /// call isn't kept.
    func refused(_ message: CallMessage) -> AttemptOutcome? {
        guard let refusal = message.refusal, !refusal.isOrdinary, AttemptVerdict(refusal).isFailure,
            let slot = calls.slot(of: message.call)
        else { return nil }
        let attempt = store[slot]
        return AttemptOutcome(
            id: attempt.id,
            verdict: AttemptVerdict(refusal),
            aor: Array(attempt.bytes[attempt.aor.bounds]),
            path: attempt.path,
            startedAt: attempt.startedAt,
            at: message.path.at,
            weight: 1,
            isRegister: false,
            name: attempt.name,
            agent: Array(attempt.bytes[attempt.agent.bounds].prefix(64)),
            flow: attempt.call?.hash ?? 0,
            tool: nil,
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
        guard message.ends, let verdict = message.verdict else { return }
        if message.method == .invite, !flows.isInDialog(message.call) {
            meters.count(verdict, at: message.path.at)
        }
        guard let outcome = flows.refused(message) else { return }
        let source = outcome.path.source.address
        sources.noteFailure(source, weight: 1, at: outcome.at)
        failing.note(outcome, users: sources.users(from: source))
        flows.setFailures(sources.record(of: source, at: outcome.at).failures, of: outcome.id)
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
