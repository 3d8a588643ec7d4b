internal import BindingTable
internal import Timing

extension Monitor {
    /// The window of a log: its lines that pass a test.
    func lines<Line>(
        _ ring: borrowing LineRing<Line>,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
        passes: (Line) -> Bool,
        content: (ArraySlice<(number: UInt64, line: Line)>) -> Window.Content,
    ) -> Window {
        let matching = ring.matching(passes)
        let window = WindowRange(anchor, count: matching.count, height: height) { id in
            guard case .line(let number) = id else { return nil }
            // A line that is gone or doesn't pass: the first one after it.
            return matching.firstIndex { $0.number >= number }
        }
        return Window(
            content: content(matching[window.range]),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: ring.count,
            at: now
        )
    }
}

extension AuditRecord {
    /// One of its texts contains a text, in any case.
    func contains(_ text: String) -> Bool {
        text.isEmpty
            || [by.user, by.from, by.terminal, action, object, result, reason].contains {
                $0.containsIgnoringCase(text)
            }
    }
}

extension String {
    /// Another text stands in it, ASCII letters in any case.
    func containsIgnoringCase(_ text: String) -> Bool {
        guard !text.isEmpty else { return true }
        let bytes = Array(utf8)
        let needle = text.utf8.map(\.lowered)
        return bytes.span.contains(needle.span, in: 0..<bytes.count, ignoringCase: true)
    }
}
