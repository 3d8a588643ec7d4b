import BindingTable
import ConsoleLink
import Proxy
import Registrar
import SIPMessage
import Timing

/// What a call to an address of record would come to now: the proxy's own decision, in the words of the link.
extension RouteAnswer {
    /// Asks the function that decides for real; nothing is sent.
    init(_ query: RouteQuery, in state: RegistrarState, place: ProxyPlace?, at now: Timestamp) {
        let text = String(decoding: query.aor, as: UTF8.self)
        guard let aor = AccessExplanation.canonical(text) else {
            self.init(
                aor: query.aor,
                outcome: .refused,
                problem: "\(text): no address of record; write user@domain"
            )
            return
        }
        self.init(aor, CallRouting.dryRun(aor: aor, in: state, place: place, at: now))
        isOff = CallRouting.isOff(aor: aor, state.policy.current)
    }

    /// The words of a decision.
    init(_ aor: [UInt8], _ decision: ProxyDecision) {
        switch decision {
        case .refuse(let reason):
            self.init(aor: aor, outcome: .refused, status: Refusal(reason).status.rawValue)
            self.reason = reason
        case .redirect(let contacts):
            self.init(aor: aor, outcome: .redirected, status: 302)
            self.contacts = contacts
        case .forward(let plan):
            self.init(aor: aor, outcome: .forwarded)
            groups = plan.groups.map { group in group.flatMap(RouteTarget.all) }
            ringing = UInt32(clamping: plan.policy.ringing.milliseconds / 1_000)
            timerC = UInt32(clamping: plan.policy.timerC.milliseconds / 1_000)
            recordsRoute = plan.recordsRoute
        case .drop:
            self.init(aor: aor, outcome: .refused)
        }
    }
}

extension RouteTarget {
    /// A target, and behind it its other flows.
    static func all(_ target: CallTarget) -> [RouteTarget] {
        [RouteTarget(target)]
            + target.others.map { other in
                var fallback = RouteTarget(other)
                fallback.isFallback = true
                return fallback
            }
    }

    init(_ target: CallTarget) {
        self.init(requestURI: target.requestURI)
        route = target.route
        binding = target.binding
        troubles = target.troubles
        switch target.hop {
        case .flow(let path):
            isFlow = true
            host = Array("\(path.source.address)".utf8)
            (port, transport) = (path.source.port, path.transport)
            connection = path.connection.rawValue
        case .host(let hop):
            host = hop.host
            (port, transport) = (hop.port ?? 0, hop.transport)
        }
    }
}
