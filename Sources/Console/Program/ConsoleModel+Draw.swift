internal import BindingTable
public import Cells
internal import ConsoleLink
internal import Monitor
public import Timing

extension ConsoleModel {
    /// The screen as it is at a moment: what each cell shows and means; a theme says how that looks.
    ///
    /// Total over all sizes: below 40×10 it is one line.
    public func draw(at now: ClockReading) -> CellGrid {
        var grid = CellGrid(size: size, glyphs: glyphs)
        guard !isTiny else {
            drawTiny(on: &grid)
            return grid
        }
        let clock = clock(at: now)
        titleLine(presentClock(at: now)).draw(on: &grid, in: frame.title)
        if let storeTrouble, let alert = frame.alert { drawAlert(storeTrouble, on: &grid, in: alert) }
        drawBody(on: &grid, in: frame.body, clock: clock)
        if let tour, !frame.tour.isEmpty {
            TourWords(tour: tour, keys: keys).draw(on: &grid, in: frame.tour, canLeave: canLeaveTour)
        }
        if loss != nil { grid.restyle(frame.body, role: .textDim) }
        drawMessage(on: &grid, in: frame.message, clock: presentClock(at: now))
        // What lies over the screen is answered first.
        if place != screen.place { grid.removeMarks() }
        if showsKeyBar { KeyBarLine(hints(at: now)).draw(on: &grid, in: frame.keys) }
        switch layer {
        case .help(let help): help.draw(on: &grid, in: frame.body, at: screen.place)
        case .pick(let pick): pick.draw(on: &grid, in: frame.body)
        case .copy(let menu): menu.draw(on: &grid, in: frame.body, keys: keys)
        case .report(let report):
            report.draw(on: &grid, in: frame.body)
            // A sentence of several lines begins above its own.
            if let message { drawSentence(message, on: &grid, in: frame.message) }
        case .form(let form):
            FormBox(form, lines: formLines(form, at: now), title: formTitle(form)).draw(
                on: &grid,
                in: frame.body
            )
        case .settings(let state): SettingsBox(model: self, state: state).draw(on: &grid, in: frame.body)
        case .columns(let columns): columns.draw(on: &grid, in: frame.body)
        case nil: break
        }
        if let commandLine { draw(commandLine, on: &grid, in: frame.body, at: now) }
        return grid
    }

    private func drawTiny(on grid: inout CellGrid) {
        func write(_ text: String, _ line: Int) {
            grid.put(text, at: Point(x: 0, y: line), role: .text, maxWidth: size.width)
        }
        guard !isQuitArmed else { return write("q again: quit", 0) }
        let need = "\(Self.minimumSize.width)x\(Self.minimumSize.height) needed"
        let have = "have \(size.width)x\(size.height)"
        let whole = "\(need), \(have)"
        // What is needed is never cut for what there is.
        guard whole.utf8.count > size.width else { return write(whole, 0) }
        write(need, 0)
        if size.height > 1 { write(have, 1) }
    }

    /// `NOT DURABLE: the disk is full …`: what is registered now may be lost.
    private func drawAlert(_ trouble: String, on grid: inout CellGrid, in rect: Rect) {
        grid.fill(rect, role: .barTitleAlert)
        let text = SafeText(" NOT DURABLE: \(trouble)", ascii: glyphs == .ascii)
        grid.put(text.fitted(to: rect.width), at: rect.origin, role: .barTitleAlert)
    }

    private func drawBody(on grid: inout CellGrid, in body: Rect, clock: LocalClock) {
        switch screen {
        case .overview: OverviewScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .bindings: BindingsScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .binding: BindingScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .attempts: AttemptsScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .attempt: LadderScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .security: SecurityScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .devices: DevicesScreen(model: self, clock: clock).draw(on: &grid, in: body)
        case .log: LogScreen(model: self, clock: clock).drawLog(on: &grid, in: body)
        case .audit: LogScreen(model: self, clock: clock).drawAudit(on: &grid, in: body)
        case .blocks: LogScreen(model: self, clock: clock).drawBlocks(on: &grid, in: body)
        case .history(let aor): HistoryScreen(model: self, clock: clock, aor: aor).draw(on: &grid, in: body)
        }
    }

