import SIPTransaction
import Testing
import Timing

/// RFC 3261 §17.1.1 as RFC 6026 §7.2 has mended it: every input in every state.
@Suite struct InviteClientTransactionTests {
    typealias Transaction = InviteClientTransaction

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
        Row(.calling, .provisional, .proceeding, .reportAndStopTimers),
        Row(.calling, .success, .accepted, .reportAndStartTimerM),
        Row(.calling, .failure, .completed, .acknowledgeAndReport),
        Row(.calling, .timerA, .calling, .repeatRequest),
        Row(.calling, .timerB, .terminated, .terminateByTimeout),
        Row(.calling, .timerD, .calling, .nothing),
        Row(.calling, .timerM, .calling, .nothing),
        Row(.calling, .transportError, .terminated, .terminateByTransport),
        Row(.proceeding, .provisional, .proceeding, .report),
        Row(.proceeding, .success, .accepted, .reportAndStartTimerM),
        Row(.proceeding, .failure, .completed, .acknowledgeAndReport),
        Row(.proceeding, .timerA, .proceeding, .nothing),
        Row(.proceeding, .timerB, .proceeding, .nothing),
        Row(.proceeding, .timerD, .proceeding, .nothing),
        Row(.proceeding, .timerM, .proceeding, .nothing),
        Row(.proceeding, .transportError, .terminated, .terminateByTransport),
        Row(.completed, .provisional, .completed, .nothing),
        Row(.completed, .success, .completed, .nothing),
        Row(.completed, .failure, .completed, .acknowledge),
        Row(.completed, .timerA, .completed, .nothing),
        Row(.completed, .timerB, .completed, .nothing),
        Row(.completed, .timerD, .terminated, .terminate),
        Row(.completed, .timerM, .completed, .nothing),
        Row(.completed, .transportError, .terminated, .terminate),
        Row(.accepted, .provisional, .accepted, .nothing),
        Row(.accepted, .success, .accepted, .report),
        Row(.accepted, .failure, .accepted, .nothing),
        Row(.accepted, .timerA, .accepted, .nothing),
        Row(.accepted, .timerB, .accepted, .nothing),
        Row(.accepted, .timerD, .accepted, .nothing),
        Row(.accepted, .timerM, .terminated, .terminate),
        Row(.accepted, .transportError, .accepted, .nothing),
        Row(.terminated, .provisional, .terminated, .nothing),
        Row(.terminated, .success, .terminated, .nothing),
        Row(.terminated, .failure, .terminated, .nothing),
        Row(.terminated, .timerA, .terminated, .nothing),
        Row(.terminated, .timerB, .terminated, .nothing),
        Row(.terminated, .timerD, .terminated, .nothing),
        Row(.terminated, .timerM, .terminated, .nothing),
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

    @Test func eachActionIsTakenSomewhere() {
        #expect(Set(Self.table.map(\.action)) == Set(Transaction.Action.allCases))
    }

    @Test(
        "RFC 3261 §17.1.1.2: the request is repeated after 0.5, 1, 2, 4, 8 … s over UDP, and never over TCP"
    )
    func timerA() {
        var gap = Transaction.timerA(isReliable: false)
        var gaps: [Int] = []
        for _ in 0..<6 {
            guard let wait = gap else { break }
            gaps.append(wait.milliseconds)
            gap = Transaction.timerA(after: wait)
        }
        #expect(gaps == [500, 1_000, 2_000, 4_000, 8_000, 16_000])
        #expect(Transaction.timerA(isReliable: true) == nil)
    }

    @Test func timersBAndMAre64T1AndTimerDIs32SecondsOrNothing() {
        #expect(Transaction.timerB == .seconds(32))
        #expect(Transaction.timerM == .seconds(32))
        #expect(Transaction.timerD(isReliable: false) == .seconds(32))
        #expect(Transaction.timerD(isReliable: true) == .zero)
    }
}
