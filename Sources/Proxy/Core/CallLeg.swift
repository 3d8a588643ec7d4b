import SIPMessage
import SIPTransaction
import Timing

/// Where one target of a request is being sent, and what is left to try if that fails: other servers of the host
/// (RFC 3263 §4.3), then other flows of the same instance (RFC 5626 §5.3).
struct Attempt: Sendable {
    /// The target that it is about.
    var target: CallTarget
    /// Servers of its host that have not been tried.
    var servers: ArraySlice<ServerAddress> = []
    /// Other flows of its instance that have not been tried.
    var others: ArraySlice<CallTarget>
    /// The target's own hop has not been looked at yet.
    var isFresh = true
    /// Max-Breadth of the branch.
    var breadth: UInt16

    /// The first try of a target.
    init(_ target: CallTarget, breadth: UInt16) {
        self.target = target
        others = target.others[...]
        self.breadth = breadth
    }

    /// Something is left to try.
    var hasMore: Bool { !servers.isEmpty || !others.isEmpty }
}

/// One branch of a request: its client transaction (RFC 3261 §17.1), and that of its CANCEL (§9.1).
final class CallLeg {
    /// The machine of the branch.
    enum Machine {
        /// Its host is being looked up.
        case locating(HostHop)
        case invite(InviteClientTransaction)
        case other(NonInviteClientTransaction)
    }

    /// What becomes of its CANCEL.
    enum Cancelling {
        case no
        /// As soon as a provisional response shows that the request has arrived (RFC 3261 §9.1).
        case wanted
        case sent
    }

    /// A CANCEL that was sent.
    struct Cancel {
        var transaction = NonInviteClientTransaction()
        var bytes: [UInt8]
        var repeatsAt: Timestamp
        var gap: Interval
        var endsAt: Timestamp

        var deadline: Timestamp { transaction.state == .completed ? endsAt : min(repeatsAt, endsAt) }
    }

    /// The request that it is a branch of.
    let context: ResponseContext
    /// What it is sent to, and what is left to try.
    var attempt: Attempt
    /// Its number, from 1; 0 while its host is looked up.
    let number: UInt8
    /// Names its transaction.
    let branch: Branch
    /// The way that it has gone.
    var way: WayOut?
    /// The machine.
    var machine: Machine
    /// The request as it was sent: to be sent again, and to make CANCEL and ACK from.
    var request: [UInt8]
    /// The ACK of a refusal.
    var ack: [UInt8] = []
    /// Timer A or E.
    var repeatsAt = Timestamp.distantFuture
    /// What that was set to last.
    var gap = Interval.zero
    /// Timers B, D, F, K, M; after a CANCEL, when the branch is given up.
    var endsAt = Timestamp.distantFuture
    /// Timer C (RFC 3261 §16.6 step 11).
    var timerC = Timestamp.distantFuture
    /// Whether it is cancelled.
    var cancelling = Cancelling.no
    /// The CANCEL.
    var cancel: Cancel?
    /// We have cancelled it since it rang for too long: its 487 is no change of mind of the caller's.
    var isTimedOut = false
    /// What it came to is known.
    var isConcluded = false
    /// Bytes of it that the store has counted.
    var charged = 0

    /// A branch; `way` and `request` are there unless its host is looked up.
    init(
        _ context: ResponseContext,
        _ attempt: Attempt,
        number: UInt8,
        branch: Branch,
        way: WayOut?,
        machine: Machine,
        request: [UInt8],
    ) {
        self.context = context
        self.attempt = attempt
        self.number = number
        self.branch = branch
        self.way = way
        self.machine = machine
        self.request = request
    }

    /// When something is due.
    var deadline: Timestamp {
        min(repeatsAt, endsAt, timerC, cancel?.deadline ?? .distantFuture)
    }

    /// Bytes that it keeps.
    var keptBytes: Int { request.count + ack.count + (cancel?.bytes.count ?? 0) }

    /// Nothing is lost where it goes.
    var isReliable: Bool { way?.path.transport.isReliable ?? true }

    /// It waits for a final response.
    var isWaiting: Bool {
        switch machine {
        case .locating: true
        case .invite(let machine): machine.state == .calling || machine.state == .proceeding
        case .other(let machine): machine.state == .trying || machine.state == .proceeding
        }
    }

    /// It has been sent, and nothing has come back yet.
    var isUnanswered: Bool {
        switch machine {
        case .locating: false
        case .invite(let machine): machine.state == .calling
        case .other(let machine): machine.state == .trying
        }
    }

    /// The server that it was sent to; nil: it is no server but somebody's flow.
    var server: ServerAddress? {
        guard case .host = attempt.target.hop, let path = way?.path else { return nil }
        return ServerAddress(transport: path.transport, endpoint: path.source)
    }

    /// Something may come of it that matters.
    var isExpected: Bool { isWaiting && !isConcluded }

    /// A provisional response has come, and no final one.
    var isProceeding: Bool {
        if case .invite(let machine) = machine { machine.state == .proceeding } else { false }
    }

    /// What carries it: the end of that is the end of the branch. Nil for a flow over UDP, which cannot end.
    var carrier: Carrier? {
        guard let path = way?.path else { return nil }
        if path.connection != .none { return .connection(path.connection) }
        if case .flow = attempt.target.hop, !path.transport.isReliable { return nil }
        return .server(ServerAddress(transport: path.transport, endpoint: path.source))
    }
}

/// What a branch leans on.
enum Carrier: Hashable, Sendable {
    case connection(ConnectionID)
    /// A destination to which a connection is still to be made, or which a datagram could not be sent to.
    case server(ServerAddress)
}
