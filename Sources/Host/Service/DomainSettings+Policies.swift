import Registrar

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

    var subscriptionPolicy: SubscriptionPolicy {
        SubscriptionPolicy(
            isOffered: subscriptions.isOffered,
            maximum: UInt16(clamping: subscriptions.maximum),
            administrators: Set(subscriptions.administrators.map { Array($0.utf8) })
        )
    }
}
