import BindingTable
import SIPMessage
import SIPTransaction
public import Timing

extension RegistrarCore {
    /// Keeps the reply that was just written until the ticket of this token, which the store has, comes back.
    mutating func withhold(
        _ ticket: CommitTicket,
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        from start: Int,
        _ handling: inout Handling,
    ) {
        handling.end = .withheld
        let reply = PendingReplies.Reply(
            handling: handling,
            context: step.context,
            key: step.key,
            changes: ticket.changes
        )
        pending.insert(reply, bytes: encoder.bytes[start...], request: bytes, under: ticket.token)
        encoder.bytes.removeSubrange(start...)
        // Copies of the request are dropped until the answer is known (RFC 3261 §17.2.2, state Trying).
        transactions.begin(step.key, now: step.context.path.at)
    }

    /// Gives the reply whose ticket came back: the one that was withheld, or 500 with Retry-After after the
    /// rows were put back as they were, where nobody has changed them since.
    ///
    /// Nil if no reply waits under this token.
    /// - Parameter request: gets the request that is answered, for the record, behind what it holds.
    public mutating func complete(
        _ token: UInt64,
        committed: Bool,
        clock: ClockReading,
        reply: inout [UInt8],
        request: inout [UInt8],
    ) -> Handling? {
        let (start, requestStart) = (reply.count, request.count)
        var isCommitted = committed
        guard
            let waiting = pending.remove(token, committed: &isCommitted, bytes: &reply, request: &request)
        else { return nil }
        var handling = waiting.handling
        if isCommitted {
            handling.end = .replied
        } else {
            rollback.restore(waiting.changes, in: state, at: clock.timestamp)
            swap(&encoder.bytes, &reply)
            let isWhole = waiting.context.path.transport.keepsMessagesWhole
            let framing: MessageFraming = isWhole ? .datagram : .stream
            let message = request.span.extracting(requestStart..<request.count)
            try? head.parse(message, limits: policy.limits, framing: framing)
            refuse(.storeFailed, message, waiting.context, &handling)
            handling.exchange.granted = 0
            swap(&encoder.bytes, &reply)
        }
        if pending.count == 0 { rollback.forget() }
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
