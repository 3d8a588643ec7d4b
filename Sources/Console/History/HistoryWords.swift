internal import BindingTable
internal import Cells
internal import Monitor
internal import SIPMessage
internal import Timing

/// The words for one line of the journal: when, what, where, how long it lived.
struct HistoryWords {
    let entry: HistoryEntry
    let clock: LocalClock

    private var life: LifeRecord { entry.binding }

    /// `12:04:31`, with the date before it when that is another day.
    var time: String { clock.clock(entry.at) }

    /// The same where there is little room: `11-24 14:03` of another day.
    var shortTime: String {
        let text = time
        return text.utf8.count > 8 ? String(text.dropFirst(5).dropLast(3)) : text
    }

    /// What happened: `registered`, `moved`, `expired`.
    var what: TextRun { TextRun(entry.cause.text, role: role) }

    private var role: Role {
        switch entry.cause {
        case .registered, .refreshed, .restored: .stateOK
        case .moved, .displaced, .expiredByOperator, .evictedByOperator, .rolledBack: .stateWarn
        case .expired, .connectionLost, .silent: .stateFail
        case .unregistered, .observed: .stateUnreg
        }
    }

    /// Where it was: `198.51.100.7:5062 udp`, of a move both ends.
    var source: String {
        let now = "\(life.source) \(life.transport.name)"
        return entry.movedFrom.map { "\($0) -> \(now)" } ?? now
    }

    /// The same where there is no room for both ends: of a move only where to.
    var shortSource: String {
        let now = "\(life.source) \(life.transport.name)"
        return entry.movedFrom == nil ? now : "-> \(now)"
    }

    /// Host and port of the contact.
    var contact: String { BindingColumns.hostPart(BindingColumns.text(life.contact)) }
    /// Whose binding it was.
    var aor: String { BindingColumns.text(life.aor) }

    /// How long it lived: `3d02`; empty while it does.
    var lived: String { entry.cause.isRemoval ? TimeText.age(entry.at - life.createdAt) : "" }

    /// `12 refreshes, every 54 s +/-3`; empty for one that has just been made.
    var refreshes: String {
        counted(TimeText.count(Int(life.refreshes), "refresh", plural: "refreshes"))
    }

    /// The same below a head that says what is counted: `12, every 54 s +/-3`.
    var shortRefreshes: String { counted(TimeText.count(Int(life.refreshes))) }

    private func counted(_ count: String) -> String {
        guard life.refreshes > 0 || entry.cause.isRemoval else { return "" }
        guard life.usualGap > 0 else { return count }
        let spread = life.gapDeviation >= 1_000 ? " +/-\(life.gapDeviation / 1_000)" : ""
        return "\(count), every \(TimeText.length(Int(life.usualGap / 1_000)))\(spread)"
    }

    /// One line for the page of a binding, the time left out: `expired  lived 3d02, 12 refreshes`.
    ///
    /// - Parameter own: the binding whose page it is; of its address of record's others the contact is told.
    func runs(own: BindingID?) -> [TextRun] {
        var runs = [what]
        if !entry.by.isEmpty { runs.append(TextRun(" (\(entry.by))", role: .textStrong)) }
        let isOther = own.map { $0 != life.id } ?? false
        if isOther { runs.append(TextRun("  another: \(contact)", role: .textDim)) }
        let told = entry.cause.isRemoval ? "lived \(lived), \(refreshes)" : whereFrom
        runs.append(TextRun("  \(told)", role: isOther ? .textDim : .text))
        return runs
    }

    private var whereFrom: String {
        let agent = BindingColumns.text(life.userAgent)
        let isMade = entry.cause == .registered || entry.cause == .restored
        let by = isMade && !agent.isEmpty ? ", \(agent)" : ""
        let rest = !isMade && !refreshes.isEmpty ? ", \(refreshes)" : ""
        return (entry.movedFrom == nil ? "from " : "") + source + by + rest
    }

    /// Why a binding left, as sentences: for a page whose binding nobody keeps any more.
    var farewell: [String] {
        let who = entry.by.isEmpty ? "" : " (\(entry.by))"
        return ["It left at \(time): \(entry.cause.text)\(who).", "It lived \(lived): \(refreshes)."]
    }

    /// Everything, a line each: what the dialog of an entry says.
    var lines: [(String, String)] {
        [
            ("when", time), ("what", entry.cause.text + (entry.by.isEmpty ? "" : " by \(entry.by)")),
            ("AOR", aor), ("contact", BindingColumns.text(Redaction.withoutPasswords(life.contact))),
            ("agent", BindingColumns.text(life.userAgent)), ("source", source),
            ("made", clock.clock(life.createdAt)), ("lived", lived),
            ("refreshed", "\(clock.clock(life.refreshedAt))\(refreshes.isEmpty ? "" : "  (\(refreshes))")"),
            ("until", clock.clock(life.expiresAt)),
        ].filter { !$0.1.isEmpty }
    }

    /// How far the journal reaches, or why there is none; empty where all of a life is in it.
    ///
    /// - Parameter since: when what is looked at began; nil: any time.
    static func reach(_ page: HistoryPage, since: WallTime?, _ clock: LocalClock) -> String {
        if let refusal = page.refusal { return "No history: \(refusal)." }
        guard let oldest = page.oldest else { return "The journal holds nothing yet." }
        if let since, oldest <= since { return "" }
        return "The journal begins \(clock.clock(oldest))."
    }
}
