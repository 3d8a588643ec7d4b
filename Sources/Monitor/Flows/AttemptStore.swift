/// The attempts that are kept: a bounded number and a bounded number of bytes. When room is needed the
/// oldest goes; failures stay longer, up to three quarters of the room.
struct AttemptStore {
    /// The most attempts, and the most bytes of their messages; the newest attempt may go beyond these.
    let capacity: Int, budget: Int
    private var slots: [Attempt] = []
    private var free: [Int32] = []
    /// Kept slots by rising id, with -1 where one has gone.
    private var sequence: [Int32] = []
    private var bySlot: [Int] = []
    private var slotOf: [UInt64: Int32] = [:]
    private var ordinary = SlotList(), failing = SlotList()
    private var nextID: UInt64 = 1
    private(set) var bytes = 0

    init(capacity: Int, budget: Int) {
        self.capacity = max(4, capacity)
        self.budget = max(65_536, budget)
    }

    var count: Int { slotOf.count }

    /// So many of them are calls.
    private(set) var calls = 0

    /// How many a list of a kind has.
    func count(of kind: RequestKind) -> Int {
        switch kind {
        case .all: count
        case .calls: calls
        case .registrations: count - calls
        }
    }

    subscript(slot: Int32) -> Attempt {
        _read { yield slots[Int(slot)] }
        _modify { yield &slots[Int(slot)] }
    }

    /// Where an attempt is kept, `nil` if it isn't any more.
    func slot(of id: AttemptID) -> Int32? { slotOf[id.rawValue] }

    /// Makes room for a new attempt; `forget` hears which slots lose theirs.
    mutating func add(forget: (borrowing Attempt, Int32) -> Void) -> Int32 {
        while count >= capacity || bytes > budget, count > 0 { evict(forget) }
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
        } else {
            slots.append(Attempt())
            bySlot.append(0)
            slot = Int32(slots.count - 1)
        }
        slots[Int(slot)].id = AttemptID(rawValue: nextID)
        slotOf[nextID] = slot
        nextID += 1
        bySlot[Int(slot)] = sequence.count
        sequence.append(slot)
        ordinary.append(slot)
        compact()
        return slot
    }

    /// Keeps the books after an attempt was changed that held `before` bytes.
    mutating func update(_ slot: Int32, before: Int) {
        bytes += slots[Int(slot)].size - before
        if before == 0, slots[Int(slot)].call != nil { calls += 1 }
        slots[Int(slot)].revision &+= 1
        let isFailure = slots[Int(slot)].isFailure
        if isFailure, !failing.contains(slot) {
            ordinary.remove(slot)
            failing.append(slot)
        } else if !isFailure, failing.contains(slot) {
            failing.remove(slot)
            ordinary.append(slot)
        }
    }

    private mutating func evict(_ forget: (borrowing Attempt, Int32) -> Void) {
        let spared = ordinary.count <= max(1, capacity / 4)
        guard
            let slot = [spared ? failing.first : ordinary.first, ordinary.first, failing.first].first(where: {
                $0 >= 0
            })
        else { return }
        forget(slots[Int(slot)], slot)
        bytes -= slots[Int(slot)].size
        if slots[Int(slot)].call != nil { calls -= 1 }
        slotOf[slots[Int(slot)].id.rawValue] = nil
        sequence[bySlot[Int(slot)]] = -1
        ordinary.remove(slot)
        failing.remove(slot)
        slots[Int(slot)] = Attempt()
        free.append(slot)
    }

    /// Drops the marks of attempts that have gone once they are as many as what is kept.
    private mutating func compact() {
        guard sequence.count > 2 * count + 64 else { return }
        sequence.removeAll { $0 < 0 }
        for (place, slot) in sequence.enumerated() { bySlot[Int(slot)] = place }
    }

    /// Calls `body` with each kept slot, oldest or newest first, until it returns false.
    func forEach(newestFirst: Bool = false, _ body: (Int32) -> Bool) {
        var place = newestFirst ? sequence.count - 1 : 0
        while place >= 0, place < sequence.count {
            let slot = sequence[place]
            if slot >= 0, !body(slot) { return }
            place += newestFirst ? -1 : 1
        }
    }
}
