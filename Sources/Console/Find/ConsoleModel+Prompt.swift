internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// The line where a filter is typed, or a text to search for.
extension ConsoleModel {
    /// Takes a key while a filter is typed.
    mutating func pressPrompt(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard var prompt else { return [] }
        if prompt.subject == nil { return pressSearch(key, at: now) }
        switch keys.action(of: key, at: .prompt)?.id {
        case .promptAccept:
            applyPrompt(isFinished: true)
            guard self.prompt?.error == nil else { return [] }
            self.prompt = nil
            setFilterState { $0.remember() }
            return []
        case .promptCancel:
            self.prompt = nil
            let before = prompt.before
            guard currentFilterText != before.text else { return [] }
            setFilterState { $0 = before }
            filterChanged()
            return []
        case .promptComplete: return complete(by: 1, at: now)
        case .promptCompleteBack: return complete(by: -1, at: now)
        case .promptOlder: guard prompt.recall(by: 1) else { return [] }
        case .promptNewer: guard prompt.recall(by: -1) else { return [] }
        default: guard prompt.take(key) else { return [] }
        }
        self.prompt = prompt
        applyPrompt(isFinished: false)
        return []
    }

    // MARK: Completion

    private mutating func complete(by step: Int, at now: ClockReading) -> [ConsoleEffect] {
        guard var prompt else { return [] }
        let completed = prompt.complete(by: step)
        self.prompt = prompt
        switch completed {
        case .nothing: return []
        case .changed:
            applyPrompt(isFinished: false)
            return []
        case .asks(let query):
            let serial = link.nextSerial()
            self.prompt?.waitForValues(serial: serial, step: step)
            // The journal's lines are here: nobody need be asked.
            if query.subject == .history {
                let clock = filterClock(at: now)
                takeValues(Filter.values(query, in: historyLines, clock: clock), serial: serial)
                return []
            }
            guard welcome != nil, loss == nil else { return [] }
            return [.send(.values(query, serial: serial))]
        }
    }

    /// Values that a field has come: they are offered, unless something else has been typed meanwhile.
    mutating func takeValues(_ values: [SeenValue], serial: UInt64) {
        guard prompt?.asked?.serial == serial else { return }
        if prompt?.take(values, serial: serial) == .changed { applyPrompt(isFinished: false) }
    }

    /// The operator's clock for filters that are evaluated here.
    func filterClock(at now: ClockReading) -> FilterClock {
        FilterClock(replay?.clock ?? now, utcOffset: utcOffset)
    }

    // MARK: The filter in force

    /// A text that is understood is in force at once; one that is not leaves on what its whole words before
    /// put in force, or else the old filter.
    private mutating func applyPrompt(isFinished: Bool) {
        guard var prompt, let subject = prompt.subject else { return }
        let text = prompt.line.text.trimmed
        let old = currentFilterText
        do throws(FilterError) {
            guard isFinished || !prompt.isUnfinished else {
                prompt.error = nil
                self.prompt = prompt
                return
            }
            var state = currentFilter
            try state.set(text, for: subject, named: prompt.named)
            setFilterState { $0 = state }
            prompt.error = nil
            if old != text { filterChanged() }
        } catch {
            prompt.error = error
            if old != prompt.before.text, old.isEmpty || !text.hasPrefix(old + " ") {
                let before = prompt.before
                setFilterState { $0 = before }
                filterChanged()
            }
        }
        self.prompt = prompt
    }

    /// The filter of the screen's list.
    var currentFilter: FilterState {
        switch screen {
        case .attempts: attemptsFilter
        case .security: securityFilter
        case .devices: devicesFilter
        case .log: logFilter
        case .audit: auditFilter
        case .blocks: blocksFilter
        case .history: historyFilter
        default: bindingsFilter
        }
    }

    /// The filter of the screen's list, as typed.
    var currentFilterText: String { currentFilter.text }

    /// Changes the filter of the screen's list.
    mutating func setFilterState(_ change: (inout FilterState) -> Void) {
        switch screen {
        case .attempts: change(&attemptsFilter)
        case .security: change(&securityFilter)
        case .devices: change(&devicesFilter)
        case .log: change(&logFilter)
        case .audit: change(&auditFilter)
        case .blocks: change(&blocksFilter)
        case .history: change(&historyFilter)
        default: change(&bindingsFilter)
        }
    }

    /// The list is another one now: its rows are asked for anew.
    mutating func filterChanged() {
        switch screen {
        case .attempts: attempts.reset(keepingCursor: true)
        case .security: security.list.reset(keepingCursor: true)
        case .devices: devices.list.reset(keepingCursor: true)
        case .log: log.reset()
        case .audit: audit.reset()
        case .blocks: blocks.reset()
        case .history: history.begin()
        default:
            bindings.reset(keepingCursor: true)
            marks.endRange()
        }
        link.wantsWindow = true
    }

    /// Opens the prompt over the screen's list.
    mutating func openPrompt() {
        prompt = PromptState(subject: screen.filtered, before: currentFilter, named: preferences.filters)
    }

    // MARK: Searching messages

    /// Opens the prompt for a text to search the attempt's messages for.
    mutating func openSearch() {
        prompt = PromptState(searching: ladder.search?.text ?? "", history: searchHistory)
    }

    private mutating func pressSearch(_ key: Key, at now: ClockReading) -> [ConsoleEffect] {
        guard var prompt else { return [] }
        switch keys.action(of: key, at: .prompt)?.id {
        case .promptAccept:
            self.prompt = nil
            let text = prompt.line.text
            guard !text.isEmpty else { return [] }
            searchHistory.removeAll { $0 == text }
            searchHistory.append(text)
            if searchHistory.count > 50 { searchHistory.removeFirst() }
            stepToHit(by: 0)
            return []
        case .promptCancel:
            self.prompt = nil
            ladder.search(for: prompt.searchBefore)
            return []
        case .promptComplete, .promptCompleteBack: return []
        case .promptOlder: guard prompt.recall(by: 1) else { return [] }
        case .promptNewer: guard prompt.recall(by: -1) else { return [] }
        default: guard prompt.take(key) else { return [] }
        }
        self.prompt = prompt
        ladder.search(for: prompt.line.text)
        return []
    }

    /// Goes to the next place where the text stands, or the one before; with 0 to the first from where the cursor is.
    mutating func stepToHit(by step: Int) {
        guard let hit = ladder.step(by: step) else { return }
        guard let message = ladder.message else { return }
        // The message is shown from some lines before on, in the lines that the screen breaks it into.
        let lines = RawMessage(message.bytes).lines.prefix(hit.line)
        let before = lines.reduce(0) { $0 + $1.softWrapped(columns: max(1, size.width - 2)).count }
        ladder.showWhole(from: max(0, before - 2))
    }
}
