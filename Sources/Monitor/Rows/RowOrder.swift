internal import BindingTable

/// Rows in an order: blocks of a few hundred entries, each a row with the first eight bytes of its key.
/// Adding or removing a row touches one block; the position of a row, or the row at a position, is found by
/// adding up the blocks' counts.
///
/// A sorted run with a pending run beside it would take the same 12 bytes a row, without the 4 for the way
/// back from row to block, but its merges stop everything for some 28 ms at a million rows.
struct RowOrder {
    /// The entries of a block; full blocks are split.
    private struct Block {
        var prefixes: [UInt64] = []
        var rows: [UInt32] = []
    }

    private static let blockSize = 512
    /// How full blocks are made at first, so that the first additions don't split them all.
    private static let filling = 440

    let column: BindingColumn
    private var blocks: [Block] = []
    /// Blocks by number in their order, and the count of each at the same place.
    private var sequence: [UInt32] = []
    private var counts: [UInt32] = []
    /// For each block its place in `sequence`.
    private var places: [UInt32] = []
    private var freeBlocks: [UInt32] = []
    /// For each row the number of its block.
    private var blockOf: [UInt32] = []
    private(set) var count = 0

    init(column: BindingColumn) { self.column = column }

    /// Bytes that it takes: a block has room for its full size, whatever is in it.
    var bytes: Int {
        blocks.count * Self.blockSize * (MemoryLayout<UInt64>.stride + MemoryLayout<UInt32>.stride)
            + blockOf.count * MemoryLayout<UInt32>.stride
    }

    func contains(_ row: UInt32) -> Bool {
        Int(row) < blockOf.count && blockOf[Int(row)] != Row.none
    }

    /// A row with the first eight bytes of its key.
    struct Entry: BitwiseCopyable {
        var row: UInt32
        var prefix: UInt64
    }

    /// The entries at some positions, in order.
    func entries(at positions: Range<Int>) -> [Entry] {
        let wanted = positions.clamped(to: 0..<count)
        var result: [Entry] = []
        result.reserveCapacity(wanted.count)
        var start = 0
        for place in sequence.indices where result.count < wanted.count {
            let end = start + Int(counts[place])
            if end > wanted.lowerBound {
                let block = Int(sequence[place])
                for index in max(0, wanted.lowerBound - start)..<end - start where result.count < wanted.count
                {
                    result.append(
                        Entry(row: blocks[block].rows[index], prefix: blocks[block].prefixes[index])
                    )
                }
            }
            start = end
        }
        return result
    }

    /// The position of a row, `nil` if it isn't there.
    func position(of row: UInt32) -> Int? {
        guard let (place, index) = locate(row) else { return nil }
        var sum = index
        for before in 0..<place { sum += Int(counts[before]) }
        return sum
    }

    private func locate(_ row: UInt32) -> (place: Int, index: Int)? {
        guard contains(row) else { return nil }
        let block = blockOf[Int(row)]
        guard
            let index = blocks[Int(block)].rows.firstIndex(of: row)
        else { return nil }
        return (Int(places[Int(block)]), index)
    }

    /// The row after or before another one.
    func neighbour(of row: UInt32, after: Bool) -> UInt32? {
        guard let (place, index) = locate(row) else { return nil }
        let rows = blocks[Int(sequence[place])].rows
        if after {
            if index + 1 < rows.count { return rows[index + 1] }
            return place + 1 < sequence.count ? blocks[Int(sequence[place + 1])].rows.first : nil
        }
        if index > 0 { return rows[index - 1] }
        return place > 0 ? blocks[Int(sequence[place - 1])].rows.last : nil
    }

    var first: UInt32? { sequence.first.flatMap { blocks[Int($0)].rows.first } }

    /// Makes room for all rows at once.
    mutating func reserve(rows: Int) {
        if blockOf.count < rows {
            blockOf.reserveCapacity(rows)
            blockOf.append(contentsOf: repeatElement(Row.none, count: rows - blockOf.count))
        }
    }

    /// Adds a row behind all others: the caller knows that it belongs there.
    mutating func append(_ row: UInt32, prefix: UInt64) {
        if sequence.isEmpty || counts[sequence.count - 1] >= UInt32(Self.filling) {
            let number = newBlock()
            places[Int(number)] = UInt32(sequence.count)
            sequence.append(number)
            counts.append(0)
        }
        let place = sequence.count - 1
        insert(row, prefix, place: place, index: Int(counts[place]))
    }

    /// Adds the row whose key the reader has loaded.
    mutating func insert(_ row: UInt32, prefix: UInt64, _ rows: borrowing RowTable, _ reader: TableReader) {
        guard !contains(row) else { return }
        guard !sequence.isEmpty else { return append(row, prefix: prefix) }
        let place = self.place(for: prefix, rows, reader)
        let index = self.index(for: prefix, in: Int(sequence[place]), rows, reader)
        insert(row, prefix, place: place, index: index)
        if Int(counts[place]) >= Self.blockSize { split(place) }
    }

    /// Takes a row out; nothing happens if it isn't there.
    mutating func remove(_ row: UInt32) {
        guard let (place, index) = locate(row) else { return }
        let block = Int(sequence[place])
        blocks[block].prefixes.remove(at: index)
        blocks[block].rows.remove(at: index)
        blockOf[Int(row)] = Row.none
        counts[place] -= 1
        count -= 1
        if counts[place] == 0 {
            drop(place)
        } else if place + 1 < sequence.count, counts[place] + counts[place + 1] < UInt32(Self.blockSize / 2) {
            join(place)
        }
    }

