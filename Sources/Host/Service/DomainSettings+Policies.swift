import Registrar
import SIPMessage
import Timing

/// A domain's settings in the registrar's words.
extension DomainSettings {
    var contactPolicy: ContactPolicy {
        let overflow: ContactPolicy.Overflow =
            switch contacts.overflow {
            case "oldest": .oldest
            case "soonest": .soonest
            case "unreachable": .unreachable
            default: .reject
            }
        return ContactPolicy(
            maximum: UInt16(clamping: contacts.maximum),
            overflow: overflow,
            folding: contacts.fold == "instance" ? .instance : .off
        )
    }

    var extensionPolicy: ExtensionPolicy {
        ExtensionPolicy(
            path: path == "off" ? .off : path == "strict" ? .strict : .lazy,
            outbound: outbound == "off" ? .off : outbound == "required" ? .required : .offered,
            flowTimer: UInt32(flowTimer),
            offersGRUU: gruu,
            serviceRoute: Array(serviceRoute.joined(separator: ", ").utf8),
            numbers: numbers.sorted { $0.key < $1.key }.map { user, list in
                ExtensionPolicy.Numbers(
                    user: Array(user.utf8),
                    text: Array(list.joined(separator: ", ").utf8)
                )
            }
        )
    }

    /// What is wrong with texts that go out in messages as they are; nil if nothing is.
    var unusableText: String? {
        for route in serviceRoute where !isRoute(route) {
            return "service-route \(route): not an address; write \"<sip:HOST;lr>\""
        }
        for (user, list) in numbers {
            for number in list where !number.utf8.allSatisfy({ "+-0123456789".utf8.contains($0) }) {
                return "numbers of \(user), \(number): not a number; write +12145550100 or +12145550100-0199"
            }
        }
        if let hop = calls.nextHop, !CallSettings.isNextHop(hop) {
            return "calls.next-hop \(hop): not a SIP URI; write \(CallSettings.nextHopForm)"
        }
        return nil
    }

    private func isRoute(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let whole = ByteRange(start: 0, count: UInt16(clamping: bytes.count))
        guard bytes.count <= 1_024, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }),
            let address = try? NameAddress(bytes.span, in: whole, header: .serviceRoute),
            let uri = try? SIPURI(bytes.span, in: address.uri, part: .header(.serviceRoute))
        else { return false }
        return uri.isSIP && address.isBracketed
    }

    var connectionLoss: ConnectionLoss {
        if connectionLost == "remove" { return .remove }
        return UInt32(connectionLost).map { .shorten($0) } ?? .keep
    }

    var pingPolicy: PingPolicy {
        PingPolicy(
            interval: UInt32(ping.every),
            timeout: UInt32(ping.timeout),
            codes: ping.codes == "2xx" ? .success : .any,
            removeAfter: UInt32(ping.removeAfter),
            users: Set(ping.users.map { Array($0.utf8) })
        )
    }

    /// The rules by source address. Throws where a text is no network: a rule that is left out silently could be
    /// one that keeps somebody out.
    func accessRules() throws(HostError) -> AccessRules {
        var rules: [AccessRule] = []
        for rule in access {
            let action: AccessRule.Action =
                switch rule.action {
                case "deny": .deny
                case "any": .any
                case "named": .named(Set(rule.users.map { Array($0.utf8) }))
                default: .digest
                }
            rules.append(
                AccessRule(
                    network: try Self.network(rule.from),
                    transports: Set(TransportKind.allCases.filter { rule.transports.contains($0.name) }),
                    action: action
                )
            )
        }
        return AccessRules(rules)
    }

    /// What is special about single accounts of a domain, by user; the domain may be named with it.
    func accountRules(of domain: String) throws(HostError) -> AccountRules {
        var rules: [[UInt8]: AccountRule] = [:]
        for (name, settings) in users {
            var user = name[...]
            if let at = name.lastIndex(of: "@") {
                guard name[name.index(after: at)...].lowercased() == domain else {
                    throw HostError(
                        "domain \(domain): users \(name) is of another domain; write the user's name alone",
                        exitCode: 1
                    )
                }
                user = name[..<at]
            }
            var networks: [IPNetwork] = []
            for text in settings.networks { networks.append(try Self.network(text)) }
            rules[Array(user.utf8)] = AccountRule(
                isDisabled: settings.isDisabled,
                networks: networks,
                contacts: settings.contacts == 0 ? nil : UInt16(clamping: settings.contacts)
            )
        }
        return AccountRules(rules)
    }

    /// What becomes of calls.
    ///
    /// - Parameter mode: what counts instead of the domain's own mode; nil: that does.
    func callPolicy(mode: String? = nil) -> CallPolicy {
        let mode = mode ?? calls.mode
        return CallPolicy(
            mode: mode == "proxy" ? .proxy : mode == "redirect" ? .redirect : .off,
            nextHop: Array((calls.nextHop ?? "").utf8),
            timerC: .seconds(calls.timerC),
            ringing: .seconds(calls.ringing),
            breadth: UInt16(clamping: calls.breadth),
            recordsRoute: calls.recordsRoute
        )
    }

    private static func network(_ text: String) throws(HostError) -> IPNetwork {
        guard let network = IPNetwork(text) else {
            throw HostError("\(text) is no network; write 10.0.0.0/8 or 2001:db8::/32", exitCode: 1)
        }
        return network
    }

    var subscriptionPolicy: SubscriptionPolicy {
        SubscriptionPolicy(
            isOffered: subscriptions.isOffered,
            maximum: UInt16(clamping: subscriptions.maximum),
            administrators: Set(subscriptions.administrators.map { Array($0.utf8) })
        )
    }
}

extension CallSettings {
    /// The text can be `next-hop`: a SIP URI of a host, with which a request is addressed as it is.
    public static func isNextHop(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let whole = ByteRange(start: 0, count: UInt16(clamping: bytes.count))
        guard bytes.count <= 512, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let uri = try? SIPURI(bytes.span, in: whole)
        else { return false }
        return uri.isSIP && !uri.hasUser
    }

    /// How one is written.
    public static let nextHopForm = "sip:gateway.example.net or sip:192.0.2.1:5060;transport=tcp"
}

extension LimitSettings {
    var ratePolicy: RatePolicy {
        RatePolicy(source: UInt32(clamping: sourceRate), aor: UInt32(clamping: aorRate))
    }
}
