internal import Cells
internal import Monitor

/// A list's filter as typed and as understood, and those typed before it.
struct FilterState: Hashable, Sendable {
    /// What is in force; empty for none. Log and Audit take it as plain text.
    private(set) var text = ""
    /// What was understood of it; nil for none.
    private(set) var filter: Filter?
    /// Filters that were kept, oldest first.
    var history: [String] = []

    /// Puts a filter in force; one that can't be understood leaves the old one as it is.
    mutating func set(_ text: String, for subject: Filter.Subject) throws(FilterError) {
        let trimmed = text.trimmed
        filter = trimmed.isEmpty ? nil : try Filter(trimmed, for: subject)
        self.text = trimmed
    }

    /// Puts plain text in force.
    mutating func set(plain text: String) { self.text = text }

    /// Remembers what was typed.
    mutating func remember() {
        guard !text.isEmpty, history.last != text else { return }
        history.removeAll { $0 == text }
        history.append(text)
        if history.count > 50 { history.removeFirst() }
    }
}

/// The line where a filter is being typed. A text that can't be understood leaves the old filter on.
struct PromptState: Sendable {
    /// What is filtered; nil means plain text (Log, Audit).
    var subject: Filter.Subject?
    var line: LineEditor
    /// The filter as it was before.
    var before: FilterState
    /// What is wrong with the text.
    var error: FilterError?
    /// Filters that were kept before, and the place in them.
    private var recall: LineRecall

    /// A prompt that begins with the filter in force.
    init(subject: Filter.Subject?, before: FilterState) {
        self.subject = subject
        self.before = before
        line = LineEditor(before.text)
        recall = LineRecall(before.history)
    }

    /// Goes through the history; false at its ends.
    mutating func recall(by step: Int) -> Bool { recall.move(by: step, in: &line) }

    /// What the word at the end of the line could become.
    var completion: String? {
        guard let subject, line.caret == line.scalars.count else { return nil }
        let start = line.text.lastIndex { " (!".contains($0) }.map { line.text.index(after: $0) }
        let word = String(line.text[(start ?? line.text.startIndex)...])
        guard !word.isEmpty else { return nil }
        if let colon = word.firstIndex(where: { ":=".contains($0) }) {
            let (field, typed) = (String(word[..<colon]), word[word.index(after: colon)...].lowercased())
            let match = Filter.words(of: field).first { $0.lowercased().hasPrefix(typed) }
            return match.map { String($0.dropFirst(typed.count)) }
        }
        let name = Filter.fieldNames(for: subject).first { $0.hasPrefix(word.lowercased()) }
        return name.map { String($0.dropFirst(word.count)) + ":" }
    }

    /// The last word may still become a field, of this list or of the other: it is not searched for before
    /// Enter.
    var isUnfinished: Bool {
        guard subject != nil else { return false }
        let word = line.text.split(whereSeparator: { " (!-".contains($0) }).last?.lowercased() ?? ""
        guard !word.isEmpty, !line.text.hasSuffix(" ") else { return false }
        let names = Filter.fieldNames(for: .bindings) + Filter.fieldNames(for: .attempts)
        return names.contains { $0.hasPrefix(word) }
    }

    /// Completes the word; false where nothing is known.
    mutating func complete() -> Bool {
        guard let rest = completion, !rest.isEmpty else { return false }
        line.replace(with: line.text + rest)
        return true
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        let head = drop { $0 == " " }
        guard let last = head.lastIndex(where: { $0 != " " }) else { return "" }
        return String(head[...last])
    }
}
