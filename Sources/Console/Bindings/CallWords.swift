internal import BindingTable
internal import Cells
internal import SIPMessage
internal import Timing

/// What the console says of the way that a call to a binding would take now.
enum CallWords {
    /// `INVITE sip:4417@10.0.0.7 -> 198.51.100.7:5062 udp, where it sends from`
    static func way(_ route: CallRoute) -> String {
        let uri = BindingColumns.text(Redaction.withoutPasswords(route.requestURI))
        guard !route.host.isEmpty else { return "INVITE \(uri) -> nowhere" }
        return "INVITE \(uri) -> \(hop(route)) \(route.transport.name), \(reason(route.way))"
    }

    /// `198.51.100.7:5062`
    private static func hop(_ route: CallRoute) -> String {
        let host = BindingColumns.text(route.host)
        return "\(host.contains(":") ? "[\(host)]" : host):\(route.port)"
    }

    /// What it means for a call that a binding's connection has ended: the one sentence for all screens and reports.
    static func connectionEnded(_ route: CallRoute) -> String {
        guard route.way == .contact, !route.isLost else {
            return "its connection has ended: nothing reaches it until it connects again"
        }
        return "its connection has ended; a call would be tried at its contact \(hop(route)) over "
            + route.transport.name
    }

    private static func reason(_ way: CallRoute.Way) -> String {
        switch way {
        case .path: "first proxy of its Path"
        case .connection: "its own connection"
        case .source: "where it sends from"
        case .contact: "its contact"
        }
    }

    /// What would go wrong. Total over `CallTrouble`; without a route it is told as far as that goes.
    static func sentence(_ trouble: CallTrouble, of route: CallRoute? = nil) -> String {
        switch trouble {
        case .ended: "it has ended: a call does not find it"
        case .badContact: "its contact can't be read: there is nothing to call"
        case .badPath: "the first proxy of its Path can't be read"
        case .unreachable, .connectionGone:
            route.map(connectionEnded)
                ?? (trouble == .unreachable
                    ? "its connection has ended: nothing reaches it until it connects again"
                    : "its connection has ended; a call would be tried at its contact")
        case .unresolvable: "its contact's host is a name that nobody can look up"
        case .privateContact: "its contact is a private address, and nothing else leads there"
        case .stoppedAnswering: "it has stopped answering pings: the call may ring nowhere"
        case .forgottenByNAT: "silent for more than 3 m behind NAT over UDP: the NAT may have forgotten it"
        case .otherTransport: "its contact asks for another transport than the one by which it is reached"
        case .notSecure: "its contact is sips:, and the way is not encrypted"
        case .contactUser:
            "the call asks for the contact's user, which is not the account's: it may be rejected"
        }
    }
}
