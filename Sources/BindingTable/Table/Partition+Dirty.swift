extension Partition {
    /// Takes the news of bindings that changed since it was last taken, `limit` at most, the longest waiting
    /// first, and puts it behind what `taken` holds.
    ///
    /// Nothing is lost and a binding appears once, however often it changed: with its latest cause, and
    /// `isNew` if it was made since. One that came and went in between appears with both.
    public mutating func takeDirty(limit: Int, into taken: inout [DirtyBinding]) {
        var left = limit
        while left > 0, firstDirty != BindingRecord.none {
            left -= 1
            let slot = firstDirty
            let record = records[slot]
            let cause = Cause(rawValue: record.cause) ?? .expired
            taken.append(DirtyBinding(id: id(at: slot), cause: cause, isNew: record.isNew))
            firstDirty = record.nextListed
            records[slot].nextListed = BindingRecord.none
            records[slot].isDirty = false
            records[slot].isNew = false
            if record.state == .husk { records.giveBack(slot) }
        }
        if firstDirty == BindingRecord.none { lastDirty = BindingRecord.none }
    }

    /// Whether there is news.
    public var isDirty: Bool { firstDirty != BindingRecord.none }

    /// Writes down that a binding changed.
    mutating func note(_ slot: UInt32, _ cause: Cause, isNew: Bool) {
        records[slot].cause = cause.rawValue
        guard tracksChanges else { return }
        if isNew { records[slot].isNew = true }
        if records[slot].isDirty { return }
        records[slot].isDirty = true
        records[slot].nextListed = BindingRecord.none
        if lastDirty == BindingRecord.none {
            firstDirty = slot
        } else {
            records[lastDirty].nextListed = slot
        }
        lastDirty = slot
    }
}
