internal import Timing

/// When bindings end: one bucket for each second with a count and the list of its rows, so that a refresh is
/// two moves and the soonest are found without sorting. Bindings that end beyond the buckets' reach share
/// the last one until they come nearer.
struct Horizon {
    private struct Bucket: BitwiseCopyable {
        var first = Row.none, last = Row.none, count: UInt32 = 0
    }

    /// Seconds that the buckets span, a power of two.
    private static let span = 1 << 15

    private var buckets: [Bucket] = Array(repeating: Bucket(), count: span)
    private var farBucket = Bucket()
    /// Seconds count from here.
    private let origin: Int64
    /// The first second that has a bucket, and the first one that has none: later ends are far.
    private var base: UInt32 = 0, farFrom = UInt32(span)

    init(startedAt: Timestamp) { origin = startedAt.second - 1 }

    private func second(of moment: Timestamp) -> UInt32 {
        UInt32(clamping: min(moment.second - origin, Int64(UInt32.max) / 2))
    }

    /// Adds a row that ends at a moment, at the end of its second's list.
    mutating func add(_ number: UInt32, endingAt moment: Timestamp, _ rows: inout RowTable) {
        let second = max(base, second(of: moment))
        rows[number].second = second
        link(number, second, &rows)
    }

    private mutating func link(_ number: UInt32, _ second: UInt32, _ rows: inout RowTable) {
        let isFar = second >= farFrom
        var bucket = isFar ? farBucket : buckets[Int(second) & (Self.span - 1)]
        rows[number].next = Row.none
        rows[number].previous = bucket.last
        if bucket.last == Row.none {
            bucket.first = number
        } else {
            rows[bucket.last].next = number
        }
        bucket.last = number
        bucket.count += 1
        if isFar { farBucket = bucket } else { buckets[Int(second) & (Self.span - 1)] = bucket }
    }

    /// Takes a row out.
    mutating func remove(_ number: UInt32, _ rows: inout RowTable) {
        let row = rows[number]
        let isFar = row.second >= farFrom
        var bucket = isFar ? farBucket : buckets[Int(row.second) & (Self.span - 1)]
        if row.previous == Row.none { bucket.first = row.next } else { rows[row.previous].next = row.next }
        if row.next == Row.none { bucket.last = row.previous } else { rows[row.next].previous = row.previous }
        bucket.count -= 1
        if isFar { farBucket = bucket } else { buckets[Int(row.second) & (Self.span - 1)] = bucket }
        rows[number].next = Row.none
        rows[number].previous = Row.none
    }

    /// Moves the buckets' reach: overdue rows that are still here go into the first bucket that is left, and
    /// far ones that have come near into theirs.
    mutating func advance(to now: Timestamp, _ rows: inout RowTable) {
        let current = second(of: now)
        // Overdue rows keep their own second for a while: nearly all are gone before it is needed.
        guard current > base + 64 else { return }
        let oldBase = base
        var moving: [UInt32] = []
        base = current - 32
        for second in oldBase..<min(base, farFrom) {
            let place = Int(second) & (Self.span - 1)
            Self.collect(buckets[place], rows, into: &moving)
            buckets[place] = Bucket()
        }
        if base + UInt32(Self.span) - farFrom >= 4_096 {
            Self.collect(farBucket, rows, into: &moving)
            farBucket = Bucket()
            farFrom = base + UInt32(Self.span)
        }
        for number in moving {
            rows[number].second = max(base, rows[number].second)
            link(number, rows[number].second, &rows)
        }
    }

    private static func collect(_ bucket: Bucket, _ rows: borrowing RowTable, into list: inout [UInt32]) {
        var number = bucket.first
        while number != Row.none {
            list.append(number)
            number = rows[number].next
        }
    }

    /// Rows that end within so many seconds.
    func count(from now: Timestamp, seconds: Range<Int>) -> Int {
        let current = second(of: now)
        var sum = 0
        for offset in seconds {
            let second = current + UInt32(offset)
            guard second >= base, second < farFrom else { continue }
            sum += Int(buckets[Int(second) & (Self.span - 1)].count)
        }
        return sum
    }

    /// The next rows to end, at least `count` of them if there are so many; within a second in no order, so
    /// the caller sorts. Beyond the buckets' reach of nine hours any rows stand for the soonest. Looks at
    /// `limit` rows at most.
    func soonest(_ count: Int, limit: Int, _ rows: borrowing RowTable) -> [UInt32] {
        var result: [UInt32] = []
        var second = base
        while result.count < count, second < farFrom {
            var number = buckets[Int(second) & (Self.span - 1)].first
            while number != Row.none, result.count < limit {
                result.append(number)
                number = rows[number].next
            }
            second += 1
        }
        var number = farBucket.first
        while result.count < count, number != Row.none {
            result.append(number)
            number = rows[number].next
        }
        return result
    }
}
