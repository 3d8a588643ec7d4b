import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// Requests as they go out: groups in series, the targets of a group at once, what is left to try of each target one
/// after another (RFC 3261 §16.6, RFC 3263 §4.3, RFC 5626 §5.3).
extension ProxyCore {
    /// Tries the next group of targets; answers the caller if there is none and nothing is out.
    mutating func startGroup(of context: ResponseContext, _ output: inout ProxyOutput) {
        guard !context.isFinal else { return }
        guard !context.isCancelled, var group = context.groups.popFirst() else {
            if context.open == 0 { conclude(context, &output) }
            return
        }
        // RFC 5393 §5.3.3: what is sent at once shares the breadth; what finds no share has to wait for its turn.
        let breadth = max(1, min(Int(context.plan.breadth), Int(UInt16.max)))
        let most = max(1, min(breadth, Int(context.plan.policy.breadth)))
        if group.count > most {
            context.groups = [Array(group[most...])] + context.groups
            group.removeSubrange(most...)
        }
        context.open += group.count
        let isLast = context.groups.isEmpty
        context.groupEndsAt = isLast ? .distantFuture : now + context.plan.policy.ringing
        store.update(context)
        for (index, target) in group.enumerated() {
            let share = breadth / group.count + (index < breadth % group.count ? 1 : 0)
            let attempt = Attempt(target, breadth: UInt16(clamping: share))
            pursue(attempt, of: context, after: 503, &output)
        }
        if group.isEmpty { startGroup(of: context, &output) }
    }

    /// The group has rung for long enough: it is cancelled, and the next one is tried.
    mutating func endGroup(of context: ResponseContext, _ output: inout ProxyOutput) {
        context.groupEndsAt = .distantFuture
        cancelLegs(of: context, isTimedOut: true, &output)
        if context.groupEndsAt == .distantFuture { startGroup(of: context, &output) }
    }

    /// No further group is tried.
    func abandonGroups(of context: ResponseContext) {
        context.groups = []
        context.groupEndsAt = .distantFuture
    }

    /// Sends a request to what is left to try of a target; if nothing is, the target has come to `status`.
    mutating func pursue(
        _ attempt: Attempt,
        of context: ResponseContext,
        after status: UInt16,
        _ output: inout ProxyOutput,
    ) {
        var attempt = attempt
        while !context.isFinal, !context.isCancelled {
            if attempt.isFresh {
                attempt.isFresh = false
                if begin(&attempt, of: context, &output) { return }
            } else if let server = attempt.servers.popFirst() {
                if let way = place.way(to: server, at: now), send(attempt, by: way, of: context, &output) {
                    return
                }
            } else if let next = attempt.others.popFirst() {
                (attempt.target, attempt.isFresh) = (next, true)
            } else {
                break
            }
        }
        take(context.isCancelled ? 487 : status, .none, of: context, &output)
    }

    /// Begins with a target's own hop; false if it leads nowhere, or to servers that are tried next.
    private mutating func begin(
        _ attempt: inout Attempt,
        of context: ResponseContext,
        _ output: inout ProxyOutput,
    ) -> Bool {
        guard !attempt.target.isLost else { return false }
        switch attempt.target.hop {
        case .flow(let flow):
            guard !closed.contains(flow.connection), let way = place.way(by: flow) else { return false }
            return send(attempt, by: way, of: context, &output)
        case .host(let hop) where hop.address != nil:
            if let server = hop.numericServer { attempt.servers = [server] }
            return false
        case .host(let hop):
            return locate(hop, attempt, of: context, &output)
        }
    }

    /// Has a host looked up.
    private mutating func locate(
        _ hop: HostHop,
        _ attempt: Attempt,
        of context: ResponseContext,
        _ output: inout ProxyOutput,
    ) -> Bool {
        let leg = CallLeg(
            context,
            attempt,
            number: 0,
            branch: nextBranch(),
            way: nil,
            machine: .locating(hop),
            // An ACK is kept by nobody else.
            request: context.method == .ack ? context.request : []
        )
        leg.endsAt = now + InviteClientTransaction.timerB
        guard store.insert(leg) else { return false }
        output.find(hop)
        return true
    }

