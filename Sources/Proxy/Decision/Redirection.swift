import BindingTable
import SIPMessage
import Timing

/// What a redirect server says (RFC 3261 §8.3).
enum Redirection {
    /// 302 with the contacts, the best first, but never with the Request-URI itself; 480 if none is left.
    static func decision(
        _ bindings: [Binding],
        from uri: SIPURI,
        _ text: [UInt8],
        at now: Timestamp,
    ) -> ProxyDecision {
        var contacts: [[UInt8]] = []
        for binding in bindings.sorted(by: { AddressTargets.goes($0, before: $1) }) {
            let contact = binding.texts.contact
            guard let read = contact.uri, !SIPURI.isEquivalent(read, contact.span, uri, text.span) else {
                continue
            }
            // Nobody but who holds its connection reaches such a one (RFC 7118 §5).
            if let hop = HostHop(read, contact.span), hop.isUnresolvable { continue }
            contacts.append(value(binding, at: now))
        }
        return contacts.isEmpty ? .refuse(.noBinding) : .redirect(contacts)
    }

    /// `<sip:…>;q=0.5;expires=60`.
    private static func value(_ binding: Binding, at now: Timestamp) -> [UInt8] {
        var value: [UInt8] = [0x3c]
        value.append(contentsOf: binding.texts.contact)
        value.append(0x3e)
        if let q = binding.facts.q { appendQ(min(q, 1_000), to: &value) }
        value.append(";expires=")
        value.appendDecimal(UInt64(max(0, (binding.facts.expiresAt - now).secondsRoundedUp)))
        return value
    }

    private static func appendQ(_ thousandths: UInt16, to value: inout [UInt8]) {
        value.append(";q=")
        guard thousandths < 1_000 else { return value.append(0x31) }
        value.append(0x30)
        var rest = thousandths
        guard rest > 0 else { return }
        value.append(0x2e)
        while rest > 0 {
            value.append(0x30 + UInt8(truncatingIfNeeded: rest / 100))
            rest = rest % 100 * 10
        }
    }
}