    // MARK: Title

    private func titleLine(_ clock: LocalClock) -> SegmentLine {
        var left = [Segment(" regtop", role: .barTitle, priority: 20)]
        if let welcome {
            left.append(Segment(welcome.host, role: .barTitle, priority: 30))
            let isWide = size.width >= 120
            let listeners = isWide ? welcome.listeners.joined(separator: " ") : ""
            if !listeners.isEmpty { left.append(Segment(listeners, role: .barTitle, priority: 8)) }
        }
        if let replay {
            let text = "REPLAY \(ReplayState.text(replay.at, clock))"
            left.append(Segment(text, role: .barTitleReplay, priority: 95))
        }
        let badge = liveBadge(clock)
        if replay == nil || badge.isTrouble { left.append(badge.segment) }
        if recording != nil { left.append(Segment("REC", role: .barTitleAlert, priority: 76)) }
        left.append(Segment(readOnlyBecause == nil ? "RW" : "RO", role: .barTitleMode, priority: 60))
        if let followed {
            let text = SafeText(followed).fitted(to: size.width < 100 ? 14 : 30).string
            left.append(Segment("FOLLOW \(text)", role: .barTitleFrozen, priority: 78))
        }
        if let drain, drain.isInForce(at: clock.now.timestamp) {
            left.append(Segment("DRAINING", role: .barTitleAlert, priority: 75))
            let end = drain.until.map { "until \(clock.clock($0))" } ?? "until lifted"
            left.append(Segment(end, role: .barTitleAlert, priority: 11))
        }
        if let open = welcome?.openDomains, !open.isEmpty {
            left.append(Segment("OPEN", role: .barTitleAlert, priority: 80))
            left.append(
                Segment("no password: \(open.joined(separator: " "))", role: .barTitleAlert, priority: 12)
            )
        }
        if let welcome {
            left.append(Segment(welcome.you.short, role: .barTitle, priority: 10))
            let up = "up \(TimeText.age(clock.since(welcome.startedAt)))"
            left.append(Segment(up, role: .barTitle, priority: 9))
        }
        var right = [Segment("\(trail)", role: .barTitle, priority: 90)]
        if welcome != nil { right.append(Segment("\(clock.minuteNow) ", role: .barTitle, priority: 50)) }
        return SegmentLine(left: left, right: right, gap: 2, role: .barTitle)
    }

    /// How fresh the screen is; not to be left out while the past is shown where something is wrong.
    private func liveBadge(_ clock: LocalClock) -> (segment: Segment, isTrouble: Bool) {
        func badge(_ text: String, _ role: Role) -> (Segment, Bool) {
            (Segment(text, role: role, priority: 70), role == .barTitleLost)
        }
        if loss != nil { return badge("LINK LOST", .barTitleLost) }
        if welcome == nil { return badge("CONNECTING", .barTitleLost) }
        if isFrozen { return badge("FROZEN", .barTitleFrozen) }
        if let asked = link.asked, clock.since(asked.at) > .seconds(3) {
            return badge("WAITING", .barTitleLost)
        }
        if isLagging { return badge("LAG", .barTitleLost) }
        return badge("LIVE", .barTitleLive)
    }

    /// `3 ATTEMPTS > 9001@example.test PASSWD`
    private var trail: String {
        let room = max(10, size.width / 2 - 4)
        func under(_ text: String) -> String {
            let head = "\(root.title(keys)) > "
            return head + SafeText(text).fitted(to: max(6, room - head.utf8.count)).string
        }
        switch screen {
        case .binding: return under(detail.detail?.row.aor ?? "")
        case .history(let aor):
            let text = "HISTORY\(aor.map { " " + BindingColumns.text($0) } ?? "")"
            return size.width < 60 ? SafeText(text).fitted(to: room).string : under(text)
        case .attempt:
            guard let row = ladder.detail?.row else { return under("") }
            let tail = " \(row.word)"
            return under(SafeText(row.aor).fitted(to: max(6, room - 15 - tail.utf8.count)).string + tail)
        default: return screen.title(keys)
        }
    }

    // MARK: Message line

