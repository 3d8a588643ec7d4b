import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// Timers A to M of RFC 3261 §17 and RFC 6026, Timer C (RFC 3261 §16.8), and the patience with a group.
extension ProxyCore {
    /// Something about a request is due.
    mutating func fire(_ context: ResponseContext, _ output: inout ProxyOutput) {
        if context.tryingAt <= now { sendTrying(to: context, &output) }
        if context.groupEndsAt <= now { endGroup(of: context, &output) }
        if context.endsAt <= now {
            end(context)
        } else if context.repeatsAt <= now, case .invite(var machine) = context.server {
            let action = machine.receive(.timerG)
            context.server = .invite(machine)
            context.repeatsAt = .distantFuture
            if action == .repeatReplyAndRestartTimerG {
                repeatReply(of: context, &output)
                context.gap = InviteServerTransaction.timerG(after: context.gap)
                context.repeatsAt = now + context.gap
            }
        }
        store.update(context)
    }

    /// RFC 4320 §4.1: who asks with what is no INVITE hears 100 once it asks no more often than every T2.
    private mutating func sendTrying(to context: ResponseContext, _ output: inout ProxyOutput) {
        context.tryingAt = .distantFuture
        guard !context.isFinal else { return }
        let request = context.request
        let reader = reader(of: context)
        encoder.removeAll()
        context.local.writeTrying(reader.head, request.span, into: &encoder)
        reply(context, status: 100, &output)
    }

    /// Timer H, I, J or L: the server transaction is over.
    private mutating func end(_ context: ResponseContext) {
        switch context.server {
        case .invite(var machine):
            let input: InviteServerTransaction.Input =
                switch machine.state {
                case .accepted: .timerL
                case .confirmed: .timerI
                default: .timerH
                }
            _ = machine.receive(input)
            context.server = .invite(machine)
        case .other(var machine):
            _ = machine.receive(.timerJ)
            context.server = .other(machine)
        case .none: break
        }
        (context.endsAt, context.repeatsAt, context.reply) = (.distantFuture, .distantFuture, [])
        store.forgetKey(of: context)
        if context.legs.isEmpty { store.remove(context) } else { store.finish(context) }
    }

    /// Something about a branch is due.
    mutating func fire(_ leg: CallLeg, _ output: inout ProxyOutput) {
        if let deadline = leg.cancel?.deadline, deadline <= now { fireCancel(of: leg, &output) }
        if leg.endsAt <= now { return end(leg, &output) }
        if leg.repeatsAt <= now { repeatRequest(of: leg, &output) }
        if leg.timerC <= now {
            leg.timerC = .distantFuture
            leg.isTimedOut = true
            // RFC 3261 §16.8. Without a provisional response Timer B has ended it long before.
            if leg.isProceeding { sendCancel(of: leg, &output) }
        }
        store.update(leg)
    }

    /// Timer B, D, F, K or M, or nothing came after a CANCEL.
    private mutating func end(_ leg: CallLeg, _ output: inout ProxyOutput) {
        let isWaiting = leg.isWaiting
        if case .no = leg.cancelling, leg.isUnanswered { noteSilence(of: leg, &output) }
        switch leg.machine {
        case .locating: break
        case .invite(var machine):
            let input: InviteClientTransaction.Input =
                switch machine.state {
                case .completed: .timerD
                case .accepted: .timerM
                default: .timerB
                }
            _ = machine.receive(input)
            leg.machine = .invite(machine)
        case .other(var machine):
            _ = machine.receive(machine.state == .completed ? .timerK : .timerF)
            leg.machine = .other(machine)
        }
        remove(leg)
        if isWaiting { lose(leg, 408, &output) }
    }

    private mutating func repeatRequest(of leg: CallLeg, _ output: inout ProxyOutput) {
        if case .wanted = leg.cancelling { return giveUpWaiting(for: leg, &output) }
        leg.repeatsAt = .distantFuture
        switch leg.machine {
        case .locating: return
        case .invite(var machine):
            let action = machine.receive(.timerA)
            leg.machine = .invite(machine)
            guard action == .repeatRequest else { return }
            leg.gap = InviteClientTransaction.timerA(after: leg.gap)
        case .other(var machine):
            let action = machine.receive(.timerE)
            leg.machine = .other(machine)
            guard action == .repeatRequest else { return }
            leg.gap = machine.timerE(after: leg.gap)
        }
        leg.repeatsAt = now + leg.gap
        guard let way = leg.way else { return }
        encoder.removeAll()
        encoder.bytes.append(leg.request.span)
        sendOwn(leg.context.method, of: leg, by: way, isCopy: true, &output)
    }

    private mutating func fireCancel(of leg: CallLeg, _ output: inout ProxyOutput) {
        guard var cancel = leg.cancel, let way = leg.way else { return }
        if cancel.endsAt <= now {
            leg.cancel = nil
            return
        }
        if cancel.transaction.receive(.timerE) == .repeatRequest {
            cancel.gap = cancel.transaction.timerE(after: cancel.gap)
            cancel.repeatsAt = now + cancel.gap
            encoder.removeAll()
            encoder.bytes.append(cancel.bytes.span)
            sendOwn(.cancel, of: leg, by: way, isCopy: true, &output)
        }
        leg.cancel = cancel
    }
}
