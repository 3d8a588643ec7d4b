import BindingTable
import SIPMessage

/// Our values of Record-Route (RFC 3261 §16.6 step 4).
///
/// Two, the callee's side on top (RFC 5658): each names us as that side does, and the flow that leads back to it if it
/// needs one, so that whichever side a later request comes from, the last value of ours in its Route names the flow by which
/// it has to leave.
struct RecordRoute {
    let arrived: ReceivedFrom
    let leaving: WayOut
    let plan: ForwardPlan
    let target: CallTarget
    /// The Request-URI is SIPS, and so is Record-Route (§16.6 step 4).
    let isSecure: Bool
    let place: ProxyPlace
    let tokens: FlowTokens

    /// Appends the lines.
    func append(to encoder: inout MessageEncoder) {
        let caller = place.way(by: arrived)?.sentBy ?? arrived.local
        // Where we listen on nothing of the kind, the callee too reaches us as the caller does.
        let hasListener = leaving.sentBy.port != 0
        append(
            hasListener ? leaving.sentBy : caller,
            hasListener ? leaving.path.transport : arrived.transport,
            calleeToken,
            to: &encoder
        )
        append(caller, arrived.transport, callerToken, to: &encoder)
    }

    /// The way back to the caller; nil: its own Contact or Record-Route leads there. Who is reached by a hop has no flow that
    /// would tell who it is, and needs this one.
    private var callerToken: FlowToken? {
        guard plan.keepsCallerFlow || calleeToken?.isHop == true else { return nil }
        var token = FlowToken(path: arrived, binding: plan.caller, isTrusted: plan.isCallerTrusted)
        token.isShared = plan.isCallersFlowShared
        return token
    }

    /// The way to the callee; nil: a server elsewhere, that its own Contact or Record-Route leads to.
    private var calleeToken: FlowToken? {
        var token = FlowToken(path: leaving.path, binding: target.binding, isTrusted: target.binding != nil)
        token.isCallees = true
        if case .host = target.hop { token.isHop = true }
        return token.isHop && token.binding == nil ? nil : token
    }

    private func append(
        _ name: Endpoint,
        _ transport: TransportKind,
        _ token: FlowToken?,
        to encoder: inout MessageEncoder,
    ) {
        encoder.beginHeader(.recordRoute)
        encoder.bytes.append(isSecure ? "<sips:" : "<sip:")
        if var token, let seal = plan.seal {
            (token.beginner, token.other) = (seal.beginner, seal.other)
            if tokens.append(token, for: seal.dialog, place: place, to: &encoder.bytes) {
                encoder.bytes.append(0x40)
            }
        }
        name.append(to: &encoder.bytes)
        switch transport {
        case .udp: break
        case .tcp: encoder.bytes.append(";transport=tcp")
        // A SIPS URI says TLS itself (RFC 3261 §26.2.2).
        case .tls: encoder.bytes.append(isSecure ? "" : ";transport=tls")
        // One name for both (RFC 7118 §5.1).
        case .ws, .wss: encoder.bytes.append(";transport=ws")
        }
        encoder.bytes.append(";lr>")
        encoder.endLine()
    }
}
