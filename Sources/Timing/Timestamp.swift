/// A length of time in whole nanoseconds; may be negative.
///
/// The standard `Duration` is 128 bits wide; records of the binding table and every event carry
/// these, so they are 64 (292 years are enough).
public struct Interval: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// The length in nanoseconds.
    public var nanoseconds: Int64

    /// An interval of the given nanoseconds.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// No time at all.
    public static let zero = Interval(nanoseconds: 0)

    /// Whole seconds; saturates instead of overflowing.
    @inlinable
    public static func seconds(_ count: Int) -> Interval {
        let (value, overflow) = Int64(count).multipliedReportingOverflow(by: 1_000_000_000)
        return Interval(nanoseconds: overflow ? (count < 0 ? .min : .max) : value)
    }

    /// Whole milliseconds; saturates instead of overflowing.
    @inlinable
    public static func milliseconds(_ count: Int) -> Interval {
        let (value, overflow) = Int64(count).multipliedReportingOverflow(by: 1_000_000)
        return Interval(nanoseconds: overflow ? (count < 0 ? .min : .max) : value)
    }

    /// Whole microseconds; saturates instead of overflowing.
    @inlinable
    public static func microseconds(_ count: Int) -> Interval {
        let (value, overflow) = Int64(count).multipliedReportingOverflow(by: 1_000)
        return Interval(nanoseconds: overflow ? (count < 0 ? .min : .max) : value)
    }

    /// Whole seconds, rounded towards zero.
    @inlinable
    public var seconds: Int { Int(nanoseconds / 1_000_000_000) }

    /// Whole seconds, rounded up: what is left of a binding is told so that a fresh one equals its
    /// grant (RFC 3261 §10.3 step 8).
    @inlinable
    public var secondsRoundedUp: Int {
        let whole = nanoseconds / 1_000_000_000
        return Int(nanoseconds % 1_000_000_000 > 0 ? whole + 1 : whole)
    }

    /// Whole milliseconds, rounded towards zero.
    @inlinable
    public var milliseconds: Int { Int(nanoseconds / 1_000_000) }

    /// Order by length.
    @inlinable
    public static func < (a: Interval, b: Interval) -> Bool { a.nanoseconds < b.nanoseconds }
    /// The sum; saturates instead of overflowing.
    @inlinable
    public static func + (a: Interval, b: Interval) -> Interval {
        Interval(nanoseconds: saturatingSum(a.nanoseconds, b.nanoseconds))
    }
    /// The difference; saturates instead of overflowing.
    @inlinable
    public static func - (a: Interval, b: Interval) -> Interval {
        Interval(nanoseconds: saturatingDifference(a.nanoseconds, b.nanoseconds))
    }
}

/// An instant on the monotonic clock, in nanoseconds since an arbitrary start.
///
/// Deadlines and order come from these only; a change of the wall clock can't move them.
public struct Timestamp: Comparable, Hashable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the clock's start.
    public var nanoseconds: Int64

    /// The instant so many nanoseconds after the clock's start.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The clock's start.
    public static let zero = Timestamp(nanoseconds: 0)
    /// Later than every other instant.
    public static let distantFuture = Timestamp(nanoseconds: .max)

    /// The whole second that the instant lies in.
    @inlinable
    public var second: Int64 { nanoseconds / 1_000_000_000 }

    /// Earlier comes first.
    @inlinable
    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }
    /// So much later; saturates instead of overflowing.
    @inlinable
    public static func + (a: Timestamp, b: Interval) -> Timestamp {
        Timestamp(nanoseconds: saturatingSum(a.nanoseconds, b.nanoseconds))
    }
    /// So much earlier; saturates instead of overflowing.
    @inlinable
    public static func - (a: Timestamp, b: Interval) -> Timestamp {
        Timestamp(nanoseconds: saturatingDifference(a.nanoseconds, b.nanoseconds))
    }
    /// How much later the first is than the second; saturates.
    @inlinable
    public static func - (a: Timestamp, b: Timestamp) -> Interval {
        Interval(nanoseconds: saturatingDifference(a.nanoseconds, b.nanoseconds))
    }
}

@usableFromInline
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
    let (value, overflow) = a.addingReportingOverflow(b)
    return overflow ? (b < 0 ? .min : .max) : value
}

@usableFromInline
func saturatingDifference(_ a: Int64, _ b: Int64) -> Int64 {
    let (value, overflow) = a.subtractingReportingOverflow(b)
    return overflow ? (b < 0 ? .max : .min) : value
}
