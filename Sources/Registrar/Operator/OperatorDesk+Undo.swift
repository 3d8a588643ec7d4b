public import BindingTable
import Synchronization
public import Timing

extension OperatorDesk {
    /// Most bindings that are looked at to say what undoing the listed acts would do.
    static let mostLookedAt = 20_000

    /// What can be undone, the newest act first, and what undoing it would do now; and the act that goes on, or the
    /// last that has.
    public func acts(at now: Timestamp) -> ActList {
        log.withLock { log in
            let progress = staggered.withLock { $0?.progress }
            var list = ActList(progress: progress, at: now)
            var room = Self.mostLookedAt
            for act in log.newest where list.undoable.count < ActList.mostListed {
                if let progress, progress.state == .underWay, progress.act == act.id { continue }
                if let entry = undoable(act, now, &room) { list.undoable.append(entry) }
            }
            return list
        }
    }

    /// An act as the list has it; nil for one that nothing would come of.
    private func undoable(_ act: UndoLog.Act, _ now: Timestamp, _ room: inout Int) -> UndoableAct? {
        let isOfBindings = !act.taken.isEmpty
        // Every binding's own expiry has passed: there is nothing left to put back.
        if isOfBindings, act.blocked.isEmpty, let until = act.until, until <= now { return nil }
        var counts: OutcomeCounts?
        var object = act.object
        if isOfBindings, act.taken.count <= room {
            room -= act.taken.count
            var execution = CommandExecution(state: state, now: now, isDryRun: true)
            execution.restore(act.taken, maximum: maximumContacts(by: state.policy.current))
            counts = OutcomeCounts(execution.targets.lazy.map(\.outcome))
            // Whose the only one is says more than that it is one.
            if act.taken.count == 1, let aor = execution.targets.first?.binding.texts.aor, !aor.isEmpty {
                object = String(decoding: aor, as: UTF8.self)
            }
        }
        return UndoableAct(
            act: act.id,
            verb: act.verb,
            object: object,
            by: act.by,
            reason: act.reason,
            at: act.at,
            until: act.until,
            counts: counts,
            bindings: act.taken.count
        )
    }

    /// Puts back what an act took.
    func undo(
        _ id: CommandID,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        let progress = staggered.withLock { $0?.progress }
        if let progress, progress.state == .underWay, progress.act == id {
            return CommandOutcome(refusal: "Act \(id.rawValue) is under way: abort it first.")
        }
        guard let act = log.act(id) else {
            return CommandOutcome(
                refusal:
                    "Act \(id.rawValue) cannot be undone: it was undone before, took nothing, or is too long ago."
            )
        }
        var execution = execution(of: command, now, isDryRun)
        execution.restore(act.taken, maximum: maximumContacts(by: state.policy.current))
        var outcome = CommandOutcome(targets: execution.targets)
        guard !isDryRun else { return outcome }
        state.policy.update { policy in
            for subject in act.blocked { policy.blocks.remove(subject) }
            for block in act.lifted { policy.blocks.insert(block) }
            if let change = act.drain { Self.undo(change, in: &policy, at: now) }
        }
        log.remove(id)
        outcome.id = file(UndoLog.Act(of: command, at: now), &log)
        return outcome
    }

    /// How many contacts an address of record may have.
    private func maximumContacts(by policy: Policy) -> ([UInt8]) -> Int {
        { aor in
            let at = aor.lastIndex(of: 0x40).map { $0 + 1 } ?? 0
            let domain = policy.domainIndex(aor.span.extracting(at..<aor.count))
            let user = aor.span.extracting(0..<max(0, at - 1))
            return domain.map { Int(policy.domains[$0].contacts(of: user).maximum) } ?? Int(UInt16.max)
        }
    }
}

extension UndoLog.Act {
    /// What it took or changed: `3 bindings`; a block's subject: `alice@example.com`.
    var object: String {
        if !taken.isEmpty { return AuditTrail.bindings(taken.count) }
        if drain != nil { return "newcomers" }
        let subjects = blocked.isEmpty ? lifted.map(\.subject) : blocked
        guard let first = subjects.first else { return "nothing" }
        return subjects.count == 1 ? first.text : "\(first.text) and \(subjects.count - 1) more"
    }
}

extension CommandOutcome {
    /// The same with no more targets than are listed one by one; an undo of a million bindings counts the others.
    func listed(_ command: OperatorCommand) -> CommandOutcome {
        guard case .undo = command.verb, targets.count > Self.mostListed else { return self }
        var outcome = self
        let others = targets[Self.mostListed...]
        outcome.unlisted = OutcomeCounts(others.lazy.map(\.outcome))
        outcome.targets.removeLast(others.count)
        return outcome
    }
}
