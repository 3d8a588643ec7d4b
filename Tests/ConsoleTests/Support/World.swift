import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Timing

/// The other end of the link as a value: rows to show, and a registrar that acts on them.
struct World {
    var bindings = Samples.bindings
    var attempts = Samples.attempts
    var log = Samples.logLines
    var audit = Samples.auditLines
    var blocks = Samples.blocks
    var overview = Samples.overview
    var security = Samples.security
    var drain: Drain?
    var storeTrouble: String?
    /// How far a list of bindings has been sorted and searched that is not in the order of the address of record.
    var progress = 1.0
    /// What reading the settings anew gives.
    var reload = ReloadReport()
    /// What the journal holds.
    var history = HistoryPage(entries: Samples.history, oldest: Samples.journalBegin)
    /// Bindings of any moment of the past; those before the journal's begin can't be shown.
    var past = Samples.past
    /// The moment that is shown; nil: the present.
    private(set) var shown: WallTime?

    func history(_ query: HistoryQuery) -> HistoryPage {
        var page = history
        if let aor = query.aor { page.entries.removeAll { $0.binding.aor != aor } }
        page.entries = Array(page.entries.prefix(query.limit))
        return page
    }

    mutating func replay(at time: WallTime?) -> ReplayReport {
        guard let oldest = history.oldest else {
            return ReplayReport(refusal: "the journal holds nothing yet")
        }
        if let time, time < oldest {
            return ReplayReport(oldest: oldest, refusal: "the journal does not go back so far")
        }
        shown = time
        return ReplayReport(at: time, oldest: oldest)
    }
    /// What acts took, for undo.
    private(set) var taken: [CommandID: [BindingRow]] = [:]
    private(set) var commands: [OperatorCommand] = []
    private var lastCommand: UInt64 = 0

    // MARK: Windows

    func window(_ query: WindowQuery, at now: Timestamp) -> Window {
        var window = rows(query, at: shown == nil ? now : Samples.pastNow)
        window.drain = drain
        window.storeTrouble = storeTrouble
        if case .bindings(let filter, let order) = query.subject, filter != nil || order != BindingOrder() {
            window.progress = progress
        }
        return window
    }

    private func rows(_ query: WindowQuery, at now: Timestamp) -> Window {
        switch query.subject {
        case .overview: return Window(content: .overview(overview), at: now)
        case .bindings(let filter, let order):
            let bindings = shown == nil ? bindings : past
            let rows = sorted(bindings.filter { matches($0.aorText, filter) }, order)
            let (part, rank) = cut(rows, query) { .binding($0.binding.facts.id) }
            return Window(
                content: .bindings(part),
                rank: rank,
                matched: rows.count,
                total: bindings.count,
                at: now
            )
        case .binding(let id):
            guard let row = (shown == nil ? bindings : past).first(where: { $0.binding.facts.id == id })
            else {
                return Window(content: .missing, at: now)
            }
            return Window(content: .binding(shown == nil ? detail(row) : pastDetail(row)), at: now)
        case .attempts(let filter, let failuresOnly):
            let rows = attempts.filter { (!failuresOnly || $0.verdict.isFailure) && matches($0.aor, filter) }
            let (part, rank) = cut(rows, query) { .attempt($0.id) }
            return Window(
                content: .attempts(part),
                rank: rank,
                matched: rows.count,
                total: attempts.count,
                at: now
            )
        case .attempt(let id):
            guard let row = attempts.first(where: { $0.id == id }) else {
                return Window(content: .missing, at: now)
            }
            return Window(content: .attempt(Samples.detail(row, refusal: row.refusal)), at: now)
        case .log(let text, let level):
            let rows = log.filter {
                $0.notice.level >= level && (text.isEmpty || $0.notice.text.contains(text))
            }
            let (part, rank) = cut(rows, query) { .line($0.number) }
            return Window(content: .log(part), rank: rank, matched: rows.count, total: log.count, at: now)
        case .audit(let text):
            let rows = audit.filter { text.isEmpty || $0.record.object.contains(text) }
            let (part, rank) = cut(rows, query) { .line($0.number) }
            return Window(content: .audit(part), rank: rank, matched: rows.count, total: audit.count, at: now)
        case .security(let group, let text):
            let words = text.split(separator: " ").map(String.init)
            let rows = Samples.rows(security, by: group).filter { row in
                words.allSatisfy { $0 == "class:attack" ? row.isAttack : "\(row)".contains($0) }
            }
            let (part, rank) = cut(rows, query) { _ in .line(0) }
            return Window(
                content: .security(Samples.picture(part, of: security, recent: attempts)),
                rank: rank,
                matched: rows.count,
                total: security.count,
                at: now
            )
        case .blocks:
            return Window(
                content: .blocks(Array(blocks.prefix(query.height))),
                matched: blocks.count,
                total: blocks.count,
                at: now
            )
        }
    }

    /// The last word of the filter must be in the text: enough for a console's tests.
    private func matches(_ text: String, _ filter: Filter?) -> Bool {
        guard let word = filter?.text.split(whereSeparator: { " =:~".contains($0) }).last else { return true }
        return text.contains(word)
    }

    private func sorted(_ rows: [BindingRow], _ order: BindingOrder) -> [BindingRow] {
        func isBefore(_ a: BindingRow, _ b: BindingRow) -> Bool {
            switch order.column {
            case .expires: a.binding.facts.expiresAt < b.binding.facts.expiresAt
            case .age: a.binding.facts.createdAt > b.binding.facts.createdAt
            default: (a.aorText, a.binding.facts.id) < (b.aorText, b.binding.facts.id)
            }
        }
        let ordered = rows.sorted(by: isBefore)
        return order.descending ? ordered.reversed() : ordered
    }

