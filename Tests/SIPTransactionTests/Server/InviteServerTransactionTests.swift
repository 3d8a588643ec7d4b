import SIPTransaction
import Testing
import Timing

/// RFC 3261 §17.2.1 as RFC 6026 §7.1 has mended it: every input in every state.
@Suite struct InviteServerTransactionTests {
    typealias Transaction = InviteServerTransaction

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
        Row(.proceeding, .request, .proceeding, .repeatReply),
        Row(.proceeding, .ack, .proceeding, .nothing),
        Row(.proceeding, .provisional, .proceeding, .sendReply),
        Row(.proceeding, .success, .accepted, .sendReplyAndStartTimerL),
        Row(.proceeding, .failure, .completed, .sendReplyAndStartTimersGAndH),
        Row(.proceeding, .timerG, .proceeding, .nothing),
        Row(.proceeding, .timerH, .proceeding, .nothing),
        Row(.proceeding, .timerI, .proceeding, .nothing),
        Row(.proceeding, .timerL, .proceeding, .nothing),
        Row(.proceeding, .transportError, .proceeding, .report),
        Row(.completed, .request, .completed, .repeatReply),
        Row(.completed, .ack, .confirmed, .absorbAndStartTimerI),
        Row(.completed, .provisional, .completed, .nothing),
        Row(.completed, .success, .completed, .nothing),
        Row(.completed, .failure, .completed, .nothing),
        Row(.completed, .timerG, .completed, .repeatReplyAndRestartTimerG),
        Row(.completed, .timerH, .terminated, .terminateAndReport),
        Row(.completed, .timerI, .completed, .nothing),
        Row(.completed, .timerL, .completed, .nothing),
        Row(.completed, .transportError, .completed, .report),
        Row(.confirmed, .request, .confirmed, .absorb),
        Row(.confirmed, .ack, .confirmed, .absorb),
        Row(.confirmed, .provisional, .confirmed, .nothing),
        Row(.confirmed, .success, .confirmed, .nothing),
        Row(.confirmed, .failure, .confirmed, .nothing),
        Row(.confirmed, .timerG, .confirmed, .nothing),
        Row(.confirmed, .timerH, .confirmed, .nothing),
        Row(.confirmed, .timerI, .terminated, .terminate),
        Row(.confirmed, .timerL, .confirmed, .nothing),
        Row(.confirmed, .transportError, .confirmed, .nothing),
        Row(.accepted, .request, .accepted, .absorb),
        Row(.accepted, .ack, .accepted, .reportAck),
        Row(.accepted, .provisional, .accepted, .nothing),
        Row(.accepted, .success, .accepted, .sendReply),
        Row(.accepted, .failure, .accepted, .nothing),
        Row(.accepted, .timerG, .accepted, .nothing),
        Row(.accepted, .timerH, .accepted, .nothing),
        Row(.accepted, .timerI, .accepted, .nothing),
        Row(.accepted, .timerL, .terminated, .terminate),
        Row(.accepted, .transportError, .accepted, .report),
        Row(.terminated, .request, .terminated, .nothing),
        Row(.terminated, .ack, .terminated, .nothing),
        Row(.terminated, .provisional, .terminated, .nothing),
        Row(.terminated, .success, .terminated, .nothing),
        Row(.terminated, .failure, .terminated, .nothing),
        Row(.terminated, .timerG, .terminated, .nothing),
        Row(.terminated, .timerH, .terminated, .nothing),
        Row(.terminated, .timerI, .terminated, .nothing),
        Row(.terminated, .timerL, .terminated, .nothing),
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

    @Test("RFC 3261 §17.2.1: replies are repeated after 0.5, 1, 2, 4, 4 … s over UDP, and never over TCP")
    func timerG() {
        var gap = Transaction.timerG(isReliable: false)
        var gaps: [Int] = []
        for _ in 0..<6 {
            guard let wait = gap else { break }
            gaps.append(wait.milliseconds)
            gap = Transaction.timerG(after: wait)
        }
        #expect(gaps == [500, 1_000, 2_000, 4_000, 4_000, 4_000])
        #expect(Transaction.timerG(isReliable: true) == nil)
    }

    @Test func timersHAndLAre64T1AndTimerIIsT4OrNothing() {
        #expect(Transaction.timerH == .seconds(32))
        #expect(Transaction.timerL == .seconds(32))
        #expect(Transaction.timerI(isReliable: false) == .seconds(5))
        #expect(Transaction.timerI(isReliable: true) == .zero)
    }
}
