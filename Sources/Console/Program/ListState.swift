internal import Monitor
internal import Timing

/// Why a row that was shown is no longer in the list.
enum RowDeparture: Hashable, Sendable {
    /// It ended.
    case gone
    /// It ended, or it does not pass the filter any more.
    case left
}

/// A list on the screen: the rows of the last window, and a cursor that sticks to a row and not to a place.
///
/// A row that leaves between two windows is kept in its place (`Entry.departure`) until the cursor moves,
/// so that nothing jumps under the operator's hand; on a screen that nobody touches for a minute at most, unless the
/// cursor is on it.
struct ListState<Row: ListedRow>: Sendable {
    /// A row on the screen.
    struct Entry: Sendable {
        var row: Row
        var departure: RowDeparture?
        /// When it was seen to have left.
        fileprivate var leftAt = Timestamp.distantFuture

        fileprivate init(_ row: Row) { self.row = row }
    }

    /// How long a row that left is kept on a screen that nobody touches.
    static var memory: Interval { .seconds(60) }

    /// Which end of the list holds the newest rows.
    enum NewestEnd: Sendable { case first, last }

    /// The rows shown, from the top.
    private(set) var entries: [Entry] = []
    /// Rank of the first row of the next window.
    private(set) var top = 0
    /// Rank of the first row of the window that is here.
    private(set) var shownRank = 0
    /// Rows that pass the filter, rows in all, and how far the monitor has counted them (0…1).
    private(set) var matched = 0, total = 0, progress = 1.0
    /// Rows that the list leaves out for they are of another kind.
    private(set) var hidden = 0
    /// Rows of the last window that the one before had not.
    private(set) var gained = 0
    /// A window has come for what is asked now.
    private(set) var isLoaded = false
    /// Where the cursor is among `entries`.
    private(set) var cursorIndex = 0
    /// Row that the cursor sticks to.
    private(set) var cursorKey: Row.Key?
    /// Where the cursor goes when the next window comes, after a move beyond this one.
    private(set) var pendingIndex: Int?
    /// Rows that a window was to be held by and that were not in it: they have left, and hold nothing.
    private var lost: Set<Row.Key> = []
    /// The row that had the cursor when all rows lost their names: the next window has others for the same things.
    private var sought: Row?
    /// Departed rows that were put back: each gives way to its successor when that comes.
    var returning: Set<Row.Key> = []
    /// The cursor stays on the newest row.
    var isFollowing = false
    /// Which end follow holds.
    let newestEnd: NewestEnd

    init(newestEnd: NewestEnd = .last, isFollowing: Bool = false) {
        self.newestEnd = newestEnd
        self.isFollowing = isFollowing
    }

    /// The row under the cursor.
    var cursorEntry: Entry? { entries.indices.contains(cursorIndex) ? entries[cursorIndex] : nil }
    /// The row under the cursor, if it is still in the list.
    var cursorRow: Row? { cursorEntry.flatMap { $0.departure == nil ? $0.row : nil } }
    /// Rows that are shown although they left.
    var departedCount: Int { entries.reduce(0) { $0 + ($1.departure == nil ? 0 : 1) } }
    /// Position of the cursor in the whole list, from 1.
    var cursorRank: Int { top + livingCount(before: cursorIndex) + 1 }
    /// Rows below the last one shown.
    var below: Int { max(0, matched - top - livingCount(before: entries.count)) }

    private func livingCount(before index: Int) -> Int {
        entries.prefix(index).reduce(0) { $0 + ($1.departure == nil ? 1 : 0) }
    }

    /// What the next query is held by: the newest row, a scroll's rank, or the row under the cursor.
    var anchor: WindowQuery.Anchor {
        if isFollowing { return newestEnd == .last ? .end : .rank(0) }
        if sought != nil { return .rank(top) }
        if !isLoaded, let key = cursorKey, !lost.contains(key), let id = Row.rowID(of: key) {
            return .row(id, offset: cursorIndex)
        }
        let isReturning = cursorKey.map { returning.contains($0) } ?? false
        if pendingIndex != nil || !isLoaded || isReturning { return .rank(top) }
        let living = entries.indices.filter {
            entries[$0].departure == nil && !lost.contains(entries[$0].row.key)
        }
        let nearest = living.min { abs($0 - cursorIndex) < abs($1 - cursorIndex) }
        guard let nearest, let id = Row.rowID(of: entries[nearest].row.key) else { return .rank(top) }
        return .row(id, offset: livingCount(before: nearest))
    }

