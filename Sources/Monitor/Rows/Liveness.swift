internal import BindingTable

/// How many bindings can be reached, as far as connections and pings tell.
public struct Liveness: Codable, Hashable, Sendable {
    /// Bindings over a connection that is open, and over one that has ended.
    public var connected = 0, disconnected = 0
    /// Bindings that answer pings, that never answered one, that used to and do no longer.
    public var answering = 0, neverAnswered = 0, stoppedAnswering = 0
    /// Half of those that answer took less for the last ping, in microseconds; 0 if none answers.
    public var medianRoundTrip = 0
    /// Bindings that a phone has left behind (see `Devices`).
    public var ghosts = 0

    /// Nothing is known yet.
    public init() {}

    /// Pings are sent: somebody has been told of.
    public var hasPings: Bool { answering + neverAnswered + stoppedAnswering > 0 }
    /// There are bindings over connections.
    public var hasConnections: Bool { connected + disconnected > 0 }
}

/// Counts what connections and pings tell, row by row, as it changes.
struct LivenessCounters {
    private var connections = InlineArray<3, Int>(repeating: 0)
    private var pings = InlineArray<4, Int>(repeating: 0)
    /// Rows that answer, by their round trip.
    private var roundTrips = [Int](repeating: 0, count: DelayHistogram.buckets)
    /// Rows that are ghosts.
    private(set) var ghosts = 0

    /// What has changed that an operator may want to hear of.
    enum Turn: Int, CaseIterable {
        case connectionGone, stoppedAnswering, answersAgain

        /// Words of the event.
        var text: String {
            switch self {
            case .connectionGone: "connection gone"
            case .stoppedAnswering: "stopped answering"
            case .answersAgain: "answers again"
            }
        }
    }

    /// Counts a new row in.
    mutating func add(_ row: inout Row, _ reachability: Reachability) {
        row.connection = reachability.connection
        row.ping = reachability.ping
        row.roundTrip = UInt8(clamping: DelayHistogram.bucket(of: Int(reachability.roundTrip)))
        change(row, by: 1)
    }

    /// Counts a row out.
    mutating func remove(_ row: Row) {
        change(row, by: -1)
        if row.kin.contains(.ghost) { ghosts -= 1 }
    }

    /// Takes over what is known now.
    mutating func follow(_ row: inout Row, _ reachability: Reachability) -> Turn? {
        let bucket = UInt8(clamping: DelayHistogram.bucket(of: Int(reachability.roundTrip)))
        let (connection, ping) = (row.connection, row.ping)
        guard connection != reachability.connection || ping != reachability.ping || row.roundTrip != bucket
        else {
            return nil
        }
        change(row, by: -1)
        row.connection = reachability.connection
        row.ping = reachability.ping
        row.roundTrip = bucket
        change(row, by: 1)
        if connection == .live, row.connection == .gone { return .connectionGone }
        if ping != .stoppedAnswering, row.ping == .stoppedAnswering { return .stoppedAnswering }
        return ping == .stoppedAnswering && row.ping == .answering ? .answersAgain : nil
    }

    /// A row becomes a ghost, or is none any more.
    mutating func noteGhost(_ step: Int) { ghosts += step }

    private mutating func change(_ row: Row, by step: Int) {
        connections[Int(row.connection.rawValue)] += step
        pings[Int(row.ping.rawValue)] += step
        if row.ping == .answering { roundTrips[Int(row.roundTrip)] += step }
    }

    /// All counts.
    var numbers: Liveness {
        var numbers = Liveness()
        numbers.connected = connections[Int(Reachability.Connection.live.rawValue)]
        numbers.disconnected = connections[Int(Reachability.Connection.gone.rawValue)]
        numbers.answering = pings[Int(Reachability.Ping.answering.rawValue)]
        numbers.neverAnswered = pings[Int(Reachability.Ping.neverAnswered.rawValue)]
        numbers.stoppedAnswering = pings[Int(Reachability.Ping.stoppedAnswering.rawValue)]
        numbers.ghosts = ghosts
        var left = (numbers.answering + 1) / 2
        guard left > 0 else { return numbers }
        for (bucket, count) in roundTrips.enumerated() {
            left -= count
            guard left <= 0 else { continue }
            numbers.medianRoundTrip = DelayHistogram.value(of: bucket)
            break
        }
        return numbers
    }
}
