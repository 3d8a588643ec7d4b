internal import SIPMessage
public import Timing

extension Partition {
    /// Applies changes in their order; returns how many were made. Cannot fail: a change of a binding that
    /// isn't there (any more) is passed over.
    ///
    /// An update keeps identity and creation, counts the refresh, learns the phone's rhythm and raises the
    /// version, whatever its facts say of these; with the cause `rolledBack` or `restored` it takes counters,
    /// rhythm and creation from its facts instead, for they are the earlier state. An addition takes its facts
    /// as they are, but for the id: an undo so keeps expiry, creation and counters, and gets a new id.
    /// - Parameters:
    ///   - aor: the canonical address of record; only additions look at it. One of another partition, or of
    ///     more than 65,535 bytes, adds nothing.
    ///   - texts: what the changes' ranges count in; a range that isn't within it is an empty text.
    ///   - added: gets the id of each binding that was added, in order, behind what it holds.
    @discardableResult
    public mutating func apply(
        _ changes: [BindingChange],
        aor: Span<UInt8>,
        texts: Span<UInt8>,
        at now: Timestamp,
        added: inout [BindingID],
    ) -> Int {
        var made = 0
        for change in changes where make(change, aor: aor, texts: texts, at: now, added: &added) { made += 1 }
        return made
    }

    /// Makes one change; false if it was passed over.
    mutating func make(
        _ change: BindingChange,
        aor: Span<UInt8>,
        texts: Span<UInt8>,
        at now: Timestamp,
        added: inout [BindingID],
    ) -> Bool {
        switch change {
        case .add(let facts, let ranges, let cause):
            guard let id = add(facts, ranges, of: texts, aor, cause) else { return false }
            added.append(id)
        case .update(let id, let facts, let ranges, let cause):
            guard state(of: id) == .live else { return false }
            update(id.slot, facts, ranges, of: texts, cause)
        case .remove(let id, let cause):
            guard state(of: id) == .live else { return false }
            bury(id.slot, cause, at: now)
        case .observe(let id, let observation):
            guard state(of: id) == .live else { return false }
            observe(id.slot, observation)
        }
        return true
    }

    /// Applies changes for one who doesn't ask for the new ids.
    @discardableResult
    public mutating func apply(
        _ changes: [BindingChange],
        aor: Span<UInt8>,
        texts: Span<UInt8>,
        at now: Timestamp,
    ) -> Int {
        var added: [BindingID] = []
        return apply(changes, aor: aor, texts: texts, at: now, added: &added)
    }

    private mutating func add(
        _ facts: BindingFacts,
        _ ranges: BindingTextRanges,
        of texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ cause: Cause,
    ) -> BindingID? {
        let hash = hash(aor)
        guard Int(hash >> 56) == number, aor.count <= Int(UInt16.max),
            let block = block(aor, ranges, of: texts)
        else { return nil }
        guard let slot = records.take() else {
            slab.free(block)
            return nil
        }
        fill(slot, facts, block, userAgent: texts.extracting(bounds(ranges.userAgent, within: texts)))
        enter(slot, aor, UInt32(truncatingIfNeeded: hash))
        schedule(slot)
        note(slot, cause, isNew: true)
        return id(at: slot)
    }

    /// Fills a slot that was taken with a binding's numbers and texts; whether it lives is not yet said.
    mutating func fill(_ slot: UInt32, _ facts: BindingFacts, _ block: UInt32, userAgent: Span<UInt8>) {
        var record = records[slot]
        record.set(facts)
        record.setHistory(facts)
        record.version = facts.version
        record.text = block
        record.userAgent = agents.add(userAgent, hash)
        record.local = locals.add(facts.path.local)
        records[slot] = record
    }

    /// A binding that was filled in joins the contacts of its address of record and counts.
    mutating func enter(_ slot: UInt32, _ aor: Span<UInt8>, _ hash: UInt32) {
        var next = BindingRecord.none
        if let place = place(of: aor, hash) {
            next = place.value
            index.replace(place, with: slot)
        } else {
            index.insert(hash, slot)
            counters.addAddressesOfRecord(1)
        }
        records[slot].link = UInt64(hash) << 32 | UInt64(next)
        records[slot].state = .live
        counters.addBindings(1)
        counters.addPath(
            records[slot].transportKind,
            isNAT: Badges(rawValue: records[slot].badges).contains(.nat),
            1
        )
    }