    /// Forgets all rows: the list is another one from now on (filter, order).
    mutating func reset(keepingCursor: Bool = false) {
        entries = []
        top = 0
        (matched, hidden) = (0, 0)
        isLoaded = false
        pendingIndex = nil
        returning = []
        sought = nil
        guard !keepingCursor || cursorKey == nil else { return }
        cursorIndex = 0
        cursorKey = nil
    }

    /// The rows have other names from now on: those shown are only there to be seen, and the next window is begun at
    /// the same rank with the cursor on the same thing, if it is there.
    mutating func forgetNames() {
        sought = cursorEntry?.row
        isLoaded = false
        lost = []
        returning = []
    }

    // MARK: Moves. Each says whether a window is needed that is not here.

    /// Moves the cursor by rows; at an edge the list scrolls.
    mutating func move(by step: Int, height: Int) -> Bool {
        // Below a row that goes away now is the row that takes its place.
        let isLeaving = pendingIndex == nil && cursorEntry?.departure != nil
        stopFollowing()
        let step = isLeaving && step > 0 ? step - 1 : step
        guard height > 0, matched > 0 else { return false }
        let target = (pendingIndex ?? cursorIndex) + step
        if pendingIndex == nil, (0..<min(entries.count, height)).contains(target) {
            place(target)
            return false
        }
        let limit = max(1, min(height, matched))
        var wished = top
        if target < 0 { wished += target }
        if target >= limit { wished += target - (limit - 1) }
        return scroll(to: wished, cursor: min(max(0, target), limit - 1), height: height)
    }

    /// Puts the cursor on a row that is shown, and leaves all rows where they are. Nothing happens while the rows of
    /// another place are on their way, since those shown are about to go.
    mutating func select(_ index: Int) {
        guard entries.indices.contains(index), pendingIndex == nil else { return }
        isFollowing = false
        returning = []
        place(index)
    }

    /// Moves by a page; on the first or last page the cursor goes to its end.
    mutating func page(by rows: Int, height: Int) -> Bool {
        stopFollowing()
        guard height > 0, matched > 0 else { return false }
        let wished = clampedTop(top + rows, height)
        if wished == top {
            return scroll(to: top, cursor: rows < 0 ? 0 : min(height, matched) - 1, height: height)
        }
        return scroll(to: wished, cursor: pendingIndex ?? cursorIndex, height: height)
    }

    /// Goes to the first row.
    mutating func goToStart(height: Int) -> Bool {
        stopFollowing()
        return scroll(to: 0, cursor: 0, height: height)
    }

    /// Goes to the last row.
    mutating func goToEnd(height: Int) -> Bool {
        stopFollowing()
        return scroll(to: .max / 2, cursor: max(0, min(height, matched) - 1), height: height)
    }

    private mutating func scroll(to wished: Int, cursor index: Int, height: Int) -> Bool {
        let wished = clampedTop(wished, height)
        if wished == top, pendingIndex == nil {
            place(index)
            return false
        }
        top = wished
        pendingIndex = index
        return true
    }

    private func clampedTop(_ wished: Int, _ height: Int) -> Int {
        max(0, min(wished, matched - height))
    }

    /// Rows that left go away as soon as the operator moves; the cursor stays on its row or the next one.
    private mutating func stopFollowing() {
        isFollowing = false
        returning = []
        guard departedCount > 0 else { return }
        let index = livingCount(before: cursorIndex)
        entries.removeAll { $0.departure != nil }
        place(index)
    }

    private mutating func place(_ index: Int) {
        cursorIndex = max(0, min(index, entries.count - 1))
        cursorKey = entries.isEmpty ? nil : entries[cursorIndex].row.key
    }

    // MARK: A window comes.

