internal import BindingTable
internal import SIPMessage
internal import Timing

/// The rows of the list of bindings in all orders that are asked for; follows the table by its dirty sets.
struct Rows {
    let table: BindingTable
    let reader: TableReader
    private let limits: MonitorLimits
    /// By which filters understand moments.
    var clock: FilterClock
    var rows = RowTable()
    private(set) var horizon: Horizon
    var population: Population
    /// Who has missed its beat, and what those have in common.
    var beats: Beats
    var beatNotices = BeatNotices()
    /// When refreshes are expected.
    private(set) var refreshes = RefreshCalendar()
    private var expiries = RecentExpiries()
    private(set) var liveness = LivenessCounters()
    /// When time alone makes a binding a ghost.
    var calendar: FlipCalendar
    var events = RecentEvents(capacity: 20)
    private(set) var departures = Departures()
    /// Orders that are asked for; those of all rows stand before those of some.
    private(set) var orders: [AskedOrder] = []
    /// Rows whose address of record had its last attempt refused.
    private(set) var refused = 0
    private var dirty: [DirtyBinding] = []
    /// Bytes of the rows themselves.
    var rowTableBytes: Int { rows.bytes }

    init(table: BindingTable, limits: MonitorLimits, clock: FilterClock) {
        let startedAt = clock.reading.timestamp
        self.clock = clock
        self.table = table
        self.limits = limits
        reader = TableReader(table)
        horizon = Horizon(startedAt: startedAt)
        population = Population(maximumAgents: limits.agents)
        calendar = FlipCalendar(at: startedAt)
        beats = Beats(sites: limits.sites, at: startedAt)
    }

    // MARK: Following the table

    /// Takes dirty bindings from the table, at most `limit`; false when none is left.
    mutating func pull(limit: Int, at now: Timestamp) -> Bool {
        beats.advance(to: now)
        dirty.removeAll(keepingCapacity: true)
        let more = reader.takeDirty(limit: limit, into: &dirty)
        for change in dirty { follow(change, now) }
        population.notePeak(rows.count, at: now)
        return more
    }

    private mutating func follow(_ change: DirtyBinding, _ now: Timestamp) {
        // The slot may have had another tenant, whose end was told in other words or is yet to be told.
        if let tenant = rows.tenant(of: change.id), rows[tenant].id != change.id {
            if reader.facts(change.id) != nil { remove(tenant, .expired, at: now) }
        }
        guard let facts = reader.facts(change.id) else {
            if change.cause == .expired, let tombstone = table.tombstone(change.id) {
                expiries.add(tombstone.facts, at: now)
            }
            if let number = rows.number(of: change.id) {
                remove(number, change.cause, at: now)
            } else if !change.cause.isRemoval {
                return
            }
            departures.add(change.id)
            note(change, nil, now)
            return
        }
        if let number = rows.number(of: change.id) {
            self.change(number, facts, now)
        } else {
            add(facts, now)
        }
        note(change, facts, now)
    }

    private mutating func add(_ facts: BindingFacts, _ now: Timestamp) {
        let number = rows.add(facts.id)
        rows[number].version = facts.version
        horizon.add(number, endingAt: facts.expiresAt, &rows)
        var row = rows[number]
        reader.withAgent(facts.id) { population.add(&row, facts, agent: $0) }
        liveness.add(&row, facts.reachability)
        let found = lints(&row, facts).union(expiries.lints(of: facts, at: now))
        population.alter(&row) { $0.lints = found }
        refreshes.add(&row, facts, at: now)
        rows[number] = row
        enterBeats(number, facts, at: now)
        update(number, at: now)
        regroup(reader.addressOfRecord(of: facts.id), at: now)
    }

    private mutating func change(_ number: UInt32, _ facts: BindingFacts, _ now: Timestamp) {
        let isNews = rows[number].version != facts.version
        rows[number].version = facts.version
        let second = rows[number].second
        horizon.remove(number, &rows)
        horizon.add(number, endingAt: facts.expiresAt, &rows)
        var row = rows[number]
        let agent = row.agent
        let turn = liveness.follow(&row, facts.reachability)
        reader.withAgent(facts.id) { agent in
            guard !population.fits(row, facts, agent: agent) else { return }
            population.remove(row)
            population.add(&row, facts, agent: agent)
        }
        if isNews {
            let found = lints(&row, facts).union(row.lints.intersection(.remembered))
            if found != row.lints { population.alter(&row) { $0.lints = found } }
            refreshes.remove(&row)
            refreshes.add(&row, facts, at: now)
        }
        rows[number] = row
        if isNews { followBeats(number, facts, agent: agent, at: now) }
        if isNews { settle(number) }
        update(number, at: now)
        if let turn { note(turn, facts.id, now) }
        if row.kin.contains(.exists), isNews || rows[number].second != second {
            regroup(reader.addressOfRecord(of: facts.id), at: now)
        }
        // The others of its address of record are no longer in doubt either.
        if isNews, row.isRefused { noteSuccess(reader.addressOfRecord(of: facts.id), at: now) }
    }