    private mutating func update(
        _ slot: UInt32,
        _ facts: BindingFacts,
        _ ranges: BindingTextRanges,
        of texts: Span<UInt8>,
        _ cause: Cause,
    ) {
        rewriteTexts(slot, ranges, of: texts)
        let before = records[slot]
        var record = before
        if locals[before.local] != facts.path.local {
            locals.release(before.local)
            record.local = locals.add(facts.path.local)
        }
        if cause == .rolledBack || cause == .restored {
            record.setHistory(facts)
        } else {
            record.learnRhythm(refreshedAt: facts.refreshedAt)
            record.refreshes &+= 1
            if cause == .moved { record.forgetPings() }
        }
        record.set(facts)
        record.version &+= 1
        records[slot] = record
        let isNAT = facts.badges.contains(.nat)
        let wasNAT = Badges(rawValue: before.badges).contains(.nat)
        if before.transportKind != facts.path.transport || wasNAT != isNAT {
            counters.addPath(before.transportKind, isNAT: wasNAT, -1)
            counters.addPath(facts.path.transport, isNAT: isNAT, 1)
        }
        moveToFront(slot)
        // A later end needs no call: the wheel asks the record again when the old one comes.
        if facts.expiresAt < before.expiresAt { schedule(slot) }
        note(slot, cause, isNew: false)
    }

    private mutating func observe(_ slot: UInt32, _ observation: Observation) {
        let end = records[slot].expiresAt
        guard records[slot].take(observation) else { return }
        if records[slot].expiresAt < end { schedule(slot) }
        note(slot, .observed, isNew: false)
    }

    /// Writes the texts of an update, unless they are what the binding has: a mere refresh touches no byte.
    private mutating func rewriteTexts(_ slot: UInt32, _ ranges: BindingTextRanges, of texts: Span<UInt8>) {
        let (text, userAgent) = (records[slot].text, records[slot].userAgent)
        let agent = texts.extracting(bounds(ranges.userAgent, within: texts))
        if !agents.isText(userAgent, agent) {
            records[slot].userAgent = agents.add(agent, hash)
            agents.release(userAgent)
        }
        var buffer: [UInt8] = []
        swap(&buffer, &scratch)
        buffer.removeAll(keepingCapacity: true)
        slab.withBytes(text) { block in
            let layout = TextBlock(block)
            if layout.holds(ranges, of: texts, in: block) { return }
            TextBlock.write(aor: block.extracting(layout.aor), ranges, of: texts, into: &buffer)
        }
        let needed = buffer.count + TextSlab.overhead
        if !buffer.isEmpty {
            let room = slab.room(text)
            // The old block is kept if it fits without wasting more than half of itself.
            if needed <= room, needed > room / 2 {
                slab.write(buffer.span, to: text)
            } else if let block = slab.allocate(needed) {
                slab.write(buffer.span, to: block)
                slab.free(text)
                records[slot].text = block
            }
        }
        swap(&buffer, &scratch)
    }

    mutating func block(
        _ aor: Span<UInt8>,
        _ ranges: BindingTextRanges,
        of texts: Span<UInt8>,
    ) -> UInt32? {
        var buffer: [UInt8] = []
        swap(&buffer, &scratch)
        buffer.removeAll(keepingCapacity: true)
        TextBlock.write(aor: aor, ranges, of: texts, into: &buffer)
        let block = slab.allocate(buffer.count + TextSlab.overhead)
        if let block { slab.write(buffer.span, to: block) }
        swap(&buffer, &scratch)
        return block
    }

    /// Puts a contact first in the chain of its address of record.
    private mutating func moveToFront(_ slot: UInt32) {
        guard let place = index.find(records[slot].hash, { isInChain(slot, from: $0) }), place.value != slot
        else { return }
        unchain(slot, from: place.value)
        records[slot].nextContact = place.value
        index.replace(place, with: slot)
    }

    private func isInChain(_ slot: UInt32, from first: UInt32) -> Bool {
        var contact = first
        while contact != BindingRecord.none {
            if contact == slot { return true }
            contact = records[contact].nextContact
        }
        return false
    }

    /// Takes a contact out of its chain, of which it is not the first.
    private mutating func unchain(_ slot: UInt32, from first: UInt32) {
        var before = first
        while records[before].nextContact != slot { before = records[before].nextContact }
        records[before].nextContact = records[slot].nextContact
    }

    /// A binding leaves its address of record and becomes a tombstone.
    mutating func bury(_ slot: UInt32, _ cause: Cause, at now: Timestamp) {
        let record = records[slot]
        if let place = index.find(record.hash, { isInChain(slot, from: $0) }) {
            if place.value != slot {
                unchain(slot, from: place.value)
            } else if record.nextContact != BindingRecord.none {
                index.replace(place, with: record.nextContact)
            } else {
                index.remove(place)
                counters.addAddressesOfRecord(-1)
            }
        }
        counters.addBindings(-1)
        counters.addPath(
            record.transportKind,
            isNAT: Badges(rawValue: record.badges).contains(.nat),
            -1
        )
        records[slot].state = .tombstone
        records[slot].link = UInt64(bitPattern: now.nanoseconds)
        note(slot, cause, isNew: false)
        graves.add(id(at: slot))
        schedule(slot)
        if counters.addTombstones(1) > maximumTombstones { dropOldestTombstone() }
    }
}
