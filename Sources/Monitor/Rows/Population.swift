internal import BindingTable
internal import SIPMessage
internal import Timing

/// How the living bindings are made up: transports, NAT, IPv6, User-Agents and what is wrong with these; kept as they
/// come and go.
struct Population {
    /// What is counted of the bindings of a User-Agent.
    struct Agent {
        var name: [UInt8] = []
        var count = 0
        /// Bindings with a warning, ghosts, and bindings that have missed their beat.
        var flawed = 0, ghosts = 0, silent = 0
        /// Bindings with each lint.
        var lints = InlineArray<16, Int32>(repeating: 0)
    }

    private(set) var transports = InlineArray<5, Int>(repeating: 0)
    private(set) var natted = 0, ipv6 = 0
    /// Bindings with a warning, of all User-Agents.
    private(set) var flawed = 0
    /// The most bindings so far, and when that was.
    private(set) var peak = 0, peakAt = Timestamp.zero
    /// The first stands for all whose name found no place.
    private(set) var agents: [Agent] = [Agent()]
    private var numbers: [[UInt8]: UInt16] = [:]
    private var free: [UInt16] = []
    private let maximumAgents: Int

    /// Bytes of a name that count.
    static let nameLength = 128

    init(maximumAgents: Int) { self.maximumAgents = max(1, min(maximumAgents, 65_000)) }

    /// Counts a row in, with its facts and User-Agent.
    mutating func add(_ row: inout Row, _ facts: BindingFacts, agent: Span<UInt8>) {
        row.transport = facts.path.transport
        row.isNatted = facts.badges.contains(.nat)
        row.isIPv6 = !facts.path.source.address.isIPv4
        row.agent = number(of: agent)
        agents[Int(row.agent)].count += 1
        change(row, by: 1)
        count(row, by: 1)
    }

    /// Changes what is counted of a row besides its facts: lints, whether it is a ghost or silent.
    mutating func alter(_ row: inout Row, _ change: (inout Row) -> Void) {
        count(row, by: -1)
        change(&row)
        count(row, by: 1)
    }

    private mutating func count(_ row: Row, by step: Int) {
        let agent = Int(row.agent)
        if row.kin.contains(.ghost) { agents[agent].ghosts += step }
        if row.isSilent { agents[agent].silent += step }
        guard !row.lints.isEmpty else { return }
        if !row.lints.isDisjoint(with: .warnings) {
            agents[agent].flawed += step
            flawed += step
        }
        for lint in 0..<16 where row.lints.rawValue >> UInt16(lint) & 1 != 0 {
            agents[agent].lints[lint] += Int32(truncatingIfNeeded: step)
        }
    }

    /// Counts a row out.
    mutating func remove(_ row: Row) {
        change(row, by: -1)
        count(row, by: -1)
        let number = Int(row.agent)
        agents[number].count -= 1
        if number > 0, agents[number].count == 0 {
            numbers[agents[number].name] = nil
            agents[number].name = []
            free.append(row.agent)
        }
    }

    /// The row's counts are still right for these facts and this User-Agent.
    func fits(_ row: Row, _ facts: BindingFacts, agent: Span<UInt8>) -> Bool {
        guard
            row.transport == facts.path.transport, row.isNatted == facts.badges.contains(.nat),
            row.isIPv6 != facts.path.source.address.isIPv4
        else { return false }
        // Names without a place count as the same.
        if row.agent == 0 { return agent.count == 0 || isFull }
        let name = agents[Int(row.agent)].name
        return agent.equals(name.span)
    }

    /// Names have been left without a place.
    var isFull: Bool { agents.count > maximumAgents && free.isEmpty }

    /// The User-Agent of a number, as it may be shown.
    func name(of agent: UInt16) -> String { String(decoding: agents[Int(agent)].name, as: UTF8.self) }

    mutating func notePeak(_ count: Int, at now: Timestamp) {
        guard count > peak else { return }
        peak = count
        peakAt = now
    }

    private mutating func change(_ row: Row, by step: Int) {
        transports[Int(row.transport.rawValue)] += step
        if row.isNatted { natted += step }
        if row.isIPv6 { ipv6 += step }
    }

    private mutating func number(of span: Span<UInt8>) -> UInt16 {
        guard span.count > 0 else { return 0 }
        var name: [UInt8] = []
        for index in 0..<min(span.count, Self.nameLength) { name.append(span[index]) }
        if let known = numbers[name] { return known }
        let number: UInt16
        if let reused = free.popLast() {
            number = reused
        } else {
            guard agents.count <= maximumAgents else { return 0 }
            agents.append(Agent())
            number = UInt16(agents.count - 1)
        }
        agents[Int(number)].name = name
        numbers[name] = number
        return number
    }

    /// The commonest User-Agents, at most `limit`, and how many others there are with how many bindings.
    func commonest(_ limit: Int) -> (top: [(name: String, count: Int)], others: Int, otherBindings: Int) {
        let named = agents.dropFirst().filter { $0.count > 0 }
        let sorted = named.sorted { a, b in
            a.count != b.count ? a.count > b.count : a.name.lexicographicallyPrecedes(b.name)
        }
        let rest = sorted.dropFirst(limit)
        let unnamed = agents[0].count
        return (
            sorted.prefix(limit).map { (String(decoding: $0.name, as: UTF8.self), $0.count) },
            rest.count + (unnamed > 0 ? 1 : 0),
            rest.reduce(unnamed) { $0 + $1.count }
        )
    }
}

extension Span<UInt8> {
    /// The bytes are the same; of a longer text, only as many as names have count.
    fileprivate func equals(_ name: Span<UInt8>) -> Bool {
        guard Swift.min(count, Population.nameLength) == name.count else { return false }
        for index in 0..<name.count where self[index] != name[index] { return false }
        return true
    }
}
