import Timing

/// The client transaction of a REGISTER; RFC 3261 §17.1.2, with T1 = 500 ms and T2 = 4 s.
struct ClientTransaction: Sendable {
    /// What a tick asks for.
    enum Step: Equatable {
        case nothing
        /// Timer E: send the request again.
        case retransmit
        /// Timer F: nobody answers.
        case timeOut
    }

    /// The request as it was sent.
    let request: [UInt8]
    /// CSeq number of the request.
    let cseq: UInt32
    /// The request has credentials for a nonce that came within the same attempt, so that another 401
    /// without `stale` means that the password is wrong.
    let isAnswer: Bool
    private let isReliable: Bool
    private let deadline: Timestamp
    private var interval = Interval.milliseconds(500)
    private var retransmitAt: Timestamp

    init(request: [UInt8], cseq: UInt32, isAnswer: Bool, isReliable: Bool, now: Timestamp) {
        self.request = request
        self.cseq = cseq
        self.isAnswer = isAnswer
        self.isReliable = isReliable
        deadline = now + .seconds(32)
        retransmitAt = isReliable ? .distantFuture : now + interval
    }

    var nextDeadline: Timestamp { min(deadline, retransmitAt) }

    mutating func tick(now: Timestamp) -> Step {
        if now >= deadline { return .timeOut }
        guard now >= retransmitAt else { return .nothing }
        interval = min(Interval(nanoseconds: interval.nanoseconds * 2), .seconds(4))
        retransmitAt = now + interval
        return .retransmit
    }
}
