public import Timing

/// How much the monitor keeps and does at once. All memory that strangers can fill is bounded by these.
public struct MonitorLimits: Hashable, Sendable {
    /// Attempts that are kept, and the bytes that they may hold together.
    public var attempts = 4_096, attemptBytes = 16 << 20
    /// Lines of the log and of the audit trail that are kept in memory.
    public var logLines = 2_000, auditLines = 2_000
    /// Source addresses and failing users that are told apart.
    public var sources = 1_024, users = 1_024
    /// When sources are blocked automatically.
    public var abuse = AbusePolicy()
    /// Different User-Agents that are counted.
    public var agents = 1_024
    /// Networks of phones that are told apart when they fall silent, at most 65,535.
    public var sites = 16_384
    /// Orders that are kept at the same time, filtered ones included.
    public var orders = 4
    /// An order that nobody has asked for so long is dropped.
    public var orderIdle = Interval.seconds(60)
    /// Rows' worth of sorting and filtering that one call of `advance`, or one answer, does.
    public var slice = 4_096
    /// Exchanges a second up to which all are kept; beyond, successes are sampled.
    public var exchangesPerSecond = 5_000

    /// The standard limits.
    public init() {}
}
