import BindingTable
import SIPMessage
import Timing

/// Decides which exchanges the monitor gets when there are more than anybody can look at.
///
/// Failures are always kept. Of ordinary exchanges all are kept up to `fullRate` a second; beyond, one
/// in so many, chosen by Call-ID so that a challenge and its answer are kept or left out together; each
/// kept one then stands for that many.
struct Sampler {
    /// Ordinary exchanges a second of which all are kept.
    static let fullRate = 1_000
    /// One in at most so many.
    static let coarsest: UInt32 = 256

    private var second = Int64.min
    private var seen = 0
    private(set) var oneIn: UInt32 = 1

    /// What a kept exchange stands for; nil: leave it out.
    mutating func weight(of exchange: Exchange, callIDHash: UInt64, ringFill: Int) -> UInt32? {
        turn(to: exchange.path.at.second)
        seen += 1
        if let refusal = exchange.refusal, !refusal.isOrdinary { return 1 }
        let rate = ringFill > 50 ? max(oneIn, 16) : oneIn
        guard rate > 1 else { return 1 }
        return callIDHash % UInt64(rate) == 0 ? rate : nil
    }

    /// At the turn of a second the rate follows what the last one brought.
    private mutating func turn(to now: Int64) {
        guard now != second else { return }
        let wanted = UInt32(clamping: seen / Self.fullRate)
        oneIn = seen <= Self.fullRate ? 1 : min(Self.coarsest, max(1, wanted))
        second = now
        seen = 0
    }
}
