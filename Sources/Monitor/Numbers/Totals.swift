public import Timing

/// What a monitor has counted since its start, and how things are now: for programs that read numbers again and
/// again. Nothing in it is looked up by walking the table.
public struct Totals: Sendable {
    /// Ended attempts since the start, by verdict. Failures are all counted; successes that were sampled count for as
    /// many as they stand for.
    public var verdicts: [(verdict: AttemptVerdict, count: UInt64)] = []
    /// Exchanges that the monitor never saw because a ring was full; one of how many successes is kept now.
    public var exchangesLost: UInt64 = 0, sampling = 1
    /// From request in to reply out over the last minute, in microseconds.
    public var delayP50 = 0, delayP99 = 0, delayMaximum = 0
    /// The most bindings so far; those over IPv6, behind NAT, and with less than a minute left.
    public var peak = 0, ipv6 = 0, natted = 0, dyingSoon = 0
    /// Bindings that have missed their beat, and outages that are on.
    public var missedBeats = 0, outages = 0
    /// How many of them can be reached.
    public var liveness = Liveness()
    /// Attempts that are kept for the attempts view.
    public var attemptsKept = 0
    /// Bytes that the monitor's picture takes.
    public var monitorBytes = 0

    /// All zero.
    public init() {}
}

extension Monitor {
    /// The numbers as they are kept.
    public func totals(at now: Timestamp) -> Totals {
        var totals = Totals()
        totals.verdicts = zip(AttemptVerdict.allCases, meters.verdictTotals).map { ($0, $1) }
        totals.exchangesLost = UInt64(clamping: meters.ringLosses)
        totals.sampling = sampler.oneIn
        let delay = meters.delay
        totals.delayP50 = delay.p50
        totals.delayP99 = delay.p99
        totals.delayMaximum = delay.maximum
        totals.peak = rows.population.peak
        totals.ipv6 = rows.population.ipv6
        totals.natted = rows.population.natted
        totals.dyingSoon = rows.horizon.count(from: now, seconds: 0..<60)
        totals.missedBeats = rows.beats.missed
        totals.outages = rows.beats.outages.count
        totals.liveness = rows.liveness.numbers
        totals.attemptsKept = flows.store.count
        totals.monitorBytes = memory.bytes
        return totals
    }
}
