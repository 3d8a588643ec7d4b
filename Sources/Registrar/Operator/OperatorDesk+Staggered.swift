public import BindingTable
import Synchronization
public import Timing

extension OperatorDesk {
    /// How far the act has come that is done a few bindings at a time, or the last one that was; nil if there was none.
    public var progress: ActProgress? { log.withLock { _ in staggered.withLock { $0?.progress } } }

    /// An act is under way: time is to pass for it (`advance`).
    public var isUnderWay: Bool { log.withLock { _ in staggered.withLock { $0?.isUnderWay ?? false } } }

    /// Begins an act that is done a few bindings at a time. Its targets are frozen as they are named: what changes
    /// until its turn comes is skipped.
    func begin(
        _ command: OperatorCommand,
        _ targets: [BindingTarget],
        _ rate: Int,
        _ clock: ClockReading,
        _ log: inout UndoLog,
        _ audit: ([AuditRecord]) -> Bool,
    ) -> CommandOutcome {
        if let other = staggered.withLock({ $0?.progress }), other.state == .underWay {
            return CommandOutcome(refusal: Self.busy(other))
        }
        guard targets.count <= UndoLog.bindings else {
            return CommandOutcome(
                refusal: "At most \(UndoLog.bindings) bindings can be acted on at a time: narrow the filter."
            )
        }
        // Looked at whole, so that it is refused before it begins if it can't be done whole: too many blocks, no store.
        let expected = run(command, at: clock.timestamp, isDryRun: true, partOf: nil, &log)
        guard expected.refusal == nil, !targets.isEmpty else { return expected }
        let record = AuditTrail.begin(command, as: log.upcoming, total: targets.count, rate: rate, clock)
        guard audit([record]) else { return CommandOutcome(refusal: Self.unrecorded) }
        var act = UndoLog.Act(of: command, at: clock.timestamp)
        act.id = log.nextID()
        log.open(act)
        let begun = StaggeredAct(command, targets, rate: rate, as: act.id, at: clock.timestamp)
        staggered.withLock { $0 = begun }
        var outcome = CommandOutcome(id: act.id, unreachable: expected.unreachable)
        outcome.progress = begun.progress
        return outcome
    }

    private static func busy(_ other: ActProgress) -> String {
        "Act \(other.act.rawValue) by \(other.by.short) is under way (\(other.counts.total) of \(other.total)): "
            + "one at a time, so abort it or wait for its end."
    }

    /// Lets time pass for the act that is done a few bindings at a time.
    ///
    /// - Parameters:
    ///   - audit: writes the lines of a part before it is done; an act whose lines can't be written is stopped.
    ///   - end: writes the line of its end, when it has ended.
    /// - Returns: how far it has come, if it came further or ended; nil if nothing was due.
    public func advance(
        to clock: ClockReading,
        audit: ([AuditRecord]) -> Bool,
        end: (AuditRecord) -> Void,
    ) -> ActProgress? {
        log.withLock { log in
            guard var act = staggered.withLock({ $0 }), let part = act.take(at: clock.timestamp) else {
                return nil
            }
            let outcome = perform(part, clock, partOf: act.progress.act, &log, audit)
            if let refusal = outcome.refusal {
                act.end(.stopped, because: refusal)
            } else {
                act.note(outcome)
            }
            return settle(act, clock, &log, end)
        }
    }

    /// Stops the act that goes on, because the program ends; `end` writes the line that says so.
    public func stop(
        _ reason: String,
        clock: ClockReading,
        end: (AuditRecord) -> Void,
    ) -> ActProgress? {
        log.withLock { log in
            guard var act = staggered.withLock({ $0 }), act.isUnderWay else { return nil }
            act.end(.stopped, because: reason)
            return settle(act, clock, &log, end)
        }
    }

    /// Keeps how far the act has come; the line of its end is written after what it tells of.
    private func settle(
        _ act: StaggeredAct,
        _ clock: ClockReading,
        _ log: inout UndoLog,
        _ end: (AuditRecord) -> Void,
    ) -> ActProgress {
        if !act.isUnderWay {
            log.close(act.progress.act)
            end(AuditTrail.end(of: act.progress, clock))
        }
        staggered.withLock { $0 = act.isUnderWay ? act : act.withoutTargets }
        return act.progress
    }

    /// Ends the act that goes on, because an operator wants it.
    func abort(
        _ id: CommandID,
        _ command: OperatorCommand,
        _ isDryRun: Bool,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        guard var act = staggered.withLock({ $0 }), act.isUnderWay, act.progress.act == id else {
            return CommandOutcome(refusal: "Act \(id.rawValue) is not under way: it has ended, or never was.")
        }
        act.end(.aborted, because: command.by.short)
        var outcome = CommandOutcome(undoUntil: act.progress.undoUntil)
        outcome.progress = act.progress
        guard !isDryRun else { return outcome }
        log.close(id)
        staggered.withLock { $0 = act.withoutTargets }
        return outcome
    }
}
