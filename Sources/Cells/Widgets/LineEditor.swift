/// One line of text being typed.
public struct LineEditor: Hashable, Sendable {
    /// The scalars typed so far.
    public private(set) var scalars: [Unicode.Scalar]
    /// Where the next one goes: an offset into `scalars`.
    public private(set) var caret: Int
    /// The longest text it takes; more is refused.
    public let limit: Int

    /// A line that already holds text; the caret stands at its end.
    public init(_ text: String = "", limit: Int = 1024) {
        self.limit = max(0, limit)
        scalars = Array(text.unicodeScalars.prefix(max(0, limit)))
        caret = scalars.count
    }

    /// The text typed so far.
    public var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Whether nothing is typed.
    public var isEmpty: Bool { scalars.isEmpty }

    /// Replaces the text; the caret goes to its end.
    public mutating func replace(with text: String) { self = LineEditor(text, limit: limit) }

    /// Takes an editing key: characters, Backspace, Delete, arrows, Home, End, ^A ^E ^B ^F ^D ^H ^U
    /// ^K ^W, and pasted text, whose line ends and tabs become blanks.
    ///
    /// - Returns: false when the key is none of these; nothing has changed then.
    public mutating func take(_ key: Key) -> Bool {
        switch key {
        case .character(let scalar): insert([scalar])
        case .paste(let text): insert(LineEditor.line(of: text))
        case .backspace, .control("h"): remove(from: caret - 1, to: caret)
        case .delete, .control("d"): remove(from: caret, to: caret + 1)
        case .left, .control("b"): caret = max(0, caret - 1)
        case .right, .control("f"): caret = min(scalars.count, caret + 1)
        case .home, .control("a"): caret = 0
        case .end, .control("e"): caret = scalars.count
        case .control("u"): remove(from: 0, to: caret)
        case .control("k"): remove(from: caret, to: scalars.count)
        case .control("w"): remove(from: wordStart, to: caret)
        default: return false
        }
        return true
    }

    /// A pasted text as one line: what ends lines in it is a blank each time, and nothing at its end.
    private static func line(of text: String) -> [Unicode.Scalar] {
        let breaks: Set<Unicode.Scalar> = [
            "\n", "\r", "\t", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}",
        ]
        let pieces = text.unicodeScalars.split { breaks.contains($0) }
        return Array(pieces.joined(separator: [" "]))
    }

    private mutating func insert(_ new: [Unicode.Scalar]) {
        let fitting = new.prefix(limit - scalars.count)
        scalars.insert(contentsOf: fitting, at: caret)
        caret += fitting.count
    }

    private mutating func remove(from start: Int, to end: Int) {
        let range = max(0, start)..<min(scalars.count, max(0, end))
        guard !range.isEmpty else { return }
        scalars.removeSubrange(range)
        caret = range.lowerBound
    }

    private var wordStart: Int {
        var index = caret
        while index > 0, scalars[index - 1] == " " { index -= 1 }
        while index > 0, scalars[index - 1] != " " { index -= 1 }
        return index
    }
}
