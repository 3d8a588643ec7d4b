internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import SIPMessage
internal import Timing

extension ConsoleModel {
    /// Keys of a dialog: text goes to the field that has the focus, all else to the table of actions.
    mutating func pressForm(_ form: inout Form, _ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        let id = keys.action(of: key, at: .form)?.id
        let isMove =
            id == .formCancel || id == .formPress || id == .formNext || id == .formPrevious
            || id == .formCopy
        if form.isTyping, !isMove {
            guard !form.type(key) else {
                layer = .form(form)
                return []
            }
            // What is no text still scrolls the text above.
            guard id == .formDown || id == .formUp else { return [] }
        }
        if case .quit = form.purpose, key == .control("c") { return [.quit(130)] }
        switch id {
        case .formCancel, .formNo:
            layer = nil
            return []
        case .formNext: form.moveFocus(by: 1)
        case .formPrevious: form.moveFocus(by: -1)
        case .formLeft, .formRight:
            let group = form.chosen(0)
            form.choose(by: id == .formLeft ? -1 : 1)
            if case .save(var plan) = form.purpose { plan.settle(&form) }
            if form.chosen(0) != group {
                let effects = reaskReach(&form)
                layer = .form(form)
                return effects
            }
        case .formCopy: return copyScript(of: form, at: now)
        case .formDown:
            form.top = min(form.top + max(1, frame.body.height / 2), maximumTop(of: form, at: now))
        case .formUp:
            form.top = max(0, min(form.top, maximumTop(of: form, at: now)) - max(1, frame.body.height / 2))
        case .formYes where form.takesYes: return answer(&form, at: now)
        case .formYes where form.isQuit:
            form.complaint = "\(keys.key(.formQuit)) quits: y is not enough where all logins end."
        case .formQuit where form.isQuit: return answer(&form, at: now)
        case .formPress:
            // The number that was asked for is the answer: nothing more is to be said.
            if form.focus == .count, !form.count.isEmpty, form.isCountRight { return answer(&form, at: now) }
            guard case .button(let index) = form.focus else {
                form.moveFocus(by: 1)
                break
            }
            if index > 0 || form.buttons.count == 1 { return answer(&form, at: now) }
            layer = nil
            return []
        default: return []
        }
        layer = .form(form)
        return []
    }

    /// How far the text of a form can be scrolled.
    func maximumTop(of form: Form, at now: ClockReading) -> Int {
        FormBox(form, lines: formLines(form, at: now), title: "").maximumTop(in: frame.body)
    }

    /// Yes: the last button.
    private mutating func answer(_ form: inout Form, at now: ClockReading) -> [ConsoleEffect] {
        switch form.purpose {
        case .act, .changed:
            let effects = performAct(&form)
            layer = .form(form)
            return effects
        case .block(let plan): return performBlock(plan, &form)
        case .unblock(let subject, _):
            layer = nil
            return send(.unblock(subject), form, as: .unblock(subject))
        case .drain(let drain):
            layer = nil
            let interval = drain == nil ? DrainPlan.interval(form.chosen(0)) : nil
            return send(.drain(drain == nil, for: interval), form, as: .drain(isOn: drain == nil, interval))
        case .save(let plan): return answerSave(&form, plan, at: now)
        case .replace(let order):
            layer = nil
            return replace(order, at: now)
        case .saving:
            layer = nil
            return [.stopSaving]
        case .replaceRecording(let path):
            layer = nil
            return [.record(path, replacing: true)]
        case .undo(let act):
            layer = nil
            return takeBack(act.act)
        case .abort(let progress):
            layer = nil
            return abort(progress, reason: form.reason?.text ?? "")
        case .quit: return [.quit(0)]
        case .text:
            layer = nil
            return []
        }
    }

    mutating func send(_ verb: OperatorVerb, _ form: Form, as act: PendingAct) -> [ConsoleEffect] {
        let serial = link.nextSerial()
        pending[serial] = act
        let command = command(verb, reason: form.reason?.text ?? "")
        lastScript = ScriptLine(command).text
        return [.send(.perform(command, serial: serial))]
    }

    // MARK: Forms

    var quitForm: Form {
        let isAttached = welcome?.isAttached == true
        let button = isAttached ? DialogButton("Leave") : DialogButton("Quit", isDanger: true)
        var form = Form(.quit, buttons: [DialogButton("Stay"), button])
        form.isHarmless = isAttached
        return form
    }

    func unblockForm(_ subject: BlockSubject, _ block: Block?) -> Form {
        var form = Form(
            .unblock(subject, block),
            buttons: [DialogButton("Cancel"), DialogButton("Lift block", isDanger: true)]
        )
        form.reason = LineEditor("", limit: 200)
        return form
    }

    var drainForm: Form {
        let verb = drain == nil ? "Drain" : "Lift drain"
        var form = Form(
            .drain(drain),
            buttons: [DialogButton("Cancel"), DialogButton(verb, isDanger: true)]
        )
        if drain == nil {
            form.choices = [Form.Choice(label: "For", options: DrainPlan.lengths.map(\.text))]
        }
        form.reason = LineEditor("", limit: 200)
        return form
    }

    func textForm(title: String, lines: [RunLine]) -> Form {
        Form(.text(title: title, lines: lines), buttons: [DialogButton("Close")])
    }

    func textForm(_ line: LogLine, at now: ClockReading) -> Form {
        let clock = clock(at: now)
        let head = "\(clock.milliseconds(line.notice.at))  \(OperationWords.level(line.notice.level).text)"
        return textForm(
            title: "LOG LINE \(line.number)",
            lines: [RunLine(head, role: .textDim), RunLine(""), RunLine(line.notice.text)]
        )
    }

    func textForm(_ line: AuditLine, at now: ClockReading) -> Form {
        let record = line.record
        let fields: [(String, String)] = [
            ("when", clock(at: now).clock(record.at)), ("who", record.by.short),
            ("terminal", record.by.terminal),
            ("action", record.action), ("object", record.object), ("result", record.result),
            ("reason", record.reason),
        ]
        return textForm(title: "AUDIT LINE \(line.number)", lines: Self.fieldLines(fields))
    }

    func textForm(_ entry: ListState<Block>.Entry, at now: ClockReading) -> Form {
        let block = entry.row
        let clock = clock(at: now)
        let isOver = entry.departure != nil || block.isOver(at: now.timestamp)
        let left = block.until.map { "\(TimeText.countdown(clock.left(until: $0))) left" } ?? ""
        let until = block.until.map { clock.clock($0) } ?? "it is lifted"
        let fields: [(String, String)] = [
            ("refused", block.subject.text),
            ("until", [until, isOver ? "ended" : left].filter { !$0.isEmpty }.joined(separator: ", ")),
            ("since", clock.clock(block.since)),
            ("by", block.by.short), ("reason", block.reason),
        ]
        return textForm(title: "BLOCK", lines: Self.fieldLines(fields))
    }

    private static func fieldLines(_ fields: [(String, String)]) -> [RunLine] {
        fields.map { name, value in
            RunLine([
                TextRun(name.padded(10), role: .textDim), TextRun(value.isEmpty ? "-" : value, role: .text),
            ])
        }
    }
}
