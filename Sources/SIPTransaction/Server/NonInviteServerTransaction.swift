public import Timing

/// The server transaction of every request but INVITE and ACK; RFC 3261 §17.2.2, figure 8.
///
/// Only the state: who keeps it, keeps the last reply and the deadline beside it.
public struct NonInviteServerTransaction: Hashable, Sendable, BitwiseCopyable {
    /// Where it stands.
    public enum State: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The request is with the transaction's user, who has not answered.
        case trying
        /// A provisional reply went out.
        case proceeding
        /// The final reply went out; it waits for retransmissions.
        case completed
        /// Over.
        case terminated
    }

    /// What can happen to it.
    public enum Input: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The same request came again.
        case request
        /// The user answers with a 1xx.
        case provisional
        /// The user answers with a 2xx to 6xx.
        case final
        /// Timer J is due.
        case timerJ
        /// The reply could not be sent.
        case transportError
    }

    /// What is to be done about it.
    public enum Action: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Nothing at all.
        case nothing
        /// Drop the request: it is being worked on.
        case absorb
        /// Keep the user's reply and send it.
        case sendReply
        /// As `sendReply`, and Timer J starts.
        case sendReplyAndStartTimerJ
        /// Send the kept reply once more.
        case repeatReply
        /// Forget the transaction.
        case terminate
        /// Forget it and tell the user that the reply was lost.
        case terminateAndReport
    }

    /// Where it stands.
    public private(set) var state: State

    /// The transaction of a request that has just come, or one in the given state.
    public init(state: State = .trying) { self.state = state }

    /// Timer J: 64 × T1 where replies can get lost, nothing where they can't (T1 = 500 ms, §17.1.1.1).
    @inlinable
    public static func timerJ(isReliable: Bool) -> Interval { isReliable ? .zero : .milliseconds(64 * 500) }

    /// Takes one input and says what to do.
    public mutating func receive(_ input: Input) -> Action {
        switch (state, input) {
        case (.trying, .request): return .absorb
        case (.proceeding, .request), (.completed, .request): return .repeatReply
        case (.trying, .provisional), (.proceeding, .provisional):
            state = .proceeding
            return .sendReply
        case (.trying, .final), (.proceeding, .final):
            state = .completed
            return .sendReplyAndStartTimerJ
        case (.completed, .timerJ):
            state = .terminated
            return .terminate
        case (.trying, .transportError), (.proceeding, .transportError), (.completed, .transportError):
            state = .terminated
            return .terminateAndReport
        // A second final reply and a timer that does not run are dropped (§17.2.2).
        case (.completed, .provisional), (.completed, .final), (.trying, .timerJ), (.proceeding, .timerJ):
            return .nothing
        case (.terminated, _): return .nothing
        }
    }
}
