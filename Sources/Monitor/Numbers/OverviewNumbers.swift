internal import BindingTable
internal import SIPMessage
internal import Timing

extension Monitor {
    /// All numbers of the overview, as they are kept.
    func overview(at now: Timestamp) -> Overview {
        var overview = Overview()
        meters.fill(&overview)
        rows.fill(&overview, at: now)
        overview.sampling = sampler.oneIn
        overview.memory = memory
        overview.failingUsers = users.top(10, at: now)
        overview.topSources = sources.top(10, at: now)
        return overview
    }
}

extension Rows {
    /// The most rows that are looked at to find the soonest ten: a second in which more end is told by any
    /// ten of it.
    private static let soonestLimit = 64

    fileprivate func fill(_ overview: inout Overview, at now: Timestamp) {
        overview.bindings = count
        overview.aors = reader.addressesOfRecord
        overview.peak = population.peak
        overview.peakAt = population.peakAt
        overview.dyingSoon = horizon.count(from: now, seconds: 0..<60)
        overview.horizon = (0..<20).map { horizon.count(from: now, seconds: $0 * 30..<($0 + 1) * 30) }
        overview.soonest = soonest(10, at: now)
        let agents = population.commonest(5)
        overview.agents = agents.top.map { AgentCount($0.name, $0.count) }
        overview.otherAgents = agents.others
        overview.otherAgentBindings = agents.otherBindings
        overview.transports = TransportKind.allCases.map {
            TransportCount($0, population.transports[Int($0.rawValue)])
        }
        overview.ipv6 = population.ipv6
        overview.natted = population.natted
        overview.liveness = liveness.numbers
        overview.missedBeats = beats.missed
        overview.flawed = population.flawed
        let outages = beats.outages
        overview.outages = Array(outages.prefix(5))
        overview.outageCount = outages.count
        overview.forecast = refreshes.forecast(at: now, connected: overview.liveness.connected)
        overview.events = events.events
    }

    private func soonest(_ wanted: Int, at now: Timestamp) -> [BindingRow] {
        let found = horizon.soonest(wanted, limit: Self.soonestLimit, rows).compactMap { number in
            reader.binding(rows[number].id).map { shown($0, rows[number], at: now) }
        }
        let sorted = found.sorted { a, b in
            let (one, other) = (a.binding.facts.expiresAt, b.binding.facts.expiresAt)
            return one != other ? one < other : a.binding.facts.id < b.binding.facts.id
        }
        return Array(sorted.prefix(wanted))
    }
}
