public import SIPMessage
public import Synchronization
public import Timing

/// All bindings of the registrar, in 256 partitions by address of record, each behind its own lock.
///
/// A lock is held for one short closure and never two at once (design: §5). Numbers of the whole table are
/// read without a lock and may be a moment old. Where bindings change, somebody must take the news
/// (`takeDirty`): news of bindings that left is kept until then.
public final class BindingTable: Sendable {
    /// How many partitions there are.
    public static let partitionCount = 256

    @usableFromInline let partitions: InlineArray<256, Mutex<Partition>>
    private let counters = TableCounters()
    private let keyedHash: KeyedHash

    /// An empty table.
    ///
    /// - Parameters:
    ///   - seed: secret and different in each process, so that nobody can choose texts that collide.
    ///   - maximumTombstones: how many bindings that left the whole table remembers; the oldest go first.
    ///   - tracksChanges: false for a table whose news nobody takes.
    public init(seed: UInt64, maximumTombstones: Int = 65_536, tracksChanges: Bool = true) {
        let hash = KeyedHash(seed: seed)
        let counters = counters
        keyedHash = hash
        partitions = InlineArray { number in
            Mutex(
                Partition(
                    number: number,
                    hash: hash,
                    counters: counters,
                    maximumTombstones: maximumTombstones,
                    tracksChanges: tracksChanges,
                )
            )
        }
    }

    // MARK: Partitions

    /// Keyed hash of a text, the same for equal texts within this table; for Call-IDs and branches too.
    public func hash(_ bytes: Span<UInt8>) -> UInt64 { keyedHash(bytes) }

    /// The partition that an address of record belongs to.
    public func partitionIndex(of aor: Span<UInt8>) -> Int { Int(keyedHash(aor) >> 56) }

    /// Runs one short closure with the partition of an address of record, under its lock.
    @inlinable
    public func withPartition<R, E: Error>(
        of aor: Span<UInt8>,
        _ body: (inout Partition) throws(E) -> sending R,
    ) throws(E) -> sending R {
        try withPartition(at: partitionIndex(of: aor), body)
    }

    /// Runs one short closure with a partition, under its lock. The index counts modulo 256.
    @inlinable
    public func withPartition<R, E: Error>(
        at index: Int,
        _ body: (inout Partition) throws(E) -> sending R,
    ) throws(E) -> sending R {
        try partitions[index & 255].withLock { (partition) throws(E) -> sending R in
            try body(&partition)
        }
    }

    /// Begins the restoring of bindings (`Partition.restore`) into a table that has none: slots that were never used
    /// get ids of this generation at least, so that no id comes again that an earlier process gave out.
    ///
    /// - Parameter generation: above that of every id that an earlier process gave out; counts in 24 bits.
    public func beginRestoring(generation: UInt32) {
        for index in 0..<Self.partitionCount {
            withPartition(at: index) { $0.records.beginRestoring(generation: generation) }
        }
    }

    /// Ends the restoring: what lies between restored bindings can be given out.
    public func finishRestoring() {
        for index in 0..<Self.partitionCount { withPartition(at: index) { $0.records.finishRestoring() } }
    }

    // MARK: Numbers

    /// Bindings that are there, overdue ones that no `advance` has met yet included.
    public var bindingCount: Int { counters.bindingCount }
    /// Addresses of record that have a binding.
    public var addressOfRecordCount: Int { counters.addressOfRecordCount }
    /// Bindings that left and are remembered.
    public var tombstoneCount: Int { counters.tombstoneCount }
    /// Bindings with the badge `nat`.
    public var natCount: Int { counters.natCount }
    /// Bindings that came over a transport.
    public func count(of transport: TransportKind) -> Int { counters.count(of: transport) }

