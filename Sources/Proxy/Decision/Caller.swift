import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// Who asks for a request to be passed on.
enum Caller {
    /// A user of a domain that is served here, which may send elsewhere too: it has proved its account, or a rule of
    /// the domain lets it in without.
    case user(CallUser)
    /// Somebody else: may reach our users and nobody else.
    case stranger
    /// Not let in.
    case refused(RefusalReason)
}

/// A user of a domain that is served here.
struct CallUser {
    /// The domain's index in the policy.
    var domain: Int
    /// Canonical address of record that From names.
    var aor: [UInt8]
    /// It has proved it, or need not: it may send elsewhere.
    var isTrusted = false
    /// It comes by the flow that its dialog knows as a user of ours: it may reach the other end, wherever that is, and
    /// neither the next hop nor say whom it stands for.
    var isVouched = false
}

extension CallRouting {
    /// RFC 3261 §16.3 step 6: who is it? Whoever says in From that it is a user of ours has to prove it, unless the flow by
    /// which it comes does; strangers may call our users as they are.
    func caller(
        _ request: CallRequest,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> Caller {
        let said = user(request.fields.from, bytes, ourselves)
        let vouched = vouchedUser(request, saying: said, bytes, ourselves)
        guard let user = vouched ?? said else { return .stranger }
        if !request.endsDialog, let reason = users(ourselves).blocked(user.aor) { return .refused(reason) }
        // Who says what the dialog knows from its beginning gets to the flow of the other end, and nowhere else.
        if vouched == nil, let flow = request.flow, flow.nameIsSame, leads(flow.token, ourselves) {
            return .stranger
        }
        let domain = user.domain
        let aor = user.aor
        let name = aor.span.extracting(0..<max(0, aor.count - policy.domains[domain].name.count - 1))
        let address = ourselves.path.source.address
        if user.isVouched {
            if !request.endsDialog, let reason = policy.domains[domain].objection(to: name, from: address) {
                return .refused(reason)
            }
            return .user(user)
        }
        // Nobody can answer a challenge to an ACK.
        if head.method == .ack { return .user(user) }
        let access = policy.domains[domain].access(of: name, from: address, over: ourselves.path.transport)
        switch access {
        case .denied(let rule): return .refused(.sourceDenied(rule: rule))
        case .admitted, .open:
            if let reason = policy.domains[domain].objection(to: name, from: address) {
                return .refused(reason)
            }
            var admitted = user
            admitted.isTrusted = true
            return .user(admitted)
        case .digest: return prove(user, name: name, head, bytes, ourselves)
        }
    }

    /// The user of a domain of ours that an address names.
    private func user(_ end: NameAddress, _ bytes: Span<UInt8>, _ ourselves: Ourselves) -> CallUser? {
        guard let uri = try? SIPURI(bytes, in: end.uri), let domain = ourselves.domain(of: uri, bytes)
        else { return nil }
        var user = CallUser(domain: domain, aor: [])
        uri.appendCanonicalAOR(bytes, to: &user.aor)
        return user
    }

    /// The user of ours by whose flow, which its own Route seals, the request comes, as that was or as it is today. From may
    /// say something else, but not that it is another user of ours: a phone that has been called as `sip:+49…@provider`
    /// answers as that.
    private func vouchedUser(
        _ request: CallRequest,
        saying said: CallUser?,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> CallUser? {
        for sealed in request.sealed where sealed.isSenders && sealed.token.isTrusted {
            let token = sealed.token
            let binding = token.binding.flatMap { liveBinding($0, at: ourselves.now) }
            guard comes(request, from: token, of: binding, by: ourselves.path),
                said == nil || sealed.nameIsSame || said?.aor == binding?.texts.aor
            else { continue }
            let any = policy.domains.firstIndex { $0.calls.mode == .proxy }
            var found = said ?? any.map { CallUser(domain: $0, aor: []) }
            if let aor = binding?.texts.aor, let domain = domain(ofAOR: aor) {
                found = CallUser(domain: domain, aor: aor)
            }
            found?.isVouched = true
            if let found { return found }
        }
        return nil
    }

    /// A request comes by the flow that a token names, which is nobody else's. An ACK can't be asked again, so that the
    /// address has to do for it: when a NAT has given its user another port, or a proxy is in between.
    private func comes(
        _ request: CallRequest,
        from token: FlowToken,
        of binding: Binding?,
        by path: ReceivedFrom,
    ) -> Bool {
        if request.method == .ack, token.path.source.address == path.source.address { return true }
        guard !token.isHop, !token.isShared, !request.hasComeByOthers else { return false }
        if let binding, binding.texts.path.isEmpty, binding.facts.path.isFlow(of: path) { return true }
        return token.path.isFlow(of: path)
    }

    /// What a token names can be sent to now.
    private func leads(_ token: FlowToken, _ ourselves: Ourselves) -> Bool {
        if token.isHop || !token.path.transport.isReliable { return true }
        return state.connections.isOpen(token.path.connection)
            || token.binding.flatMap { liveBinding($0, at: ourselves.now) } != nil
    }

    /// A binding that is there and has not expired.
    func liveBinding(_ id: BindingID, at now: Timestamp) -> Binding? {
        state.table.binding(id).flatMap { $0.gone == nil && $0.facts.expiresAt > now ? $0 : nil }
    }

    /// The domain with calls that an address of record belongs to.
    func domain(ofAOR aor: [UInt8]) -> Int? {
        let domain = aor.lastIndex(of: 0x40).flatMap {
            policy.domainIndex(aor.span.extracting($0 + 1..<aor.count))
        }
        return domain.flatMap { policy.domains[$0].calls.mode == .proxy ? $0 : nil }
    }

    /// A rule of a domain with calls lets a source in without a password, whomever it names.
    func isTrunk(_ path: ReceivedFrom) -> Bool {
        let nobody: [UInt8] = []
        return policy.domains.contains { domain in
            guard domain.calls.mode == .proxy, !domain.rules.isEmpty else { return false }
            let access = domain.access(of: nobody.span, from: path.source.address, over: path.transport)
            return if case .admitted = access { true } else { false }
        }
    }

    /// The binding of an address of record by whose flow a request has come; nil: by none's, or by several's.
    func binding(of aor: [UInt8], by path: ReceivedFrom, at now: Timestamp) -> BindingID? {
        var found: [BindingFacts] = []
        state.table.current(of: aor.span, at: now, into: &found)
        let ours = found.filter { $0.path.isFlow(of: path) }
        return ours.count == 1 ? ours[0].id : nil
    }

    /// RFC 3261 §22.3: an account of the domain, which must be the one that From names.
    private func prove(
        _ user: CallUser,
        name: Span<UInt8>,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> Caller {
        let domain = user.domain
        let result = state.verifier.verify(
            head,
            bytes,
            header: .proxyAuthorization,
            policy: policy.domains[domain].digest,
            accounts: policy.domains[domain].accounts,
            now: ourselves.now,
            using: tokens.worker
        )
        switch result.verdict {
        case .granted: break
        case .challenge: return .refused(.challenge)
        case .nonceUnknown: return .refused(.nonceUnknown)
        case .stale: return .refused(.staleNonce)
        case .replay(let count): return .refused(.replay(nonceCount: count))
        case .unknownUser: return .refused(.unknownUser)
        case .wrongPassword: return .refused(.wrongPassword)
        // For another realm: for another proxy (RFC 3261 §22.3), so this one has not been answered yet.
        case .badCredentials(.realm): return .refused(.challenge)
        case .badCredentials(let check): return .refused(.badCredentials(check))
        }
        let account = bytes.extracting(bytes.within(result.user))
        if let reason = policy.domains[domain].objection(to: account, from: ourselves.path.source.address) {
            return .refused(reason)
        }
        guard account.equals(name) || account.equals(user.aor.span),
            assertsOnly(user, head, bytes)
        else { return .refused(.notAllowedForAOR) }
        var proved = user
        proved.isTrusted = true
        return .user(proved)
    }

    /// What a user says of its identity beside From (RFC 3325 §5) is itself: we would have to take it back otherwise.
    private func assertsOnly(
        _ user: CallUser,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
    ) -> Bool {
        for header in [HeaderName.pPreferredIdentity, .pAssertedIdentity, .remotePartyID]
        where head.contains(header) {
            var values = HeaderValues<NameAddress>(header)
            do throws(ParseError) {
                while let value = try values.next(in: head, bytes) {
                    let uri = try SIPURI(bytes, in: value.uri, part: .header(header))
                    guard isName(uri, bytes, of: user) else { return false }
                }
            } catch {
                return false
            }
        }
        return true
    }

    /// A SIP URI that is the user's address of record, or a telephone number that is its name.
    private func isName(_ uri: SIPURI, _ bytes: Span<UInt8>, of user: CallUser) -> Bool {
        var aor: [UInt8] = []
        if uri.appendCanonicalAOR(bytes, to: &aor) { return aor == user.aor }
        guard uri.scheme == .tel else { return false }
        return bytes.array(uri.user) + [0x40] + policy.domains[user.domain].name == user.aor
    }
}

extension ReceivedFrom {
    /// What came so came by the same flow.
    fileprivate func isFlow(of other: ReceivedFrom) -> Bool {
        source == other.source && transport == other.transport && connection == other.connection
    }
}
