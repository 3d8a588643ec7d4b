internal import SIPMessage
public import Timing

/// One of the table's 256 parts, with everything that belongs to its addresses of record: bindings, texts,
/// timers, tombstones, news. Reached only through `BindingTable.withPartition`, under its lock.
///
/// A binding whose time is over counts as absent for `current` at once; it is there for `facts`, `withText`
/// and `binding` until `advance` has come by. Nothing traps: an id that means nothing here gives nil.
public struct Partition: ~Copyable, Sendable {
    /// Its number, 0…255.
    public let number: Int

    let hash: KeyedHash
    let counters: TableCounters
    let maximumTombstones: Int
    let tracksChanges: Bool

    var records = RecordStore()
    var index = HashIndex()
    var slab = TextSlab()
    var agents = TextPool()
    var locals = EndpointPool()
    var wheel = TimingWheel()
    var graves = Graveyard()
    var firstDirty = BindingRecord.none
    var lastDirty = BindingRecord.none
    /// How often bindings have changed here, by cause (`Cause.rawValue`).
    var changeCounts = InlineArray<16, UInt64>(repeating: 0)
    /// Where a binding's texts are put together before they go into the slab; keeps its memory.
    var scratch: [UInt8] = []

    init(
        number: Int,
        hash: KeyedHash,
        counters: TableCounters,
        maximumTombstones: Int,
        tracksChanges: Bool,
    ) {
        self.number = number
        self.hash = hash
        self.counters = counters
        self.maximumTombstones = maximumTombstones
        self.tracksChanges = tracksChanges
    }

    // MARK: Looking

    /// The bindings of an address of record that are current, latest refreshed first, instead of what was in
    /// `found` (its memory is kept).
    ///
    /// - Parameter aor: the canonical address of record (RFC 3261 §10.3 step 5).
    public func current(of aor: Span<UInt8>, at now: Timestamp, into found: inout [BindingFacts]) {
        found.removeAll(keepingCapacity: true)
        var slot = firstContact(of: aor)
        while slot != BindingRecord.none {
            if records[slot].expiresAt > now {
                // Contacts are chained as they were touched, so this hardly ever moves anything.
                let facts = facts(at: slot)
                var place = found.count
                while place > 0, found[place - 1].refreshedAt < facts.refreshedAt { place -= 1 }
                if place == found.count { found.append(facts) } else { found.insert(facts, at: place) }
            }
            slot = records[slot].nextContact
        }
    }

    /// The same for an address of record of which only the whole keyed hash is known (`BindingTable.hash`).
    public func current(ofHash hash: UInt64, at now: Timestamp, into found: inout [BindingFacts]) {
        found.removeAll(keepingCapacity: true)
        var aor: [UInt8] = []
        _ = index.find(UInt32(truncatingIfNeeded: hash)) { slot in
            slab.withBytes(records[slot].text) { block in
                let text = block.extracting(TextBlock.aor(block))
                guard self.hash(text) == hash else { return false }
                aor = bytes(text)
                return true
            }
        }
        if !aor.isEmpty { current(of: aor.span, at: now, into: &found) }
    }

    /// The same bindings by their ids, in the same order.
    public func current(of aor: Span<UInt8>, at now: Timestamp, into found: inout [BindingID]) {
        found.removeAll(keepingCapacity: true)
        var slot = firstContact(of: aor)
        while slot != BindingRecord.none {
            if records[slot].expiresAt > now {
                let refreshedAt = records[slot].refreshedAt
                var place = found.count
                while place > 0, records[found[place - 1].slot].refreshedAt < refreshedAt { place -= 1 }
                if place == found.count {
                    found.append(id(at: slot))
                } else {
                    found.insert(id(at: slot), at: place)
                }
            }
            slot = records[slot].nextContact
        }
    }

    /// The numbers of a binding; nil if it has left or never was.
    public func facts(_ id: BindingID) -> BindingFacts? {
        state(of: id) == .live ? facts(at: id.slot) : nil
    }

