internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Finds out what a key means here, and does it.
    mutating func press(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        if case .mouse(let event) = key { return take(event, at: now) }
        if isTiny { return pressTiny(key) }
        isQuitArmed = false
        message = nil
        if joinsWaiting(key) { return [] }
        if prompt != nil { return pressPrompt(key, at: now) }
        if commandLine != nil { return pressCommand(key, at: now) }
        switch layer {
        case .form(var form): return pressForm(&form, key, at: now)
        case .help(var help): return pressHelp(&help, key, at: now)
        case .pick(var pick): return pressPick(&pick, key, at: now)
        case nil: break
        }
        guard let action = Action.of(key, at: screen.place) else {
            if case .paste = key {
                message = .info("Pasted text needs a line to go to: / opens one.", at: now.timestamp)
            }
            return []
        }
        guard !waits(action.id) else {
            waitingKeys.append(key)
            return []
        }
        return run(action, at: now)
    }

    /// Does an action, or says why it can't be done now.
    mutating func run(_ action: Action, at now: ClockReading) -> [ConsoleEffect] {
        guard action.places.contains(screen.place) else {
            let names = Places.names.filter { action.places.contains($0.place) }.map(\.name)
            message = .warning("\(Action.key(action.id)) works in: \(names.joined(separator: ", ")).")
            return []
        }
        if let reason = obstacle(to: action.id, at: now) {
            message = reason.isEmpty ? nil : .warning(reason)
            return []
        }
        return perform(action.id, at: now)
    }

    /// No question can be drawn on such a screen: `q` twice ends the program.
    private mutating func pressTiny(_ key: Key) -> [ConsoleEffect] {
        guard key == "q" || key == .control("c") else {
            isQuitArmed = false
            return []
        }
        guard isQuitArmed else {
            isQuitArmed = true
            return []
        }
        return [.quit(key == "q" ? 0 : 130)]
    }

    // MARK: Prompt

    private mutating func pressPrompt(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard var prompt else { return [] }
        switch Action.of(key, at: .prompt)?.id {
        case .promptAccept:
            applyPrompt(isFinished: true)
            guard self.prompt?.error == nil else { return [] }
            self.prompt = nil
            setFilterState { $0.remember() }
            return []
        case .promptCancel:
            self.prompt = nil
            let before = prompt.before
            guard currentFilterText != before.text else { return [] }
            setFilterState { $0 = before }
            filterChanged()
            return []
        case .promptComplete: guard prompt.complete() else { return [] }
        case .promptOlder: guard prompt.recall(by: 1) else { return [] }
        case .promptNewer: guard prompt.recall(by: -1) else { return [] }
        default: guard prompt.line.take(key) else { return [] }
        }
        self.prompt = prompt
        applyPrompt(isFinished: false)
        return []
    }

    /// A text that is understood is in force at once; one that is not leaves on what its whole words before
    /// put in force, or else the old filter.
    private mutating func applyPrompt(isFinished: Bool) {
        guard var prompt else { return }
        let text = prompt.line.text.trimmed
        let old = currentFilterText
        do {
            guard let subject = prompt.subject else {
                setFilterState { $0.set(plain: text) }
                prompt.error = nil
                self.prompt = prompt
                if old != text { filterChanged() }
                return
            }
            guard isFinished || !prompt.isUnfinished else {
                prompt.error = nil
                self.prompt = prompt
                return
            }
            if subject == .bindings {
                try bindingsFilter.set(text, for: subject)
            } else {
                try attemptsFilter.set(text, for: subject)
            }
            prompt.error = nil
            if old != text { filterChanged() }
        } catch {
            prompt.error = error
            if old != prompt.before.text, old.isEmpty || !text.hasPrefix(old + " ") {
                let before = prompt.before
                setFilterState { $0 = before }
                filterChanged()
            }
        }
        self.prompt = prompt
    }

    /// The filter of the screen's list.
    var currentFilterText: String {
        switch screen {
        case .attempts: attemptsFilter.text
        case .security: securityFilter.text
        case .log: logFilter.text
        case .audit: auditFilter.text
        case .history: historyFilter.text
        default: bindingsFilter.text
        }
    }

    /// Changes the filter of the screen's list.
    mutating func setFilterState(_ change: (inout FilterState) -> Void) {
        switch screen {
        case .attempts: change(&attemptsFilter)
        case .security: change(&securityFilter)
        case .log: change(&logFilter)
        case .audit: change(&auditFilter)
        case .history: change(&historyFilter)
        default: change(&bindingsFilter)
        }
    }

    /// The list is another one now: its rows are asked for anew.
    mutating func filterChanged() {
        switch screen {
        case .attempts: attempts.reset(keepingCursor: true)
        case .security: security.list.reset(keepingCursor: true)
        case .log: log.reset()
        case .audit: audit.reset()
        case .history: history.begin()
        default:
            bindings.reset(keepingCursor: true)
            marks.endRange()
        }
        link.wantsWindow = true
    }

    /// Opens the prompt over the screen's list.
    mutating func openPrompt() {
        let (state, subject): (FilterState, Filter.Subject?) =
            switch screen {
            case .attempts: (attemptsFilter, .attempts)
            case .security: (securityFilter, nil)
            case .log: (logFilter, nil)
            case .audit: (auditFilter, nil)
            case .history: (historyFilter, nil)
            default: (bindingsFilter, .bindings)
            }
        prompt = PromptState(subject: subject, before: state)
    }

    // MARK: Help and lists to choose from

    private mutating func pressHelp(
        _ help: inout HelpState,
        _ key: Key,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        let page = max(1, frame.body.height - 4)
        switch Action.of(key, at: .help)?.id {
        case .helpClose:
            layer = nil
            return []
        case .helpRun:
            layer = nil
            guard let action = help.selectedAction(at: screen.place) else { return [] }
            return run(action, at: now)
        case .helpDown: help.move(by: 1, at: screen.place)
        case .helpUp: help.move(by: -1, at: screen.place)
        case .helpPageDown: help.move(by: page, at: screen.place)
        case .helpPageUp: help.move(by: -page, at: screen.place)
        default:
            guard help.search.take(key) else { return [] }
            help.selected = 0
        }
        layer = .help(help)
        return []
    }

    private mutating func pressPick(
        _ pick: inout PickState,
        _ key: Key,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        switch Action.of(key, at: .pick)?.id {
        case .pickDown, .pickUp:
            return move(&pick, by: key == "j" || key == .down ? 1 : -1)
        case .pickCancel:
            layer = nil
            guard case .theme(let name) = pick.original, name != theme else { return [] }
            theme = name
            return [.setTheme(name)]
        case .pickChoose:
            layer = nil
            return take(pick.choice, at: now)
        default: return []
        }
    }

    /// Moves the cursor of a list to choose from; themes are shown live.
    mutating func move(_ pick: inout PickState, by step: Int) -> [ConsoleEffect] {
        guard pick.move(by: step) else { return [] }
        layer = .pick(pick)
        guard case .theme(let name) = pick.choice else { return [] }
        theme = name
        return [.setTheme(name)]
    }

    private mutating func take(_ choice: PickState.Choice?, at now: ClockReading) -> [ConsoleEffect] {
        switch choice {
        case .theme(let name): message = .done("Theme \(name).", at: now.timestamp)
        case .sort(let column): setOrder(BindingOrder(column: column, descending: order.descending))
        case .undo(let id):
            guard let act = acts.first(where: { $0.id == id }) else { return [] }
            return undo(act)
        case nil: break
        }
        return []
    }
}
