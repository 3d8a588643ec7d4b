internal import SIPMessage
internal import Synchronization
internal import Timing

/// Numbers of the whole table that any thread may read without a lock; partitions keep them.
final class TableCounters: Sendable {
    private let bindings = Atomic<Int>(0)
    private let addressesOfRecord = Atomic<Int>(0)
    private let tombstones = Atomic<Int>(0)
    private let behindNAT = Atomic<Int>(0)
    private let udp = Atomic<Int>(0)
    private let tcp = Atomic<Int>(0)
    private let tls = Atomic<Int>(0)
    private let ws = Atomic<Int>(0)
    private let wss = Atomic<Int>(0)
    private let partitionToTake = Atomic<Int>(0)
    /// When each partition wants to be advanced, in nanoseconds.
    private let wakeUps: InlineArray<256, Atomic<Int64>>

    init() {
        wakeUps = InlineArray { _ in Atomic(Int64.max) }
    }

    var bindingCount: Int { bindings.load(ordering: .relaxed) }
    var addressOfRecordCount: Int { addressesOfRecord.load(ordering: .relaxed) }
    var tombstoneCount: Int { tombstones.load(ordering: .relaxed) }
    var natCount: Int { behindNAT.load(ordering: .relaxed) }

    func count(of transport: TransportKind) -> Int {
        switch transport {
        case .udp: udp.load(ordering: .relaxed)
        case .tcp: tcp.load(ordering: .relaxed)
        case .tls: tls.load(ordering: .relaxed)
        case .ws: ws.load(ordering: .relaxed)
        case .wss: wss.load(ordering: .relaxed)
        }
    }

    func addBindings(_ difference: Int) { bindings.add(difference, ordering: .relaxed) }
    func addAddressesOfRecord(_ difference: Int) { addressesOfRecord.add(difference, ordering: .relaxed) }

    /// Changes the number of tombstones; returns the new one.
    func addTombstones(_ difference: Int) -> Int { tombstones.add(difference, ordering: .relaxed).newValue }

    /// Counts how a binding is reached, or no longer is.
    func addPath(_ transport: TransportKind, isNAT: Bool, _ difference: Int) {
        if isNAT { behindNAT.add(difference, ordering: .relaxed) }
        switch transport {
        case .udp: udp.add(difference, ordering: .relaxed)
        case .tcp: tcp.add(difference, ordering: .relaxed)
        case .tls: tls.add(difference, ordering: .relaxed)
        case .ws: ws.add(difference, ordering: .relaxed)
        case .wss: wss.add(difference, ordering: .relaxed)
        }
    }

    /// The partition whose news is to be taken next.
    var nextToTake: Int {
        get { partitionToTake.load(ordering: .relaxed) }
        set { partitionToTake.store(newValue, ordering: .relaxed) }
    }

    /// When a partition wants to be advanced. Written under the partition's lock only.
    func wakeUp(of partition: Int) -> Timestamp {
        Timestamp(nanoseconds: wakeUps[partition & 255].load(ordering: .relaxed))
    }

    /// A partition wants to be advanced at this instant.
    func setWakeUp(of partition: Int, _ instant: Timestamp) {
        wakeUps[partition & 255].store(instant.nanoseconds, ordering: .relaxed)
    }
}
