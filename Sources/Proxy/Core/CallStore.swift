import SIPMessage
import SIPTransaction
import Timing

/// The requests of a proxy and their branches: found by transaction, by branch, by what carries them, and by time.
///
/// Bounded in number and in bytes. What is answered gives its place up, the oldest first.
struct CallStore {
    private let limits: ProxyLimits
    private var places = CallPlaces()
    private var wheel = TimingWheel(resolutionBits: 24)
    private var byKey: [UInt64: UInt32] = [:]
    private var byBranch: [Branch: UInt32] = [:]
    private var byCarrier: [Carrier: Set<UInt32>] = [:]
    private var byHop: [HostHop: [UInt32]] = [:]
    /// How many requests came over each connection, so that the end of one where none did costs nothing.
    private var callersOn: [ConnectionID: Int] = [:]
    private var finished = FinishedCalls()
    /// What strangers have at hand here: all of them, and those of each network.
    private let strangers = CallShare()
    private var shares: [IPAddress: CallShare] = [:]
    /// Requests.
    private(set) var contextCount = 0
    /// Branches.
    private(set) var legCount = 0
    /// Bytes of messages.
    private(set) var keptBytes = 0

    init(_ limits: ProxyLimits) { self.limits = limits }

    /// When something is due.
    var deadline: Timestamp { wheel.nextDeadline(places) ?? .distantFuture }

    /// What is due now.
    mutating func popDue(at now: Timestamp, budget: inout Int) -> CallPlaces.Item? {
        wheel.popDue(at: now, deadlines: places, budget: &budget).flatMap { places[$0] }
    }

    // MARK: requests

    /// The request of a transaction.
    func context(_ key: TransactionKey) -> ResponseContext? {
        guard let slot = byKey[key.rawValue], case .context(let context)? = places[slot] else { return nil }
        return context
    }

    /// Makes room for a request of so many bytes; false if there is none.
    mutating func makeRoom(bytes: Int) -> Bool {
        makeRoom { $0.contextCount < $0.limits.contexts && $0.keptBytes + bytes <= $0.limits.bytes }
    }

    /// Forgets what is answered, the oldest first, until there is room; false if that is not enough.
    private mutating func makeRoom(_ isEnough: (Self) -> Bool) -> Bool {
        while !isEnough(self) {
            guard let context = finished.popFirst(in: places) else { return false }
            remove(context)
        }
        return true
    }

    /// A stranger may have one more request of so many bytes here: it can't take the place of everybody.
    func hasShare(_ address: IPAddress, bytes: Int) -> Bool {
        (shares[address.network] ?? strangers).hasRoom(limits, contexts: 1, bytes: bytes)
    }

    /// Counts a request against the share of where it comes from, until all is said (``finish(_:)``); to be called before it
    /// is kept.
    mutating func charge(_ context: ResponseContext) {
        let network = context.arrived.source.address.network
        let share = shares[network] ?? CallShare(of: strangers)
        shares[network] = share
        share.add(contexts: 1)
        context.share = share
    }

    /// What is left of it gives its place up whenever there is need.
    private mutating func discharge(_ context: ResponseContext) {
        guard let share = context.share else { return }
        context.share = nil
        let bytes = context.charged + context.legs.reduce(0) { $0 + (leg($1)?.charged ?? 0) }
        share.add(contexts: -1, branches: -context.legs.count, bytes: -bytes)
        if share.contexts == 0 { shares[context.arrived.source.address.network] = nil }
    }

    /// Keeps a request.
    mutating func insert(_ context: ResponseContext) {
        let slot = places.insert(.context(context))
        context.slot = slot
        byKey[context.key.rawValue] = slot
        if context.back.connection != .none { callersOn[context.back.connection, default: 0] += 1 }
        contextCount += 1
        update(context)
    }

