internal import BindingTable
internal import SIPMessage
public import Timing

extension Monitor {
    /// Values that have been seen of a field, the commonest first, at most `ValuesQuery.most`: from what is kept, and
    /// of a long list from a part of it, spread over the whole.
    public func values(_ query: ValuesQuery, at now: Timestamp) -> [SeenValue] {
        guard var count = ValueCount(query) else { return [] }
        var row = FilterRow()
        switch query.subject {
        case .bindings: rows.countValues(&count, query.prefix, at: now)
        case .attempts:
            var left = ValueCount.mostRows
            flows.store.forEach(newestFirst: true) { slot in
                row.load(flows.store[slot], count.needs)
                count.add(row)
                left -= 1
                return left > 0
            }
        case .security:
            for group in SecurityGroup.allCases {
                for loaded in securityRows(by: group, at: now) where Self.tells(loaded.key, count.field) {
                    row.load(loaded)
                    count.add(row)
                }
            }
        case .devices:
            for device in deviceRows(by: .agent, at: now) {
                row.load(device)
                count.add(row)
            }
        case .log:
            for line in log.matching({ _ in true }) {
                row.load(line.line)
                count.add(row)
            }
        case .audit:
            let clock = filterClock
            for line in audit.matching({ _ in true }) {
                row.load(line.line, clock)
                count.add(row)
            }
        case .blocks:
            for block in blocks.prefix(ValueCount.mostRows) {
                row.load(block)
                count.add(row)
            }
        // The journal is kept elsewhere.
        case .history: break
        }
        return count.values
    }

    /// A row of the security screen tells of a field what is no sentence.
    private static func tells(_ key: SecurityKey, _ field: FilterField) -> Bool {
        switch (field, key) {
        case (.aor, .user), (.user, .user), (.ua, .agent), (.ip, .source): true
        case (.aor, _), (.user, _), (.ua, _), (.ip, _): false
        default: true
        }
    }
}

extension Rows {
    /// Counts values of a field over bindings.
    func countValues(_ count: inout ValueCount, _ prefix: String, at now: Timestamp) {
        switch count.field {
        case .ua:
            for (name, number) in population.commonest(ValueCount.mostRows).top {
                // Names that are no text are shown with marks in them that no filter finds: they are cut there.
                count.add(Array(name.utf8)[...], count: number)
            }
            return
        case .aor, .user: if countBeginnings(&count, prefix) { return }
        default: break
        }
        var row = FilterRow()
        let step = max(1, rows.capacity / ValueCount.mostRows)
        for number in stride(from: 0, to: rows.capacity, by: step) {
            let known = rows[UInt32(number)]
            guard known.isLive, reader.load(&row, known, count.needs) != nil else { continue }
            count.add(row)
        }
    }

    /// Where rows are kept in the order of their addresses of record, those that begin so stand together; false where
    /// that order isn't there, or none begins so.
    private func countBeginnings(_ count: inout ValueCount, _ prefix: String) -> Bool {
        guard !prefix.isEmpty, let place = find(nil, .aor), orders[place].isWhole else { return false }
        let order = orders[place].order
        let wanted = Array(prefix.utf8)
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            let aor = order.entries(at: middle..<middle + 1).first.map {
                reader.addressOfRecord(of: rows[$0.row].id)
            }
            guard let aor else { return false }
            if aor.lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        var row = FilterRow()
        var found = false
        for entry in order.entries(at: low..<low + 4 * ValuesQuery.most) {
            guard reader.load(&row, rows[entry.row], count.needs) != nil,
                row.bytes[row.range(of: FilterTexts.aor)].starts(with: wanted)
            else { break }
            count.add(row)
            found = true
        }
        return found
    }
}
