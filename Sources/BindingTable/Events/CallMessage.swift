public import SIPMessage

/// How a request other than REGISTER ended for who sent it: what an operator wants to know of a call.
public enum CallVerdict: UInt8, WordCodable, Hashable, Sendable, BitwiseCopyable {
    /// A 2xx came back.
    case answered
    /// Sent elsewhere: 302 with the contacts.
    case redirected
    /// Asked for a password: 407, not a failure.
    case challenged
    /// It rang and was not picked up: 408 after a ringing, Timer C, or 480 from the phone.
    case noAnswer
    /// 486 or 600: somebody talks already.
    case busy
    /// 603, or 403 and the like from the phone: it does not want to.
    case declined
    /// The caller has given it up: CANCEL, 487.
    case cancelled
    /// The address of record is ours and nobody is registered for it.
    case noBinding
    /// No such address of record, or a domain that is not ours and leads nowhere.
    case unknown
    /// Every phone's connection is gone, or nothing came back from any of them.
    case deadContact
    /// It went round, or too far.
    case loop
    /// The settings do not allow it: no relay, wrong identity, block, denied source.
    case notAllowed
    /// Any other final answer.
    case failed

    /// The word of filters, tables and metrics.
    public var codingWord: String {
        switch self {
        case .answered: "answered"
        case .redirected: "redirected"
        case .challenged: "challenged"
        case .noAnswer: "no-answer"
        case .busy: "busy"
        case .declined: "declined"
        case .cancelled: "cancelled"
        case .noBinding: "no-binding"
        case .unknown: "unknown"
        case .deadContact: "dead-contact"
        case .loop: "loop"
        case .notAllowed: "not-allowed"
        case .failed: "failed"
        }
    }
}

/// One message of a request that is passed on, on one of its legs: the droppable half of what the monitor learns of
/// calls. The bytes travel beside it.
///
/// The messages of one request have the same `call`. Leg 0 is the caller's; the branches are legs from 1 on, in the
/// order in which they were tried.
public struct CallMessage: Codable, Hashable, Sendable, BitwiseCopyable {
    /// Which request, for the life of the process: all legs of it, its responses, its CANCEL and the ACK of a refusal.
    public var call: UInt64
    /// Which leg.
    public var leg: UInt8
    /// We sent it; else it came.
    public var isOutgoing: Bool
    /// The peer (`source`), our own address, the transport and the moment, for both directions.
    public var path: ReceivedFrom
    /// The method of the request, also of a response's.
    public var method: SIPMessage.Method
    /// Status code of a response; 0: a request.
    public var status: UInt16
    /// The binding that the leg leads to; nil: it leads to no binding, or it is the caller's.
    public var binding: BindingID?
    /// Why a request was refused here; with the final response to the caller only.
    public var refusal: RefusalReason?
    /// How it ended for the caller; with the final response to the caller only.
    public var verdict: CallVerdict?
    /// The same message went before.
    public var isRetransmission: Bool

    /// A message that came or goes, of which the rest is as usual.
    public init(
        call: UInt64,
        leg: UInt8,
        isOutgoing: Bool,
        path: ReceivedFrom,
        method: SIPMessage.Method,
        status: UInt16 = 0,
    ) {
        self.call = call
        self.leg = leg
        self.isOutgoing = isOutgoing
        self.path = path
        self.method = method
        self.status = status
        binding = nil
        refusal = nil
        verdict = nil
        isRetransmission = false
    }
}
