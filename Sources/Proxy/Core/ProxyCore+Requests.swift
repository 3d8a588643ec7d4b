import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// Requests as they come (RFC 3261 §16.3, §16.10).
extension ProxyCore {
    /// Takes a request: a copy of one that is known, a CANCEL, an ACK, or a new one.
    mutating func receiveRequest(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ fault: ParseError?,
        _ output: inout ProxyOutput,
    ) {
        // Without a Via nobody knows where an answer should go.
        guard let via = try? head.topVia(bytes) else { return }
        let key = TransactionKey(head, bytes, via: via, path: path)
        if head.method == .ack { return receiveAck(head, bytes, path, via, fault, &output) }
        if let context = store.context(key) { return receiveAgain(context, bytes, path, &output) }
        if repeatAnswer(key, head, bytes, path, via, &output) { return }
        if let fault {
            return refuse(routing.policy.reason(of: fault), head, bytes, path, via, key, &output)
        }
        if head.method == .cancel { return receiveCancel(head, bytes, path, via, key, &output) }
        guard store.makeRoom(bytes: bytes.count) else {
            let overload = RefusalReason.overloaded(retryAfter: ProxyLimits.retryAfter)
            return refuse(overload, head, bytes, path, via, key, &output)
        }
        switch routing.decide(head, bytes, from: path, via: via, at: now) {
        case .drop: return
        case .refuse(let reason): refuse(reason, head, bytes, path, via, key, &output)
        case .redirect(let contacts): redirect(to: contacts, head, bytes, path, via, key, &output)
        case .forward(let plan)
        where plan.isShared && !store.hasShare(path.source.address, bytes: bytes.count):
            let overload = RefusalReason.overloaded(retryAfter: ProxyLimits.retryAfter)
            refuse(overload, head, bytes, path, via, key, &output)
        case .forward(let plan): begin(head, bytes, path, via, key, plan, &output)
        }
    }

    /// A new request becomes a transaction and is sent to the first targets.
    private mutating func begin(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ key: TransactionKey,
        _ plan: ForwardPlan,
        _ output: inout ProxyOutput,
    ) {
        requestCount &+= 1
        let local = LocalResponse(to: head, bytes, via: via, from: path, state.table)
        let context = ResponseContext(
            number: requestCount,
            head,
            bytes,
            key: key,
            local: local,
            plan: plan
        )
        if plan.isShared { store.charge(context) }
        store.insert(context)
        tally.waiting += 1
        incoming.keep(for: context)
        note(context, leg: 0, isOutgoing: false, path, head.method, 0, bytes, &output)
        if context.method == .invite {
            encoder.removeAll()
            local.writeTrying(head, bytes, into: &encoder)
            reply(context, status: 100, &output)
        } else {
            context.tryingAt = now + Self.timerEReachesT2
        }
        startGroup(of: context, &output)
    }

    /// 500 ms, 1 s and 2 s: by then Timer E is T2.
    private static let timerEReachesT2 = Interval.milliseconds(3_500)

    /// A copy of a request gets its last reply again, if there is one (RFC 3261 §17.2).
    private mutating func receiveAgain(
        _ context: ResponseContext,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ output: inout ProxyOutput,
    ) {
        note(context, leg: 0, isOutgoing: false, path, context.method, 0, bytes, isCopy: true, &output)
        let repeats: Bool
        switch context.server {
        case .invite(var machine):
            repeats = machine.receive(.request) == .repeatReply
            context.server = .invite(machine)
        case .other(var machine):
            repeats = machine.receive(.request) == .repeatReply
            context.server = .other(machine)
        case .none: repeats = false
        }
        if repeats { repeatReply(of: context, &output) }
    }

    /// What was answered at once is answered so again (RFC 3261 §17.2.2).
    private mutating func repeatAnswer(
        _ key: TransactionKey,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ output: inout ProxyOutput,
    ) -> Bool {
        guard case .retransmission(let stored) = answers.lookup(Self.kept(key), now: now) else {
            return false
        }
        encoder.removeAll()
        answers.append(stored, to: &encoder.bytes)
        var back = path
        back.source = via.destination(over: path)
        output.send(encoder.bytes.span, to: back.source, over: back)
        return true
    }

    /// The key under which an answer is found again, whatever the transport: its ACK comes over any.
    static func kept(_ key: TransactionKey) -> TransactionKey {
        TransactionKey(hash: key.rawValue, isReliable: false)
    }

    // MARK: what is answered here

    /// Refuses a request, without a timer: whoever asks again is told again.
    private mutating func refuse(
        _ reason: RefusalReason,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ key: TransactionKey,
        _ output: inout ProxyOutput,
    ) {
        let local = LocalResponse(to: head, bytes, via: via, from: path, state.table)
        encoder.removeAll()
        let status = local.refuse(
            reason,
            head,
            bytes,
            policy: routing.policy,
            tokens: routing.tokens,
            into: &encoder
        )
        answer(status, reason, CallVerdict(reason), head, bytes, local, key, &output)
    }

