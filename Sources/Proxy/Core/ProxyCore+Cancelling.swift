import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// The CANCEL of branches (RFC 3261 §9.1, §16.10).
extension ProxyCore {
    /// Cancels all branches that wait (RFC 3261 §16.10, §16.7 step 10).
    ///
    /// - Parameter isTimedOut: since they have rung for long enough, which is nobody's change of mind.
    mutating func cancelLegs(
        of context: ResponseContext,
        isTimedOut: Bool = false,
        _ output: inout ProxyOutput,
    ) {
        for slot in context.legs {
            guard let leg = store.leg(slot), leg.isWaiting, case .no = leg.cancelling else { continue }
            switch leg.machine {
            case .locating:
                store.remove(leg)
                take(isTimedOut ? 408 : 487, .none, of: context, &output)
            case .invite:
                leg.isTimedOut = isTimedOut
                guard leg.isProceeding else {
                    // What has arrived says so within Timer A; nobody waits longer for one who says nothing.
                    leg.cancelling = .wanted
                    leg.repeatsAt = min(leg.repeatsAt, now + Self.patienceWithSilence)
                    store.update(leg)
                    continue
                }
                sendCancel(of: leg, &output)
            // Nothing but an INVITE can be cancelled (§9.1).
            case .other: continue
            }
        }
    }

    /// How long a branch that is to be cancelled may stay silent before it counts for nothing: T1, by when a phone that
    /// is there has said 100.
    private static let patienceWithSilence = Interval.milliseconds(500)

    /// A branch that is to be cancelled has said nothing at all: it is not asked again, and the caller need not wait for
    /// it. Should it say something later, it is cancelled.
    mutating func giveUpWaiting(for leg: CallLeg, _ output: inout ProxyOutput) {
        leg.repeatsAt = .distantFuture
        store.update(leg)
        guard !leg.isConcluded else { return }
        leg.isConcluded = true
        take(leg.isTimedOut ? 408 : 487, .none, of: leg.context, &output)
    }

    /// Sends the CANCEL of a branch (RFC 3261 §9.1), which has 64 × T1 to come to an end after that.
    mutating func sendCancel(of leg: CallLeg, _ output: inout ProxyOutput) {
        guard let way = leg.way else { return }
        let request = leg.request
        leg.cancelling = .sent
        leg.timerC = .distantFuture
        leg.endsAt = now + InviteClientTransaction.timerB
        encoder.removeAll()
        if kept.read(request.span, limits: .standard, framing: .datagram) == nil {
            HopByHopRequest.write(.cancel, for: kept.head, request.span, into: &encoder)
        }
        let gap = NonInviteClientTransaction.t1
        leg.cancel = CallLeg.Cancel(
            bytes: leg.isReliable ? [] : encoder.bytes,
            repeatsAt: leg.isReliable ? .distantFuture : now + gap,
            gap: gap,
            endsAt: now + NonInviteClientTransaction.timerF
        )
        store.update(leg)
        sendOwn(.cancel, of: leg, by: way, &output)
    }

    /// Sends what the encoder holds, a CANCEL or an ACK, the way that the branch went.
    func sendOwn(
        _ method: SIPMessage.Method,
        of leg: CallLeg,
        by way: WayOut,
        isCopy: Bool = false,
        _ output: inout ProxyOutput,
    ) {
        guard !encoder.bytes.isEmpty else { return }
        var path = way.path
        path.at = now
        output.send(encoder.bytes.span, to: path.source, over: path)
        note(
            leg.context,
            leg: leg.number,
            isOutgoing: true,
            path,
            method,
            0,
            encoder.bytes.span,
            binding: leg.attempt.target.binding,
            isCopy: isCopy,
            &output
        )
    }
}
