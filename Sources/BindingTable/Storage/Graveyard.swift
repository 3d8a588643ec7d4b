/// The tombstones of a partition in the order in which their bindings left; names that mean none any more
/// are skipped when their turn comes.
struct Graveyard: Sendable {
    private var names: [BindingID] = []
    private var first = 0
    /// Tombstones that are there.
    private(set) var count = 0

    /// A binding left.
    mutating func add(_ id: BindingID) {
        names.append(id)
        count += 1
    }

    /// A tombstone was dropped, whichever it was.
    mutating func forgetOne() {
        count -= 1
        // Names of dropped tombstones are at most as many as those that count, and a few.
        if count == 0 {
            names.removeAll(keepingCapacity: names.capacity <= 64)
            first = 0
        }
    }

    /// The name that was added first and not taken yet; the caller looks whether it still means one.
    mutating func takeOldest() -> BindingID? {
        guard first < names.count else { return nil }
        let id = names[first]
        first += 1
        if first > 32, first * 2 > names.count {
            names.removeFirst(first)
            first = 0
        }
        return id
    }

    /// There are so many names of dropped tombstones that they ought to be sifted.
    var isStale: Bool { names.count - first > 2 * count + 64 }

    /// Keeps only the names for which `isThere` holds.
    mutating func sift(_ isThere: (BindingID) -> Bool) {
        var kept: [BindingID] = []
        kept.reserveCapacity(count)
        for id in names[first...] where isThere(id) { kept.append(id) }
        names = kept
        first = 0
    }
}
