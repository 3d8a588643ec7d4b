internal import Timing

extension Monitor {
    /// The window of the devices screen: made of counters, however many bindings there are.
    func devices(
        _ group: DeviceGroup,
        _ filter: Filter?,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        let all = deviceRows(by: group, at: now)
        let matching = all.passing(filter, for: .devices, filterClock, at: now) { row, loaded in
            loaded.load(row)
        }.sorted(by: Self.isWorse)
        let window = WindowRange(anchor, count: matching.count, height: height) { _ in nil }
        let picture = DevicePicture(
            rows: Array(matching[window.range]),
            bindings: rows.count,
            flawed: rows.population.flawed,
            names: all.count
        )
        return Window(
            content: .devices(picture),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: all.count,
            at: now
        )
    }

    /// More flawed bindings come first, then more bindings; the rest stands last.
    private static func isWorse(_ a: DeviceRow, _ b: DeviceRow) -> Bool {
        if a.isRest != b.isRest { return b.isRest }
        if a.flawed != b.flawed { return a.flawed > b.flawed }
        if a.bindings != b.bindings { return a.bindings > b.bindings }
        return a.name < b.name
    }

    /// All rows of a group, in no order.
    func deviceRows(by group: DeviceGroup, at now: Timestamp) -> [DeviceRow] {
        var rows: [DeviceRow] = []
        var places: [String: Int] = [:]
        for (number, agent) in self.rows.population.agents.enumerated() where agent.count > 0 {
            let isRest = number == 0 && self.rows.population.isFull
            let name = String(decoding: agent.name, as: UTF8.self)
            let key = group == .agent || isRest ? name : DeviceVendor.name(of: name)
            // Names that are the same to the eye are told as one.
            let place = isRest ? rows.count : places[key] ?? rows.count
            if place == rows.count {
                rows.append(DeviceRow(name: key, group: group))
                rows[place].isRest = isRest
                if !isRest { places[key] = place }
            }
            rows[place].add(agent)
            guard let record = agents.hitters.value(of: agent.name) else { continue }
            rows[place].failures += record.counts.failures.sum(at: now)
            rows[place].cseqFailures += record.counts.count(.order, at: now)
        }
        for place in rows.indices { rows[place].sortLints() }
        return rows
    }
}

extension DeviceRow {
    fileprivate mutating func add(_ agent: Population.Agent) {
        bindings += agent.count
        flawed += agent.flawed
        ghosts += agent.ghosts
        silent += agent.silent
        for lint in Lint.allCases where agent.lints[Int(lint.rawValue)] > 0 {
            let count = Int(agent.lints[Int(lint.rawValue)])
            if let known = lints.firstIndex(where: { $0.lint == lint }) {
                lints[known].count += count
            } else {
                lints.append(LintCount(lint, count))
            }
        }
    }

    fileprivate mutating func sortLints() {
        lints.sort { a, b in
            if a.lint.isWarning != b.lint.isWarning { return a.lint.isWarning }
            return a.count != b.count ? a.count > b.count : a.lint.rawValue < b.lint.rawValue
        }
    }
}

/// Who made a device, by what its User-Agent begins with.
enum DeviceVendor {
    /// `Yealink` of `Yealink SIP-T46U 108.86`, `Linphone` of `Linphone/5.2.3`; a name that begins with a digit or a
    /// sign is its own vendor.
    static func name(of agent: String) -> String {
        let head = agent.unicodeScalars.prefix { scalar in
            !scalar.isASCII || scalar.properties.isAlphabetic
        }
        return head.isEmpty ? agent : String(head)
    }
}

extension FilterRow {
    /// Takes what a filter needs of a row of the devices screen.
    mutating func load(_ row: DeviceRow) {
        reset()
        lints = row.lints.reduce(0) { $0 | 1 << UInt64($1.lint.rawValue) }
        add(.agent, Array(row.name.utf8))
        add(.what, Array(row.lints.map(\.lint.word).joined(separator: " ").utf8))
    }
}
