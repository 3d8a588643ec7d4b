/// Notices that somebody has set the wall clock: it moves otherwise than the monotonic one, by which bindings live.
public struct ClockWatch: Sendable {
    /// A clock that is being slewed or read late moves less than this between two looks.
    public static let tolerance = Interval.seconds(1)

    private var last: ClockReading

    /// A watch that begins with a reading.
    public init(_ reading: ClockReading) { last = reading }

    /// By how much the wall clock was set since the last look, positive if forward; nil if it was not.
    public mutating func jump(at reading: ClockReading) -> Interval? {
        let expected = last.wall(at: reading.timestamp)
        last = reading
        let jump = reading.wall - expected
        return jump <= .zero - Self.tolerance || jump >= Self.tolerance ? jump : nil
    }
}
