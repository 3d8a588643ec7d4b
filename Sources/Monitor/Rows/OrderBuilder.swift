internal import BindingTable
internal import Timing

/// Sorts all rows into an order in small steps, so that events and key presses are served in between.
///
/// Sorting is by eight bytes of the key at a time, most significant first: rows whose first eight bytes are
/// the same are sorted by the next eight, which are read from the table only then.
struct OrderBuilder {
    /// A row with eight bytes of its key.
    struct Item: BitwiseCopyable {
        var word: UInt64
        var row: UInt32
    }

    /// Rows at some positions that are equal so far, to be sorted by the eight bytes at a depth.
    private struct Job {
        var range: Range<Int>
        var depth: Int
    }

    private enum Phase {
        case collecting(next: UInt32)
        case loading(Job, next: Int)
        case sorting(Job, RadixSort)
        case splitting(Job, next: Int)
        case choosing
        case placing(next: Int)
        case done
    }

    private let column: BindingColumn
    private let now: Timestamp
    private var items: [Item] = []
    /// Words of the job at hand, for depths beyond the first.
    private var scratch: [Item] = []
    private var jobs: [Job] = []
    private var phase = Phase.collecting(next: 0)
    private var handled = 0
    /// Rows whose key will change by itself, and when: only the state does that.
    private(set) var flips: [(row: UInt32, at: Timestamp)] = []
    /// The result, whole once `isDone`.
    private(set) var order: RowOrder

    init(column: BindingColumn, at now: Timestamp) {
        self.column = column
        self.now = now
        order = RowOrder(column: column)
    }

    var isDone: Bool { if case .done = phase { true } else { false } }

    /// Bytes that it works with; sorting takes a second copy of what is sorted.
    var bytes: Int { (2 * items.count + scratch.count) * MemoryLayout<Item>.stride + order.bytes }

    /// How far it has come: a guess, as ties that wait aren't known beforehand.
    func progress(rows: Int) -> Double {
        if isDone { return 1 }
        let size = Double(max(rows, 1))
        return switch phase {
        case .collecting(let next): 0.5 * min(1, Double(next) / size)
        case .placing(let next): 0.9 + 0.1 * Double(next) / size
        default: 0.5 + 0.4 * min(1, Double(handled) / (2 * size))
        }
    }

    /// Does about `budget` rows' worth of work, and takes it off.
    mutating func advance(_ budget: inout Int, _ rows: borrowing RowTable, _ reader: TableReader) {
        while budget > 0, !isDone {
            switch phase {
            case .collecting(let next): collect(from: next, &budget, rows, reader)
            case .loading(let job, let next): load(job, from: next, &budget, rows, reader)
            case .sorting(let job, var sort):
                // Moved out of the phase while it works, so that its buffers aren't copied.
                phase = .choosing
                if job.depth == 0 { sort.advance(&items, &budget) } else { sort.advance(&scratch, &budget) }
                phase = sort.isDone ? .splitting(job, next: job.range.lowerBound) : .sorting(job, sort)
            case .splitting(let job, let next): split(job, from: next, &budget)
            case .choosing: choose()
            case .placing(let next): place(from: next, &budget)
            case .done: break
            }
        }
    }

    private mutating func collect(
        from start: UInt32,
        _ budget: inout Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
    ) {
        var number = start
        while Int(number) < rows.capacity, budget > 0 {
            let row = rows[number]
            if row.isLive, let word = reader.loadProbe(row.id, column, row, now) {
                items.append(Item(word: word, row: number))
                if column == .state, reader.lateAt > now { flips.append((number, reader.lateAt)) }
                budget -= 1
            }
            number += 1
        }
        guard Int(number) >= rows.capacity else {
            phase = .collecting(next: number)
            return
        }
        order.reserve(rows: rows.capacity)
        begin(Job(range: 0..<items.count, depth: 0))
    }

    private mutating func begin(_ job: Job) {
        if job.depth == 0 {
            phase = .sorting(job, RadixSort(count: items.count))
        } else {
            scratch.removeAll(keepingCapacity: true)
            phase = .loading(job, next: job.range.lowerBound)
        }
    }

