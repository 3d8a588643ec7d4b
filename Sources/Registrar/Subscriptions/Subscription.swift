import BindingTable
import SIPMessage
import Timing

/// One subscription to the registration of an address of record: a dialog (RFC 6665 §4.4, RFC 3261 §12), and
/// what the subscriber was told last.
struct Subscription {
    /// Why it ends (RFC 6665 §4.1.3).
    enum End: UInt8, BitwiseCopyable {
        /// Its time ran out, or the subscriber wants no more.
        case timeout
        /// The registrar stops; the subscriber may come back at once.
        case deactivated
        /// The address of record is served here no more.
        case noResource

        var word: StaticString {
            switch self {
            case .timeout: "timeout"
            case .deactivated: "deactivated"
            case .noResource: "noresource"
            }
        }
    }

    /// Most bytes of all its texts together.
    static let maximumBytes = 4_096

    // MARK: The dialog

    /// Canonical address of record that is watched.
    let aor: [UInt8]
    let callID: [UInt8]
    /// Our tag, in the To of the SUBSCRIBE.
    let localTag: UInt64
    let remoteTag: [UInt8]
    /// URI of the SUBSCRIBE's To: who we are in the dialog.
    let localURI: [UInt8]
    /// URI of the SUBSCRIBE's From.
    let remoteURI: [UInt8]
    /// `id` of Event; empty without one.
    let eventID: [UInt8]
    /// Where NOTIFYs are addressed to; follows the Contact of each SUBSCRIBE (RFC 3261 §12.2.2).
    var target: [UInt8]
    /// Route set, fixed when the dialog was made (RFC 3261 §12.1.1).
    let routes: [[UInt8]]
    /// The way that the latest SUBSCRIBE came, which NOTIFYs go back.
    var path: ReceivedFrom
    /// The connection of that way has ended; nothing can be sent until a SUBSCRIBE comes by another.
    var isCutOff = false
    /// Nothing has shown that the subscriber sits where the SUBSCRIBE seemed to come from: a datagram without a
    /// password may have been sent by anybody. Until a NOTIFY is answered from there it carries no contents, so
    /// that nobody is sent more than an empty one on a stranger's word.
    var isUnproved: Bool
    var localCSeq: UInt32 = 0
    var remoteCSeq: UInt32

    // MARK: The subscription

    var expiresAt: Timestamp
    /// Version of the next document (RFC 3680 §5.1).
    var version: UInt32 = 0
    var told: [ToldBinding] = []
    /// When bindings were compared last; nil before the first NOTIFY.
    var lookedAt: Timestamp?
    /// A binding has been told of.
    var hasSeenBindings = false
    /// A SUBSCRIBE waits for its NOTIFY (RFC 6665 §4.2.1.2), whatever the quiet time says.
    var isDue = true
    /// The subscriber may have missed a document.
    var needsFull = true
    /// No NOTIFY of a change before this (RFC 3680 §4.10, or a Retry-After).
    var notBefore = Timestamp.zero
    /// A NOTIFY waits for its answer; the next one waits for that.
    var isWaiting = false
    /// The next NOTIFY is the last.
    var end: End?
    /// When to look at it next.
    var lookAt: Timestamp

    /// Bytes of all texts.
    var byteCount: Int {
        aor.count + callID.count + remoteTag.count + localURI.count + remoteURI.count + eventID.count
            + target.count + routes.reduce(0) { $0 + $1.count }
    }
}

/// The subscriptions of one loop, bounded in number.
///
/// A SUBSCRIBE within a dialog comes by the way of the one before, so it meets the same loop; where it does
/// not, it is answered 481 and the subscriber begins anew (RFC 6665 §4.1.2.2).
struct Subscriptions {
    /// Most subscriptions of one loop, of all addresses of record.
    static let capacity = 4_096

    private(set) var list = SubscriptionList()
    private var wheel = TimingWheel(resolutionBits: 24)
    private var byTag: [UInt64: UInt32] = [:]
    private var perAOR: [[UInt8]: Int] = [:]

    /// How many there are.
    var count: Int { byTag.count }
    /// There is none.
    var isEmpty: Bool { byTag.isEmpty }
    /// When to look next.
    var deadline: Timestamp { wheel.nextDeadline(list) ?? .distantFuture }

    /// How many watch an address of record.
    func count(of aor: [UInt8]) -> Int { perAOR[aor] ?? 0 }

    /// The subscription at a place; nil if there is none.
    subscript(_ slot: UInt32) -> Subscription? { list[slot] }

