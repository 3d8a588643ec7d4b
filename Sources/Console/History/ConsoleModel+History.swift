internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

extension ConsoleModel {
    /// A list that is looked at reads the journal anew so often.
    private static let historyPeriod: Int64 = 5

    /// Whose journal the screen shows; nil if it shows none.
    private func wantedHistory(at now: ClockReading) -> (aor: [UInt8]?, occasion: HistoryState.Occasion)? {
        switch screen {
        case .binding where detail.isMissing: return detail.aor.map { ($0, .missing) }
        case .binding:
            guard let detail = detail.detail else { return nil }
            let isGone = detail.row.isGone
            let version = detail.row.binding.facts.version
            let occasion = HistoryState.Occasion.binding(
                version: isGone || replay != nil ? 0 : version,
                isGone: isGone,
                others: detail.siblings.count
            )
            return (detail.row.binding.texts.aor, occasion)
        case .history(let aor):
            let period = now.timestamp.second / Self.historyPeriod
            let isStill = isFrozen || replay != nil
            return (aor, .list(period: isStill ? 0 : period))
        default: return nil
        }
    }

    /// Asks for the journal that the screen shows, if it is another one than was answered and none is out.
    mutating func askHistory(at now: ClockReading) -> [ConsoleEffect] {
        guard welcome != nil, loss == nil, !isTiny, history.asked == nil, let wanted = wantedHistory(at: now)
        else {
            return []
        }
        if let answered = history.answered, answered.aor == wanted.aor, answered.occasion == wanted.occasion {
            return []
        }
        let serial = link.nextSerial()
        history.asked = HistoryState.Question(serial: serial, aor: wanted.aor, occasion: wanted.occasion)
        let isList = if case .history = screen { true } else { false }
        let limit = isList ? HistoryQuery.maximum : 50
        return [.send(.history(HistoryQuery(aor: wanted.aor, limit: limit), serial: serial))]
    }

    mutating func takeHistory(_ page: HistoryPage, serial: UInt64) {
        guard history.take(page, serial: serial) else { return }
        history.settle(count: historyEntries.count, height: listHeight)
    }

    /// The lines of the journal that the filter leaves, newest first.
    var historyEntries: [HistoryEntry] {
        let lines = historyLines
        guard let filter = effective(historyFilter, for: .history) else { return lines }
        return filter.passing(lines, clock: filterClock(at: present))
    }

    /// All lines of the journal that have come, newest first.
    var historyLines: [HistoryEntry] {
        guard case .history(let aor) = screen, let page = history.page(of: aor) else { return [] }
        return page.entries
    }

    /// The line of the journal with the cursor.
    var historyEntry: HistoryEntry? {
        let entries = historyEntries
        return entries.indices.contains(history.cursor) ? entries[history.cursor] : nil
    }

    /// The address of record under the cursor.
    var historySubject: [UInt8]? {
        switch screen {
        case .bindings: bindings.cursorEntry?.row.binding.texts.aor
        case .binding: detail.detail?.row.binding.texts.aor ?? detail.aor
        case .attempts: attempts.cursorEntry.map { Array($0.row.aor.utf8) }
        case .attempt: ladder.detail.map { Array($0.row.aor.utf8) }
        default: nil
        }
    }

    /// Opens the journal of an address of record, or of all.
    mutating func openHistory(_ aor: [UInt8]?) {
        history.begin()
        historyFilter = FilterState(history: historyFilter.history)
        if case .history = screen {
            screens[screens.count - 1] = .history(aor)
            link.wantsWindow = true
        } else {
            push(.history(aor))
        }
    }

    /// The whole of a line of the journal.
    func historyForm(_ entry: HistoryEntry, at now: ClockReading) -> Form {
        let lines = HistoryWords(entry: entry, clock: clock(at: now)).lines.map { name, value in
            RunLine([TextRun(name.padded(11), role: .textDim), TextRun(value, role: .text)])
        }
        return Form(.text(title: "HISTORY", lines: lines), buttons: [DialogButton("Close")])
    }

    // MARK: Time machine

    /// Asks for another moment; nil: the present.
    mutating func look(at moment: WallTime?) -> [ConsoleEffect] {
        if let obstacleOfLoss {
            message = .error(obstacleOfLoss)
            return []
        }
        let serial = link.nextSerial()
        replayAsked = ReplayQuestion(serial: serial, at: moment)
        return [.send(.replay(at: moment, serial: serial))]
    }

    /// A moment that was shown, or asked for at the start, is asked for when the other end is there (again).
    mutating func resumeReplay(at now: ClockReading) -> [ConsoleEffect] {
        if !replayWish.isEmpty {
            let wish = replayWish
            replayWish = ""
            do throws(Moment.Failure) {
                return look(at: try Moment.wall(wish, now: now.wall, utcOffset: utcOffset))
            } catch {
                message = .error("--at: \(error).")
                return []
            }
        }
        guard isLinkLost, let replay else { return [] }
        return look(at: replay.at)
    }

    /// From now on all windows are of another moment: nothing that was shown before is.
    mutating func takeReplay(_ report: ReplayReport, serial: UInt64, at now: ClockReading) {
        guard let asked = replayAsked, asked.serial == serial else { return }
        replayAsked = nil
        let present = presentClock(at: now)
        let reach = report.oldest.map { "The journal begins \(ReplayState.text($0, present))." } ?? ""
        if let refusal = report.refusal {
            let moment = asked.at.map { "\(ReplayState.text($0, present)) can't be shown: " } ?? ""
            message = .error("\(moment)\(refusal). \(reach)".trimmed)
            // A link that was lost has forgotten what it showed.
            if isLinkLost, replay != nil { turn(to: nil) }
            isLinkLost = false
            return
        }
        isLinkLost = false
        guard let at = report.at else {
            if replay != nil { message = .done("This is the present.", at: now.timestamp) }
            return turn(to: nil)
        }
        let stamp = now.timestamp - (now.wall - at)
        turn(to: ReplayState(clock: ClockReading(timestamp: stamp, wall: at), oldest: report.oldest))
        let text = "You look at \(ReplayState.text(at, present)): :live brings the present back. \(reach)"
        message = .info(text.trimmed, at: now.timestamp)
    }

    private mutating func turn(to moment: ReplayState?) {
        replay = moment
        layer = nil
        isFrozen = false
        waitingKeys = []
        bindings.reset()
        marks.clear()
        detail = DetailState()
        preview = nil
        history = HistoryState()
        link.wantsGhosts = nil
        let top = screen
        show(.bindings)
        if case .history = top { push(top) }
    }

    /// Why something can't be done while the past is shown; nil if it can, or the present is shown.
    func obstacleOfReplay(to action: Action, at now: ClockReading) -> String? {
        guard let replay else { return nil }
        let at = "You look at \(ReplayState.text(replay.at, presentClock(at: now)))"
        if action.needsOperate { return "\(at): :live brings the present back." }
        switch action.id {
        case .overview, .attempts, .security, .log, .blocks, .attemptsOf, .sourceOf, .lastView:
            return "\(at), of which only bindings are remembered: :live brings the rest back."
        case .freeze: return "\(at): nothing moves there."
        default: return nil
        }
    }
}

/// A moment that has been asked for.
struct ReplayQuestion: Hashable, Sendable {
    var serial: UInt64
    /// nil: the present.
    var at: WallTime?
}
