/// A list of slots in the order in which they were added, from which any can be taken out at once.
struct SlotList {
    private var next: [Int32] = [], previous: [Int32] = []
    private(set) var first: Int32 = -1
    private var last: Int32 = -1
    private(set) var count = 0

    /// Marks a slot that isn't in the list.
    private static let absent: Int32 = -2

    init() {}

    func contains(_ slot: Int32) -> Bool {
        Int(slot) < next.count && next[Int(slot)] != Self.absent
    }

    /// Adds a slot at the end; one that is in the list moves there.
    mutating func append(_ slot: Int32) {
        remove(slot)
        if Int(slot) >= next.count {
            let missing = Int(slot) + 1 - next.count
            next.append(contentsOf: repeatElement(Self.absent, count: missing))
            previous.append(contentsOf: repeatElement(Self.absent, count: missing))
        }
        next[Int(slot)] = -1
        previous[Int(slot)] = last
        if last >= 0 { next[Int(last)] = slot } else { first = slot }
        last = slot
        count += 1
    }

    /// Takes a slot out; nothing happens if it isn't there.
    mutating func remove(_ slot: Int32) {
        guard contains(slot) else { return }
        let after = next[Int(slot)], before = previous[Int(slot)]
        if before >= 0 { next[Int(before)] = after } else { first = after }
        if after >= 0 { previous[Int(after)] = before } else { last = before }
        next[Int(slot)] = Self.absent
        previous[Int(slot)] = Self.absent
        count -= 1
    }
}
