internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

/// The mouse: what a click is meant for is asked of the screen as it is drawn, so that there is one geometry. A click
/// does what a key does, never more: an act is asked about in its dialog as always.
extension ConsoleModel {
    /// Rows that one notch of the wheel moves by.
    private static let notch = 3
    /// The second half of a double click comes within this time, and doesn't answer the dialog that the first opened.
    private static let doubleClick = Interval.milliseconds(500)

    /// The mouse is taken from the terminal, or given back; the choice is kept.
    mutating func toggleMouse(at now: ClockReading) -> [ConsoleEffect] {
        preferences.usesMouse.toggle()
        let key = keys.key(.mouse)
        message = .info(
            preferences.usesMouse
                ? "Mouse on: click, again to open. Shift-drag selects text; \(key) turns it off."
                : "Mouse off: the terminal selects text as usual.",
            at: now.timestamp
        )
        return [.useMouse(preferences.usesMouse), .keep(preferences)]
    }

    /// Takes a click or a turn of the wheel.
    mutating func take(_ event: MouseEvent, at now: ClockReading) -> [ConsoleEffect] {
        guard preferences.usesMouse, !isTiny, let spot = draw(at: now).spot(at: event.point) else {
            return []
        }
        guard event.kind == .click else {
            return turn(by: event.kind == .wheelUp ? -1 : 1, over: spot, at: now)
        }
        let hadForm = hasForm
        if hadForm, now.timestamp < clicksAnswerFrom { return [] }
        let effects = click(spot, at: now)
        if hasForm, !hadForm { clicksAnswerFrom = now.timestamp + Self.doubleClick }
        return effects
    }

    private var hasForm: Bool {
        switch layer {
        case .form, .pick: true
        default: false
        }
    }

    // MARK: Clicks

    private mutating func click(_ spot: Spot, at now: ClockReading) -> [ConsoleEffect] {
        if case .key(let key) = spot { return press(key, at: now) }
        guard waitingKeys.isEmpty else { return [] }
        message = nil
        if var typed = commandLine {
            guard case .row(let index, _) = spot else { return [] }
            guard typed.selected != index else { return press(.enter, at: now) }
            typed.select(index)
            commandLine = typed
            return []
        }
        switch (layer, spot) {
        case (.form(var form), _): return click(spot, in: &form, at: now)
        case (.pick(var pick), .row(let index, _)):
            guard index == pick.selected else { return move(&pick, by: index - pick.selected) }
            return press(.enter, at: now)
        case (.help(var help), .row(let index, _)):
            guard index == help.selected else {
                help.select(index)
                layer = .help(help)
                return []
            }
            return press(.enter, at: now)
        case (nil, .row(let index, let list)): return click(row: index, of: list, at: now)
        case (nil, .list(let list)):
            if screen == .overview, let pane = OverviewState.Pane(rawValue: list) {
                overview.select(in: pane)
            }
        case (nil, .head(let number)): sort(byHead: number)
        case (nil, .tab(let index)): goToTab(index)
        default: break
        }
        return []
    }

    /// A row is selected; one that has the cursor already is opened.
    private mutating func click(row index: Int, of list: Int, at now: ClockReading) -> [ConsoleEffect] {
        guard hasWindow else { return [] }
        if isSelected(index, of: list) {
            return keys.row(.open).map { run($0, at: now) } ?? []
        }
        switch screen {
        case .overview: if let pane = OverviewState.Pane(rawValue: list) { overview.select(index, in: pane) }
        case .bindings: selectBinding(index)
        case .binding: detail.select(index)
        case .attempts: attempts.select(index)
        case .attempt: ladder.select(index)
        case .security: security.list.select(index)
        case .devices: devices.list.select(index)
        case .log: log.select(index)
        case .audit: audit.select(index)
        case .blocks: blocks.select(index)
        case .history: history.select(history.top + index)
        }
        return []
    }

    private func isSelected(_ index: Int, of list: Int) -> Bool {
        switch screen {
        case .overview: overview.pane.rawValue == list && overview.index == index
        case .bindings: bindings.cursorIndex == index
        case .binding: detail.selectedAttempt == index
        case .attempts: attempts.cursorIndex == index
        case .attempt: ladder.selected == index
        case .security: security.list.cursorIndex == index
        case .devices: devices.list.cursorIndex == index
        case .log: log.cursorIndex == index
        case .audit: audit.cursorIndex == index
        case .blocks: blocks.cursorIndex == index
        case .history: history.cursor == history.top + index
        }
    }

    private mutating func selectBinding(_ index: Int) {
        let wasFollowing = bindings.isFollowing
        bindings.select(index)
        marks.extend(over: bindings)
        link.wantsPreview = true
        if wasFollowing, let before = orderBeforeFollow { setOrder(before) }
    }

    /// A column sorts, smallest first; again: the other way round.
    private mutating func sort(byHead number: Int) {
        guard let raw = UInt8(exactly: number), let column = BindingColumn(rawValue: raw) else { return }
        setOrder(BindingOrder(column: column, descending: order.column == column && !order.descending))
    }

    /// A button is pressed, a choice is taken, a line gets the keys.
    private mutating func click(_ spot: Spot, in form: inout Form, at now: ClockReading) -> [ConsoleEffect] {
        switch spot {
        case .button(let index) where form.buttons.indices.contains(index):
            form.focus = .button(index)
            layer = .form(form)
            return press(.enter, at: now)
        case .option(let option, of: let index) where form.choices.indices.contains(index):
            guard form.choices[index].options.indices.contains(option) else { return [] }
            form.focus = .choice(index)
            form.choices[index].selected = option
        case .field(let number): form.focus = number == 0 ? .reason : .count
        default: return []
        }
        layer = .form(form)
        return []
    }

    // MARK: The wheel

    private mutating func turn(by step: Int, over spot: Spot, at now: ClockReading) -> [ConsoleEffect] {
        switch layer {
        case .form(var form):
            form.top = max(0, min(maximumTop(of: form, at: now), form.top + step * Self.notch))
            layer = .form(form)
        case .pick(var pick): return move(&pick, by: step)
        case .help(var help):
            help.move(by: step * Self.notch, at: screen.place)
            layer = .help(help)
        case .copy, .report, .settings, .columns: return press(step > 0 ? .down : .up, at: now)
        case nil:
            guard place == screen.place, hasWindow, waitingKeys.isEmpty else { return [] }
            message = nil
            scroll(by: step, over: spot, at: now)
        }
        return []
    }

    private mutating func scroll(by step: Int, over spot: Spot, at now: ClockReading) {
        let action: ActionID = step < 0 ? .up : .down
        switch (screen, spot) {
        case (_, .key), (_, .cover), (_, .tab): return
        case (.overview, .row(_, let list)), (.overview, .list(let list)):
            guard let pane = OverviewState.Pane(rawValue: list) else { return }
            overview.select(in: pane)
            overview.move(by: step)
        case (.binding, .text): move(step < 0 ? .pageUp : .pageDown, at: now)
        case (.attempt, .text) where !ladder.isRaw: move(step < 0 ? .pageUp : .pageDown, at: now)
        case (.binding, _): detail.move(by: step)
        default: for _ in 0..<Self.notch { move(action, at: now) }
        }
    }
}
