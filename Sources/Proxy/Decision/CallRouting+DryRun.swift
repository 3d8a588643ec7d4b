import BindingTable
public import Registrar
import SIPMessage
public import Timing

extension CallRouting {
    /// What a call to an address of record would do now, by the same code: for `regtop route` and the console's
    /// "a call now". It sends nothing and asks nobody for a password: it is as if one of the domain's own users called.
    ///
    /// Targets that no way leads to come last, in a group of their own, so that it is seen why they are left out; a
    /// real call is refused as unreachable if there are no others. A domain that passes no calls on (``isOff(aor:_:)``)
    /// is told as if it were a proxy: that is what turning calls on would bring.
    ///
    /// - Parameters:
    ///   - aor: `user@domain`, canonical as the table has it.
    ///   - place: where the proxy stands, if it does anywhere; what leads back to itself is lost then.
    public static func dryRun(
        aor: [UInt8],
        in state: RegistrarState,
        place: ProxyPlace?,
        at now: Timestamp,
    ) -> ProxyDecision {
        let policy = state.policy.current
        guard let at = aor.lastIndex(of: 0x40), let domain = policy.domainIndex(of: aor) else {
            return .refuse(.notOurDomain)
        }
        var text = Array("sip:".utf8)
        text.appendEscapedUser(aor.span.extracting(0..<at))
        text.append(contentsOf: aor[at...])
        guard let uri = text.uri else { return .refuse(.unknownAOR) }
        let decision = LocalUsers(state: state, policy: policy, now: now, place: place).decision(
            LocalUsers.Wish(
                aor: aor,
                domain: domain,
                text: text,
                uri: uri,
                isTrusted: true,
                includesLost: true
            )
        )
        guard case .forward(var plan) = decision else { return decision }
        // As for an INVITE.
        plan.recordsRoute = plan.policy.recordsRoute
        return .forward(plan)
    }

    /// The domain of an address of record passes no calls on: they are answered 405.
    public static func isOff(aor: [UInt8], _ policy: Policy) -> Bool {
        policy.domainIndex(of: aor).map { policy.domains[$0].calls.mode == .off } ?? false
    }
}

extension Policy {
    /// The domain of an address of record, if it is served here.
    fileprivate func domainIndex(of aor: [UInt8]) -> Int? {
        aor.lastIndex(of: 0x40).flatMap { domainIndex(aor.span.extracting($0 + 1..<aor.count)) }
    }
}
