internal import SIPMessage
internal import Timing

extension Partition {
    /// Puts a binding back that an earlier process had, with its id, counters, rhythm and what pings told; one whose
    /// `gone` is set becomes a tombstone again. To be called between the table's `beginRestoring` and
    /// `finishRestoring`.
    ///
    /// An id whose slot is taken, or that belongs to another partition (after
    /// a change of the table's seed), is replaced by a new one.
    /// - Returns: the id that it has now; nil if it is there already, if its address of record belongs to another
    ///   partition, or if its texts are longer than any message.
    public mutating func restore(_ binding: Binding) -> BindingID? {
        let id = binding.facts.id
        if let state = state(of: id), state != .free { return nil }
        let hash = hash(binding.texts.aor.span)
        guard Int(hash >> 56) == number, let flat = FlatTexts(binding.texts),
            let block = block(binding.texts.aor.span, flat.ranges, of: flat.bytes.span)
        else { return nil }
        let fits = id.partition == number && records.place(id.slot, generation: id.generation)
        guard let slot = fits ? id.slot : records.take() else {
            slab.free(block)
            return nil
        }
        fill(slot, binding.facts, block, userAgent: binding.texts.userAgent.span)
        records[slot].restore(binding.facts.reachability)
        if let gone = binding.gone {
            entomb(slot, gone)
        } else {
            enter(slot, binding.texts.aor.span, UInt32(truncatingIfNeeded: hash))
            schedule(slot)
            note(slot, .restored, isNew: true)
        }
        return self.id(at: slot)
    }

    /// A slot that was filled in becomes a tombstone. That it left is no news: nobody saw it.
    private mutating func entomb(_ slot: UInt32, _ gone: Binding.Departure) {
        records[slot].state = .tombstone
        records[slot].link = UInt64(bitPattern: gone.at.nanoseconds)
        records[slot].cause = gone.cause.rawValue
        graves.add(id(at: slot))
        schedule(slot)
        if counters.addTombstones(1) > maximumTombstones { dropOldestTombstone() }
    }
}
