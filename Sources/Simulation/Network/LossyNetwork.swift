public import SIPMessage
public import Timing

/// How bad a virtual network is.
public struct NetworkConditions: Hashable, Sendable {
    /// Messages lost, of a thousand.
    public var loss: Int
    /// Messages delivered twice, of a thousand.
    public var duplication: Int
    /// The shortest time on the way.
    public var minimumDelay: Interval
    /// The longest; the difference to the shortest reorders messages.
    public var maximumDelay: Interval

    /// A network of these conditions; without arguments, a perfect one.
    public init(
        loss: Int = 0,
        duplication: Int = 0,
        minimumDelay: Interval = .zero,
        maximumDelay: Interval = .zero,
    ) {
        self.loss = loss
        self.duplication = duplication
        self.minimumDelay = minimumDelay
        self.maximumDelay = max(minimumDelay, maximumDelay)
    }
}

/// A network that loses, doubles, delays and reorders datagrams by a seed, on a virtual clock.
///
/// What is on the way is delivered by time of arrival, and in the order of sending where times are equal.
public struct LossyNetwork: Sendable {
    /// How bad it is; may be changed on the way.
    public var conditions: NetworkConditions
    /// Messages lost so far.
    public private(set) var lost = 0
    /// Messages doubled so far.
    public private(set) var doubled = 0

    private var random: SeededRandom
    private var onTheWay: [(arrival: Timestamp, number: UInt64, datagram: Datagram)] = []
    private var sent: UInt64 = 0

    /// An empty network.
    public init(seed: UInt64, conditions: NetworkConditions = NetworkConditions()) {
        random = SeededRandom(seed: seed)
        self.conditions = conditions
    }

    /// When the next message arrives; nil if none is on the way.
    public var nextArrival: Timestamp? { onTheWay.first?.arrival }

    /// Takes a message. Over a reliable transport it is neither lost nor doubled nor overtaken.
    public mutating func send(_ datagram: Datagram, now: Timestamp) {
        if datagram.path.transport.isReliable {
            let last = onTheWay.last { Self.isSameWay($0.datagram, datagram) }?.arrival ?? now
            insert(datagram, arrival: max(now + conditions.minimumDelay, last))
            return
        }
        guard !random.chance(perMille: conditions.loss) else {
            lost += 1
            return
        }
        insert(datagram, arrival: now + delay())
        if random.chance(perMille: conditions.duplication) {
            doubled += 1
            insert(datagram, arrival: now + delay())
        }
    }

    /// Takes out what has arrived by now, in order, each with its time of arrival.
    public mutating func arrivals(now: Timestamp) -> [Datagram] {
        let count = onTheWay.prefix { $0.arrival <= now }.count
        let arrived = onTheWay.prefix(count).map { item in
            var datagram = item.datagram
            datagram.path.at = item.arrival
            return datagram
        }
        onTheWay.removeFirst(count)
        return arrived
    }

    private static func isSameWay(_ a: Datagram, _ b: Datagram) -> Bool {
        a.path.transport == b.path.transport && a.path.connection == b.path.connection
            && a.path.source == b.path.source && a.path.local == b.path.local
    }

    private mutating func delay() -> Interval {
        let span = (conditions.maximumDelay - conditions.minimumDelay).nanoseconds / 1_000
        return conditions.minimumDelay + .microseconds(random.number(in: 0...Int(max(0, span))))
    }

    private mutating func insert(_ datagram: Datagram, arrival: Timestamp) {
        sent += 1
        let place = onTheWay.firstIndex { $0.arrival > arrival } ?? onTheWay.count
        onTheWay.insert((arrival, sent, datagram), at: place)
    }
}
