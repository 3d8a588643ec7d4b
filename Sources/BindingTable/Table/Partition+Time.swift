public import Timing

extension Partition {
    /// Lets bindings expire whose time is over, and forgets tombstones that are too old, `limit` of both
    /// together at most; returns how many bindings expired.
    ///
    /// Call it again at `nextDeadline`, which is not after `now` if there is more to do. A binding that was
    /// refreshed since its timer was set is passed over: the timer asks the record itself.
    public mutating func advance(to now: Timestamp, limit: Int) -> Int {
        var budget = Budget(limit: limit)
        return advance(to: now, within: &budget)
    }

    /// The same, and what expired goes to a store while the partition is locked.
    mutating func advance(to now: Timestamp, within budget: inout Budget, committing store: any LocationStore)
    {
        var expired: [CommittedChange] = []
        _ = advance(to: now, within: &budget, recording: true, into: &expired)
        if !expired.isEmpty { store.commit(CommitTicket(changes: expired)) }
    }

    mutating func advance(to now: Timestamp, within budget: inout Budget) -> Int {
        var nothing: [CommittedChange] = []
        return advance(to: now, within: &budget, recording: false, into: &nothing)
    }

    /// What one call of `advance` may still do.
    struct Budget {
        /// Bindings to expire and tombstones to forget.
        var acts: Int
        /// Looks at a timer. Four for each act let a full slot cascade in passing.
        var steps: Int

        init(limit: Int) {
            acts = min(max(limit, 1), Int.max / 4)
            steps = acts * 4
        }

        var isSpent: Bool { acts <= 0 || steps <= 0 }
    }

    private mutating func advance(
        to now: Timestamp,
        within budget: inout Budget,
        recording: Bool,
        into changes: inout [CommittedChange],
    ) -> Int {
        var expired = 0
        while budget.acts > 0,
            let slot = wheel.popDue(at: now, deadlines: records, budget: &budget.steps)
        {
            budget.acts -= 1
            switch records[slot].state {
            case .live:
                if recording, let change = leaving(id(at: slot), .expired, at: now) { changes.append(change) }
                bury(slot, .expired, at: now)
                expired += 1
            case .tombstone:
                drop(slot)
            case .husk, .free:
                break
            }
        }
        counters.setWakeUp(of: number, nextDeadline ?? .distantFuture)
        return expired
    }

    /// Sets the timer of a record, and tells the loops if it is the partition's earliest.
    mutating func schedule(_ slot: UInt32) {
        let deadline = records.deadline(of: slot)
        wheel.schedule(slot, at: deadline)
        if deadline < counters.wakeUp(of: number) { counters.setWakeUp(of: number, deadline) }
    }

    /// Makes room in the table's memory of those that left.
    mutating func dropOldestTombstone() {
        while let id = graves.takeOldest() {
            if state(of: id) == .tombstone { return drop(id.slot) }
        }
    }

    /// Forgets a tombstone. If nobody has taken the news of its leaving yet, the news stays.
    mutating func drop(_ slot: UInt32) {
        let record = records[slot]
        wheel.cancel(slot)
        slab.free(record.text)
        agents.release(record.userAgent)
        locals.release(record.local)
        _ = counters.addTombstones(-1)
        graves.forgetOne()
        if record.isDirty {
            records[slot].state = .husk
            records[slot].text = BindingRecord.none
        } else {
            records.giveBack(slot)
        }
        if graves.isStale { siftGraves() }
    }

    private mutating func siftGraves() {
        var sifted = graves
        sifted.sift { state(of: $0) == .tombstone }
        graves = sifted
    }
}
