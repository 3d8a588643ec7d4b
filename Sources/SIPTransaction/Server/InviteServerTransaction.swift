public import Timing

/// The server transaction of INVITE; RFC 3261 §17.2.1 with the state Accepted of RFC 6026 §7.1.
///
/// Only the state: who keeps it, keeps the last reply and the deadlines beside it. The user answers 100 at once.
public struct InviteServerTransaction: Hashable, Sendable, BitwiseCopyable {
    /// Where it stands.
    public enum State: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The request is with the transaction's user; provisional replies may have gone out.
        case proceeding
        /// A 3xx to 6xx went out and its ACK has not come.
        case completed
        /// The ACK came; copies of it are absorbed.
        case confirmed
        /// A 2xx went out; more of them may follow (RFC 6026).
        case accepted
        /// Over.
        case terminated
    }

    /// What can happen to it.
    public enum Input: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// The INVITE came again.
        case request
        /// An ACK with the branch of the INVITE came.
        case ack
        /// The user answers with a 1xx.
        case provisional
        /// The user answers with a 2xx.
        case success
        /// The user answers with a 3xx to 6xx.
        case failure
        /// Timer G is due: the reply or its ACK may have got lost.
        case timerG
        /// Timer H is due: no ACK will come.
        case timerH
        /// Timer I is due: no copy of the ACK is under way any more.
        case timerI
        /// Timer L is due: no further 2xx will follow.
        case timerL
        /// A reply could not be sent.
        case transportError
    }

    /// What is to be done about it.
    public enum Action: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Nothing at all.
        case nothing
        /// Drop what came: it has been dealt with.
        case absorb
        /// Keep the user's reply and send it.
        case sendReply
        /// Send the 2xx, which the user of the transaction repeats, not the transaction; Timer L starts.
        case sendReplyAndStartTimerL
        /// As `sendReply`; Timers G and H start.
        case sendReplyAndStartTimersGAndH
        /// Send the kept reply once more.
        case repeatReply
        /// As `repeatReply`; Timer G starts anew.
        case repeatReplyAndRestartTimerG
        /// Drop the ACK; Timers G and H stop, Timer I starts.
        case absorbAndStartTimerI
        /// The ACK is for the user: it acknowledges a 2xx.
        case reportAck
        /// Tell the user that a reply was lost; the transaction goes on (RFC 6026 §7.1).
        case report
        /// Forget the transaction and tell the user that nobody acknowledged.
        case terminateAndReport
        /// Forget it.
        case terminate
    }

    /// Where it stands.
    public private(set) var state: State

    /// The transaction of a request that has just come, or one in the given state.
    public init(state: State = .proceeding) { self.state = state }

    /// Timer G at first: T1 where replies can get lost, else it does not run (§17.2.1).
    @inlinable
    public static func timerG(isReliable: Bool) -> Interval? { isReliable ? nil : .milliseconds(500) }
    /// How long to wait for the next copy of the reply after one has been sent after `previous` (§17.2.1).
    @inlinable
    public static func timerG(after previous: Interval) -> Interval { min(previous + previous, .seconds(4)) }
    /// Timer H: 64 × T1, over any transport (§17.2.1).
    public static let timerH = Interval.milliseconds(64 * 500)
    /// Timer I: T4 where copies of an ACK can come, nothing where they can't (§17.2.1).
    @inlinable
    public static func timerI(isReliable: Bool) -> Interval { isReliable ? .zero : .seconds(5) }
    /// Timer L: 64 × T1, over any transport (RFC 6026 §7.1).
    public static let timerL = Interval.milliseconds(64 * 500)

    /// Takes one input and says what to do.
    public mutating func receive(_ input: Input) -> Action {
        switch (state, input) {
        case (.proceeding, _): return receiveProceeding(input)
        case (.completed, _): return receiveCompleted(input)
        case (.confirmed, .timerI), (.accepted, .timerL):
            state = .terminated
            return .terminate
        case (.confirmed, .request), (.confirmed, .ack), (.accepted, .request): return .absorb
        case (.accepted, .ack): return .reportAck
        // Each further 2xx is passed on as the first was (RFC 6026 §7.1).
        case (.accepted, .success): return .sendReply
        case (.accepted, .transportError): return .report
        // Replies after the final one, and timers that do not run.
        case (.confirmed, _), (.accepted, _): return .nothing
        case (.terminated, _): return .nothing
        }
    }

    private mutating func receiveProceeding(_ input: Input) -> Action {
        switch input {
        case .request: return .repeatReply
        case .provisional: return .sendReply
        case .success:
            state = .accepted
            return .sendReplyAndStartTimerL
        case .failure:
            state = .completed
            return .sendReplyAndStartTimersGAndH
        case .transportError: return .report
        // An ACK to a reply that was not final, and timers that do not run.
        case .ack, .timerG, .timerH, .timerI, .timerL: return .nothing
        }
    }

    private mutating func receiveCompleted(_ input: Input) -> Action {
        switch input {
        case .request: return .repeatReply
        case .ack:
            state = .confirmed
            return .absorbAndStartTimerI
        case .timerG: return .repeatReplyAndRestartTimerG
        case .timerH:
            state = .terminated
            return .terminateAndReport
        case .transportError: return .report
        // A second final reply and timers that do not run.
        case .provisional, .success, .failure, .timerI, .timerL: return .nothing
        }
    }
}
