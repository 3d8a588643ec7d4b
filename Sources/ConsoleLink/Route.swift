public import BindingTable
public import SIPMessage

/// A call that may come: to whom.
public struct RouteQuery: Hashable, Sendable {
    /// Address of record, `user@domain` or a URI, as written.
    public var aor: [UInt8]

    /// Longer names are not asked about.
    public static let maximumLength = 1_024

    /// A call to an address of record.
    public init(aor: [UInt8]) { self.aor = aor }
}

/// What a call would come to now: a dry run, which sends nothing.
public struct RouteAnswer: Codable, Hashable, Sendable {
    /// What the caller would meet first.
    public enum Outcome: UInt8, WordCodable, Sendable, BitwiseCopyable {
        /// It is passed on to the targets.
        case forwarded
        /// It is sent to the contacts: 302.
        case redirected
        /// It is refused, or nobody takes it.
        case refused

        /// The word of the case.
        public var codingWord: String {
            switch self {
            case .forwarded: "forwarded"
            case .redirected: "redirected"
            case .refused: "refused"
            }
        }
    }

    /// The address of record as it is compared.
    public var aor: [UInt8]
    /// What the caller would meet first.
    public var outcome: Outcome
    /// Status code that the registrar itself would answer; 0: it passes the call on.
    public var status: UInt16
    /// The domain passes no calls on: they are answered 405, and this is what would be if it were a proxy.
    public var isOff: Bool
    /// Why it is refused.
    public var reason: RefusalReason?
    /// The values of Contact that a caller is sent to, the best first.
    public var contacts: [[UInt8]]
    /// Whom it is passed on to: those of a group at once, the groups one after another.
    public var groups: [[RouteTarget]]
    /// Seconds that one group may ring while others wait, and that a phone may in all; 0: not said.
    public var ringing: UInt32, timerC: UInt32
    /// Later requests of the call come this way too.
    public var recordsRoute: Bool
    /// Why the question can't be answered; nil if it can.
    public var problem: String?

    /// An answer that has nobody to name yet.
    public init(aor: [UInt8], outcome: Outcome, status: UInt16 = 0, problem: String? = nil) {
        self.aor = aor
        self.outcome = outcome
        self.status = status
        self.problem = problem
        (isOff, reason) = (false, nil)
        contacts = []
        groups = []
        (ringing, timerC) = (0, 0)
        recordsRoute = false
    }

    /// A call would arrive somewhere, as far as is known here.
    public var reachesSomebody: Bool { !isOff && hasWay }

    /// There is a way to somebody, whether calls take it or are off.
    public var hasWay: Bool {
        switch outcome {
        case .forwarded: groups.contains { $0.contains { !$0.isLost } }
        case .redirected: !contacts.isEmpty
        case .refused: false
        }
    }
}

/// One place that a call would be sent to.
public struct RouteTarget: Codable, Hashable, Sendable {
    /// The Request-URI.
    public var requestURI: [UInt8]
    /// Values of Route that are put onto the top.
    public var route: [[UInt8]]
    /// Name or address of the next hop, without brackets.
    public var host: [UInt8]
    /// Its port; 0: DNS or the transport says it.
    public var port: UInt16
    /// Over what; nil: DNS says it.
    public var transport: TransportKind?
    /// It goes back along a way that the phone has opened.
    public var isFlow: Bool
    /// The connection that it goes over; 0: none, or one that is still to be made.
    public var connection: UInt64
    /// The binding; nil: it leads elsewhere.
    public var binding: BindingID?
    /// It is another flow of the same instance as the one before it, and tried only when that has failed.
    public var isFallback: Bool
    /// What is wrong with the way, what is worst first.
    public var troubles: [CallTrouble]

    /// A target with this Request-URI.
    public init(requestURI: [UInt8]) {
        self.requestURI = requestURI
        route = []
        host = []
        port = 0
        transport = nil
        isFlow = false
        connection = 0
        binding = nil
        isFallback = false
        troubles = []
    }

    /// The call would not arrive there.
    public var isLost: Bool { troubles.contains(where: \.isFatal) }
}

extension RouteQuery: Codable {
    private enum CodingKeys: String, CodingKey { case aor }

    /// Reads the address of record.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let aor = try members.decode([UInt8].self, forKey: .aor)
        guard aor.count <= Self.maximumLength else {
            throw members.refuse(.aor, "at most 1024 bytes expected")
        }
        self.init(aor: aor)
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(aor, forKey: .aor)
    }
}
