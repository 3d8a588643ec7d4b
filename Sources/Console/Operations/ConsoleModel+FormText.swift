internal import BindingTable
internal import Cells
internal import ConsoleLink
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
        case .undo: return "UNDO"
        case .abort: return "ABORT"
        case .drain(let drain): return drain == nil ? "DRAIN" : "LIFT DRAIN"
        case .quit: return form.isHarmless ? "LEAVE" : "QUIT"
        case .save: return "SAVE"
        case .replace, .replaceRecording: return "REPLACE THE FILE"
        case .saving: return "SAVING"
        case .text(let title, _): return title
        }
    }

    /// The text of a form as it is at a moment, and behind it the command line that would do the same.
    func formLines(_ form: Form, at now: ClockReading) -> [RunLine] {
        purposeLines(form, clock(at: now)) + scriptLines(of: form)
    }

    private func purposeLines(_ form: Form, _ clock: LocalClock) -> [RunLine] {
        switch form.purpose {
        case .act(let plan): return actLines(plan, form, clock)
        case .changed(let plan, let now): return changedLines(plan, now, clock)
        case .block(let plan): return blockLines(plan, form, clock)
        case .unblock(let subject, let block):
            let since = block.map {
                "Blocked since \(clock.clock($0.since)) by \($0.by.short)  \($0.reason)".trimmed
            }
            return [
                RunLine("\(subject.text) may register again from now on.", role: .text),
                RunLine(since ?? "If it is not blocked, nothing happens.", role: .textDim),
                RunLine("No message is sent to the phone: it comes back when it tries next.", role: .text),
            ]
        case .undo(let act): return undoLines(act, clock)
        case .abort(let progress):
            return [
                RunLine("\(progress.by.short) is \(OperationWords.progress(progress)).", role: .text),
                RunLine(
                    "Begun at \(clock.clock(progress.startedAt))  \(progress.reason)".trimmed,
                    role: .textDim
                ),
                RunLine("What has been done stays so; u on the Audit screen puts it back.", role: .text),
            ]
        case .drain(let drain): return drainLines(drain, form, clock)
        case .replaceRecording(let path):
            return [
                RunLine("\(path) is there already."),
                RunLine("What is in it will be gone.", role: .stateWarn),
            ]
        case .quit: return quitLines
        case .save(let plan):
            return SaveWords.lines(
                plan.choice(in: form),
                plan.format(in: form),
                isRedacted: form.chosen(SavePlan.secrets) == 0
            )
        case .replace(let order):
            return [RunLine("\(order.file) is there already."), RunLine("Replace it?")]
        case .saving(let order):
            return [
                RunLine("\(order.file) is being written."),
                RunLine("If it is stopped, no file is made, and one that was there stays.", role: .textDim),
            ]
        case .text(_, let lines): return lines
        }
    }

    private var quitLines: [RunLine] {
        if welcome?.isAttached == true {
            return [
                RunLine("Only this console ends: the registrar goes on, and every phone stays registered."),
                RunLine("regtop attach comes back.", role: .textDim),
            ]
        }
        let held = TimeText.count(knownBindings, "binding")
        let ends = RunLine(
            "The registrar runs in here and ends with it: no phone can log in until it runs again."
        )
        let fate =
            welcome?.keepsBindings == true
            ? [RunLine("Kept on disk, and there again when it is started: \(held).")]
            : [
                RunLine("Held in memory only, and forgotten then: \(held)."),
                RunLine("Each phone comes back with its next refresh."),
            ]
        return [ends] + fate + [
            RunLine("A registrar that outlives your session: :detach, or regtop serve.", role: .textDim)
        ]
    }

    // MARK: Drain

    private func drainLines(_ drain: Drain?, _ form: Form, _ clock: LocalClock) -> [RunLine] {
        if let drain {
            return [
                RunLine("Newcomers may register again from now on.", role: .text),
                RunLine(
                    "Turned away since \(clock.clock(drain.since)) by \(drain.by.short)  \(drain.reason)"
                        .trimmed,
                    role: .textDim
                ),
            ]
        }
        let until =
            DrainPlan.interval(form.chosen(0)).map { "until \(clock.clock(clock.now.timestamp + $0))" }
            ?? "until it is lifted"
        return [
            RunLine("A REGISTER that would make a new binding is answered 503 with Retry-After \(until)."),
            RunLine("Whoever is registered stays so, refreshes, and may leave."),
            RunLine("A phone whose binding ends meanwhile cannot come back in.", role: .stateWarn),
            RunLine("\(keys.key(.drain)) lifts it again."),
        ]
    }

    // MARK: Expire and evict

    private func actLines(_ plan: ActPlan, _ form: Form, _ clock: LocalClock) -> [RunLine] {
        guard let preview = plan.preview else {
            let all = plan.seen.prefix(targetsListed).map(\.binding)
            var lines = all.map { targetLine($0, among: all, nil, clock) }
            lines.append(RunLine("Asking the registrar what this would do ..", role: .textDim))
            return lines
        }
        if plan.isPerforming { return [RunLine("Doing it ..", role: .textDim)] }
        let takers = Dictionary(
            preview.takenBy.map { ($0.binding, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var lines: [RunLine] = []
        if case .matching(let filter) = plan.aim {
            lines.append(RunLine("All that match: \(filter.text)", role: .filterMatch))
        }
        if let rate = form.chosenRate, form.isRateRight {
            let seconds = (plan.reachable.count + rate - 1) / rate
            let text =
                "\(TimeText.count(rate)) a second take \(OperationWords.left(max(1, seconds))); it goes on when this "
                + "console leaves, and \(keys.key(.undo)) aborts it."
            lines.append(RunLine(text))
        }
        // What isn't shown can't be taken for another.
        let shown = preview.targets.prefix(targetsListed)
        let bindings = shown.map(\.binding)
        lines += shown.map {
            targetLine($0.binding, among: bindings, $0.outcome, clock, takers[$0.binding.facts.id])
        }
        let more = preview.targets.count - targetsListed
        if more > 0 { lines.append(RunLine("and \(TimeText.count(more)) more", role: .textDim)) }
        lines.append(RunLine(""))
        lines += ActWords.consequences(
            plan,
            preview,
            option: form.chosen(0),
            clock: clock,
            keys: keys
        ).map {
            RunLine($0)
        }
        return lines
    }

    private func targetLine(
        _ binding: Binding,
        among all: [Binding],
        _ outcome: TargetOutcome?,
        _ clock: LocalClock,
        _ taken: TakenBy? = nil,
    ) -> RunLine {
        var runs = [TextRun(ActWords.row(binding, among: all, clock: clock), role: .textStrong)]
        switch outcome {
        case .changed: runs.append(TextRun("  refreshed since you looked", role: .stateWarn))
        case .gone:
            let who = taken.map { ActWords.taken($0, clock: clock) } ?? "gone already"
            runs.append(TextRun("  \(who): skipped", role: .stateUnreg))
        default: break
        }
        return RunLine(runs)
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
            let at = clock.clock(facts.refreshedAt)
            let detail = "refreshed \(at), cseq \(facts.cseq), \(facts.path.transport.name)"
            lines.append(RunLine([TextRun("".padded(12), role: .textDim), TextRun(detail, role: role)]))
        }
        if let seen = plan.seen.first { describe("you saw", seen.binding, .diffDel) }
        describe("now it is", now, .diffAdd)
        lines.append(RunLine(""))
        lines.append(RunLine("It is alive. \(plan.verb) it all the same?"))
        return lines
    }
}
