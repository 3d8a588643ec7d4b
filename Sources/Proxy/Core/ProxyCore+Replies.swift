import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// What goes back to who asked (RFC 3261 §16.7 steps 6 to 9, §17.2).
extension ProxyCore {
    /// Sends what the encoder holds as a reply to a request, and keeps it for copies of the request.
    mutating func reply(_ context: ResponseContext, status: UInt16, _ output: inout ProxyOutput) {
        var isFirstFinal = false
        switch context.server {
        case .invite(var machine):
            let action = machine.receive(status < 200 ? .provisional : status < 300 ? .success : .failure)
            context.server = .invite(machine)
            switch action {
            case .sendReply: break
            case .sendReplyAndStartTimerL, .sendReplyAndStartTimersGAndH: isFirstFinal = true
            // A phone that was picked up after all: the caller has to know, so that it can hang up (§16.7 step 5).
            default: if status / 100 != 2 { return }
            }
        case .other(var machine):
            let action = machine.receive(status < 200 ? .provisional : .final)
            context.server = .other(machine)
            guard action == .sendReply || action == .sendReplyAndStartTimerJ else { return }
            isFirstFinal = action == .sendReplyAndStartTimerJ
        case .none: return
        }
        var message = message(of: context, leg: 0, isOutgoing: true, context.back, context.method, status)
        message.path.at = now
        if isFirstFinal {
            (message.verdict, message.refusal) = (end(context, status: status), context.refusal)
        }
        output.note(message, encoder.bytes.span)
        output.send(encoder.bytes.span, to: context.back.source, over: message.path)
        keepReply(of: context, status: status, isFirstFinal: isFirstFinal)
    }

    /// The final response goes out: counts it, and lets go what was only needed for others.
    private mutating func end(_ context: ResponseContext, status: UInt16) -> CallVerdict {
        let verdict = CallVerdict(
            status: status,
            hasRung: context.hasRung,
            isCancelled: context.isCancelled,
            isLost: context.choice.isLost,
            isElsewhere: context.isElsewhere
        )
        context.isFinal = true
        context.request = []
        context.choice.release()
        context.groups = []
        (context.groupEndsAt, context.tryingAt) = (.distantFuture, .distantFuture)
        tally.waiting -= 1
        tally.count(verdict, isCall: context.isCall)
        return verdict
    }

    private mutating func keepReply(of context: ResponseContext, status: UInt16, isFirstFinal: Bool) {
        let isReliable = context.back.transport.isReliable
        if status / 100 == 2, context.method == .invite {
            // It is repeated by who has sent it, until the ACK comes (RFC 6026 §7.1).
            context.reply = []
            if isFirstFinal { context.endsAt = now + InviteServerTransaction.timerL }
        } else {
            context.reply = []
            context.reply.append(encoder.bytes.span)
            context.replyStatus = status
            if isFirstFinal, context.method == .invite {
                context.gap = InviteServerTransaction.timerG(isReliable: isReliable) ?? .zero
                context.repeatsAt = isReliable ? .distantFuture : now + context.gap
                context.endsAt = now + InviteServerTransaction.timerH
            } else if isFirstFinal {
                context.endsAt = now + NonInviteServerTransaction.timerJ(isReliable: isReliable)
            }
        }
        store.update(context)
        if isFirstFinal { store.finish(context) }
    }

    /// Sends the last reply again.
    mutating func repeatReply(of context: ResponseContext, _ output: inout ProxyOutput) {
        guard !context.reply.isEmpty else { return }
        let reply = context.reply
        var message = message(
            of: context,
            leg: 0,
            isOutgoing: true,
            context.back,
            context.method,
            context.replyStatus
        )
        message.path.at = now
        message.isRetransmission = true
        output.note(message, reply.span)
        output.send(reply.span, to: context.back.source, over: message.path)
    }

    // MARK: the final response

    /// All that can be known is known: the best response goes to the caller (RFC 3261 §16.7 steps 6 to 9).
    mutating func conclude(_ context: ResponseContext, _ output: inout ProxyOutput) {
        guard !context.isFinal, context.method != .ack else { return }
        let status = context.choice.status
        if context.isCancelled, status < 600 {
            if status != 487 || !passOnBest(of: context, &output) {
                replyHere(.requestTerminated, to: context, &output)
            }
            return
        }
        switch status {
        case 430: replyHere(.temporarilyUnavailable, to: context, &output)
        case 408 where context.method != .invite: endInSilence(context)
        case 503, 0: replyNobody(to: context, &output)
        default:
            if !passOnBest(of: context, &output) {
                replyHere(status == 408 ? .requestTimeout : .serverInternalError, to: context, &output)
            }
        }
    }

