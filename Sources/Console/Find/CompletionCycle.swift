internal import Cells

/// Values that have been asked for: in which line they were wanted, and which way Tab went.
struct CompletionQuestion: Hashable, Sendable {
    var serial: UInt64
    var step: Int
    var line: LineEditor
}

/// What Tab goes through: things that a word of the line could become, and the one that stands there now.
struct CompletionCycle: Hashable, Sendable {
    /// A thing that a word could become.
    struct Candidate: Hashable, Sendable {
        /// What stands in the line for it.
        var text: String
        /// What the list of candidates says of it.
        var shown: String
        /// Rows that have it; nil: that is not known.
        var count: Int?

        init(_ text: String, shown: String? = nil, count: Int? = nil) {
            self.text = text
            self.shown = shown ?? text
            self.count = count
        }
    }

    let candidates: [Candidate]
    /// The one that stands in the line.
    private(set) var index = 0
    private let start: Int
    private let before: [Unicode.Scalar]
    private let after: [Unicode.Scalar]
    /// The line with the candidate in it.
    private var line: LineEditor

    /// - Parameters:
    ///   - start: where the word begins, in scalars; it ends at the caret.
    init(candidates: [Candidate], start: Int, line: LineEditor) {
        self.candidates = candidates
        self.start = start
        before = Array(line.scalars[..<min(start, line.caret)])
        after = Array(line.scalars[line.caret...])
        self.line = line
    }

    /// The line is as the cycle left it.
    func isShown(in line: LineEditor) -> Bool { line == self.line }

    /// Goes on to the next candidate, or to the one before; round.
    mutating func move(by step: Int, in line: inout LineEditor) {
        guard !candidates.isEmpty else { return }
        show((index + step + candidates.count) % candidates.count, in: &line)
    }

    /// Puts a candidate into the line, the caret behind it.
    mutating func show(_ index: Int, in line: inout LineEditor) {
        self.index = index
        var scalars = String.UnicodeScalarView(before)
        scalars.append(contentsOf: candidates[index].text.unicodeScalars)
        let caret = scalars.count
        scalars.append(contentsOf: after)
        line.replace(with: String(scalars))
        for _ in caret..<max(caret, line.scalars.count) { _ = line.take(.left) }
        self.line = line
    }
}
