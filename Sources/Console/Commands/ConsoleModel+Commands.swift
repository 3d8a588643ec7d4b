internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Timing

extension ConsoleModel {
    /// Takes a key while a command is typed.
    mutating func pressCommand(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard var typed = commandLine else { return [] }
        switch Action.of(key, at: .command)?.id {
        case .commandRun:
            commandLine = nil
            return run(typed, at: now)
        case .commandCancel:
            commandLine = nil
            return []
        case .commandComplete: guard typed.complete() else { return [] }
        case .commandOlder: guard typed.recall(by: 1) else { return [] }
        case .commandNewer: guard typed.recall(by: -1) else { return [] }
        default:
            // Nothing left to erase: the prompt goes, as in an editor.
            if key == .backspace, typed.line.isEmpty {
                commandLine = nil
                return []
            }
            guard typed.line.take(key) else { return [] }
        }
        commandLine = typed
        return []
    }

    private mutating func run(_ typed: CommandLine, at now: ClockReading) -> [ConsoleEffect] {
        let text = typed.line.text.trimmed
        guard !text.isEmpty else { return [] }
        commandHistory.removeAll { $0 == text }
        commandHistory.append(text)
        if commandHistory.count > 50 { commandHistory.removeFirst() }
        let argument = typed.words.argument
        guard let command = typed.command else {
            message = .error("There is no :\(typed.words.name). There are \(Command.listing).")
            return []
        }
        guard command.argument.isEmpty == false || argument.isEmpty else {
            message = .error("\(command.usage) takes nothing behind it.")
            return []
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
        case .tour: return beginTour(at: now)
        // An attached console leaves the registrar as it found it.
        case .detach: return welcome?.isAttached == true ? [.quit(0)] : [.detach]
        case .quit: return perform(.quit, at: now)
        }
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

    /// The line of the prompt: what is typed, and what it would do.
    func drawnCommand(_ typed: CommandLine) -> Prompt {
        var prompt = Prompt(label: " :", line: typed.line)
        if typed.line.isEmpty {
            prompt.ghost = Command.table.map(\.usage).joined(separator: "  ")
        } else if let rest = typed.completion, !rest.trimmed.isEmpty {
            prompt.ghost = "Tab: \(rest.trimmed)"
        }
        if let command = typed.command {
            prompt.role = .filterValid
            let argument = typed.words.argument.isEmpty ? command.argument : ""
            prompt.note = argument.isEmpty ? command.help : "\(argument): \(command.help)"
        }
        return prompt
    }
}
