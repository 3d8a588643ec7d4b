internal import BindingTable
internal import Cells
internal import SIPMessage
internal import Timing

/// What the console says of log levels and of acts' targets.
enum OperationWords {
    /// Word and role of a level.
    static func level(_ level: Notice.Level) -> (text: String, role: Role) {
        switch level {
        case .debug: ("debug", .textDim)
        case .info: ("info", .text)
        case .warning: ("WARN", .stateWarn)
        case .error: ("ERROR", .stateFail)
        }
    }

    /// `evicting 1,200 of 18,204, 50 a second, 5 min left`, or how it ended.
    static func progress(_ progress: ActProgress) -> String {
        let isEvict = progress.verb == "evict"
        let past = isEvict ? "evicted" : "expired"
        let counts = progress.counts
        let of = "\(TimeText.count(counts.done)) of \(TimeText.count(progress.total, "binding"))"
        let skipped = skipped(counts)
        switch progress.state {
        case .underWay:
            let turn = "\(TimeText.count(counts.total)) of \(TimeText.count(progress.total))"
            return "\(isEvict ? "evicting" : "expiring") \(turn), \(TimeText.count(progress.rate)) a second, "
                + "\(left(progress.secondsLeft)) left"
        case .finished: return "\(past) \(of)\(skipped)"
        case .aborted:
            let who = progress.ending.isEmpty ? "" : " by \(progress.ending)"
            return "aborted\(who): \(past) \(of)\(skipped)"
        case .stopped: return "stopped: \(past) \(of)\(skipped): \(progress.ending)"
        }
    }

    /// `; 3 refreshed meanwhile, 2 gone already`
    static func skipped(_ counts: OutcomeCounts) -> String {
        var parts: [String] = []
        if counts.changed > 0 { parts.append("\(TimeText.count(counts.changed)) refreshed meanwhile") }
        if counts.gone > 0 { parts.append("\(TimeText.count(counts.gone)) gone already") }
        return parts.isEmpty ? "" : "; \(parts.joined(separator: ", "))"
    }

    /// About how long: `40 s`, `5 min`, `2 h`.
    static func left(_ seconds: Int) -> String {
        if seconds < 100 { return "\(seconds) s" }
        let minutes = (seconds + 59) / 60
        return minutes < 100 ? "\(minutes) min" : "\((minutes + 59) / 60) h"
    }

    /// What a block hits now.
    static func reach(_ reach: BlockReach) -> String {
        guard reach.bindings > 0 else { return "No binding is of it now: it hits nobody who is registered." }
        let bindings = TimeText.count(reach.bindings, "binding")
        let aors = TimeText.count(reach.aors, "address", plural: "addresses")
        guard reach.bindings > 1 else {
            return "It hits 1 binding now, which \(reach.working == 1 ? "does well" : "has trouble already")."
        }
        let working =
            "\(reach.working == reach.bindings ? "all" : TimeText.count(reach.working)) of them do well"
        return "It hits \(bindings) of \(aors) of record now; \(working)."
    }

    /// The same as half a sentence, which must not read as if it had been done: `would be lifted`, `3 back`.
    static func wouldRestore(_ act: UndoableAct) -> String {
        act.bindings > 0 ? restoring(act) : "would be \(restoring(act))"
    }

    /// What undoing an act would do: `3 back, 1 newer, 2 too late`: newer are those whose phone has registered again since..
    static func restoring(_ act: UndoableAct) -> String {
        guard act.bindings > 0 else {
            return ["unblock": "set again", "drain": "taken back"][act.verb] ?? "lifted"
        }
        guard let counts = act.counts else { return "up to \(TimeText.count(act.bindings)) back" }
        var parts = ["\(TimeText.count(counts.done)) back"]
        if counts.superseded > 0 {
            parts.append("\(TimeText.count(counts.superseded)) newer")
        }
        if counts.tooLate > 0 { parts.append("\(TimeText.count(counts.tooLate)) too late") }
        return parts.joined(separator: ", ")
    }
}

/// The honest words of expire, evict and undo.
enum ActWords {
    /// What became of a target.
    static func word(_ outcome: TargetOutcome) -> String {
        switch outcome {
        case .done: "done"
        case .changed: "changed"
        case .gone: "gone"
        case .superseded: "superseded"
        case .tooLate: "too late"
        }
    }

