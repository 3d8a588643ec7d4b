internal import Cells

/// The line behind `:` while it is typed.
struct CommandLine: Sendable {
    var line = LineEditor("", limit: 300)
    /// What was run before, and the place in it.
    var recall: LineRecall

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

    /// What is missing of the only or first command whose name begins so.
    var completion: String? {
        let text = line.text
        guard line.caret == line.scalars.count, !text.isEmpty, !text.contains(" ") else { return nil }
        guard let match = Command.table.first(where: { $0.name.rawValue.hasPrefix(text) }) else { return nil }
        let blank = match.argument.isEmpty ? "" : " "
        return String(match.name.rawValue.dropFirst(text.count)) + blank
    }

    /// Completes the name; false where nothing is known.
    mutating func complete() -> Bool {
        guard let rest = completion, !rest.isEmpty else { return false }
        line.replace(with: line.text + rest)
        return true
    }

    /// Goes through what was run before; false at its ends.
    mutating func recall(by step: Int) -> Bool { recall.move(by: step, in: &line) }
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
