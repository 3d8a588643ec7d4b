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
        case .copy(var menu): return pressCopy(&menu, key, at: now)
        case .report(var state): return pressReport(&state, key, at: now)
        case .settings(var state): return pressSettings(&state, key, at: now)
        case .columns(var columns): return pressColumns(&columns, key, at: now)
        case nil: break
        }
        guard let action = keys.action(of: key, at: screen.place) else {
            if key == .control("s") || key == .control("q") {
                let freeze = keys.key(.freeze)
                message = .info(
                    "\(key) does not stop the terminal here: \(freeze) freezes the view.",
                    at: now.timestamp
                )
            }
            if case .paste = key {
                message = .info(
                    "Pasted text needs a line to go to: \(keys.key(.filter)) opens one.",
                    at: now.timestamp
                )
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
            refuse("\(keys.key(action.id)) works in: \(names.joined(separator: ", ")).", at: now)
            return []
        }
        if let reason = obstacle(to: action.id, at: now) {
            refuse(reason, at: now)
            return []
        }
        return perform(action.id, at: now)
    }

    /// How long a refused key may hide how far an act has come, or what can still be undone.
    private static let refusalTime = Interval.seconds(3)

    /// Says why a key does nothing here; an empty reason says nothing. What the line told before comes back.
    private mutating func refuse(_ reason: String, at now: ClockReading) {
        guard !reason.isEmpty else { return }
        message = .warning(reason)
        if underWay != nil || offered(at: now) != nil { message?.until = now.timestamp + Self.refusalTime }
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

    // MARK: Help and lists to choose from

    private mutating func pressHelp(
        _ help: inout HelpState,
        _ key: Key,
        at now: ClockReading,
    ) -> [ConsoleEffect] {
        let page = max(1, frame.body.height - 4)
        switch keys.action(of: key, at: .help)?.id {
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
        let id = keys.action(of: key, at: .pick)?.id
        switch id {
        case .pickDown, .pickUp:
            return move(&pick, by: id == .pickDown ? 1 : -1)
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
        case .theme(let name):
            message = .done("Theme \(name).", at: now.timestamp)
            return set(.theme, to: name)
        case .sort(let column): setOrder(BindingOrder(column: column, descending: order.descending))
        case .undo(let id):
            return undoListed(id)
        case .act(let id): if let action = keys.row(id) { return run(action, at: now) }
        case nil: break
        }
        return []
    }
}
