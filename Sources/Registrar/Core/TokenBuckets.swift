public import SIPMessage
import Synchronization
public import Timing

/// Who asks how fast: a token bucket for each source or address of record, in bounded memory.
///
/// A bucket is one instant: that at which it would be full again (the generic cell rate algorithm). One that is
/// full says nothing, so whatever has been quiet for two seconds needs no place. There is room for 65,536
/// at a time, eight to a set; where a set is full, the bucket that will be full first gives way: its owner
/// gains at most two seconds' worth. Nothing is allocated before the first question, and nothing asks
/// while there is no rate.
public final class TokenBuckets: Sendable {
    /// Whose bucket.
    public struct Key: Hashable, Sendable, BitwiseCopyable {
        private var high: UInt64
        private var low: UInt64

        /// A source: an IPv4 address, or the /64 of an IPv6 one, which is what one customer has.
        public init(source address: IPAddress) {
            high = address.high
            low = address.isIPv4 ? address.low | 1 << 63 : 0
        }

        /// Anything that has a keyed hash, which a stranger cannot aim.
        public init(hash: UInt64) {
            high = hash
            low = 0
        }

        fileprivate var hash: UInt64 { spread(high ^ spread(low)) }
    }

    /// How far ahead of its rate somebody may be.
    public static let ahead = Interval.seconds(2)

    private static let ways = 8
    private let shards: InlineArray<32, Mutex<Shard>>

    /// Nobody has asked yet.
    public init() {
        shards = InlineArray { _ in Mutex(Shard()) }
    }

    /// Counts a request and says whether it is within the rate; one that is not costs nothing of the bucket.
    ///
    /// - Parameter rate: so many a second; 0 admits everything.
    public func admits(_ key: Key, rate: UInt32, at now: Timestamp) -> Bool {
        guard rate > 0 else { return true }
        let hash = key.hash
        let cost = max(1, 1_000_000_000 / Int64(rate))
        return shards[Int(truncatingIfNeeded: hash & 31)].withLock {
            $0.take(key, set: Int(truncatingIfNeeded: hash >> 5), cost: cost, at: now.nanoseconds)
        }
    }

    private struct Bucket: BitwiseCopyable {
        var key: Key?
        /// When it is full again; before that: always.
        var fullAt = Int64.min
    }

    private struct Shard: Sendable {
        private static let sets = 256
        private var buckets: [Bucket] = []

        mutating func take(_ key: Key, set: Int, cost: Int64, at now: Int64) -> Bool {
            if buckets.isEmpty {
                buckets = Array(repeating: Bucket(), count: Self.sets * TokenBuckets.ways)
            }
            let first = (set & (Self.sets - 1)) * TokenBuckets.ways
            var place = first
            for index in first..<first + TokenBuckets.ways {
                if buckets[index].key == key {
                    place = index
                    break
                }
                if buckets[index].fullAt < buckets[place].fullAt { place = index }
            }
            let isKnown = buckets[place].key == key
            let fullAt = (isKnown ? max(buckets[place].fullAt, now) : now) + cost
            guard fullAt - now <= TokenBuckets.ahead.nanoseconds else { return false }
            buckets[place] = Bucket(key: key, fullAt: fullAt)
            return true
        }
    }
}
