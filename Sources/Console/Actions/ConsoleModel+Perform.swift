internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Does an action that has no obstacle. Layers do their own.
    mutating func perform(_ id: ActionID, at now: ClockReading) -> [ConsoleEffect] {
        switch id {
        case .overview: show(.overview)
        case .bindings: show(.bindings)
        case .attempts: show(.attempts)
        case .security: show(.security)
        case .log: show(.log)
        case .blocks: show(.blocks)
        case .copy: openCopyMenu(at: now)
        case .lastView: if let lastView { show(lastView) }
        case .open: open(at: now)
        case .back: if !goBack() { layer = .form(quitForm) }
        case .leave: if !goBack() { message = .info("Esc goes back, q quits.", at: now.timestamp) }
        case .quit: layer = .form(quitForm)
        case .nextPane, .previousPane: nextPane(by: id == .nextPane ? 1 : -1)
        case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last: move(id, at: now)
        case .previous, .next: step(by: id == .next ? 1 : -1)
        case .filter: openPrompt()
        case .clearFilter: clearFilter()
        case .problems: toggleProblems()
        case .sortLeft, .sortRight: sort(by: id == .sortRight ? 1 : -1)
        case .reverse: setOrder(BindingOrder(column: order.column, descending: !order.descending))
        case .sortMenu: layer = .pick(sortMenu)
        case .follow: toggleFollow()
        case .followAOR: followAOR()
        case .history: if let aor = historySubject { openHistory(aor) }
        case .command: commandLine = CommandLine(history: commandHistory)
        case .group:
            security.nextGroup()
            link.wantsWindow = true
        case .mark, .range, .markAll, .unmark: mark(id, at: now)
        case .evict: return openAct(.evict)
        case .evictGhosts: return evictGhosts()
        case .expire: return openAct(.expire)
        case .block: layer = .form(blockForm)
        case .unblock: if let block = blocks.cursorRow { layer = .form(unblockForm(block)) }
        case .drain: layer = .form(drainForm)
        case .undo: return beginUndo(at: now)
        case .reload: return reload(at: now)
        case .redraw: return [.redraw]
        case .suspend:
            guard welcome?.isAttached != true else { return [.suspend] }
            message = .warning("The registrar runs in here: suspending would stop all logins. Q quits.")
        default: toggle(id)
        }
        return []
    }

    private mutating func toggle(_ id: ActionID) {
        switch id {
        case .freeze:
            isFrozen.toggle()
            link.wantsWindow = !isFrozen
        case .preview: showsPreview.toggle()
        case .raw: ladder.toggleRaw()
        case .rawPane: ladder.showsRawPane.toggle()
        case .why: ladder.showsWhy.toggle()
        case .times: ladder.showsGaps.toggle()
        case .keyBar: showsKeyBar.toggle()
        case .help: layer = .help(HelpState())
        case .theme: layer = .pick(themeMenu)
        default: break
        }
        if id == .preview || id == .keyBar { link.wantsWindow = true }
    }

    // MARK: Going from screen to screen

    /// Shows a view; what was opened from the one before is closed.
    mutating func show(_ view: Screen) {
        if root != view { lastView = root }
        screens = [view]
        entered()
    }

    /// Opens a screen on top of the view.
    mutating func push(_ screen: Screen) {
        screens.append(screen)
        entered()
    }

    /// What the new screen shows is asked for, and nothing that was asked for the old one is waited for.
    private mutating func entered() {
        marks.endRange()
        switch screen {
        case .binding(let id): if detail.detail?.row.key != id { detail = DetailState(aor: knownAOR(of: id)) }
        case .attempt(let id): if ladder.detail?.row.id != id { ladder.forget() }
        case .blocks: blocks.reset()
        default: break
        }
        link.wantsWindow = true
    }

    /// Whose binding it is, from what has been seen: the journal knows it by that when nobody else does.
    private func knownAOR(of id: BindingID) -> [UInt8]? {
        let rows = bindings.entries.map(\.row) + overview.numbers.soonest + (detail.detail?.siblings ?? [])
        return rows.first { $0.key == id }?.binding.texts.aor
    }

    /// Leaves what was begun or opened last; false at the top.
    private mutating func goBack() -> Bool {
        if marks.isRange {
            marks.endRange()
        } else if case .attempt = screen, ladder.isRaw {
            ladder.toggleRaw()
        } else if screens.count > 1 {
            screens.removeLast()
            entered()
        } else {
            return false
        }
        return true
    }

    private mutating func open(at now: ClockReading) {
        switch screen {
        case .overview: openFromOverview()
        case .bindings: if let row = bindings.cursorEntry?.row { push(.binding(row.key)) }
        case .binding: if let attempt = detail.attempt { push(.attempt(attempt.id)) }
        case .attempts: if let row = attempts.cursorEntry?.row { push(.attempt(row.id)) }
        case .attempt: ladder.toggleRaw()
        case .security: followAOR()
        case .log: if let line = log.cursorEntry?.row { layer = .form(textForm(line, at: now)) }
        case .audit: if let line = audit.cursorEntry?.row { layer = .form(textForm(line, at: now)) }
        case .blocks: if let entry = blocks.cursorEntry { layer = .form(textForm(entry, at: now)) }
        case .history: if let entry = historyEntry { layer = .form(historyForm(entry, at: now)) }
        }
    }

    private mutating func openFromOverview() {
        switch overview.selection {
        case .binding(let id): push(.binding(id))
        case .filter(let text):
            show(.attempts)
            setAttemptsFilter(text)
        case nil: break
        }
    }

    private mutating func nextPane(by step: Int) {
        if screen == .overview {
            return overview.nextPane(by: step, among: overviewLayout.panes.map(\.pane))
        }
        let tabs: [Screen] = [.log, .audit, .blocks]
        guard let index = tabs.firstIndex(of: screen) else { return }
        screens = [tabs[(index + step + tabs.count) % tabs.count]]
        entered()
    }

    /// The next binding or attempt without going back to the list.
    private mutating func step(by step: Int) {
        switch screen {
        case .binding:
            if let other = detail.sibling(by: step) {
                screens[screens.count - 1] = .binding(other)
            } else {
                let needsWindow = bindings.move(by: step, height: listHeight(of: .bindings))
                guard !needsWindow, let key = bindings.cursorKey else { return }
                screens[screens.count - 1] = .binding(key)
            }
        case .attempt:
            _ = attempts.move(by: step, height: attempts.entries.count)
            guard let key = attempts.cursorKey else { return }
            screens[screens.count - 1] = .attempt(key)
        default: return
        }
        entered()
    }

    private mutating func followAOR() {
        guard let text = attemptsFilterForCursor else { return }
        show(.attempts)
        setAttemptsFilter(text)
    }

    /// The filter of Attempts that shows what is under the cursor.
    var attemptsFilterForCursor: String? {
        switch screen {
        case .overview: overview.filter
        case .bindings:
            bindings.cursorEntry.map { Self.aorFilter($0.row.aor) }
                ?? (bindingsFilter.text.isEmpty ? nil : bindingsFilter.text)
        case .binding: detail.detail.map { Self.aorFilter($0.row.aor) }
        case .attempts: attempts.cursorEntry.map { Self.aorFilter($0.row.aor) }
        case .attempt: ladder.detail.map { Self.aorFilter($0.row.aor) }
        case .security: security.attemptsFilter
        default: nil
        }
    }

    /// A filter for one address of record.
    static func aorFilter(_ aor: String) -> String { "aor=\(filterValue(aor))" }

    /// A text as the value of a filter's term: quoted where it must be.
    static func filterValue(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789@.-_+".unicodeScalars.contains($0)
        }
        let quoted = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return isPlain && !text.isEmpty ? text : "\"\(String(quoted))\""
    }

    mutating func setAttemptsFilter(_ text: String) {
        do {
            try attemptsFilter.set(text, for: .attempts)
            attemptsFilter.remember()
        } catch {
            message = .error("\(text): \(error).")
            return
        }
        failuresOnly = false
        attempts.reset()
        attempts.isFollowing = true
        link.wantsWindow = true
    }
}
