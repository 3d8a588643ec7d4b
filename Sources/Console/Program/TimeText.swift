public import Timing

/// Times and numbers as the screens write them; never by the locale.
public enum TimeText {
    /// What is left of a binding: `0:03`, `1:59`, then coarse so that quiet rows cost nothing: `12m`, `1h05`,
    /// `3d02`.
    public static func countdown(_ left: Interval) -> String {
        let seconds = max(0, left.secondsRoundedUp)
        return seconds <= 120 ? clock(seconds) : coarse(seconds)
    }

    /// How long something has been so: `<1m`, `5m`, `2h44`, `1d11`.
    public static func age(_ interval: Interval) -> String {
        let seconds = max(0, interval.seconds)
        return seconds < 60 ? "<1m" : coarse(seconds)
    }

    /// How long ago something was, to the second below two minutes: `now`, `4s`, `2m`.
    public static func ago(_ interval: Interval) -> String {
        let seconds = max(0, interval.seconds)
        if seconds == 0 { return "now" }
        return seconds < 120 ? "\(seconds)s" : coarse(seconds)
    }

    /// Whole seconds as a length: `48 s`, `1 m`, `10 m`, `1 h`, `1:30`.
    public static func length(_ seconds: Int) -> String {
        if seconds < 60 || seconds % 60 != 0 { return seconds < 120 ? "\(seconds) s" : clock(seconds) }
        return seconds % 3_600 == 0 ? "\(seconds / 3_600) h" : "\(seconds / 60) m"
    }

    /// From request in to reply out, or between two messages: `412 µs` as `0.41 ms`, `31.0 ms`, `2.1 s`.
    public static func delay(microseconds: Int) -> String {
        if microseconds < 10_000 { return "\(fixed(Double(microseconds) / 1_000, 2)) ms" }
        if microseconds < 1_000_000 { return "\(fixed(Double(microseconds) / 1_000, 1)) ms" }
        return "\(fixed(Double(microseconds) / 1_000_000, 1)) s"
    }

    /// A number with so many digits behind the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "-" }
        let scale = digits == 0 ? 1.0 : digits == 1 ? 10.0 : 100.0
        let scaled = Int((abs(value) * scale).rounded())
        let whole = scaled / Int(scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(whole) }
        let rest = String(scaled % Int(scale))
        return "\(sign)\(whole)." + String(repeating: "0", count: min(2, digits) - rest.utf8.count) + rest
    }

    /// Bytes, coarsely: `0 MB`, `12 MB`, `1.4 GB`.
    public static func size(_ bytes: Int) -> String {
        let megabytes = Double(max(0, bytes)) / 1_048_576
        return megabytes < 1_000 ? "\(fixed(megabytes, 0)) MB" : "\(fixed(megabytes / 1_024, 1)) GB"
    }

    /// A count with commas: `18,204`.
    public static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A count and its noun: `1 binding`, `3 bindings`.
    public static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
    }

    /// `41st`
    public static func ordinal(_ value: Int) -> String {
        let isTeen = (11...13).contains(value % 100)
        let ending =
            isTeen ? "th" : value % 10 == 1 ? "st" : value % 10 == 2 ? "nd" : value % 10 == 3 ? "rd" : "th"
        return count(value) + ending
    }

    private static func clock(_ seconds: Int) -> String { "\(seconds / 60):\(pad(seconds % 60))" }

    private static func coarse(_ seconds: Int) -> String {
        if seconds < 3_600 { return "\(seconds / 60)m" }
        if seconds < 86_400 { return "\(seconds / 3_600)h\(pad(seconds / 60 % 60))" }
        return "\(seconds / 86_400)d\(pad(seconds / 3_600 % 24))"
    }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}

/// Tells monotonic instants as the operator's time of day.
public struct LocalClock: Hashable, Sendable {
    /// The moment of drawing.
    public var now: ClockReading
    /// The operator's offset from UTC.
    public var utcOffset: Interval
    /// It stands still at a moment of the past, of which only the journal tells.
    var isPast = false

    /// Pairs the two.
    public init(now: ClockReading, utcOffset: Interval, isPast: Bool = false) {
        self.now = now
        self.utcOffset = utcOffset
        self.isPast = isPast
    }

    /// Time until an instant; negative when it has passed.
    func left(until instant: Timestamp) -> Interval { instant - now.timestamp }
    /// Time since an instant.
    func since(_ instant: Timestamp) -> Interval { now.timestamp - instant }

    /// `12:04:31`
    public func clock(_ instant: Timestamp) -> String { civil(now.wall(at: instant)).clock }
    /// `12:04:31.080`
    public func milliseconds(_ instant: Timestamp) -> String {
        civil(now.wall(at: instant)).clockMilliseconds
    }
    /// `12:04`
    func minute(_ instant: Timestamp) -> String { String(clock(instant).prefix(5)) }
    /// The wall time as it is now: `12:04`.
    var minuteNow: String { String(civil(now.wall).clock.prefix(5)) }
    /// `12:04:31`, with the date before it when that is another day.
    public func clock(_ wall: WallTime) -> String {
        let then = civil(wall)
        return then.date == civil(now.wall).date ? then.clock : "\(then.date) \(then.clock)"
    }

    private func civil(_ wall: WallTime) -> CivilTime { CivilTime(wall, utcOffset: utcOffset) }
}
