internal import CSocket
public import Timing

/// The host's clocks: the one place besides Host where time is asked for.
public enum SystemClock {
    /// Both clocks now; about 50 ns, so loops read it once per batch.
    public static func read() -> ClockReading {
        var monotonic: Int64 = 0
        var realtime: Int64 = 0
        csocket_read_clocks(&monotonic, &realtime)
        return ClockReading(
            timestamp: Timestamp(nanoseconds: monotonic),
            wall: WallTime(nanoseconds: realtime),
        )
    }
}