    private func drawMessage(on grid: inout CellGrid, in rect: Rect, clock: LocalClock) {
        if commandLine != nil {
            grid.put(
                " What is behind goes on.",
                at: rect.origin,
                role: .textDim,
                maxWidth: rect.width
            )
        } else if let prompt {
            let line = promptLine(prompt)
            line.draw(on: &grid, in: rect)
            drawNarrowError(of: line, on: &grid, above: rect)
            // What stands there is only begun: what else could stand there matters more than what is missing.
            if let cycle = prompt.cycle {
                let row = Rect(x: rect.x, y: rect.y - 1, width: rect.width, height: 1)
                CandidateLine(cycle).draw(on: &grid, in: row)
            }
        } else if case .help(let help) = layer {
            Prompt(label: " type to search> ", line: help.search).draw(on: &grid, in: rect)
        } else if case .form = layer, message == nil {
            grid.put(
                " Nothing moves while you decide.",
                at: rect.origin,
                role: .textDim,
                maxWidth: rect.width
            )
        } else if let message {
            drawSentence(message, on: &grid, in: rect)
        } else if let loss {
            drawSentence(lossLine(loss, at: clock.now), on: &grid, in: rect)
        } else if !waitingKeys.isEmpty, let asked = link.asked, clock.since(asked.at) > .seconds(1) {
            let text =
                " \(TimeText.count(waitingKeys.count, "key")) wait for the rows: \(keys.key(.leave)) drops them"
            grid.put(text, at: rect.origin, role: .toastWarn, maxWidth: rect.width)
        } else if let act = offered(at: clock.now) {
            drawUndo(act, on: &grid, in: rect, clock: clock)
        } else if let underWay {
            drawProgress(underWay, on: &grid, in: rect)
        } else {
            statusLine(clock).draw(on: &grid, in: rect)
        }
    }

    /// A message that is longer than its line goes on: it ends in its line, and begins in those above.
    private func drawSentence(_ message: Message, on grid: inout CellGrid, in rect: Rect) {
        let text = RunLine([TextRun(message.text, role: message.role)], ascii: glyphs == .ascii)
        let lines = text.wrapped(columns: max(1, rect.width - 2), atWords: true)
        let shown = min(lines.count, 3)
        for (index, line) in lines.prefix(shown).enumerated() {
            let row = Rect(x: rect.x, y: rect.y - shown + 1 + index, width: rect.width, height: 1)
            grid.fill(row, role: .text)
            grid.mark(row, as: .cover)
            let isCut = index == shown - 1 && lines.count > shown
            let rest = isCut ? RunLine(line.runs + [TextRun(" ..", role: message.role)]) : line
            rest.draw(on: &grid, at: Point(x: row.x + 1, y: row.y), maxWidth: row.width - 1)
        }
    }

    /// What is wrong with a filter has a line of its own where it does not fit beside the text.
    private func drawNarrowError(of line: Prompt, on grid: inout CellGrid, above rect: Rect) {
        guard line.role == .filterInvalid else { return }
        let used = SafeText(line.label).width + SafeText(line.line.text).width + SafeText(line.note).width
        guard used + 2 > rect.width else { return }
        let row = Rect(x: rect.x, y: rect.y - 1, width: rect.width, height: 1)
        grid.fill(row, role: .prompt)
        let text = SafeText(" \(line.note)", ascii: glyphs == .ascii).fitted(to: row.width)
        grid.put(text, at: row.origin, role: .promptError)
    }

    private func promptLine(_ prompt: PromptState) -> Prompt {
        var line = Prompt(label: prompt.subject == nil ? " search> " : " filter> ", line: prompt.line)
        guard let subject = prompt.subject else {
            line.ghost = prompt.line.isEmpty ? "a text in the messages" : ""
            line.role = prompt.line.isEmpty ? .prompt : .filterValid
            line.note = prompt.line.isEmpty ? "" : TimeText.count(ladder.hits.count, "line")
            return line
        }
        line.ghost = prompt.line.isEmpty ? Self.filterExample(subject) : ""
        if let rest = prompt.ghost { line.ghost = "\(keys.key(.promptComplete)): \(rest)" }
        if prompt.asked != nil { line.ghost = "asking .." }
        if prompt.hasSeenNothing { line.ghost = "no such value has been seen" }
        if let error = prompt.error, prompt.cycle == nil {
            (line.role, line.note, line.noteRole) = (.filterInvalid, error.description, .promptError)
            return line
        }
        line.role = prompt.line.isEmpty ? .prompt : .filterValid
        if prompt.isUnfinished {
            let accept = keys.key(.promptAccept)
            line.note =
                prompt.isInName
                ? "\(keys.key(.promptComplete)) completes the filter's name"
                : "go on with : = ~ < > or \(accept)"
            return line
        }
        if prompt.isUntouched {
            line.note = "type a new one; a blank goes on with it"
            return line
        }
        let (isLoaded, matched) = matchedRows
        line.note = isLoaded ? "\(TimeText.count(matched)) match" : ".. match"
        return line
    }

