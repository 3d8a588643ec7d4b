/// How a store keeps what it is given.
public struct StoreOptions: Hashable, Sendable {
    /// What an acknowledged change survives.
    public enum Durability: Hashable, Sendable {
        /// The end of the process, however sudden: the kernel has the change when the token comes back.
        case process
        /// The loss of power: the disk has it, for every commit is synced before the token comes back.
        case power
    }

    /// What becomes of changes that can't be committed.
    public enum FailurePolicy: Hashable, Sendable {
        /// Their tokens come back as not committed, and the issuer takes them back.
        case refuse
        /// Their tokens come back as committed; they are written once the disk is back, if the process lives so long.
        case `continue`
    }

    /// What an acknowledged change survives.
    public var durability: Durability
    /// What becomes of changes that can't be committed.
    public var onFailure: FailurePolicy
    /// Days that a line of the history is kept.
    public var historyDays: Int
    /// Bytes that the history may take in the file, its indexes included; an estimate within a fifth.
    public var historyBytes: Int
    /// Most departures that are remembered for undo over a restart; the oldest go first.
    public var maximumDepartures: Int

    /// The defaults: survives the process, refuses on failure, thirty days or 256 MB of history.
    public init(
        durability: Durability = .process,
        onFailure: FailurePolicy = .refuse,
        historyDays: Int = 30,
        historyBytes: Int = 256 << 20,
        maximumDepartures: Int = 65_536,
    ) {
        self.durability = durability
        self.onFailure = onFailure
        self.historyDays = historyDays
        self.historyBytes = historyBytes
        self.maximumDepartures = maximumDepartures
    }
}
