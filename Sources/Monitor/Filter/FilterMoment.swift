public import Timing

/// The clock by which a filter understands moments: what a time of day means depends on when and where it is asked.
public struct FilterClock: Hashable, Sendable {
    /// Both clocks at the same moment.
    public var reading: ClockReading
    /// The operator's offset from UTC.
    public var utcOffset: Interval

    /// A clock.
    public init(_ reading: ClockReading, utcOffset: Interval) {
        self.reading = reading
        self.utcOffset = utcOffset
    }

    /// The moment of the monotonic clock at which the wall clock shows a time; saturates.
    func timestamp(of wall: WallTime) -> Timestamp { reading.timestamp + (wall - reading.wall) }

    /// Seconds of local time since 1970.
    fileprivate func localSeconds(at now: Timestamp) -> Int64 {
        reading.wall(at: now).secondsSince1970 + Int64(utcOffset.seconds)
    }

    /// The moment at which local time is so many seconds after 1970.
    fileprivate func timestamp(ofLocal seconds: Int64) -> Timestamp {
        timestamp(of: WallTime(secondsSince1970: Int(seconds) - utcOffset.seconds))
    }
}

/// A moment as a filter names it: `14:03`, `14:03:20`, `today`, `2026-11-25`, `2026-11-25T14:03`, `-10m`.
enum FilterMoment: Hashable, Sendable, BitwiseCopyable {
    /// This time of day, the last that has come; both in seconds. It stands for all of its minute, or second.
    case timeOfDay(Int64, length: Int64)
    /// Seconds of local time since 1970.
    case date(Int64, length: Int64)
    /// So many seconds ago.
    case ago(Int64)

    /// The forms, for error messages.
    static let forms = "14:03, 14:03:20, 2026-11-25, 2026-11-25T14:03, today or -10m"

    /// Where it begins and ends at a moment, and when it begins to mean another one (nil: never, or all the time).
    func bounds(at now: Timestamp, _ clock: FilterClock) -> (
        start: Timestamp, end: Timestamp, until: Timestamp?
    ) {
        switch self {
        case .timeOfDay(let second, let length):
            let local = clock.localSeconds(at: now)
            let day = local - Self.remainder(local, 86_400)
            let start = day + second > local ? day + second - 86_400 : day + second
            return (
                clock.timestamp(ofLocal: start), clock.timestamp(ofLocal: start + length),
                clock.timestamp(ofLocal: start + 86_400)
            )
        case .date(let second, let length):
            return (clock.timestamp(ofLocal: second), clock.timestamp(ofLocal: second + length), nil)
        case .ago(let seconds):
            let start = now - .seconds(Int(clamping: seconds))
            return (start, start + .seconds(1), nil)
        }
    }

    private static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }
}

extension FilterMoment {
    /// Reads one; nil if the text is none.
    ///
    /// - Parameter takesLengths: `10m` means `-10m`.
    init?(_ text: [UInt8], takesLengths: Bool) {
        if text.elementsEqual("today".utf8) {
            self = .timeOfDay(0, length: 86_400)
            return
        }
        let hasUnit = text.last.map { $0.lowered &- 0x61 < 26 } ?? false
        if text.first == 0x2d || takesLengths && hasUnit {
            guard let seconds = try? WrittenDuration.seconds(text) else { return nil }
            self = .ago(abs(seconds))
            return
        }
        let parts = text.split(maxSplits: 1) { $0 == 0x20 || $0 == 0x54 || $0 == 0x74 }
        guard let head = parts.first else { return nil }
        if parts.count == 1, let (second, length) = Self.timeOfDay(head) {
            self = .timeOfDay(second, length: length)
            return
        }
        guard let day = Self.date(head) else { return nil }
        guard parts.count == 2 else {
            self = .date(day, length: 86_400)
            return
        }
        guard let (second, length) = Self.timeOfDay(parts[1]) else { return nil }
        self = .date(day + second, length: length)
    }

    /// `14:03` or `14:03:20`.
    private static func timeOfDay(_ text: ArraySlice<UInt8>) -> (second: Int64, length: Int64)? {
        let parts = text.split(separator: 0x3a, omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], 1...2), hour < 24,
            let minute = number(parts[1], 2...2), minute < 60
        else { return nil }
        guard parts.count == 3 else { return (hour * 3_600 + minute * 60, 60) }
        guard let second = number(parts[2], 2...2), second < 60 else { return nil }
        return (hour * 3_600 + minute * 60 + second, 1)
    }

    /// `2026-11-25`, in seconds since 1970.
    private static func date(_ text: ArraySlice<UInt8>) -> Int64? {
        let parts = text.split(separator: 0x2d, omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4...4), let month = number(parts[1], 2...2),
            let day = number(parts[2], 2...2),
            let wall = WallTime(
                year: Int(year),
                month: Int(month),
                day: Int(day),
                hour: 0,
                minute: 0,
                second: 0,
                utcOffset: .zero
            )
        else { return nil }
        return wall.secondsSince1970
    }

    private static func number(_ text: ArraySlice<UInt8>, _ digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.count), text.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
