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
    private let inheritsWeight: Bool
    private var hand = 0

    /// Entries that are looked at when one must go: the lightest of these goes.
    private static var sample: Int { 16 }

    /// - Parameter inheritsWeight: false where keys can be forged: a flood of keys that come once then pushes out only
    ///   what comes as seldom, and not, by the weight that it has inherited, what comes often.
    init(capacity: Int, inheritsWeight: Bool = true) {
        self.capacity = max(1, capacity)
        self.inheritsWeight = inheritsWeight
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
            entries[place].weight = inheritsWeight ? entries[place].weight + 1 : 1
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

    /// Where a key is kept, if it is; doesn't count it.
    func place(of key: Key) -> Int? { places[key] }

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
