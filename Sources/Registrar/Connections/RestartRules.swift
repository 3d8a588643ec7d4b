public import BindingTable
import SIPMessage
public import Timing

/// What becomes of a binding that was kept while the registrar was away.
///
/// - Its connection has ended with the process: the domain's rule for that says whether it stays, stays for a while,
///   or goes. One that is reached by its Path stays (RFC 3327 §5.3).
/// - One whose domain is served no longer, or whose account is gone, stays until its end: nobody can refresh it, and a
///   slip in the settings must not lose what can be put right by another start.
/// - None ends within a time of grace after the start, for a phone that tried to refresh meanwhile could not.
public struct RestartRules: Sendable {
    private let policy: Policy
    private let startedAt: Timestamp
    private let grace: Interval

    /// The rules of a policy at a start.
    public init(_ policy: Policy, startedAt: Timestamp, grace: Interval) {
        self.policy = policy
        self.startedAt = startedAt
        self.grace = grace
    }

    /// Prepares a binding for the table; gives the cause if it is to be dropped instead.
    public func admit(_ binding: inout Binding) -> Cause? {
        if binding.facts.path.transport.isReliable {
            // The numbers of connections begin anew.
            binding.facts.path.connection = .none
            binding.facts.reachability.connection = .gone
            switch loss(of: binding) {
            case .keep: break
            case .shorten(let seconds):
                let end = startedAt + .seconds(Int(seconds))
                binding.facts.expiresAt = min(binding.facts.expiresAt, end)
            case .remove: return .connectionLost
            }
        }
        binding.facts.expiresAt = max(binding.facts.expiresAt, startedAt + grace)
        return nil
    }

    private func loss(of binding: Binding) -> ConnectionLoss {
        guard binding.texts.path.isEmpty else { return .keep }
        let aor = binding.texts.aor
        let start = aor.lastIndex(of: 0x40).map { $0 + 1 } ?? 0
        let domain = policy.domainIndex(aor.span.extracting(start..<aor.count))
        return domain.map { policy.domains[$0].connectionLoss } ?? .keep
    }
}
