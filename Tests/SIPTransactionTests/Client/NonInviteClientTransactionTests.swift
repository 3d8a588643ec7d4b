import SIPTransaction
import Testing
import Timing

/// RFC 3261 §17.1.2, figure 6: every input in every state.
@Suite struct NonInviteClientTransactionTests {
    typealias Transaction = NonInviteClientTransaction

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
        Row(.trying, .provisional, .proceeding, .report),
        Row(.trying, .final, .completed, .reportAndStartTimerK),
        Row(.trying, .timerE, .trying, .repeatRequest),
        Row(.trying, .timerF, .terminated, .terminateByTimeout),
        Row(.trying, .timerK, .trying, .nothing),
        Row(.trying, .transportError, .terminated, .terminateByTransport),
        Row(.proceeding, .provisional, .proceeding, .report),
        Row(.proceeding, .final, .completed, .reportAndStartTimerK),
        Row(.proceeding, .timerE, .proceeding, .repeatRequest),
        Row(.proceeding, .timerF, .terminated, .terminateByTimeout),
        Row(.proceeding, .timerK, .proceeding, .nothing),
        Row(.proceeding, .transportError, .terminated, .terminateByTransport),
        Row(.completed, .provisional, .completed, .absorb),
        Row(.completed, .final, .completed, .absorb),
        Row(.completed, .timerE, .completed, .nothing),
        Row(.completed, .timerF, .completed, .nothing),
        Row(.completed, .timerK, .terminated, .terminate),
        Row(.completed, .transportError, .completed, .nothing),
        Row(.terminated, .provisional, .terminated, .nothing),
        Row(.terminated, .final, .terminated, .nothing),
        Row(.terminated, .timerE, .terminated, .nothing),
        Row(.terminated, .timerF, .terminated, .nothing),
        Row(.terminated, .timerK, .terminated, .nothing),
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

    @Test("RFC 3261 §17.1.2.2: Timer E doubles up to T2, and is T2 once a provisional response came")
    func timerE() {
        var transaction = Transaction()
        var gaps = [Transaction.t1]
        for _ in 0..<5 { gaps.append(transaction.timerE(after: gaps[gaps.count - 1])) }
        #expect(gaps.map(\.milliseconds) == [500, 1_000, 2_000, 4_000, 4_000, 4_000])
        _ = transaction.receive(.provisional)
        #expect(transaction.timerE(after: Transaction.t1) == Transaction.t2)
    }

    @Test("RFC 3261 §17.1.2.2: Timer F is 64 × T1, Timer K is T4 or nothing")
    func timersFAndK() {
        #expect(Transaction.timerF == .seconds(32))
        #expect(Transaction.timerK(isReliable: false) == .seconds(5))
        #expect(Transaction.timerK(isReliable: true) == .zero)
    }
}
