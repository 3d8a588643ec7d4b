public import BindingTable
import Timing

/// What came of a ticket that came back from the store to the operators' desk.
public enum ActCompletion: Sendable {
    /// It was none of the desk's.
    case unknown
    /// It was committed, or others of its act are on their way yet.
    case settled
    /// The store could not commit the act, or part of it, and that was taken back.
    case takenBack(FailedAct)
}

/// An act of an operator that the store could not commit, so that it was taken back.
public struct FailedAct: Hashable, Sendable {
    /// What was done: `evict`, `expire`, `undo`.
    public var word: String
    /// Who did it.
    public var by: OperatorIdentity
    /// Why, in the operator's words.
    public var reason: String
    /// Bindings that are as before the act, unless their phones have been quicker.
    public var bindings: Int

    /// Puts the parts together.
    public init(word: String, by: OperatorIdentity, reason: String, bindings: Int) {
        self.word = word
        self.by = by
        self.reason = reason
        self.bindings = bindings
    }
}

/// The tickets of operators' acts that the store has, and what to do if it gives them back uncommitted.
struct IssuedTickets {
    /// One of them.
    struct Ticket {
        var act: UInt64
        var changes: [CommittedChange]
    }

    private struct Act {
        var failed: FailedAct
        var waiting = 0
    }

    private var tickets: [UInt64: Ticket] = [:]
    private var acts: [UInt64: Act] = [:]
    private var lastAct: UInt64 = 0
    private var lastToken: UInt64 = 0

    /// An act begins.
    mutating func begin(_ command: OperatorCommand) -> UInt64 {
        lastAct += 1
        let failed = FailedAct(
            word: command.verb.word,
            by: command.by,
            reason: command.reason,
            bindings: 0
        )
        acts = acts.filter { $0.value.waiting > 0 }
        acts[lastAct] = Act(failed: failed)
        return lastAct
    }

    /// A ticket of an act, which is remembered until it comes back.
    mutating func issue(
        _ changes: [CommittedChange],
        of act: UInt64,
        by identity: OperatorIdentity,
    ) -> CommitTicket {
        lastToken += 1
        let token = OperatorDesk.tokenBit | lastToken
        tickets[token] = Ticket(act: act, changes: changes)
        acts[act]?.waiting += 1
        return CommitTicket(token: token, changes: changes, by: identity.short)
    }

    /// A ticket came back.
    mutating func take(_ token: UInt64) -> Ticket? { tickets.removeValue(forKey: token) }

    /// Notes what came of a ticket; gives the act if it was the last one on its way and not all could be committed.
    mutating func note(_ ticket: Ticket, committed: Bool) -> FailedAct? {
        guard var act = acts[ticket.act] else { return nil }
        act.waiting -= 1
        if !committed { act.failed.bindings += ticket.changes.count }
        defer { acts[ticket.act] = act }
        guard act.waiting == 0, act.failed.bindings > 0 else { return nil }
        let failed = act.failed
        act.failed.bindings = 0
        return failed
    }
}
