extension CivilTime {
    /// `2026-11-26T02:16:40.123Z` (RFC 3339 §5.6), for a time in UTC.
    public var rfc3339: String { "\(date)T\(clockMilliseconds)Z" }
}

extension WallTime {
    /// `2026-11-26T02:16:40.123Z`, as programs write and read it.
    public var rfc3339: String { CivilTime(self).rfc3339 }

    /// The instant of `2026-11-26T02:16:40Z`, with or without a fraction, or with an offset such as `+01:00` in
    /// place of the `Z`; nil for any other text.
    public init?(rfc3339 text: String) {
        var reader = FixedDigits(Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T"), let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"), let second = reader.number(2),
            let nanoseconds = reader.fraction(), let east = reader.offset(), reader.isAtEnd,
            let whole = WallTime(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second,
                utcOffset: .seconds(east)
            )
        else { return nil }
        self = whole + Interval(nanoseconds: nanoseconds)
    }
}

/// Reads numbers of so many digits, and what stands between them.
private struct FixedDigits {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func number(_ digits: Int) -> Int? {
        guard bytes.count - at >= digits else { return nil }
        var value = 0
        for byte in bytes[at..<at + digits] {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        at += digits
        return value
    }

    mutating func take(_ allowed: String) -> Bool {
        guard at < bytes.count, allowed.utf8.contains(bytes[at]) else { return false }
        at += 1
        return true
    }

    /// Nanoseconds of `.123`; 0 without one, nil for a point with nothing behind it.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var (value, unit): (Int64, Int64) = (0, 100_000_000)
        let start = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 {
            value += Int64(bytes[at] - 0x30) * unit
            unit /= 10
            at += 1
        }
        return at == start ? nil : value
    }

    /// Seconds east of `Z` or `+01:00`.
    mutating func offset() -> Int? {
        if take("Z") { return 0 }
        let isWest = at < bytes.count && bytes[at] == 0x2d
        guard take("+-"), let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return isWest ? -seconds : seconds
    }
}