    /// Takes the rows of a window that answers a query. One that was asked for before the last move is shown
    /// on the way, and the cursor's place is still to come. `departure` says of a row that left what is known
    /// about it, or nil where it may just have moved to another place of the list.
    ///
    /// Returns false for a window that was to be held by a row which has left: it may begin anywhere, so it
    /// is not shown, and the next query is held by a neighbour.
    mutating func take(
        _ rows: [Row],
        of window: Window,
        for query: WindowQuery,
        departure: (Row) -> RowDeparture?,
    ) -> Bool {
        let isAwaited = query.anchor == anchor
        if isAwaited, lose(query.anchor, in: rows) { return false }
        lost = []
        let old = isLoaded ? entries : []
        shownRank = window.rank
        (matched, total, progress) = (window.matched, window.total, window.progress)
        hidden = window.hidden ?? 0
        isLoaded = true
        entries = rows.map { Entry($0) }
        let known = Set(old.map(\.row.key))
        gained = entries.count { !known.contains($0.row.key) }
        if let known = sought {
            sought = nil
            top = window.rank
            place(pendingIndex ?? entries.firstIndex { $0.row.isSame(as: known) } ?? cursorIndex)
            pendingIndex = nil
            return true
        }
        if let index = pendingIndex, !isAwaited, !isFollowing {
            place(index)
            return true
        }
        top = window.rank
        if isFollowing || pendingIndex != nil {
            place(isFollowing ? (newestEnd == .last ? entries.count - 1 : 0) : pendingIndex ?? 0)
            pendingIndex = nil
            return true
        }
        keepDeparted(of: old, at: window.at, departure: departure)
        holdCursor(height: query.height, isFirst: old.isEmpty)
        return true
    }

    /// The row that should have held the window is not in it.
    private mutating func lose(_ anchor: WindowQuery.Anchor, in rows: [Row]) -> Bool {
        guard case .row(let id, _) = anchor, !rows.contains(where: { Row.rowID(of: $0.key) == id }) else {
            return false
        }
        let held = entries.map(\.row.key) + [cursorKey].compactMap { $0 }
        lost.formUnion(held.filter { Row.rowID(of: $0) == id })
        return true
    }

    /// Finds the cursor's row again. Rows that were kept push it down while older ones came in above: the
    /// room is given back at the top.
    private mutating func holdCursor(height: Int, isFirst: Bool) {
        let before = cursorIndex
        guard let key = cursorKey, let index = entries.firstIndex(where: { $0.row.key == key }) else {
            return place(before)
        }
        let hasKept = entries.prefix(index).contains { $0.departure != nil }
        let shift = max(hasKept && !isFirst ? index - before : 0, index - (height - 1), 0)
        top += livingCount(before: shift)
        shownRank = top
        entries.removeFirst(shift)
        cursorIndex = index - shift
    }

    /// The living row that a departed one has come back as.
    private func successor(of row: Row) -> Row.Key? {
        guard returning.contains(row.key) else { return nil }
        return entries.first { $0.row.isSuccessor(of: row) }?.row.key
    }

    private mutating func keepDeparted(
        of old: [Entry],
        at now: Timestamp,
        departure: (Row) -> RowDeparture?,
    ) {
        guard !old.isEmpty else { return }
        let places = Dictionary(
            entries.enumerated().map { ($1.row.key, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let isWhole = top == 0 && entries.count >= matched
        var kept: [(Entry, after: Int)] = []
        var above: Int? = nil
        for (index, var entry) in old.enumerated() {
            if let place = places[entry.row.key] {
                above = place
                continue
            }
            if let successor = successor(of: entry.row) {
                if entry.row.key == cursorKey { cursorKey = successor }
                continue
            }
            let isEnclosed =
                (above != nil || isWhole)
                && (isWhole || old[(index + 1)...].contains { places[$0.row.key] != nil })
            let isCursor = entry.row.key == cursorKey
            guard isEnclosed || isCursor || entry.departure != nil else { continue }
            entry.departure = entry.departure ?? departure(entry.row) ?? (isCursor ? .left : nil)
            entry.leftAt = min(entry.leftAt, now)
            guard entry.departure != nil, isCursor || now < entry.leftAt + Self.memory else { continue }
            // Of what comes and goes under new names, the last that went is enough.
            let isFollowed = old[(index + 1)...].contains { $0.row.isSame(as: entry.row) }
            guard isCursor || !(isFollowed || entries.contains { $0.row.isSame(as: entry.row) }) else {
                continue
            }
            let place = above ?? (isCursor && !isWhole ? min(index, entries.count) - 1 : -1)
            kept.append((entry, place))
        }
        for (count, item) in kept.enumerated() {
            entries.insert(item.0, at: min(entries.count, item.after + 1 + count))
        }
    }
}
