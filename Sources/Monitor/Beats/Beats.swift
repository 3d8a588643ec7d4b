internal import BindingTable
internal import SIPMessage
internal import Timing

/// Who has missed its beat, judged by the phone's own rhythm before its binding runs out; and whether those who did have
/// something in common: then one alarm stands for all of them.
///
/// All is bounded, and each event costs the same however many phones there are. A phone is only judged by a beat that it
/// could have kept: what fell into the registrar's own silence (a start, a stall, a time of refusing) is forgiven for
/// as long as the phone's rhythm, two minutes at most.
struct Beats {
    /// What a listener is told by.
    struct Listener: Hashable {
        var transport: TransportKind
        var local: Endpoint

        init(_ path: ReceivedFrom) { (transport, local) = (path.transport, path.local) }
    }

    /// An outage that is on.
    struct Alarm {
        var kind: Outage.Kind
        var number: Int
        var name: String
        /// The listener that its phones come to.
        var listener: Int
        var raisedAt: Timestamp
        var isTold = false
    }

    /// When bindings' beats are over.
    var calendar: FlipCalendar
    var sites: BeatGroups<IPNetwork>
    var listeners = BeatGroups<Listener>(capacity: 255)
    /// By the number that the population gives to a User-Agent.
    private var agents: [BeatGroup] = []
    /// Bindings that have missed their beat and are still there.
    var missed = 0
    private(set) var alarms: [Alarm] = []
    /// Single phones that have fallen silent and are yet to be told of.
    private var pending: [(id: BindingID, at: Timestamp)] = []
    /// Those that were told of: their return is news too.
    private var told: Set<BindingID> = []
    /// Until then beats could not be kept.
    private var quietUntil: Timestamp
    private var advancedAt: Timestamp

    static let mostAlarms = 64, mostPending = 256
    /// A single phone is told of after this: before, it may turn out to be one of many.
    static let hold = Interval.seconds(3)
    /// What nobody comes back from for so long is given up.
    private static let memory = Interval.seconds(86_400)
    private static let mostForgiven = Interval.seconds(120), stall = Interval.seconds(10)

    init(sites: Int, at now: Timestamp) {
        calendar = FlipCalendar(at: now)
        self.sites = BeatGroups(capacity: min(sites, 65_535))
        quietUntil = now
        advancedAt = now
    }

    // MARK: Time

    /// Beats that are due now could not be kept: nothing was taken, or it was refused.
    mutating func disturb(at now: Timestamp) { quietUntil = max(quietUntil, now) }

    /// Time passes; nobody having looked for long is a stall of our own.
    mutating func advance(to now: Timestamp) {
        if now - advancedAt > Self.stall { disturb(at: now) }
        advancedAt = now
    }

    /// From when on a binding has missed its beat; of the distant future if its rhythm isn't known.
    func deadline(_ facts: BindingFacts) -> Timestamp {
        guard let gap = facts.rhythm else { return .distantFuture }
        let late = BindingHealth.lateAt(facts)
        guard isForgiven(facts.refreshedAt + gap) else { return late }
        return max(late, quietUntil + min(gap, Self.mostForgiven))
    }

    /// A beat at this moment may have fallen into a time when none could be kept.
    private func isForgiven(_ beat: Timestamp) -> Bool { beat - .seconds(2) < quietUntil }

    /// Whoever runs out now could have come before.
    func blamesExpiry(at now: Timestamp) -> Bool { now - quietUntil > Self.mostForgiven }

    // MARK: Groups

    /// A network that phones share: that of an office or a household.
    static func site(_ address: IPAddress) -> IPNetwork {
        IPNetwork(address, prefix: address.isIPv4 ? 24 : 48)
    }

    /// Does something with each group of a row; the numbers that stand for no group are passed over.
    mutating func withGroups(of row: Row, _ body: (inout BeatGroup) -> Void) {
        if row.site > 0 { body(&sites[Int(row.site)]) }
        if row.listener > 0 { body(&listeners[Int(row.listener)]) }
        withAgent(row.agent, body)
    }

    mutating func withAgent(_ agent: UInt16, _ body: (inout BeatGroup) -> Void) {
        guard agent > 0 else { return }
        while agents.count <= Int(agent) { agents.append(BeatGroup()) }
        body(&agents[Int(agent)])
    }

    func group(_ kind: Outage.Kind, _ number: Int) -> BeatGroup {
        switch kind {
        case .site: sites[number]
        case .listener: listeners[number]
        case .agent: number < agents.count ? agents[number] : BeatGroup()
        }
    }

    // MARK: Alarms

