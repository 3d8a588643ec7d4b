internal import BindingTable
internal import Cells

/// A dialog as a value: text, perhaps a choice, a reason and a typed count, and buttons. The first button
/// always cancels and has the focus at the start.
struct Form: Sendable {
    /// What can have the focus.
    enum Field: Hashable, Sendable {
        case button(Int), choice(Int), name, rate, reason, count
    }

    /// One of several, all shown in a line.
    struct Choice: Hashable, Sendable {
        var label: String
        var options: [String]
        var selected = 0
    }

    /// What is asked for.
    var purpose: FormPurpose
    /// What to choose.
    var choices: [Choice] = []
    /// A file's name is asked for.
    var name: LineEditor?
    /// Bindings a second are asked for; empty: all at once.
    var rate: LineEditor?
    /// A reason is asked for.
    var reason: LineEditor?
    /// A number must be typed: this one.
    var expectedCount: Int?
    var count = LineEditor("", limit: 12)
    var buttons: [DialogButton]
    var focus = Field.button(0)
    /// First line of the text shown.
    var top = 0
    /// Quitting ends nothing but this console.
    var isHarmless = false
    /// What is missing before the button can be pressed.
    var complaint = ""

    init(_ purpose: FormPurpose, buttons: [DialogButton]) {
        self.purpose = purpose
        self.buttons = buttons
    }

    /// Everything that can have the focus, in the order of Tab: Cancel begins, and what acts comes last.
    var fields: [Field] {
        var all: [Field] = [.button(0)]
        all += choices.indices.map { .choice($0) }
        if name != nil { all.append(.name) }
        if rate != nil { all.append(.rate) }
        if reason != nil { all.append(.reason) }
        if expectedCount != nil { all.append(.count) }
        return all + buttons.indices.dropFirst().map { .button($0) }
    }

    /// What has been chosen of a choice; 0 if there is none.
    func chosen(_ index: Int) -> Int { choices.indices.contains(index) ? choices[index].selected : 0 }

    /// Keys are text now.
    var isTyping: Bool { [.name, .rate, .reason, .count].contains(focus) }
    /// It asks whether to end the program.
    var isQuit: Bool { if case .quit = purpose { true } else { false } }
    /// `y` answers it. Where all logins end with the program, that takes a capital, or the way to the button; where a
    /// number is to be typed, it leads to that.
    var takesYes: Bool { buttons.count > 1 && (!isQuit || isHarmless) }
    /// Whether the count, if one is asked for, has been typed.
    var isCountRight: Bool { expectedCount.map { Int(count.text) == $0 } ?? true }

    /// The rate that was typed; nil: all at once.
    var chosenRate: Int? { rate.flatMap { $0.isEmpty ? nil : Int($0.text) ?? .max } }
    /// The rate is one that there can be.
    var isRateRight: Bool { chosenRate.map { (1...OperatorCommand.mostPerSecond).contains($0) } ?? true }
    /// What is said of one that can't be.
    static let wrongRate =
        "Per second: from 1 to \(TimeText.count(OperatorCommand.mostPerSecond)), or empty for all at once."

    /// Moves the focus; it goes round. A count or rate typed wrong is said as soon as it is left.
    mutating func moveFocus(by step: Int) {
        let all = fields
        guard let index = all.firstIndex(of: focus), !all.isEmpty else { return }
        if focus == .count, !count.isEmpty, !isCountRight { complaint = missingCount }
        if focus == .rate { complaint = isRateRight ? "" : Self.wrongRate }
        focus = all[(index + step + all.count) % all.count]
    }

    /// What is said while the count is missing or wrong.
    var missingCount: String {
        let expected = expectedCount ?? 0
        return count.isEmpty ? "Type \(expected) to go on." : "Type \(expected) to go on, not \(count.text)."
    }

    /// Left and Right: the choice, or the button.
    mutating func choose(by step: Int) {
        switch focus {
        case .choice(let index):
            choices[index].selected =
                max(0, min(choices[index].options.count - 1, choices[index].selected + step))
        case .button(let index): focus = .button(max(0, min(buttons.count - 1, index + step)))
        case .name, .rate, .reason, .count: break
        }
    }

    /// Takes a key as text; false if it is none.
    mutating func type(_ key: Key) -> Bool {
        switch focus {
        case .name:
            guard var line = name, line.take(key) else { return false }
            name = line
            complaint = ""
            return true
        case .reason:
            guard var line = reason, line.take(key) else { return false }
            reason = line
            return true
        case .rate:
            guard var line = rate else { return false }
            if case .character(let scalar) = key, !("0"..."9").contains(scalar) { return true }
            guard line.take(key) else { return false }
            rate = line
            return true
        case .count:
            var key = key
            if case .character(let scalar) = key, !("0"..."9").contains(scalar) { return true }
            if case .paste(let text) = key { key = .paste(String(text.filter { ("0"..."9").contains($0) })) }
            let isTaken = count.take(key)
            if isTaken { complaint = "" }
            return isTaken
        case .button, .choice: return false
        }
    }
}
