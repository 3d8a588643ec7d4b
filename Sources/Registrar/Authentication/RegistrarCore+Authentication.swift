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
        guard !policy.domains[request.domain].isOpen else {
            request.badges.insert(.open)
            return .granted
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

    /// RFC 3261 §10.3 steps 4 and 5: may this user register this address of record, and is there one?
    ///
    /// An account is for the address of record of its own name: the user name is the user part, or the
    /// whole `user@domain`. Under open registration anybody is anybody.
    func authorize(_ bytes: Span<UInt8>, _ request: RegisterRequest, userCount: Int) -> RefusalReason? {
        let aor = bench.aor.span
        if !policy.domains[request.domain].isOpen {
            let account = bytes.extracting(request.account.bounds)
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
}
