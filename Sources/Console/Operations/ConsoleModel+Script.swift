internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// Every act as a command line: at the end of its dialog, and to be copied.
extension ConsoleModel {
    /// The command line that does what a dialog does; nil for one that does nothing to the registrar, and while it is
    /// not known yet what.
    func scriptLine(of form: Form) -> ScriptLine? {
        let reason = form.reason?.text ?? ""
        switch form.purpose {
        case .act(let plan):
            guard let preview = plan.preview, !plan.isPerforming else { return nil }
            let act = command(
                plan.verb(on: [], option: form.chosen(0)),
                reason: reason,
                rate: form.chosenRate
            )
            if case .matching(let filter) = plan.aim { return ScriptLine(act, matching: filter.expansion) }
            return ScriptLine(act, on: plan.reachable, unreachable: preview.unreachable)
        case .changed(let plan, let now):
            let act = command(plan.verb(on: [], option: form.chosen(0)), reason: reason)
            return ScriptLine(act, on: [now], unreachable: plan.preview?.unreachable ?? 0)
        case .block(let plan):
            guard let (subjects, interval) = plan.choice(form.chosen(0), form.chosen(1)) else { return nil }
            return ScriptLine(command(.block(subjects, for: interval), reason: reason))
        case .unblock(let subject, _): return ScriptLine(command(.unblock(subject), reason: reason))
        case .undo(let act): return ScriptLine(command(.undo(act.act), reason: reason))
        case .abort(let progress): return ScriptLine(command(.abort(progress.act), reason: reason))
        case .drain(let drain):
            let interval = drain == nil ? DrainPlan.interval(form.chosen(0)) : nil
            return ScriptLine(command(.drain(drain == nil, for: interval), reason: reason))
        case .save, .replace, .saving, .replaceRecording, .quit, .text: return nil
        }
    }

    /// Characters of a line that a dialog shows; all of it is copied.
    private static let mostShown = 400

    /// The line behind a dialog's text.
    func scriptLines(of form: Form) -> [RunLine] {
        guard let line = scriptLine(of: form)?.text else { return [] }
        let count = line.unicodeScalars.count
        let key = keys.key(.formCopy)
        let isCut = count > Self.mostShown
        let shown =
            isCut ? String(String.UnicodeScalarView(line.unicodeScalars.prefix(Self.mostShown))) : line
        let rest = isCut ? " .. \(TimeText.count(count)) characters" : ""
        return [
            RunLine(""),
            RunLine([
                TextRun(shown, role: .textDim), TextRun("\(rest)  (\(key) copies)", role: .textDim),
            ]),
        ]
    }

    /// Copies the line of a dialog.
    mutating func copyScript(of form: Form, at now: ClockReading) -> [ConsoleEffect] {
        guard let line = scriptLine(of: form)?.text else {
            message = .warning(Self.notSaidYet)
            return []
        }
        message = .done("Sent to your terminal's clipboard.", at: now.timestamp)
        return [.copy(line)]
    }

    /// Copies the line of the last act.
    mutating func copyLastScript(at now: ClockReading) -> [ConsoleEffect] {
        guard !lastScript.isEmpty else {
            message = .warning("This console has not acted yet: there is no line to copy.")
            return []
        }
        message = .done("Sent to your terminal's clipboard: \(lastScript)", at: now.timestamp)
        return [.copy(lastScript)]
    }
}