    /// Looks at a binding at once, before its turn in a pull.
    mutating func catchUp(_ number: UInt32, _ facts: BindingFacts, at now: Timestamp) {
        if rows[number].version != facts.version { change(number, facts, now) }
    }

    /// What is wrong with the device that this binding is of; remembers its Call-ID.
    private func lints(_ row: inout Row, _ facts: BindingFacts) -> LintSet {
        let mark = UInt8(truncatingIfNeeded: facts.callIDHash)
        if facts.refreshes > 0 { row.callChanges = mark == row.callMark ? 0 : row.callChanges + 1 }
        row.callMark = mark
        let hasEmptyInstance = facts.instanceHash == 0 && reader.hasEmptyInstance(facts.id)
        return LintSet(facts, callChanges: row.callChanges, hasEmptyInstance: hasEmptyInstance)
    }

    private mutating func remove(_ number: UInt32, _ cause: Cause, at now: Timestamp) {
        leaveBeats(number, cause, at: now)
        refreshes.remove(&rows[number])
        let row = rows[number]
        stepOver(number)
        for index in orders.indices { orders[index].remove(number) }
        horizon.remove(number, &rows)
        population.remove(row)
        liveness.remove(row)
        if row.isRefused { refused -= 1 }
        rows.remove(number)
        guard row.kin.contains(.exists), let tombstone = table.tombstone(row.id) else { return }
        regroup(tombstone.texts.aor, at: now)
    }

    /// What is known of the others of a row's address of record.
    mutating func setKin(_ number: UInt32, _ kin: Row.Kin, at now: Timestamp) {
        let before = rows[number].kin
        guard kin != before else { return }
        var row = rows[number]
        population.alter(&row) { $0.kin = kin }
        rows[number] = row
        liveness.noteGhost((kin.contains(.ghost) ? 1 : 0) - (before.contains(.ghost) ? 1 : 0))
        guard kin.contains(.ghost) != before.contains(.ghost) else { return }
        ghostBeats(number, at: now)
        update(number, at: now)
    }

    private mutating func note(_ change: DirtyBinding, _ facts: BindingFacts?, _ now: Timestamp) {
        // One that was made and pinged since is still news.
        let cause = change.isNew && change.cause == .observed ? .registered : change.cause
        guard events.takes(cause, at: now) else { return }
        guard let binding = facts == nil ? table.tombstone(change.id) : table.binding(change.id) else {
            return
        }
        var detail = String(decoding: binding.texts.contact, as: UTF8.self)
        if cause == .moved { detail = "to \(binding.facts.path.source)" }
        events.add(
            OverviewEvent(
                at: now,
                what: cause.text,
                subject: String(decoding: binding.texts.aor, as: UTF8.self),
                detail: detail
            )
        )
    }

    private mutating func note(_ turn: LivenessCounters.Turn, _ id: BindingID, _ now: Timestamp) {
        guard events.takes(turn, at: now), let binding = table.binding(id) else { return }
        events.add(
            OverviewEvent(
                at: now,
                what: turn.text,
                subject: String(decoding: binding.texts.aor, as: UTF8.self),
                detail: "\(binding.facts.path.source) \(binding.facts.path.transport.name)"
            )
        )
    }

    mutating func note(_ record: AuditRecord, at now: Timestamp) { events.add(record, at: now) }

    // MARK: Logins

    /// The row's address of record has failed to log in so often since its last login.
    mutating func setRefused(_ number: UInt32, failures: Int, at now: Timestamp) {
        if !rows[number].isRefused { refused += 1 }
        rows[number].isRefused = true
        rows[number].failures = UInt8(clamping: failures)
        rows[number].tries = UInt8(clamping: failures)
        update(number, at: now)
    }

    /// The row's address of record has logged in: it took one try more than failed.
    mutating func clearRefused(_ number: UInt32, at now: Timestamp) {
        guard rows[number].isRefused || rows[number].tries > 1 else { return }
        settle(number)
        update(number, at: now)
    }

    private mutating func settle(_ number: UInt32) {
        if rows[number].isRefused { refused -= 1 }
        rows[number].tries = UInt8(clamping: Int(rows[number].failures) + 1)
        rows[number].isRefused = false
        rows[number].failures = 0
    }

    // MARK: Orders

    /// Finds or begins the order of a filter and column; returns its place.
    mutating func ask(_ filter: Filter?, _ column: BindingColumn, at now: Timestamp) -> Int {
        if filter != nil, find(filter, column).map({ orders[$0].isWalking }) ?? true {
            _ = ask(nil, column, at: now)
        }
        if let known = find(filter, column) {
            orders[known].lastAsked = now
            return known
        }
        while orders.count >= max(2, limits.orders) {
            guard
                let oldest = orders.indices.filter({
                    orders[$0].lastAsked < now || orders[$0].column != column
                })
                .min(by: { orders[$0].lastAsked < orders[$1].lastAsked })
            else { break }
            drop(oldest)
        }
        let order = AskedOrder(column: column, filter: filter, clock: clock, at: now)
        guard filter == nil else {
            orders.append(order)
            return orders.count - 1
        }
        orders.insert(order, at: 0)
        return 0
    }

