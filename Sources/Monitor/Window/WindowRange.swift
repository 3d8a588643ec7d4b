/// Which positions of a list a window shows.
struct WindowRange {
    let range: Range<Int>

    /// - Parameters:
    ///   - count: rows that the list has.
    ///   - height: rows that the window has.
    ///   - position: where a row stands in the list, `nil` if it isn't there.
    init(_ anchor: WindowQuery.Anchor, count: Int, height: Int, position: (RowID) -> Int?) {
        let last = max(0, count - height)
        let start =
            switch anchor {
            case .rank(let rank): rank
            case .end: last
            case .row(let id, let offset): position(id).map { $0 - Self.offset(offset, height) } ?? last
            }
        let first = max(0, min(start, last))
        range = first..<min(count, first + max(0, height))
    }

    /// A row that holds the window is in it, also when the window is lower than it was.
    static func offset(_ offset: Int, _ height: Int) -> Int { min(offset, max(0, height - 1)) }
}
