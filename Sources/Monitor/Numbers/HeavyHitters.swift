internal import Timing

/// The keys that are seen most, in bounded memory ("space saving", Metwally 2005): when a new key finds no
/// room it takes the place of one that is seen little, and inherits that one's weight as its own possible
/// error. What is kept of each key is up to the caller.
struct HeavyHitters<Key: Hashable, Value> {
    struct Entry {
        var key: Key
        /// How often it was seen, at most; it fades with time.
        var weight: UInt64
        var value: Value
    }

    private(set) var entries: [Entry] = []
    private var places: [Key: Int] = [:]
    private let capacity: Int
    private var hand = 0

    /// Entries that are looked at when one must go: the lightest of these goes.
    private static var sample: Int { 16 }

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        entries.reserveCapacity(self.capacity)
    }

    /// Counts a key once; the place of what is kept of it, which `fresh` makes for a new key.
    mutating func note(_ key: Key, fresh: @autoclosure () -> Value) -> Int {
        if let known = places[key] {
            entries[known].weight += 1
            return known
        }
        let place: Int
        if entries.count < capacity {
            place = entries.count
            entries.append(Entry(key: key, weight: 1, value: fresh()))
        } else {
            place = lightest()
            places[entries[place].key] = nil
            entries[place].key = key
            entries[place].value = fresh()
            entries[place].weight += 1
        }
        places[key] = place
        return place
    }

    /// What is kept at a place that `note` gave.
    subscript(place: Int) -> Value {
        _read { yield entries[place].value }
        _modify { yield &entries[place].value }
    }

    func value(of key: Key) -> Value? { places[key].map { entries[$0].value } }

    /// Halves all weights, so that what was seen long ago makes room.
    mutating func fade() {
        for index in entries.indices { entries[index].weight /= 2 }
    }

    private mutating func lightest() -> Int {
        var best = hand
        for step in 0..<min(Self.sample, capacity) {
            let place = (hand + step) % capacity
            if entries[place].weight < entries[best].weight { best = place }
        }
        hand = (hand + Self.sample) % capacity
        return best
    }
}

/// Counts per minute over the last ten minutes, for one key.
struct TenMinutes {
    private var counts = InlineArray<10, UInt32>(repeating: 0)
    private var minute: Int64 = 0

    init() {}

    mutating func add(_ weight: UInt32, at now: Timestamp) {
        advance(to: now)
        counts[Int(minute % 10)] &+= weight
    }

    private mutating func advance(to now: Timestamp) {
        let current = max(0, now.second / 60)
        guard current > minute else { return }
        for step in 0..<min(10, current - minute) { counts[Int((current - step) % 10)] = 0 }
        minute = current
    }

    /// The sum over the last ten minutes.
    func sum(at now: Timestamp) -> Int {
        var copy = self
        copy.advance(to: now)
        var sum = 0
        for index in 0..<10 { sum += Int(copy.counts[index]) }
        return sum
    }

    /// Per second over the last minute: the part of the minute before that still belongs to it is estimated.
    func rate(at now: Timestamp) -> Double {
        var copy = self
        copy.advance(to: now)
        let passed = Double(now.nanoseconds - copy.minute * 60_000_000_000) / 60_000_000_000
        let current = Double(copy.counts[Int(copy.minute % 10)])
        let before = copy.minute > 0 ? Double(copy.counts[Int((copy.minute - 1) % 10)]) : 0
        return (current + before * max(0, 1 - passed)) / 60
    }
}
