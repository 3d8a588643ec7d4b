import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Timing

/// The users of the domains that are served here: what a request for one of them leads to. The same whether it is to be
/// passed on or only asked about.
struct LocalUsers {
    let state: RegistrarState
    let policy: Policy
    let now: Timestamp
    /// Where we stand, as far as it is known.
    var place: ProxyPlace?

    /// A request for an address of record.
    struct Wish {
        /// Canonical, and the index of its domain.
        var aor: [UInt8]
        var domain: Int
        /// The Request-URI.
        var text: [UInt8]
        var uri: SIPURI
        /// Who asks may use the domain's next hop.
        var isTrusted = false
        /// Lost targets are listed too.
        var includesLost = false
    }

    /// What is done with it. That its domain takes calls at all is for who asks to see to.
    func decision(_ wish: Wish) -> ProxyDecision {
        if let reason = blocked(wish.aor) { return .refuse(reason) }
        let bindings = bindings(of: wish.aor, domain: wish.domain)
        guard bindings.isEmpty else { return decision(wish, bindings) }
        let user = user(of: wish.aor, domain: wish.domain)
        let isKnown = isKnown(user, domain: wish.domain)
        let calls = policy.domains[wish.domain].calls
        // The next hop may cost money: it is for our own users only.
        if calls.mode != .redirect, wish.isTrusted, !isKnown, let hop = HostHop(calls.nextHop) {
            let target = CallTarget(requestURI: wish.text, hop: .host(hop))
            return .forward(ForwardPlan(groups: [[target]], policy: calls))
        }
        return .refuse(isKnown || policy.domains[wish.domain].isOpen ? .noBinding : .unknownAOR)
    }

    /// What is done with it if these bindings are whom it is for.
    func decision(_ wish: Wish, _ bindings: [Binding]) -> ProxyDecision {
        let calls = policy.domains[wish.domain].calls
        if calls.mode == .redirect {
            return Redirection.decision(bindings, from: wish.uri, wish.text, at: now)
        }
        let search = AddressTargets(state: state, now: now, isSecure: wish.uri.scheme == .sips, place: place)
        let groups = search.groups(
            of: bindings,
            includesLost: wish.includesLost,
            breadth: max(1, calls.breadth)
        )
        guard !groups.isEmpty else { return .refuse(.unreachable) }
        return .forward(ForwardPlan(groups: groups, policy: calls, aor: wish.aor))
    }

    // MARK: Who is there

    /// The current bindings of an address of record: its own, else, if it is one of a list of numbers, those that stand
    /// for the list, each with the number as its user (RFC 6140 §5.2).
    func bindings(of aor: [UInt8], domain: Int) -> [Binding] {
        let own = state.table.bindings(of: aor, at: now).filter { !$0.facts.badges.contains(.bulk) }
        let numbers = policy.domains[domain].extensions.numbers
        guard own.isEmpty, !numbers.isEmpty else { return own }
        let user = user(of: aor, domain: domain)
        for list in numbers where NumberList.contains(list.text, user) {
            let account = list.user + [0x40] + policy.domains[domain].name
            let bindings = state.table.bindings(of: account, at: now)
            return bindings.filter { $0.facts.badges.contains(.bulk) }.map { binding in
                var named = binding
                named.texts.contact = NumberList.contact(binding.texts.contact, for: user)
                return named
            }
        }
        return []
    }

    /// An account of the domain, or a number that one of its accounts may register.
    func isKnown(_ user: [UInt8], domain: Int) -> Bool {
        let aor = user + [0x40] + policy.domains[domain].name
        let realm = policy.domains[domain].digest.realm
        return policy.domains[domain].accounts.contains(user: user.span, realm: realm.span)
            || policy.domains[domain].accounts.contains(user: aor.span, realm: realm.span)
            || policy.domains[domain].extensions.numbers.contains { NumberList.contains($0.text, user) }
    }

    /// Why an address of record is not to be called at all.
    func blocked(_ aor: [UInt8]) -> RefusalReason? {
        guard !policy.blocks.isEmpty, let block = policy.blocks.aor(aor.span, at: now) else { return nil }
        return .blockedAOR(seconds: block.secondsLeft(at: now))
    }

    private func user(of aor: [UInt8], domain: Int) -> [UInt8] {
        Array(aor.prefix(max(0, aor.count - policy.domains[domain].name.count - 1)))
    }
}
