import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// What requests tell of the phones that they are sent to: whoever looks at a binding shall see that it let a call pass.
extension ProxyCore {
    /// Nothing has come back of a request until Timer B or F, not even that it has arrived. A binding that was refreshed
    /// meanwhile, or is reached by others, is left alone; so is one over a stream, whose end says it.
    func noteSilence(of leg: CallLeg) {
        guard leg.isUnanswered, case .flow(let flow) = leg.attempt.target.hop, !flow.transport.isReliable,
            let id = leg.attempt.target.binding
        else { return }
        observe(id, .unanswered) {
            $0.refreshedAt + InviteClientTransaction.timerB <= now && $0.path.source == flow.source
        }
    }

    /// Something has come back from a binding that was thought not to answer any more.
    func noteSign(of leg: CallLeg) {
        guard leg.isUnanswered, let id = leg.attempt.target.binding,
            leg.attempt.target.troubles.contains(.stoppedAnswering)
        else { return }
        observe(id, .heard) { _ in true }
    }

    private func observe(_ id: BindingID, _ observation: Observation, if isSo: (BindingFacts) -> Bool) {
        let noTexts: [UInt8] = []
        state.table.withPartition(at: id.partition) { partition in
            guard let facts = partition.facts(id), isSo(facts) else { return }
            partition.apply([.observe(id, observation)], aor: noTexts.span, texts: noTexts.span, at: now)
        }
    }
}
