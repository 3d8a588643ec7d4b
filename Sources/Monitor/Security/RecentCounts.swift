internal import Timing

/// Counts over the last slots of time, the running one among them, for one key.
struct RecentCounts<let slots: Int> {
    private var counts = InlineArray<slots, UInt32>(repeating: 0)
    /// Number of the slot that is being filled.
    private var current: Int64 = 0
    private let length: Int64

    /// - Parameter seconds: how long a slot is.
    init(seconds: Int64) { length = max(1, seconds) }

    mutating func add(_ weight: UInt32, at now: Timestamp) {
        advance(to: now)
        counts[Int(current % Int64(slots))] &+= weight
    }

    private mutating func advance(to now: Timestamp) {
        let number = max(0, now.second / length)
        guard number > current else { return }
        for step in 0..<min(Int64(slots), number - current) {
            counts[Int((number - step) % Int64(slots))] = 0
        }
        current = number
    }

    /// The sum over all slots.
    func sum(at now: Timestamp) -> Int { values(at: now).reduce(0, +) }

    /// One value a slot, oldest first, the running one last.
    func values(at now: Timestamp) -> [Int] {
        var copy = self
        copy.advance(to: now)
        return (0..<slots).reversed().map { ago in
            let number = copy.current - Int64(ago)
            return number < 0 ? 0 : Int(copy.counts[Int(number % Int64(slots))])
        }
    }

    /// Per second over the last slot's length: the part of the slot before that still belongs to it is
    /// estimated.
    func rate(at now: Timestamp) -> Double {
        var copy = self
        copy.advance(to: now)
        let span = Double(length) * 1_000_000_000
        let passed = (Double(now.nanoseconds) - Double(copy.current) * span) / span
        let newest = Double(copy.counts[Int(copy.current % Int64(slots))])
        let before =
            copy.current > 0 ? Double(copy.counts[Int((copy.current - 1) % Int64(slots))]) : 0
        return (newest + before * max(0, 1 - passed)) / Double(length)
    }
}

/// Counts per minute over the last ten minutes.
typealias TenMinutes = RecentCounts<10>

extension RecentCounts<10> {
    /// Ten slots of a minute.
    init() { self.init(seconds: 60) }
}
