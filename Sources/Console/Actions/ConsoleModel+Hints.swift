internal import Cells
internal import Timing

extension ConsoleModel {
    /// The key bar's hints: what works here and now.
    func hints(at now: ClockReading) -> [Segment] {
        if prompt != nil { return layerHints(.prompt) { promptOffers($0) } }
        if let commandLine { return layerHints(.command) { offers($0, commandLine) } }
        switch layer {
        case .help(let help): return layerHints(.help) { offers($0, help) }
        case .pick(let pick):
            return layerHints(.pick) { $0 == .pickDown || $0 == .pickUp ? offers($0, pick) : true }
        case .form(let form):
            let actions = Action.table.filter {
                $0.weight > 0 && $0.places.contains(.form) && offers($0.id, form, at: now)
            }
            return KeyBar.hints(actions) { label($0, form) }
        case nil: break
        }
        let actions = Action.table.filter { action in
            action.weight > 0 && action.places.contains(screen.place)
                && obstacle(to: action.id, at: now) == nil
                && isWorthShowing(action.id)
        }
        return KeyBar.hints(actions) { label($0) }
    }

    private func layerHints(_ place: Places, _ offers: (ActionID) -> Bool) -> [Segment] {
        KeyBar.hints(Action.table.filter { $0.weight > 0 && $0.places.contains(place) && offers($0.id) }) {
            $0.label
        }
    }

    /// What has no effect just now is not offered, although pressing it does no harm.
    private func isWorthShowing(_ id: ActionID) -> Bool {
        switch id {
        case .filter: true
        case .clearFilter: !currentFilterText.isEmpty
        case .nextPane where screen == .overview: overviewLayout.panes.count > 1 && firstSteps == nil
        default: true
        }
    }

    private func offers(_ id: ActionID, _ pick: PickState) -> Bool {
        id == .pickDown ? pick.selected < pick.items.count - 1 : pick.selected > 0
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
        case .promptAccept: return prompt.error == nil
        case .promptComplete: return copy.complete()
        case .promptOlder: return copy.recall(by: 1)
        case .promptNewer: return copy.recall(by: -1)
        default: return true
        }
    }

    private func offers(_ id: ActionID, _ typed: CommandLine) -> Bool {
        var copy = typed
        switch id {
        case .commandComplete: return copy.complete()
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
        case .formDown: return form.top < maximumTop(of: form, at: now)
        default: return true
        }
    }

    /// The word of an action in a dialog: Enter presses a button, and goes on from all else.
    private func label(_ action: Action, _ form: Form) -> String {
        guard action.id == .formPress else { return action.label }
        if case .button = form.focus { return action.label }
        if form.focus == .count, !form.count.isEmpty, form.isCountRight {
            return form.buttons.last?.title ?? action.label
        }
        return "Next"
    }

    /// The word of an action here.
    private func label(_ action: Action) -> String {
        switch action.id {
        case .back: screens.count == 1 && !marks.isRange ? "Quit" : "Back"
        case .freeze: isFrozen ? "Go on" : action.label
        case .open:
            switch screen {
            case .attempts: "Why"
            case .attempt: ladder.isRaw ? "Ladder" : "Message"
            case .binding: "Ladder"
            case .history: "Whole line"
            default: action.label
            }
        case .nextPane: screen == .overview ? action.label : "Next list"
        case .problems: isShowingProblems ? "All rows" : action.label
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
