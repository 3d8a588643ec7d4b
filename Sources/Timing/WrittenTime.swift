extension CivilTime {
    /// `2026-11-26T02:16:40.123Z` (RFC 3339 §5.6), for a time in UTC.
    public var rfc3339: String { "\(date)T\(clockMilliseconds)Z" }
}

extension WallTime {
    /// `2026-11-26T02:16:40.123Z`.
    public var rfc3339: String { CivilTime(self).rfc3339 }

    /// The moment that a text names, by the clock on the wall where it was written:
    /// `12:04`, `12:04:31` (the last such moment that has passed), `2026-11-26`, `2026-11-26 12:04`,
    /// `2026-11-26T12:04:31Z`, `…+01:00`, `15m` and `-15m` (so long ago). nil for anything else.
    public init?(written text: String, now: WallTime, utcOffset: Interval) {
        let bytes = Array(text.utf8)
        if let seconds = try? WrittenDuration.seconds(bytes) {
            // A bare number would be a year to some and seconds to others.
            guard bytes.contains(where: { $0 &- 0x30 >= 10 }), seconds != 0 else { return nil }
            self = WallTime(nanoseconds: now.nanoseconds) + .seconds(Int(clamping: -abs(seconds)))
            return
        }
        var reader = TimeReader(bytes: bytes)
        if let (seconds, offset) = reader.dateAndTime() {
            let east = offset.map { Interval.seconds($0) } ?? utcOffset
            self = WallTime(secondsSince1970: seconds) + .seconds(-east.seconds)
            return
        }
        reader = TimeReader(bytes: bytes)
        guard let clock = reader.time(), reader.isAtEnd else { return nil }
        let local = now + utcOffset
        let day = local.secondsSince1970 - (local.secondsSince1970 % 86_400 + 86_400) % 86_400
        let today = WallTime(secondsSince1970: Int(clamping: day) + clock) + .seconds(-utcOffset.seconds)
        self = today <= now ? today : today + .seconds(-86_400)
    }
}

/// Reads dates and times of fixed width out of bytes.
private struct TimeReader {
    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    private mutating func digits(_ count: Int) -> Int? {
        guard bytes.count - at >= count else { return nil }
        var value = 0
        for byte in bytes[at..<at + count] {
            guard byte &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        at += count
        return value
    }

    private mutating func take(_ allowed: String) -> Bool {
        guard at < bytes.count, allowed.utf8.contains(bytes[at]) else { return false }
        at += 1
        return true
    }

    /// Seconds since midnight of `12:04`, `12:04:31` or `12:04:31.5`.
    mutating func time() -> Int? {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
        guard take(":") else { return hour * 3_600 + minute * 60 }
        guard let second = digits(2), second < 60 else { return nil }
        if take(".") { while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 } }
        return hour * 3_600 + minute * 60 + second
    }

    /// Seconds since 1970 as if it were UTC, and the offset that it names.
    mutating func dateAndTime() -> (seconds: Int, offset: Int?)? {
        guard let year = digits(4), year >= 1_970, take("-"), let month = digits(2), (1...12).contains(month),
            take("-"), let day = digits(2), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = Self.days(since1970: year, month, day) * 86_400
        if isAtEnd { return (midnight, nil) }
        guard take("T t"), let time = time() else { return nil }
        if isAtEnd { return (midnight + time, nil) }
        if take("Zz") { return isAtEnd ? (midnight + time, 0) : nil }
        let isWest = at < bytes.count && bytes[at] == 0x2d
        guard take("+-"), let hours = digits(2), hours < 24 else { return nil }
        _ = take(":")
        guard let minutes = digits(2), minutes < 60, isAtEnd else { return nil }
        let offset = hours * 3_600 + minutes * 60
        return (midnight + time, isWest ? -offset : offset)
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970 to a day of the Gregorian calendar.
    private static func days(since1970 year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400 - (1_969 / 4 - 1_969 / 100 + 1_969 / 400)
        var days = (year - 1_970) * 365 + leaps + day - 1
        for earlier in 1..<month { days += Self.days(in: earlier, of: year) }
        return days
    }
}
