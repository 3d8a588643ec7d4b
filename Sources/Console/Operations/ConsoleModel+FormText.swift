internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

extension ConsoleModel {
    /// How many targets a dialog lists one by one: what follows them matters more.
    var targetsListed: Int { max(1, min(Self.countTypedAbove, frame.body.height - 15)) }

    /// The title of a form.
    func formTitle(_ form: Form) -> String {
        switch form.purpose {
        case .act(let plan):
            let count = plan.preview == nil ? plan.seen.count : plan.reachable.count
            let what = count == 0 ? "" : " " + TimeText.count(count, "BINDING", plural: "BINDINGS")
            return plan.verb.uppercased() + what
        case .changed(let plan, _): return "\(plan.verb.uppercased()): CHANGED SINCE YOU LOOKED"
        case .block: return "BLOCK"
        case .unblock: return "LIFT BLOCK"
        case .quit: return "QUIT"
        case .text(let title, _): return title
        }
    }

    /// The text of a form as it is at a moment.
    func formLines(_ form: Form, at now: ClockReading) -> [RunLine] {
        let clock = clock(at: now)
        switch form.purpose {
        case .act(let plan): return actLines(plan, form, clock)
        case .changed(let plan, let now): return changedLines(plan, now, clock)
        case .block(let plan): return blockLines(plan, form, clock)
        case .unblock(let block):
            return [
                RunLine("\(block.subject.text) may register again from now on.", role: .text),
                RunLine(
                    "Blocked since \(clock.clock(block.since)) by \(block.by.short)\(block.reason.isEmpty ? "" : ": \"\(block.reason)\"")",
                    role: .textDim
                ),
                RunLine("No message is sent to the phone: it comes back when it tries next.", role: .text),
            ]
        case .quit: return quitLines
        case .text(_, let lines): return lines
        }
    }

    private var quitLines: [RunLine] {
        let held = TimeText.count(knownBindings, "binding")
        return [
            RunLine("The registrar runs in here and ends with it: no phone can log in until it runs again."),
            RunLine(
                "\(held) \(knownBindings == 1 ? "is" : "are") held in memory only and will be forgotten; each phone comes back with its next refresh."
            ),
            RunLine("A registrar that outlives your session: regtop serve.", role: .textDim),
        ]
    }

    // MARK: Expire and evict

    private func actLines(_ plan: ActPlan, _ form: Form, _ clock: LocalClock) -> [RunLine] {
        guard let preview = plan.preview else {
            var lines = plan.seen.prefix(targetsListed).map { targetLine($0.binding, nil, clock) }
            lines.append(RunLine("Asking the registrar what this would do ..", role: .textDim))
            return lines
        }
        if plan.isPerforming { return [RunLine("Doing it ..", role: .textDim)] }
        var lines: [RunLine] = []
        if case .matching(let filter) = plan.aim {
            lines.append(RunLine("All that match: \(filter.text)", role: .filterMatch))
        }
        lines += preview.targets.prefix(targetsListed).map { targetLine($0.binding, $0.outcome, clock) }
        let more = preview.targets.count - targetsListed
        if more > 0 { lines.append(RunLine("and \(TimeText.count(more)) more", role: .textDim)) }
        lines.append(RunLine(""))
        lines += consequences(plan, preview, form, clock).map { RunLine($0) }
        return lines
    }

    private func targetLine(_ binding: Binding, _ outcome: TargetOutcome?, _ clock: LocalClock) -> RunLine {
        var runs = [TextRun(ActWords.row(binding, clock: clock), role: .textStrong)]
        switch outcome {
        case .changed: runs.append(TextRun("  refreshed since you looked", role: .stateWarn))
        case .gone: runs.append(TextRun("  gone already: skipped", role: .stateUnreg))
        default: break
        }
        return RunLine(runs)
    }

    /// What will be so afterwards, honestly: who can't be called, and what the phones believe.
    private func consequences(
        _ plan: ActPlan,
        _ preview: CommandOutcome,
        _ form: Form,
        _ clock: LocalClock,
    ) -> [String] {
        let targets = plan.reachable
        let isOne = targets.count == 1
        let latest = targets.map(\.facts.expiresAt).max() ?? .zero
        let until = "\(clock.clock(latest))\(isOne ? "" : " at the latest")"
        var lines: [String] = []
        switch preview.unreachable {
        case 0 where isOne:
            lines.append("The address of record keeps another binding: calls still reach that.")
        case 0: lines.append("Every address of record keeps a binding: calls still reach those.")
        case 1 where isOne:
            lines.append("It is the last binding of its address of record: calls to it fail from now on.")
        case 1: lines.append("1 address of record loses its last binding: calls to it fail from now on.")
        default:
            lines.append(
                "\(TimeText.count(preview.unreachable)) addresses of record lose their last binding: calls to them fail from now on."
            )
        }
        lines.append(
            isOne
                ? "No message is sent. The phone does not know it: it will believe it is registered until \(until)."
                : "No message is sent. The phones do not know it: they will believe they are registered until \(until)."
        )
        if plan.kind == .expire {
            lines.append(
                "Expire is the ordinary end, now, with you as its cause. \(isOne ? "It" : "They") may come back at once."
            )
        } else if form.chosen(0) > 0 {
            lines.append(
                "\(isOne ? "Its next REGISTER is" : "Their next REGISTERs are") refused with 403 until the time is over; b lists blocks and lifts them."
            )
        } else {
            lines.append(
                isOne
                    ? "It may come back with its next refresh\(usualReturn(targets))."
                    : "They may come back with their next refresh\(usualReturn(targets))."
            )
        }
        return lines
    }

    private func usualReturn(_ targets: [Binding]) -> String {
        let gaps = targets.map(\.facts.usualGap).filter { $0 > 0 }
        guard let longest = gaps.max() else { return "" }
        return ", usually within \(TimeText.length(Int(longest / 1_000)))"
    }

    /// Both pictures of a row: as it was looked at, and as it is.
    private func changedLines(_ plan: ActPlan, _ now: Binding, _ clock: LocalClock) -> [RunLine] {
        var lines = [RunLine("Nothing was done yet. The phone has sent a REGISTER since:"), RunLine("")]
        func describe(_ title: String, _ binding: Binding, _ role: Role) {
            let facts = binding.facts
            lines.append(
                RunLine([
                    TextRun(title.padded(12), role: .textDim),
                    TextRun(ActWords.row(binding, clock: clock), role: role),
                ])
            )
            let detail =
                "refreshed \(clock.clock(facts.refreshedAt)), cseq \(facts.cseq), \(facts.path.transport.name)"
            lines.append(RunLine([TextRun("".padded(12), role: .textDim), TextRun(detail, role: role)]))
        }
        if let seen = plan.seen.first { describe("you saw", seen.binding, .diffDel) }
        describe("now it is", now, .diffAdd)
        lines.append(RunLine(""))
        lines.append(RunLine("It is alive. \(plan.verb) it all the same?"))
        return lines
    }

    // MARK: Block

    private func blockLines(_ plan: BlockPlan, _ form: Form, _ clock: LocalClock) -> [RunLine] {
        guard let (subject, interval) = plan.choice(form.chosen(0), form.chosen(1)) else { return [] }
        let until =
            interval.map { "until \(clock.clock(clock.now.timestamp + $0))" } ?? "until the block is lifted"
        var lines: [RunLine] = []
        switch subject {
        case .aor(let aor):
            lines.append(
                RunLine(
                    "Every REGISTER for \(String(decoding: aor, as: UTF8.self)) is refused with 403 \(until)."
                )
            )
        case .source(let address):
            lines.append(
                RunLine("Every REGISTER from \(address), whatever its port, is refused with 403 \(until).")
            )
            lines.append(RunLine("All phones behind that address are hit, if it is a NAT.", role: .stateWarn))
        }
        lines.append(RunLine("Bindings that are there stay until they end: X takes them away."))
        return lines
    }
}
