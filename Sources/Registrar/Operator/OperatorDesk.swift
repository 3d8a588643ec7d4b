public import BindingTable
import SIPMessage
import Synchronization
public import Timing

/// Where operators' commands are looked at and carried out: the only way by hand into the bindings and the
/// block list, and the same `BindingChange` as everybody's.
///
/// Safe from any thread. A preview is the act itself without the applying, so it cannot say one thing and
/// the act do another, but for what phones change in between: each target carries the version that the
/// operator saw, and one that has changed is skipped.
public final class OperatorDesk: Sendable {
    let state: RegistrarState
    let log: Mutex<UndoLog>
    /// The act that is done a few bindings at a time, or the last one that was; only touched while `log` is locked.
    let staggered = Mutex<StaggeredAct?>(nil)
    private let issued = Mutex(IssuedTickets())

    /// Tokens of the desk's tickets have this bit, those of a loop do not.
    public static let tokenBit: UInt64 = 1 << 63

    private let waitsForStore: Bool

    /// A desk over the registrar's state.
    ///
    /// - Parameters:
    ///   - waitsForStore: acts are refused while the store can't commit changes.
    ///   - firstAct: the number of the first act; above those of an earlier process, so that an undo of one of them
    ///     can't meet another act.
    public init(_ state: RegistrarState, waitsForStore: Bool = false, firstAct: UInt64 = 1) {
        self.state = state
        self.waitsForStore = waitsForStore
        log = Mutex(UndoLog(after: max(1, firstAct) - 1))
    }

    /// What a command would do now. Changes nothing and has no number.
    public func preview(_ command: OperatorCommand, clock: ClockReading) -> CommandOutcome {
        log.withLock { run(command, at: clock.timestamp, isDryRun: true, partOf: nil, &$0).listed(command) }
    }

    /// Carries a command out, once its audit lines are written.
    ///
    /// - Parameter audit: writes the lines and says whether they are safe; if not, nothing is done.
    ///   Called while the desk is locked: one act at a time.
    public func perform(
        _ command: OperatorCommand,
        clock: ClockReading,
        audit: ([AuditRecord]) -> Bool,
    ) -> CommandOutcome {
        log.withLock { log in
            if let rate = command.rate, let targets = command.verb.targets {
                return begin(command, targets, rate, clock, &log, audit)
            }
            return perform(command, clock, partOf: nil, &log, audit).listed(command)
        }
    }

    /// Looks, writes the lines, and acts.
    ///
    /// - Parameter whole: the act that this is a part of; nil for an act of its own.
    func perform(
        _ command: OperatorCommand,
        _ clock: ClockReading,
        partOf whole: CommandID?,
        _ log: inout UndoLog,
        _ audit: ([AuditRecord]) -> Bool,
    ) -> CommandOutcome {
        let expected = run(command, at: clock.timestamp, isDryRun: true, partOf: whole, &log)
        guard expected.refusal == nil else { return expected }
        guard audit(AuditTrail.records(of: command, expecting: expected, partOf: whole, clock: clock)) else {
            return CommandOutcome(refusal: Self.unrecorded, targets: expected.targets)
        }
        return run(command, at: clock.timestamp, isDryRun: false, partOf: whole, &log)
    }

    static let unrecorded =
        "The audit trail cannot be written, so nothing was done: see to its disk and try again."

    /// The blocks in force.
    public func blocks(at now: Timestamp) -> [Block] { state.policy.current.blocks.all(at: now) }

    /// The drain in force; nil: everybody may come in.
    public func drain(at now: Timestamp) -> Drain? {
        state.policy.current.drain.flatMap { $0.isInForce(at: now) ? $0 : nil }
    }

    /// Why changes are not durable now, in one sentence; nil: they are, or there is no store.
    public var storeTrouble: String? { state.store?.health.trouble }

