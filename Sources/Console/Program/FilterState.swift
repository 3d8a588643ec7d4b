internal import Cells
internal import Monitor

/// A list's filter as typed and as understood, and those typed before it.
struct FilterState: Hashable, Sendable {
    /// What is in force; empty for none.
    private(set) var text = ""
    /// What was understood of it; nil for none.
    private(set) var filter: Filter?
    /// Filters that were kept, oldest first.
    var history: [String] = []

    /// Puts a filter in force; one that can't be understood leaves the old one as it is.
    ///
    /// - Parameter named: the operator's own filters by their names.
    mutating func set(
        _ text: String,
        for subject: Filter.Subject,
        named: [String: String] = [:],
    ) throws(FilterError) {
        let trimmed = text.trimmed
        filter = trimmed.isEmpty ? nil : try Filter(trimmed, for: subject, named: named)
        self.text = trimmed
    }

    /// Remembers what was typed.
    mutating func remember() {
        guard !text.isEmpty, history.last != text else { return }
        history.removeAll { $0 == text }
        history.append(text)
        if history.count > 50 { history.removeFirst() }
    }
}

/// The line where a filter is being typed, or a text to search a message for. A filter that can't be understood
/// leaves the old one on.
struct PromptState: Sendable {
    /// What is filtered; nil: the messages of the attempt on the screen are searched.
    var subject: Filter.Subject?
    var line: LineEditor
    /// The filter as it was before.
    var before: FilterState
    /// The text that was searched for before.
    var searchBefore = ""
    /// What is wrong with the text.
    var error: FilterError?
    /// The operator's own filters by their names.
    let named: [String: String]
    /// What Tab goes through; nil until it is pressed, and when something else is typed.
    private(set) var cycle: CompletionCycle?
    /// Values that have been asked for.
    private(set) var asked: CompletionQuestion?
    /// What was asked for, and nobody has seen.
    private(set) var hasSeenNothing = false
    /// Filters that were kept before, and the place in them.
    private var recall: LineRecall
    /// The filter in force stands in the line as it was: what is typed takes its place.
    private(set) var isUntouched: Bool

    /// A prompt that begins with the filter in force.
    init(subject: Filter.Subject, before: FilterState, named: [String: String]) {
        self.subject = subject
        self.before = before
        self.named = named
        line = LineEditor(before.text)
        recall = LineRecall(before.history)
        isUntouched = !before.text.isEmpty
    }

    /// A prompt for a text to search for.
    init(searching text: String, history: [String]) {
        before = FilterState()
        named = [:]
        searchBefore = text
        line = LineEditor(text)
        recall = LineRecall(history)
        isUntouched = !text.isEmpty
    }

    /// Goes through the history; false at its ends.
    mutating func recall(by step: Int) -> Bool {
        guard recall.move(by: step, in: &line) else { return false }
        isUntouched = false
        forgetCompletion()
        return true
    }

    /// Takes an editing key; false when the key is none. What is typed first takes the place of the filter in force; a
    /// blank, or a move in the line, goes on with it.
    mutating func take(_ key: Key) -> Bool {
        if isUntouched, key.replaces { line.replace(with: "") }
        guard line.take(key) else { return false }
        isUntouched = false
        forgetCompletion()
        return true
    }

    /// What stands before the caret.
    private var completion: FilterCompletion? {
        subject.map { FilterCompletion(line.scalars[..<line.caret], subject: $0, named: named) }
    }

    /// What the word at the end of the line could become first, as far as that is known without asking.
    var ghost: String? {
        guard cycle == nil, line.caret == line.scalars.count, let completion, !completion.typed.isEmpty else {
            return nil
        }
        guard let first = completion.candidates.first?.text, first.count > completion.typed.count,
            first.lowercased().hasPrefix(completion.typed.lowercased())
        else { return nil }
        return String(first.dropFirst(completion.typed.count))
    }

    /// The last word is the name of a filter.
    var isInName: Bool { lastWord.hasPrefix("@") }

    private var lastWord: String {
        line.text.split(whereSeparator: { " (!-".contains($0) }).last?.lowercased() ?? ""
    }

    /// The last word may still become a field, of this list or of the other: it is not searched for before
    /// Enter.
    var isUnfinished: Bool {
        guard let subject else { return false }
        let word = lastWord
        guard !word.isEmpty, !line.text.hasSuffix(" ") else { return false }
        if word.hasPrefix("@") {
            let names = Filter.names(for: subject, named: named)
            return names.contains { $0.hasPrefix(word.dropFirst()) && $0 != word.dropFirst() }
        }
        let names =
            subject == .bindings || subject == .attempts
            ? Filter.fieldNames(for: .bindings) + Filter.fieldNames(for: .attempts)
            : Filter.fieldNames(for: subject)
        return names.contains { $0.hasPrefix(word) }
    }

    // MARK: Completion

    /// What Tab has done.
    enum Completed: Hashable, Sendable {
        /// Nothing is known here.
        case nothing
        /// Something else stands in the line.
        case changed
        /// The values that have been seen must be asked for.
        case asks(ValuesQuery)
    }

    /// Completes the word before the caret, or goes on to the next, or previous, thing that it could become.
    mutating func complete(by step: Int) -> Completed {
        isUntouched = false
        if cycle?.isShown(in: line) == true {
            cycle?.move(by: step, in: &line)
            return (cycle?.candidates.count ?? 0) > 1 ? .changed : .nothing
        }
        guard let completion else { return .nothing }
        if let query = completion.query { return .asks(query) }
        return begin(completion, completion.candidates, step)
    }

    private mutating func begin(
        _ completion: FilterCompletion,
        _ candidates: [CompletionCycle.Candidate],
        _ step: Int,
    ) -> Completed {
        let isThere = candidates.count == 1 && candidates[0].text == completion.typed
        guard !candidates.isEmpty, !isThere else { return .nothing }
        var cycle = CompletionCycle(candidates: candidates, start: completion.start, line: line)
        cycle.show(step < 0 ? candidates.count - 1 : 0, in: &line)
        self.cycle = cycle
        return .changed
    }

    /// Values have been asked for.
    mutating func waitForValues(serial: UInt64, step: Int) {
        asked = CompletionQuestion(serial: serial, step: step, line: line)
    }

    /// Values have come; false if nobody waits for them any more, or there are none.
    mutating func take(_ values: [SeenValue], serial: UInt64) -> Completed? {
        guard let question = asked, question.serial == serial else { return nil }
        asked = nil
        guard question.line == line, let completion else { return nil }
        hasSeenNothing = values.isEmpty
        return begin(completion, completion.candidates(values), question.step)
    }

    private mutating func forgetCompletion() {
        cycle = nil
        asked = nil
        hasSeenNothing = false
    }
}

extension Key {
    /// It begins a new text where an old one stands untouched.
    fileprivate var replaces: Bool {
        switch self {
        case .character(let scalar): scalar != " "
        case .paste: true
        default: false
        }
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
