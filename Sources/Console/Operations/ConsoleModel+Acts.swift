internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Above this many targets, and for a filter, the count must be typed.
    static let countTypedAbove = 10

    var identity: OperatorIdentity {
        welcome?.you ?? OperatorIdentity(user: "unknown", from: "local", terminal: "")
    }

    func command(_ verb: OperatorVerb, reason: String = "", rate: Int? = nil) -> OperatorCommand {
        OperatorCommand(verb: verb, reason: reason.trimmed, by: identity, rate: rate)
    }

    // MARK: Asking

    /// The ghosts of the address of record: its page knows them, a list asks for that first. Of what is marked, those
    /// that are ghosts.
    mutating func evictGhosts() -> [ConsoleEffect] {
        if screen == .bindings, let filter = marks.all {
            guard let isGhost = try? Filter("ghost:yes", for: .bindings),
                let ghosts = try? filter.and(isGhost)
            else {
                message = .error("The filter is too long to be narrowed to its ghosts.")
                return []
            }
            return openAct(.evict, matching: ghosts)
        }
        if screen == .bindings, !marks.isEmpty { return openAct(.evict, on: marks.ghosts) }
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
    /// - Parameters:
    ///   - rows: what it is for, if not what is marked or under the cursor.
    ///   - filter: all that match this, instead of all that are marked.
    mutating func openAct(
        _ kind: ActPlan.Kind,
        on rows: [BindingRow]? = nil,
        matching filter: Filter? = nil,
    ) -> [ConsoleEffect] {
        marks.endRange()
        let serial = link.nextSerial()
        var plan = ActPlan(kind: kind, aim: .rows, seen: [], preview: nil, serial: serial)
        let request: LinkRequest
        if rows == nil, screen == .bindings, let filter = filter ?? marks.all {
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

    func actForm(_ plan: ActPlan) -> Form {
        let count = plan.preview == nil ? plan.seen.count : plan.reachable.count
        let title = count == 0 ? plan.verb : "\(plan.verb) \(TimeText.count(count))"
        var form = Form(.act(plan), buttons: [DialogButton("Cancel"), DialogButton(title, isDanger: true)])
        if plan.kind == .evict {
            form.choices = [Form.Choice(label: "The phone", options: ActPlan.refusals.map(\.text))]
        }
        form.reason = LineEditor("", limit: 200)
        if case .matching = plan.aim { form.expectedCount = count }
        if count > Self.countTypedAbove {
            form.expectedCount = count
            let proposed = count > ActPlan.rateProposedAbove ? "\(ActPlan.proposedRate)" : ""
            form.rate = LineEditor(proposed, limit: 6)
        }
        return form
    }

    /// The dry run has come: the dialog shows what it found, and what it found is what will be acted upon.
    mutating func takePreview(
        _ outcome: CommandOutcome,
        serial: UInt64,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        if case .form(let form) = layer, case .block(let plan) = form.purpose, plan.serial == serial {
            return takeBlockPreview(outcome, plan, form)
        }
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
        if let rate = old.rate { form.rate = rate }
        // What was missing has come; what was typed wrong still is.
        form.complaint = old.complaint == Self.notSaidYet ? "" : old.complaint
        if !form.isRateRight { form.complaint = Form.wrongRate }
        forgetWaiting()
        layer = .form(form)
        return []
    }

    /// What is said to who presses the button, or wants the line, before the dry run has come.
    static let notSaidYet = "The registrar has not said yet what this would do."

    /// It has said so now.
    private mutating func forgetWaiting() {
        if message?.text == Self.notSaidYet { message = nil }
    }

    /// An act on one row that has changed since asks again, and shows both.
    func changedForm(_ plan: ActPlan, now binding: Binding, from old: Form) -> Form {
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
        guard form.isRateRight else {
            form.complaint = Form.wrongRate
            form.focus = .rate
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
                ? Self.notSaidYet : "It has gone by now."
            return []
        }
        if case .changed(_, let now) = form.purpose {
            plan.seen = plan.seen.map { row in
                var row = row
                row.binding = now
                return row
            }
        }
        lastScript = scriptLine(of: form)?.text ?? lastScript
        plan.serial = link.nextSerial()
        plan.isPerforming = true
        let verb = plan.verb(
            on: targets.map { BindingTarget(id: $0.facts.id, version: $0.facts.version) },
            option: form.chosen(0)
        )
        form.purpose = .act(plan)
        let command = command(verb, reason: form.reason?.text ?? "", rate: form.chosenRate)
        return [.send(.perform(command, serial: plan.serial))]
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
        let more =
            report.changes.count > 1
            ? "; \(report.changes.count - 1) more in the log (\(keys.key(.log)))" : ""
        let first = report.changes.first ?? "nothing has changed"
        message = .done("Settings read anew: \(first)\(more).", at: now.timestamp)
    }
}

extension String {
    /// Filled up with blanks at the right.
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
    }
}
