public import BindingTable
public import Registrar

/// What is done with a request, decided before anything is sent (RFC 3261 §16.3 to §16.5).
public enum ProxyDecision: Sendable {
    /// Refused here; `Refusal` says how. A challenge is 407 here.
    case refuse(RefusalReason)
    /// 302 with these values of Contact, the best first (RFC 3261 §8.3).
    case redirect([[UInt8]])
    /// Passed on.
    case forward(ForwardPlan)
    /// Dropped without a word: an ACK that leads nowhere.
    case drop
}

/// How a request is passed on: the same whether it is done or only asked what would be done.
public struct ForwardPlan: Sendable {
    /// Targets in the order of trying: those of a group at once, the groups one after another (RFC 3261 §16.6).
    public var groups: [[CallTarget]]
    /// Timers, breadth and Record-Route.
    public var policy: CallPolicy
    /// How many values of Route at the top name us and are taken off (RFC 3261 §16.4).
    public var consumedRoutes: Int
    /// The last value of Route goes too: it was put into the Request-URI that a strict router had taken (§16.4).
    public var consumesLastRoute = false
    /// We put ourselves into the dialog (RFC 3261 §16.6 step 4).
    public var recordsRoute: Bool
    /// Canonical address of record that it is for; empty: none of ours.
    public var aor: [UInt8]
    /// Max-Forwards of what is sent (RFC 3261 §16.6 step 3).
    public var maxForwards: UInt8
    /// Max-Breadth that may be spent on the branches (RFC 5393 §5.3.3).
    public var breadth: UInt16
    /// Keyed hash of what it was decided from: the second half of every branch's ``ProxyBranch`` (RFC 5393 §4.2.1).
    public var loop: UInt64
    /// The binding of the caller, if the request came by its flow.
    public var caller: BindingID?
    /// The caller is a user of ours who has proved it, or need not: by its flow it may send within the dialog to wherever
    /// the other end is.
    public var isCallerTrusted = false
    /// Whom the caller asserts to be is passed on (RFC 3325 §5): it has proved its account with this request, or a rule lets
    /// its source in, whomever it speaks for.
    public var passesIdentity = false
    /// The way back to the caller is the flow that the request came by, so Record-Route names it (RFC 5626 §5.3).
    public var keepsCallerFlow = false
    /// What it takes here counts against the share of where it comes from: nobody that we know has sent it.
    var isShared: Bool { !isCallerTrusted && !passesIdentity }
    /// Others come by the caller's flow too: there is a proxy in between.
    var isCallersFlowShared = false
    /// What the flows in Record-Route are sealed for.
    var seal: DialogSeal?
    /// Realms whose Proxy-Authorization is for us and goes no further (RFC 3261 §22.3), whether it was looked at or not.
    var ownRealms: [[UInt8]] = []
    /// What is left of Route goes no further: the target's own takes its place.
    var dropsRoute = false

    /// A plan with these targets.
    public init(
        groups: [[CallTarget]],
        policy: CallPolicy,
        consumedRoutes: Int = 0,
        recordsRoute: Bool = false,
        aor: [UInt8] = [],
        maxForwards: UInt8 = 70,
        breadth: UInt16 = 60,
        loop: UInt64 = 0,
    ) {
        self.groups = groups
        self.policy = policy
        self.consumedRoutes = consumedRoutes
        self.recordsRoute = recordsRoute
        self.aor = aor
        self.maxForwards = maxForwards
        self.breadth = breadth
        self.loop = loop
    }
}

/// One place that a request is sent to.
public struct CallTarget: Hashable, Sendable {
    /// The Request-URI: of a binding the contact as the phone wrote it, port and all (RFC 3261 §16.6 step 2).
    public var requestURI: [UInt8]
    /// Values put onto the top of Route, the first one first: a binding's Path (RFC 3327 §5.1).
    public var route: [[UInt8]]
    /// Where it is sent.
    public var hop: NextHop
    /// The binding; nil: it leads elsewhere.
    public var binding: BindingID?
    /// Keyed hash of the binding's instance; 0: it has none. Two flows of one instance are never tried at once.
    public var instance: UInt32
    /// Other flows of the same instance, tried one after another when this one has failed (RFC 5626 §5.3).
    public var others: [CallTarget]
    /// What is wrong with the way, what is worst first.
    public var troubles: [CallTrouble]

    /// A target.
    public init(
        requestURI: [UInt8],
        route: [[UInt8]] = [],
        hop: NextHop,
        binding: BindingID? = nil,
        instance: UInt32 = 0,
        others: [CallTarget] = [],
        troubles: [CallTrouble] = [],
    ) {
        self.requestURI = requestURI
        self.route = route
        self.hop = hop
        self.binding = binding
        self.instance = instance
        self.others = others
        self.troubles = troubles
    }

    /// The request would not arrive.
    public var isLost: Bool { troubles.contains(where: \.isFatal) }
}
