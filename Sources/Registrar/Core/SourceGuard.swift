public import SIPMessage
import Synchronization
public import Timing

/// Keeps a flood from one address from starving the others, when and only when a loop cannot keep up.
///
/// It is a fair queue's rule, not a rate limit. A fixed rate per address would refuse the office of a
/// thousand phones behind one NAT, the proxy in front of us and every benchmark, and still let a flood
/// just below the rate take the machine from the rest. So nothing is counted while a loop keeps up
/// (`LoadGauge`). Under pressure requests are counted per source (an IPv6 source is its /64), halved
/// every window; a source that takes more than its fair share is shed, with a probability that grows
/// until the loop keeps up again. A source that is alone is never shed: there is nobody to protect.
///
/// Shared by all loops, in sixteen shards; 4,096 sources at most are told apart (256 KiB), the quietest
/// of a set makes room for a new one.
public final class SourceGuard: Sendable {
    /// Counts are halved once in this time.
    public static let window = Interval.milliseconds(250)

    private static let ways = 8
    private let shards: InlineArray<16, Mutex<Shard>>
    /// Requests counted in this window and, decayed, before.
    private let total = Atomic<Int64>(0)
    /// Sources seen in the last whole window and in this one.
    private let active = Atomic<Int64>(0)
    private let arriving = Atomic<Int64>(0)
    private let epoch = Atomic<Int64>(0)

    /// A guard that has seen nobody.
    public init() {
        shards = InlineArray { _ in Mutex(Shard()) }
    }

    /// Counts a request of `source` and says whether it is served.
    ///
    /// - Parameters:
    ///   - severity: how hard to shed, 0 (nobody) to 64 (15 of 16 requests), from `LoadGauge`.
    ///   - draw: an evenly spread number; decides which requests of a greedy source are shed.
    public func admits(_ source: IPAddress, severity: Int, draw: UInt64, at now: Timestamp) -> Bool {
        guard severity > 0 else { return true }
        turn(to: now.nanoseconds / Self.window.nanoseconds)
        let key = Key(source)
        let current = epoch.load(ordering: .relaxed)
        let (share, isFirst) = shards[Int(truncatingIfNeeded: key.hash & 15)].withLock {
            $0.count(key, epoch: current)
        }
        total.wrappingAdd(1, ordering: .relaxed)
        if isFirst { arriving.wrappingAdd(1, ordering: .relaxed) }
        let sum = total.load(ordering: .relaxed)
        let sources = max(active.load(ordering: .relaxed), arriving.load(ordering: .relaxed))
        guard sources > 1, isGreedy(share: share, of: sum, among: sources) else { return true }
        return draw >> 32 & 63 >= UInt64(min(severity, 60))
    }

    /// More than a fair part of the whole; among many sources four times it, so that two ordinary
    /// neighbours are not told apart by chance.
    private func isGreedy(share: Int64, of sum: Int64, among sources: Int64) -> Bool {
        let fair = sum / max(sources, 1)
        return share > max(fair, min(4 * fair, sum / 4), 16)
    }

    private func turn(to wanted: Int64) {
        let known = epoch.load(ordering: .relaxed)
        guard wanted > known else { return }
        guard epoch.compareExchange(expected: known, desired: wanted, ordering: .relaxed).exchanged else {
            return
        }
        let windows = min(wanted - known, 62)
        total.store(total.load(ordering: .relaxed) >> windows, ordering: .relaxed)
        let seen = arriving.exchange(0, ordering: .relaxed)
        active.store(windows == 1 ? seen : 0, ordering: .relaxed)
    }

    private struct Key: Equatable {
        var high: UInt64
        var low: UInt64

        init(_ address: IPAddress) {
            high = address.high
            low = address.isIPv4 ? address.low | 1 << 63 : 0
        }

        var hash: UInt64 { spread(high ^ spread(low)) }
    }

    private struct Record {
        var key: Key?
        var count: Int64 = 0
        var epoch: Int64 = 0

        func decayed(to current: Int64) -> Int64 { count >> min(max(current - epoch, 0), 62) }
    }

    private struct Shard: Sendable {
        private var records = [Record](repeating: Record(), count: 256)

        /// Adds one to the source's count; also tells whether it is its first in this window.
        mutating func count(_ key: Key, epoch: Int64) -> (share: Int64, isFirst: Bool) {
            let set = Int(truncatingIfNeeded: key.hash >> 4) & (records.count / SourceGuard.ways - 1)
            let first = set * SourceGuard.ways
            var place = first
            var quietest = Int64.max
            for index in first..<first + SourceGuard.ways {
                if records[index].key == key {
                    let isFirst = records[index].epoch != epoch
                    records[index].count = records[index].decayed(to: epoch) + 1
                    records[index].epoch = epoch
                    return (records[index].count, isFirst)
                }
                let count = records[index].key == nil ? -1 : records[index].decayed(to: epoch)
                if count < quietest {
                    quietest = count
                    place = index
                }
            }
            records[place] = Record(key: key, count: 1, epoch: epoch)
            return (1, true)
        }
    }
}

/// Tells from the fill of its batches whether a loop keeps up with its socket.
///
/// A batch that is not full has emptied the socket: the loop keeps up. Batches that have all been full
/// for half a second mean that the queue in the kernel never was empty, and datagrams that the kernel threw
/// away leave no doubt: there is pressure. Then `severity` grows with every further full batch and falls
/// faster with every one that is not.
public struct LoadGauge: Sendable, BitwiseCopyable {
    /// How long the socket must not have been empty before anything is shed.
    public static let patience = Interval.milliseconds(500)

    private var fullSince: Timestamp?
    /// 0: keeps up. Up to 64: how hard to shed.
    public private(set) var severity = 0

    /// A gauge at rest.
    public init() {}

    /// Takes note of a batch of `count` messages where `capacity` would have fitted.
    public mutating func note(count: Int, capacity: Int, hasDropped: Bool = false, at now: Timestamp) {
        guard count >= capacity else {
            fullSince = nil
            severity = max(0, severity - 4)
            return
        }
        let since = fullSince ?? now
        fullSince = since
        if severity > 0 || hasDropped || now - since >= Self.patience { severity = min(64, severity + 1) }
    }
}
