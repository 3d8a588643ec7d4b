internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// Does an action that has no obstacle. Layers do their own.
    mutating func perform(_ id: ActionID, at now: ClockReading) -> [ConsoleEffect] {
        switch id {
        case .overview: choose(.overview)
        case .bindings: choose(.bindings)
        case .attempts: choose(.attempts)
        case .security: choose(.security)
        case .log: choose(.log)
        case .devices: choose(.devices)
        case .blocks: choose(.blocks)
        case .copy: openCopyMenu(at: now)
        case .lastView: if !goBackFromJump(), let lastView { show(lastView) }
        case .open, .detail: open(at: now)
        case .back: if !goBack() { layer = .form(quitForm) }
        case .leave: leave(at: now)
        case .quit: layer = .form(quitForm)
        case .nextPane, .previousPane: nextPane(by: id == .nextPane ? 1 : -1)
        case .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .firstRow, .last: move(id, at: now)
        case .previous, .next: step(by: id == .next ? 1 : -1)
        case .filter: openPrompt()
        case .search: openSearch()
        case .nextHit, .previousHit: stepToHit(by: id == .nextHit ? 1 : -1)
        case .clearFilter: clearFilter()
        case .problems: toggleProblems()
        case .sortLeft, .sortRight: sort(by: id == .sortRight ? 1 : -1)
        case .reverse: setOrder(BindingOrder(column: order.column, descending: !order.descending))
        case .sortMenu: layer = .pick(sortMenu)
        case .follow: toggleFollow()
        case .requests: nextRequestKind()
        case .followAOR: toggleFollowed(at: now)
        case .attemptsOf: jumpToAttempts()
        case .bindingsOf: jumpToBindings()
        case .sourceOf: jumpToSource()
        case .history: if let aor = historySubject { openHistory(aor) }
        case .save: openSave(at: now)
        case .command: commandLine = CommandLine(history: commandHistory)
        case .group:
            if screen == .devices { devices.nextGroup() } else { security.nextGroup() }
            link.wantsWindow = true
        case .mark, .range, .markAll, .unmark: mark(id, at: now)
        case .evict: return openAct(.evict)
        case .evictGhosts: return evictGhosts()
        case .expire: return openAct(.expire)
        case .block: return openBlock()
        case .unblock: if let block = blocks.cursorRow { layer = .form(unblockForm(block.subject, block)) }
        case .drain: layer = .form(drainForm)
        case .undo: return beginUndo(at: now)
        case .columns: openColumns()
        case .settings: layer = .settings(SettingsState())
        case .actMenu: layer = .pick(actMenu(at: now))
        case .reload: return reload(at: now)
        case .redraw: return [.redraw]
        case .mouse: return toggleMouse(at: now)
        case .suspend:
            guard welcome?.isAttached != true else { return [.suspend] }
            let quit = "\(keys.key(.quit)) quits."
            message = .warning("The registrar runs in here: suspending would stop all logins. \(quit)")
        case .keyBar: return set(.keyBar, to: showsKeyBar ? "off" : "on")
        case .preview: return set(.preview, to: showsPreview ? "off" : "on")
        case .times: return set(.times, to: ladder.showsGaps ? "clock" : "gaps")
        default: toggle(id)
        }
        return []
    }

    private mutating func toggle(_ id: ActionID) {
        switch id {
        case .freeze:
            isFrozen.toggle()
            link.wantsWindow = !isFrozen
        case .raw: ladder.toggleRaw()
        case .rawPane: ladder.showsRawPane.toggle()
        case .why: ladder.showsWhy.toggle()
        case .help: layer = .help(HelpState(keys: keys))
        case .theme: layer = .pick(themeMenu)
        default: break
        }
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

    /// Shows a view by its number: there is nowhere to come back to from there but the view before, and the filters
    /// that jumps have put on are taken off again.
    private mutating func choose(_ view: Screen) {
        if let first = returns.first { restoreFilters(of: first) }
        returns = []
        show(view)
    }

    /// What the new screen shows is asked for, and nothing that was asked for the old one is waited for.
    mutating func entered() {
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
            return goBackFromJump()
        }
        return true
    }

    /// Esc: leaves what can be left, from the inside out.
    private mutating func leave(at now: ClockReading) {
        guard !goBack(), !stopSearch(at: now), !leaveTour(at: now) else { return }
        message = .info("\(keys.key(.leave)) goes back, \(keys.key(.back)) quits.", at: now.timestamp)
    }

    private mutating func open(at now: ClockReading) {
        switch screen {
        case .overview: openFromOverview()
        case .bindings: if let row = bindings.cursorEntry?.row { push(.binding(row.key)) }
        case .binding: if let attempt = detail.attempt { push(.attempt(attempt.id)) }
        case .attempts: if let row = attempts.cursorEntry?.row { push(.attempt(row.id)) }
        case .attempt: ladder.toggleRaw()
        case .security: jumpToAttempts()
        case .devices: if let lead = devices.lead { follow(.bindings(lead, .expires)) }
        case .log: if let line = log.cursorEntry?.row { layer = .form(textForm(line, at: now)) }
        case .audit: if let line = audit.cursorEntry?.row { layer = .form(textForm(line, at: now)) }
        case .blocks: if let entry = blocks.cursorEntry { layer = .form(textForm(entry, at: now)) }
        case .history: if let entry = historyEntry { layer = .form(historyForm(entry, at: now)) }
        }
    }

    private mutating func openFromOverview() {
        if let lead = overview.lead { follow(lead) }
    }

    /// Goes where a number leads.
    private mutating func follow(_ lead: OverviewLead) {
        switch lead {
        case .binding(let id): push(.binding(id))
        case .attempts(let text, let failuresOnly, let kind):
            jump(to: .attempts, filter: text)
            (self.failuresOnly, requestKind) = (failuresOnly, kind)
        case .bindings(let text, let column):
            jump(to: .bindings, filter: text)
            setOrder(BindingOrder(column: column))
        case .devices(let name):
            show(.devices)
            devices.seek(name)
            devicesFilter = FilterState(history: devicesFilter.history)
        }
    }

    private mutating func nextPane(by step: Int) {
        if screen == .overview {
            return overview.nextPane(by: step, among: overviewLayout.focusable)
        }
        if screen == .devices { return devices.switchPane() }
        let tabs = Screen.tabs
        guard let index = tabs.firstIndex(of: screen) else { return }
        goToTab((index + step + tabs.count) % tabs.count)
    }

    /// Shows one of the lists that share a view.
    mutating func goToTab(_ index: Int) {
        guard Screen.tabs.indices.contains(index) else { return }
        screens = [Screen.tabs[index]]
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
}
