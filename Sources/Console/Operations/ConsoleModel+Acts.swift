internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Above this many targets, and for a filter, the count must be typed.
    static let countTypedAbove = 10

    private var identity: OperatorIdentity {
        welcome?.you ?? OperatorIdentity(user: "unknown", from: "local", terminal: "")
    }

    func command(_ verb: OperatorVerb, reason: String = "") -> OperatorCommand {
        OperatorCommand(verb: verb, reason: reason.trimmed, by: identity)
    }

    // MARK: Asking

    /// The ghosts of the address of record: its page knows them, a list asks for that first.
    mutating func evictGhosts() -> [ConsoleEffect] {
        if case .binding = screen, let detail = detail.detail { return openAct(.evict, on: detail.ghosts) }
        link.wantsGhosts = actRow?.key
        return []
    }

    /// The page that a list has asked for has come, unless the operator has gone on to something else.
    mutating func takeGhosts(_ content: Window.Content, of id: BindingID) -> [ConsoleEffect] {
        link.wantsGhosts = nil
        link.wantsPreview = true
        guard layer == nil, prompt == nil, screen == .bindings, bindings.cursorKey == id else { return [] }
        guard case .binding(let detail) = content, !detail.ghosts.isEmpty else {
            message = .warning("This address of record has no ghosts any more.")
            return []
        }
        return openAct(.evict, on: detail.ghosts)
    }

    /// Opens the dialog and asks for a dry run, whose answer freezes the targets.
    ///
    /// - Parameter rows: what it is for, if not what is marked or under the cursor.
    mutating func openAct(_ kind: ActPlan.Kind, on rows: [BindingRow]? = nil) -> [ConsoleEffect] {
        marks.endRange()
        let serial = link.nextSerial()
        var plan = ActPlan(kind: kind, aim: .rows, seen: [], preview: nil, serial: serial)
        let request: LinkRequest
        if rows == nil, screen == .bindings, let filter = marks.all {
            plan.aim = .matching(filter)
            request = .previewMatching(filter, command(plan.verb(on: [], option: 0)), serial: serial)
        } else {
            let chosen = screen == .bindings && !marks.isEmpty ? marks.sorted : [actRow].compactMap { $0 }
            plan.seen = rows ?? chosen
            request = .preview(command(plan.verb(on: plan.seen.map(\.target), option: 0)), serial: serial)
        }
        layer = .form(actForm(plan))
        return [.send(request)]
    }

    private func actForm(_ plan: ActPlan) -> Form {
        let count = plan.preview == nil ? plan.seen.count : plan.reachable.count
        let title = count == 0 ? plan.verb : "\(plan.verb) \(TimeText.count(count))"
        var form = Form(.act(plan), buttons: [DialogButton("Cancel"), DialogButton(title, isDanger: true)])
        if plan.kind == .evict {
            form.choices = [Form.Choice(label: "The phone", options: ActPlan.refusals.map(\.text))]
        }
        form.reason = LineEditor("", limit: 200)
        if case .matching = plan.aim { form.expectedCount = count }
        if count > Self.countTypedAbove { form.expectedCount = count }
        return form
    }

    /// The dry run has come: the dialog shows what it found, and what it found is what will be acted upon.
    mutating func takePreview(
        _ outcome: CommandOutcome,
        serial: UInt64,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        guard case .form(let old) = layer, case .act(var plan) = old.purpose, plan.serial == serial,
            !plan.isPerforming
        else { return [] }
        if let refusal = outcome.refusal {
            layer = nil
            message = .error("\(plan.verb) refused: \(refusal)")
            return []
        }
        plan.preview = outcome
        if plan.reachable.isEmpty {
            layer = nil
            message = .warning("There is nothing left to \(plan.verb.lowercased()): gone already.")
            return []
        }
        if plan.seen.count == 1, let target = outcome.targets.first, target.outcome == .changed {
            layer = .form(changedForm(plan, now: target.binding, from: old))
            return []
        }
        var form = actForm(plan)
        (form.choices, form.reason, form.focus) = (old.choices, old.reason, old.focus)
        form.complaint = old.complaint
        layer = .form(form)
        return []
    }

    /// An act on one row that has changed since asks again, and shows both.
    private func changedForm(_ plan: ActPlan, now binding: Binding, from old: Form) -> Form {
        var plan = plan
        plan.isPerforming = false
        let verb = "\(plan.verb) as it is now"
        var form = Form(
            .changed(plan, now: binding),
            buttons: [DialogButton("Cancel"), DialogButton(verb, isDanger: true)]
        )
        (form.choices, form.reason) = (old.choices, old.reason)
        return form
    }

    // MARK: Doing

    /// The button that does it: sends the act on the targets as the dialog shows them.
    mutating func performAct(_ form: inout Form) -> [ConsoleEffect] {
        guard form.isCountRight else {
            form.complaint = form.missingCount
            form.focus = .count
            return []
        }
        var plan: ActPlan
        var targets: [Binding]
        switch form.purpose {
        case .act(let known): (plan, targets) = (known, known.reachable)
        case .changed(let known, let now): (plan, targets) = (known, [now])
        default: return []
        }
        guard !plan.isPerforming else { return [] }
        targets = targets.filter { $0.gone == nil }
        guard !targets.isEmpty else {
            form.complaint =
                plan.preview == nil
                ? "The registrar has not said yet what this would do." : "It has gone by now."
            return []
        }
        if case .changed(_, let now) = form.purpose {
            plan.seen = plan.seen.map { row in
                var row = row
                row.binding = now
                return row
            }
        }
        plan.serial = link.nextSerial()
        plan.isPerforming = true
        let verb = plan.verb(
            on: targets.map { BindingTarget(id: $0.facts.id, version: $0.facts.version) },
            option: form.chosen(0)
        )
        form.purpose = .act(plan)
        return [.send(.perform(command(verb, reason: form.reason?.text ?? ""), serial: plan.serial))]
    }

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
        let done = outcome.count(.done)
        noteForTour(plan, outcome)
        marks.remove(
            outcome.targets.filter { $0.outcome == .done || $0.outcome == .gone }.map(\.binding.facts.id)
        )
        let what = done == 1 ? "1 binding" : "\(TimeText.count(done)) bindings"
        let text = "\(plan.past) \(what)"
        if done > 0 { lastActIsBlock = false }
        if done > 0, let id = outcome.id, let until = outcome.undoUntil {
            acts.append(
                DoneAct(
                    id: id,
                    text: text,
                    reason: form.reason?.text.trimmed ?? "",
                    at: now.timestamp,
                    until: until
                )
            )
            if acts.count > 100 { acts.removeFirst() }
        }
        report(outcome, done: done, text: text, at: now)
        return []
    }

    /// The bar says what was done; what was skipped is listed.
    private mutating func report(_ outcome: CommandOutcome, done: Int, text: String, at now: ClockReading) {
        if done == outcome.targets.count {
            if outcome.undoUntil == nil { message = .done("\(text).", at: now.timestamp) }
            return
        }
        if outcome.targets.count == 1 {
            message = .warning("Nothing was done: the binding had gone already.")
            return
        }
        let clock = clock(at: now)
        var lines = [
            RunLine("\(text), \(outcome.targets.count - done) skipped:", role: .textStrong), RunLine(""),
        ]
        for target in outcome.targets where target.outcome != .done {
            lines.append(
                RunLine([
                    TextRun(ActWords.word(target.outcome).padded(12), role: .stateWarn),
                    TextRun(ActWords.row(target.binding, clock: clock), role: .text),
                ])
            )
        }
        layer = .form(textForm(title: "SKIPPED", lines: lines))
    }

    // MARK: Undo

    /// `u`: the bar's act at once; on the Audit screen one is chosen.
    mutating func beginUndo(at now: ClockReading) -> [ConsoleEffect] {
        guard let act = undoable(at: now) else { return [] }
        guard screen == .audit else { return undo(act) }
        let clock = clock(at: now)
        let items = acts.reversed().map { act in
            (
                choice: PickState.Choice.undo(act.id), name: "\(clock.clock(act.at)) \(act.text)",
                remark: "possible until \(clock.clock(act.until))  \(act.reason)".trimmed
            )
        }
        layer = .pick(PickState(title: "UNDO WHICH", items: items, selected: 0))
        return []
    }

    mutating func undo(_ act: DoneAct) -> [ConsoleEffect] {
        acts.removeAll { $0.id == act.id }
        let serial = link.nextSerial()
        pending[serial] = act.isDrain ? .undoDrain : .undo
        return [.send(.perform(command(.undo(act.id), reason: ""), serial: serial))]
    }

    private mutating func finish(_ act: PendingAct, _ outcome: CommandOutcome, at now: ClockReading) {
        if let refusal = outcome.refusal {
            message = .error("Refused, nothing done: \(refusal)")
            return
        }
        switch act {
        case .drain(let isOn, let interval):
            lastActIsBlock = false
            keepDrain(outcome, isOn: isOn, interval, at: now)
        case .undoDrain:
            message = .done("Undo: newcomers are treated as before.", at: now.timestamp)
        case .block(let subject, let interval):
            lastActIsBlock = true
            let length = interval.map { "for \(TimeText.length($0.seconds))" } ?? "until it is lifted"
            message = .done("\(subject.text) is refused \(length): b lists the blocks.", at: now.timestamp)
        case .unblock(let subject):
            lastActIsBlock = true
            message = .done("\(subject.text) may register again.", at: now.timestamp)
        case .undo:
            let back = outcome.targets.filter { $0.outcome == .done }
            bindings.returning.formUnion(back.map(\.binding.facts.id))
            tour?.notePutBack(back.count)
            message = undone(outcome, at: now)
        }
    }

    /// The bar offers to undo a drain as it does for bindings that were taken.
    private mutating func keepDrain(
        _ outcome: CommandOutcome,
        isOn: Bool,
        _ interval: Interval?,
        at now: ClockReading,
    ) {
        let length = interval.map { "for \(TimeText.length($0.seconds))" } ?? "until it is lifted"
        let text = isOn ? "Newcomers are turned away \(length)" : "Newcomers may register again"
        guard let id = outcome.id else { return message = .done("\(text).", at: now.timestamp) }
        // A drain without an end can be undone as long as the registrar remembers the act; a day is within that.
        let until = outcome.undoUntil ?? now.timestamp + .seconds(86_400)
        acts.append(DoneAct(id: id, text: text, reason: "", at: now.timestamp, until: until, isDrain: true))
        if acts.count > 100 { acts.removeFirst() }
    }

    // MARK: Settings

    /// Asks for the settings to be read anew.
    mutating func reload(at now: ClockReading) -> [ConsoleEffect] {
        message = .info("Reading settings and accounts anew ..", at: now.timestamp)
        return [.send(.reload(serial: link.nextSerial()))]
    }

    /// The settings were read anew, or not.
    mutating func takeReload(_ report: ReloadReport, at now: ClockReading) {
        link.wantsWindow = true
        if let refusal = report.refusal {
            message = .error("Settings not taken, those before stay in force: \(refusal)")
            return
        }
        let more = report.changes.count > 1 ? "; \(report.changes.count - 1) more in the log (5)" : ""
        let first = report.changes.first ?? "nothing has changed"
        message = .done("Settings read anew: \(first)\(more).", at: now.timestamp)
    }

    private func undone(_ outcome: CommandOutcome, at now: ClockReading) -> Message {
        let (back, newer, late) = (outcome.count(.done), outcome.count(.superseded), outcome.count(.tooLate))
        var parts: [String] = []
        if back > 0 { parts.append("\(TimeText.count(back, "binding")) put back") }
        if newer > 0 { parts.append("\(TimeText.count(newer)) left as is: registered again since") }
        if late > 0 { parts.append("\(TimeText.count(late)) too late: past its own expiry") }
        if parts.isEmpty { parts.append("nothing to put back") }
        let text = "Undo: \(parts.joined(separator: "; "))."
        return newer + late == 0 && back > 0 ? .done(text, at: now.timestamp) : .warning(text)
    }
}

extension String {
    /// Filled up with blanks at the right.
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
    }
}
