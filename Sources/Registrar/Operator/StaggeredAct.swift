import BindingTable
import Timing

/// An act on many bindings that is done a few at a time, so that their phones do not all come back at once.
///
/// A pure machine: which of its targets are next is a question of the time that has passed. It holds ids and
/// versions only, which were frozen when it began.
struct StaggeredAct {
    /// The command with no targets: those of a part are put in.
    private let command: OperatorCommand
    private var targets: [BindingTarget]
    private var next = 0
    /// Time up to which targets have been handed out.
    private var reached: Timestamp
    /// When the last part was handed out; nil: none was.
    private var lastPart: Timestamp?

    /// Parts are not closer than this: each is a write to the audit trail that waits for its disk.
    static let pace = Interval.milliseconds(200)

    private(set) var progress: ActProgress

    /// An act that begins: the first target is due at once.
    init(
        _ command: OperatorCommand,
        _ targets: [BindingTarget],
        rate: Int,
        as id: CommandID,
        at now: Timestamp
    ) {
        var bare = command
        bare.verb = command.verb.onto([])
        bare.rate = nil
        self.command = bare
        self.targets = targets
        let rate = max(1, min(rate, OperatorCommand.mostPerSecond))
        reached = now - Interval(nanoseconds: 1_000_000_000 / Int64(rate))
        progress = ActProgress(
            act: id,
            verb: command.verb.word,
            by: command.by,
            reason: command.reason,
            total: targets.count,
            rate: rate,
            startedAt: now
        )
    }

    /// It goes on.
    var isUnderWay: Bool { progress.state == .underWay }

    /// The part that is due: the same command on the next targets; nil while none is.
    ///
    /// What could not be done in time is made up for at most for one second: a machine that slept does not send
    /// everybody away at once when it wakes.
    mutating func take(at now: Timestamp) -> OperatorCommand? {
        guard isUnderWay, next < targets.count else { return nil }
        let step = 1_000_000_000 / Int64(progress.rate)
        reached = max(reached, now - .seconds(1))
        let due = Int(max(0, (now - reached).nanoseconds / step))
        let count = min(due, targets.count - next)
        guard count > 0, lastPart.map({ now - $0 >= Self.pace }) ?? true else { return nil }
        lastPart = now
        reached = reached + Interval(nanoseconds: step * Int64(count))
        var part = command
        part.verb = command.verb.onto(Array(targets[next..<next + count]))
        next += count
        return part
    }

    /// The same without what it was for: of an act that has ended only the counts are kept.
    var withoutTargets: StaggeredAct {
        var act = self
        act.targets = []
        return act
    }

    /// A part has been done.
    mutating func note(_ outcome: CommandOutcome) {
        for target in outcome.targets { progress.counts[target.outcome] += 1 }
        progress.undoUntil = [progress.undoUntil, outcome.undoUntil].compactMap { $0 }.max()
        if next == targets.count { progress.state = .finished }
    }

    /// It goes no further.
    mutating func end(_ state: ActProgress.State, because ending: String) {
        guard isUnderWay else { return }
        progress.state = state
        progress.ending = ending
    }
}
