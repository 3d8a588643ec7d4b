internal import BindingTable
internal import SIPMessage
internal import Timing

extension Monitor {
    /// The window of the security screen.
    func security(
        _ group: SecurityGroup,
        _ filter: Filter?,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        let all = securityRows(by: group, at: now)
        let matching = all.passing(filter, for: .security, filterClock, at: now) { row, loaded in
            loaded.load(row)
        }.sorted(by: Self.isBefore)
        let window = WindowRange(anchor, count: matching.count, height: height) { _ in nil }
        let picture = SecurityPicture(
            rows: Array(matching[window.range]),
            failures: failing.all.failures.sum(at: now),
            failuresHour: failing.all.hour.sum(at: now),
            failuresDay: failing.all.day.sum(at: now),
            attackers: all.count { $0.isAttack },
            recent: flows.newestFailures(20),
            policy: policy
        )
        return Window(
            content: .security(picture),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: all.count,
            at: now
        )
    }

    /// Attackers first, the worst of them on top; then by failures, then the latest.
    private static func isBefore(_ a: SecurityRow, _ b: SecurityRow) -> Bool {
        func rank(_ row: SecurityRow) -> Int {
            if row.key == .others { return .max }
            return row.isAttack ? 0 : 1
        }
        if rank(a) != rank(b) { return rank(a) < rank(b) }
        if a.failures != b.failures { return a.failures > b.failures }
        if a.last != b.last { return a.last > b.last }
        return a.key.sortText < b.key.sortText
    }

    /// The rows of a group, in no order.
    func securityRows(by group: SecurityGroup, at now: Timestamp) -> [SecurityRow] {
        switch group {
        case .source: sourceRows(at: now)
        case .user:
            users.hitters.entries.map { row($0.value, .user($0.key.shown), at: now) }.filter(\.isAlive)
        case .agent:
            agents.hitters.entries.map { row($0.value, .agent($0.key.shown), at: now) }.filter(\.isAlive)
        }
    }

    private func sourceRows(at now: Timestamp) -> [SecurityRow] {
        var rows = failing.hitters.entries.map { row($0.value, $0.key, at: now) }.filter(\.isAlive)
        var others = SecurityRow(key: .others)
        func rest(_ all: Int, _ part: KeyPath<SecurityRow, Int>) -> Int {
            max(0, all - rows.reduce(0) { $0 + $1[keyPath: part] })
        }
        others.failures = rest(failing.all.failures.sum(at: now), \.failures)
        others.failuresHour = rest(failing.all.hour.sum(at: now), \.failuresHour)
        others.failuresDay = rest(failing.all.day.sum(at: now), \.failuresDay)
        others.last = failing.all.last
        if others.failures > 0 { rows.append(others) }
        return rows
    }

    private func row(_ record: SourceRecord, _ address: IPAddress, at now: Timestamp) -> SecurityRow {
        var row = SecurityRow(key: .source(address))
        fill(&row, record.counts, at: now)
        row.names = record.names.seen(at: now).keys
        row.ports = record.ports.seen(at: now).keys
        row.sources = 1
        row.users = record.users.count
        row.probes = record.probes.sum(at: now)
        row.agent = record.agent.shown
        row.findings = record.judgement(at: now)
        block(&row, on: .source(address), at: now)
        return row
    }

    private func row(_ record: FailureTable.Record, _ key: SecurityKey, at now: Timestamp) -> SecurityRow {
        var row = SecurityRow(key: key)
        fill(&row, record.counts, at: now)
        row.names = record.names.seen(at: now).keys
        row.sources = record.sources.seen(at: now).keys
        row.agent = record.agent.shown
        row.findings = record.judgement(at: now)
        if case .user(let aor) = key { block(&row, on: .aor(Array(aor.utf8)), at: now) }
        return row
    }

    private func fill(_ row: inout SecurityRow, _ counts: FailureCounts, at now: Timestamp) {
        row.failures = counts.failures.sum(at: now)
        row.failuresHour = counts.hour.sum(at: now)
        row.failuresDay = counts.day.sum(at: now)
        row.verdicts = counts.byVerdict(at: now)
        row.granted = counts.granted.sum(at: now)
        row.first = counts.first
        row.last = counts.last
        row.trend = counts.failures.values(at: now)
    }

    private func block(_ row: inout SecurityRow, on subject: BlockSubject, at now: Timestamp) {
        guard let block = blocks.first(where: { $0.subject == subject && $0.until.map { $0 > now } ?? true })
        else { return }
        row.isBlocked = true
        row.blockedUntil = block.until
    }
}

extension SecurityRow {
    /// Something of it lies within a day.
    fileprivate var isAlive: Bool { failuresDay > 0 || probes > 0 || !findings.isEmpty }
}

extension SecurityKey {
    fileprivate var sortText: String {
        switch self {
        case .source(let address): "\(address)"
        case .user(let text), .agent(let text): text
        case .others: ""
        }
    }
}

extension [UInt8] {
    /// As it may be shown: bytes that are no UTF-8 are replaced.
    fileprivate var shown: String { String(decoding: self, as: UTF8.self) }
}

extension RegistrationFlows {
    /// The latest attempts that failed, newest first.
    func newestFailures(_ limit: Int) -> [AttemptRow] {
        var rows: [AttemptRow] = []
        store.forEach(newestFirst: true) { slot in
            if store[slot].isFailedLogin { rows.append(store[slot].row) }
            return rows.count < limit
        }
        return rows
    }
}
