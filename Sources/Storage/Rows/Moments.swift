internal import Timing

/// Turns monotonic instants into the file's wall times and back, by one reading of both clocks.
struct Moments {
    /// The reading.
    let reading: ClockReading

    /// The file's time of an instant.
    func wall(_ instant: Timestamp) -> Int64 { reading.wall(at: instant).nanoseconds }

    /// The instant of a time in the file.
    func instant(_ wall: Int64) -> Timestamp {
        reading.timestamp + (WallTime(nanoseconds: wall) - reading.wall)
    }

    /// The file's time now.
    var now: Int64 { reading.wall.nanoseconds }
}