    /// How often bindings have changed since the table was made, in the order of `Cause.allCases`; exact.
    ///
    /// Partitions count under the locks that changes are made under anyway; this takes each of the locks for a
    /// moment, one after the other.
    public func changeCounts() -> [(cause: Cause, count: UInt64)] {
        var sums = InlineArray<16, UInt64>(repeating: 0)
        for index in 0..<Self.partitionCount {
            let counts = withPartition(at: index) { $0.changeCounts }
            for number in counts.indices { sums[number] &+= counts[number] }
        }
        return Cause.allCases.map { ($0, sums[Int($0.rawValue & 15)]) }
    }

    // MARK: Single bindings

    /// The numbers of a binding; nil if it has left or never was.
    public func facts(_ id: BindingID) -> BindingFacts? {
        withPartition(at: id.partition) { $0.facts(id) }
    }

    /// A whole binding as a value, one that left included (its `gone` is set) while it is remembered.
    public func binding(_ id: BindingID) -> Binding? {
        withPartition(at: id.partition) { $0.binding(id) ?? $0.tombstone(id) }
    }

    /// A binding that has left, with its `gone`; nil if it is there, or is forgotten.
    public func tombstone(_ id: BindingID) -> Binding? {
        withPartition(at: id.partition) { $0.tombstone(id) }
    }

    /// Calls `body` with one text of a binding, under the partition's lock; nil if it has left.
    public func withText<R>(
        _ id: BindingID,
        _ field: BindingTextField,
        _ body: (Span<UInt8>) -> R,
    ) -> R? {
        var result: R?
        withPartition(at: id.partition) { result = $0.withText(id, field, body) }
        return result
    }

    /// The current bindings of an address of record, latest refreshed first, as values.
    public func bindings(of aor: [UInt8], at now: Timestamp) -> [Binding] {
        withPartition(of: aor.span) { partition in
            var ids: [BindingID] = []
            partition.current(of: aor.span, at: now, into: &ids)
            return ids.compactMap { partition.binding($0) }
        }
    }

    /// The current bindings of an address of record by their numbers, instead of what was in `found`.
    public func current(of aor: Span<UInt8>, at now: Timestamp, into found: inout [BindingFacts]) {
        withPartition(of: aor) { $0.current(of: aor, at: now, into: &found) }
    }

    // MARK: News and time

    /// Takes news of all partitions, `limit` at most, and puts it behind what `taken` holds; false when none
    /// was left. Each partition's news is in the order of its coming, see `Partition.takeDirty`; a call that met
    /// its limit is followed by one that begins where it ended, so that no partition waits for ever.
    public func takeDirty(limit: Int, into taken: inout [DirtyBinding]) -> Bool {
        let end = taken.count + max(limit, 0)
        let first = counters.nextToTake
        for index in first..<first + Self.partitionCount {
            let isLeft = withPartition(at: index) { partition in
                partition.takeDirty(limit: end - taken.count, into: &taken)
                return partition.isDirty
            }
            if isLeft {
                counters.nextToTake = index & 255
                return true
            }
        }
        return false
    }

    /// Advances one loop's share of the partitions (those whose number is `share` modulo `shares`), `limit`
    /// bindings and tombstones at most; returns when to call again, which is not after `now` if there is more
    /// to do. Partitions that wait for nothing aren't locked.
    ///
    /// Nobody depends on how soon this happens: a look-up treats an overdue binding as absent.
    /// - Parameter store: is told which bindings have expired.
    public func advance(
        share: Int,
        of shares: Int,
        to now: Timestamp,
        limit: Int,
        committing store: (any LocationStore)? = nil,
    ) -> Timestamp {
        var wakeUp = Timestamp.distantFuture
        var budget = Partition.Budget(limit: limit)
        for index in stride(from: max(share, 0), to: Self.partitionCount, by: max(shares, 1)) {
            if counters.wakeUp(of: index) <= now {
                if budget.isSpent { return now }
                withPartition(at: index) { partition in
                    if let store {
                        partition.advance(to: now, within: &budget, committing: store)
                    } else {
                        _ = partition.advance(to: now, within: &budget)
                    }
                }
            }
            wakeUp = min(wakeUp, counters.wakeUp(of: index))
        }
        return wakeUp
    }
}