    private static func filterExample(_ subject: Filter.Subject) -> String {
        switch subject {
        case .bindings: "4417  exp<60  ua~zoiper  ip:10.0.0.0/8  @late"
        case .attempts: "4417  result:PASSWD  at>14:03  raw:friendly"
        case .security: "class:attack  ip:10.0.0.0/8  ua:zoiper  -9001"
        case .devices: "yealink  lint:contact-user  -lint:md5"
        case .log: "disk  level>=warning  ip:10.0.0.0/8  since:10m"
        case .audit: "4417  who:kl  what:evict  since:today"
        case .blocks: "4417  ip:10.0.0.0/8  exp<1h  who:kl"
        case .history: "cause:moved  at>14:03  ip:10.0.0.0/8  lived<5m"
        }
    }

    private var matchedRows: (isLoaded: Bool, matched: Int) {
        switch screen {
        case .attempts: (attempts.isLoaded, attempts.matched)
        case .security: (security.list.isLoaded, security.list.matched)
        case .devices: (devices.list.isLoaded, devices.list.matched)
        case .log: (log.isLoaded, log.matched)
        case .audit: (audit.isLoaded, audit.matched)
        case .blocks: (blocks.isLoaded, blocks.matched)
        case .history: (hasWindow, historyEntries.count)
        default: (bindings.isLoaded, bindings.matched)
        }
    }

    /// `Evicted 3 bindings (stuck after move)   u = put back   9 s [|||||....]`
    private func drawUndo(_ act: DoneAct, on grid: inout CellGrid, in rect: Rect, clock: LocalClock) {
        let left = (DoneAct.barTime - clock.since(act.at)).secondsRoundedUp
        let tail =
            rect.width >= 60
            ? "   \(keys.key(.undo)) = \(act.undoWord)  \(left) s " : "  \(keys.key(.undo))=undo \(left)s"
        let most = max(0, rect.width - tail.utf8.count - 2)
        let reason = act.reason.isEmpty ? "" : " (\(act.reason))"
        func text(_ text: String) -> SafeText { SafeText(" \(text)", ascii: glyphs == .ascii) }
        // What was done comes before the bar, and before why.
        let isWide = rect.width >= 60 && text(act.text).width <= most - 10
        let steps = isWide ? 10 : 0
        let isLong = rect.width >= 60 && !isWide
        let shown = text(isLong ? act.text : act.text + reason).fitted(to: most - steps)
        var x = rect.x + grid.put(shown, at: rect.origin, role: .toastOK)
        let button = Point(x: x, y: rect.y)
        x += grid.put(tail, at: button, role: .toastInfo)
        if let key = keys.row(.undo)?.keys.first {
            grid.mark(Rect(x: button.x, y: button.y, width: x - button.x, height: 1), as: .key(key))
        }
        Bar(fraction: Double(left) / 10, role: .expiryMid).draw(
            on: &grid,
            in: Rect(x: x, y: rect.y, width: steps, height: 1)
        )
    }

