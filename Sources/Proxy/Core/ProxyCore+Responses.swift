import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// Responses as they come (RFC 3261 §16.7, §17.1.3).
extension ProxyCore {
    /// Takes a response: of a branch, of a CANCEL, or of nothing that is known.
    mutating func receiveResponse(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
        _ output: inout ProxyOutput,
    ) {
        guard head.status.rawValue >= 100, let via = try? head.topVia(bytes),
            let cseq = try? head.cseq(bytes),
            let branch = ProxyBranch(bytes, of: via)
        else {
            tally.strayResponses &+= 1
            return
        }
        guard let leg = store.leg(branch.branch), let way = leg.way,
            way.path.transport == path.transport,
            cseq.method == leg.context.method || cseq.method == .cancel && leg.cancel != nil
        else { return receiveStray(head, bytes, via, cseq, &output) }
        // What is to go on, and has no Via but ours, can't; a refusal is one even so, and gets its ACK.
        let status = head.status.rawValue
        let goesOn = cseq.method == leg.context.method && status > 100 && status < 300
        guard !goesOn || ForwardedResponse.nextVia(head, bytes) != nil else {
            tally.strayResponses &+= 1
            return
        }
        if way.path.connection == .none, path.connection != .none { store.note(leg, on: path.connection) }
        note(
            leg.context,
            leg: leg.number,
            isOutgoing: false,
            path,
            cseq.method,
            status,
            bytes,
            binding: leg.attempt.target.binding,
            isCopy: cseq.method == leg.context.method && status >= 200 && !leg.isWaiting,
            &output
        )
        if cseq.method != leg.context.method { return receiveCancelled(leg, status) }
        noteSign(of: leg)
        switch leg.machine {
        case .locating: return
        case .invite(var machine):
            let action = machine.receive(status < 200 ? .provisional : status < 300 ? .success : .failure)
            leg.machine = .invite(machine)
            act(action, leg, head, bytes, &output)
        case .other(var machine):
            let action = machine.receive(status < 200 ? .provisional : .final)
            leg.machine = .other(machine)
            if action == .reportAndStartTimerK { finish(leg, head, bytes, &output) }
        }
    }

    private mutating func act(
        _ action: InviteClientTransaction.Action,
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        switch action {
        case .reportAndStopTimers:
            (leg.repeatsAt, leg.endsAt) = (.distantFuture, .distantFuture)
            progress(leg, head, bytes, &output)
        case .report where head.status.isProvisional:
            progress(leg, head, bytes, &output)
        case .reportAndStartTimerM:
            stopTimers(of: leg)
            leg.request = []
            leg.endsAt = now + InviteClientTransaction.timerM
            store.update(leg)
            succeed(leg, head, bytes, &output)
        case .report:
            succeed(leg, head, bytes, &output)
        case .acknowledgeAndReport:
            let wait = InviteClientTransaction.timerD(isReliable: leg.isReliable)
            acknowledge(leg, head, bytes, &output)
            stopTimers(of: leg)
            leg.request = []
            leg.endsAt = now + wait
            store.update(leg)
            refused(leg, head, bytes, &output)
            if wait == .zero { remove(leg) }
        case .acknowledge:
            guard let way = leg.way else { return }
            encoder.removeAll()
            encoder.bytes.append(leg.ack.span)
            sendOwn(.ack, of: leg, by: way, isCopy: true, &output)
        case .nothing, .repeatRequest, .terminateByTimeout, .terminateByTransport, .terminate: return
        }
    }

    private func stopTimers(of leg: CallLeg) {
        (leg.repeatsAt, leg.timerC) = (.distantFuture, .distantFuture)
    }

    /// A 1xx: Timer C begins anew, a CANCEL that waits can go, and the caller hears of all but 100 (§16.7 steps 2 and 5).
    private mutating func progress(
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        let context = leg.context
        let status = head.status.rawValue
        if case .wanted = leg.cancelling { sendCancel(of: leg, &output) }
        guard case .no = leg.cancelling else { return }
        if status > 100 {
            context.hasRung = true
            leg.timerC = now + context.plan.policy.timerC
        }
        store.update(leg)
        guard status > 100, !context.isFinal, !context.isCancelled else { return }
        encoder.removeAll()
        if ForwardedResponse.write(head, bytes, into: &encoder) { reply(context, status: status, &output) }
    }

    /// A 2xx to an INVITE: each one goes to the caller at once, and the others are cancelled (§16.7 steps 5 and 10).
    private mutating func succeed(
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        let context = leg.context
        if !leg.isConcluded {
            leg.isConcluded = true
            context.open -= 1
        }
        encoder.removeAll()
        if ForwardedResponse.write(head, bytes, into: &encoder) {
            reply(context, status: head.status.rawValue, &output)
        }
        abandonGroups(of: context)
        cancelLegs(of: context, &output)
    }

