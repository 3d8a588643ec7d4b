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
            let id = id(at: slot)
            let news = records[slot].takeNews()
            taken.append(DirtyBinding(id: id, cause: news.cause, isNew: news.isNew))
            firstDirty = news.next
            if records[slot].state == .husk { records.giveBack(slot) }
        }
        if firstDirty == BindingRecord.none { lastDirty = BindingRecord.none }
    }

    /// Whether there is news.
    public var isDirty: Bool { firstDirty != BindingRecord.none }

    /// Writes down that a binding changed.
    mutating func note(_ slot: UInt32, _ cause: Cause, isNew: Bool) {
        changeCounts[Int(cause.rawValue & 15)] &+= 1
        guard tracksChanges else {
            records[slot].cause = cause.rawValue
            return
        }
        guard records[slot].note(cause, isNew: isNew) else { return }
        if lastDirty == BindingRecord.none {
            firstDirty = slot
        } else {
            records[lastDirty].nextListed = slot
        }
        lastDirty = slot
    }
}