    /// `evicting 1,200 of 18,204, 50 a second, 5 min left   u aborts [||.......]`, and whose it is if not one's own.
    private func drawProgress(_ act: ActProgress, on grid: inout CellGrid, in rect: Rect) {
        let tail = readOnlyBecause != nil ? " " : rect.width >= 60 ? "   u aborts " : "  u=abort"
        let steps = rect.width >= 60 ? 10 : 0
        let who = act.by == identity ? "" : "\(act.by.short): "
        let room = max(0, rect.width - tail.utf8.count - steps - 2)
        let text = SafeText(" \(who)\(OperationWords.progress(act))", ascii: settings.glyphs == .ascii)
        var x = rect.x + grid.put(text.fitted(to: room), at: rect.origin, role: .toastWarn)
        x += grid.put(tail, at: Point(x: x, y: rect.y), role: .toastInfo)
        Bar(fraction: Double(act.counts.total) / Double(max(1, act.total)), role: .expiryMid).draw(
            on: &grid,
            in: Rect(x: x, y: rect.y, width: steps, height: 1)
        )
    }

    /// The position in the list, and what is to be known about it.
    private func statusLine(_ clock: LocalClock) -> SegmentLine {
        var parts: [Segment] = []
        func add(_ text: String, _ role: Role = .textDim, _ priority: Int = 10) {
            if !text.isEmpty { parts.append(Segment(text, role: role, priority: priority)) }
        }
        func position(_ rank: Int, _ matched: Int) -> String {
            matched == 0 ? " 0/0" : " \(TimeText.count(rank))/\(TimeText.count(matched))"
        }
        switch screen {
        case .bindings:
            add(position(bindings.cursorRank, bindings.matched), .textDim, 90)
            let left = bindings.entries.count { $0.departure != nil || $0.row.isGone }
            if left > 0 { add("\(TimeText.count(left, "row")) left (kept dim until you move)", .stateWarn) }
            if marks.isRange { add("RANGE: move, then \(keys.key(.range))", .toastInfo, 80) }
            if bindingsLayout.info == nil { add(bindingsFilter.text, .filterMatch, 50) }
        case .attempts:
            add(position(attempts.cursorRank, attempts.matched), .textDim, 90)
            if !attempts.isFollowing, attempts.below > 0 {
                add("\(TimeText.count(attempts.below)) below (A follows)", .toastInfo, 60)
            }
            if ListLayout(frame.body).info == nil { add(attemptsFilter.text, .filterMatch, 50) }
            add("R0 = removes itself   401s = stale nonce   x2 = sent twice", .textDim, 5)
        case .security:
            add(position(security.list.cursorRank, security.list.matched), .textDim, 90)
            if securityLayout.info == nil { add(securityFilter.text, .filterMatch, 50) }
            add("! attack-like   ~ heals itself   B blocked", .textDim, 5)
        case .devices:
            add(position(devices.list.cursorRank, devices.list.matched), .textDim, 90)
            if devicesLayout.info == nil { add(devicesFilter.text, .filterMatch, 50) }
            if let lead = devices.lead { add("Enter: Bindings \(lead)", .textDim, 5) }
        case .log: add(position(log.cursorRank, log.matched), .textDim, 90)
        case .audit:
            add(position(audit.cursorRank, audit.matched), .textDim, 90)
            add("A line is written before the act is done.", .textDim, 5)
            add("\(keys.key(.undo)) lists what can be undone", .toastInfo, 60)
        case .blocks: add(position(blocks.cursorRank, blocks.matched), .textDim, 90)
        case .attempt:
            if let count = ladder.detail?.messages.count, count > 0 {
                add(" message \(ladder.selected + 1) of \(count)", .textDim, 90)
                if let search = ladder.search { add(ladder.hitText(search), .filterMatch, 80) }
            }
        case .history:
            add(position(historyEntry == nil ? 0 : history.cursor + 1, historyEntries.count), .textDim, 90)
        case .overview:
            // What has no room, or is only a number, is told by name.
            guard let name = overview.itemName, let lead = overview.lead else { break }
            add(" \(name)", .text, 90)
            add("Enter: \(lead.text)", .textDim, 80)
        case .binding: break
        }
        return SegmentLine(left: parts, gap: 3)
    }
}

/// The key bar with a blank before the first key.
struct KeyBarLine {
    let hints: [Segment]

    init(_ hints: [Segment]) { self.hints = hints }

    func draw(on grid: inout CellGrid, in rect: Rect) {
        grid.fill(rect, role: .hintText)
        SegmentLine.keyBar(hints).draw(on: &grid, in: rect.inset(left: 1))
    }
}
