public import BindingTable

/// What belongs to a store for as long as its file lives.
public struct StoreIdentity: Hashable, Sendable {
    /// The table's seed (`BindingTable.init(seed:)`): with it hashes, partitions and ids mean after a restart what
    /// they meant before.
    public var tableSeed: UInt64
    /// 32 secret bytes for what must stay valid over a restart, as temporary GRUUs (RFC 5627) must.
    public var secret: [UInt8]

    /// Pairs the two.
    public init(tableSeed: UInt64, secret: [UInt8]) {
        self.tableSeed = tableSeed
        self.secret = secret
    }
}

/// What becomes of a stored binding at start.
public enum RestoreChoice: Hashable, Sendable {
    /// It goes into the table.
    case keep
    /// It doesn't, and the history says why it left.
    case drop(Cause)
}

/// What a restart brought back.
public struct RestoreReport: Hashable, Sendable {
    /// Bindings that are in the table again.
    public var bindings = 0
    /// Bindings that the caller dropped.
    public var dropped = 0
    /// Bindings whose time had run out while nobody looked.
    public var expired = 0
    /// Rows that made no sense and were left out.
    public var unreadable = 0
    /// Departures that can be undone again.
    public var departures = 0

    /// Nothing.
    public init() {}
}
