import BindingTable
import SIPMessage
import SIPTransaction
import Timing

/// A request that is passed on, from its coming until no copy of anything about it is under way: its server transaction
/// and what its branches have come to (the response context of RFC 3261 §16.7).
final class ResponseContext {
    /// The machine of the server side.
    enum Server {
        case invite(InviteServerTransaction)
        case other(NonInviteServerTransaction)
        /// An ACK to a 2xx: it has none, and no response ever comes.
        case none
    }

    /// What the monitor calls it.
    let number: UInt64
    /// Its method.
    let method: SIPMessage.Method
    /// It begins a call: an INVITE outside of any dialog.
    let isCall: Bool
    /// Which server transaction it is.
    let key: TransactionKey
    /// How it came.
    let arrived: ReceivedFrom
    /// Its topmost Via.
    let via: Via
    /// What answers of our own are made from.
    let local: LocalResponse
    /// What was decided.
    let plan: ForwardPlan
    /// Where responses go, and by which way. Changes when the caller's connection ends (RFC 3261 §18.2.2).
    var back: ReceivedFrom
    /// Its place in the store.
    var slot: UInt32?
    /// The request; empty once the final response has gone out.
    var request: [UInt8]
    /// The machine of the server side.
    var server: Server
    /// The last reply, to be sent again.
    var reply: [UInt8] = []
    /// Its status.
    var replyStatus: UInt16 = 0
    /// Timer G.
    var repeatsAt = Timestamp.distantFuture
    /// What Timer G was set to last.
    var gap = Interval.zero
    /// Timers H, I, J, L.
    var endsAt = Timestamp.distantFuture
    /// When what is no INVITE is answered 100 if nothing has been answered yet (RFC 4320 §4.1).
    var tryingAt = Timestamp.distantFuture
    /// When the group that is being tried has rung for long enough.
    var groupEndsAt = Timestamp.distantFuture
    /// Groups of targets that have not been tried.
    var groups: ArraySlice<[CallTarget]>
    /// Branches in the store.
    var legs: [UInt32] = []
    /// Branches sent so far.
    var sentLegs: UInt8 = 0
    /// Targets of which it isn't known yet what they come to.
    var open = 0
    /// The best of what they have come to.
    var choice = ResponseChoice()
    /// The caller has given it up.
    var isCancelled = false
    /// A branch has said more than 100.
    var hasRung = false
    /// A host of it was not found.
    var isHostMissing = false
    /// Why we answer it ourselves; nil: we don't, or the status says it.
    var refusal: RefusalReason?
    /// The final response has gone out, or there will be none.
    var isFinal = false
    /// All is said: it may be forgotten.
    var isFinished = false
    /// Bytes of it that the store has counted.
    var charged = 0
    /// What its sender has at hand, as long as it counts against that.
    var share: CallShare?

    /// A request that has just come.
    init(
        number: UInt64,
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        key: TransactionKey,
        local: LocalResponse,
        plan: ForwardPlan,
    ) {
        self.number = number
        method = head.method
        let tag = (try? head.to(bytes))?.tag ?? .empty
        isCall = method == .invite && tag.isEmpty
        self.key = key
        arrived = local.path
        via = local.via
        self.local = local
        self.plan = plan
        var back = local.path
        back.source = local.destination
        self.back = back
        request = []
        request.append(bytes)
        server =
            switch method {
            case .invite: .invite(InviteServerTransaction())
            case .ack: .none
            default: .other(NonInviteServerTransaction())
            }
        groups = plan.groups[...]
    }

    /// It leads to no binding of ours.
    var isElsewhere: Bool { plan.aor.isEmpty }

    /// When something is due.
    var deadline: Timestamp { min(repeatsAt, endsAt, groupEndsAt, tryingAt) }

    /// Bytes that it keeps.
    var keptBytes: Int { request.count + reply.count + choice.count }

    /// The server transaction is over.
    var isServerOver: Bool {
        switch server {
        case .invite(let machine): machine.state == .terminated
        case .other(let machine): machine.state == .terminated
        case .none: true
        }
    }

    /// It is answered, and all that may still come is copies of what has been.
    var onlyAbsorbs: Bool {
        guard isFinal else { return false }
        if case .invite(let machine) = server { return machine.state != .completed }
        return true
    }
}
