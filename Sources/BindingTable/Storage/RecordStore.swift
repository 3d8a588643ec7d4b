internal import Timing

/// The records of a partition by slot, in pieces that never move, and the list of free slots.
struct RecordStore: Sendable, TimerDeadlines {
    /// How long a binding that left is kept at least, so that screens can still say what it was.
    static let leastMemory = Interval.seconds(30)

    private static let pieceBits = 5
    private static let lastGeneration: UInt32 = 0xff_ffff
    /// A stored slot above this is damage: the gap before it would cost more memory than bindings do.
    private static let mostRestored: UInt32 = 1 << 20

    private var pieces: [[BindingRecord]] = []
    /// Of a slot that was never used. Above what an earlier process gave out.
    private var firstGeneration: UInt32 = 1
    private var firstFree = BindingRecord.none
    private var lastFree = BindingRecord.none
    /// Slots that were given out at least once; all are below this number.
    private(set) var count: UInt32 = 0

    /// The record in a slot below `count`.
    subscript(slot: UInt32) -> BindingRecord {
        _read { yield pieces[Int(slot >> Self.pieceBits)][Int(slot & (1 << Self.pieceBits - 1))] }
        _modify { yield &pieces[Int(slot >> Self.pieceBits)][Int(slot & (1 << Self.pieceBits - 1))] }
    }

    /// When the wheel has to look at a record.
    func deadline(of slot: UInt32) -> Timestamp {
        guard self[slot].state == .tombstone else { return self[slot].expiresAt }
        return max(self[slot].expiresAt, self[slot].goneAt + Self.leastMemory)
    }

    /// Gives out a slot with a generation that it never had; nil after four thousand million of them.
    mutating func take() -> UInt32? {
        guard firstFree == BindingRecord.none else {
            let slot = firstFree
            firstFree = self[slot].nextListed
            if firstFree == BindingRecord.none { lastFree = BindingRecord.none }
            self[slot].nextListed = BindingRecord.none
            return slot
        }
        guard count < BindingRecord.none - 1 else { return nil }
        append(generation: firstGeneration)
        return count - 1
    }

    private mutating func append(generation: UInt32) {
        if Int(count >> Self.pieceBits) == pieces.count {
            var piece: [BindingRecord] = []
            piece.reserveCapacity(1 << Self.pieceBits)
            pieces.append(piece)
        }
        var record = BindingRecord()
        record.generation = generation
        pieces[pieces.count - 1].append(record)
        count += 1
    }

    /// Slots that were never used begin with this generation; 0, or one that leaves no room, means 1.
    mutating func beginRestoring(generation: UInt32) {
        firstGeneration = generation == 0 || generation >= Self.lastGeneration ? 1 : generation
    }

    /// Gives out a certain slot to the tenant that it had in an earlier process; false if that can't be.
    mutating func place(_ slot: UInt32, generation: UInt32) -> Bool {
        guard slot < Self.mostRestored, generation > 0, generation <= Self.lastGeneration else {
            return false
        }
        // Slots in between wait with the generation 0 for a tenant, or for the end of the restoring.
        while count <= slot { append(generation: 0) }
        guard self[slot].state == .free, self[slot].generation == 0 else { return false }
        self[slot].generation = generation
        return true
    }

    /// Slots that no tenant has come back to can be given out.
    mutating func finishRestoring() {
        for slot in 0..<count where self[slot].state == .free && self[slot].generation == 0 {
            self[slot].generation = firstGeneration
            list(slot)
        }
    }

    /// Takes a slot back. Slots come again in the order in which they were freed, so that each is used
    /// evenly; one whose generations are used up never does.
    mutating func giveBack(_ slot: UInt32) {
        let generation = self[slot].generation
        self[slot] = BindingRecord()
        guard generation < Self.lastGeneration else { return }
        self[slot].generation = generation + 1
        list(slot)
    }

    private mutating func list(_ slot: UInt32) {
        if lastFree == BindingRecord.none {
            firstFree = slot
        } else {
            self[lastFree].nextListed = slot
        }
        lastFree = slot
    }
}