    /// A console looks at the list of a filter and column from now on, and no longer at the one before. What is half
    /// made and looked at by nobody goes at once: somebody has thought better of it.
    mutating func look(
        _ filter: Filter?,
        _ column: BindingColumn,
        insteadOf before: (Filter?, BindingColumn)?
    ) {
        if let before {
            guard before != (filter, column) else { return }
            if let old = find(before.0, before.1) {
                orders[old].watchers = max(0, orders[old].watchers - 1)
                dropUnwatched(old)
            }
            if column != before.1, let base = find(nil, before.1) { dropUnwatched(base) }
        }
        if let new = find(filter, column) { orders[new].watchers += 1 }
    }

    private mutating func dropUnwatched(_ place: Int) {
        let order = orders[place]
        guard order.watchers == 0, !order.isWhole else { return }
        // The order of all rows is needed as long as somebody's filter goes by it.
        let isBase = order.filter == nil
        guard
            !isBase
                || !orders.contains(where: { $0.isWalking && $0.column == order.column && $0.watchers > 0 })
        else { return }
        drop(place)
    }

    private mutating func drop(_ place: Int) {
        let gone = orders.remove(at: place)
        guard gone.filter == nil else { return }
        for index in orders.indices where orders[index].column == gone.column && orders[index].isWalking {
            orders[index].restart()
        }
    }

    /// The place of an order that is there.
    func find(_ filter: Filter?, _ column: BindingColumn) -> Int? {
        orders.firstIndex { $0.column == column && $0.filter == filter }
    }

    /// Does up to `budget` rows' worth of work for an order.
    mutating func work(on place: Int, _ budget: inout Int, at now: Timestamp) {
        if orders[place].filter == nil {
            orders[place].build(&budget, rows, reader, now)
        } else if orders[place].isWalking {
            guard let base = find(nil, orders[place].column) else { return }
            orders[base].lastAsked = now
            orders[base].build(&budget, rows, reader, now)
            guard orders[base].isWhole, budget > 0 else { return }
            let order = orders[base].order
            orders[place].walk(order, &budget, rows, reader, now)
        }
        while budget > 0, let number = orders[place].nextDue(at: now) {
            if rows[number].isLive { update(number, at: now) }
            budget -= 2
        }
    }

    /// How far an order has come; sorting counts for half of a filtered one's way.
    func progress(of place: Int) -> Double {
        let own = orders[place].progress(rows: rows.count)
        guard orders[place].isWalking, let base = find(nil, orders[place].column) else { return own }
        return (own + orders[base].progress(rows: rows.count)) / 2
    }

    /// Work that waits is done in a slice; orders that nobody asks for go. Whether more waits.
    mutating func advance(to now: Timestamp) -> Bool {
        horizon.advance(to: now, &rows)
        let hasSuspects = regroupDue(at: now)
        // Who may yet turn out to be a ghost is not missed.
        let hasMisses = hasSuspects || advanceBeats(to: now)
        for place in orders.indices.reversed() where now - orders[place].lastAsked > limits.orderIdle {
            drop(place)
        }
        var budget = limits.slice
        let latest = orders.indices.sorted { orders[$0].lastAsked > orders[$1].lastAsked }
        // What was asked for a while ago, such as a filter that was half typed, isn't worked on.
        for place in latest where budget > 0 && isWanted(orders[place], now) {
            work(on: place, &budget, at: now)
        }
        return hasMisses || orders.contains { isWanted($0, now) && $0.hasWork }
    }

    /// Work on it makes sense: a walk whose order of all rows was dropped waits until somebody asks again.
    private func isWanted(_ order: borrowing AskedOrder, _ now: Timestamp) -> Bool {
        if order.isWhole { return true }
        if order.isWalking, find(nil, order.column) == nil { return false }
        return now - order.lastAsked <= Interval.seconds(5)
    }

    /// A row has changed: it takes its place in each order. First in those of all rows, as the walks of the
    /// others go by them.
    private mutating func update(_ number: UInt32, at now: Timestamp) {
        stepOver(number)
        for index in orders.indices {
            let isAhead = orders[index].isWalking && isAhead(number, of: orders[index])
            orders[index].update(number, isAhead: isAhead, rows, reader, now)
        }
    }

    private mutating func stepOver(_ number: UInt32) {
        for index in orders.indices where orders[index].isWalking {
            guard orders[index].cursor == number, let base = find(nil, orders[index].column) else { continue }
            let order = orders[base].order
            orders[index].step(over: number, in: order)
        }
    }

    /// A walk has yet to come to the row.
    private func isAhead(_ number: UInt32, of walking: AskedOrder) -> Bool {
        guard
            let base = find(nil, walking.column), let position = orders[base].order.position(of: number)
        else { return true }
        guard let cursor = walking.cursor, let reached = orders[base].order.position(of: cursor) else {
            return true
        }
        return position >= reached
    }
}
