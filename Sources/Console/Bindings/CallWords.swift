internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import SIPMessage
internal import Timing

/// What the console says of the way that a call would take now: the same words for a binding alone and for what the
/// registrar says that a call would do.
enum CallWords {
    /// `INVITE sip:4417@10.0.0.7 -> 198.51.100.7:5062 udp, where it sends from`
    static func way(_ target: RouteTarget) -> String {
        let uri = BindingColumns.text(Redaction.withoutPasswords(target.requestURI))
        guard !target.host.isEmpty else { return "INVITE \(uri) -> nowhere" }
        let reason = reason(target)
        return "INVITE \(uri) -> \(hop(target))\(reason.isEmpty ? "" : ", \(reason)")"
    }

    /// `198.51.100.7:5062 udp`
    private static func hop(_ target: RouteTarget) -> String {
        let host = BindingColumns.text(target.host)
        let shown = host.contains(":") ? "[\(host)]" : host
        let port = target.port == 0 ? "" : ":\(target.port)"
        let over = target.transport.map { " \($0.name)" } ?? ""
        return "\(shown)\(port)\(over)"
    }

    private static func reason(_ target: RouteTarget) -> String {
        if !target.route.isEmpty { return "first proxy of its Path" }
        if target.isFlow {
            return target.transport?.isReliable == true ? "its own connection" : "where it sends from"
        }
        return target.binding == nil ? "" : "its contact"
    }

    /// What it means for a call that a binding's connection has ended: the one sentence for all screens and reports.
    static func connectionEnded(_ target: RouteTarget) -> String {
        guard !target.isFlow, target.route.isEmpty, !target.isLost else {
            return "its connection has ended: nothing reaches it until it connects again"
        }
        return "its connection has ended; a call would be tried at its contact "
            + hop(target).replacing(" ", with: " over ")
    }

    /// What would go wrong. Total over `CallTrouble`; without a target it is told as far as that goes.
    static func sentence(_ trouble: CallTrouble, of target: RouteTarget? = nil) -> String {
        switch trouble {
        case .ended: "it has ended: a call does not find it"
        case .badContact: "its contact can't be read: there is nothing to call"
        case .badPath: "the first proxy of its Path can't be read"
        case .unreachable, .connectionGone:
            target.map(connectionEnded)
                ?? (trouble == .unreachable
                    ? "its connection has ended: nothing reaches it until it connects again"
                    : "its connection has ended; a call would be tried at its contact")
        case .unresolvable: "its contact's host is a name that nobody can look up"
        case .leadsHere: "the way leads back to this registrar: its contact or Path has our address"
        case .privateContact: "its contact is a private address, and nothing else leads there"
        case .stoppedAnswering: "it has stopped answering: the call may ring nowhere"
        case .forgottenByNAT: "silent for more than 3 m behind NAT over UDP: the NAT may have forgotten it"
        case .otherTransport: "its contact asks for another transport than the one by which it is reached"
        case .notSecure: "its contact is sips:, and the way is not encrypted"
        case .contactUser:
            "the call asks for the contact's user, which is not the account's: it may be rejected"
        }
    }

    /// What is wrong with a way, a line for each.
    static func troubles(_ target: RouteTarget) -> [(name: String, value: [TextRun])] {
        target.troubles.map { trouble in
            let role: Role = trouble.isFatal ? .stateFail : .stateWarn
            return ("", [TextRun("! \(sentence(trouble, of: target))", role: role)])
        }
    }

    /// The way to one binding, as far as that can be told without the registrar.
    static func lines(_ binding: Binding, at now: Timestamp) -> [(name: String, value: [TextRun])] {
        var answer = RouteAnswer(aor: binding.texts.aor, outcome: .forwarded)
        answer.groups = [[RouteTarget(binding, at: now)]]
        return CallPlan(answer).lines(own: binding.facts.id)
    }
}

extension RouteTarget {
    /// A binding, by itself.
    init(_ binding: Binding, at now: Timestamp) {
        let way = CallRoute(binding, at: now)
        self.init(requestURI: way.requestURI)
        (route, host, port, transport) = (way.route, way.host, way.port, way.transport)
        (isFlow, troubles, self.binding) = (
            way.way == .connection || way.way == .source, way.troubles, binding.facts.id
        )
    }
}
