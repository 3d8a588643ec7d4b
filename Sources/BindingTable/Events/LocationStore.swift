/// A change that waits to be durable, with what is needed to take it back (design: hop 10).
///
/// Made only where a store is configured; without one a reply leaves at once.
public struct CommitTicket: Sendable {
    /// Which reply waits for it, in the words of the one who issued it.
    public var token: UInt64
    /// Partition of the address of record.
    public var partition: Int
    /// Each binding after the change; one that was removed carries its `gone`.
    public var after: [Binding]
    /// Each binding as it was before, for those that existed.
    public var before: [Binding]

    /// Puts the parts together.
    public init(token: UInt64, partition: Int, after: [Binding], before: [Binding]) {
        self.token = token
        self.partition = partition
        self.after = after
        self.before = before
    }
}

/// Where bindings are kept beyond the process. Implementations own their thread; `commit` never blocks.
public protocol LocationStore: Sendable {
    /// Takes a ticket; its token comes back through the issuer's mailbox once it is committed or failed.
    func commit(_ ticket: CommitTicket)
}