    /// The dialog with these three names (RFC 3261 §12); nil if there is none.
    func find(localTag: UInt64, remoteTag: Span<UInt8>, callID: Span<UInt8>) -> UInt32? {
        guard let slot = byTag[localTag], let found = list[slot], equal(found.remoteTag.span, remoteTag),
            equal(found.callID.span, callID)
        else { return nil }
        return slot
    }

    /// Adds one; false if there are too many, or one with its tag.
    mutating func insert(_ subscription: Subscription) -> Bool {
        guard count < Self.capacity, byTag[subscription.localTag] == nil else { return false }
        let slot = list.insert(subscription)
        byTag[subscription.localTag] = slot
        perAOR[subscription.aor, default: 0] += 1
        wheel.schedule(slot, at: subscription.lookAt)
        return true
    }

    /// Changes one, and looks at it when it says then.
    mutating func update(_ slot: UInt32, _ change: (inout Subscription) -> Void) {
        guard var subscription = list[slot] else { return }
        change(&subscription)
        list[slot] = subscription
        wheel.schedule(slot, at: subscription.lookAt)
    }

    /// A NOTIFY that waits on another way than this is given up: the subscriber is elsewhere now, and what becomes
    /// of that NOTIFY means nothing any more.
    mutating func forgetWaiting(_ slot: UInt32, unless path: ReceivedFrom) {
        guard let known = list[slot], known.isWaiting else { return }
        let isSameWay =
            known.path.source == path.source && known.path.transport == path.transport
            && known.path.connection == path.connection
        if isSameWay { return }
        list.renew(slot)
        update(slot) { $0.isWaiting = false }
    }

    /// Forgets one.
    mutating func remove(_ slot: UInt32) {
        guard let subscription = list[slot] else { return }
        wheel.cancel(slot)
        byTag[subscription.localTag] = nil
        let left = (perAOR[subscription.aor] ?? 1) - 1
        perAOR[subscription.aor] = left > 0 ? left : nil
        list.remove(slot)
    }

    /// One that is to be looked at now; whoever takes it says by `update` when the next time is.
    mutating func popDue(at now: Timestamp, budget: inout Int) -> UInt32? {
        wheel.popDue(at: now, deadlines: list, budget: &budget)
    }

    /// Those whose way was a connection that has ended are cut off.
    mutating func connectionClosed(_ connection: ConnectionID) {
        guard connection != .none else { return }
        for slot in byTag.values where list[slot]?.path.connection == connection {
            update(slot) {
                $0.isCutOff = true
                $0.needsFull = true
            }
        }
    }

    /// The token by which a NOTIFY's transaction calls it: tells it from a later tenant of its place.
    func token(of slot: UInt32) -> UInt64 { UInt64(list.generation(slot)) << 32 | UInt64(slot) }

    /// The place that a token means; nil if that subscription is no more.
    func slot(of token: UInt64) -> UInt32? {
        let slot = UInt32(truncatingIfNeeded: token)
        return list[slot] != nil && self.token(of: slot) == token ? slot : nil
    }
}

/// Subscriptions by their places, which are used again.
struct SubscriptionList: TimerDeadlines {
    private var places: [Subscription?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []

    func deadline(of item: UInt32) -> Timestamp { self[item]?.lookAt ?? .distantFuture }

    /// Which tenant of a place it is; 31 bits.
    func generation(_ slot: UInt32) -> UInt32 {
        Int(slot) < generations.count ? generations[Int(slot)] & 0x7fff_ffff : 0
    }

    subscript(_ slot: UInt32) -> Subscription? {
        get { Int(slot) < places.count ? places[Int(slot)] : nil }
        set { if Int(slot) < places.count { places[Int(slot)] = newValue } }
    }

    mutating func insert(_ subscription: Subscription) -> UInt32 {
        if let slot = free.popLast() {
            places[Int(slot)] = subscription
            generations[Int(slot)] &+= 1
            return slot
        }
        places.append(subscription)
        generations.append(0)
        return UInt32(truncatingIfNeeded: places.count - 1)
    }

    /// Tokens given out before mean nothing from now on.
    mutating func renew(_ slot: UInt32) {
        guard self[slot] != nil else { return }
        generations[Int(slot)] &+= 1
    }

    mutating func remove(_ slot: UInt32) {
        guard self[slot] != nil else { return }
        places[Int(slot)] = nil
        free.append(slot)
    }
}
