internal import Cells

/// The palette while something is typed in it: the line, and which of the proposals under it is chosen.
struct CommandLine: Sendable {
    var line = LineEditor("", limit: 300)
    /// What was run before, and the place in it.
    private var recall: LineRecall
    /// The proposal that was chosen with the arrows; nil: none was, so Enter runs what is typed, or the first one.
    private(set) var selected: Int?

    /// An empty line; `history` is what was run before, oldest first.
    init(history: [String]) { recall = LineRecall(history) }

    /// The word that names the command, and what stands behind it.
    var words: (name: String, argument: String) {
        let text = line.text.trimmed
        let name = text.prefix { $0 != " " }
        return (String(name), String(text.dropFirst(name.count)).trimmed)
    }

    /// The command that is named.
    var command: Command? { Command.named(words.name) }

    /// The name is complete and something may be typed behind it.
    var isInArgument: Bool { line.text.drop { $0 == " " }.contains(" ") }

    /// Takes a key as text; false if it is none.
    mutating func take(_ key: Key) -> Bool {
        guard line.take(key) else { return false }
        selected = nil
        return true
    }

    /// Replaces what is typed.
    mutating func replace(with text: String) {
        line.replace(with: text)
        selected = nil
    }

    /// Chooses a proposal.
    mutating func select(_ index: Int) { selected = max(0, index) }

    /// Down: the next proposal, or the newer line while older ones are gone through; false at the end.
    mutating func moveDown(count: Int) -> Bool {
        if selected == nil, recall.isOn { return recall(by: -1) }
        let next = selected.map { $0 + 1 } ?? (isInArgument ? 0 : 1)
        guard next < count else { return false }
        selected = next
        return true
    }

    /// Up: the proposal above, and above the first the line that was run before; false if there is none.
    mutating func moveUp() -> Bool {
        guard let selected, selected > 0 || isInArgument else { return recall(by: 1) }
        self.selected = selected > 0 ? selected - 1 : nil
        return true
    }

    /// Chooses a page further down or up, the ends of the list at most.
    mutating func page(by step: Int, count: Int) {
        guard count > 0 else { return }
        selected = max(0, min(count - 1, (selected ?? 0) + step))
    }

    /// Goes through what was run before; false at its ends.
    mutating func recall(by step: Int) -> Bool {
        guard recall.move(by: step, in: &line) else { return false }
        selected = nil
        return true
    }
}

/// The way through lines that were typed before, and back to the one that is being typed.
struct LineRecall: Sendable {
    /// Newest first.
    private let lines: [String]
    /// Position among them; nil is the line being typed.
    private var place: Int?
    private var draft = ""

    /// `history` is oldest first.
    init(_ history: [String]) { lines = history.reversed() }

    /// An older line stands where the new one is typed.
    var isOn: Bool { place != nil }

    /// Takes an older (1) or newer (-1) line; false at the ends.
    mutating func move(by step: Int, in line: inout LineEditor) -> Bool {
        let position = (place ?? -1) + step
        guard position >= -1, position < lines.count, position != (place ?? -1) else { return false }
        if place == nil { draft = line.text }
        place = position < 0 ? nil : position
        line.replace(with: position < 0 ? draft : lines[position])
        return true
    }
}
