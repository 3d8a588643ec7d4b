internal import BindingTable
internal import Monitor

/// Which bindings an act is for, when it is for more than the one under the cursor.
struct MarkState: Sendable {
    /// The marked rows as they were last seen, by name.
    private(set) var rows: [BindingID: BindingRow] = [:]
    /// Everything that this filter matches, shown or not; the marked rows don't count then.
    private(set) var all: Filter?
    /// A range is being marked: rank of the cursor at its last known place.
    private(set) var rangeRank: Int?
    /// Ranks that were passed over by a move whose window is still out.
    private var passed: ClosedRange<Int>?

    var isEmpty: Bool { rows.isEmpty && all == nil }
    var isRange: Bool { rangeRank != nil }
    var count: Int { rows.count }

    /// The marked rows in a steady order: by address of record, then name.
    var sorted: [BindingRow] { rows.values.sorted { ($0.aor, $0.key) < ($1.aor, $1.key) } }

    /// Those of them that are ghosts.
    var ghosts: [BindingRow] { sorted.filter { $0.isGhost && !$0.isGone } }

    func contains(_ id: BindingID) -> Bool { all != nil || rows[id] != nil }

    mutating func toggle(_ row: BindingRow) {
        all = nil
        if rows.removeValue(forKey: row.key) == nil { rows[row.key] = row }
    }

    mutating func insert(_ new: some Sequence<BindingRow>) {
        all = nil
        for row in new where !row.isGone { rows[row.key] = row }
    }

    mutating func insertAll(matching filter: Filter) {
        rows = [:]
        all = filter
        rangeRank = nil
    }

    mutating func clear() { self = MarkState() }

    /// Rows that came in a window: what is marked is remembered as it is now, what is gone is unmarked.
    mutating func refresh(_ new: [BindingRow]) {
        guard !rows.isEmpty else { return }
        for row in new where rows[row.key] != nil { rows[row.key] = row.isGone ? nil : row }
    }

    /// Unmarks rows that an act took.
    mutating func remove(_ ids: some Sequence<BindingID>) {
        for id in ids { rows[id] = nil }
        all = nil
    }

    // MARK: Range

    mutating func startRange(at list: ListState<BindingRow>) {
        guard let row = list.cursorRow else { return }
        insert(CollectionOfOne(row))
        rangeRank = list.cursorRank
    }

    mutating func endRange() {
        rangeRank = nil
        passed = nil
    }

    /// The cursor has moved, or will when its window comes: marks what it passes over.
    mutating func extend(over list: ListState<BindingRow>) {
        guard let from = rangeRank else { return }
        let to = list.pendingIndex.map { list.top + $0 + 1 } ?? list.cursorRank
        let span =
            passed.map { min($0.lowerBound, to)...max($0.upperBound, to) } ?? min(from, to)...max(from, to)
        var rank = list.pendingIndex == nil ? list.top : list.shownRank
        for entry in list.entries where entry.departure == nil {
            rank += 1
            if span.contains(rank) { insert(CollectionOfOne(entry.row)) }
        }
        passed = list.pendingIndex == nil ? nil : span
        rangeRank = to
    }
}
