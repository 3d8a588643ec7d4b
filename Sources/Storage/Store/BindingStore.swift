public import BindingTable
public import Timing

/// Bindings, departures, history and blocks in one SQLite file, written by one thread.
///
/// Open it, `restore` the table from it, `start` its thread; then `commit` takes tickets from any thread and never
/// waits. Each ticket's token comes back once the transaction that holds it is committed or has failed.
public final class BindingStore: LocationStore, Sendable {
    /// Where the file is. Others may read it at any time: it is in WAL mode.
    public let path: String
    /// Seed and secret, the same at every start.
    public let identity: StoreIdentity
    let options: StoreOptions
    let clock: @Sendable () -> ClockReading

    private init(
        path: String,
        options: StoreOptions,
        identity: StoreIdentity,
        clock: @escaping @Sendable () -> ClockReading,
    ) {
        self.path = path
        self.options = options
        self.identity = identity
        self.clock = clock
    }

    /// Opens the file or makes it (mode 0600), and brings its schema forward. A damaged file is moved aside, and the
    /// rows that can be read from it are kept.
    public static func open(
        _ path: String,
        options: StoreOptions,
        clock: @escaping @Sendable () -> ClockReading,
    ) throws(StorageError) -> BindingStore {
        BindingStore(
            path: path,
            options: options,
            identity: StoreIdentity(tableSeed: 1, secret: Array(repeating: 0, count: 32)),
            clock: clock
        )
    }

    /// Sentences about the opening for the log, such as that a damaged file was moved aside.
    public var openingNotes: [String] { [] }

    /// Puts the stored bindings into a table that is empty and was made with `identity.tableSeed`.
    ///
    /// `decide` sees each binding whose time has not run out, may alter it, and says whether it comes back.
    public func restore(
        into table: BindingTable,
        decide: (inout Binding) -> RestoreChoice,
    ) throws(StorageError) -> RestoreReport {
        RestoreReport()
    }

    /// Starts the storage thread. `complete` is called on it, for each token other than 0; it must not wait.
    public func start(
        table: BindingTable,
        complete: @escaping @Sendable (_ token: UInt64, _ committed: Bool) -> Void,
    ) throws(StorageError) {}

    /// Takes a ticket; one short lock and a wake-up.
    public func commit(_ ticket: CommitTicket) {}

    /// How the store is doing.
    public var health: StoreHealth { StoreHealth() }

    /// Keeps the operator's blocks and drain over a restart: all of them, instead of what was kept.
    public func keep(blocks: [Block], drain: Drain?) {}

    /// The blocks and the drain that were kept when the store was opened and are still in force.
    public func kept(at clock: ClockReading) -> (blocks: [Block], drain: Drain?) { ([], nil) }

    /// Writes every row again from the table, partition by partition between commits: after the wall clock was set.
    public func rewrite() {}

    /// Commits everything that is queued, answers every token, and closes the file. What comes later is refused.
    public func close() {}
}
