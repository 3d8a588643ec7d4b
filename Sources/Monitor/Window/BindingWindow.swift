internal import BindingTable
internal import SIPMessage
internal import Timing

extension Monitor {
    /// The window of the list of bindings.
    func bindings(
        _ filter: Filter?,
        _ order: BindingOrder,
        _ query: WindowQuery,
        _ height: Int,
        _ session: inout MonitorSession,
        _ now: Timestamp,
    ) -> Window {
        guard filter.map({ $0.subject == .bindings }) ?? true else {
            return Window(content: .bindings([]), total: rows.count, at: now)
        }
        _ = rows.ask(filter, order.column, at: now)
        rows.look(filter, order.column, insteadOf: session.list.map { ($0.filter, $0.column) })
        session.list = MonitorSession.List(filter: filter, column: order.column)
        let place = rows.ask(filter, order.column, at: now)
        var budget = limits.slice
        rows.work(on: place, &budget, at: now)
        let progress = rows.progress(of: place)
        let list = rows.list(place, descending: order.descending)
        let held = session.query == query && session.keepsEndedRows ? heldRows(session) : []
        let live = max(0, height - held.count)
        let start = start(list, query.anchor, live, held, session)
        var shown = list.numbers(start..<start + live).compactMap { shownRow(rows.row($0), session, now) }
        for (place, row) in held { shown.insert(row, at: min(place, shown.count)) }
        if shown.count > height { shown.removeLast(shown.count - height) }
        session.query = query
        session.shown = shown
        session.rank = start
        return Window(
            content: .bindings(shown),
            rank: start,
            matched: filter == nil ? rows.count : list.count,
            total: rows.count,
            progress: progress,
            at: now
        )
    }

    /// Rows of the last answer that have ended, with their places in it.
    private func heldRows(_ session: borrowing MonitorSession) -> [(place: Int, row: BindingRow)] {
        session.shown.enumerated().compactMap { place, row in
            rows.number(of: row.binding.facts.id) == nil ? (place, gone(row)) : nil
        }
    }

    private func gone(_ row: BindingRow) -> BindingRow {
        guard row.state != .gone else { return row }
        var row = row
        row.state = .gone
        row.isFresh = false
        if let tombstone = rows.table.tombstone(row.binding.facts.id) { row.binding = tombstone }
        return row
    }

    /// Position of the first living row that is shown.
    private func start(
        _ list: RowList,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ held: [(place: Int, row: BindingRow)],
        _ session: borrowing MonitorSession,
    ) -> Int {
        let last = max(0, list.count - height)
        guard case .row(.binding(let id), var offset) = anchor else {
            return WindowRange(anchor, count: list.count, height: height) { _ in nil }.range.lowerBound
        }
        offset = WindowRange.offset(offset, height + held.count)
        func start(_ id: BindingID, at place: Int) -> Int? {
            guard let number = rows.number(of: id), let position = list.position(number) else { return nil }
            return position - (place - held.reduce(0) { $0 + ($1.place < place ? 1 : 0) })
        }
        if let start = start(id, at: offset) { return max(0, min(start, last)) }
        // The row itself has ended: what stood next to it holds the window.
        let near = session.shown.indices.sorted { abs($0 - offset) < abs($1 - offset) }
        for place in near {
            if let start = start(session.shown[place].binding.facts.id, at: place) {
                return max(0, min(start, last))
            }
        }
        return max(0, min(session.rank, last))
    }

    /// A row of the window; one that the table has lost since it was last asked is shown as gone.
    private func shownRow(_ row: Row, _ session: borrowing MonitorSession, _ now: Timestamp) -> BindingRow? {
        if let binding = rows.reader.binding(row.id) { return rows.shown(binding, row, at: now) }
        guard session.keepsEndedRows else { return nil }
        if let known = session.shown.first(where: { $0.binding.facts.id == row.id }) { return gone(known) }
        return rows.table.tombstone(row.id).map {
            BindingRow(binding: $0, state: .gone, tries: Int(row.tries), isFresh: false)
        }
    }

    /// One binding with what belongs to it.
    func binding(_ id: BindingID, _ now: Timestamp) -> Window {
        var row: BindingRow
        if let number = rows.number(of: id), let binding = rows.reader.binding(id) {
            row = rows.shown(binding, rows.row(number), at: now)
        } else if let tombstone = rows.table.tombstone(id) {
            row = BindingRow(binding: tombstone, state: .gone, tries: 1, isFresh: false)
        } else {
            return Window(content: .missing, at: now)
        }
        let aor = row.binding.texts.aor
        // The oldest first, so that a position stays what it is while phones refresh.
        let all = rows.reader.current(of: aor, at: now).sorted { a, b in
            let (one, other) = (a.facts.createdAt, b.facts.createdAt)
            return one != other ? one < other : a.facts.id < b.facts.id
        }
        let devices = Devices(all, at: now)
        func judge(_ row: inout BindingRow) {
            row.isGhost = devices.ghosts.contains(row.binding.facts.id)
            row.hasGhosts = !devices.ghosts.isEmpty
        }
        judge(&row)
        let siblings = all.filter { $0.facts.id != id }.map { binding in
            let known = rows.number(of: binding.facts.id).map { rows.row($0) } ?? Row()
            var sibling = rows.shown(binding, known, at: now)
            judge(&sibling)
            return sibling
        }
        let history = flows.history(of: aor, callID: row.binding.texts.callID)
        let detail = BindingDetail(
            row: row,
            siblings: siblings,
            position: (all.firstIndex { $0.facts.id == id } ?? 0) + 1,
            gaps: history.gaps,
            attempts: history.attempts,
            lastRequest: history.lastRequest,
            phones: max(1, devices.phones),
            shownContact: LastReply(history.lastReply).value(of: row.binding.texts.contact)
        )
        return Window(content: .binding(detail), matched: 1, total: 1, at: now)
    }
}