    /// Raises the alarms that a miss of a row calls for.
    mutating func raise(for row: Row, agent: String, at now: Timestamp) {
        let site = Int(row.site), listener = Int(row.listener)
        if site > 0, !sites[site].isOut, sites[site].isDown(.site), let key = sites.key(site) {
            let name = sites[site].address.map { "\($0)" } ?? "\(key.address)/\(key.prefix)"
            if add(.site, site, name, listener, now) { sites[site].isOut = true }
        }
        if listener > 0, !listeners[listener].isOut, listeners[listener].isDown(.wide),
            let key = listeners.key(listener)
        {
            let name = "\(key.transport.name) \(key.local)"
            if add(.listener, listener, name, listener, now) { listeners[listener].isOut = true }
        }
        let number = Int(row.agent)
        if number > 0, number < agents.count, !agents[number].isOut, agents[number].isDown(.wide) {
            if add(.agent, number, agent, listener, now) { agents[number].isOut = true }
        }
    }

    private mutating func add(
        _ kind: Outage.Kind,
        _ number: Int,
        _ name: String,
        _ listener: Int,
        _ now: Timestamp,
    ) -> Bool {
        guard alarms.count < Self.mostAlarms else { return false }
        alarms.append(Alarm(kind: kind, number: number, name: name, listener: listener, raisedAt: now))
        return true
    }

    /// A wider alarm stands for this one.
    func isCovered(_ alarm: Alarm) -> Bool {
        switch alarm.kind {
        case .listener: false
        case .site: alarm.listener > 0 && listeners[alarm.listener].isOut
        case .agent: alarms.contains { $0.kind == .listener }
        }
    }

    /// The outage of an alarm as it is now.
    func outage(_ alarm: Alarm) -> Outage {
        let group = group(alarm.kind, alarm.number)
        return Outage(
            kind: alarm.kind,
            name: alarm.name,
            silent: group.missing,
            phones: group.phones,
            since: group.since
        )
    }

    /// All that no wider one stands for, the largest first.
    var outages: [Outage] {
        alarms.filter { !isCovered($0) }.map { outage($0) }.sorted { a, b in
            a.silent != b.silent ? a.silent > b.silent : a.name < b.name
        }
    }

    /// A row is among those whom an alarm stands for.
    func isExplained(_ row: Row) -> Bool {
        row.site > 0 && sites[Int(row.site)].isOut
            || row.listener > 0 && listeners[Int(row.listener)].isOut
            || row.agent > 0 && Int(row.agent) < agents.count && agents[Int(row.agent)].isOut
    }

    /// Alarms that are to be told of now.
    mutating func takeRaised(at now: Timestamp) -> [Outage] {
        var raised: [Outage] = []
        for index in alarms.indices where !alarms[index].isTold && now - alarms[index].raisedAt >= Self.hold {
            alarms[index].isTold = true
            if !isCovered(alarms[index]) { raised.append(outage(alarms[index])) }
        }
        return raised
    }

    /// Alarms whose phones are back, with the time that they were away; those that are given up go as well.
    mutating func takeEnded(at now: Timestamp) -> [(outage: Outage, isTold: Bool)] {
        var ended: [(Outage, Bool)] = []
        for index in alarms.indices.reversed() {
            let alarm = alarms[index]
            let group = group(alarm.kind, alarm.number)
            let isGivenUp = group.members == 0 && (alarm.kind == .agent || now - alarm.raisedAt > Self.memory)
            guard isGivenUp || group.isBack else { continue }
            if !isGivenUp { ended.append((outage(alarm), alarm.isTold && !isCovered(alarm))) }
            alarms.remove(at: index)
            switch alarm.kind {
            case .site: sites.end(alarm.number)
            case .listener: listeners.end(alarm.number)
            case .agent: agents[alarm.number].isOut = false
            }
        }
        return ended
    }

    // MARK: Single phones

    mutating func hold(_ id: BindingID, at now: Timestamp) {
        if pending.count < Self.mostPending { pending.append((id, now)) }
    }

    /// Phones that have been silent long enough to be told of.
    mutating func takeHeld(at now: Timestamp) -> [BindingID] {
        guard let first = pending.first, now - first.at >= Self.hold else { return [] }
        let count = pending.firstIndex { now - $0.at < Self.hold } ?? pending.count
        defer { pending.removeFirst(count) }
        return pending.prefix(count).map(\.id)
    }

    /// A phone is told of.
    mutating func tell(_ id: BindingID) { if told.count < Self.mostPending { told.insert(id) } }

    /// It was told of, and is no longer.
    mutating func forget(_ id: BindingID) -> Bool { told.remove(id) != nil }
}
