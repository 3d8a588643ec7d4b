import Registrar
import Transport

/// The way back from the storage thread: each token to whom it belongs, a loop's mailbox or the operators' desk.
struct CommitRoutes: Sendable {
    private let mailboxes: [Mailbox<CommitResult>]
    private let settle: @Sendable (CommitResult) -> Void

    /// The routes to all loops, by their numbers, and to the desk, which must not be asked at once: a ticket may come
    /// back while its partition is locked.
    init(to mailboxes: [Mailbox<CommitResult>], settle: @escaping @Sendable (CommitResult) -> Void) {
        self.mailboxes = mailboxes
        self.settle = settle
    }

    /// A ticket came back; never waits.
    func deliver(_ token: UInt64, _ committed: Bool) {
        let result = CommitResult(token: token, committed: committed)
        guard token & OperatorDesk.tokenBit == 0 else { return settle(result) }
        let loop = Int(token >> 48)
        guard loop < mailboxes.count else { return }
        // A loop that has ended has nobody to answer.
        mailboxes[loop].post(result)
    }
}
