/// An open-addressing index from a 32-bit hash to a 32-bit value: eight bytes a bucket, linear probing.
///
/// The home of a hash is its proportion of the capacity, so the capacity can be any number: it grows by a
/// quarter (little slack), in one sequential pass over the buckets that never looks at the records.
struct HashIndex: Sendable {
    private static let empty: UInt64 = 0

    /// The hash in the high half, the value plus one in the low one; 0 is an empty bucket.
    private var buckets: [UInt64] = []
    /// How many values it holds.
    private(set) var count = 0

    /// Where a value stands; good until the next change.
    struct Place {
        fileprivate var bucket: Int
        /// What stands there.
        var value: UInt32
    }

    /// Finds the value with this hash for which `matches` holds.
    func find(_ hash: UInt32, _ matches: (UInt32) -> Bool) -> Place? {
        guard count > 0 else { return nil }
        var bucket = home(hash)
        while true {
            let content = buckets[bucket]
            if content == Self.empty { return nil }
            if UInt32(truncatingIfNeeded: content >> 32) == hash {
                let value = UInt32(truncatingIfNeeded: content) &- 1
                if matches(value) { return Place(bucket: bucket, value: value) }
            }
            bucket = next(bucket)
        }
    }

    /// Adds a value; the caller knows that it isn't there. The value is below `UInt32.max`.
    mutating func insert(_ hash: UInt32, _ value: UInt32) {
        if (count + 1) * 5 > buckets.count * 4 { grow() }
        put(UInt64(hash) << 32 | UInt64(value &+ 1))
        count += 1
    }

    /// Puts another value into a place of the same hash.
    mutating func replace(_ place: Place, with value: UInt32) {
        buckets[place.bucket] = buckets[place.bucket] & 0xffff_ffff_0000_0000 | UInt64(value &+ 1)
    }

    /// Takes a value out; what stands behind it moves up, so no marks are left.
    mutating func remove(_ place: Place) {
        var hole = place.bucket
        var bucket = next(hole)
        while buckets[bucket] != Self.empty {
            let origin = home(UInt32(truncatingIfNeeded: buckets[bucket] >> 32))
            if distance(from: origin, to: bucket) >= distance(from: hole, to: bucket) {
                buckets[hole] = buckets[bucket]
                hole = bucket
            }
            bucket = next(bucket)
        }
        buckets[hole] = Self.empty
        count -= 1
    }

    private func home(_ hash: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(truncatingIfNeeded: buckets.count)) >> 32)
    }

    private func next(_ bucket: Int) -> Int { bucket + 1 == buckets.count ? 0 : bucket + 1 }

    private func distance(from a: Int, to b: Int) -> Int { b >= a ? b - a : b - a + buckets.count }

    private mutating func put(_ content: UInt64) {
        var bucket = home(UInt32(truncatingIfNeeded: content >> 32))
        while buckets[bucket] != Self.empty { bucket = next(bucket) }
        buckets[bucket] = content
    }

    private mutating func grow() {
        let old = buckets
        buckets = Array(repeating: Self.empty, count: max(8, old.count + old.count / 4))
        for content in old where content != Self.empty { put(content) }
    }
}
