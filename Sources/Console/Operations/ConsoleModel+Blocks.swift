internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

/// The dialog that sets blocks: on what is under the cursor, or on all that is marked.
extension ConsoleModel {
    /// Whom a block could refuse, from what is under the cursor.
    var blockSubjects: [BlockSubject] {
        switch screen {
        case .overview: overview.blockSubjects
        case .bindings: bindings.cursorEntry.map { Self.subjects(of: $0.row.binding) } ?? []
        case .binding: detail.detail.map { Self.subjects(of: $0.row.binding) } ?? []
        case .attempts: attempts.cursorEntry.map { Self.subjects(of: $0.row) } ?? []
        case .attempt: ladder.detail.map { Self.subjects(of: $0.row) } ?? []
        case .security: security.blockSubjects
        default: []
        }
    }

    private static func subjects(of binding: Binding) -> [BlockSubject] {
        [.aor(binding.texts.aor), .source(binding.facts.path.source.address)]
    }

    /// Of a call it is who calls: the one who is called may be the victim.
    private static func subjects(of attempt: AttemptRow) -> [BlockSubject] {
        if let call = attempt.call {
            let source = BlockSubject.source(attempt.path.source.address)
            return call.caller.contains("@") ? [source, .aor(Array(call.caller.utf8))] : [source]
        }
        return [.aor(Array(attempt.aor.utf8)), .source(attempt.path.source.address)]
    }

    /// Opens the dialog, and asks what the block would hit; of a filter first whose bindings pass it.
    ///
    /// - Parameter named: whom to refuse instead, where they were typed.
    mutating func openBlock(on named: BlockSubject? = nil) -> [ConsoleEffect] {
        marks.endRange()
        var plan: BlockPlan
        if let named {
            plan = BlockPlan(subjects: [named])
        } else if screen == .bindings, let filter = marks.all {
            plan = BlockPlan(matching: filter)
        } else if screen == .bindings, !marks.isEmpty {
            plan = BlockPlan(bindings: marks.sorted.map(\.binding))
        } else {
            plan = BlockPlan(subjects: blockSubjects)
        }
        plan.serial = link.nextSerial()
        let form = blockForm(plan)
        layer = .form(form)
        guard let filter = plan.filter else { return askReach(plan, form) }
        // The dry run of an evict names all that match; nothing is taken away.
        return [.send(.previewMatching(filter, command(.evict([], refuseFor: nil)), serial: plan.serial))]
    }

    /// Another group has been chosen: what does that hit?
    mutating func reaskReach(_ form: inout Form) -> [ConsoleEffect] {
        guard case .block(var plan) = form.purpose, plan.filter == nil else { return [] }
        plan.reach = nil
        plan.serial = link.nextSerial()
        form.purpose = .block(plan)
        return askReach(plan, form)
    }

    private func askReach(_ plan: BlockPlan, _ form: Form) -> [ConsoleEffect] {
        guard let (subjects, interval) = plan.choice(form.chosen(0), form.chosen(1)) else { return [] }
        return [.send(.preview(command(.block(subjects, for: interval)), serial: plan.serial))]
    }

    /// What a block would hit has come, or first whose bindings match.
    mutating func takeBlockPreview(_ outcome: CommandOutcome, _ plan: BlockPlan, _ form: Form)
        -> [ConsoleEffect]
    {
        if let refusal = outcome.refusal {
            layer = nil
            message = .error("Block refused: \(refusal)")
            return []
        }
        guard plan.filter != nil else {
            var (plan, form) = (plan, form)
            plan.reach = outcome.reach
            form.purpose = .block(plan)
            if form.complaint == Self.notSaidWhom { form.complaint = "" }
            layer = .form(form)
            return []
        }
        var found = BlockPlan(bindings: outcome.targets.filter { $0.binding.gone == nil }.map(\.binding))
        guard !found.groups.isEmpty else {
            layer = nil
            message = .warning("Nobody matches any more.")
            return []
        }
        found.serial = link.nextSerial()
        var next = blockForm(found)
        (next.reason, next.focus) = (form.reason, form.fields.contains(form.focus) ? form.focus : .button(0))
        layer = .form(next)
        return askReach(found, next)
    }

    /// The button that does it.
    mutating func performBlock(_ plan: BlockPlan, _ form: inout Form) -> [ConsoleEffect] {
        guard let (subjects, interval) = plan.choice(form.chosen(0), form.chosen(1)) else {
            form.complaint = Self.notSaidWhom
            layer = .form(form)
            return []
        }
        layer = nil
        if screen == .bindings { marks.clear() }
        return send(.block(subjects, for: interval), form, as: .block(subjects, interval))
    }

    private func blockForm(_ plan: BlockPlan) -> Form {
        var form = Form(
            .block(plan),
            buttons: [DialogButton("Cancel"), DialogButton("Block", isDanger: true)]
        )
        form.choices = [
            Form.Choice(label: "Refuse", options: plan.groups.map(BlockPlan.text)),
            Form.Choice(label: "For", options: BlockPlan.lengths.map(\.text)),
        ]
        form.reason = LineEditor("", limit: 200)
        return form
    }

    /// The text of the dialog.
    func blockLines(_ plan: BlockPlan, _ form: Form, _ clock: LocalClock) -> [RunLine] {
        if let filter = plan.filter {
            return [
                RunLine("All that match: \(filter.text)", role: .filterMatch),
                RunLine("Asking the registrar who that is ..", role: .textDim),
            ]
        }
        guard let (subjects, interval) = plan.choice(form.chosen(0), form.chosen(1)) else { return [] }
        let until =
            interval.map { "until \(clock.clock(clock.now.timestamp + $0))" } ?? "until the block is lifted"
        var lines: [RunLine] = []
        switch subjects.first {
        case .aor where subjects.count == 1:
            lines.append(
                RunLine(
                    "Every REGISTER for \(subjects[0].text), and calls of it, are refused with 403 \(until)."
                )
            )
        case .source where subjects.count == 1:
            lines.append(
                RunLine(
                    "Every REGISTER and call from \(subjects[0].text), whatever its port, is refused with 403 \(until)."
                )
            )
        case .aor:
            lines.append(
                RunLine("Every REGISTER for these, and calls of them, are refused with 403 \(until):")
            )
            lines += names(subjects)
        case .source:
            lines.append(
                RunLine(
                    "Every REGISTER and call from these, whatever the port, is refused with 403 \(until):"
                )
            )
            lines += names(subjects)
        case nil: return []
        }
        lines.append(
            plan.reach.map { reachLine($0) }
                ?? RunLine("Asking the registrar what this would hit ..", role: .textDim)
        )
        if case .source = subjects.first {
            lines.append(RunLine("All phones behind that address are hit, if it is a NAT.", role: .stateWarn))
        }
        lines.append(
            RunLine("Bindings that are there stay until they end: \(keys.key(.evict)) takes them away.")
        )
        return lines
    }

    /// Phones that work and will be refused are what somebody may not have meant.
    private func reachLine(_ reach: BlockReach) -> RunLine {
        RunLine(OperationWords.reach(reach), role: reach.working > 1 ? .stateWarn : .textStrong)
    }

    private func names(_ subjects: [BlockSubject]) -> [RunLine] {
        let shown = subjects.prefix(targetsListed).map { RunLine($0.text, role: .textStrong) }
        let more = subjects.count - shown.count
        return shown + (more > 0 ? [RunLine("and \(TimeText.count(more)) more", role: .textDim)] : [])
    }

    /// What is said to who presses the button before it is known.
    private static let notSaidWhom = "The registrar has not said yet whom this would hit."
}
