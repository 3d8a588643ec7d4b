/// Tells a `TimingWheel` when an item is due; the owner's records hold the deadlines, not the wheel.
public protocol TimerDeadlines {
    /// When the item is due. Called only for items that are scheduled.
    func deadline(of item: UInt32) -> Timestamp
}

/// A hierarchical timing wheel of six levels of 64 slots, with the links of its lists and nothing else:
/// eight bytes a timer.
///
/// Items are small numbers (indices of the owner's records), each scheduled at most once. A deadline that
/// moves **later** needs no call: the wheel asks again when the item's old slot comes up, so a refresh
/// costs nothing. One that moves **earlier** must be scheduled again. Firing is exact to the nanosecond,
/// whatever the resolution, and no call does more than its budget of single steps, cascades included.
public struct TimingWheel: Sendable {
    /// Neighbours in a circular list; a node that is not scheduled has `unlinked` in both.
    @usableFromInline
    struct Links: Sendable, BitwiseCopyable {
        @usableFromInline var next: UInt32
        @usableFromInline var previous: UInt32

        @inlinable
        init(next: UInt32, previous: UInt32) {
            self.next = next
            self.previous = previous
        }
    }

    @usableFromInline static let levels = 6
    @usableFromInline static let headCount = 384
    @usableFromInline static let unlinked = UInt32.max
    @usableFromInline static let lastTick = UInt64(1) << 36 - 1

    /// The first 384 nodes are the heads of the slots' lists, then come the items.
    @usableFromInline var links: [Links]
    /// A bit for each slot of a level that may hold something; cleared lazily.
    @usableFromInline var occupied: InlineArray<6, UInt64>
    /// Everything due before this tick has fired.
    @usableFromInline var current: UInt64
    @usableFromInline let origin: Timestamp
    @usableFromInline let resolutionBits: UInt64
    /// How many items are scheduled.
    public private(set) var count: Int

    /// An empty wheel whose time starts at `origin`.
    ///
    /// A tick is 2^`resolutionBits` nanoseconds (10…40; 28 is 268 ms and reaches over all of `Timestamp`,
    /// 24 is 17 ms and reaches 36 years). It decides only how much lies in one slot.
    public init(origin: Timestamp = .zero, resolutionBits: Int = 28) {
        self.origin = origin
        self.resolutionBits = UInt64(min(max(resolutionBits, 10), 40))
        links = []
        links.reserveCapacity(Self.headCount)
        for head in 0..<UInt32(Self.headCount) { links.append(Links(next: head, previous: head)) }
        occupied = InlineArray(repeating: 0)
        current = 0
        count = 0
    }

    /// Whether the item waits for its deadline.
    public func isScheduled(_ item: UInt32) -> Bool {
        let node = Int(item) + Self.headCount
        return node < links.count && links[node].next != Self.unlinked
    }

    /// Schedules an item, or schedules it anew; one whose deadline has passed fires at the next call.
    ///
    /// Memory is kept for every number up to the largest item ever scheduled.
    public mutating func schedule(_ item: UInt32, at deadline: Timestamp) {
        let node = Int(item) + Self.headCount
        if node >= links.count {
            grow(to: node + 1)
        } else if links[node].next != Self.unlinked {
            unlink(node)
        }
        link(node, tick(of: deadline))
    }

    /// Takes an item out; nothing happens if it isn't scheduled.
    public mutating func cancel(_ item: UInt32) {
        if isScheduled(item) { unlink(Int(item) + Self.headCount) }
    }

    /// Takes out one item whose deadline is not after `now`, or returns nil.
    ///
    /// Nil with a budget left means that nothing more is due; nil with none left, that there may be more.
    /// Items come in no particular order within a tick. A `now` before an earlier one does no harm.
    /// - Parameter budget: how many items may be looked at or moved to a lower level; is counted down.
    @inlinable
    public mutating func popDue<Deadlines: TimerDeadlines>(
        at now: Timestamp,
        deadlines: Deadlines,
        budget: inout Int,
    ) -> UInt32? {
        let target = tick(of: now)
        var firstKept: Int?
        while budget > 0 {
            if let head = slotToCascade() {
                let node = Int(links[head].next)
                budget -= 1
                unlink(node)
                link(node, tick(of: deadlines.deadline(of: item(node))))
                continue
            }
            let head = Int(current & 63)
            let node = Int(links[head].next)
            if node == head {
                occupied[0] &= ~(1 << (current & 63))
                if current >= target { return nil }
                current = nextOccupiedTick(notAfter: target)
                continue
            }
            if node == firstKept { return nil }
            budget -= 1
            let deadline = deadlines.deadline(of: item(node))
            unlink(node)
            if deadline <= now { return item(node) }
            link(node, tick(of: deadline))
            if firstKept == nil && tick(of: deadline) <= current { firstKept = node }
        }
        return nil
    }

