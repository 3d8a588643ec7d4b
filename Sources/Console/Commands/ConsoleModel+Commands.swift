internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Timing

extension ConsoleModel {
    /// Takes a key while the palette is open.
    mutating func pressCommand(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard var typed = commandLine else { return [] }
        switch keys.action(of: key, at: .command)?.id {
        case .commandRun: return accept(typed, at: now)
        case .commandCancel:
            commandLine = nil
            return []
        case .commandComplete: guard complete(&typed, at: now) else { return [] }
        case .commandDown:
            guard typed.moveDown(count: paletteEntries(typed, at: now).count) else { return [] }
        case .commandUp: guard typed.moveUp() else { return [] }
        case .commandPageDown, .commandPageUp:
            let page = max(1, PaletteBox.listHeight(in: frame.body) - 1)
            let step = keys.action(of: key, at: .command)?.id == .commandPageDown ? page : -page
            typed.page(by: step, count: paletteEntries(typed, at: now).count)
        case .commandOlder: guard typed.recall(by: 1) else { return [] }
        case .commandNewer: guard typed.recall(by: -1) else { return [] }
        default:
            // Nothing left to erase: the palette goes, as a prompt in an editor.
            if key == .backspace, typed.line.isEmpty {
                commandLine = nil
                return []
            }
            guard typed.take(key) else { return [] }
        }
        commandLine = typed
        return []
    }

    /// Puts the chosen proposal, or the first, into the line; false if there is nothing to complete.
    func complete(_ typed: inout CommandLine, at now: ClockReading) -> Bool {
        let entries = paletteEntries(typed, at: now)
        let index = typed.selected ?? 0
        guard entries.indices.contains(index) else { return false }
        let text = completed(typed, with: entries[index])
        guard text != typed.line.text else { return false }
        typed.replace(with: text)
        return true
    }

    /// The line with a proposal in it.
    private func completed(_ typed: CommandLine, with entry: PaletteEntry) -> String {
        switch entry.kind {
        case .value(let value): "\(typed.words.name) \(value)"
        case .command(let command): command.name.rawValue + (command.argument.isEmpty ? "" : " ")
        case .action: entry.name
        }
    }

    /// Enter: what was chosen with the arrows, else what is typed if there is such a thing, else the first proposal.
    private mutating func accept(_ typed: CommandLine, at now: ClockReading) -> [ConsoleEffect] {
        var typed = typed
        let entries = paletteEntries(typed, at: now)
        let chosen = typed.selected.flatMap { entries.indices.contains($0) ? entries[$0] : nil }
        let name = typed.words.name
        let isNamed = typed.command != nil || ActionID(settingName: name) != nil
        if let entry = chosen ?? (isNamed || typed.isInArgument || name.isEmpty ? nil : entries.first) {
            typed.replace(with: completed(typed, with: entry))
        }
        if let command = typed.command, command.needsArgument, !typed.isInArgument || chosen != nil,
            typed.words.argument.isEmpty
        {
            typed.replace(with: "\(command.name.rawValue) ")
            commandLine = typed
            return []
        }
        commandLine = nil
        return run(typed, at: now)
    }

    private mutating func run(_ typed: CommandLine, at now: ClockReading) -> [ConsoleEffect] {
        let text = typed.line.text.trimmed
        guard !text.isEmpty else { return [] }
        commandHistory.removeAll { $0 == text }
        commandHistory.append(text)
        if commandHistory.count > 50 { commandHistory.removeFirst() }
        let (name, argument) = typed.words
        guard let command = typed.command else { return runAction(name, argument, at: now) }
        guard command.argument.isEmpty == false || argument.isEmpty else {
            message = .error("\(command.usage) takes nothing behind it.")
            return []
        }
        if let id = command.action, argument.isEmpty, let action = keys.row(id) {
            return run(action, at: now)
        }
        switch command.name {
        case .at: return look(at: argument, at: now)
        case .live:
            guard replay != nil || replayAsked?.at != nil else {
                message = .warning("This is the present already.")
                return []
            }
            return look(at: WallTime?.none)
        case .history:
            openHistory(argument.isEmpty ? nil : Array(argument.utf8))
            return []
        case .export: return export(to: argument, at: now)
        case .save: return saveFilter(argument, at: now)
        case .forget: return forgetFilter(argument, at: now)
        case .report:
            guard let name = argument.isEmpty ? reportSubject : argument else {
                message = .error(
                    "\(command.usage): write whose report, or put the cursor on a row of theirs."
                )
                return []
            }
            openReport(name, .show, at: now)
            return []
        case .record: return record(argument, at: now)
        case .undo: return act(.undo, at: now) { $0.askActs(at: now) }
        case .abort: return act(.undo, at: now) { $0.beginAbort(at: now) }
        case .script: return copyLastScript(at: now)
        case .tour: return beginTour(at: now)
        // An attached console leaves the registrar as it found it.
        case .detach: return welcome?.isAttached == true ? [.quit(0)] : [.detach]
        case .filter: return filter(argument)
        case .sort: return sort(argument)
        case .columns: return choose(columns: argument, at: now)
        case .theme: return choose(.theme, argument, at: now)
        case .set:
            let setting = argument.prefix { $0 != " " }
            return choose(setting, String(argument.dropFirst(setting.count)).trimmed, at: now)
        case .view: return show(view: argument)
        case .evict: return ask(.evict, argument, at: now)
        case .expire: return ask(.expire, argument, at: now)
        case .block: return askBlock(argument, at: now)
        case .unblock: return askUnblock(argument, at: now)
        case .quit: return perform(.quit, at: now)
        }
    }

