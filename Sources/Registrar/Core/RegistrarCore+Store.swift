import BindingTable
import SIPMessage
import SIPTransaction
public import Timing

extension RegistrarCore {
    /// Keeps the reply that was just written until its ticket, which the store has, comes back.
    mutating func withhold(
        _ ticket: CommitTicket,
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        from start: Int,
        _ handling: inout Handling,
    ) {
        handling.end = .withheld
        var request: [UInt8] = []
        request.append(bytes)
        pending.insert(
            PendingReplies.Reply(
                bytes: Array(encoder.bytes[start...]),
                request: request,
                handling: handling,
                context: step.context,
                key: step.key,
                ticket: ticket
            )
        )
        encoder.bytes.removeSubrange(start...)
        // Copies of the request are dropped until the answer is known (RFC 3261 §17.2.2, state Trying).
        transactions.begin(step.key, now: step.context.path.at)
    }

    /// Gives the reply whose ticket came back: the one that was withheld, or 500 with Retry-After after the
    /// rows were put back as they were, where nobody has changed them since.
    ///
    /// Nil if no reply waits under this token.
    public mutating func complete(
        _ token: UInt64,
        committed: Bool,
        clock: ClockReading,
        reply: inout [UInt8],
    ) -> Handling? {
        guard let waiting = pending.remove(token) else { return nil }
        var handling = waiting.handling
        let start = reply.count
        if committed {
            reply.append(contentsOf: waiting.bytes)
            handling.end = .replied
        } else {
            Rollback.restore(waiting.ticket, in: state.table, at: clock.timestamp)
            swap(&encoder.bytes, &reply)
            let request = waiting.request
            let isWhole = waiting.context.path.transport.keepsMessagesWhole
            let framing: MessageFraming = isWhole ? .datagram : .stream
            try? head.parse(request.span, limits: policy.limits, framing: framing)
            refuse(.storeFailed, request.span, waiting.context, &handling)
            swap(&encoder.bytes, &reply)
        }
        transactions.store(
            waiting.key,
            reply: reply.span.extracting(start..<reply.count),
            status: handling.exchange.status,
            now: clock.timestamp
        )
        handling.replyCount = reply.count - start
        handling.exchange.repliedAt = clock.timestamp
        return handling
    }
}

/// Takes a change back that the store could not commit (RFC 3261 §10.3 step 7).
enum Rollback {
    /// Puts each row back that is still as the change left it; a row that has changed since stays.
    static func restore(_ ticket: CommitTicket, in table: BindingTable, at now: Timestamp) {
        for change in ticket.changes.reversed() {
            table.withPartition(at: change.facts.id.partition) { partition in
                restore(change, in: &partition, at: now)
            }
        }
    }

    private static func restore(_ change: CommittedChange, in partition: inout Partition, at now: Timestamp) {
        let id = change.facts.id
        if change.gone != nil {
            guard let prior = change.prior, let texts = prior.texts ?? change.texts,
                partition.binding(id) == nil, now < prior.facts.expiresAt
            else { return }
            let binding = Binding(facts: prior.facts, texts: texts)
            guard !Restoration.isTaken(binding, in: &partition, at: now) else { return }
            return Restoration.add(binding, cause: .rolledBack, in: &partition, at: now)
        }
        guard let current = partition.binding(id), current.facts.version == change.facts.version else {
            return
        }
        guard let prior = change.prior else {
            let noTexts: [UInt8] = []
            partition.apply(
                [.remove(id, .rolledBack)],
                aor: current.texts.aor.span,
                texts: noTexts.span,
                at: now
            )
            return
        }
        let flat = FlatTexts(prior.texts ?? current.texts)
        partition.apply(
            [.update(id, prior.facts, flat.ranges, .rolledBack)],
            aor: current.texts.aor.span,
            texts: flat.bytes.span,
            at: now
        )
    }
}

/// Puts a binding back that was taken away: after an undo, or after a failed commit.
enum Restoration {
    /// A binding that is there now means the same contact: two flows if they have one key (RFC 5626 §6), else by URI.
    static func isTaken(_ binding: Binding, in partition: inout Partition, at now: Timestamp) -> Bool {
        var current: [BindingFacts] = []
        partition.current(of: binding.texts.aor.span, at: now, into: &current)
        for facts in current {
            if facts.regID != 0, binding.facts.regID != 0 {
                let isSameFlow =
                    facts.regID == binding.facts.regID && facts.instanceHash == binding.facts.instanceHash
                if isSameFlow { return true }
                continue
            }
            let isSame = partition.withText(facts.id, .contact) {
                isSameContact($0, binding.texts.contact.span)
            }
            if isSame ?? false { return true }
        }
        return false
    }

    /// Adds the binding with its own numbers; it gets a new id.
    static func add(_ binding: Binding, cause: Cause, in partition: inout Partition, at now: Timestamp) {
        let flat = FlatTexts(binding.texts)
        partition.apply(
            [.add(binding.facts, flat.ranges, cause)],
            aor: binding.texts.aor.span,
            texts: flat.bytes.span,
            at: now
        )
    }

    private static func isSameContact(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        if equal(a, b) { return true }
        let aRange = ByteRange(start: 0, count: UInt16(clamping: a.count))
        let bRange = ByteRange(start: 0, count: UInt16(clamping: b.count))
        guard let first = try? SIPURI(a, in: aRange, part: .header(.contact)),
            let second = try? SIPURI(b, in: bRange, part: .header(.contact))
        else { return false }
        return SIPURI.isEquivalent(first, a, second, b)
    }
}

/// The texts of a binding in one buffer, as a change wants them.
struct FlatTexts {
    /// All texts, one behind the other.
    private(set) var bytes: [UInt8] = []
    /// Where each stands.
    let ranges: BindingTextRanges

    init(_ texts: BindingTexts) {
        var bytes: [UInt8] = []
        func place(_ text: [UInt8]) -> ByteRange {
            let start = UInt16(clamping: bytes.count)
            bytes.append(contentsOf: text.prefix(Int(UInt16.max) - bytes.count))
            return ByteRange(start: start, count: UInt16(clamping: bytes.count - Int(start)))
        }
        ranges = BindingTextRanges(
            contact: place(texts.contact),
            contactParameters: place(texts.contactParameters),
            callID: place(texts.callID),
            userAgent: place(texts.userAgent),
            sentBy: place(texts.sentBy),
            account: place(texts.account),
            path: place(texts.path),
            peer: place(texts.peer),
            numbers: place(texts.numbers)
        )
        self.bytes = bytes
    }
}