    /// Writes a request for a target and sends it.
    private mutating func send(
        _ attempt: Attempt,
        by way: WayOut,
        of context: ResponseContext,
        _ output: inout ProxyOutput,
    ) -> Bool {
        guard context.sentLegs < .max else { return false }
        let branch = nextBranch()
        write(attempt, branch, by: way, of: context)
        guard !encoder.bytes.isEmpty, encoder.bytes.count <= MessageLimits.standard.messageBytes else {
            return false
        }
        if context.method != .ack {
            let isInvite = context.method == .invite
            let leg = CallLeg(
                context,
                attempt,
                number: context.sentLegs + 1,
                branch: branch,
                way: way,
                machine: isInvite ? .invite(InviteClientTransaction()) : .other(NonInviteClientTransaction()),
                request: isInvite || !way.path.transport.isReliable ? encoder.bytes : []
            )
            startTimers(of: leg)
            guard store.insert(leg) else { return false }
        }
        context.sentLegs += 1
        var path = way.path
        path.at = now
        output.send(encoder.bytes.span, to: path.source, over: path)
        note(
            context,
            leg: context.sentLegs,
            isOutgoing: true,
            path,
            context.method,
            0,
            encoder.bytes.span,
            binding: attempt.target.binding,
            &output
        )
        return true
    }

    private mutating func write(
        _ attempt: Attempt,
        _ branch: Branch,
        by way: WayOut,
        of context: ResponseContext
    ) {
        let request = context.request
        let reader = reader(of: context)
        encoder.removeAll()
        ForwardedRequest.write(
            reader.head,
            request.span,
            via: context.via,
            arrived: context.arrived,
            plan: context.plan,
            target: attempt.target,
            branch: ProxyBranch(branch: branch, loop: context.plan.loop),
            leaving: way,
            breadth: attempt.breadth,
            place: place,
            tokens: routing.tokens,
            into: &encoder
        )
    }

    private func startTimers(of leg: CallLeg) {
        if case .invite = leg.machine {
            leg.gap = InviteClientTransaction.timerA(isReliable: leg.isReliable) ?? .zero
            leg.endsAt = now + InviteClientTransaction.timerB
            leg.timerC = now + leg.context.plan.policy.timerC
        } else {
            leg.gap = NonInviteClientTransaction.t1
            leg.endsAt = now + NonInviteClientTransaction.timerF
        }
        leg.repeatsAt = leg.isReliable ? .distantFuture : now + leg.gap
    }

    /// A branch that nobody can guess and that never comes again: a count under the table's secret.
    private mutating func nextBranch() -> Branch {
        branchCount &+= 1
        var text: [UInt8] = []
        text.append("proxy branch ")
        text.appendDecimal(UInt64(lane))
        text.append(0x20)
        text.appendDecimal(branchCount)
        return Branch(rawValue: state.table.hash(text.span))
    }

    // MARK: what branches come to

    /// A target has come to something (RFC 3261 §16.7 step 4 and 5).
    mutating func take(
        _ status: UInt16,
        _ answer: ResponseChoice.Answer,
        of context: ResponseContext,
        _ output: inout ProxyOutput,
    ) {
        guard context.method != .ack else { return }
        context.open -= 1
        guard !context.isFinal else { return store.finish(context) }
        context.choice.take(status, answer)
        store.update(context)
        if status >= 600 {
            abandonGroups(of: context)
            cancelLegs(of: context, &output)
        }
        if context.open <= 0 { startGroup(of: context, &output) }
    }

    /// A branch has failed without a response, or with one that says to try elsewhere.
    mutating func lose(_ leg: CallLeg, _ status: UInt16, _ output: inout ProxyOutput) {
        guard !leg.isConcluded else { return }
        leg.isConcluded = true
        if case .no = leg.cancelling {
            pursue(leg.attempt, of: leg.context, after: status, &output)
        } else {
            take(leg.isTimedOut ? 408 : 487, .none, of: leg.context, &output)
        }
    }

    /// What carries a branch is gone: as if it had been answered 503 (RFC 3261 §16.9).
    mutating func fail(_ leg: CallLeg, _ output: inout ProxyOutput) {
        switch leg.machine {
        case .locating: return
        case .invite(var machine):
            let action = machine.receive(.transportError)
            leg.machine = .invite(machine)
            guard action != .nothing else { return }
        case .other(var machine):
            let action = machine.receive(.transportError)
            leg.machine = .other(machine)
            guard action != .nothing else { return }
        }
        remove(leg)
        lose(leg, 503, &output)
    }

    /// Forgets a branch, and its request if that is over, too.
    mutating func remove(_ leg: CallLeg) {
        store.remove(leg)
        let context = leg.context
        if context.legs.isEmpty, context.isServerOver { store.remove(context) } else { store.finish(context) }
    }
}
