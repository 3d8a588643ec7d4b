import BindingTable
import Registrar
import SIPMessage
import Timing

extension CallRouting {
    /// RFC 3261 §16.5: where it goes, and whether it may.
    func destination(
        of request: CallRequest,
        from caller: Caller,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> ProxyDecision {
        let pass = Pass(request, caller, policy)
        if let flow = request.flow,
            let decision = bySealedFlow(flow.token, request, pass, bytes, ourselves)
        {
            return decision
        }
        if let next = request.route.first {
            guard mayLeave(request, pass, ourselves) else { return .refuse(.notARelay) }
            let uri = try? SIPURI(bytes, in: next, part: .header(.route))
            guard let uri else { return .refuse(.malformed(.route, offset: next.start)) }
            guard let hop = HostHop(uri, bytes) else { return .refuse(.unsupportedScheme) }
            return forward([[CallTarget(requestURI: request.target, hop: .host(hop))]], pass.policy)
        }
        if request.uri.scheme == .tel { return toNumber(request, pass, ourselves) }
        let target = request.target.span
        // In a dialog it is what the other end has put into its Contact: with a port that is none of ours, a place of its own.
        let isContact = request.isOfOurDialog && !ourselves.hasPortOfOurs(request.uri)
        if !isContact, request.uri.parameter("maddr", target) == nil,
            let domain = ourselves.domain(of: request.uri, target)
        {
            return toDomain(domain, request, pass, ourselves)
        }
        if request.isInDialog, let binding = contact(request, bytes, ourselves),
            let domain = domain(ofAOR: binding.texts.aor)
        {
            if let reason = users(ourselves).blocked(binding.texts.aor) { return .refuse(reason) }
            var target = targets(ourselves).target(of: binding)
            target.requestURI = request.target
            guard !target.isLost else { return .refuse(.flowFailed) }
            return forward([[target]], policy.domains[domain].calls, binding.texts.aor)
        }
        // A name of ours that is none of our domains: nobody is there.
        if ourselves.isNamed(by: request.uri, target) { return .refuse(.unknownAOR) }
        return elsewhere(request, pass, ourselves)
    }

    /// What a caller is let do.
    struct Pass {
        /// The rules of the caller's domain; of a stranger, those of the first domain that passes calls on.
        let policy: CallPolicy
        /// The caller, if it is a user of ours.
        let user: CallUser?
        /// It may send to others than our users.
        let isTrusted: Bool
        /// It may use the next hop, which may cost money.
        let isProved: Bool

        init(_ request: CallRequest, _ caller: Caller, _ policy: Policy) {
            if case .user(let user) = caller {
                self.user = user
                self.policy = policy.domains[user.domain].calls
            } else {
                user = nil
                self.policy = policy.domains.first { $0.calls.mode == .proxy }?.calls ?? CallPolicy()
            }
            isProved = user?.isTrusted == true && self.policy.mode == .proxy
            isTrusted = isProved || user?.isVouched == true
        }
    }

    func forward(
        _ groups: [[CallTarget]],
        _ policy: CallPolicy,
        _ aor: [UInt8] = [],
    ) -> ProxyDecision {
        .forward(ForwardPlan(groups: groups, policy: policy, aor: aor))
    }

    // MARK: In a dialog

    /// The flow or the hop that our Record-Route has sealed: a binding's of today, else as it was; what is left of Route is
    /// for who is there. Nil: there is another way, and the caller may go it.
    private func bySealedFlow(
        _ token: FlowToken,
        _ request: CallRequest,
        _ pass: Pass,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> ProxyDecision? {
        let binding = token.binding.flatMap { liveBinding($0, at: ourselves.now) }
        var calls = pass.policy
        if let aor = binding?.texts.aor, let domain = domain(ofAOR: aor) {
            calls = policy.domains[domain].calls
            if !request.endsDialog {
                if pass.user == nil, let rule = denial(of: domain, ourselves.path) {
                    return .refuse(.sourceDenied(rule: rule))
                }
                if let reason = users(ourselves).blocked(aor) { return .refuse(reason) }
            }
        }
        if token.isHop {
            // Where Route leads whoever may go there, it is the better name for the same place.
            if pass.isTrusted, !request.route.isEmpty { return nil }
            return toHop(token, of: binding, request, calls, bytes, ourselves)
        }
        var path = binding?.facts.path ?? token.path
        path.at = ourselves.now
        let isOpen = !path.transport.isReliable || state.connections.isOpen(path.connection)
        if !isOpen {
            if pass.isTrusted, token.binding == nil || !request.route.isEmpty { return nil }
            // As a new call would find it, if that is by another way.
            return binding == nil
                ? .refuse(.flowFailed) : toHop(token, of: binding, request, calls, bytes, ourselves)
        }
        var target = CallTarget(requestURI: request.target, hop: .flow(path), binding: binding?.facts.id)
        // A proxy that has recorded its own route is at the port that it names, wherever it has sent from.
        if path.transport == .udp, pass.isTrusted || token.binding == nil, let next = request.route.first,
            let hop = hop(of: next, bytes), hop.address == path.source.address,
            hop.numericServer?.transport == .udp
        {
            target.hop = .host(hop)
        }
        return forward([[target]], calls, binding?.texts.aor ?? [])
    }

    /// To the hop of a binding that sits behind others, or whose connection has ended: as its Path or Contact names it
    /// today. With its Path, unless what is left of Route leads by the same hosts: a stranger's Route may name anybody.
    private func toHop(
        _ token: FlowToken,
        of binding: Binding?,
        _ request: CallRequest,
        _ calls: CallPolicy,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> ProxyDecision {
        let server = ServerAddress(transport: token.path.transport, endpoint: token.path.source)
        var target = CallTarget(requestURI: request.target, hop: .host(HostHop(server)))
        var known = [HostHop(server).host]
        if let binding {
            let today = targets(ourselves).target(of: binding)
            guard !today.isLost else { return .refuse(.flowFailed) }
            target.binding = binding.facts.id
            (target.hop, target.route) = (today.hop, today.route)
            known += today.route.compactMap { HostHop(route: $0)?.host }
        }
        let isKnown = request.route.allSatisfy { value in
            hop(of: value, bytes).map { known.contains($0.host) } == true
        }
        if isKnown, !request.route.isEmpty {
            target.route = []
            if case .flow = target.hop { target.hop = .host(HostHop(server)) }
        }
        var plan = ForwardPlan(groups: [[target]], policy: calls, aor: binding?.texts.aor ?? [])
        plan.dropsRoute = !isKnown
        return .forward(plan)
    }

    private func targets(_ ourselves: Ourselves) -> AddressTargets {
        AddressTargets(state: state, now: ourselves.now, place: place)
    }

    /// Where a value of Route leads; nil if it can't be read.
    private func hop(of value: ByteRange, _ bytes: Span<UInt8>) -> HostHop? {
        (try? SIPURI(bytes, in: value, part: .header(.route))).flatMap { HostHop($0, bytes) }
    }

    /// The binding whose contact the Request-URI is, of the one or the other end's address of record.
    private func contact(
        _ request: CallRequest,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> Binding? {
        var aors: [[UInt8]] = []
        func add(_ aor: [UInt8]) {
            if !aors.contains(aor) { aors.append(aor) }
        }
        var user: [UInt8] = []
        request.target.span.appendUnescaped(uriPart: request.uri.user, to: &user)
        for address in [request.fields.to, request.fields.from] {
            guard let uri = try? SIPURI(bytes, in: address.uri), let domain = ourselves.domain(of: uri, bytes)
            else { continue }
            if address == request.fields.to {
                var aor: [UInt8] = []
                uri.appendCanonicalAOR(bytes, to: &aor)
                add(aor)
            }
            if !user.isEmpty { add(user + [0x40] + policy.domains[domain].name) }
        }
        guard !aors.isEmpty else { return nil }
        return AddressTargets(state: state, now: ourselves.now)
            .binding(ofContact: request.uri, request.target, among: aors)
    }

    // MARK: Elsewhere

    /// Not an open relay: only for whom we know, and for what belongs to a dialog of ours. An ACK can't prove anything;
    /// it has to come by the flow of its user.
    private func mayLeave(_ request: CallRequest, _ pass: Pass, _ ourselves: Ourselves) -> Bool {
        if pass.isTrusted { return true }
        guard request.method == .ack, let user = pass.user else { return false }
        return binding(of: user.aor, by: ourselves.path, at: ourselves.now) != nil
    }

    /// To the next hop of the caller's domain, else to the host of the Request-URI.
    private func elsewhere(_ request: CallRequest, _ pass: Pass, _ ourselves: Ourselves) -> ProxyDecision {
        guard mayLeave(request, pass, ourselves) else { return .refuse(.notARelay) }
        // In a dialog the Request-URI is where the other end wants to be reached.
        let nextHop = request.isOfOurDialog ? [] : pass.policy.nextHop
        let hop = nextHop.isEmpty ? HostHop(request.uri, request.target.span) : HostHop(nextHop)
        guard let hop else { return .refuse(.unsupportedScheme) }
        guard !hop.isUnresolvable else {
            return .refuse(request.isInDialog ? .flowFailed : .hostNotFound)
        }
        return forward([[CallTarget(requestURI: request.target, hop: .host(hop))]], pass.policy)
    }

    /// A telephone number: of a user of the caller's domain, else for the next hop (RFC 3261 §19.1.6).
    private func toNumber(_ request: CallRequest, _ pass: Pass, _ ourselves: Ourselves) -> ProxyDecision {
        guard let user = pass.user else { return .refuse(.unsupportedScheme) }
        let domain = policy.domains[user.domain]
        let number = request.target.span.array(request.uri.user).filter { !Self.separators.contains($0) }
        let aor = number + [0x40] + domain.name
        let users = users(ourselves)
        if users.isKnown(number, domain: user.domain) || !users.bindings(of: aor, domain: user.domain).isEmpty
        {
            return toAddress(aor, domain: user.domain, request, pass, ourselves)
        }
        guard let hop = HostHop(domain.calls.nextHop) else { return .refuse(.unsupportedScheme) }
        guard pass.isProved else { return .refuse(.notARelay) }
        return forward([[CallTarget(requestURI: request.target, hop: .host(hop))]], domain.calls)
    }

    /// What may stand between the digits of a number (RFC 3966 §5.1.1).
    private static let separators: [UInt8] = Array("-.()".utf8)
}