    /// No target could be reached, or a next hop has said 503, which says something of it and not of us (§16.7 step 6).
    private mutating func replyNobody(to context: ResponseContext, _ output: inout ProxyOutput) {
        guard case .none = context.choice.answer else {
            return replyHere(.serverInternalError, to: context, &output)
        }
        if !context.isElsewhere {
            replyHere(.unreachable, to: context, &output)
        } else if context.isHostMissing {
            replyHere(.hostNotFound, to: context, &output)
        } else {
            replyHere(.serverInternalError, to: context, &output)
        }
    }

    /// Refuses a request that was to be passed on, for a reason that its console is told too.
    private mutating func replyHere(
        _ reason: RefusalReason,
        to context: ResponseContext,
        _ output: inout ProxyOutput
    ) {
        context.refusal = reason
        replyHere(StatusCode(Refusal(reason)), phrase: Refusal.phrase(of: reason), to: context, &output)
    }

    /// Passes on the response that was chosen, with the challenges of the others; false if there is none.
    private mutating func passOnBest(of context: ResponseContext, _ output: inout ProxyOutput) -> Bool {
        guard case .received(let bytes) = context.choice.answer else { return false }
        let challenges = context.choice.challenges
        guard kept.read(bytes.span, limits: .standard, framing: .datagram) == nil else { return false }
        encoder.removeAll()
        let isWritten = ForwardedResponse.write(
            kept.head,
            bytes.span,
            adding: challenges.isEmpty ? nil : challenges.span,
            into: &encoder
        )
        if isWritten { reply(context, status: context.choice.status, &output) }
        return isWritten
    }

    /// Answers a request that was passed on ourselves.
    private mutating func replyHere(
        _ status: StatusCode,
        phrase: String? = nil,
        to context: ResponseContext,
        _ output: inout ProxyOutput
    ) {
        let request = context.request
        let reader = reader(of: context)
        encoder.removeAll()
        context.local.write(
            status,
            phrase: phrase,
            to: reader.head,
            request.span,
            server: routing.policy.server,
            into: &encoder
        )
        reply(context, status: status.rawValue, &output)
    }

    /// RFC 4320 §4.2: nobody answers 408 to what is no INVITE; who has asked has given up by itself.
    private mutating func endInSilence(_ context: ResponseContext) {
        _ = end(context, status: 408)
        context.server = .other(NonInviteServerTransaction(state: .completed))
        let isReliable = context.back.transport.isReliable
        context.endsAt = now + NonInviteServerTransaction.timerJ(isReliable: isReliable)
        store.update(context)
        store.finish(context)
    }

    // MARK: what is shared

    /// A request that is kept, read.
    func reader(of context: ResponseContext) -> ReadMessage {
        if incoming.holds(context) { return incoming }
        kept.read(requestOf: context)
        return kept
    }

    /// Tells the monitor of a message.
    func note(
        _ context: ResponseContext,
        leg: UInt8,
        isOutgoing: Bool,
        _ path: ReceivedFrom,
        _ method: SIPMessage.Method,
        _ status: UInt16,
        _ bytes: Span<UInt8>,
        binding: BindingID? = nil,
        isCopy: Bool = false,
        _ output: inout ProxyOutput,
    ) {
        var message = message(of: context, leg: leg, isOutgoing: isOutgoing, path, method, status)
        if isOutgoing { message.path.at = now }
        message.binding = binding
        message.isRetransmission = isCopy
        output.note(message, bytes)
    }

    private func message(
        of context: ResponseContext,
        leg: UInt8,
        isOutgoing: Bool,
        _ path: ReceivedFrom,
        _ method: SIPMessage.Method,
        _ status: UInt16,
    ) -> CallMessage {
        CallMessage(
            call: context.number,
            leg: leg,
            isOutgoing: isOutgoing,
            path: path,
            method: method,
            status: status
        )
    }
}
