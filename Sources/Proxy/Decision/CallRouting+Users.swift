import BindingTable
import Registrar
import SIPMessage
import Timing

/// Requests for users of domains that are served here.
extension CallRouting {
    /// To the user of a domain that the Request-URI names.
    func toDomain(
        _ domain: Int,
        _ request: CallRequest,
        _ pass: Pass,
        _ ourselves: Ourselves,
    ) -> ProxyDecision {
        if pass.user == nil, let rule = denial(of: domain, ourselves.path) {
            return .refuse(.sourceDenied(rule: rule))
        }
        guard policy.domains[domain].calls.mode != .off else {
            return .refuse(request.isInDialog ? .noDialog : .methodNotAllowed)
        }
        guard request.uri.hasUser else { return .refuse(.unknownAOR) }
        if request.uri.parameter("gr", request.target.span) != nil {
            return toInstance(domain, request, ourselves)
        }
        var aor: [UInt8] = []
        request.uri.appendCanonicalAOR(request.target.span, to: &aor)
        return toAddress(aor, domain: domain, request, pass, ourselves)
    }

    /// To an address of record.
    func toAddress(
        _ aor: [UInt8],
        domain: Int,
        _ request: CallRequest,
        _ pass: Pass,
        _ ourselves: Ourselves,
    ) -> ProxyDecision {
        var wish = wish(aor, domain: domain, request)
        // A domain's next hop is for its own users.
        wish.isTrusted = pass.isProved && pass.user?.domain == domain
        return users(ourselves).decision(wish)
    }

    /// To the one instance that a GRUU names (RFC 5627 §6.1).
    private func toInstance(_ domain: Int, _ request: CallRequest, _ ourselves: Ourselves) -> ProxyDecision {
        let target = GRUU.target(
            of: request.uri,
            request.target.span,
            in: state,
            at: ourselves.now,
            using: tokens.worker
        )
        guard case .instance(let ids) = target else { return .refuse(.unknownAOR) }
        let bindings = ids.compactMap { state.table.binding($0) }.filter { $0.gone == nil }
        guard let aor = bindings.first?.texts.aor else { return .refuse(.noBinding) }
        let users = users(ourselves)
        if let reason = users.blocked(aor) { return .refuse(reason) }
        return users.decision(wish(aor, domain: domain, request), bindings)
    }

    func users(_ ourselves: Ourselves) -> LocalUsers {
        LocalUsers(state: state, policy: policy, now: ourselves.now, place: place)
    }

    private func wish(_ aor: [UInt8], domain: Int, _ request: CallRequest) -> LocalUsers.Wish {
        LocalUsers.Wish(aor: aor, domain: domain, text: request.target, uri: request.uri)
    }

    /// The rule that keeps a source out of a domain, whomever it names.
    func denial(of domain: Int, _ path: ReceivedFrom) -> UInt16? {
        guard !policy.domains[domain].rules.isEmpty else { return nil }
        let nobody: [UInt8] = []
        let access = policy.domains[domain].access(
            of: nobody.span,
            from: path.source.address,
            over: path.transport
        )
        guard case .denied(let rule) = access else { return nil }
        return rule
    }
}