    private mutating func redirect(
        to contacts: [[UInt8]],
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ key: TransactionKey,
        _ output: inout ProxyOutput,
    ) {
        let local = LocalResponse(to: head, bytes, via: via, from: path, state.table)
        encoder.removeAll()
        let server = routing.policy.server
        local.redirect(to: contacts, head, bytes, server: server, into: &encoder)
        answer(.movedTemporarily, nil, .redirected, head, bytes, local, key, &output)
    }

    /// Sends what the encoder holds as the only answer to a request.
    private mutating func answer(
        _ status: StatusCode,
        _ reason: RefusalReason?,
        _ verdict: CallVerdict,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ local: LocalResponse,
        _ key: TransactionKey,
        _ output: inout ProxyOutput,
    ) {
        requestCount &+= 1
        var back = local.path
        back.source = local.destination
        back.at = now
        let text = encoder.bytes
        answers.store(Self.kept(key), reply: text.span, status: status.rawValue, now: now)
        var message = CallMessage(
            call: requestCount,
            leg: 0,
            isOutgoing: false,
            path: local.path,
            method: head.method
        )
        output.note(message, bytes)
        (message.isOutgoing, message.path, message.status) = (true, back, status.rawValue)
        (message.refusal, message.verdict) = (reason, verdict)
        output.note(message, text.span)
        output.send(text.span, to: back.source, over: back)
        let tag = (try? head.to(bytes))?.tag ?? .empty
        tally.count(verdict, isCall: head.method == .invite && tag.isEmpty)
    }

    // MARK: CANCEL and ACK

    /// RFC 3261 §9.2, §16.10: 200, and the branches of the INVITE are cancelled.
    ///
    /// Without that INVITE it is answered 481: this proxy is stateful, so a CANCEL of what it does not know leads nowhere.
    private mutating func receiveCancel(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ key: TransactionKey,
        _ output: inout ProxyOutput,
    ) {
        let invite = TransactionKey(head, bytes, via: via, path: path, as: .invite)
        guard let context = store.context(invite), context.method == .invite else {
            return refuse(.noDialog, head, bytes, path, via, key, &output)
        }
        note(context, leg: 0, isOutgoing: false, path, .cancel, 0, bytes, &output)
        let local = LocalResponse(to: head, bytes, via: via, from: path, state.table)
        encoder.removeAll()
        local.write(.ok, to: head, bytes, server: routing.policy.server, into: &encoder)
        let text = encoder.bytes
        answers.store(Self.kept(key), reply: text.span, status: 200, now: now)
        var back = path
        back.source = local.destination
        output.send(text.span, to: back.source, over: back)
        note(context, leg: 0, isOutgoing: true, back, .cancel, 200, text.span, &output)
        guard !context.isFinal, !context.isCancelled else { return }
        context.isCancelled = true
        abandonGroups(of: context)
        cancelLegs(of: context, &output)
        if context.open == 0 { conclude(context, &output) }
    }

    /// RFC 3261 §17.2.1: the ACK of a refusal ends here; any other is passed on as its own request (§16.10 has no
    /// transaction for it).
    private mutating func receiveAck(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ via: Via,
        _ fault: ParseError?,
        _ output: inout ProxyOutput,
    ) {
        let key = TransactionKey(head, bytes, via: via, path: path, as: .invite)
        if let context = store.context(key), case .invite(var machine) = context.server {
            let action = machine.receive(.ack)
            context.server = .invite(machine)
            if action != .reportAck {
                note(context, leg: 0, isOutgoing: false, path, .ack, 0, bytes, &output)
                if action == .absorbAndStartTimerI { startTimerI(of: context) }
                return
            }
        } else if answers.contains(Self.kept(key), now: now)
            || LocalResponse.isRefused(head, bytes, state.table)
        {
            // The second has a branch of its own (against §17.1.1.3); it would reach a phone before its INVITE does.
            return
        }
        guard fault == nil,
            case .forward(let plan) = routing.decide(head, bytes, from: path, via: via, at: now),
            let target = plan.groups.first?.first
        else { return }
        requestCount &+= 1
        let local = LocalResponse(to: head, bytes, via: via, from: path, state.table)
        let context = ResponseContext(number: requestCount, head, bytes, key: key, local: local, plan: plan)
        incoming.keep(for: context)
        note(context, leg: 0, isOutgoing: false, path, .ack, 0, bytes, &output)
        context.open = 1
        context.groups = []
        pursue(Attempt(target, breadth: plan.breadth), of: context, after: 503, &output)
    }

    private mutating func startTimerI(of context: ResponseContext) {
        let wait = InviteServerTransaction.timerI(isReliable: context.back.transport.isReliable)
        context.repeatsAt = .distantFuture
        context.reply = []
        context.endsAt = now + wait
        store.update(context)
        store.finish(context)
    }
}