    /// Moves a row to where the key that the reader has loaded puts it, if it isn't there already.
    mutating func reposition(_ row: UInt32, prefix: UInt64, _ rows: borrowing RowTable, _ reader: TableReader)
    {
        if stands(row, prefix, rows, reader) { return }
        remove(row)
        insert(row, prefix: prefix, rows, reader)
    }

    /// The loaded key lies between the row's neighbours; then only its prefix is renewed.
    private mutating func stands(
        _ row: UInt32,
        _ prefix: UInt64,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
    ) -> Bool {
        guard let (place, index) = locate(row) else { return false }
        let block = Int(sequence[place])
        // At a block's edge the neighbour is in another block: rare enough to be moved instead.
        guard index > 0, index + 1 < blocks[block].rows.count else { return false }
        guard
            let before = order(prefix, against: block, index - 1, rows, reader), before > 0,
            let after = order(prefix, against: block, index + 1, rows, reader), after < 0
        else { return false }
        blocks[block].prefixes[index] = prefix
        return true
    }

    /// How the loaded key compares with an entry; `nil` if the entry's row has changed since.
    private func order(
        _ prefix: UInt64,
        against block: Int,
        _ index: Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
    ) -> Int? {
        let placed = blocks[block].prefixes[index]
        if prefix != placed { return prefix < placed ? -1 : 1 }
        return reader.compareProbe(with: rows[blocks[block].rows[index]], column)
    }

    /// The last block whose first comparable entry doesn't come after the loaded key.
    private func place(for prefix: UInt64, _ rows: borrowing RowTable, _ reader: TableReader) -> Int {
        var low = 0
        var high = sequence.count
        while low < high {
            let middle = (low + high) / 2
            var probe = middle
            var order: Int?
            scan: while probe < high {
                let block = Int(sequence[probe])
                for index in blocks[block].rows.indices {
                    order = self.order(prefix, against: block, index, rows, reader)
                    if order != nil { break scan }
                }
                probe += 1
            }
            if let order, order >= 0 { low = probe + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    /// The place within a block before the first comparable entry that comes after the loaded key.
    private func index(
        for prefix: UInt64,
        in block: Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
    ) -> Int {
        var low = 0
        var high = blocks[block].rows.count
        while low < high {
            let middle = (low + high) / 2
            var probe = middle
            var order: Int?
            while probe < high {
                order = self.order(prefix, against: block, probe, rows, reader)
                if order != nil { break }
                probe += 1
            }
            if let order, order >= 0 { low = probe + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ row: UInt32, _ prefix: UInt64, place: Int, index: Int) {
        let block = sequence[place]
        blocks[Int(block)].prefixes.insert(prefix, at: index)
        blocks[Int(block)].rows.insert(row, at: index)
        setBlock(block, of: row)
        counts[place] += 1
        count += 1
    }

    private mutating func setBlock(_ block: UInt32, of row: UInt32) {
        if Int(row) >= blockOf.count {
            let wanted = Int(row) + 1
            if wanted > blockOf.capacity { blockOf.reserveCapacity(wanted + wanted / 4 + 1_024) }
            blockOf.append(contentsOf: repeatElement(Row.none, count: wanted - blockOf.count))
        }
        blockOf[Int(row)] = block
    }

    private mutating func newBlock() -> UInt32 {
        if let free = freeBlocks.popLast() { return free }
        var block = Block()
        block.prefixes.reserveCapacity(Self.blockSize)
        block.rows.reserveCapacity(Self.blockSize)
        blocks.append(block)
        places.append(0)
        return UInt32(blocks.count - 1)
    }

    /// Gives the upper half of a block to a new one behind it.
    private mutating func split(_ place: Int) {
        let block = Int(sequence[place])
        let middle = blocks[block].rows.count / 2
        let number = newBlock()
        blocks[Int(number)].prefixes.append(contentsOf: blocks[block].prefixes[middle...])
        blocks[Int(number)].rows.append(contentsOf: blocks[block].rows[middle...])
        blocks[block].prefixes.removeLast(blocks[block].prefixes.count - middle)
        blocks[block].rows.removeLast(blocks[block].rows.count - middle)
        for row in blocks[Int(number)].rows { blockOf[Int(row)] = number }
        sequence.insert(number, at: place + 1)
        counts.insert(UInt32(blocks[Int(number)].rows.count), at: place + 1)
        counts[place] = UInt32(middle)
        renumber(from: place + 1)
    }

    /// Takes the entries of the next block into this one.
    private mutating func join(_ place: Int) {
        let block = sequence[place]
        let next = Int(sequence[place + 1])
        for row in blocks[next].rows { blockOf[Int(row)] = block }
        blocks[Int(block)].prefixes.append(contentsOf: blocks[next].prefixes)
        blocks[Int(block)].rows.append(contentsOf: blocks[next].rows)
        counts[place] += counts[place + 1]
        drop(place + 1)
    }

    private mutating func drop(_ place: Int) {
        let block = sequence[place]
        blocks[Int(block)].prefixes.removeAll(keepingCapacity: true)
        blocks[Int(block)].rows.removeAll(keepingCapacity: true)
        freeBlocks.append(block)
        sequence.remove(at: place)
        counts.remove(at: place)
        renumber(from: place)
    }

    private mutating func renumber(from place: Int) {
        for index in place..<sequence.count { places[Int(sequence[index])] = UInt32(index) }
    }
}
