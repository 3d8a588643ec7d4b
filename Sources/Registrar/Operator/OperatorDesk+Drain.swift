import BindingTable
import Timing

extension OperatorDesk {
    /// Turns newcomers away, or lets them in again.
    func drain(
        _ isOn: Bool,
        _ length: Interval?,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        let before = state.policy.current.drain.flatMap { $0.isInForce(at: now) ? $0 : nil }
        guard isOn || before != nil else {
            return CommandOutcome(
                refusal: "nobody is turned away: somebody has lifted the drain, or it has ended."
            )
        }
        let after =
            isOn
            ? Drain(until: length.map { now + $0 }, reason: command.reason, by: command.by, since: now) : nil
        guard !isDryRun else { return CommandOutcome(undoUntil: after?.until) }
        state.policy.update { $0.drain = after }
        var act = UndoLog.Act(of: command, at: now)
        act.drain = UndoLog.DrainChange(before: before, after: after)
        return CommandOutcome(id: file(act, &log), undoUntil: after?.until)
    }

    /// Takes a drain, or its lifting, back; where somebody has decided otherwise since, that stays.
    static func undo(_ change: UndoLog.DrainChange, in policy: inout Policy, at now: Timestamp) {
        guard policy.drain == change.after else { return }
        policy.drain = change.before.flatMap { $0.isInForce(at: now) ? $0 : nil }
    }
}

extension Drain {
    /// Seconds after which whoever is turned away may come back, before they are spread: a few, for some phones
    /// never try again after a long time (SIP.js issue 472), and not beyond its end.
    func retryAfter(at now: Timestamp) -> UInt16 {
        guard let until else { return 30 }
        return UInt16(clamping: min(30, max(1, (until - now).secondsRoundedUp)))
    }
}
