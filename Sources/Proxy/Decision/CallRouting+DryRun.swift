import BindingTable
public import Registrar
import SIPMessage
public import Timing

extension CallRouting {
    /// What a call to an address of record would do now, by the same code: for `regtop route` and the console's
    /// "a call now". It sends nothing and asks nobody for a password: it is as if one of the domain's own users called.
    ///
    /// Targets that no way leads to come last, in a group of their own, so that it is seen why they are left out; a
    /// real call is refused as unreachable if there are no others.
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
        guard let at = aor.lastIndex(of: 0x40),
            let domain = policy.domainIndex(aor.span.extracting(at + 1..<aor.count))
        else { return .refuse(.notOurDomain) }
        guard policy.domains[domain].calls.mode != .off else { return .refuse(.methodNotAllowed) }
        var text = Array("sip:".utf8)
        text.appendEscapedUser(aor.span.extracting(0..<at))
        text.append(contentsOf: aor[at...])
        guard let uri = text.uri else { return .refuse(.unknownAOR) }
        return LocalUsers(state: state, policy: policy, now: now, place: place).decision(
            LocalUsers.Wish(
                aor: aor,
                domain: domain,
                text: text,
                uri: uri,
                isTrusted: true,
                includesLost: true
            )
        )
    }
}
