import BindingTable
import SIPMessage
import Timing

/// One binding that is pinged by this loop.
struct PingedBinding: BitwiseCopyable {
    let id: BindingID
    /// The flow that it registered over last through this loop.
    var flow: FlowHash
    /// Its version and its flow when the ping under way was sent.
    var version: UInt32 = 0
    var askedFlow: FlowHash?
    /// A ping is under way.
    var isWaiting = false
    var nextAt: Timestamp
    /// Tells one tenant of a place from the next; 31 bits.
    var generation: UInt32
}

/// A flow as one number: the same address, port, transport and connection on both sides (RFC 5626 §2).
struct FlowHash: Hashable, BitwiseCopyable {
    let rawValue: UInt64

    init(_ path: ReceivedFrom) {
        var hash = spread(path.source.address.high ^ spread(path.source.address.low))
        hash = spread(hash ^ path.local.address.high ^ spread(path.local.address.low))
        let ports = UInt64(path.source.port) << 32 | UInt64(path.local.port) << 16
        hash = spread(hash ^ ports ^ UInt64(path.transport.rawValue))
        rawValue = spread(hash ^ path.connection.rawValue)
    }
}

/// Which bindings this loop pings, and when: those that registered through it last.
///
/// A binding that is gone, or has registered over another flow through another loop since, drops out when its turn
/// comes. The first ping falls on a random point of the interval and each further one on another, so that a
/// thousand phones that came together are not asked together.
struct Liveness {
    /// Most bindings of one loop; those beyond are not pinged.
    static let capacity = 1 << 20
    /// Most pings under way at a time.
    static let maximumWaiting = 8_192

    private var list = PingedList()
    private var wheel = TimingWheel(resolutionBits: 26)
    private var byID: [BindingID: UInt32] = [:]
    private var draws: UInt64 = 0
    /// Pings under way.
    private(set) var waiting = 0

    /// How many bindings are pinged.
    var count: Int { byID.count }
    /// None is.
    var isEmpty: Bool { byID.isEmpty }
    /// When the next ping is due.
    var deadline: Timestamp { wheel.nextDeadline(list) ?? .distantFuture }

    subscript(_ slot: UInt32) -> PingedBinding? { list[slot] }

    /// A binding has registered over a flow through this loop: it is pinged from now on, if it was not.
    mutating func note(_ id: BindingID, over path: ReceivedFrom, every interval: Interval) {
        let flow = FlowHash(path)
        if let slot = byID[id] {
            list[slot]?.flow = flow
            return
        }
        guard count < Self.capacity else { return }
        let wait = Interval(nanoseconds: draw(below: interval.nanoseconds))
        let slot = list.insert(id, flow, at: path.at + wait)
        byID[id] = slot
        wheel.schedule(slot, at: path.at + wait)
    }

    /// One whose turn it is; whoever takes it says by `begin`, `schedule` or `remove` what becomes of it.
    mutating func popDue(at now: Timestamp, budget: inout Int) -> UInt32? {
        wheel.popDue(at: now, deadlines: list, budget: &budget)
    }

    /// A ping was sent.
    mutating func begin(_ slot: UInt32, version: UInt32) {
        guard let entry = list[slot], !entry.isWaiting else { return }
        list[slot]?.isWaiting = true
        list[slot]?.version = version
        list[slot]?.askedFlow = entry.flow
        waiting += 1
    }

    /// The next ping comes after the interval, give or take a tenth; one under way is over.
    mutating func schedule(_ slot: UInt32, after interval: Interval, from now: Timestamp) {
        guard list[slot] != nil else { return }
        endPing(slot)
        let tenth = interval.nanoseconds / 10
        let wait = interval + Interval(nanoseconds: draw(below: 2 * tenth + 1) - tenth)
        list[slot]?.nextAt = now + wait
        wheel.schedule(slot, at: now + wait)
    }

    /// The binding is not pinged any more.
    mutating func remove(_ slot: UInt32) {
        guard let entry = list[slot] else { return }
        endPing(slot)
        wheel.cancel(slot)
        byID[entry.id] = nil
        list.remove(slot)
    }

    /// The token by which a ping's transaction calls it.
    func token(of slot: UInt32) -> UInt64 {
        UInt64(list[slot]?.generation ?? 0) << 32 | UInt64(slot)
    }

    /// The place that a token means; nil if that binding is not pinged any more.
    func slot(of token: UInt64) -> UInt32? {
        let slot = UInt32(truncatingIfNeeded: token)
        return list[slot]?.isWaiting == true && self.token(of: slot) == token ? slot : nil
    }

    private mutating func endPing(_ slot: UInt32) {
        guard list[slot]?.isWaiting == true else { return }
        list[slot]?.isWaiting = false
        waiting -= 1
    }

    private mutating func draw(below bound: Int64) -> Int64 {
        draws &+= 1
        return bound > 0 ? Int64(spread(draws) >> 1) % bound : 0
    }
}

/// Pinged bindings by their places, which are used again.
struct PingedList: TimerDeadlines {
    private var places: [PingedBinding?] = []
    private var free: [UInt32] = []
    private var inserted: UInt32 = 0

    func deadline(of item: UInt32) -> Timestamp { self[item]?.nextAt ?? .distantFuture }

    subscript(_ slot: UInt32) -> PingedBinding? {
        get { Int(slot) < places.count ? places[Int(slot)] : nil }
        set { if Int(slot) < places.count { places[Int(slot)] = newValue } }
    }

    mutating func insert(_ id: BindingID, _ flow: FlowHash, at next: Timestamp) -> UInt32 {
        inserted = (inserted &+ 1) & 0x7fff_ffff
        let entry = PingedBinding(id: id, flow: flow, nextAt: next, generation: inserted)
        if let slot = free.popLast() {
            places[Int(slot)] = entry
            return slot
        }
        places.append(entry)
        return UInt32(truncatingIfNeeded: places.count - 1)
    }

    mutating func remove(_ slot: UInt32) {
        guard self[slot] != nil else { return }
        places[Int(slot)] = nil
        free.append(slot)
    }
}
