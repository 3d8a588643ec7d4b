internal import BindingTable

/// What a monitor keeps, and the most that it will: all that strangers can fill is bounded.
public struct MonitorMemory: Codable, Hashable, Sendable {
    /// Bytes of all of it together: what rows, orders and attempts take, and about what lines and sources do.
    public var bytes = 0
    /// Bindings that are followed, and the orders that they are kept in.
    public var rows = 0, orders = 0
    /// Attempts that are kept, and the most of them.
    public var attempts = 0, attemptsLimit = 0
    /// Bytes of their messages, and the most of them.
    public var attemptBytes = 0, attemptBytesLimit = 0

    /// Nothing.
    public init() {}
}

extension Monitor {
    /// About what a source, user or User-Agent that is told apart takes, and a line of the log.
    private static let sourceBytes = 1_536, nameBytes = 320, lineBytes = 256

    /// What is kept now. Nothing is counted by walking over it.
    public var memory: MonitorMemory {
        var memory = MonitorMemory()
        memory.rows = rows.count
        memory.orders = rows.orders.count
        memory.attempts = flows.store.count
        memory.attemptsLimit = flows.store.capacity
        memory.attemptBytes = flows.store.bytes
        memory.attemptBytesLimit = flows.store.budget
        memory.bytes =
            rows.bytes + flows.store.bytes + flows.store.count * MemoryLayout<Attempt>.stride
            + sources.count * Self.sourceBytes + failing.count * Self.sourceBytes
            + (users.count + agents.count) * Self.nameBytes + (log.count + audit.count) * Self.lineBytes
        return memory
    }
}

extension Rows {
    /// Bytes of the rows and of their orders.
    fileprivate var bytes: Int { rowTableBytes + orders.reduce(0) { $0 + $1.bytes } }
}