    /// To be called after a request's timers or bytes have changed.
    mutating func update(_ context: ResponseContext) {
        guard let slot = context.slot else { return }
        keptBytes += context.keptBytes - context.charged
        context.share?.add(bytes: context.keptBytes - context.charged)
        context.charged = context.keptBytes
        schedule(slot, at: context.deadline)
    }

    /// To be called when something about a request has come to its end: it may be forgotten if there is need once it is
    /// answered, the answer acknowledged, and nothing expected of any branch.
    mutating func finish(_ context: ResponseContext) {
        guard !context.isFinished, context.onlyAbsorbs, let slot = context.slot,
            !context.legs.contains(where: { leg($0)?.isExpected == true })
        else { return }
        context.isFinished = true
        discharge(context)
        finished.append(slot, context.number, in: places)
    }

    /// Forgets a request with all its branches.
    mutating func remove(_ context: ResponseContext) {
        discharge(context)
        for slot in context.legs { if let leg = leg(slot) { remove(leg) } }
        guard let slot = context.slot else { return }
        context.slot = nil
        keptBytes -= context.charged
        context.charged = 0
        if byKey[context.key.rawValue] == slot { byKey[context.key.rawValue] = nil }
        forgetCaller(of: context)
        wheel.cancel(slot)
        places.remove(slot)
        contextCount -= 1
    }

    /// Its transaction is over: copies of the request are new to us.
    mutating func forgetKey(of context: ResponseContext) {
        if byKey[context.key.rawValue] == context.slot { byKey[context.key.rawValue] = nil }
    }

    private mutating func forgetCaller(of context: ResponseContext) {
        let connection = context.back.connection
        guard connection != .none else { return }
        let left = (callersOn[connection] ?? 1) - 1
        callersOn[connection] = left > 0 ? left : nil
    }

    /// The connection is gone by which these requests came; their responses need another one.
    mutating func takeCallers(on connection: ConnectionID) -> [ResponseContext] {
        guard callersOn.removeValue(forKey: connection) != nil else { return [] }
        return byKey.values.compactMap { slot in
            guard case .context(let context)? = places[slot], context.back.connection == connection
            else { return nil }
            return context
        }
    }

    // MARK: branches

    /// Keeps a branch; false if there is no room for it.
    mutating func insert(_ leg: CallLeg) -> Bool {
        let bytes = leg.keptBytes
        guard leg.context.share?.hasRoom(limits, branches: 1, bytes: bytes) != false,
            byBranch[leg.branch] == nil,
            makeRoom({ $0.legCount < $0.limits.branches && $0.keptBytes + bytes <= $0.limits.bytes })
        else { return false }
        let slot = places.insert(.leg(leg))
        byBranch[leg.branch] = slot
        if case .locating(let hop) = leg.machine { byHop[hop, default: []].append(slot) }
        if let carrier = leg.carrier { byCarrier[carrier, default: []].insert(slot) }
        leg.context.legs.append(slot)
        leg.context.share?.add(branches: 1)
        legCount += 1
        update(leg, at: slot)
        return true
    }

    /// To be called after a branch's timers or bytes have changed.
    mutating func update(_ leg: CallLeg) {
        if let slot = byBranch[leg.branch] { update(leg, at: slot) }
    }

    private mutating func update(_ leg: CallLeg, at slot: UInt32) {
        keptBytes += leg.keptBytes - leg.charged
        leg.context.share?.add(bytes: leg.keptBytes - leg.charged)
        leg.charged = leg.keptBytes
        schedule(slot, at: leg.deadline)
    }

    private mutating func schedule(_ slot: UInt32, at deadline: Timestamp) {
        if deadline == .distantFuture {
            wheel.cancel(slot)
        } else {
            wheel.schedule(slot, at: deadline)
        }
    }

    /// The branch of this name.
    func leg(_ branch: Branch) -> CallLeg? { byBranch[branch].flatMap { leg($0) } }

    /// The branch at a place.
    func leg(_ slot: UInt32) -> CallLeg? {
        if case .leg(let leg)? = places[slot] { leg } else { nil }
    }