    /// A ticket came back from the store: takes back what it could not commit of an act, and says so once all of the
    /// act's tickets that are on their way have come back.
    @discardableResult
    public func complete(_ token: UInt64, committed: Bool, at now: Timestamp) -> ActCompletion {
        guard token & Self.tokenBit != 0, let ticket = issued.withLock({ $0.take(token) }) else {
            return .unknown
        }
        if !committed {
            var rollback = Rollback()
            rollback.restore(ticket.changes, in: state, at: now)
        }
        let failed = issued.withLock { $0.note(ticket, committed: committed) }
        guard let failed else { return .settled }
        return .takenBack(failed)
    }

    // MARK: the verbs

    func run(
        _ command: OperatorCommand,
        at now: Timestamp,
        isDryRun: Bool,
        partOf whole: CommandID?,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        // What the policy blocks, it blocks now; an operator is told that it would not last.
        if waitsForStore, command.by != .policy, let storeTrouble {
            return CommandOutcome(refusal: "Nothing was done, for it could not be kept: \(storeTrouble)")
        }
        switch command.verb {
        case .expire(let targets):
            return remove(targets, .expiredByOperator, refuseFor: nil, command, now, isDryRun, whole, &log)
        case .evict(let targets, let length):
            return remove(targets, .evictedByOperator, refuseFor: length, command, now, isDryRun, whole, &log)
        case .block(let subjects, let length):
            return block(subjects, length, command, now, isDryRun, &log)
        case .unblock(let subject):
            return unblock(subject, command, now, isDryRun, &log)
        case .drain(let isOn, let length):
            return drain(isOn, length, command, now, isDryRun, &log)
        case .undo(let id):
            return undo(id, command, now, isDryRun, &log)
        case .abort(let id):
            return abort(id, command, isDryRun, &log)
        }
    }

    private func remove(
        _ targets: [BindingTarget],
        _ cause: Cause,
        refuseFor length: Interval?,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
        _ whole: CommandID?,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        var execution = execution(of: command, now, isDryRun)
        var act = UndoLog.Act(of: command, at: now)
        if let length {
            // Looked at first, so that a phone that is evicted meets the block at once, or nothing happens.
            var look = CommandExecution(state: state, now: now, isDryRun: true)
            look.remove(targets, cause: cause)
            let aors = Set(look.targets.filter { $0.outcome == .done }.map { $0.binding.texts.aor })
            let subjects = aors.map { BlockSubject.aor($0) }
            guard let replaced = block(subjects, length, command, now, isDryRun) else {
                return CommandOutcome(refusal: Self.tooManyBlocks, targets: look.targets)
            }
            act.blocked = subjects
            act.lifted = replaced
        }
        execution.remove(targets, cause: cause)
        let done = execution.targets.filter { $0.outcome == .done }.map { $0.binding }
        if !isDryRun { forgive(&act, except: done) }
        act.taken = done.map { $0.facts.id }
        act.until = done.map { $0.facts.expiresAt }.max()
        var outcome = CommandOutcome(
            targets: execution.targets,
            unreachable: execution.unreachable,
            undoUntil: act.until
        )
        outcome.takenBy = takers(of: execution.targets, log)
        if !isDryRun { outcome.id = file(act, partOf: whole, &log) }
        return outcome
    }

    /// Most targets that were gone of which it is told who took them.
    private static let mostTakers = 20

    /// Who took what was gone already: another operator may have been quicker.
    private func takers(of targets: [(binding: Binding, outcome: TargetOutcome)], _ log: UndoLog) -> [TakenBy]
    {
        let taken = targets.lazy.filter { target in
            guard target.outcome == .gone, let cause = target.binding.gone?.cause else { return false }
            return cause == .evictedByOperator || cause == .expiredByOperator
        }
        return taken.prefix(Self.mostTakers).compactMap { target in
            let id = target.binding.facts.id
            return log.taker(of: id).map { TakenBy(binding: id, act: $0.id, by: $0.by, at: $0.at) }
        }
    }

