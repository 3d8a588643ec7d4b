internal import Synchronization

/// What the replay window says to a nonce count.
public enum NonceAdmission: Sendable, BitwiseCopyable {
    /// Not seen before; it is now.
    case fresh
    /// Seen before, or too far behind the highest to know.
    case replayed
    /// The memory of this nonce's counts was given away, so nobody can tell.
    case forgotten
}

/// The counts that each nonce was used with: one for all loops, since a replay may meet another loop.
///
/// A nonce takes a place only when a response with it was right, so a flood of challenges or guesses
/// displaces nothing. Places are fixed: 8 in a set, the set chosen by the nonce's own proof bits. Where a
/// place is needed, the nonce that was issued first gives way, and the set remembers its time of issue as
/// its horizon: a nonce from before the horizon without a place may have been used, and is `forgotten`
/// (the phone gets `stale` and tries again) instead of being taken for new. So memory is bounded and a
/// replay is never accepted.
///
/// Within a nonce, counts may come in any order up to 64 behind the highest, since UDP reorders.
public final class NonceCountWindow: Sendable {
    /// Nonces remembered unless set otherwise.
    public static let defaultCapacity = 1 << 17

    private static let shardCount = 64
    private let shards: InlineArray<64, Mutex<Shard>>
    private let setMask: Int

    /// Room for `capacity` nonces, rounded up to 512 times a power of two. 24 bytes each.
    public init(capacity: Int = NonceCountWindow.defaultCapacity) {
        let wanted = max(1, (min(capacity, 1 << 28) + 511) / 512)
        let sets = wanted == 1 ? 1 : 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
        setMask = sets - 1
        shards = InlineArray { _ in Mutex(Shard(sets: Array(repeating: PlaceSet(), count: sets))) }
    }

    /// Nonces that have room.
    public var capacity: Int { (setMask + 1) * PlaceSet.places * Self.shardCount }

    /// Takes note that a right response used this count. Only to be called when the response was right:
    /// otherwise a sniffed nonce could be spoiled for its owner.
    public func admit(_ nonce: Nonce, count: UInt32) -> NonceAdmission {
        let shard = Int(nonce.key >> 58)
        let set = Int(truncatingIfNeeded: nonce.key) & setMask
        return shards[shard].withLock { $0.sets[set].admit(nonce, count: count) }
    }

    /// Lets go of nothing but says how many nonces have a place, for gauges.
    public var population: Int {
        var total = 0
        for shard in 0..<Self.shardCount {
            total += shards[shard].withLock { shard in shard.sets.reduce(0) { $0 + $1.population } }
        }
        return total
    }

    struct Shard {
        var sets: [PlaceSet]
    }
}

/// Eight places and a horizon; pure.
struct PlaceSet: BitwiseCopyable {
    static let places = 8

    struct Place: BitwiseCopyable {
        var key: UInt64 = 0
        /// Bit n: the count n below the highest was seen.
        var seen: UInt64 = 0
        var issued: UInt32 = 0
        /// 0: the place is empty (a count is never 0).
        var highest: UInt32 = 0
    }

    private var entries = InlineArray<8, Place>(repeating: Place())
    /// Time of issue, in ticks, of the youngest nonce that gave way.
    private var horizon: UInt32 = 0

    var population: Int {
        var total = 0
        for index in 0..<Self.places where entries[index].highest != 0 { total += 1 }
        return total
    }

    mutating func admit(_ nonce: Nonce, count: UInt32) -> NonceAdmission {
        // Ticks of 16 ms from 1 on: 32 bits last 2 years and then stand still on the side of `forgotten`.
        let issued = UInt32(clamping: nonce.issued / 16 + 1)
        guard count != 0 else { return .replayed }
        var oldest = 0
        for index in 0..<Self.places {
            if entries[index].highest != 0, entries[index].key == nonce.key {
                return advance(index, to: count)
            }
            if rank(index) < rank(oldest) { oldest = index }
        }
        guard issued > horizon else { return .forgotten }
        if entries[oldest].highest != 0 {
            // The newcomer may itself be the oldest: then nothing is remembered of it and it can't pass.
            guard issued >= entries[oldest].issued else {
                horizon = max(horizon, issued)
                return .forgotten
            }
            horizon = max(horizon, entries[oldest].issued)
        }
        entries[oldest] = Place(key: nonce.key, seen: 1, issued: issued, highest: count)
        return .fresh
    }

    private func rank(_ index: Int) -> UInt32 { entries[index].highest == 0 ? 0 : entries[index].issued }

    private mutating func advance(_ index: Int, to count: UInt32) -> NonceAdmission {
        let highest = entries[index].highest
        if count > highest {
            let step = count - highest
            entries[index].seen = step < 64 ? entries[index].seen << UInt64(step) | 1 : 1
            entries[index].highest = count
            return .fresh
        }
        let behind = highest - count
        guard behind < 64, entries[index].seen >> UInt64(behind) & 1 == 0 else { return .replayed }
        entries[index].seen |= 1 << UInt64(behind)
        return .fresh
    }
}
