internal import Timing

/// Rows that must be looked at again at a second because the passing of time changes them: a filter on
/// `exp`, `age` or the state, or the order by state. At most one entry a row, so that refreshes don't pile
/// entries up: one that comes too early looks and asks again.
struct FlipCalendar {
    private var buckets: [UInt32: [UInt32]] = [:]
    /// For each row the second of its entry; 0 if it has none.
    private var scheduled: [UInt32] = []
    /// Seconds count from here; `last` is the one that was reached.
    private let origin: Int64
    private var last: UInt32 = 1
    /// Rows that are due and wait to be looked at.
    private var due: [UInt32] = []

    init(at now: Timestamp) { origin = now.second - 1 }

    private func second(of moment: Timestamp) -> UInt32 { UInt32(clamping: moment.second - origin) }

    /// Asks that a row be looked at when a moment has come.
    mutating func add(_ row: UInt32, at moment: Timestamp) {
        guard moment.second - origin < Int64(UInt32.max) else { return }
        // The second that begins at or after the moment.
        let second = max(last, self.second(of: moment - Interval(nanoseconds: 1))) + 1
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
        let current = second(of: now)
        guard current > last else { return }
        if current - last > 1_000 {
            for second in buckets.keys.filter({ $0 <= current }).sorted() { take(second) }
        } else {
            for second in last + 1...current { take(second) }
        }
        last = current
    }

    private mutating func take(_ second: UInt32) {
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
