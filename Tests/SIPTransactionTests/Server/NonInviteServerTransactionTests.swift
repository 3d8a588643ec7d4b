import SIPTransaction
import Testing
import Timing

/// RFC 3261 §17.2.2, figure 8: every input in every state.
@Suite struct NonInviteServerTransactionTests {
    typealias Transaction = NonInviteServerTransaction

    struct Row: Sendable {
        let state: Transaction.State
        let input: Transaction.Input
        let next: Transaction.State
        let action: Transaction.Action

        init(
            _ state: Transaction.State,
            _ input: Transaction.Input,
            _ next: Transaction.State,
            _ action: Transaction.Action,
        ) {
            self.state = state
            self.input = input
            self.next = next
            self.action = action
        }
    }

    static let table: [Row] = [
        Row(.trying, .request, .trying, .absorb),
        Row(.trying, .provisional, .proceeding, .sendReply),
        Row(.trying, .final, .completed, .sendReplyAndStartTimerJ),
        Row(.trying, .timerJ, .trying, .nothing),
        Row(.trying, .transportError, .terminated, .terminateAndReport),
        Row(.proceeding, .request, .proceeding, .repeatReply),
        Row(.proceeding, .provisional, .proceeding, .sendReply),
        Row(.proceeding, .final, .completed, .sendReplyAndStartTimerJ),
        Row(.proceeding, .timerJ, .proceeding, .nothing),
        Row(.proceeding, .transportError, .terminated, .terminateAndReport),
        Row(.completed, .request, .completed, .repeatReply),
        Row(.completed, .provisional, .completed, .nothing),
        Row(.completed, .final, .completed, .nothing),
        Row(.completed, .timerJ, .terminated, .terminate),
        Row(.completed, .transportError, .terminated, .terminateAndReport),
        Row(.terminated, .request, .terminated, .nothing),
        Row(.terminated, .provisional, .terminated, .nothing),
        Row(.terminated, .final, .terminated, .nothing),
        Row(.terminated, .timerJ, .terminated, .nothing),
        Row(.terminated, .transportError, .terminated, .nothing),
    ]

    @Test(arguments: table) func row(_ row: Row) {
        var transaction = Transaction(state: row.state)
        #expect(transaction.receive(row.input) == row.action)
        #expect(transaction.state == row.next)
    }

    @Test func theTableIsWhole() {
        #expect(Self.table.count == Transaction.State.allCases.count * Transaction.Input.allCases.count)
        let pairs = Set(Self.table.map { [$0.state.rawValue, $0.input.rawValue] })
        #expect(pairs.count == Self.table.count)
    }

    @Test func timerJIs64T1OrNothing() {
        #expect(Transaction.timerJ(isReliable: false) == .seconds(32))
        #expect(Transaction.timerJ(isReliable: true) == .zero)
    }
}
