internal import BindingTable
internal import Cells
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Moves the cursor of the screen.
    mutating func move(_ id: ActionID, at now: ClockReading) {
        switch screen {
        case .overview:
            overview.move(by: id == .down ? 1 : -1)
        case .binding where id == .pageDown || id == .pageUp:
            let block = BindingScreen(model: self, clock: clock(at: now)).reach(in: frame.body)
            detail.scroll(block, down: id == .pageDown)
        case .binding: detail.move(by: id == .down ? 1 : -1)
        case .attempt: ladder.move(id, page: max(1, frame.body.height - 2))
        case .bindings:
            stopFollowing()
            // Rows that ended are kept until a move: the next window comes without them.
            let hasGone = bindings.entries.contains { $0.row.isGone }
            if bindings.move(id, height: listHeight) || hasGone { link.wantsWindow = true }
            marks.extend(over: bindings)
            link.wantsPreview = true
        case .attempts: if attempts.move(id, height: listHeight) { link.wantsWindow = true }
        case .security: if security.list.move(id, height: listHeight) { link.wantsWindow = true }
        case .devices: if devices.move(id, height: listHeight) { link.wantsWindow = true }
        case .log: if log.move(id, height: listHeight) { link.wantsWindow = true }
        case .audit: if audit.move(id, height: listHeight) { link.wantsWindow = true }
        case .blocks: if blocks.move(id, height: listHeight) { link.wantsWindow = true }
        case .history: history.move(id, count: historyEntries.count, height: listHeight)
        }
    }

    /// First the filter goes, or the search; with none on, all lists show everybody again.
    mutating func clearFilter() {
        if screen.isLadder { return ladder.search(for: "") }
        guard !currentFilterText.isEmpty else { return follow(nil) }
        setFilterState { $0 = FilterState(history: $0.history) }
        filterBeforeProblems = nil
        filterChanged()
    }

    /// Tries to register, all requests, calls only.
    mutating func nextRequestKind() {
        let all = RequestKind.allCases
        let index = all.firstIndex(of: requestKind) ?? 0
        requestKind = all[(index + 1) % all.count]
        attempts.reset()
        attempts.isFollowing = true
        link.wantsWindow = true
    }

    /// Bindings that are late, fail to log in or can't be reached; failed attempts; warnings.
    mutating func toggleProblems() {
        switch screen {
        case .attempts:
            failuresOnly.toggle()
            attempts.reset(keepingCursor: true)
        case .security:
            security.attacksOnly.toggle()
            security.list.reset(keepingCursor: true)
        case .log:
            warningsOnly.toggle()
            log.reset()
        default:
            let before = filterBeforeProblems
            filterBeforeProblems = before == nil ? bindingsFilter.text : nil
            do { try bindingsFilter.set(before ?? Self.problemsFilter, for: .bindings) } catch {
                message = .error("\(error).")
            }
            bindings.reset(keepingCursor: true)
        }
        link.wantsWindow = true
    }

    /// All states that are a reason to look.
    static let problemsFilter = "st:LATE or st:AUTH or st:PING or st:CONN"

    // MARK: Order

    mutating func setOrder(_ new: BindingOrder) {
        guard new != order else { return }
        order = new
        orderBeforeFollow = nil
        bindings.isFollowing = false
        bindings.reset(keepingCursor: true)
        marks.endRange()
        link.wantsWindow = true
    }

    mutating func sort(by step: Int) {
        let columns = BindingColumns.sortable
        let index = columns.firstIndex(of: order.column) ?? 0
        let next = columns[(index + step + columns.count) % columns.count]
        setOrder(BindingOrder(column: next, descending: order.descending))
    }

    var sortMenu: PickState {
        let items = BindingColumns.sortable.map { column in
            (
                choice: PickState.Choice.sort(column), name: BindingColumns.title(column),
                remark: BindingColumns.remark(column)
            )
        }
        return PickState(
            title: "SORT BY",
            items: items,
            selected: BindingColumns.sortable.firstIndex(of: order.column) ?? 0
        )
    }

    var themeMenu: PickState {
        let items = settings.themes.map {
            (choice: PickState.Choice.theme($0.name), name: $0.name, remark: $0.summary)
        }
        return PickState(
            title: "THEME",
            items: items,
            selected: settings.themes.firstIndex { $0.name == theme } ?? 0,
            original: .theme(theme)
        )
    }

    /// All acts of this screen; what stands against one is said beside it.
    func actMenu(at now: ClockReading) -> PickState {
        let acts = keys.actions(at: screen.place).filter(\.isDestructive)
        let items = acts.map { action in
            let obstacle = obstacle(to: action.id, at: now)
            return (
                choice: PickState.Choice.act(action.id), name: "\(keys.key(action.id))  \(action.label)",
                remark: obstacle ?? action.help
            )
        }
        let first = acts.firstIndex { obstacle(to: $0.id, at: now) == nil }
        return PickState(title: "DO WHAT", items: items, selected: first ?? 0)
    }

    // MARK: Follow

    /// Bindings are put in the order of their age, so that the newest has a place to be; the order before
    /// comes back afterwards.
    mutating func toggleFollow() {
        switch screen {
        case .attempts: attempts.isFollowing.toggle()
        case .log: log.isFollowing.toggle()
        case .audit: audit.isFollowing.toggle()
        default:
            if bindings.isFollowing { return stopFollowing() }
            let before = orderBeforeFollow ?? order
            setOrder(BindingOrder(column: .age, descending: false))
            orderBeforeFollow = before
            bindings.isFollowing = true
        }
        link.wantsWindow = true
    }

    private mutating func stopFollowing() {
        guard bindings.isFollowing else { return }
        bindings.isFollowing = false
        guard let before = orderBeforeFollow else { return }
        setOrder(before)
    }

    // MARK: Marks

    mutating func mark(_ id: ActionID, at now: ClockReading) {
        switch id {
        case .unmark: marks.clear()
        case .range: if marks.isRange { marks.endRange() } else { marks.startRange(at: bindings) }
        case .markAll: markAll(at: now)
        default:
            marks.endRange()
            guard let row = bindings.cursorRow else { return }
            marks.toggle(row)
            if bindings.move(by: 1, height: listHeight) { link.wantsWindow = true }
            link.wantsPreview = true
        }
    }

    /// First what is on the screen, then all that the filter matches: a million rows take one filter.
    private mutating func markAll(at now: ClockReading) {
        let shown = bindings.entries.filter { $0.departure == nil }.map(\.row)
        let hasAll = shown.allSatisfy { marks.contains($0.key) }
        guard hasAll, bindings.matched > shown.count else {
            marks.insert(shown)
            guard bindings.matched > shown.count else { return }
            let rest =
                effective(bindingsFilter, for: .bindings) == nil
                ? "" : "; V again: all \(TimeText.count(bindings.matched)) that the filter matches"
            message = .info(
                "\(TimeText.count(shown.count, "row")) on the screen marked\(rest).",
                at: now.timestamp
            )
            return
        }
        guard let filter = effective(bindingsFilter, for: .bindings) else {
            message = .warning("Marking all \(TimeText.count(bindings.matched)) bindings needs a filter (/).")
            return
        }
        marks.insertAll(matching: filter)
    }
}

extension ListState {
    /// Moves by an action; true if a window is needed.
    mutating func move(_ id: ActionID, height: Int) -> Bool {
        switch id {
        case .up: move(by: -1, height: height)
        case .down: move(by: 1, height: height)
        case .pageUp: page(by: -max(1, height - 1), height: height)
        case .pageDown: page(by: max(1, height - 1), height: height)
        case .halfUp: page(by: -max(1, height / 2), height: height)
        case .halfDown: page(by: max(1, height / 2), height: height)
        case .first, .firstRow: goToStart(height: height)
        case .last: goToEnd(height: height)
        default: false
        }
    }
}
