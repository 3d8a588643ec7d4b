import BindingTable
import SIPDigest
import SIPMessage

/// What the domain's rules say to who asks.
enum Admission: BitwiseCopyable {
    /// Goes on.
    case granted
    /// The credentials are right but were used before. Goes on only if the request turns out to be one
    /// that was done already and comes again.
    case onlyIfRepeated(RefusalReason)
    /// Refused.
    case refused(RefusalReason)
}

extension RegistrarCore {
    /// RFC 3261 §10.3 step 3: who is it? Before any binding is looked at; costs the same digests whether
    /// there is such a user or not.
    ///
    /// Leaves the proved user in `request.account`, and badges for what was let pass.
    mutating func authenticate(
        _ bytes: Span<UInt8>,
        _ request: inout RegisterRequest,
        _ context: RequestContext,
        _ handling: inout Handling,
    ) -> Admission {
        switch access(of: request, bytes, context.path) {
        case .denied(let rule): return .refused(.sourceDenied(rule: rule))
        case .admitted(let rule):
            request.badges.insert(.byAddress)
            handling.exchange.accessRule = rule
            return .granted
        case .open:
            request.badges.insert(.open)
            return .granted
        case .digest: break
        }
        let result = state.verifier.verify(
            head,
            bytes,
            policy: policy.domains[request.domain].digest,
            accounts: policy.domains[request.domain].accounts,
            now: context.path.at,
            using: worker
        )
        handling.exchange.findings = result.findings
        if result.leniencies.contains(.md5) { request.badges.insert(.md5) }
        if result.leniencies.contains(.legacy) { request.badges.insert(.legacyDigest) }
        if result.leniencies.contains(.uri) { request.badges.insert(.digestURI) }
        request.account = result.user
        switch result.verdict {
        case .granted: return .granted
        case .challenge: return .refused(.challenge)
        case .nonceUnknown: return .refused(.nonceUnknown)
        case .stale: return .refused(.staleNonce)
        case .replay(let count): return .onlyIfRepeated(.replay(nonceCount: count))
        case .unknownUser: return .refused(.unknownUser)
        case .wrongPassword: return .refused(.wrongPassword)
        case .badCredentials(let check): return .refused(.badCredentials(check))
        }
    }

    /// What the domain's rules by source address say, before anything is known about the user: a source that is
    /// denied is told the same whomever it names. Where there are no rules this costs one question.
    private mutating func access(
        of request: RegisterRequest,
        _ bytes: Span<UInt8>,
        _ path: ReceivedFrom,
    ) -> AccessVerdict {
        let domain = request.domain
        guard !policy.domains[domain].rules.isEmpty else {
            return policy.domains[domain].isOpen ? .open : .digest
        }
        var count = 0
        var length = 0
        if head.method == .subscribe {
            // Whom it watches is on the bench: its Request-URI says so, or its dialog, whatever its To.
            length = bench.aor.lastIndex(of: 0x40) ?? 0
        } else if case .user(let count) = canonicalize(request.fields.to, bytes, domain: domain) {
            length = count
        }
        if length > 0 {
            let aor = bench.aor.span
            let name = policy.domains[domain].name
            // A rule names users of its own domain.
            let isOurs = equal(aor.extracting(length + 1..<aor.count), name.span)
            count = isOurs ? length : 0
        }
        return policy.domains[domain].access(
            of: bench.aor.span.extracting(0..<count),
            from: path.source.address,
            over: path.transport
        )
    }

    /// RFC 3261 §10.3 steps 4 and 5: may this user register this address of record, and is there one?
    ///
    /// An account is for the address of record of its own name: the user name is the user part, or the
    /// whole `user@domain`. Under open registration anybody is anybody, and so is whom a rule let in. That an
    /// account is disabled, or not for this address, is only said to whoever has proved to be its owner.
    func authorize(
        _ bytes: Span<UInt8>,
        _ request: RegisterRequest,
        _ path: ReceivedFrom,
        userCount: Int,
    ) -> RefusalReason? {
        let aor = bench.aor.span
        let isProved = request.badges.isDisjoint(with: [.open, .byAddress])
        let account = bytes.extracting(request.account.bounds)
        if !policy.domains[request.domain].accountRules.isEmpty {
            let address = path.source.address
            let reason =
                isProved
                ? policy.domains[request.domain].objection(to: account, from: address)
                : policy.domains[request.domain].objection(to: aor.extracting(0..<userCount), from: address)
            if let reason { return reason }
        }
        if isProved {
            guard equal(account, aor.extracting(0..<userCount)) || equal(account, aor) else {
                return .notAllowedForAOR
            }
        }
        let name = policy.domains[request.domain].name
        guard userCount > 0, equal(aor.extracting(userCount + 1..<aor.count), name.span) else {
            return .unknownAOR
        }
        return nil
    }

    // MARK: Rates

    /// This source asks faster than the settings allow; before any digest work.
    func tooFast(_ path: ReceivedFrom) -> RefusalReason? {
        let rate = policy.rates.source
        guard rate > 0 else { return nil }
        let key = TokenBuckets.Key(source: path.source.address)
        return state.sourceRates.admits(key, rate: rate, at: path.at)
            ? nil : .tooFast(retryAfter: RatePolicy.retryAfter)
    }

    /// The address of record on the bench is registered faster than the settings allow.
    func tooFastForAOR(_ path: ReceivedFrom) -> RefusalReason? {
        let rate = policy.rates.aor
        guard rate > 0 else { return nil }
        let key = TokenBuckets.Key(hash: state.table.hash(bench.aor.span))
        return state.aorRates.admits(key, rate: rate, at: path.at)
            ? nil : .tooFast(retryAfter: RatePolicy.retryAfter)
    }
}
