internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// What an act did.
    mutating func takeOutcome(
        _ outcome: CommandOutcome,
        serial: UInt64,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        link.wantsWindow = true
        if let act = pending.removeValue(forKey: serial) {
            finish(act, outcome, at: now)
            return []
        }
        guard case .form(let form) = layer, case .act(let plan) = form.purpose, plan.serial == serial else {
            return []
        }
        if let refusal = outcome.refusal {
            layer = nil
            message = .error("\(plan.verb) refused, nothing done: \(refusal)")
            return []
        }
        if outcome.targets.count == 1, let target = outcome.targets.first, target.outcome == .changed {
            layer = .form(changedForm(plan, now: target.binding, from: form))
            return []
        }
        layer = nil
        if let progress = outcome.progress {
            marks.clear()
            takeProgress(progress, at: now)
            return []
        }
        let done = outcome.count(.done)
        noteForTour(plan, outcome)
        marks.remove(
            outcome.targets.filter { $0.outcome == .done || $0.outcome == .gone }.map(\.binding.facts.id)
        )
        let block = refusal(of: outcome, plan, option: form.chosen(0))
        let text = "\(plan.past) \(TimeText.count(done, "binding"))\(block?.text ?? "")"
        if done > 0, let id = outcome.id, let until = outcome.undoUntil {
            keep(
                DoneAct(
                    id: id,
                    text: text,
                    reason: form.reason?.text.trimmed ?? "",
                    at: now.timestamp,
                    until: until,
                    undone: block?.undone ?? ""
                )
            )
        }
        report(outcome, done: done, text: text, at: now)
        return []
    }

    /// What an evict says of the block that it has set, and its undo of the end of that; nil if it has set none.
    private func refusal(of outcome: CommandOutcome, _ plan: ActPlan, option: Int) -> (
        text: String, undone: String
    )? {
        guard case .evict(_, let length?) = plan.verb(on: [], option: option) else { return nil }
        let aors = Set(outcome.targets.filter { $0.outcome == .done }.map(\.binding.texts.aor))
        guard let one = aors.first else { return nil }
        let isOne = aors.count == 1
        let who =
            isOne ? "\(BindingColumns.text(one)) is" : "\(TimeText.count(aors.count)) addresses are"
        return (
            ", \(who) refused for \(TimeText.length(length.seconds))",
            isOne ? "the block is lifted" : "the blocks are lifted"
        )
    }

    /// Remembers an act that can be undone.
    mutating func keep(_ act: DoneAct) {
        acts.append(act)
        if acts.count > 100 { acts.removeFirst() }
    }

    /// The bar says what was done; what was skipped is listed.
    private mutating func report(_ outcome: CommandOutcome, done: Int, text: String, at now: ClockReading) {
        if done == outcome.targets.count {
            if outcome.undoUntil == nil { message = .done("\(text).", at: now.timestamp) }
            return
        }
        let clock = clock(at: now)
        if outcome.targets.count == 1 {
            let who = outcome.takenBy.first.map { ActWords.taken($0, clock: clock) } ?? "gone already"
            message = .warning("Nothing was done: the binding had \(who).")
            return
        }
        var lines = [
            RunLine("\(text), \(outcome.targets.count - done) skipped:", role: .textStrong), RunLine(""),
        ]
        let takers = Dictionary(
            outcome.takenBy.map { ($0.binding, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for target in outcome.targets where target.outcome != .done {
            lines.append(
                RunLine([
                    TextRun(ActWords.word(target.outcome).padded(12), role: .stateWarn),
                    TextRun(ActWords.row(target.binding, clock: clock), role: .text),
                ])
            )
            if let taken = takers[target.binding.facts.id] {
                let who = "".padded(12) + ActWords.taken(taken, clock: clock)
                lines.append(RunLine(who, role: .textDim))
            }
        }
        layer = .form(textForm(title: "SKIPPED", lines: lines))
    }

    private mutating func finish(_ act: PendingAct, _ outcome: CommandOutcome, at now: ClockReading) {
        if let refusal = outcome.refusal {
            message = .error("Refused, nothing done: \(refusal)")
            return
        }
        func length(_ interval: Interval?) -> String {
            interval.map { "for \(TimeText.length($0.seconds))" } ?? "until it is lifted"
        }
        switch act {
        case .drain(let isOn, let interval):
            keep(
                outcome,
                isOn ? "Newcomers are turned away \(length(interval))" : "Newcomers may register again",
                undone: "newcomers are treated as before",
                for: outcome.undoUntil.map { $0 - now.timestamp },
                at: now
            )
        case .block(let subjects, let interval):
            let isOne = subjects.count == 1
            keep(
                outcome,
                "\(BlockPlan.text(subjects)) \(isOne ? "is" : "are") refused \(length(interval)) (\(keys.key(.blocks)) lists)",
                undone: isOne ? "the block is lifted" : "the blocks are lifted",
                for: interval,
                at: now
            )
        case .unblock(let subject):
            keep(
                outcome,
                "\(subject.text) may register again",
                undone: "\(subject.text) is refused as before",
                for: nil,
                at: now
            )
        case .undo(let undone):
            let back = outcome.targets.filter { $0.outcome == .done }
            bindings.returning.formUnion(back.map(\.binding.facts.id))
            tour?.notePutBack(back.count)
            followReturn(of: back.map(\.binding))
            message =
                undone.isEmpty || outcome.total > 0
                ? self.undone(outcome, and: undone, at: now) : .done("Undo: \(undone).", at: now.timestamp)
        case .abort: if let progress = outcome.progress { takeProgress(progress, at: now) }
        }
    }

    /// The bar offers to undo what took no binding as it does for bindings that were taken.
    private mutating func keep(
        _ outcome: CommandOutcome,
        _ text: String,
        undone: String,
        for length: Interval?,
        at now: ClockReading,
    ) {
        guard let id = outcome.id else { return message = .done("\(text).", at: now.timestamp) }
        // What has no end can be undone as long as the registrar remembers the act; a day is within that.
        let until = now.timestamp + (length ?? .seconds(86_400))
        keep(DoneAct(id: id, text: text, reason: "", at: now.timestamp, until: until, undone: undone))
    }

    /// The page of a binding that comes back by an undo goes over to it, once that is known by its new number.
    private mutating func followReturn(of back: [Binding]) {
        guard case .binding(let id) = screen, back.count == 1, back.first?.facts.id == id else { return }
        detail.returning = id
    }

    private func undone(_ outcome: CommandOutcome, and more: String, at now: ClockReading) -> Message {
        let (back, newer, late) = (outcome.count(.done), outcome.count(.superseded), outcome.count(.tooLate))
        var parts: [String] = []
        if back > 0 { parts.append("\(TimeText.count(back, "binding")) put back") }
        if newer > 0 { parts.append("\(TimeText.count(newer)) left as is: registered again since") }
        if late > 0 { parts.append("\(TimeText.count(late)) too late: past its own expiry") }
        if parts.isEmpty { parts.append("nothing to put back") }
        if !more.isEmpty { parts.append(more) }
        let text = "Undo: \(parts.joined(separator: "; "))."
        return newer + late == 0 && back > 0 ? .done(text, at: now.timestamp) : .warning(text)
    }
}
