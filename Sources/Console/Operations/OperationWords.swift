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

    /// A target in a line: address of record, network path, what is left.
    static func row(_ binding: Binding, clock: LocalClock) -> String {
        let aor = String(decoding: binding.texts.aor, as: UTF8.self)
        let left =
            binding.gone == nil
            ? "\(TimeText.countdown(clock.left(until: binding.facts.expiresAt))) left" : "gone"
        return "\(aor)  \(binding.facts.path.source)  \(left)"
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
        let gap = plan.reachable.map(\.facts.usualGap).max() ?? 0
        let within = gap > 0 ? ", usually within \(TimeText.length(Int(gap / 1_000)))" : ""
        return isOne
            ? "It may come back with its next refresh\(within)."
            : "They may come back with their next refresh\(within)."
    }
}
