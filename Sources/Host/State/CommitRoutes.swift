import BindingTable
import Registrar
import Synchronization
import Timing
import Transport

/// The way back from the storage thread: each token to whom it belongs, a loop's mailbox or the operators' desk.
final class CommitRoutes: Sendable {
    private let mailboxes: [Mailbox<CommitResult>]
    private let desk: OperatorDesk
    private let report: @Sendable (FailedAct) -> Void

    /// The routes to all loops, by their numbers; `report` hears of acts that were taken back.
    init(
        to mailboxes: [Mailbox<CommitResult>],
        desk: OperatorDesk,
        report: @escaping @Sendable (FailedAct) -> Void
    ) {
        self.mailboxes = mailboxes
        self.desk = desk
        self.report = report
    }

    /// A ticket came back; called on the storage thread, which it doesn't hold up.
    func deliver(_ token: UInt64, _ committed: Bool) {
        guard token & OperatorDesk.tokenBit == 0 else {
            let completion = desk.complete(token, committed: committed, at: SystemClock.read().timestamp)
            if case .takenBack(let act) = completion { report(act) }
            return
        }
        let loop = Int(token >> 48)
        guard loop < mailboxes.count else { return }
        // A loop that has ended has nobody to answer.
        mailboxes[loop].post(CommitResult(token: token, committed: committed))
    }
}