    /// A target in a line: address of record, contact as the list has it, what is left. Where that is the same for
    /// another of the targets, whatever tells them apart is added.
    static func row(_ binding: Binding, among others: [Binding] = [], clock: LocalClock) -> String {
        let aor = String(decoding: binding.texts.aor, as: UTF8.self)
        let contact = place(binding)
        let left =
            binding.gone == nil
            ? "\(TimeText.countdown(clock.left(until: binding.facts.expiresAt))) left" : "gone"
        return "\(aor)  \(contact)  \(left)"
            + distinction(binding, among: others, clock).map { "  \($0)" }.joined()
    }

    /// Host and port of its contact, as the list shows them.
    static func place(_ binding: Binding) -> String {
        BindingColumns.hostPart(BindingColumns.text(Redaction.withoutPasswords(binding.texts.contact)))
    }

    /// What it has beyond address of record and contact's place that its twins don't: where it sends from, when it came
    /// last, its number.
    static func distinction(_ binding: Binding, among others: [Binding], _ clock: LocalClock) -> [String] {
        let twins = others.filter {
            $0.facts.id != binding.facts.id && $0.texts.aor == binding.texts.aor
                && place($0) == place(binding)
        }
        guard !twins.isEmpty else { return [] }
        if !twins.contains(where: { $0.facts.path.source == binding.facts.path.source }) {
            return ["from \(binding.facts.path.source)"]
        }
        func age(_ binding: Binding) -> String {
            let since = clock.since(binding.facts.refreshedAt)
            return since.seconds <= 0 ? "refreshed just now" : "refreshed \(TimeText.ago(since)) ago"
        }
        if !twins.contains(where: { age($0) == age(binding) }) { return [age(binding)] }
        return ["#\(binding.facts.id.hexadecimal)"]
    }

    /// Who has been quicker: `been taken by kl@198.51.100.7 at 12:04:29 (act 17)`
    static func taken(_ taken: TakenBy, clock: LocalClock) -> String {
        "been taken by \(taken.by.short) at \(clock.clock(taken.at)) (act \(taken.act.rawValue))"
    }

    /// What will be so afterwards, honestly: who can't be called, what phones believe, how they come back.
    static func consequences(
        _ plan: ActPlan,
        _ preview: CommandOutcome,
        option: Int,
        clock: LocalClock,
        keys: KeyMap = .standard,
    ) -> [String] {
        [reach(plan, preview), belief(plan, clock), comingBack(plan, option: option, keys)]
    }

    private static func reach(_ plan: ActPlan, _ preview: CommandOutcome) -> String {
        let isOne = plan.reachable.count == 1
        switch preview.unreachable {
        case 0:
            return isOne
                ? "The address of record keeps another binding: calls still reach that."
                : "Every address of record keeps a binding: calls still reach those."
        case 1:
            return isOne
                ? "It is the last binding of its address of record: calls to it fail from now on."
                : "1 address of record loses its last binding: calls to it fail from now on."
        default:
            let count = TimeText.count(preview.unreachable)
            return "\(count) addresses of record lose their last binding: calls to them fail from now on."
        }
    }

    private static func belief(_ plan: ActPlan, _ clock: LocalClock) -> String {
        let latest = clock.clock(plan.reachable.map(\.facts.expiresAt).max() ?? .zero)
        if plan.reachable.count == 1 {
            return
                "No message is sent. The phone does not know it: it will believe it is registered until "
                + "\(latest)."
        }
        return "No message is sent. The phones do not know it: they will believe they are registered until "
            + "\(latest) at the latest."
    }

    private static func comingBack(_ plan: ActPlan, option: Int, _ keys: KeyMap) -> String {
        let isOne = plan.reachable.count == 1
        if plan.kind == .expire {
            let who = isOne ? "It" : "They"
            return "Expire is the ordinary end, now, with you as its cause. \(who) may come back at once."
        }
        if option > 0 {
            let what = isOne ? "Its next REGISTER is" : "Their next REGISTERs are"
            let blocks = keys.key(.blocks)
            return
                "\(what) refused with 403 until the time is over; \(blocks) lists the blocks, and lifts them."
        }
        let gap = plan.reachable.compactMap(\.facts.rhythm).max()
        let within = gap.map { ", usually within \(TimeText.length(Int($0.seconds)))" } ?? ""
        return isOne
            ? "It may come back with its next refresh\(within)."
            : "They may come back with their next refresh\(within)."
    }
}
