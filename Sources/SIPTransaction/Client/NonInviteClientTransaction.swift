public import Timing

/// The client transaction of every request but INVITE and ACK; RFC 3261 §17.1.2, figure 6.
///
/// Only the state: who keeps it, keeps the request and the three deadlines beside it.
public struct NonInviteClientTransaction: Hashable, Sendable, BitwiseCopyable {
    /// Where it stands.
    public enum State: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The request went out and nothing came back.
        case trying
        /// A provisional response came.
        case proceeding
        /// The final response came; copies of it are absorbed.
        case completed
        /// Over.
        case terminated
    }

    /// What can happen to it.
    public enum Input: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// A 1xx came.
        case provisional
        /// A 2xx to 6xx came.
        case final
        /// Timer E is due: the request may have got lost.
        case timerE
        /// Timer F is due: nobody will answer.
        case timerF
        /// Timer K is due: no copy of the response is under way any more.
        case timerK
        /// The request could not be sent, or its connection is gone.
        case transportError
    }

    /// What is to be done about it.
    public enum Action: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Nothing at all.
        case nothing
        /// Send the request again, and start Timer E anew.
        case repeatRequest
        /// Pass the response to the transaction's user.
        case report
        /// As `report`; Timers E and F stop, Timer K starts.
        case reportAndStartTimerK
        /// Drop the response: a copy of the one that was reported.
        case absorb
        /// Tell the user that no answer came, and forget the transaction (§8.1.3.1: as a 408).
        case terminateByTimeout
        /// Tell the user that the request did not get through, and forget it (§8.1.3.1: as a 503).
        case terminateByTransport
        /// Forget it.
        case terminate
    }

    /// The estimate of the round trip (§17.1.1.1).
    public static let t1 = Interval.milliseconds(500)
    /// The longest time between two copies of a request (§17.1.2.2).
    public static let t2 = Interval.seconds(4)
    /// The longest time that a message stays in the network (§17.1.2.2).
    public static let t4 = Interval.seconds(5)
    /// Timer F: 64 × T1, over any transport (§17.1.2.2).
    public static let timerF = Interval.milliseconds(64 * 500)

    /// Where it stands.
    public private(set) var state: State

    /// The transaction of a request that has just been sent, or one in the given state.
    public init(state: State = .trying) { self.state = state }

    /// Timer K: T4 where copies of a response can come, nothing where they can't (§17.1.2.2).
    @inlinable
    public static func timerK(isReliable: Bool) -> Interval { isReliable ? .zero : t4 }

    /// How long to wait for the next copy of the request once one has been sent after `previous`: twice as
    /// long, T2 at most; always T2 once a provisional response shows that the request is there (§17.1.2.2).
    public func timerE(after previous: Interval) -> Interval {
        state == .proceeding ? Self.t2 : min(previous + previous, Self.t2)
    }

    /// Takes one input and says what to do.
    public mutating func receive(_ input: Input) -> Action {
        switch (state, input) {
        case (.trying, .provisional), (.proceeding, .provisional):
            state = .proceeding
            return .report
        case (.trying, .final), (.proceeding, .final):
            state = .completed
            return .reportAndStartTimerK
        case (.trying, .timerE), (.proceeding, .timerE): return .repeatRequest
        case (.trying, .timerF), (.proceeding, .timerF):
            state = .terminated
            return .terminateByTimeout
        case (.trying, .transportError), (.proceeding, .transportError):
            state = .terminated
            return .terminateByTransport
        case (.completed, .provisional), (.completed, .final): return .absorb
        case (.completed, .timerK):
            state = .terminated
            return .terminate
        // Timers that do not run, and an error when there is nothing left to send.
        case (.trying, .timerK), (.proceeding, .timerK), (.completed, .timerE), (.completed, .timerF),
            (.completed, .transportError):
            return .nothing
        case (.terminated, _): return .nothing
        }
    }
}
