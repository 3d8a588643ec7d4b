internal import BindingTable
internal import Timing

/// An order that a console has asked for: of all rows, or of those that pass a filter. It exists while it is
/// asked for, is made in steps, and is kept up to date row by row, so that asking again costs nothing.
///
/// A filtered order is made by walking over the order of all rows in the same column: what passes is added
/// at its end, so that what is there is right from the first step on. Rows that change meanwhile are judged
/// at once if the walk is past them, and by the walk if not.
struct AskedOrder {
    let column: BindingColumn
    let filter: Filter?
    private(set) var order: RowOrder
    private var builder: OrderBuilder?
    /// Rows that changed while the builder was at work: placed anew when it is done.
    private var changed: [UInt32] = []
    private var evaluator: FilterEvaluator?
    private var row = FilterRow()
    private var calendar: FlipCalendar?
    /// The row that the walk comes to next.
    private(set) var cursor: UInt32?
    private var walked = 0
    private(set) var isWalking: Bool
    var lastAsked: Timestamp
    /// Consoles that look at it.
    var watchers = 0

    init(column: BindingColumn, filter: Filter?, clock: FilterClock, at now: Timestamp) {
        self.column = column
        self.filter = filter
        order = RowOrder(column: column)
        isWalking = filter != nil
        lastAsked = now
        if let filter {
            evaluator = FilterEvaluator(filter, clock: clock)
        } else {
            builder = OrderBuilder(column: column, at: now)
        }
        let dependsOnTime = filter?.program.dependsOnTime ?? false
        if column == .state || dependsOnTime { calendar = FlipCalendar(at: now) }
    }

    /// Bytes that it takes, what it is being made of among them.
    var bytes: Int { order.bytes + (builder?.bytes ?? 0) + changed.count * MemoryLayout<UInt32>.stride }

    /// All rows that belong in it are in it.
    var isWhole: Bool { builder == nil && changed.isEmpty && !isWalking }

    /// How far it has come, 0…1.
    func progress(rows: Int) -> Double {
        if isWhole { return 1 }
        if isWalking { return min(0.999, Double(walked) / Double(max(1, rows))) }
        return min(0.999, builder?.progress(rows: rows) ?? 0.999)
    }

    // MARK: Steps

    /// Sorts on, for an order of all rows.
    mutating func build(
        _ budget: inout Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
        _ now: Timestamp
    ) {
        if builder != nil {
            builder?.advance(&budget, rows, reader)
            guard builder?.isDone == true else { return }
            order = builder?.order ?? order
            for flip in builder?.flips ?? [] { calendar?.add(flip.row, at: flip.at) }
            builder = nil
            // A row that has changed stands where its old key put it: it must not be compared with.
            for number in changed { order.remove(number) }
        }
        while budget > 0, let number = changed.popLast() {
            place(number, rows, reader, now)
            budget -= 2
        }
    }

    /// Walks on over the order of all rows, for a filtered order.
    mutating func walk(
        _ base: borrowing RowOrder,
        _ budget: inout Int,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
        _ now: Timestamp,
    ) {
        while isWalking, budget > 0 {
            let start = walked == 0 ? 0 : cursor.flatMap { base.position(of: $0) } ?? base.count
            let entries = base.entries(at: start..<start + 65)
            for entry in entries.prefix(64) where !order.contains(entry.row) {
                guard judge(entry.row, rows, reader, now) else { continue }
                order.append(entry.row, prefix: entry.prefix)
            }
            // Each text that must be copied and searched costs as much as the row itself.
            budget -= 32 * (1 + (filter?.program.needs.rawValue.nonzeroBitCount ?? 0))
            walked = start + 64
            if entries.count > 64 {
                cursor = entries[64].row
            } else {
                cursor = nil
                isWalking = false
            }
        }
    }

    /// A row that time may have changed, `nil` if there is none: it must be updated in all orders, as walks
    /// may go by this one.
    mutating func nextDue(at now: Timestamp) -> UInt32? {
        guard isWhole else { return nil }
        calendar?.advance(to: now)
        return calendar?.next()
    }

    /// Work waits.
    var hasWork: Bool { !isWhole || calendar?.hasDue == true }

    /// Begins the walk anew: the order that it went by is gone.
    mutating func restart() {
        order = RowOrder(column: column)
        cursor = nil
        walked = 0
    }

    // MARK: Changes

    /// A row is about to change its place in the order that this one walks over.
    mutating func step(over number: UInt32, in base: borrowing RowOrder) {
        if isWalking, cursor == number {
            cursor = base.neighbour(of: number, after: true)
            if cursor == nil { isWalking = false }
        }
    }

    /// A row has come or changed; with `ahead` the walk has yet to come to it.
    mutating func update(
        _ number: UInt32,
        isAhead: Bool,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
        _ now: Timestamp,
    ) {
        if builder != nil {
            changed.append(number)
        } else if isAhead {
            order.remove(number)
        } else {
            place(number, rows, reader, now)
        }
    }

    /// A row has gone.
    mutating func remove(_ number: UInt32) {
        if builder != nil { changed.append(number) } else { order.remove(number) }
    }

    /// Puts a row where it belongs now, or out.
    private mutating func place(
        _ number: UInt32,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
        _ now: Timestamp,
    ) {
        let row = rows[number]
        guard row.isLive else { return order.remove(number) }
        if filter != nil, !judge(number, rows, reader, now) { return order.remove(number) }
        if column.neverMoves, order.contains(number) { return }
        guard let prefix = reader.loadProbe(row.id, column, row, now) else { return order.remove(number) }
        if column == .state {
            calendar?.add(number, at: reader.lateAt > now ? reader.lateAt : .distantFuture)
        }
        if order.contains(number) {
            order.reposition(number, prefix: prefix, rows, reader)
        } else {
            order.insert(number, prefix: prefix, rows, reader)
        }
    }

    /// The row passes the filter; when time can change that is noted.
    private mutating func judge(
        _ number: UInt32,
        _ rows: borrowing RowTable,
        _ reader: TableReader,
        _ now: Timestamp,
    ) -> Bool {
        guard let program = filter?.program else { return true }
        let known = rows[number]
        guard known.isLive, reader.load(&row, known, program.needs) != nil else { return false }
        let passes = evaluator?.passes(row, at: now) ?? false
        if let until = evaluator?.holdsUntil { calendar?.add(number, at: until) }
        return passes
    }
}
