internal import Timing

/// Rows that must be looked at again at a second because the passing of time changes them: a filter on
/// `exp`, `age` or the state, or the order by state. At most one entry a row, so that refreshes don't pile
/// entries up: one that comes too early looks and asks again.
struct FlipCalendar {
    private var buckets: [Int64: [UInt32]] = [:]
    /// For each row the second of its entry; 0 if it has none.
    private var scheduled: [Int64] = []
    private var last: Int64
    /// Rows that are due and wait to be looked at.
    private var due: [UInt32] = []

    init(at now: Timestamp) { last = now.second }

    /// Asks that a row be looked at when a moment has come.
    mutating func add(_ row: UInt32, at moment: Timestamp) {
        guard moment != .distantFuture else { return }
        // The second that begins at or after the moment.
        let second = max(last + 1, (moment - Interval(nanoseconds: 1)).second + 1)
        if Int(row) >= scheduled.count {
            scheduled.append(contentsOf: repeatElement(0, count: Int(row) + 1 - scheduled.count))
        }
        let known = scheduled[Int(row)]
        guard known == 0 || known > second else { return }
        scheduled[Int(row)] = second
        buckets[second, default: []].append(row)
    }

    /// Moves on to a moment.
    mutating func advance(to now: Timestamp) {
        guard now.second > last else { return }
        if now.second - last > 1_000 {
            for second in buckets.keys.filter({ $0 <= now.second }).sorted() { take(second) }
        } else {
            for second in last + 1...now.second { take(second) }
        }
        last = now.second
    }

    private mutating func take(_ second: Int64) {
        guard let rows = buckets.removeValue(forKey: second) else { return }
        for row in rows where scheduled[Int(row)] == second {
            scheduled[Int(row)] = 0
            due.append(row)
        }
    }

    /// A row that is due, `nil` if none is.
    mutating func next() -> UInt32? { due.popLast() }

    /// Rows are due.
    var hasDue: Bool { !due.isEmpty }
}
