public import SIPMessage
public import Timing

/// Whether a binding can be reached at this moment, as far as it is known: its connection and its pings.
public struct Reachability: Codable, Hashable, Sendable, BitwiseCopyable {
    /// The state of the connection that the binding was made over.
    public enum Connection: UInt8, WordCodable, Sendable, BitwiseCopyable {
        /// It came over UDP.
        case none
        /// It is open.
        case live
        /// It has ended; nothing can be sent to the phone until it comes again (RFC 5626 §5.3).
        case gone

        /// Word of the filter and the screen.
        public var word: String {
            switch self {
            case .none: "-"
            case .live: "live"
            case .gone: "gone"
            }
        }

        /// The word of the filter.
        public var codingWord: String { word }
    }

    /// What pings have told.
    public enum Ping: UInt8, WordCodable, Sendable, BitwiseCopyable {
        /// None was sent, or the first has not come to an end.
        case unknown
        /// The last one was answered.
        case answering
        /// None was ever answered: the phone may just not know OPTIONS.
        case neverAnswered
        /// It used to answer and does no longer, or has let a call pass: the phone or its way is in trouble.
        case stoppedAnswering

        /// Word of the filter and the screen.
        public var word: String {
            switch self {
            case .unknown: "-"
            case .answering: "up"
            case .neverAnswered: "never"
            case .stoppedAnswering: "stopped"
            }
        }

        /// The word of the filter.
        public var codingWord: String { word }
    }

    /// The connection.
    public var connection: Connection
    /// The pings.
    public var ping: Ping
    /// Time between the last ping that was answered and its answer, in microseconds; 0: none was.
    public var roundTrip: UInt32
    /// Pings without an answer since the last one that had one; stays at 255.
    public var silentPings: UInt8

    /// Nothing is known but how the binding came.
    public init(
        connection: Connection = .none,
        ping: Ping = .unknown,
        roundTrip: UInt32 = 0,
        silentPings: UInt8 = 0,
    ) {
        self.connection = connection
        self.ping = ping
        self.roundTrip = roundTrip
        self.silentPings = silentPings
    }

    /// It has stopped answering as far as calls tell, whatever pings do.
    public var hasMissedCall: Bool { ping == .stoppedAnswering && silentPings == 0 }

    /// There is no way to send to it, or it has stopped answering: what makes room first
    /// (overflow policy `unreachable`).
    public var isDoubtful: Bool { connection == .gone || ping == .stoppedAnswering }
}

/// What was seen of a binding without a REGISTER.
public enum Observation: Hashable, Sendable, BitwiseCopyable {
    /// A ping was answered after so many microseconds.
    case answered(roundTrip: UInt32)
    /// A ping was not answered.
    case silent
    /// Nothing came back of a request that was passed on to it, not even that it had arrived.
    case unanswered
    /// Something has come back of one.
    case heard
    /// The connection that it was made over has ended; with a time, the binding ends then at the latest.
    case connectionGone(until: Timestamp?)
}
