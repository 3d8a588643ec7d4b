import BindingTable
import ConsoleLink
import Monitor
import SIPMessage
import Timing

@testable import Console

/// The other end of the link as a value: rows to show, and a registrar that acts on them.
struct World {
    var bindings = Samples.bindings
    var attempts = Samples.attempts
    var log = Samples.logLines
    var audit = Samples.auditLines
    var blocks = Samples.blocks
    var overview = Samples.overview
    var security = Samples.security
    var devices = Samples.devices
    var drain: Drain?
    var storeTrouble: String?
    /// What stands for the bytes of every message, if anything does.
    var messageBytes: [UInt8]?
    /// How far a list of bindings has been sorted and searched that is not in the order of the address of record.
    var progress = 1.0
    /// What a call would do; nil: as the bindings are.
    var route: RouteAnswer?
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
    /// Acts that can be undone, the newest first.
    var undoable: [UndoableAct] = []
    /// The act that is done a few bindings at a time.
    var underWay: ActProgress?

    func acts(at now: Timestamp) -> ActList {
        ActList(progress: underWay, undoable: undoable.filter { $0.until.map { $0 > now } ?? true }, at: now)
    }

    /// What a call would do, as the registrar would say: equal q at once, the higher first.
    func route(_ query: RouteQuery, at now: Timestamp) -> RouteAnswer {
        if let route { return route }
        var answer = RouteAnswer(aor: query.aor, outcome: .forwarded)
        let rows = bindings.filter {
            $0.binding.texts.aor == query.aor && !$0.isGone && $0.binding.gone == nil
        }
        for (_, group) in Dictionary(grouping: rows, by: { $0.binding.facts.q ?? 1_000 }).sorted(by: {
            $0.key > $1.key
        }) {
            answer.groups.append(group.map { RouteTarget($0.binding, at: now) })
        }
        return answer
    }

