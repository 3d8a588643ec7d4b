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
            case .row(let id, let offset): position(id).map { $0 - offset } ?? last
            }
        let first = max(0, min(start, last))
        range = first..<min(count, first + max(0, height))
    }
}
