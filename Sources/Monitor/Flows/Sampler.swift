internal import BindingTable
internal import Timing

/// Decides under load which flows are kept: all failures, and of the rest one in so many that about `limit`
/// exchanges a second are left. A flow is kept or not by its hash, so that a challenge and its answer share
/// their fate. Counters don't sample.
struct Sampler {
    private let limit: Int
    private var second: Int64
    private var count = 0
    /// One in so many is kept; a power of two.
    private(set) var ratio: UInt64 = 1
    /// What the loops sampled before, as the weight of what came.
    private var weight: UInt32 = 1, weightAt: Int64 = 0

    init(limit: Int, at now: Timestamp) {
        self.limit = max(1, limit)
        second = now.second
    }

    mutating func advance(to now: Timestamp) {
        guard now.second > second else { return }
        // What came in the second that has ended, spread over the time since.
        let rate = count / Int(min(now.second - second, 1_000_000))
        var wanted: UInt64 = 1
        while rate / Int(wanted) > limit, wanted < 1 << 16 { wanted <<= 1 }
        ratio = wanted
        second = now.second
        count = 0
    }

    mutating func note(_ exchange: Exchange, at now: Timestamp) {
        advance(to: now)
        count += 1
        // Within the first second of a flood nothing is known yet: the count itself says it.
        if count > limit * Int(ratio) * 2, ratio < 1 << 16 { ratio <<= 1 }
        if exchange.weight >= weight || weightAt + 10 < now.second {
            weight = max(1, exchange.weight)
            weightAt = now.second
        }
    }

    /// Counts a request that is on its way to somebody.
    mutating func noteCall(at now: Timestamp) {
        advance(to: now)
        count += 1
        if count > limit * Int(ratio) * 2, ratio < 1 << 16 { ratio <<= 1 }
    }

    /// A call is to be kept, however it will end.
    func keepsCall(_ number: UInt64) -> Bool { ratio == 1 || mix(number, 0) & (ratio - 1) == 0 }

    /// The exchange is to be kept.
    func keeps(_ exchange: Exchange, flow: UInt64) -> Bool {
        if ratio == 1 { return true }
        if let refusal = exchange.refusal, !refusal.isOrdinary { return true }
        return flow & (ratio - 1) == 0
    }

    /// One of how many successes is kept now.
    var oneIn: Int { Int(ratio) * Int(weight) }
}
