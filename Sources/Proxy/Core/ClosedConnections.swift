import SIPMessage

/// Connections that have ended not long ago: a plan that was made before must not lead onto them.
struct ClosedConnections {
    private static let capacity = 8_192
    private var known: Set<ConnectionID> = []
    private var ring: [ConnectionID] = []
    private var next = 0

    /// None has ended.
    init() {}

    /// One has ended; the oldest of many is forgotten.
    mutating func insert(_ connection: ConnectionID) {
        guard connection != .none, known.insert(connection).inserted else { return }
        if ring.count < Self.capacity {
            ring.append(connection)
        } else {
            known.remove(ring[next])
            ring[next] = connection
            next = (next + 1) % Self.capacity
        }
    }

    /// It has ended.
    func contains(_ connection: ConnectionID) -> Bool { known.contains(connection) }
}
