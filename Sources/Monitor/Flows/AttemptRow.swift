public import BindingTable
public import SIPMessage
public import Timing

/// What became of one try to register: one word per attempt, not per message.
public enum AttemptVerdict: UInt8, WordCodable, Hashable, Sendable {
    /// Granted.
    case ok
    /// Granted: all named bindings removed.
    case unregistered
    /// Granted: asked only what is bound (RFC 3261 §10.2.3).
    case query
    /// Challenged, and the answer is still out.
    case waiting
    /// Challenged, and no answer came in time.
    case abandoned
    case wrongPassword, unknownUser
    /// Ended on an old nonce.
    case stale
    /// Somebody repeated an earlier login.
    case replay
    /// Credentials incomplete, for a nonce that is not ours, or by a scheme not offered.
    case credentials
    /// Not allowed for this address of record.
    case forbidden
    /// Refused by an operator's block.
    case blocked
    /// A domain, address of record or service that is not here.
    case domain
    /// Asked for less time than the minimum.
    case brief
    /// CSeq not higher than the last.
    case order
    /// Too many contacts.
    case limit
    /// The message breaks the grammar or the rules of REGISTER.
    case malformed
    /// An extension, method or body that is not served.
    case unsupported
    /// We could not: store or load.
    case server
    /// Nobody new is let in ahead of maintenance: no failed login, for nothing is wrong with it.
    case drained
    /// Another request than REGISTER, answered.
    case other

    /// The word on the screen, at most 7 letters.
    public var word: String {
        switch self {
        case .ok: "OK"
        case .unregistered: "UNREG"
        case .query: "QUERY"
        case .waiting: "WAIT"
        case .abandoned: "NOREPLY"
        case .wrongPassword: "PASSWD"
        case .unknownUser: "NOUSER"
        case .stale: "STALE"
        case .replay: "REPLAY"
        case .credentials: "CREDS"
        case .forbidden: "FORBID"
        case .blocked: "BLOCKED"
        case .domain: "DOMAIN"
        case .brief: "SHORT"
        case .order: "CSEQ"
        case .limit: "LIMIT"
        case .malformed: "BADMSG"
        case .unsupported: "UNSUPP"
        case .server: "SERVER"
        case .drained: "DRAINED"
        case .other: "OTHER"
        }
    }

    /// The word of the screen.
    public var codingWord: String { word }

    /// Counts as a failed login.
    public var isFailure: Bool {
        switch self {
        case .ok, .unregistered, .query, .waiting, .drained, .other: false
        default: true
        }
    }
}

/// One request and its reply within an attempt, short: `R 401`, `R(0) 200`.
public struct AttemptStep: Codable, Hashable, Sendable {
    /// The request took bindings away (expires 0 or `*`).
    public var isUnregister: Bool
    /// It carried credentials.
    public var hasCredentials: Bool
    /// Status of the reply; 0 if none.
    public var status: UInt16
    /// The challenge said stale=true.
    public var isStale: Bool
    /// So often it, or its reply, was repeated.
    public var retransmissions: Int

    /// Puts the parts together.
    public init(
        isUnregister: Bool,
        hasCredentials: Bool,
        status: UInt16,
        isStale: Bool,
        retransmissions: Int = 0
    ) {
        self.isUnregister = isUnregister
        self.hasCredentials = hasCredentials
        self.status = status
        self.isStale = isStale
        self.retransmissions = retransmissions
    }
}

/// One try of a phone to register, with its challenge and its outcome.
public struct AttemptRow: Codable, Hashable, Sendable {
    /// Names it.
    public var id: AttemptID
    /// When its first message came.
    public var startedAt: Timestamp
    /// When its last reply left.
    public var endedAt: Timestamp
    /// Canonical address of record, or what stood in To if that can't be read.
    public var aor: String
    /// Method of the request, `REGISTER` nearly always.
    public var method: String
    /// Where it came from.
    public var path: ReceivedFrom
    /// Its messages, short.
    public var steps: [AttemptStep]
    /// What became of it.
    public var verdict: AttemptVerdict
    /// The refusal behind the verdict; nil if granted or waiting.
    public var refusal: RefusalReason?
    /// User-Agent of its last request.
    public var agent: String
    /// Its Call-ID.
    public var callID: String
    /// How it went as a call, if it is no try to register but a request on its way to somebody: then `verdict` is
    /// `waiting` or `other`, and `steps` is empty.
    public var call: CallRow?