    /// When `popDue` ought to be called next; nil if nothing is scheduled.
    ///
    /// Not later than the earliest deadline, except that where more than 64 items share the current
    /// tick it may be the tick's end. It may be earlier, when a cascade is due.
    @inlinable
    public func nextDeadline(_ deadlines: some TimerDeadlines) -> Timestamp? {
        if count == 0 { return nil }
        if slotToCascade() != nil { return start(ofTick: current) }
        let head = Int(current & 63)
        var node = Int(links[head].next)
        if node == head { return start(ofTick: nextOccupied()) }
        var earliest = start(ofTick: current + 1)
        for _ in 0..<64 where node != head {
            earliest = min(earliest, deadlines.deadline(of: item(node)))
            node = Int(links[node].next)
        }
        return earliest
    }
}

extension TimingWheel {
    /// The tick that an instant lies in; the first and the last take what lies beyond them.
    @inlinable
    func tick(of instant: Timestamp) -> UInt64 {
        let elapsed = (instant - origin).nanoseconds
        return elapsed <= 0 ? 0 : min(UInt64(elapsed) >> resolutionBits, Self.lastTick)
    }

    @usableFromInline
    func start(ofTick tick: UInt64) -> Timestamp {
        let (elapsed, overflow) = tick.multipliedReportingOverflow(by: 1 << resolutionBits)
        let limit = UInt64(Int64.max)
        return origin + Interval(nanoseconds: overflow ? .max : Int64(min(elapsed, limit)))
    }

    @inlinable
    func item(_ node: Int) -> UInt32 { UInt32(truncatingIfNeeded: node - Self.headCount) }

    /// Appends a node to the list of the slot that its tick belongs to, seen from the current tick.
    ///
    /// The level is that of the highest digit (base 64) in which the two differ; so whatever waits in a
    /// slot shares all higher digits with `current`, and a slot holds only one lap.
    @usableFromInline
    mutating func link(_ node: Int, _ tick: UInt64) {
        let tick = max(tick, current)
        let level = tick == current ? 0 : (63 - (tick ^ current).leadingZeroBitCount) / 6
        let slot = (tick >> UInt64(6 * level)) & 63
        let head = level * 64 + Int(slot)
        let last = links[head].previous
        links[node] = Links(next: UInt32(truncatingIfNeeded: head), previous: last)
        links[Int(last)].next = UInt32(truncatingIfNeeded: node)
        links[head].previous = UInt32(truncatingIfNeeded: node)
        occupied[level] |= 1 << slot
        count += 1
    }

    @usableFromInline
    mutating func unlink(_ node: Int) {
        let old = links[node]
        links[Int(old.previous)].next = old.next
        links[Int(old.next)].previous = old.previous
        links[node] = Links(next: Self.unlinked, previous: Self.unlinked)
        count -= 1
    }

    private mutating func grow(to nodes: Int) {
        // A quarter more, not double: a table has 256 of these, and the slack is memory of every binding.
        if nodes > links.capacity { links.reserveCapacity(nodes + nodes / 4) }
        while links.count < nodes { links.append(Links(next: Self.unlinked, previous: Self.unlinked)) }
    }

    /// The head of a higher slot whose first tick is the current one and which still holds items.
    @inlinable
    func slotToCascade() -> Int? {
        guard current & 63 == 0 else { return nil }
        var level = 1
        while level < Self.levels {
            let digits = current >> UInt64(6 * level)
            let head = level * 64 + Int(digits & 63)
            if Int(links[head].next) != head { return head }
            if digits & 63 != 0 { return nil }
            level += 1
        }
        return nil
    }

    @usableFromInline
    mutating func nextOccupiedTick(notAfter target: UInt64) -> UInt64 { min(nextOccupied(), target) }

    /// The first tick after the current one at which a slot holds something; the last tick if none does.
    @usableFromInline
    func nextOccupied() -> UInt64 {
        for level in 0..<Self.levels {
            let shift = UInt64(6 * level)
            let digit = (current >> shift) & 63
            var later = digit == 63 ? 0 : occupied[level] & (~0 << (digit + 1))
            while later != 0 {
                let slot = UInt64(later.trailingZeroBitCount)
                let head = level * 64 + Int(slot)
                if Int(links[head].next) != head {
                    return (current >> (shift + 6)) << (shift + 6) | slot << shift
                }
                later &= later - 1
            }
        }
        return Self.lastTick
    }
}
