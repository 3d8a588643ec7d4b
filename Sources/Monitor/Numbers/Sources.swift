internal import BindingTable
internal import SIPMessage
internal import Timing

/// What is kept of each source address: the overview's top sources, and how often each has failed.
struct Sources {
    private struct Source {
        var requests = TenMinutes(), granted = TenMinutes(), failures = TenMinutes()
        var hasSucceeded = false
        /// Users who have registered from here, as hashes; so many are told apart.
        var users: [UInt32] = []
        var agent: [UInt8] = []

        mutating func setAgent(_ bytes: Span<UInt8>, _ range: Range<Int>) {
            guard !bytes.equals(agent.span, at: range) else { return }
            agent.removeAll(keepingCapacity: true)
            agent.append(bytes.extracting(range))
        }
    }

    private var hitters: HeavyHitters<IPAddress, Source>
    private var fadedAt: Timestamp

    /// Sources that are told apart now.
    var count: Int { hitters.entries.count }

    init(capacity: Int, at now: Timestamp) {
        hitters = HeavyHitters(capacity: capacity)
        fadedAt = now
    }

    mutating func advance(to now: Timestamp) {
        guard now >= fadedAt + .seconds(60) else { return }
        fadedAt = now
        hitters.fade()
    }

    /// Counts a request and its reply.
    mutating func note(_ exchange: Exchange, agent: ByteRange, _ request: Span<UInt8>) {
        let place = hitters.note(exchange.path.source.address, fresh: Source())
        hitters[place].requests.add(exchange.weight, at: exchange.path.at)
        if exchange.status >= 200, exchange.status < 300 {
            hitters[place].granted.add(exchange.weight, at: exchange.path.at)
            hitters[place].hasSucceeded = true
        }
        hitters[place].setAgent(request, agent.bounds.clamped(to: 0..<request.count).prefix(64))
    }

    /// Counts an attempt that has failed.
    mutating func noteFailure(_ address: IPAddress, weight: UInt32, at moment: Timestamp) {
        let place = hitters.note(address, fresh: Source())
        hitters[place].failures.add(weight, at: moment)
    }

    /// Notes who has registered from a source.
    mutating func noteUser(_ hash: UInt32, from address: IPAddress) {
        guard let place = hitters.place(of: address) else { return }
        guard hitters[place].users.count < SourceRecord.mostUsers, !hitters[place].users.contains(hash) else {
            return
        }
        hitters[place].users.append(hash)
    }

    /// Who has registered from a source, as far as is remembered.
    func users(from address: IPAddress) -> [UInt32] { hitters.value(of: address)?.users ?? [] }

    /// Failures of a source within ten minutes, and whether a login from it was ever granted, as far as it
    /// is still remembered.
    func record(of address: IPAddress, at now: Timestamp) -> (failures: Int, everSucceeded: Bool) {
        guard let source = hitters.value(of: address) else { return (0, false) }
        return (source.failures.sum(at: now), source.hasSucceeded)
    }

    /// The sources with most requests in a minute.
    func top(_ limit: Int, at now: Timestamp) -> [TopSource] {
        let rated = hitters.entries.map { ($0, $0.value.requests.rate(at: now)) }.filter { $0.1 > 0 }
        let sorted = rated.sorted { a, b in
            a.1 != b.1 ? a.1 > b.1 : (a.0.key.high, a.0.key.low) < (b.0.key.high, b.0.key.low)
        }
        return sorted.prefix(limit).map { entry, rate in
            TopSource(
                address: entry.key,
                requestRate: rate,
                okRate: entry.value.granted.rate(at: now),
                failureRate: entry.value.failures.rate(at: now),
                agent: String(decoding: entry.value.agent, as: UTF8.self)
            )
        }
    }
}

extension Span<UInt8> {
    /// The bytes at a range are these.
    fileprivate func equals(_ other: Span<UInt8>, at range: Range<Int>) -> Bool {
        guard range.count == other.count else { return false }
        for offset in 0..<range.count where self[range.lowerBound + offset] != other[offset] { return false }
        return true
    }
}
