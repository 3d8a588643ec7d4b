internal import BindingTable
internal import SIPMessage
internal import Timing

/// The rows as the beats see them.
extension Rows {
    /// Bindings whose beat is over, each a look into the table, in a slice.
    private static let missesAtOnce = 1_024

    /// A binding has come.
    mutating func enterBeats(_ number: UInt32, _ facts: BindingFacts, at now: Timestamp) {
        placeBeats(number, facts)
        let row = rows[number]
        beats.withGroups(of: row) {
            $0.beat(wasSilent: false, isNew: facts.refreshes == 0, at: facts.refreshedAt)
        }
        joinBeats(number, facts)
    }

    /// It was refreshed or has moved; `agent` is the number of the User-Agent that it had.
    mutating func followBeats(_ number: UInt32, _ facts: BindingFacts, agent: UInt16, at now: Timestamp) {
        let wasSilent = rows[number].isSilent
        if agent != rows[number].agent, rows[number].isMember {
            beats.withAgent(agent) { $0.leave(isSilent: wasSilent, isLost: false) }
            beats.withAgent(rows[number].agent) { $0.join(facts.path.source.address, isSilent: wasSilent) }
        }
        if wasSilent {
            setSilent(number, false)
            if beats.forget(facts.id) { noteBeat(.back, facts.id, now) }
        }
        let row = rows[number]
        beats.withGroups(of: row) { $0.beat(wasSilent: wasSilent, isNew: false, at: facts.refreshedAt) }
        let isPlaced =
            beats.sites.key(Int(row.site)) == Beats.site(facts.path.source.address)
            && beats.listeners.key(Int(row.listener)) == Beats.Listener(facts.path)
        if !isPlaced {
            quitBeats(number, isLost: false)
            placeBeats(number, facts)
        }
        joinBeats(number, facts)
    }

    /// It has gone.
    mutating func leaveBeats(_ number: UInt32, _ cause: Cause, at now: Timestamp) {
        _ = beats.forget(rows[number].id)
        let row = rows[number]
        guard cause == .expired, row.isMember, row.isSilent || beats.blamesExpiry(at: now) else {
            return quitBeats(number, isLost: false)
        }
        // A phone whose rhythm leaves no time before the end.
        if !row.isSilent { miss(number, gap: RefreshCalendar.gap(of: row), at: now) }
        quitBeats(number, isLost: true)
    }

    private mutating func placeBeats(_ number: UInt32, _ facts: BindingFacts) {
        rows[number].site = UInt16(clamping: beats.sites.take(Beats.site(facts.path.source.address)))
        rows[number].listener = UInt8(clamping: beats.listeners.take(Beats.Listener(facts.path)))
    }

    /// Leaves all groups.
    private mutating func quitBeats(_ number: UInt32, isLost: Bool) {
        let row = rows[number]
        if row.isMember { beats.withGroups(of: row) { $0.leave(isSilent: row.isSilent, isLost: isLost) } }
        if row.isSilent { setSilent(number, false) }
        rows[number].isMember = false
        beats.sites.release(Int(row.site))
        beats.listeners.release(Int(row.listener))
        (rows[number].site, rows[number].listener) = (0, 0)
    }

    /// Counts in the groups if its rhythm is known and it is no ghost, and is looked at when its beat is over.
    private mutating func joinBeats(_ number: UInt32, _ facts: BindingFacts) {
        guard facts.rhythm != nil, !rows[number].kin.contains(.ghost) else { return }
        if !rows[number].isMember {
            rows[number].isMember = true
            beats.withGroups(of: rows[number]) { $0.join(facts.path.source.address, isSilent: false) }
        }
        beats.calendar.add(number, at: beats.deadline(facts))
    }

    /// What a phone has left behind does not beat, and is not missed.
    mutating func ghostBeats(_ number: UInt32, at now: Timestamp) {
        let row = rows[number]
        if row.kin.contains(.ghost) {
            guard row.isMember else { return }
            beats.withGroups(of: row) { $0.leave(isSilent: row.isSilent, isLost: false) }
            if row.isSilent { setSilent(number, false) }
            rows[number].isMember = false
        } else if let facts = reader.facts(row.id) {
            joinBeats(number, facts)
        }
    }

    private mutating func setSilent(_ number: UInt32, _ isSilent: Bool) {
        beats.missed += isSilent ? 1 : -1
        var row = rows[number]
        population.alter(&row) { $0.isSilent = isSilent }
        rows[number] = row
    }

    private mutating func miss(_ number: UInt32, gap: Interval, at now: Timestamp) {
        setSilent(number, true)
        let row = rows[number]
        beats.withGroups(of: row) { $0.miss(gap: gap, site: row.site, at: now) }
        beats.hold(row.id, at: now)
        beats.raise(for: row, agent: population.name(of: row.agent), at: now)
    }