    private func cut<Row>(_ rows: [Row], _ query: WindowQuery, id: (Row) -> RowID) -> ([Row], Int) {
        let last = max(0, rows.count - query.height)
        let wished: Int =
            switch query.anchor {
            case .rank(let rank): rank
            case .end: last
            case .row(let wanted, let offset): (rows.firstIndex { id($0) == wanted } ?? 0) - offset
            }
        let rank = max(0, min(wished, last))
        return (Array(rows.dropFirst(rank).prefix(query.height)), rank)
    }

    /// The past has no attempts and no messages.
    private func pastDetail(_ row: BindingRow) -> BindingDetail {
        BindingDetail(row: row, siblings: [], position: 1, gaps: [], attempts: [], lastRequest: [])
    }

    private func detail(_ row: BindingRow) -> BindingDetail {
        let all = bindings.filter { $0.aorText == row.aorText }
        return BindingDetail(
            row: row,
            siblings: all.filter { $0 != row },
            position: (all.firstIndex(of: row) ?? 0) + 1,
            gaps: [48, 48, 49, 47, 48, 48, 51, 48, 48, 47, 48, 49, 48],
            attempts: attempts.filter { $0.aor == row.aorText }.reversed(),
            lastRequest: Samples.request(String(row.aorText.prefix { $0 != "@" }), cseq: 15, digest: true),
            phones: max(1, all.count { !$0.isGhost }),
            shownContact: row.binding.facts.path.tls == .tls13 ? Samples.shownContact : []
        )
    }

    // MARK: Acts

    func preview(_ command: OperatorCommand) -> CommandOutcome {
        var copy = self
        var outcome = copy.perform(command, at: Samples.start.timestamp)
        outcome.id = nil
        return outcome
    }

    func preview(matching filter: Filter, _ command: OperatorCommand) -> CommandOutcome {
        let targets = bindings.filter { matches($0.aorText, filter) }.map(\.target)
        let verb: OperatorVerb =
            if case .expire = command.verb { .expire(targets) } else { .evict(targets, refuseFor: nil) }
        return preview(OperatorCommand(verb: verb, reason: "", by: command.by))
    }

    mutating func perform(_ command: OperatorCommand, at now: Timestamp) -> CommandOutcome {
        commands.append(command)
        lastCommand += 1
        let id = CommandID(rawValue: lastCommand)
        switch command.verb {
        case .expire(let targets), .evict(let targets, _): return take(targets, id)
        case .block(let subject, let interval):
            blocks.append(
                Block(
                    subject: subject,
                    until: interval.map { now + $0 },
                    reason: command.reason,
                    by: command.by,
                    since: now
                )
            )
            return CommandOutcome(id: id)
        case .unblock(let subject):
            blocks.removeAll { $0.subject == subject }
            return CommandOutcome(id: id)
        case .drain(let isOn, let interval):
            let until = interval.map { now + $0 }
            drain = isOn ? Drain(until: until, reason: command.reason, by: command.by, since: now) : nil
            return CommandOutcome(id: id, undoUntil: drain?.until)
        case .undo(let act):
            let rows = taken.removeValue(forKey: act) ?? []
            // What is put back has a new name.
            bindings += rows.map { row in
                var row = row
                let id = row.binding.facts.id
                row.binding.facts.id = BindingID(
                    partition: id.partition,
                    generation: id.generation + 1,
                    slot: id.slot
                )
                return row
            }
            return CommandOutcome(id: id, targets: rows.map { ($0.binding, .done) })
        }
    }

    private mutating func take(_ targets: [BindingTarget], _ id: CommandID) -> CommandOutcome {
        var outcome = CommandOutcome(id: id)
        var rows: [BindingRow] = []
        for target in targets {
            guard let row = bindings.first(where: { $0.binding.facts.id == target.id }) else {
                let old = Samples.bindings.first { $0.binding.facts.id == target.id } ?? Samples.bindings[0]
                outcome.targets.append((old.binding, .gone))
                continue
            }
            let isSame = row.binding.facts.version == target.version
            outcome.targets.append((row.binding, isSame ? .done : .changed))
            if isSame { rows.append(row) }
        }
        bindings.removeAll { row in rows.contains(row) }
        outcome.unreachable =
            Set(rows.map(\.aorText)).filter { aor in !bindings.contains { $0.aorText == aor } }.count
        outcome.undoUntil = rows.map(\.binding.facts.expiresAt).max()
        taken[id] = rows
        return outcome
    }

    /// A phone registers again: its row has another version and a later expiry.
    mutating func refresh(_ user: String) {
        guard let index = bindings.firstIndex(where: { $0.aorText.hasPrefix(user + "@") }) else { return }
        bindings[index].binding.facts.version += 1
        bindings[index].binding.facts.cseq += 1
        bindings[index].binding.facts.refreshedAt = Samples.start.timestamp
        bindings[index].binding.facts.expiresAt = Samples.start.timestamp + .seconds(60)
    }
}

extension BindingRow {
    var aorText: String { String(decoding: binding.texts.aor, as: UTF8.self) }
    var target: BindingTarget { BindingTarget(id: binding.facts.id, version: binding.facts.version) }
}