    private mutating func load(
        _ job: Job,
        from start: Int,
        _ budget: inout Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
    ) {
        var index = start
        while index < job.range.upperBound, budget > 0 {
            let number = items[index].row
            let row = rows[number]
            let word = row.isLive ? reader.chunk(row.id, column, row, now, depth: job.depth) : 0
            scratch.append(Item(word: word, row: number))
            index += 1
            budget -= 1
        }
        let isLoaded = index == job.range.upperBound
        phase = isLoaded ? .sorting(job, RadixSort(count: job.range.count)) : .loading(job, next: index)
    }

    /// Finds runs of equal words in the sorted job: they wait for the next depth. At depths beyond the first
    /// the new order of the rows is written back.
    private mutating func split(_ job: Job, from start: Int, _ budget: inout Int) {
        var index = start
        let shift = job.depth == 0 ? 0 : job.range.lowerBound
        while index < job.range.upperBound, budget > 0 {
            let word = job.depth == 0 ? items[index].word : scratch[index - shift].word
            var end = index
            while end < job.range.upperBound {
                guard (job.depth == 0 ? items[end].word : scratch[end - shift].word) == word else { break }
                if job.depth > 0 { items[end].row = scratch[end - shift].row }
                end += 1
            }
            // Keys end with the id, so equal rows differ at last; a bound stops rows that are all gone.
            if end - index > 1, job.depth < 1_024 {
                jobs.append(Job(range: index..<end, depth: job.depth + 1))
            }
            budget -= end - index
            handled += end - index
            index = end
        }
        phase = index == job.range.upperBound ? .choosing : .splitting(job, next: index)
    }

    private mutating func choose() {
        if let job = jobs.popLast() {
            begin(job)
        } else {
            scratch = []
            phase = .placing(next: 0)
        }
    }

    private mutating func place(from start: Int, _ budget: inout Int) {
        var index = start
        while index < items.count, budget > 0 {
            order.append(items[index].row, prefix: items[index].word)
            index += 1
            budget -= 1
        }
        if index == items.count {
            items = []
            phase = .done
        } else {
            phase = .placing(next: index)
        }
    }
}

/// Sorts items by their words, a byte of the word at a time, in small steps.
struct RadixSort {
    private let count: Int
    private var buffer: [OrderBuilder.Item] = []
    private var counts: [Int32] = []
    private var starts: [Int32] = []
    private var next = 0
    private var pass = 0
    private var isCounted = false
    private(set) var isDone: Bool

    /// Below this the standard library's sort is faster.
    private static let small = 2_048

    init(count: Int) {
        self.count = count
        isDone = count < 2
    }

    mutating func advance(_ items: inout [OrderBuilder.Item], _ budget: inout Int) {
        guard !isDone else { return }
        if count <= Self.small {
            items.sort { $0.word < $1.word }
            budget -= count
            isDone = true
            return
        }
        if !isCounted { return tally(items, &budget) }
        if starts.isEmpty { begin() }
        guard !isDone else { return }
        if buffer.isEmpty {
            buffer = Array(repeating: OrderBuilder.Item(word: 0, row: 0), count: count)
        }
        // An item costs a tenth of what reading a row does.
        let end = min(count, next + max(1_024, budget * 8))
        let shift = UInt64(8 * pass)
        for index in next..<end {
            let byte = Int(truncatingIfNeeded: items[index].word >> shift) & 0xff
            buffer[Int(starts[byte])] = items[index]
            starts[byte] += 1
        }
        budget -= (end - next) / 8 + 1
        next = end
        guard next == count else { return }
        swap(&items, &buffer)
        pass += 1
        starts = []
    }

    private mutating func tally(_ items: [OrderBuilder.Item], _ budget: inout Int) {
        if counts.isEmpty { counts = Array(repeating: 0, count: 8 * 256) }
        let end = min(count, next + max(1_024, budget * 8))
        for index in next..<end {
            var word = items[index].word
            for place in 0..<8 {
                counts[place << 8 | Int(truncatingIfNeeded: word & 0xff)] += 1
                word >>= 8
            }
        }
        budget -= (end - next) / 8 + 1
        next = end
        isCounted = next == count
    }

    /// Prepares the next byte that isn't the same in all words.
    private mutating func begin() {
        while pass < 8 {
            let row = counts[pass << 8..<(pass + 1) << 8]
            if !row.contains(Int32(count)) {
                var sum: Int32 = 0
                starts = row.map { size in
                    defer { sum += size }
                    return sum
                }
                next = 0
                return
            }
            pass += 1
        }
        isDone = true
        buffer = []
    }
}
