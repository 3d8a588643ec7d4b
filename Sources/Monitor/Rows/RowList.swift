internal import BindingTable
internal import SIPMessage
internal import Timing

/// A list of rows as a window sees it: an order, one way or the other round.
struct RowList {
    fileprivate let order: RowOrder?
    /// Without an order yet: rows as they come.
    fileprivate let unsorted: [UInt32]
    fileprivate let descending: Bool

    var count: Int { order?.count ?? unsorted.count }

    /// The rows at some positions.
    func numbers(_ positions: Range<Int>) -> [UInt32] {
        let wanted = positions.clamped(to: 0..<count)
        guard let order else { return Array(unsorted[wanted]) }
        guard descending else { return order.entries(at: wanted).map(\.row) }
        return order.entries(at: count - wanted.upperBound..<count - wanted.lowerBound).reversed().map(\.row)
    }

    /// Where a row stands, `nil` if it isn't there.
    func position(_ number: UInt32) -> Int? {
        guard let order else { return unsorted.firstIndex(of: number) }
        return order.position(of: number).map { descending ? count - 1 - $0 : $0 }
    }
}

extension Rows {
    /// Living bindings.
    var count: Int { rows.count }

    func number(of id: BindingID) -> UInt32? { rows.number(of: id) }

    func row(_ number: UInt32) -> Row { rows[number] }

    /// The list of an order. While it is being sorted, another order stands in for it, or else the first rows
    /// as they come.
    func list(_ place: Int, descending: Bool) -> RowList {
        if orders[place].filter != nil || orders[place].isWhole {
            return RowList(order: orders[place].order, unsorted: [], descending: descending)
        }
        if let other = orders.first(where: { $0.filter == nil && $0.isWhole }) {
            return RowList(order: other.order, unsorted: [], descending: false)
        }
        var first: [UInt32] = []
        var number: UInt32 = 0
        while Int(number) < rows.capacity, first.count < WindowQuery.maximumHeight {
            if rows[number].isLive { first.append(number) }
            number += 1
        }
        return RowList(order: nil, unsorted: first, descending: false)
    }

    /// A living binding as lists show it.
    func shown(_ binding: Binding, _ row: Row, at now: Timestamp) -> BindingRow {
        BindingRow(
            binding: binding,
            state: BindingHealth.state(binding.facts, isRefused: row.isRefused, at: now),
            tries: Int(row.tries),
            isFresh: now - binding.facts.refreshedAt < .seconds(1),
            isGhost: row.kin.contains(.ghost),
            hasGhosts: row.kin.contains(.ghosts)
        )
    }

    /// All bindings that pass a filter, with the versions that are in the table.
    mutating func targets(matching filter: Filter, at now: Timestamp, limit: Int) -> [BindingTarget]? {
        var evaluator = FilterEvaluator(filter, clock: clock)
        var loaded = FilterRow()
        var result: [BindingTarget] = []
        let known = orders.first { $0.filter == filter && $0.isWhole && !filter.program.dependsOnTime }
        var numbers: [UInt32]?
        if let known { numbers = known.order.entries(at: 0..<known.order.count).map(\.row) }
        for number in numbers ?? Array(0..<UInt32(rows.capacity)) {
            let row = rows[number]
            guard row.isLive, let version = reader.load(&loaded, row, filter.program.needs) else { continue }
            guard evaluator.passes(loaded, at: now) else { continue }
            guard result.count < limit else { return nil }
            result.append(BindingTarget(id: row.id, version: version))
        }
        return result
    }
}
