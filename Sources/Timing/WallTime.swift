/// An instant on the wall clock: nanoseconds since 1970-01-01T00:00:00Z. For people and for messages,
/// never for deadlines.
public struct WallTime: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64

    /// The instant so many nanoseconds after the epoch.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The instant so many seconds after the epoch.
    public init(secondsSince1970 seconds: Int) { nanoseconds = Interval.seconds(seconds).nanoseconds }

    /// Whole seconds since the epoch, rounded down.
    public var secondsSince1970: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Earlier comes first.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }
    /// So much later; saturates instead of overflowing.
    public static func + (a: WallTime, b: Interval) -> WallTime {
        WallTime(nanoseconds: saturatingSum(a.nanoseconds, b.nanoseconds))
    }
    /// How much later the first is than the second; saturates.
    public static func - (a: WallTime, b: WallTime) -> Interval {
        Interval(nanoseconds: saturatingDifference(a.nanoseconds, b.nanoseconds))
    }
}

/// One reading of both clocks, so that monotonic instants can be told as wall time.
public struct ClockReading: Codable, Hashable, Sendable, BitwiseCopyable {
    /// The monotonic clock.
    public var timestamp: Timestamp
    /// The wall clock at the same moment.
    public var wall: WallTime

    /// Pairs the two readings.
    public init(timestamp: Timestamp, wall: WallTime) {
        self.timestamp = timestamp
        self.wall = wall
    }

    /// The wall time of a monotonic instant, as seen from this reading.
    public func wall(at instant: Timestamp) -> WallTime { wall + (instant - timestamp) }
}

/// A wall time taken apart in the proleptic Gregorian calendar.
public struct CivilTime: Hashable, Sendable {
    /// Calendar year, month 1…12, day 1…31.
    public let year: Int, month: Int, day: Int
    /// Time of day, and the fraction of the second in nanoseconds.
    public let hour: Int, minute: Int, second: Int, nanosecond: Int
    /// Days since Sunday, 0…6.
    public let weekday: Int

    /// Takes a wall time apart, shifted by an offset from UTC.
    public init(_ wall: WallTime, utcOffset: Interval = .zero) {
        let shifted = wall + utcOffset
        let seconds = shifted.secondsSince1970
        let fraction = Int(shifted.nanoseconds % 1_000_000_000)
        nanosecond = fraction < 0 ? fraction + 1_000_000_000 : fraction
        let days = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
        let rest = Int(seconds) - days * 86_400
        hour = rest / 3_600
        minute = rest / 60 % 60
        second = rest % 60
        weekday = ((days + 4) % 7 + 7) % 7
        // Days to civil date over eras of 400 years beginning on 1 March.
        let shiftedDays = days + 719_468
        let era = (shiftedDays >= 0 ? shiftedDays : shiftedDays - 146_096) / 146_097
        let dayOfEra = shiftedDays - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `12:04:31`
    public var clock: String { "\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))" }
    /// `12:04:31.080`
    public var clockMilliseconds: String { "\(clock).\(pad(nanosecond / 1_000_000, 3))" }
    /// `2026-11-25`
    public var date: String { "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))" }

    /// The `Date` header's form, RFC 3261 §20.17: `Wed, 25 Nov 2026 12:04:31 GMT`. Only right for UTC.
    public var sipDate: String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(days[weekday]), \(pad(day, 2)) \(months[month - 1]) \(pad(year, 4)) \(clock) GMT"
    }
}

private func pad(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
