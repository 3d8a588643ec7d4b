import BindingTable
import Registrar
import SIPMessage
import Timing

/// What an address of record, or a GRUU or a contact of one, leads to: bindings as targets, in the order of trying
/// (RFC 3261 §16.5, §16.6). The same whether a call is to be made or only asked about.
struct AddressTargets {
    let state: RegistrarState
    let now: Timestamp
    /// The Request-URI is SIPS: ways that are not encrypted are none (RFC 3261 §26.2.2).
    var isSecure = false
    /// Where we stand: a contact that leads back here leads nowhere.
    var place: ProxyPlace?

    /// The targets of bindings: equal q at once, the higher first; one target of an instance, its other flows behind it
    /// (RFC 5626 §5.3).
    ///
    /// - Parameters:
    ///   - includesLost: those that no way leads to come too, in a group behind all others; else they are left out.
    ///   - breadth: most targets of a group; more than that become groups of their own (RFC 5393 §5.3.3).
    func groups(of bindings: [Binding], includesLost: Bool, breadth: UInt16) -> [[CallTarget]] {
        var ranked: [(q: UInt16, target: CallTarget)] = []
        var lost: [CallTarget] = []
        for binding in bindings.sorted(by: { Self.goes($0, before: $1) }) {
            let target = target(of: binding)
            if target.isLost || isSecure && !target.isSecured {
                if includesLost { lost.append(target) }
                continue
            }
            let twin =
                target.instance == 0 ? nil : ranked.firstIndex { $0.target.instance == target.instance }
            if let twin {
                ranked[twin].target.others.append(target)
            } else {
                ranked.append((Self.q(of: binding), target))
            }
        }
        var groups: [[CallTarget]] = []
        var q: UInt16?
        for (its, target) in ranked {
            if its == q, let last = groups.indices.last, groups[last].count < Int(breadth) {
                groups[last].append(target)
            } else {
                groups.append([target])
            }
            q = its
        }
        if !lost.isEmpty { groups.append(lost) }
        return groups
    }

    /// A contact without `q` is as good as any (RFC 3261 §20.10 gives it no rank; 1.0 is what RFC 2616's has).
    static func q(of binding: Binding) -> UInt16 { binding.facts.q ?? 1_000 }

    /// The higher q first; of equal ones the latest refreshed.
    static func goes(_ a: Binding, before b: Binding) -> Bool {
        if q(of: a) != q(of: b) { return q(of: a) > q(of: b) }
        if a.facts.refreshedAt != b.facts.refreshedAt { return a.facts.refreshedAt > b.facts.refreshedAt }
        return a.facts.id > b.facts.id
    }

    // MARK: One binding

    /// The way to one binding.
    func target(of binding: Binding) -> CallTarget {
        let facts = binding.facts
        let way = CallRoute(binding, at: now)
        var target = CallTarget(
            requestURI: Self.requestURI(way.requestURI),
            route: way.route,
            hop: .flow(facts.path),
            binding: facts.id,
            instance: facts.instanceHash,
            troubles: way.troubles
        )
        switch way.way {
        case .path: target.lead(to: way.route.first.flatMap(HostHop.init(route:)), orElse: .badPath)
        case .connection:
            if !state.connections.isOpen(facts.path.connection) { target.add(.unreachable) }
        case .source: break
        case .contact:
            guard let hop = HostHop(target.requestURI) else {
                target.add(.badContact)
                break
            }
            // The contact is where it sends from: back from the socket that it has reached.
            let isSource =
                facts.path.transport == .udp && way.transport == .udp
                && hop.address == facts.path.source.address && hop.usualPort == facts.path.source.port
            if !isSource { target.hop = .host(hop) }
        }
        if case .host(let hop) = target.hop, let address = hop.address,
            place?.isOurs(address, port: hop.usualPort) == true
        {
            target.add(.leadsHere)
        }
        return target
    }

    /// A contact as a Request-URI: without headers, which would make another request of it (RFC 3261 §19.1.5).
    static func requestURI(_ contact: [UInt8]) -> [UInt8] {
        guard let uri = contact.uri, !uri.headers.isEmpty else { return contact }
        return Array(contact.prefix(max(0, Int(uri.headers.start) - 1)))
    }

    // MARK: Whose contact

    /// The binding of one of these addresses of record whose contact a Request-URI is: its client took no notice of
    /// Record-Route, and only the location service can tell where the phone is.
    func binding(ofContact uri: SIPURI, _ text: [UInt8], among aors: [[UInt8]]) -> Binding? {
        for aor in aors {
            for binding in state.table.bindings(of: aor, at: now) {
                let contact = binding.texts.contact
                if let read = contact.uri, SIPURI.isEquivalent(read, contact.span, uri, text.span) {
                    return binding
                }
            }
        }
        return nil
    }
}

extension CallTarget {
    /// All of the way to the next hop is encrypted, or will be.
    fileprivate var isSecured: Bool {
        switch hop {
        case .flow(let path): path.transport.isSecure
        case .host(let host): host.isSecure || host.transport?.isSecure == true
        }
    }

    /// Adds a trouble, what is worst first.
    fileprivate mutating func add(_ trouble: CallTrouble) {
        guard !troubles.contains(trouble) else { return }
        troubles.append(trouble)
        troubles.sort { $0.rawValue < $1.rawValue }
    }

    /// Its way leads to a host, if that can be read.
    fileprivate mutating func lead(to host: HostHop?, orElse trouble: CallTrouble) {
        guard let host else { return add(trouble) }
        hop = .host(host)
        if host.isUnresolvable { add(.unresolvable) }
    }
}