    private mutating func file(
        _ command: OperatorCommand,
        _ id: CommandID,
        _ count: Int,
        until: Timestamp? = nil,
        at now: Timestamp,
    ) {
        var counts = OutcomeCounts()
        counts.done = count
        let isOfBindings = command.verb.targets != nil
        let act = UndoableAct(
            act: id,
            verb: isOfBindings ? "evict" : "block",
            object: isOfBindings ? "\(count) bindings" : "a subject",
            by: command.by,
            reason: command.reason,
            at: now,
            until: until,
            counts: isOfBindings ? counts : nil,
            bindings: count
        )
        undoable.insert(act, at: 0)
    }
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
        case .attempts(let filter, let failuresOnly, let kind):
            let rows = attempts.filter { row in
                (kind == .all || (kind == .calls) == (row.call != nil))
                    && (!failuresOnly || row.isFailure) && matches(row.aor, filter)
            }
            let (part, rank) = cut(rows, query) { .attempt($0.id) }
            var window = Window(
                content: .attempts(part),
                rank: rank,
                matched: rows.count,
                total: attempts.count { kind == .all || (kind == .calls) == ($0.call != nil) },
                at: now
            )
            let calls = attempts.count { $0.call != nil }
            if kind == .registrations, filter == nil, !failuresOnly, calls > 0 { window.hidden = calls }
            return window
        case .attempt(let id):
            guard let row = attempts.first(where: { $0.id == id }) else {
                return Window(content: .missing, at: now)
            }
            var detail = row.call == nil ? Samples.detail(row, refusal: row.refusal) : Samples.callDetail(row)
            if let messageBytes {
                for index in detail.messages.indices {
                    detail.messages[index].bytes = messageBytes
                    detail.messages[index].summary = String(decoding: messageBytes, as: UTF8.self)
                }
            }
            return Window(content: .attempt(detail), at: now)
        case .log(let filter, let level):
            let rows = log.filter { $0.notice.level >= level && matches($0.notice.text, filter) }
            let (part, rank) = cut(rows, query) { .line($0.number) }
            return Window(content: .log(part), rank: rank, matched: rows.count, total: log.count, at: now)
        case .audit(let filter):
            let rows = audit.filter { matches($0.record.object, filter) }
            let (part, rank) = cut(rows, query) { .line($0.number) }
            return Window(content: .audit(part), rank: rank, matched: rows.count, total: audit.count, at: now)
        case .security(let group, let filter):
            let words = filter?.text.split { " ()".contains($0) }.map(String.init) ?? []
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
        case .devices(let group, let filter):
            let rows = devices.filter { row in
                row.group == group && matches("\(row)", filter)
            }
            let (part, rank) = cut(rows, query) { _ in .line(0) }
            let flawed = rows.reduce(0) { $0 + $1.flawed }
            let picture = DevicePicture(rows: part, bindings: 18_204, flawed: flawed, names: rows.count)
            return Window(
                content: .devices(picture),
                rank: rank,
                matched: rows.count,
                total: devices.count,
                at: now
            )
        case .blocks(let filter):
            let rows = blocks.filter { matches("\($0.subject)", filter) }
            return Window(
                content: .blocks(Array(rows.prefix(query.height))),
                matched: rows.count,
                total: blocks.count,
                at: now
            )
        }
    }

    /// The last word of the filter, and of one that it is narrowed by, must be in the text: enough for a console's
    /// tests.
    private func matches(_ text: String, _ filter: Filter?) -> Bool {
        guard let filter else { return true }
        return filter.expansion.split(separator: ") (").allSatisfy { part in
            let word = part.split(whereSeparator: { " =:~\"()".contains($0) }).last
            return word.map { text.contains($0) } ?? true
        }
    }

    /// Values that rows have.
    func values(_ query: ValuesQuery) -> [SeenValue] {
        let all: [SeenValue] =
            switch query.field {
            case "ua":
                [
                    SeenValue("Zoiper rv2.10.19", 812), SeenValue("Yealink \"T46\"", 40),
                    SeenValue("evil\u{1b}[2J", 1),
                ]
            case "ip": [SeenValue("198.51.100.7", 3), SeenValue("203.0.113.9", 2)]
            case "aor": [SeenValue("4417@example.test", 2)]
            default: []
            }
        return all.filter { $0.text.lowercased().hasPrefix(query.prefix.lowercased()) }
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
            lastRequest: messageBytes
                ?? Samples.request(String(row.aorText.prefix { $0 != "@" }), cseq: 15, digest: true),
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
        case .expire(let targets), .evict(let targets, _):
            if let rate = command.rate { return begin(command, targets, rate, id, at: now) }
            let outcome = take(targets, id)
            let done = outcome.count(.done)
            if done > 0 { file(command, id, done, until: outcome.undoUntil, at: now) }
            return outcome
        case .block(let subjects, let interval):
            for subject in subjects {
                blocks.append(
                    Block(
                        subject: subject,
                        until: interval.map { now + $0 },
                        reason: command.reason,
                        by: command.by,
                        since: now
                    )
                )
            }
            file(command, id, 0, at: now)
            var outcome = CommandOutcome(id: id)
            outcome.reach = reach(of: subjects)
            return outcome
        case .abort:
            underWay?.state = .aborted
            underWay?.ending = command.by.short
            var outcome = CommandOutcome()
            outcome.progress = underWay
            return outcome
        case .unblock(let subject):
            blocks.removeAll { $0.subject == subject }
            return CommandOutcome(id: id)
        case .drain(let isOn, let interval):
            let until = interval.map { now + $0 }
            drain = isOn ? Drain(until: until, reason: command.reason, by: command.by, since: now) : nil
            return CommandOutcome(id: id, undoUntil: drain?.until)
        case .undo(let act):
            let rows = taken.removeValue(forKey: act) ?? []
            undoable.removeAll { $0.act == act }
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

    /// What a block would hit; all do well.
    private func reach(of subjects: [BlockSubject]) -> BlockReach {
        let hit = bindings.filter { row in
            subjects.contains(.aor(row.binding.texts.aor))
                || subjects.contains(.source(row.binding.facts.path.source.address))
        }
        return BlockReach(bindings: hit.count, aors: Set(hit.map(\.aorText)).count, working: hit.count)
    }

    private mutating func begin(
        _ command: OperatorCommand,
        _ targets: [BindingTarget],
        _ rate: Int,
        _ id: CommandID,
        at now: Timestamp,
    ) -> CommandOutcome {
        underWay = ActProgress(
            act: id,
            verb: "evict",
            by: command.by,
            reason: command.reason,
            total: targets.count,
            rate: rate,
            startedAt: now
        )
        var outcome = CommandOutcome(id: id)
        outcome.progress = underWay
        return outcome
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
