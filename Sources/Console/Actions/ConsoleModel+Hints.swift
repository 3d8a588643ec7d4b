internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// The key bar's hints: what works here and now.
    func hints(at now: ClockReading) -> [Segment] {
        if prompt != nil { return layerHints(.prompt) { promptOffers($0) } }
        if let commandLine { return layerHints(.command) { offers($0, commandLine, at: now) } }
        switch layer {
        case .settings(let state): return layerHints(.settings) { offers($0, state) }
        case .columns(let columns): return layerHints(.columns) { offers($0, columns) }
        case .help(let help): return layerHints(.help) { offers($0, help) }
        case .pick(let pick):
            let actions = keys.actions(at: .pick).filter {
                $0.weight > 0 && ($0.id == .pickDown || $0.id == .pickUp ? offers($0.id, pick) : true)
            }
            return KeyBar.hints(actions) { label($0, pick) }
        case .copy(let menu): return layerHints(.copy) { offers($0, menu) }
        case .report(let report): return layerHints(.report) { offers($0, report) }
        case .form(let form):
            let actions = keys.actions(at: .form).filter {
                $0.weight > 0 && offers($0.id, form, at: now)
            }
            return KeyBar.hints(actions) { label($0, form) }
        case nil: break
        }
        let actions = keys.actions(at: screen.place).filter { action in
            action.weight > 0 && obstacle(to: action.id, at: now) == nil
                && isWorthShowing(action.id, at: now)
        }
        return KeyBar.hints(actions) { label($0, at: now) }
    }

    private func layerHints(_ place: Places, _ offers: (ActionID) -> Bool) -> [Segment] {
        KeyBar.hints(keys.actions(at: place).filter { $0.weight > 0 && offers($0.id) }) {
            $0.label
        }
    }

    /// What has no effect just now is not offered, although pressing it does no harm.
    private func isWorthShowing(_ id: ActionID, at now: ClockReading) -> Bool {
        switch id {
        case .undo: screen == .audit || offered(at: now) != nil || underWay != nil || !acts.isEmpty
        case .filter: true
        case .clearFilter:
            screen.isLadder ? ladder.search != nil : !currentFilterText.isEmpty || followed != nil
        case .nextHit: ladder.hits.count > 1
        case .nextPane where screen == .overview:
            overviewLayout.focusable.count > 1 && firstSteps == nil
        default: true
        }
    }

    private func offers(_ id: ActionID, _ pick: PickState) -> Bool {
        id == .pickDown ? pick.selected < pick.items.count - 1 : pick.selected > 0
    }

    private func offers(_ id: ActionID, _ menu: CopyMenu) -> Bool {
        var copy = menu
        switch id {
        case .copyClose, .copyChoose: return true
        case .copyDown, .copyUp: return copy.move(by: id == .copyDown ? 1 : -1)
        default: return menu.item(id) != nil
        }
    }

    private func offers(_ id: ActionID, _ report: ReportState) -> Bool {
        switch id {
        case .reportClose: true
        case .reportCopy: report.report != nil
        default: report.canMove(id, in: frame.body)
        }
    }

    private func offers(_ id: ActionID, _ help: HelpState) -> Bool {
        var copy = help
        switch id {
        case .helpRun: return help.selectedAction(at: screen.place) != nil
        case .helpDown, .helpUp:
            copy.move(by: id == .helpDown ? 1 : -1, at: screen.place)
            return copy.selectedAction(at: screen.place)?.id != help.selectedAction(at: screen.place)?.id
        default: return true
        }
    }

    private func promptOffers(_ id: ActionID) -> Bool {
        guard let prompt else { return false }
        var copy = prompt
        switch id {
        case .promptAccept: return prompt.error == nil && (prompt.subject != nil || !prompt.line.isEmpty)
        case .promptComplete: return copy.complete(by: 1) != .nothing
        case .promptOlder: return copy.recall(by: 1)
        case .promptNewer: return copy.recall(by: -1)
        default: return true
        }
    }

    private func offers(_ id: ActionID, _ typed: CommandLine, at now: ClockReading) -> Bool {
        var copy = typed
        switch id {
        case .commandComplete: return complete(&copy, at: now)
        case .commandDown: return copy.moveDown(count: paletteEntries(typed, at: now).count)
        case .commandUp: return copy.moveUp()
        case .commandOlder: return copy.recall(by: 1)
        case .commandNewer: return copy.recall(by: -1)
        default: return true
        }
    }

    private func offers(_ id: ActionID, _ form: Form, at now: ClockReading) -> Bool {
        var copy = form
        switch id {
        case .formNext: return form.fields.count > 1
        case .formLeft, .formRight:
            copy.choose(by: id == .formLeft ? -1 : 1)
            return copy.focus != form.focus || copy.choices != form.choices
        case .formYes: return !form.isTyping && form.takesYes
        case .formQuit: return form.isQuit
        case .formCopy: return scriptLine(of: form) != nil
        case .formDown: return form.top < maximumTop(of: form, at: now)
        default: return true
        }
    }

    /// The word of an action in a list to choose from: what is done with the choice. Only a theme is tried on and put
    /// back; all else stays as it is until it is chosen.
    private func label(_ action: Action, _ pick: PickState) -> String {
        let words: (choose: String, cancel: String)
        switch pick.choice {
        case .act: words = ("Do it", "Close")
        case .undo: words = ("Undo", "Leave as it is")
        case .sort: words = ("Sort", "Leave as it is")
        case .theme, nil: return action.label
        }
        switch action.id {
        case .pickChoose: return words.choose
        case .pickCancel: return words.cancel
        default: return action.label
        }
    }

    /// The word of an action in a dialog: Enter presses a button, and goes on from all else.
    private func label(_ action: Action, _ form: Form) -> String {
        if action.id == .formYes, form.expectedCount != nil { return "Count" }
        guard action.id == .formPress else { return action.label }
        if case .button = form.focus { return action.label }
        if form.focus == .count, !form.count.isEmpty, form.isCountRight {
            return form.buttons.last?.title ?? action.label
        }
        return "Next"
    }

    /// The word of an action here.
    private func label(_ action: Action, at now: ClockReading) -> String {
        switch action.id {
        case .undo: underWay != nil && screen != .audit && offered(at: now) == nil ? "Abort" : action.label
        case .back: screens.count == 1 && !marks.isRange && returns.isEmpty ? "Quit" : "Back"
        case .freeze: isFrozen ? "Go on" : action.label
        case .open:
            switch screen {
            case .attempts: "Why"
            case .attempt: ladder.isRaw ? "Ladder" : "Message"
            case .binding: "Ladder"
            case .history: "Whole line"
            default: action.label
            }
        case .nextPane: screen == .overview || screen == .devices ? action.label : "Next list"
        case .requests:
            switch requestKind {
            case .registrations: "All"
            case .all: "Calls"
            case .calls: "Registers"
            }
        case .problems: isShowingProblems ? "All rows" : action.label
        case .followAOR: followed == nil ? action.label : "Unfollow"
        default: action.label
        }
    }

    private var isShowingProblems: Bool {
        switch screen {
        case .attempts: failuresOnly
        case .log: warningsOnly
        default: filterBeforeProblems != nil
        }
    }
}
