public import Timing

/// A moment of the past as an operator writes it: for `:at` and `--at` alike.
///
/// `14:03`, `14:03:20` (a time of day that is still to come means yesterday's), `2026-11-25 14:03` (a `T` in
/// place of the blank will do), `-10m`, `-2h` (also `s` and `d`). All in the operator's zone.
public enum Moment {
    /// The forms, for help and error messages.
    public static let forms = "14:03, 14:03:20, 2026-11-25 14:03, -10m, -2h"

    /// Why a text is no moment of the past.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// It has none of the forms.
        case unknown(String)
        /// It has not come yet.
        case future(String)

        /// One sentence.
        public var description: String {
            switch self {
            case .unknown(let text): "\"\(text)\" is no time: write \(Moment.forms)"
            case .future(let text): "\"\(text)\" has not come yet"
            }
        }
    }

    /// The moment that a text means.
    public static func wall(
        _ text: String,
        now: WallTime,
        utcOffset: Interval
    ) throws(Failure) -> WallTime {
        let text = text.trimmed
        if text.hasPrefix("-") {
            guard let length = length(text.dropFirst()) else { throw .unknown(text) }
            return now - length
        }
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
            .flatMap { $0.split(separator: "T", omittingEmptySubsequences: false) }
        guard let last = parts.last, let time = clock(last), parts.count <= 2 else { throw .unknown(text) }
        let today = CivilTime(now, utcOffset: utcOffset)
        func moment(_ year: Int, _ month: Int, _ day: Int) -> WallTime? {
            WallTime(
                year: year,
                month: month,
                day: day,
                hour: time.hour,
                minute: time.minute,
                second: time.second,
                utcOffset: utcOffset
            )
        }
        if parts.count == 2 {
            guard let date = date(parts[0]), let moment = moment(date.year, date.month, date.day) else {
                throw .unknown(text)
            }
            guard moment <= now else { throw .future(text) }
            return moment
        }
        guard let moment = moment(today.year, today.month, today.day) else { throw .unknown(text) }
        return moment <= now ? moment : moment - .seconds(86_400)
    }

    /// A text has one of the forms: for what is checked before there is a clock to go by.
    public static func isMoment(_ text: String) -> Bool {
        // In 2199: later than all that is written.
        (try? wall(text, now: WallTime(secondsSince1970: 7_226_600_000), utcOffset: .zero)) != nil
    }

    /// `10m`, `2h`, `90s`, `1d`.
    private static func length(_ text: Substring) -> Interval? {
        guard let unit = text.last, let count = number(text.dropLast(), digits: 1...6) else { return nil }
        let seconds: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        return seconds[unit].map { .seconds(count * $0) }
    }

    private static func clock(_ text: Substring) -> (hour: Int, minute: Int, second: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], digits: 1...2),
            let minute = number(parts[1], digits: 2...2)
        else { return nil }
        let second = parts.count == 3 ? number(parts[2], digits: 2...2) : 0
        guard let second, hour < 24, minute < 60, second < 60 else { return nil }
        return (hour, minute, second)
    }

    private static func date(_ text: Substring) -> (year: Int, month: Int, day: Int)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4...4),
            let month = number(parts[1], digits: 1...2), let day = number(parts[2], digits: 1...2)
        else { return nil }
        return (year, month, day)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

extension WallTime {
    /// So much earlier; saturates.
    fileprivate static func - (a: WallTime, b: Interval) -> WallTime { a + (Interval.zero - b) }
}
