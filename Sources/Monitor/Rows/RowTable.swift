internal import BindingTable

/// The rows of all bindings, in pieces of fixed size so that growing never copies them, and the way from a
/// binding's id to its row: one number for each slot of a partition.
struct RowTable {
    private static let pieceBits = 12
    private static let pieceSize = 1 << pieceBits

    private var pieces: [[Row]] = []
    /// For each partition and slot the row of the slot's last known tenant.
    private var bySlot: [[UInt32]] = Array(repeating: [], count: 256)
    private var firstFree = Row.none
    /// Numbers that were given out so far: all rows are below.
    private(set) var capacity = 0
    /// Rows that stand for living bindings.
    private(set) var count = 0
    /// Bytes that it takes: whole pieces, and a number for each slot of the partitions.
    var bytes: Int {
        pieces.count * Self.pieceSize * MemoryLayout<Row>.stride + capacity * MemoryLayout<UInt32>.stride
    }

    init() {}

    subscript(number: UInt32) -> Row {
        get { pieces[Int(number) >> Self.pieceBits][Int(number) & (Self.pieceSize - 1)] }
        _modify { yield &pieces[Int(number) >> Self.pieceBits][Int(number) & (Self.pieceSize - 1)] }
    }

    /// The row of a binding, `nil` if it has none.
    func number(of id: BindingID) -> UInt32? {
        guard let number = tenant(of: id), self[number].id == id else { return nil }
        return number
    }

    /// The row of whatever binding was last known in the same slot.
    func tenant(of id: BindingID) -> UInt32? {
        let slots = bySlot[id.partition]
        guard Int(id.slot) < slots.count else { return nil }
        let number = slots[Int(id.slot)]
        return number == Row.none ? nil : number
    }

    /// Makes a row for a binding; the slot must have no tenant.
    mutating func add(_ id: BindingID) -> UInt32 {
        let number: UInt32
        if firstFree != Row.none {
            number = firstFree
            firstFree = self[number].next
        } else {
            number = UInt32(capacity)
            capacity += 1
            if Int(number) >> Self.pieceBits == pieces.count {
                pieces.append(Array(repeating: Row(), count: Self.pieceSize))
            }
        }
        self[number] = Row()
        self[number].id = id
        self[number].isLive = true
        let slot = Int(id.slot)
        let known = bySlot[id.partition].count
        if slot >= known {
            bySlot[id.partition].append(contentsOf: repeatElement(Row.none, count: slot + 1 - known))
        }
        bySlot[id.partition][slot] = number
        count += 1
        return number
    }

    /// Frees a row; its number may be given to another binding.
    mutating func remove(_ number: UInt32) {
        let id = self[number].id
        bySlot[id.partition][Int(id.slot)] = Row.none
        self[number] = Row()
        self[number].next = firstFree
        firstFree = number
        count -= 1
    }
}
