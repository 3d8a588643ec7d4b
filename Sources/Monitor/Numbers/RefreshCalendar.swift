internal import BindingTable
internal import Timing

/// When refreshes are expected, by the phones' own rhythms: counters of ten seconds each, apart for phones that come
/// back soon and those that do seldom. A refresh is two moves.
struct RefreshCalendar {
    static let slotSeconds = 10
    private static let slots = 8_192, octaves = 16

    /// Bindings whose next refresh falls into a slot, octave of the gap by octave.
    private var counts = [UInt32](repeating: 0, count: slots * octaves)
    /// Bindings of each octave, and the sum of their gaps in seconds.
    private var members = [Int](repeating: 0, count: octaves), gaps = [Int](repeating: 0, count: octaves)
    /// Bindings by the bucket of their gap.
    private var buckets = [Int](repeating: 0, count: DelayHistogram.buckets)

    init() {}

    /// The gap between two refreshes of a row, within a sixteenth.
    static func gap(of row: Row) -> Interval { .seconds(DelayHistogram.value(of: Int(row.gap))) }

    private static func octave(_ seconds: Int) -> Int {
        min(octaves - 1, Int.bitWidth - 1 - max(1, seconds).leadingZeroBitCount)
    }

    /// When a binding's next refresh is expected: by its rhythm, else at half of what it got.
    static func next(_ facts: BindingFacts) -> (gap: Int, at: Timestamp) {
        let milliseconds = facts.rhythm.map { Int($0.milliseconds) } ?? Int(facts.granted) * 500
        return (
            max(1, (milliseconds + 500) / 1_000),
            min(facts.expiresAt, facts.refreshedAt + .milliseconds(milliseconds))
        )
    }

    /// Counts a row in.
    mutating func add(_ row: inout Row, _ facts: BindingFacts, at now: Timestamp) {
        let (gap, at) = Self.next(facts)
        let current = now.second / Int64(Self.slotSeconds)
        let slot = max(current - 1, min(at.second / Int64(Self.slotSeconds), current + Int64(Self.slots) - 2))
        row.due = UInt16(truncatingIfNeeded: slot & Int64(Self.slots - 1))
        row.gap = UInt8(clamping: DelayHistogram.bucket(of: gap))
        row.isForecast = true
        count(row, by: 1)
    }

    /// Counts a row out.
    mutating func remove(_ row: inout Row) {
        guard row.isForecast else { return }
        count(row, by: -1)
        row.isForecast = false
    }

    private mutating func count(_ row: Row, by step: Int) {
        let gap = DelayHistogram.value(of: Int(row.gap))
        let octave = Self.octave(gap)
        counts[octave * Self.slots + Int(row.due)] &+= UInt32(truncatingIfNeeded: step)
        members[octave] += step
        gaps[octave] += gap * step
        buckets[Int(row.gap)] += step
    }

    /// What is to be expected from now on.
    ///
    /// - Parameter connected: bindings whose connection a restart would end.
    func forecast(at now: Timestamp, connected: Int) -> RefreshForecast {
        let current = Int(truncatingIfNeeded: now.second / Int64(Self.slotSeconds))
        var forecast = RefreshForecast()
        for octave in 0..<Self.octaves where members[octave] > 0 {
            var first = (0..<RefreshForecast.slots).map { step in
                Int(counts[octave * Self.slots + (current + step) & (Self.slots - 1)])
            }
            // Who should have come just now comes any moment.
            first[0] += Int(counts[octave * Self.slots + (current - 1) & (Self.slots - 1)])
            forecast.add(first, gap: Double(gaps[octave]) / Double(members[octave]))
        }
        for (bucket, count) in buckets.enumerated() where count > 0 {
            forecast.steady += Double(count) / Double(max(1, DelayHistogram.value(of: bucket)))
        }
        forecast.phones = members.reduce(0, +)
        forecast.connected = connected
        return forecast
    }
}
