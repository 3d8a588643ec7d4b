internal import BindingTable
internal import SIPMessage
internal import Timing

/// Which bindings of one address of record are of one phone, and which of them are its ghosts: what a NAT's
/// new port, a new address or a restart has left behind, and calls still go to.
///
/// A binding is a ghost if a *successor* was made after the binding's last refresh: a phone that still kept the
/// old one would have refreshed it since, or will. What makes another binding its successor:
///
/// 1. Both have an instance (`+sip.instance`, RFC 5626 §4.1): it is the same. Different instances are different
///    phones, whatever else they have in common. Flows with different `reg-id`s of one instance stand beside
///    each other and succeed none but their own (RFC 5626 §4.2).
/// 2. Neither has one: the Call-ID is the same, which a phone keeps until it restarts (RFC 3261 §10.2.4).
/// 3. Neither has one: the User-Agent is the same, and also the contact's user and host, or the Call-ID's host
///    (what follows its `@`), or the source's address. That is also true of two phones of one model behind one
///    NAT; so the old one must be late by its own rhythm besides. Of two phones that both refresh, each has
///    refreshed since the other came: they never are each other's ghosts.
struct Devices {
    /// Phones: bindings that are no ghosts, those with the same instance or the same Call-ID taken as one.
    private(set) var phones = 0
    /// The ghosts.
    private(set) var ghosts: Set<BindingID> = []
    /// Bindings that will be ghosts at a moment, unless they refresh before.
    private(set) var suspects: [(id: BindingID, at: Timestamp)] = []

    /// Judges all bindings of an address of record, in no order.
    init(_ bindings: [Binding], at now: Timestamp) {
        var newest: [Key: Timestamp] = [:]
        let keys = bindings.map { Self.keys(of: $0) }
        for (binding, keys) in zip(bindings, keys) {
            for key in keys.own { newest[key] = max(newest[key] ?? .zero, binding.facts.createdAt) }
        }
        var known: Set<Key> = []
        for (binding, keys) in zip(bindings, keys) {
            func isSucceeded(_ key: Key) -> Bool {
                newest[key].map { $0 > binding.facts.refreshedAt } ?? false
            }
            if keys.sure.contains(where: isSucceeded) {
                ghosts.insert(binding.facts.id)
            } else if keys.likely.contains(where: isSucceeded) {
                let late = BindingHealth.lateAt(binding.facts)
                if late <= now {
                    ghosts.insert(binding.facts.id)
                } else {
                    suspects.append((binding.facts.id, late))
                }
            }
            if !ghosts.contains(binding.facts.id) { known.insert(keys.phone) }
        }
        phones = known.count
    }

    /// What bindings of one phone have in common.
    private enum Key: Hashable {
        case instance(UInt32)
        case flow(UInt32, UInt32)
        case callID([UInt8])
        case binding(BindingID)
        case contact(agent: [UInt8], [UInt8])
        case callIDHost(agent: [UInt8], [UInt8])
        case source(agent: [UInt8], IPAddress)
    }

    /// The keys under which a binding can succeed others, and those under which it can be succeeded.
    private struct Keys {
        var own: [Key] = []
        var sure: [Key] = []
        var likely: [Key] = []
        var phone: Key
    }

    private static func keys(of binding: Binding) -> Keys {
        let facts = binding.facts
        guard facts.instanceHash == 0 else {
            let instance = Key.instance(facts.instanceHash)
            let flow = Key.flow(facts.instanceHash, facts.regID)
            // Without a reg-id there is one flow: any newer one of the instance has taken its place.
            return facts.regID == 0
                ? Keys(own: [instance, flow], sure: [instance], phone: instance)
                : Keys(
                    own: [instance, flow],
                    sure: [flow, .flow(facts.instanceHash, 0)],
                    phone: instance
                )
        }
        let texts = binding.texts
        let callID = texts.callID.isEmpty ? Key.binding(facts.id) : .callID(texts.callID)
        var keys = Keys(own: [callID], sure: [callID], phone: callID)
        guard !texts.userAgent.isEmpty else { return keys }
        keys.likely.append(.source(agent: texts.userAgent, facts.path.source.address))
        let contact = userAndHost(texts.contact)
        if !contact.isEmpty { keys.likely.append(.contact(agent: texts.userAgent, contact)) }
        if let at = texts.callID.lastIndex(of: 0x40), at + 1 < texts.callID.count {
            keys.likely.append(.callIDHost(agent: texts.userAgent, Array(texts.callID[(at + 1)...])))
        }
        keys.own += keys.likely
        return keys
    }

    /// `4417@198.51.100.7` of `sip:4417@198.51.100.7:5062;ob`.
    static func userAndHost(_ uri: [UInt8]) -> [UInt8] {
        let start = uri.firstIndex(of: 0x3a).map { $0 + 1 } ?? 0
        var end = uri[start...].firstIndex { $0 == 0x3b || $0 == 0x3f } ?? uri.count
        let host = uri[start..<end].lastIndex(of: 0x40).map { $0 + 1 } ?? start
        // The colons within an IPv6 address are none before a port.
        let from = uri[host..<end].lastIndex(of: 0x5d) ?? host
        if let colon = uri[from..<end].firstIndex(of: 0x3a) { end = colon }
        return Array(uri[start..<end])
    }
}
