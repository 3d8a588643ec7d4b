import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// Decides where a request goes (RFC 3261 §16.3 to §16.5). Sends nothing, and changes nothing but the replay window of
/// nonces; belongs to one thread.
///
/// In the order of §16.3: what the request is, whether it goes round, who asks; then §16.4, what of its Route is ours;
/// then §16.5, the targets: by the flow that our own Record-Route has sealed, by Route, to a user of ours, to a contact
/// of one, to the next hop of the caller's domain, or to the host of the Request-URI.
public struct CallRouting {
    /// What the registrar's loops share.
    let state: RegistrarState
    /// Where we stand on the network.
    let place: ProxyPlace
    /// Seals and opens what Record-Route names.
    let tokens: FlowTokens
    /// The policy in force when it was last looked at.
    private(set) var policy: Policy
    private var policyVersion: UInt64

    /// Decisions over the bindings and the policy of a registrar.
    init(state: RegistrarState, place: ProxyPlace, worker: DigestWorker) {
        self.state = state
        self.place = place
        tokens = FlowTokens(mint: state.verifier.mint, worker: worker)
        policyVersion = state.policy.version
        policy = state.policy.current
    }

    /// Takes the policy that is in force now; `decide` does it first.
    mutating func takePolicy() {
        let version = state.policy.version
        guard version != policyVersion else { return }
        policyVersion = version
        policy = state.policy.current
    }

    /// What is to be done with a request that begins or is inside a dialog; CANCEL is not asked about, ACK is (an ACK
    /// to a 2xx is routed like any in-dialog request).
    mutating func decide(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        from path: ReceivedFrom,
        via: Via,
        at now: Timestamp,
    ) -> ProxyDecision {
        takePolicy()
        let ourselves = Ourselves(
            policy: policy,
            place: place,
            tokens: tokens,
            table: state.table,
            path: path,
            now: now
        )
        let decision = route(head, bytes, via: via, ourselves)
        // An ACK is never answered (RFC 3261 §17).
        if head.method == .ack {
            guard case .forward = decision else { return .drop }
        }
        return decision
    }

    private func route(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        via: Via,
        _ ourselves: Ourselves,
    ) -> ProxyDecision {
        guard head.kind == .request else { return .drop }
        let (path, now) = (ourselves.path, ourselves.now)
        if !policy.blocks.isEmpty, let block = policy.blocks.source(path.source.address, at: now) {
            return .refuse(.blockedSource(seconds: block.secondsLeft(at: now)))
        }
        if let failure = head.failure { return .refuse(policy.reason(of: failure)) }
        let request: CallRequest
        let limits: Limits
        do throws(ParseError) {
            request = try CallRequest(head, bytes, ourselves)
            switch try checked(request, head, bytes) {
            case .limits(let found): limits = found
            case .refuse(let reason): return .refuse(reason)
            }
        } catch {
            return .refuse(policy.reason(of: error))
        }
        let caller = caller(request, head, bytes, ourselves)
        if case .refused(let reason) = caller { return .refuse(reason) }
        var decision = destination(of: request, from: caller, head, bytes, ourselves)
        guard case .forward(var plan) = decision else { return decision }
        complete(&plan, request, caller, limits, via: via, head, bytes, ourselves)
        decision = .forward(plan)
        return decision
    }

    // MARK: RFC 3261 §16.3

    /// What a request leaves of its hops and branches.
    struct Limits {
        var maxForwards: UInt8
        var breadth: UInt16?
        var loop: UInt64
    }

    private enum Check {
        case limits(Limits)
        case refuse(RefusalReason)
    }