    /// Puts the parts together.
    public init(
        id: AttemptID,
        startedAt: Timestamp,
        endedAt: Timestamp,
        aor: String,
        method: String,
        path: ReceivedFrom,
        steps: [AttemptStep],
        verdict: AttemptVerdict,
        refusal: RefusalReason?,
        agent: String,
        callID: String,
        call: CallRow? = nil,
    ) {
        self.id = id
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.aor = aor
        self.method = method
        self.path = path
        self.steps = steps
        self.verdict = verdict
        self.refusal = refusal
        self.agent = agent
        self.callID = callID
        self.call = call
    }
}

/// One message of a ladder.
public struct LadderMessage: Codable, Sendable {
    /// When it came or left.
    public var at: Timestamp
    /// From the phone to us.
    public var isRequest: Bool
    /// `REGISTER 15 + Digest` or `401 Unauthorized (rejected)`: method, CSeq, status as they stand in it.
    public var summary: String
    /// Status code; 0 for a request.
    public var status: UInt16
    /// It, or the reply, was sent again.
    public var isRetransmission: Bool
    /// The message, whole.
    public var bytes: [UInt8]
    /// Of a call's message: between us and which end, 0 being the caller and the rest the legs of its row; and whether
    /// we sent it. nil for a try to register, where requests come and replies go.
    public var leg: Int?, isOutgoing: Bool?

    /// Puts the parts together.
    public init(
        at: Timestamp,
        isRequest: Bool,
        summary: String,
        status: UInt16,
        isRetransmission: Bool,
        bytes: [UInt8],
        leg: Int? = nil,
        isOutgoing: Bool? = nil,
    ) {
        self.leg = leg
        self.isOutgoing = isOutgoing
        self.at = at
        self.isRequest = isRequest
        self.summary = summary
        self.status = status
        self.isRetransmission = isRetransmission
        self.bytes = bytes
    }
}

/// One attempt with all its messages and all that was found.
public struct AttemptDetail: Codable, Sendable {
    /// The row.
    public var row: AttemptRow
    /// Its messages in order.
    public var messages: [LadderMessage]
    /// The exchange (request, decision, reply) that each pair of messages belongs to, in order.
    public var exchanges: [Exchange]
    /// Failures from the same source within ten minutes: of an attempt that failed as they were at its end,
    /// this one included, of another as they are now.
    public var failuresFromSource: Int
    /// A login from the source was granted, as far as it is still remembered.
    public var sourceEverSucceeded: Bool
    /// How the binding that it made or prolonged has ended since, if it has and that is still known; of a call that
    /// found nobody registered, how the last binding there was had ended.
    public var bindingEnd: BindingEnd?

    /// Puts the parts together.
    public init(
        row: AttemptRow,
        messages: [LadderMessage],
        exchanges: [Exchange],
        failuresFromSource: Int,
        sourceEverSucceeded: Bool,
        bindingEnd: BindingEnd? = nil,
    ) {
        self.row = row
        self.messages = messages
        self.exchanges = exchanges
        self.failuresFromSource = failuresFromSource
        self.sourceEverSucceeded = sourceEverSucceeded
        self.bindingEnd = bindingEnd
    }
}

/// The end of a binding.
public struct BindingEnd: Codable, Hashable, Sendable {
    /// Why it ended.
    public var cause: Cause
    /// When.
    public var at: Timestamp
    /// The operator behind it; empty if there is none, or it is no longer known.
    public var by: String

    /// Puts the parts together.
    public init(cause: Cause, at: Timestamp, by: String) {
        self.cause = cause
        self.at = at
        self.by = by
    }
}
