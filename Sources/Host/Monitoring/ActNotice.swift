import BindingTable
import Console
import ConsoleLink
import Timing

/// What other consoles are told of an act: `kl@198.51.100.7 evicted 3 bindings (stuck after move)`.
enum ActNotice {
    /// An act that is to be told.
    struct Act {
        var by: OperatorIdentity
        var reason: String
        /// What was done, before and after the number of bindings; without one it is all `before`.
        var before: String, after = ""
        /// Bindings; 0 for an act that is not on bindings.
        var count = 0

        /// Who, what and why.
        var sentence: String {
            let bindings = count == 0 ? "" : TimeText.count(count, "binding")
            return ActNotice.sentence(by, "\(before)\(bindings)\(after)", reason)
        }

        /// A further part of the same act: by the same person, for the same reason.
        func isSame(as other: Act) -> Bool {
            count > 0 && other.count > 0 && by == other.by && reason == other.reason
                && before == other.before && after == other.after
        }
    }

    /// The act; nil for what changed nothing, and for what is no act.
    static func act(_ request: LinkRequest, _ update: LinkUpdate) -> Act? {
        guard case .perform(let command, _) = request, case .outcome(let outcome, _) = update,
            outcome.refusal == nil
        else { return nil }
        return act(command, outcome)
    }

    /// The sentence; nil for what changed nothing, and for what is no act.
    static func text(_ request: LinkRequest, _ update: LinkUpdate) -> String? {
        act(request, update)?.sentence
    }

    /// Who, what and why.
    static func sentence(_ who: OperatorIdentity, _ what: String, _ reason: String = "") -> String {
        "\(who.short) \(what)\(reason.isEmpty ? "" : " (\(reason))")"
    }

    /// How an act ended that was done a few bindings at a time; nil where an abort has said it.
    static func ending(_ progress: ActProgress) -> String? {
        let past = progress.verb == "evict" ? "evicted" : "expired"
        let counts = progress.counts
        let of = "\(TimeText.count(counts.done)) of \(TimeText.count(progress.total, "binding"))"
        switch progress.state {
        case .underWay, .aborted: return nil
        case .finished: return sentence(progress.by, "\(past) \(of)", progress.reason)
        case .stopped:
            return "\(progress.verb) by \(progress.by.short) has stopped after \(of): \(progress.ending)"
        }
    }

    private static func act(_ command: OperatorCommand, _ outcome: CommandOutcome) -> Act? {
        let done = outcome.count(.done)
        func act(_ before: String, after: String = "", count: Int = 0) -> Act {
            Act(by: command.by, reason: command.reason, before: before, after: after, count: count)
        }
        func length(_ interval: Interval?) -> String { interval.map { " for \($0.seconds) s" } ?? "" }
        if let progress = outcome.progress, progress.state == .underWay {
            let verb = progress.verb == "evict" ? "evicts" : "expires"
            let text = "\(verb) \(TimeText.count(progress.total, "binding")), \(progress.rate) a second"
            return act(text)
        }
        switch command.verb {
        case .expire: return done == 0 ? nil : act("expired ", count: done)
        case .evict: return done == 0 ? nil : act("evicted ", count: done)
        case .block(let subjects, let interval): return act("blocked \(names(subjects))\(length(interval))")
        case .unblock(let subject): return act("lifted the block of \(name(subject))")
        case .drain(let isOn, let interval):
            return act(isOn ? "turned newcomers away\(length(interval))" : "let newcomers in again")
        case .undo(let id):
            return done == 0 ? act("undid act \(id.rawValue)") : act("put ", after: " back", count: done)
        case .abort:
            guard let progress = outcome.progress else { return nil }
            let of = "\(TimeText.count(progress.counts.done)) of \(TimeText.count(progress.total, "binding"))"
            return act("aborted the \(progress.verb) by \(progress.by.short) after \(of)")
        }
    }

    private static func names(_ subjects: [BlockSubject]) -> String {
        guard let first = subjects.first else { return "nobody" }
        return subjects.count == 1
            ? name(first) : "\(name(first)) and \(TimeText.count(subjects.count - 1)) more"
    }

    private static func name(_ subject: BlockSubject) -> String {
        switch subject {
        case .aor(let aor): String(decoding: aor, as: UTF8.self)
        case .source(let address): "\(address)"
        }
    }
}
