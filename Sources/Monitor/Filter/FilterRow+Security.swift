internal import SIPMessage
internal import Timing

extension FilterRow {
    /// Takes what a filter needs of a row of the security screen. Whose names are tried is told by what speaks for a
    /// judgement, where the row itself is no user.
    mutating func load(_ row: SecurityRow) {
        reset()
        (hasSource, splitsAOR) = (false, false)
        (begins, refreshed) = (row.last, row.last)
        classes = row.findings.reduce(0) { $0 | 1 << UInt64($1.kind.rawValue) }
        if row.isAttack { classes |= 1 << UInt64(FilterWords.classes.count - 1) }
        blocked = row.isBlocked ? 2 : 1
        addKey(row)
        add(.agent, Array(row.agent.utf8))
        add(.what, Array(row.findings.map(\.kind.word).joined(separator: " ").utf8))
        let counts = [
            row.failures, row.failuresHour, row.failuresDay, row.names, row.sources, row.ports, row.probes,
            row.granted, row.count(.wrongPassword), row.count(.unknownUser), row.count(.abandoned),
            row.count(.stale), row.count(.replay),
        ]
        for (place, count) in counts.enumerated() where place < tallies.count {
            tallies[place] = Int64(count)
        }
    }

    private mutating func addKey(_ row: SecurityRow) {
        var evidence = row.findings.map(\.evidence).joined(separator: " ")
        let name: String
        switch row.key {
        case .source(let address):
            name = "\(address)"
            addresses = [address]
            add(.source, Array(name.utf8))
        case .user(let user):
            name = user
            evidence = user
        case .agent(let agent): name = agent
        case .others: name = "others"
        }
        add(.object, Array(name.utf8))
        add(.aor, Array(evidence.utf8))
    }
}