    /// Looks at bindings whose beat is over, a slice of them; whether more wait.
    mutating func advanceBeats(to now: Timestamp) -> Bool {
        beats.advance(to: now)
        beats.calendar.advance(to: now)
        var budget = Self.missesAtOnce
        while budget > 0, let number = beats.calendar.next() {
            budget -= 1
            guard Int(number) < rows.capacity, rows[number].isMember, !rows[number].isSilent,
                let facts = reader.facts(rows[number].id)
            else { continue }
            let deadline = beats.deadline(facts)
            if deadline <= now {
                miss(number, gap: .milliseconds(Int(facts.usualGap)), at: now)
            } else {
                beats.calendar.add(number, at: deadline)
            }
        }
        tellBeats(at: now)
        return beats.calendar.hasDue
    }

    // MARK: Telling

    private mutating func tellBeats(at now: Timestamp) {
        for outage in beats.takeRaised(at: now) {
            tell(outage, .outage, "for \((now - outage.since).spoken)", now)
        }
        for (outage, isTold) in beats.takeEnded(at: now) where isTold {
            tell(outage, .over, "after \((now - outage.since).spoken)", now)
        }
        for id in beats.takeHeld(at: now) {
            guard let number = rows.number(of: id), rows[number].isSilent, !beats.isExplained(rows[number])
            else { continue }
            beats.tell(id)
            noteBeat(.missed, id, now)
        }
    }

    private mutating func tell(_ outage: Outage, _ kind: BeatEvent, _ when: String, _ now: Timestamp) {
        let count = "\(outage.silent) of \(outage.phones) phones silent"
        if events.takes(kind, at: now) {
            events.add(
                OverviewEvent(at: now, what: kind.text, subject: outage.subject, detail: "\(count) \(when)")
            )
        }
        let text = kind == .outage ? "\(outage.text) \(when)" : "\(outage.subject) is back \(when): \(count)"
        beatNotices.add(text, kind == .outage ? .warning : .info, isSingle: false, at: now)
    }

    /// `4417@example.test missed its beat: every 48 s, silent 57 s, 3 s left`
    private mutating func noteBeat(_ kind: BeatEvent, _ id: BindingID, _ now: Timestamp) {
        guard let binding = reader.binding(id) else { return }
        let facts = binding.facts
        let aor = String(decoding: binding.texts.aor, as: UTF8.self)
        var detail = "every \(Interval.milliseconds(Int(facts.usualGap)).spoken)"
        if kind == .missed {
            detail += ", silent \((now - facts.refreshedAt).spoken), \((facts.expiresAt - now).spoken) left"
        }
        if events.takes(kind, at: now) {
            events.add(OverviewEvent(at: now, what: kind.text, subject: aor, detail: detail))
        }
        let shown = FailureLines.field(binding.texts.aor, most: 128)
        beatNotices.add("\(shown) \(kind.text): \(detail)", .info, isSingle: true, at: now)
    }
}

/// What is told of beats.
enum BeatEvent: Int, CaseIterable {
    case missed, back, outage, over

    /// Words of the event.
    var text: String {
        switch self {
        case .missed: "missed its beat"
        case .back: "beats again"
        case .outage: "outage"
        case .over: "is back"
        }
    }
}

/// Lines for the log about beats, until they are taken; as many as a log can bear.
struct BeatNotices {
    private static let mostSingles = 20, mostGroups = 20
    private var lines: [Notice] = []
    private var minute: Int64 = -1
    private var singles = 0, groups = 0

    mutating func add(_ text: String, _ level: Notice.Level, isSingle: Bool, at now: Timestamp) {
        if now.second / 60 != minute { (minute, singles, groups) = (now.second / 60, 0, 0) }
        if isSingle { singles += 1 } else { groups += 1 }
        guard singles <= Self.mostSingles, groups <= Self.mostGroups, lines.count < 64 else { return }
        lines.append(Notice(at: now, level: level, text: text))
    }

    mutating func take() -> [Notice] {
        defer { lines.removeAll(keepingCapacity: true) }
        return lines
    }
}

extension Interval {
    /// `48 s`, `5 m 30 s`, `2 h 4 m`, for sentences.
    var spoken: String {
        let seconds = max(0, self.secondsRoundedUp)
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 3_600 {
            return seconds % 60 == 0 ? "\(seconds / 60) m" : "\(seconds / 60) m \(seconds % 60) s"
        }
        return "\(seconds / 3_600) h \(seconds % 3_600 / 60) m"
    }
}
