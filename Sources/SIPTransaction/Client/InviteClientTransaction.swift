public import Timing

/// The client transaction of INVITE; RFC 3261 §17.1.1 with the state Accepted of RFC 6026 §7.2.
///
/// Only the state: who keeps it, keeps the request, the ACK of a refusal and the deadlines beside it.
public struct InviteClientTransaction: Hashable, Sendable, BitwiseCopyable {
    /// Where it stands.
    public enum State: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The request went out and nothing came back.
        case calling
        /// A provisional response came: it is there, and takes its time.
        case proceeding
        /// A 3xx to 6xx came; each copy of it is acknowledged.
        case completed
        /// A 2xx came; more of them may follow (RFC 6026).
        case accepted
        /// Over.
        case terminated
    }

    /// What can happen to it.
    public enum Input: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// A 1xx came.
        case provisional
        /// A 2xx came.
        case success
        /// A 3xx to 6xx came.
        case failure
        /// Timer A is due: the request may have got lost.
        case timerA
        /// Timer B is due: nobody will answer.
        case timerB
        /// Timer D is due: no copy of the response is under way any more.
        case timerD
        /// Timer M is due: no further 2xx will come.
        case timerM
        /// The request could not be sent, or its connection is gone.
        case transportError
    }

    /// What is to be done about it.
    public enum Action: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Nothing at all.
        case nothing
        /// Send the request again, and start Timer A anew with twice the time.
        case repeatRequest
        /// Pass the response to the transaction's user.
        case report
        /// As `report`; Timers A and B stop.
        case reportAndStopTimers
        /// As `report`, and Timer M starts. The ACK is the user's affair.
        case reportAndStartTimerM
        /// Send the ACK and report the response; Timer D starts.
        case acknowledgeAndReport
        /// Send the ACK again: a copy of the response that was reported.
        case acknowledge
        /// Tell the user that no answer came, and forget the transaction (§8.1.3.1: as a 408).
        case terminateByTimeout
        /// Tell the user that the request did not get through, and forget it (§8.1.3.1: as a 503).
        case terminateByTransport
        /// Forget it.
        case terminate
    }

    /// Where it stands.
    public private(set) var state: State

    /// The transaction of a request that has just been sent, or one in the given state.
    public init(state: State = .calling) { self.state = state }

    /// Timer A at first: T1 where requests can get lost, else it does not run (§17.1.1.2).
    @inlinable
    public static func timerA(isReliable: Bool) -> Interval? { isReliable ? nil : .milliseconds(500) }
    /// How long to wait for the next copy of the request after one has been sent after `previous` (§17.1.1.2).
    @inlinable
    public static func timerA(after previous: Interval) -> Interval { previous + previous }
    /// Timer B: 64 × T1, over any transport (§17.1.1.2).
    public static let timerB = Interval.milliseconds(64 * 500)
    /// Timer D: 32 s where copies of a response can come, nothing where they can't (§17.1.1.2).
    @inlinable
    public static func timerD(isReliable: Bool) -> Interval { isReliable ? .zero : .seconds(32) }
    /// Timer M: 64 × T1, over any transport (RFC 6026 §7.2).
    public static let timerM = Interval.milliseconds(64 * 500)

    /// Takes one input and says what to do.
    public mutating func receive(_ input: Input) -> Action {
        switch (state, input) {
        case (.calling, .provisional):
            state = .proceeding
            return .reportAndStopTimers
        case (.proceeding, .provisional): return .report
        case (.calling, .success), (.proceeding, .success):
            state = .accepted
            return .reportAndStartTimerM
        case (.calling, .failure), (.proceeding, .failure):
            state = .completed
            return .acknowledgeAndReport
        case (.calling, .timerA): return .repeatRequest
        case (.calling, .timerB):
            state = .terminated
            return .terminateByTimeout
        case (.calling, .transportError), (.proceeding, .transportError):
            state = .terminated
            return .terminateByTransport
        case (.completed, .failure): return .acknowledge
        // Each further 2xx is the user's (RFC 6026 §7.2).
        case (.accepted, .success): return .report
        // An ACK that could not be sent ends it, too (§17.1.1.2); the user has its response.
        case (.completed, .timerD), (.completed, .transportError), (.accepted, .timerM):
            state = .terminated
            return .terminate
        // Timers that do not run, and responses that contradict the final one.
        case (.calling, _), (.proceeding, _), (.completed, _), (.accepted, _): return .nothing
        case (.terminated, _): return .nothing
        }
    }
}