    /// The final response to what is no INVITE.
    private mutating func finish(
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        let wait = NonInviteClientTransaction.timerK(isReliable: leg.isReliable)
        leg.repeatsAt = .distantFuture
        leg.endsAt = now + wait
        leg.request = []
        store.update(leg)
        if !head.status.isSuccess {
            refused(leg, head, bytes, &output)
        } else if !leg.context.isFinal {
            succeed(leg, head, bytes, &output)
        }
        if wait == .zero { remove(leg) }
    }

    /// A branch was refused: elsewhere is tried, or it is one of those to choose from (§16.7 step 4).
    private mutating func refused(
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        guard !leg.isConcluded else { return }
        let context = leg.context
        let status = head.status.rawValue
        if status == 430 || status == 503, case .no = leg.cancelling, leg.attempt.hasMore {
            return lose(leg, status, &output)
        }
        leg.isConcluded = true
        if leg.isTimedOut, status == 487 { return take(408, .none, of: context, &output) }
        guard !context.isFinal else { return take(status, .none, of: context, &output) }
        if context.choice.wouldTake(status) {
            var copy: [UInt8] = []
            copy.append(bytes)
            return take(status, .received(copy), of: context, &output)
        }
        let challenges: Set<UInt16> = [401, 407]
        if challenges.contains(status), challenges.contains(context.choice.status) {
            var lines: [UInt8] = []
            ForwardedResponse.appendChallenges(of: head, bytes, to: &lines)
            context.choice.takeChallenges(lines.span)
        }
        take(status, .none, of: context, &output)
    }

    /// The ACK of a refusal, hop by hop (§17.1.1.3).
    private mutating func acknowledge(
        _ leg: CallLeg,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ output: inout ProxyOutput,
    ) {
        guard let way = leg.way else { return }
        let request = leg.request
        encoder.removeAll()
        guard kept.read(request.span, limits: .standard, framing: .datagram) == nil else { return }
        let to = bytes.extracting((head.first(.to) ?? .empty).bounds)
        HopByHopRequest.write(.ack, for: kept.head, request.span, to: to, into: &encoder)
        if !leg.isReliable { leg.ack = encoder.bytes }
        sendOwn(.ack, of: leg, by: way, &output)
    }

    private mutating func receiveCancelled(_ leg: CallLeg, _ status: UInt16) {
        guard var cancel = leg.cancel else { return }
        if cancel.transaction.receive(status < 200 ? .provisional : .final) == .reportAndStartTimerK {
            cancel.bytes = []
            cancel.repeatsAt = .distantFuture
            cancel.endsAt = now + NonInviteClientTransaction.timerK(isReliable: leg.isReliable)
        }
        leg.cancel = cancel
        store.update(leg)
    }

    /// A response that belongs to nothing here, after a restart or when room had to be made.
    ///
    /// Only a 2xx to an INVITE goes on, so that a call that was picked up is not lost: by the next Via, if the topmost one
    /// has our name and a branch of our form. And that only for as long after a start as such an INVITE may still ring,
    /// as one datagram, and not to ourselves: a stranger can make up such a response. All else is dropped: whoever waits
    /// for it asks again.
    private mutating func receiveStray(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ via: Via,
        _ cseq: CSeq,
        _ output: inout ProxyOutput,
    ) {
        tally.strayResponses &+= 1
        guard head.status.isSuccess, cseq.method == .invite, now - startedAt < Self.memoryOfCalls,
            place.isOurs(via, bytes), let next = ForwardedResponse.nextVia(head, bytes),
            !place.isOurs(next, bytes), let server = next.server(bytes), !server.transport.isReliable,
            let way = place.way(to: server, at: now)
        else { return }
        encoder.removeAll()
        guard ForwardedResponse.write(head, bytes, into: &encoder) else { return }
        var path = way.path
        path.at = now
        output.send(encoder.bytes.span, to: path.source, over: path)
    }
}

extension ProxyCore {
    /// So long after a start a response may come to what was passed on before it: the usual Timer C.
    fileprivate static let memoryOfCalls = Interval.seconds(185)
}

extension ProxyPlace {
    /// A Via has an address of ours and a port that we listen on for its transport.
    func isOurs(_ via: Via, _ bytes: Span<UInt8>) -> Bool {
        guard let address = via.host.address(bytes), let transport = via.transport,
            addresses.contains(address) || listeners.contains(where: { $0.endpoint.address == address })
        else { return false }
        let port = via.port ?? transport.standardPort
        return listeners.contains { $0.transport == transport && $0.endpoint.port == port }
    }
}

extension Via {
    /// Where a response goes by what stands in a Via that others have filled in (RFC 3261 §18.2.2, RFC 3581 §4); nil for a
    /// name, which is not looked up for a response.
    func server(_ bytes: Span<UInt8>) -> ServerAddress? {
        guard let transport else { return nil }
        let address = received.isEmpty ? host.address(bytes) : IPAddress(bytes, in: received)
        guard let address else { return nil }
        let port = received.isEmpty ? port : rport ?? port
        return ServerAddress(
            transport: transport,
            endpoint: Endpoint(address: address, port: port ?? transport.standardPort)
        )
    }
}