    /// Branches that wait for a host to be found; they are told once.
    mutating func takeLegs(waitingFor hop: HostHop) -> [CallLeg] {
        (byHop.removeValue(forKey: hop) ?? []).compactMap { leg($0) }
    }

    /// Branches that lean on what is gone, in the order in which they were sent.
    func legs(on carrier: Carrier) -> [CallLeg] {
        (byCarrier[carrier] ?? []).compactMap { leg($0) }.sorted {
            ($0.context.number, $0.number) < ($1.context.number, $1.number)
        }
    }

    /// A branch has got a connection, which it leans on from now on.
    mutating func note(_ leg: CallLeg, on connection: ConnectionID) {
        guard let slot = byBranch[leg.branch] else { return }
        forgetCarrier(of: leg, at: slot)
        leg.way?.path.connection = connection
        if let carrier = leg.carrier { byCarrier[carrier, default: []].insert(slot) }
    }

    private mutating func forgetCarrier(of leg: CallLeg, at slot: UInt32) {
        guard let carrier = leg.carrier else { return }
        byCarrier[carrier]?.remove(slot)
        if byCarrier[carrier]?.isEmpty ?? false { byCarrier[carrier] = nil }
    }

    /// Forgets a branch.
    mutating func remove(_ leg: CallLeg) {
        guard let slot = byBranch.removeValue(forKey: leg.branch) else { return }
        keptBytes -= leg.charged
        leg.context.share?.add(branches: -1, bytes: -leg.charged)
        leg.charged = 0
        forgetCarrier(of: leg, at: slot)
        if case .locating(let hop) = leg.machine, var waiting = byHop[hop] {
            waiting.removeAll { $0 == slot }
            byHop[hop] = waiting.isEmpty ? nil : waiting
        }
        leg.context.legs.removeAll { $0 == slot }
        wheel.cancel(slot)
        places.remove(slot)
        legCount -= 1
    }
}

/// Requests and branches by their places, which are used again.
struct CallPlaces: TimerDeadlines {
    /// What has a timer.
    enum Item {
        case context(ResponseContext)
        case leg(CallLeg)
    }

    private var list: [Item?] = []
    private var free: [UInt32] = []

    func deadline(of item: UInt32) -> Timestamp {
        switch self[item] {
        case .context(let context): context.deadline
        case .leg(let leg): leg.deadline
        case nil: .distantFuture
        }
    }

    subscript(_ slot: UInt32) -> Item? { Int(slot) < list.count ? list[Int(slot)] : nil }

    mutating func insert(_ item: Item) -> UInt32 {
        if let slot = free.popLast() {
            list[Int(slot)] = item
            return slot
        }
        list.append(item)
        return UInt32(truncatingIfNeeded: list.count - 1)
    }

    mutating func remove(_ slot: UInt32) {
        guard self[slot] != nil else { return }
        list[Int(slot)] = nil
        free.append(slot)
    }
}

/// Requests that are answered, the oldest first; each may have left by itself.
private struct FinishedCalls {
    private var queue: [(slot: UInt32, number: UInt64)] = []
    private var first = 0

    mutating func append(_ slot: UInt32, _ number: UInt64, in places: CallPlaces) {
        // Those that have left are dropped on the way, so that the queue is no longer than what it is about.
        for _ in 0..<4 where first < queue.count && context(queue[first], in: places) == nil { first += 1 }
        if first > 1_024, first * 2 > queue.count {
            queue.removeFirst(first)
            first = 0
        }
        queue.append((slot, number))
    }

    /// Takes the oldest that is still there.
    mutating func popFirst(in places: CallPlaces) -> ResponseContext? {
        while first < queue.count {
            let context = context(queue[first], in: places)
            first += 1
            if let context { return context }
        }
        return nil
    }

    private func context(_ name: (slot: UInt32, number: UInt64), in places: CallPlaces) -> ResponseContext? {
        guard case .context(let context)? = places[name.slot], context.number == name.number else {
            return nil
        }
        return context
    }
}
