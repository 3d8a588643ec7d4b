import BindingTable
import Registrar
import SIPMessage
import SIPTransaction
import Timing

/// What requests tell of the phones that they are sent to: whoever looks at a binding shall see that it let a call pass.
extension ProxyCore {
    /// Nothing has come back of a request until Timer B or F, not even that it has arrived. A server is tried last for a
    /// while. A binding is in doubt, if it was called over UDP by a message that no network splits: a stream's end says it.
    /// One that was refreshed meanwhile is left alone.
    func noteSilence(of leg: CallLeg, _ output: inout ProxyOutput) {
        if let server = leg.server { return output.note(silent: server) }
        guard leg.context.method == .invite, leg.request.count <= Self.mostUnsplit,
            case .flow(let flow) = leg.attempt.target.hop, flow.transport == .udp,
            let id = leg.attempt.target.binding
        else { return }
        observe(id, .unanswered) {
            $0.refreshedAt + InviteClientTransaction.timerB <= now && $0.path.source == flow.source
        }
    }
    /// RFC 3261 §18.1.1.
    private static let mostUnsplit = 1_300

    /// Something has come back from a binding that may have been thought not to answer any more.
    func noteSign(of leg: CallLeg) {
        guard leg.isUnanswered, let id = leg.attempt.target.binding else { return }
        observe(id, .heard) { $0.reachability.ping == .stoppedAnswering }
    }

    private func observe(_ id: BindingID, _ observation: Observation, if isSo: (BindingFacts) -> Bool) {
        let noTexts: [UInt8] = []
        state.table.withPartition(at: id.partition) { partition in
            guard let facts = partition.facts(id), isSo(facts) else { return }
            partition.apply([.observe(id, observation)], aor: noTexts.span, texts: noTexts.span, at: now)
        }
    }
}
