internal import Cells

/// Keys that an operator wants for an action, in the place of those it has: a line of the `keys` section.
public struct KeyRemapping: Hashable, Sendable {
    /// Name of the action: `page-down`.
    public var action: String
    /// Names of the keys, the one to be shown first; none takes the action's keys away.
    public var keys: [String]
    /// Where it is written, for messages about another line.
    public var line: Int

    /// Puts the parts together.
    public init(action: String, keys: [String], line: Int = 0) {
        self.action = action
        self.keys = keys
        self.line = line
    }
}

/// Why a remapping can't be: which of them, and a sentence with what to do.
public struct KeyProblem: Hashable, Sendable, CustomStringConvertible {
    /// The position among the remappings.
    public var index: Int
    /// The position among its keys; nil: the action's name, or all of them.
    public var key: Int?
    /// What is wrong, and what to do.
    public var description: String
}

extension KeyMap {
    /// The table with some keys changed, and what is wrong with the changes; with a problem the map is the
    /// standard one.
    ///
    /// Esc and Ctrl-C stay where the table has them: there is always a way out.
    public static func map(_ remappings: [KeyRemapping]) -> (map: KeyMap, problems: [KeyProblem]) {
        var draft = KeyMapDraft(remappings)
        draft.apply()
        draft.findConflicts()
        return draft.problems.isEmpty ? (KeyMap(draft.actions), []) : (.standard, draft.problems)
    }
}

/// A map while remappings are put into it.
private struct KeyMapDraft {
    let remappings: [KeyRemapping]
    var actions = Action.table
    var problems: [KeyProblem] = []
    /// Which remapping an action's keys are from.
    private var origin: [ActionID: Int] = [:]

    init(_ remappings: [KeyRemapping]) { self.remappings = remappings }

    /// Keys that correct what was typed: whoever presses one too often must not act with it.
    private static let corrections: Set<Key> = [
        .delete, .backspace, .control("h"), .control("k"), .control("d"),
    ]
    /// Answers that act as a dialog proposes.
    private static let answers: Set<ActionID> = [.formYes, .formPress, .formQuit]
    /// What moves on in a dialog, where letters may be text.
    private static let moves: Set<ActionID> = [.formNext, .formPrevious, .formPress, .formCancel]
    /// What a console is lost without.
    private static let essential: Set<ActionID> = [
        .open, .up, .down, .back, .quit, .help, .command, .promptAccept, .commandRun, .commandDown,
        .commandUp,
        .formNext, .formPress, .helpRun, .pickChoose, .pickDown, .pickUp,
    ]

    mutating func apply() {
        for index in remappings.indices { apply(index) }
    }

    private mutating func apply(_ index: Int) {
        let wanted = remappings[index]
        guard let id = ActionID(settingName: wanted.action),
            let row = actions.firstIndex(where: { $0.id == id })
        else {
            return report(index, "there is no action `\(wanted.action)`; `regtop keys` lists them")
        }
        if let before = origin[id] {
            let place = remappings[before].line
            return report(index, "\(wanted.action) has keys already\(place > 0 ? ", in line \(place)" : "")")
        }
        origin[id] = index
        var keys: [Key] = []
        for (position, name) in wanted.keys.enumerated() {
            guard let key = KeyName.key(name) else {
                let forms = "x, space, enter, ctrl-f, pgdn, f7"
                report(index, "there is no key `\(name)`; keys are written so: \(forms)", position)
                continue
            }
            if let sentence = Self.refusal(of: key, for: actions[row]) { report(index, sentence, position) }
            if !keys.contains(key) { keys.append(key) }
        }
        // The way out stays.
        for key in actions[row].keys where [.escape, .control("c")].contains(key) && !keys.contains(key) {
            keys.append(key)
        }
        if keys.isEmpty, Self.essential.contains(id) {
            report(index, "\(wanted.action) needs a key: nothing goes on without it")
        }
        actions[row].keys = keys
    }

    /// Why an action can't have a key, whatever the others have.
    private static func refusal(of key: Key, for action: Action) -> String? {
        let name = action.id.settingName
        if action.isDestructive || answers.contains(action.id), corrections.contains(key) {
            let key = KeyName.text(key)
            return "\(name) acts, and \(key) corrects what is typed: pressed once too often it would act; "
                + "choose another key"
        }
        let isText = !action.places.isDisjoint(with: .text) || moves.contains(action.id)
        if isText, case .character = key {
            return "\(name) works while text is typed, where \(KeyName.text(key)) is text; choose a key like "
                + "ctrl-x or f7"
        }
        return nil
    }

    /// Each pair of actions that share a key at a place is told once for each of their keys.
    mutating func findConflicts() {
        var owners: [Key: [Int]] = [:]
        for (row, action) in actions.enumerated() {
            for key in action.keys {
                for other in owners[key] ?? [] { tellConflict(of: row, with: other, key) }
                owners[key, default: []].append(row)
            }
        }
    }

    private mutating func tellConflict(of first: Int, with second: Int, _ key: Key) {
        let shared = actions[first].places.intersection(actions[second].places)
        guard !shared.isEmpty else { return }
        let (a, b) = (origin[actions[first].id] ?? -1, origin[actions[second].id] ?? -1)
        // Told where the later of the two is written.
        let (told, other) = a >= b ? (first, second) : (second, first)
        let (index, otherIndex) = (max(a, b), min(a, b))
        guard index >= 0 else { return }
        let names = Places.all.filter { shared.contains($0.place) }.map(\.name)
        let isMany = names.count > 3
        let place =
            isMany
            ? "\(names.prefix(2).joined(separator: ", ")) and elsewhere" : names.joined(separator: ", ")
        let line =
            otherIndex >= 0 && remappings[otherIndex].line > 0 ? " (line \(remappings[otherIndex].line))" : ""
        let otherName = actions[other].id.settingName
        let position = remappings[index].keys.firstIndex { KeyName.key($0) == key }
        report(
            index,
            "\(KeyName.text(key)) is \(otherName)'s key already\(line), in \(place); give "
                + "\(actions[told].id.settingName) another, or \(otherName)",
            position
        )
    }

    private mutating func report(_ index: Int, _ sentence: String, _ key: Int? = nil) {
        problems.append(KeyProblem(index: index, key: key, description: sentence))
    }
}
