import BindingTable
import Console
import Monitor
import Timing

/// Reads a list of bindings of any length, a window at a time, while phones come, go and refresh.
///
/// Each window is held by a row of the one before, by its id, so that rows which come and go above do not shift what
/// comes next. A row that has moved within the order is no hold: the one before it is tried. In orders that refreshes
/// change, a row can overtake the reader: what was there from the beginning and was not met comes last.
struct BindingPages {
    let script: ScriptContext
    let filter: Filter?
    let order: BindingOrder
    /// Most rows; nil: all.
    var limit: Int?
    /// Rows of a window.
    var height = WindowQuery.maximumHeight

    /// Columns whose order stays as it is while a binding lives; the others move with refreshes, or with time.
    private static let still: Set<BindingColumn> = [.aor, .age]

    private var moves: Bool { !Self.still.contains(order.column) }

    /// What a row of a page is known by afterwards.
    private struct Held {
        var id: BindingID
        var version: UInt32
    }

    /// Reads all.
    ///
    /// - Parameters:
    ///   - begin: gets the first window, whole, before any row.
    ///   - take: gets rows in their order, with the clock that they were read at.
    func read(
        begin: (Window, LocalClock) throws(HostError) -> Void,
        take: (BindingRow, LocalClock) throws(HostError) -> Void,
    ) throws(HostError) {
        var seen: Set<BindingID> = []
        var left = limit ?? .max
        let first = try window(.rank(0), order)
        try begin(first, script.clock(first.at))
        try read(first, order, from: first.at, &left, &seen, keepsSeen: moves, take)
        guard moves, limit == nil, !seen.isEmpty || first.matched > 0 else { return }
        // Whoever has overtaken the reader.
        let still = BindingOrder(column: .aor)
        let again = try window(.rank(0), still)
        let start = first.at
        try read(again, still, from: start, &left, &seen, keepsSeen: true) { (row, clock) throws(HostError) in
            if row.binding.facts.createdAt <= start { try take(row, clock) }
        }
    }

    /// Reads one order from its first window to its end. In an order by time the end may run away, as phones refresh
    /// or come: then it is where nothing is left that was there at the start.
    private func read(
        _ first: Window,
        _ order: BindingOrder,
        from start: Timestamp,
        _ left: inout Int,
        _ seen: inout Set<BindingID>,
        keepsSeen: Bool,
        _ take: (BindingRow, LocalClock) throws(HostError) -> Void,
    ) throws(HostError) {
        var window = first
        var rows = Self.rows(window)
        while true {
            let clock = script.clock(window.at)
            var isOver = order.column != .aor
            for row in rows where left > 0 {
                if keepsSeen, !seen.insert(row.binding.facts.id).inserted { continue }
                if row.binding.facts.createdAt <= start { isOver = false }
                try take(row, clock)
                left -= 1
            }
            guard left > 0, !isOver else { return }
            let page = Self.rows(window).map {
                Held(id: $0.binding.facts.id, version: $0.binding.facts.version)
            }
            guard !page.isEmpty, let next = try next(after: page, window.rank, order) else { return }
            (window, rows) = next
            if rows.isEmpty { return }
        }
    }

    /// The next window and what in it is new; nil at the end.
    private func next(after page: [Held], _ rank: Int, _ order: BindingOrder) throws(HostError)
        -> (Window, [BindingRow])?
    {
        let isStill = Self.still.contains(order.column)
        let known = Set(page.map(\.id))
        var step = 0
        var place = page.count - 1
        while place >= 0 {
            let held = page[place]
            let window = try window(.row(.binding(held.id), offset: 0), order)
            let rows = Self.rows(window)
            if let found = rows.firstIndex(where: { $0.binding.facts.id == held.id }),
                isStill || rows[found].binding.facts.version == held.version
            {
                return (window, rows[(found + 1)...].filter { !known.contains($0.binding.facts.id) })
            }
            step = max(1, step * 2)
            place = place > 0 ? max(0, place - step) : -1
        }
        // All of the page has gone or moved: what stands where it ended.
        let window = try window(.rank(rank), order)
        let rows = Self.rows(window).filter { !known.contains($0.binding.facts.id) }
        return rows.isEmpty ? nil : (window, rows)
    }

    /// A window of an order that is sorted and searched to its end.
    private func window(_ anchor: WindowQuery.Anchor, _ order: BindingOrder) throws(HostError) -> Window {
        let query = WindowQuery(
            subject: .bindings(filter: filter, order: order),
            anchor: anchor,
            height: min(height, WindowQuery.maximumHeight)
        )
        while true {
            let window = try script.link.window(query)
            if window.progress >= 1 { return window }
            script.pause(20)
        }
    }

    private static func rows(_ window: Window) -> [BindingRow] {
        guard case .bindings(let rows) = window.content else { return [] }
        return rows.filter { $0.state != .gone }
    }
}