    /// Does what a console may do that may act, or says why not.
    private mutating func act(
        _ id: ActionID,
        at now: ClockReading,
        _ body: (inout ConsoleModel) -> [ConsoleEffect],
    ) -> [ConsoleEffect] {
        if let reason = obstacle(to: id, at: now) {
            message = .warning(reason)
            return []
        }
        return body(&self)
    }

    /// An action by its name: with the same obstacles as by its key.
    private mutating func runAction(_ name: String, _ argument: String, at now: ClockReading)
        -> [ConsoleEffect]
    {
        guard let id = ActionID(settingName: name), let action = keys.row(id),
            !action.places.isDisjoint(with: .screens)
        else {
            message = .error("There is no :\(name). \(keys.key(.command)) lists all that there is.")
            return []
        }
        guard argument.isEmpty else {
            message = .error(":\(name) takes nothing behind it.")
            return []
        }
        return run(action, at: now)
    }

    private mutating func look(at text: String, at now: ClockReading) -> [ConsoleEffect] {
        do throws(Moment.Failure) {
            let moment = try Moment.wall(text, now: now.wall, utcOffset: utcOffset)
            let shown = ReplayState.text(moment, presentClock(at: now))
            message = .info("Looking back to \(shown) ..", at: now.timestamp)
            return look(at: moment)
        } catch {
            message = .error("\(error).")
            return []
        }
    }

    // MARK: Drawing

    /// The palette over the screen.
    func draw(_ typed: CommandLine, on grid: inout CellGrid, in area: Rect, at now: ClockReading) {
        let entries = paletteEntries(typed, at: now)
        var prompt = Prompt(label: ":", line: typed.line)
        var empty = "Nothing here is called \(typed.words.name)."
        if typed.isInArgument {
            prompt.role = typed.command == nil ? .filterInvalid : .filterValid
            prompt.note = typed.command?.help ?? ""
            empty = typed.command == nil ? empty : typed.command.map { "\($0.usage): \($0.help)" } ?? ""
        } else {
            let total = paletteCount(at: now)
            prompt.role = typed.line.isEmpty ? .prompt : entries.isEmpty ? .filterInvalid : .filterValid
            prompt.note = entries.count == total ? "\(total)" : "\(entries.count) of \(total)"
        }
        if typed.line.isEmpty {
            prompt.ghost = "type to search"
        } else if let rest = rest(of: typed, entries), typed.line.caret == typed.line.scalars.count {
            prompt.ghost = "\(keys.key(.commandComplete)): \(rest)"
        }
        PaletteBox(typed: typed, entries: entries, prompt: prompt, empty: empty).draw(on: &grid, in: area)
    }

    /// What completion would add; nil where it would put something else.
    private func rest(of typed: CommandLine, _ entries: [PaletteEntry]) -> String? {
        let index = typed.selected ?? 0
        guard entries.indices.contains(index) else { return nil }
        let (text, typedText) = (completed(typed, with: entries[index]), typed.line.text)
        guard text.hasPrefix(typedText) else { return nil }
        let rest = String(text.dropFirst(typedText.count)).trimmed
        return rest.isEmpty ? nil : rest
    }
}