    /// Calls `body` with one text of a binding, in the table's own memory; nil if it has left or never was.
    public func withText<R>(
        _ id: BindingID,
        _ field: BindingTextField,
        _ body: (Span<UInt8>) -> R,
    ) -> R? {
        guard state(of: id) == .live else { return nil }
        let record = records[id.slot]
        if field == .userAgent { return agents.withText(record.userAgent, body) }
        return slab.withBytes(record.text) { block in
            body(block.extracting(TextBlock(block).range(of: field)))
        }
    }

    /// A whole binding as a value; nil if it has left or never was.
    public func binding(_ id: BindingID) -> Binding? {
        state(of: id) == .live ? Binding(facts: facts(at: id.slot), texts: texts(at: id.slot)) : nil
    }

    /// A binding that has left, with its `gone`; nil if it is there, or is forgotten.
    ///
    /// It is remembered until its own original expiry, thirty seconds at least, unless more have left since
    /// than the table may remember.
    public func tombstone(_ id: BindingID) -> Binding? {
        guard state(of: id) == .tombstone else { return nil }
        let record = records[id.slot]
        let gone = Binding.Departure(cause: Cause(rawValue: record.cause) ?? .expired, at: record.goneAt)
        return Binding(facts: facts(at: id.slot), texts: texts(at: id.slot), gone: gone)
    }

    /// Calls `body` with the facts of each binding, `limit` slots at most; returns the slot to go on from
    /// (0 to begin), nil at the end.
    ///
    /// Bindings made between two calls may be missed or seen; whoever builds an order of rows takes the
    /// changes too. `body` may look at the same partition.
    public func visit(from slot: UInt32, limit: Int, _ body: (BindingFacts) -> Void) -> UInt32? {
        guard slot < records.count else { return nil }
        let end = UInt32(min(Int(slot) + max(limit, 1), Int(records.count)))
        for slot in slot..<end where records[slot].state == .live { body(facts(at: slot)) }
        return end < records.count ? end : nil
    }

    /// When `advance` ought to be called next; nil if nothing waits. May be a little early.
    public var nextDeadline: Timestamp? { wheel.nextDeadline(records) }

    // MARK: What the rest of the partition uses

    func state(of id: BindingID) -> BindingRecord.State? {
        guard id.partition == number, id.slot < records.count else { return nil }
        return records[id.slot].generation == id.generation ? records[id.slot].state : nil
    }

    func id(at slot: UInt32) -> BindingID {
        BindingID(partition: number, generation: records[slot].generation, slot: slot)
    }

    func facts(at slot: UInt32) -> BindingFacts {
        records[slot].facts(id: id(at: slot), local: locals[records[slot].local])
    }

    /// The place in the index of an address of record's first contact.
    func place(of aor: Span<UInt8>, _ hash: UInt32) -> HashIndex.Place? {
        index.find(hash) { slot in
            slab.withBytes(records[slot].text) { isEqual($0.extracting(TextBlock.aor($0)), aor) }
        }
    }

    private func firstContact(of aor: Span<UInt8>) -> UInt32 {
        place(of: aor, UInt32(truncatingIfNeeded: hash(aor)))?.value ?? BindingRecord.none
    }

    private func texts(at slot: UInt32) -> BindingTexts {
        let record = records[slot]
        let agent = agents.withText(record.userAgent) { bytes($0) }
        return slab.withBytes(record.text) { block in
            let layout = TextBlock(block)
            return BindingTexts(
                aor: bytes(block.extracting(layout.aor)),
                contact: bytes(block.extracting(layout.contact)),
                contactParameters: bytes(block.extracting(layout.contactParameters)),
                callID: bytes(block.extracting(layout.callID)),
                userAgent: agent,
                sentBy: bytes(block.extracting(layout.sentBy)),
                account: bytes(block.extracting(layout.account)),
                path: bytes(block.extracting(layout.path)),
                peer: bytes(block.extracting(layout.peer)),
                numbers: bytes(block.extracting(layout.numbers)),
            )
        }
    }
}

private func bytes(_ text: Span<UInt8>) -> [UInt8] { text.withUnsafeBufferPointer { Array($0) } }
