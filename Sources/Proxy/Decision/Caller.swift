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
    /// It comes by the flow by which it has set up the dialog as a user of ours: it may reach the other end, wherever that
    /// is, and not the next hop.
    var isVouched = false
    /// Realm whose Proxy-Authorization has proved it; empty: none had to.
    var realm: [UInt8] = []
}

extension CallRouting {
    /// RFC 3261 §16.3 step 6: who is it? Whoever says in From that it is a user of ours has to prove it; strangers may
    /// call our users as they are.
    func caller(
        _ request: CallRequest,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ ourselves: Ourselves,
    ) -> Caller {
        guard let from = try? SIPURI(bytes, in: request.fields.from.uri, part: .header(.from)),
            let domain = ourselves.domain(of: from, bytes), policy.domains[domain].calls.mode == .proxy
        else { return .stranger }
        var user = CallUser(domain: domain, aor: [])
        from.appendCanonicalAOR(bytes, to: &user.aor)
        let userCount = max(0, user.aor.count - policy.domains[domain].name.count - 1)
        let now = ourselves.now
        if !policy.blocks.isEmpty, let block = policy.blocks.aor(user.aor.span, at: now) {
            return .refused(.blockedAOR(seconds: block.secondsLeft(at: now)))
        }
        // Nobody can answer a challenge to an ACK; and what can only go to the other end of its dialog harms nobody else.
        user.isVouched = isVouched(request, ourselves)
        let isBound = request.isOfOurDialog && request.flow != nil && request.route.isEmpty
        if head.method == .ack || user.isVouched || isBound { return .user(user) }
        let aor = user.aor
        let name = aor.span.extracting(0..<(from.hasUser ? userCount : 0))
        let address = ourselves.path.source.address
        let access = policy.domains[domain].access(of: name, from: address, over: ourselves.path.transport)
        switch access {
        case .denied(let rule): return .refused(.sourceDenied(rule: rule))
        case .admitted, .open:
            if let reason = policy.domains[domain].objection(to: name, from: address) {
                return .refused(reason)
            }
            user.isTrusted = true
            return .user(user)
        case .digest: return prove(user, name: name, head, bytes, ourselves)
        }
    }

    /// The request comes by the flow of a user of ours that its own Route seals, as it was or as it is today.
    private func isVouched(_ request: CallRequest, _ ourselves: Ourselves) -> Bool {
        guard request.isInDialog else { return false }
        return request.sealed.contains { token in
            guard token.isTrusted else { return false }
            if token.path.isFlow(of: ourselves.path) { return true }
            guard let id = token.binding, let facts = state.table.facts(id), facts.expiresAt > ourselves.now
            else {
                return false
            }
            return facts.path.isFlow(of: ourselves.path)
        }
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

    /// The binding of an address of record by whose flow a request has come; nil: by none's.
    func binding(of aor: [UInt8], by path: ReceivedFrom, at now: Timestamp) -> BindingID? {
        var found: [BindingFacts] = []
        state.table.current(of: aor.span, at: now, into: &found)
        return found.first { $0.path.isFlow(of: path) }?.id
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
        proved.realm = policy.domains[domain].digest.realm
        return .user(proved)
    }

    /// What a user says of its identity beside From (RFC 3325 §5) is itself: we would have to take it back otherwise.
    private func assertsOnly(
        _ user: CallUser,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
    ) -> Bool {
        for header in [HeaderName.pPreferredIdentity, .pAssertedIdentity] where head.contains(header) {
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
