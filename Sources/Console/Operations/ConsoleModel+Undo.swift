internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// Undo, and acts that are done a few bindings at a time: what is under way, how it ends, and how it is ended.
extension ConsoleModel {
    /// `u`: what the bar offers at once, or what is under way is aborted; else one is chosen.
    mutating func beginUndo(at now: ClockReading) -> [ConsoleEffect] {
        if screen == .audit { return askActs(at: now) }
        if let act = offered(at: now) { return undo(act) }
        return underWay == nil ? askActs(at: now) : beginAbort(at: now)
    }

    mutating func undo(_ act: DoneAct) -> [ConsoleEffect] {
        acts.removeAll { $0.id == act.id }
        return undo(act.id, saying: act.undone)
    }

    private mutating func undo(_ id: CommandID, saying undone: String) -> [ConsoleEffect] {
        let serial = link.nextSerial()
        pending[serial] = .undo(undone)
        let command = command(.undo(id))
        lastScript = ScriptLine(command).text
        return [.send(.perform(command, serial: serial))]
    }

    // MARK: The list

    /// Asks what can be undone, of whomever.
    mutating func askActs(at now: ClockReading) -> [ConsoleEffect] {
        let serial = link.nextSerial()
        link.wantsActs = serial
        message = .info("Asking what can be undone ..", at: now.timestamp)
        return [.send(.acts(serial: serial))]
    }

    /// What can be undone has come: it is there to choose from, unless the operator has gone on to something else.
    mutating func takeActs(_ list: ActList, serial: UInt64, at now: ClockReading) {
        if let progress = list.progress, progress.state == .underWay { underWay = progress }
        guard link.wantsActs == serial else { return }
        link.wantsActs = nil
        guard layer == nil, prompt == nil, commandLine == nil else { return }
        message = nil
        undoable = list.undoable
        guard !undoable.isEmpty else {
            message = .warning("There is nothing to undo.")
            return
        }
        let clock = clock(at: now)
        let items = undoable.map { act in
            (
                choice: PickState.Choice.undo(act.act),
                name: "\(clock.clock(act.at)) \(act.verb) \(act.object)",
                remark: "\(OperationWords.wouldRestore(act)); \(who(act.by))"
                    + (act.reason.isEmpty ? "" : "; \(act.reason)")
            )
        }
        var pick = PickState(title: "UNDO WHICH", items: items, selected: 0)
        (pick.widest, pick.widestName) = (120, 36)
        layer = .pick(pick)
    }

    private func who(_ by: OperatorIdentity) -> String { by == identity ? "you" : by.short }

    /// An act of the list has been chosen: one's own on a few bindings is taken back at once, any other after a
    /// question, for the list may have opened under a key that was meant for something else.
    mutating func undoListed(_ id: CommandID) -> [ConsoleEffect] {
        guard let act = undoable.first(where: { $0.act == id }),
            act.by != identity || act.bindings > Self.countTypedAbove
        else { return takeBack(id) }
        layer = .form(
            Form(.undo(act), buttons: [DialogButton("Cancel"), DialogButton("Undo", isDanger: true)])
        )
        return []
    }

    /// What the question before an undo says.
    func undoLines(_ act: UndoableAct, _ clock: LocalClock) -> [RunLine] {
        [
            RunLine("\(act.verb) \(act.object), \(clock.clock(act.at)) by \(who(act.by))", role: .textStrong),
            RunLine(act.reason, role: .textDim),
            RunLine("It would be \(act.bindings > 0 ? "put back: " : "")\(OperationWords.restoring(act))."),
        ].filter { $0.width > 0 }
    }

    /// Takes an act back.
    mutating func takeBack(_ id: CommandID) -> [ConsoleEffect] {
        let own = acts.first { $0.id == id }
        acts.removeAll { $0.id == id }
        let words: String =
            switch undoable.first(where: { $0.act == id })?.verb {
            case "drain": "newcomers are treated as before"
            case "block": "the block is lifted"
            case "unblock": "the block is set again"
            default: ""
            }
        return undo(id, saying: own?.undone ?? words)
    }

    // MARK: What is under way

    /// How far an act has come that is done a few bindings at a time; its end may be told twice.
    mutating func takeProgress(_ progress: ActProgress, at now: ClockReading) {
        if !isFrozen { link.wantsWindow = true }
        guard progress.state != .underWay else {
            underWay = progress
            return
        }
        guard underWay?.act == progress.act else { return }
        underWay = nil
        // Others are told by a notice who did what.
        guard progress.by == identity else { return }
        var ended = progress
        if ended.state == .aborted, ended.ending == identity.short { ended.ending = "" }
        let text = OperationWords.progress(ended)
        let sentence = text.prefix(1).uppercased() + text.dropFirst()
        if progress.counts.done > 0, let until = progress.undoUntil {
            keep(
                DoneAct(
                    id: progress.act,
                    text: sentence,
                    reason: progress.reason,
                    at: now.timestamp,
                    until: until
                )
            )
            if progress.state != .stopped { return }
        }
        message =
            progress.state == .finished ? .done("\(sentence).", at: now.timestamp) : .warning("\(sentence).")
    }

    /// One's own act is ended at once, another's after a question.
    mutating func beginAbort(at now: ClockReading) -> [ConsoleEffect] {
        guard let underWay else {
            message = .warning("No act is under way.")
            return []
        }
        if underWay.by == identity { return abort(underWay, reason: "") }
        var form = Form(
            .abort(underWay),
            buttons: [DialogButton("Cancel"), DialogButton("Abort", isDanger: true)]
        )
        form.reason = LineEditor("", limit: 200)
        layer = .form(form)
        return []
    }

    mutating func abort(_ progress: ActProgress, reason: String) -> [ConsoleEffect] {
        let serial = link.nextSerial()
        pending[serial] = .abort
        let command = command(.abort(progress.act), reason: reason)
        lastScript = ScriptLine(command).text
        return [.send(.perform(command, serial: serial))]
    }
}