    /// Lifts the blocks of addresses of record of which nothing was taken after all, because a phone was
    /// quicker; what they had replaced is set again.
    private func forgive(_ act: inout UndoLog.Act, except done: [Binding]) {
        let taken = Set(done.map { BlockSubject.aor($0.texts.aor) })
        let innocent = act.blocked.filter { !taken.contains($0) }
        guard !innocent.isEmpty else { return }
        let replaced = act.lifted.filter { innocent.contains($0.subject) }
        state.policy.update { policy in
            for subject in innocent { policy.blocks.remove(subject) }
            for block in replaced { policy.blocks.insert(block) }
        }
        act.blocked.removeAll { innocent.contains($0) }
        act.lifted.removeAll { innocent.contains($0.subject) }
    }

    private func block(
        _ subjects: [BlockSubject],
        _ length: Interval?,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        var seen: Set<BlockSubject> = []
        let subjects = subjects.filter { seen.insert($0).inserted }
        guard let replaced = block(subjects, length, command, now, isDryRun) else {
            return CommandOutcome(refusal: Self.tooManyBlocks)
        }
        guard !isDryRun else { return CommandOutcome() }
        var act = UndoLog.Act(of: command, at: now)
        act.blocked = subjects
        act.lifted = replaced
        return CommandOutcome(id: file(act, &log))
    }

    private func unblock(
        _ subject: BlockSubject,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
        _ log: inout UndoLog,
    ) -> CommandOutcome {
        guard let block = state.policy.current.blocks.block(on: subject) else {
            return CommandOutcome(
                refusal: "\(subject.text) is not blocked: somebody has lifted it, or it has ended."
            )
        }
        guard !isDryRun else { return CommandOutcome() }
        state.policy.update { _ = $0.blocks.remove(subject) }
        var act = UndoLog.Act(of: command, at: now)
        act.lifted = [block]
        return CommandOutcome(id: file(act, &log))
    }

    private static let tooManyBlocks =
        "There may be \(BlockList.capacity) blocks at most: lift some, or block fewer at a time."

    /// Sets blocks, all or none; returns those that they replace, nil if there is no room.
    private func block(
        _ subjects: [BlockSubject],
        _ length: Interval?,
        _ command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool,
    ) -> [Block]? {
        func put(into blocks: inout BlockList) -> [Block]? {
            blocks.prune(at: now)
            let replaced = subjects.compactMap { blocks.block(on: $0) }
            guard blocks.count + subjects.count - replaced.count <= BlockList.capacity else { return nil }
            for subject in subjects {
                blocks.insert(
                    Block(
                        subject: subject,
                        until: length.map { now + $0 },
                        reason: command.reason,
                        by: command.by,
                        since: now
                    )
                )
            }
            return replaced
        }
        guard !isDryRun else {
            var blocks = state.policy.current.blocks
            return put(into: &blocks)
        }
        return state.policy.update { put(into: &$0.blocks) }
    }

    /// The steps of a command; what they change goes to the store as they change it, with the operator's name.
    func execution(
        of command: OperatorCommand,
        _ now: Timestamp,
        _ isDryRun: Bool
    ) -> CommandExecution {
        guard let store = state.store, !isDryRun else {
            return CommandExecution(state: state, now: now, isDryRun: isDryRun)
        }
        let act = issued.withLock { $0.begin(command) }
        return CommandExecution(state: state, now: now, isDryRun: false) { [self] changes in
            // Remembered first: it may come back at once.
            store.commit(issued.withLock { $0.issue(changes, of: act, by: command.by) })
        }
    }

    /// Gives an act its number and remembers it; a part of another is remembered with that.
    func file(_ act: UndoLog.Act, partOf whole: CommandID? = nil, _ log: inout UndoLog) -> CommandID {
        if let whole {
            log.extend(whole, by: act)
            return whole
        }
        var act = act
        act.id = log.nextID()
        log.append(act)
        return act.id
    }
}

extension UndoLog.Act {
    /// An act that has no number and has taken nothing yet.
    init(of command: OperatorCommand, at now: Timestamp) {
        self.init(id: CommandID(rawValue: 0))
        (verb, by, reason, at) = (command.verb.word, command.by, command.reason, now)
    }
}
