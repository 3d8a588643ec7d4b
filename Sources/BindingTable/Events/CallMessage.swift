public import SIPMessage

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
