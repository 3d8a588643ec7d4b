/// How many refreshes are to be expected, and what would come after a restart of the registrar.
///
/// A model, with these assumptions:
///
/// 1. A phone comes when its own rhythm says so; one whose rhythm isn't known yet, at half of what it got. A phone that is
///    due within the five minutes comes again after the mean gap of those that are about as frequent as it is.
/// 2. A restart takes `downtime`. Bindings are kept. Phones over UDP notice nothing unless they are due meanwhile; those
///    over a connection lose it. Both come back within `comeback` (RFC 5626 §4.5: the first retry within 30 s).
/// 3. Each sends two REGISTERs: the nonces that it knows are of the time before.
/// 4. Who came back together stays together: the next wave comes one mean gap later. A jitter of P percent in the time that
///    is granted (`expires.jitter`) pulls it apart by P percent of that gap, each time.
public struct RefreshForecast: Codable, Hashable, Sendable {
    /// Refreshes expected per second in each of the next slots.
    public var rates = [Double](repeating: 0, count: slots)
    /// Refreshes per second in the long run: the sum over all phones of one by its gap.
    public var steady = 0.0
    /// Phones that are counted, and those of them over connections.
    public var phones = 0, connected = 0

    /// Slots of ten seconds that a forecast has: five minutes.
    public static let slots = 30
    /// Seconds of a slot.
    public static let slotSeconds = 10
    /// Seconds that a restart takes, and within which phones come back.
    public static let downtime = 30, comeback = 30
    /// Percentages of jitter that waves are told for.
    public static let jitters = [0, 10, 25]

    /// Nothing is expected.
    public init() {}

    /// Adds phones with about the same gap.
    ///
    /// - Parameters:
    ///   - first: how many of them are due next in each slot.
    ///   - gap: the mean time between two refreshes, in seconds.
    mutating func add(_ first: [Int], gap: Double) {
        var expected = first.map(Double.init)
        let shift = max(1, gap / Double(Self.slotSeconds))
        let (near, part) = (Int(shift), shift - shift.rounded(.down))
        for slot in expected.indices {
            if slot >= near { expected[slot] += expected[slot - near] * (1 - part) }
            if slot > near { expected[slot] += expected[slot - near - 1] * part }
        }
        for slot in rates.indices where slot < expected.count {
            rates[slot] += expected[slot] / Double(Self.slotSeconds)
        }
    }

    /// The most that is expected within the five minutes.
    public var peak: Double { rates.max() ?? 0 }
    /// The mean gap between two refreshes of a phone, in seconds.
    public var gap: Double { steady > 0 ? Double(phones) / steady : 0 }

    /// Phones that would come back together after a restart now: those that lose their connection, and those of the others
    /// that are due meanwhile.
    public var returning: Int {
        let due = rates.prefix(Self.downtime / Self.slotSeconds).reduce(0, +) * Double(Self.slotSeconds)
        let share = phones > 0 ? Double(max(0, phones - connected)) / Double(phones) : 0
        return min(phones, max(0, connected) + Int(max(0, min((due * share).rounded(), 1e12))))
    }

    /// REGISTER requests per second in the half minute after a restart: those who come back, and the ordinary ones.
    public var restartPeak: Double { load(of: returning, within: Double(Self.comeback)) }

    /// REGISTER requests per second when those who came back together come the next time.
    public func wavePeak(jitter: Int) -> Double {
        load(of: returning, within: Double(Self.comeback) + gap * Double(max(0, jitter)) / 100)
    }

    private func load(of count: Int, within seconds: Double) -> Double {
        let others = phones > 0 ? steady * Double(phones - count) / Double(phones) : 0
        return 2 * (Double(count) / max(1, seconds) + others)
    }
}
