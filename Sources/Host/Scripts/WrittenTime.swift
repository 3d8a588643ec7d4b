import Console
public import Timing
import Transport

/// Lengths of time and moments, as people write them in options.
public enum WrittenTime {
    /// The longest length that means one: ten years.
    private static let longest = Interval.seconds(315_360_000)

    /// `90`, `90s`, `15m`, `2h`, `1d`.
    public static func length(_ text: String, option: String) throws(HostError) -> Interval {
        guard let length = Interval(written: text), length <= longest else {
            throw .usage("\(option) \(text): write a length such as 90s, 15m, 2h or 1d")
        }
        return length
    }

    /// As `:at` of the console takes it (`Moment`), as JSON has it (`2026-11-26T12:04:31Z`), or a length for so
    /// long ago (`15m`).
    public static func moment(_ text: String, option: String) throws(HostError) -> WallTime {
        if let exact = WallTime(rfc3339: text) { return exact }
        let now = SystemClock.read().wall
        let isLength = text.utf8.last.map { $0 &- 0x30 >= 10 } ?? false
        if isLength, let ago = Interval(written: text) { return now + (Interval.zero - ago) }
        do throws(Moment.Failure) {
            return try Moment.wall(text, now: now, utcOffset: LocalTime.utcOffset)
        } catch {
            throw .usage("\(option): \(error)")
        }
    }
}