    /// Scheme, Max-Forwards, loops, Proxy-Require and Max-Breadth.
    private func checked(
        _ request: CallRequest,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
    ) throws(ParseError) -> Check {
        guard request.uri.isSIP || request.uri.scheme == .tel else { return .refuse(.unsupportedScheme) }
        // What we add must leave room, or its CANCEL and its ACK could not be made.
        guard head.count <= MessageHead.capacity - Self.fieldsAdded else {
            return .refuse(.messageTooLarge(limit: UInt32(clamping: policy.limits.messageBytes)))
        }
        let hops = request.fields.maxForwards ?? Self.usualHops
        guard hops > 0 else { return .refuse(.tooManyHops) }
        let loop = loopHash(head, bytes)
        if hasBeenHere(head, bytes, loop) { return .refuse(.requestLoops) }
        if head.contains(.proxyRequire), head.method != .ack {
            var tags = HeaderValues<Token>(.proxyRequire)
            // Nothing that a proxy has to understand is understood here.
            if try tags.next(in: head, bytes) != nil { return .refuse(.badExtension) }
        }
        let breadth = try head.maxBreadth(bytes)
        if breadth == 0 { return .refuse(.breadthExceeded) }
        return .limits(Limits(maxForwards: hops - 1, breadth: breadth, loop: loop))
    }

    /// Header fields that are kept free for ours: Via, Record-Route, Max-Forwards, Max-Breadth, Route, Content-Length.
    private static let fieldsAdded = 16

    /// Max-Forwards of a request that has none is as if it came with one more than we write (RFC 3261 §16.6 step 3).
    private static let usualHops: UInt8 = 71

    /// Keyed hash of what the way is decided from, the same whatever the method (RFC 5393 §4.2.1).
    private func loopHash(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> UInt64 {
        var text: [UInt8] = []
        text.append("loop ")
        text.append(bytes.extracting(bytes.within(head.requestURI)))
        for header in [HeaderName.callID, .route] {
            var next = head.firstIndex(of: header)
            while let index = next, let field = head[index] {
                text.append(0x0a)
                text.append(bytes.extracting(bytes.within(field.value)))
                next = head.index(after: index)
            }
        }
        return state.table.hash(text.span)
    }

    /// One of the hops that it has come over was ours, and decided from the same (RFC 3261 §16.3 step 4).
    private func hasBeenHere(_ head: borrowing MessageHead, _ bytes: Span<UInt8>, _ loop: UInt64) -> Bool {
        var vias = HeaderValues<Via>(.via)
        while let via = try? vias.next(in: head, bytes) {
            if let branch = ProxyBranch(bytes, of: via), branch.loop == loop { return true }
        }
        return false
    }

    // MARK: The rest of the plan

    private func complete(
        _ plan: inout ForwardPlan,
        _ request: CallRequest,
        _ caller: Caller,
        _ limits: Limits,
        via: Via,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) {
        plan.maxForwards = limits.maxForwards
        plan.breadth = min(limits.breadth ?? plan.policy.breadth, max(1, plan.policy.breadth))
        plan.loop = limits.loop
        plan.consumedRoutes = request.consumed
        plan.consumesLastRoute = request.consumesLast
        switch request.method {
        case .invite, .subscribe, .notify, .refer: plan.recordsRoute = plan.policy.recordsRoute
        default: plan.recordsRoute = false
        }
        if head.contains(.proxyAuthorization) { plan.ownRealms = policy.domains.map(\.digest.realm) }
        var aor: [UInt8] = []
        if case .user(let user) = caller {
            plan.isCallerTrusted = user.isTrusted || user.isVouched
            plan.passesIdentity = user.isTrusted
            aor = user.aor
        }
        if !plan.passesIdentity { plan.passesIdentity = isTrunk(ourselves.path) }
        guard plan.recordsRoute else { return }
        let path = ourselves.path
        let fields = request.fields
        plan.seal = DialogSeal(fields, begunBy: fields.from, with: fields.to, bytes, state.table)
        if !aor.isEmpty { plan.caller = binding(of: aor, by: path, at: ourselves.now) }
        plan.isCallersFlowShared = request.hasComeByOthers || plan.caller.map(isBehindOthers) == true
        // A user of ours shows by it later who it is. Over UDP a stranger that is where it says needs none: its Contact leads
        // to it.
        let isWhereItSays =
            via.host.address(bytes) == path.source.address && (via.port ?? 5_060) == path.source.port
        plan.keepsCallerFlow = plan.isCallerTrusted || path.transport.isReliable || !isWhereItSays
    }

    /// There is a proxy between a binding's phone and us: it has a Path.
    private func isBehindOthers(_ binding: BindingID) -> Bool {
        state.table.binding(binding).map { !$0.texts.path.isEmpty } ?? false
    }
}
