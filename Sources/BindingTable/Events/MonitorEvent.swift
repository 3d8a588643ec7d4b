public import SIPMessage
public import Timing

/// One request, what was decided and the reply that left: the droppable half of what the monitor learns.
///
/// Fixed size; the bytes of both messages follow it in the ring.
public struct Exchange: Codable, Sendable, BitwiseCopyable {
    /// Where the request came from, over what, and when.
    public var path: ReceivedFrom
    /// When the reply was ready.
    public var repliedAt: Timestamp
    /// Status code of the reply; 0 if none was sent.
    public var status: UInt16
    /// Why it was refused; nil if granted.
    public var refusal: RefusalReason?
    /// What the digest verification found, in its order; empty if it did not come to that.
    public var findings: DigestFindings
    /// What was remarkable about the request.
    public var badges: Badges
    /// Number, from 1, of the domain's rule that let it in without a password; 0 if none did.
    public var accessRule: UInt16
    /// Seconds granted to the first contact; 0 for a removal or a refusal.
    public var granted: UInt32
    /// Bindings of the address of record after the decision.
    public var contacts: UInt16
    /// The stored reply of an earlier request went out again.
    public var isRetransmission: Bool
    /// The decision removed bindings only (expires 0 or wildcard).
    public var isUnregister: Bool
    /// Successes are sampled under load: this one stands for so many.
    public var weight: UInt32

    /// An exchange of which only the request's path is known yet.
    public init(path: ReceivedFrom) {
        self.path = path
        repliedAt = path.at
        status = 0
        refusal = nil
        findings = DigestFindings()
        badges = []
        accessRule = 0
        granted = 0
        contacts = 0
        isRetransmission = false
        isUnregister = false
        weight = 1
    }
}

/// A line for the log view: something the program noticed or did.
public struct Notice: Codable, Hashable, Sendable {
    /// How much it matters.
    public enum Level: UInt8, WordCodable, Comparable, Sendable {
        case debug, info, warning, error

        /// `debug`, `info`, `warning` or `error`.
        public var codingWord: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        /// In the order of their numbers.
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// When.
    public var at: Timestamp
    /// How much it matters.
    public var level: Level
    /// One sentence, without control characters.
    public var text: String

    /// Puts the parts together.
    public init(at: Timestamp, level: Level, text: String) {
        self.at = at
        self.level = level
        self.text = text
    }
}

/// What reaches the monitor besides dirty bindings, whatever watched it: our loops, or later a capture.
public enum MonitorEvent: Sendable {
    /// A request and its reply, with the bytes of both (`reply` empty if none was sent).
    case exchange(Exchange, request: [UInt8], reply: [UInt8])
    /// A message of a request that is passed on, with its bytes.
    case call(CallMessage, bytes: [UInt8])
    /// So many exchanges were lost because the ring was full.
    case gap(Int)
    /// A line for the log.
    case notice(Notice)
    /// A line of the audit trail.
    case audit(AuditRecord)
    /// The block list as it is now.
    case blocks([Block])
}
