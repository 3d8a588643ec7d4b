internal import BindingTable
internal import Timing

/// The moment of the past that is shown in place of the present.
struct ReplayState: Sendable {
    /// Both clocks at that moment, which stand still; the monotonic one is that of the windows.
    var clock: ClockReading
    /// How far back the journal goes.
    var oldest: WallTime?

    /// Which moment that is.
    var at: WallTime { clock.wall }

    /// `14:03`, with seconds or the date where they say something.
    static func text(_ moment: WallTime, _ present: LocalClock) -> String {
        let text = present.clock(moment)
        return text.hasSuffix(":00") ? String(text.dropLast(3)) : text
    }
}

extension BindingFacts {
    /// Its end is not known: it was rebuilt from the journal, which does not list refreshes.
    var isEndUnknown: Bool { expiresAt == .distantFuture }
}
