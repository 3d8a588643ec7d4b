import Glibc
public import Timing

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

    /// `12:04`, `2026-11-26 12:04:31`, `15m` for so long ago.
    public static func moment(_ text: String, option: String) throws(HostError) -> WallTime {
        let now = WallTime(secondsSince1970: time(nil))
        guard let moment = WallTime(written: text, now: now, utcOffset: LocalTime.utcOffset) else {
            throw .usage(
                "\(option) \(text): write a time such as 12:04, '2026-11-26 12:04:31' or 15m (so long ago)"
            )
        }
        return moment
    }
}
