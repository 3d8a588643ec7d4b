internal import Timing

/// How many different keys were seen, in bounded memory: the smallest of their hashes are kept ("k minimum
/// values", Bar-Yossef 2002). Exact up to `capacity`; beyond, the largest one kept tells how dense they lie,
/// with a standard error of 1/√capacity.
struct DistinctSketch {
    private(set) var hashes: [UInt32] = []
    private(set) var isFull = false
    let capacity: Int

    init(capacity: Int) { self.capacity = max(2, capacity) }

    mutating func add(_ hash: UInt32) {
        if hashes.count >= capacity, let last = hashes.last, hash > last {
            isFull = true
            return
        }
        let place = hashes.partitioningIndex { $0 >= hash }
        if place < hashes.count, hashes[place] == hash { return }
        hashes.insert(hash, at: place)
        guard hashes.count > capacity else { return }
        hashes.removeLast()
        isFull = true
    }

    /// The key is one of those that were seen; of a sketch that is full, only perhaps.
    func contains(_ hash: UInt32) -> Bool {
        let place = hashes.partitioningIndex { $0 >= hash }
        return place < hashes.count && hashes[place] == hash
    }

    /// What both together have seen.
    func union(_ other: DistinctSketch) -> DistinctSketch {
        var all = DistinctSketch(capacity: capacity)
        var (left, right) = (hashes[...], other.hashes[...])
        while let next = [left.first, right.first].compactMap({ $0 }).min() {
            if all.hashes.count == capacity { break }
            if left.first == next { left.removeFirst() }
            if right.first == next { right.removeFirst() }
            all.hashes.append(next)
        }
        all.isFull = isFull || other.isFull || !left.isEmpty || !right.isEmpty
        return all
    }

    /// How many there are.
    var count: Int {
        guard isFull, let last = hashes.last, last > 0 else { return hashes.count }
        return Int(Double(hashes.count - 1) * Double(UInt32.max) / Double(last))
    }
}

/// How many different keys were seen in the last ten to twenty minutes, and how often in all.
struct DistinctWindow {
    private var now: DistinctSketch, before: DistinctSketch
    private var triesNow = 0, triesBefore = 0
    private var block: Int64 = 0

    /// Seconds after which the older half is forgotten.
    private static let length: Int64 = 600

    init(capacity: Int) {
        now = DistinctSketch(capacity: capacity)
        before = now
    }

    mutating func add(_ hash: UInt32, weight: UInt32 = 1, at moment: Timestamp) {
        advance(to: moment)
        now.add(hash)
        triesNow += Int(weight)
    }

    private mutating func advance(to moment: Timestamp) {
        let number = moment.second / Self.length
        guard number > block else { return }
        before = number == block + 1 ? now : DistinctSketch(capacity: now.capacity)
        triesBefore = number == block + 1 ? triesNow : 0
        now = DistinctSketch(capacity: now.capacity)
        triesNow = 0
        block = number
    }

    /// Different keys, and how often any of them was seen.
    func seen(at moment: Timestamp) -> (keys: Int, tries: Int) {
        var copy = self
        copy.advance(to: moment)
        return (copy.now.union(copy.before).count, copy.triesNow + copy.triesBefore)
    }
}

extension [UInt32] {
    /// The first place of a sorted array from which on a condition holds.
    func partitioningIndex(where holds: (UInt32) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension [UInt8] {
    /// The name of a text in sketches.
    var sketchHash: UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return UInt32(truncatingIfNeeded: mix(hash, 0) >> 32)
    }
}

extension UInt16 {
    /// A number's hash for a sketch, which counts only what lies evenly.
    var sketchHash: UInt32 {
        UInt32(truncatingIfNeeded: mix(mix(0, UInt64(self)), 0x9e37_79b9_7f4a_7c15) >> 32)
    }
}
