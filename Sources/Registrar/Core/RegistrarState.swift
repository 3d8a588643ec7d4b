public import BindingTable
public import SIPDigest
import SIPMessage
public import SIPTransaction
import Timing

/// What all loops of one registrar share; every part is safe for all of them at once.
public struct RegistrarState: Sendable {
    /// The bindings.
    public let table: BindingTable
    /// The policy in force.
    public let policy: PolicyBox
    /// Nonces and the counts that they were used with.
    public let verifier: DigestVerifier
    /// Which requests came by which way.
    public let merged: MergedRequests
    /// Who takes more than a fair share.
    public let sources: SourceGuard
    /// Which connections are open, and what leans on them.
    public let connections = OpenConnections()
    /// How fast each source asks; used where the policy has a rate for it.
    public let sourceRates = TokenBuckets()
    /// How fast each address of record is registered; used where the policy has a rate for it.
    public let aorRates = TokenBuckets()
    /// Where bindings are kept beyond the process; nil: nowhere, and replies leave at once.
    public let store: (any LocationStore)?

    /// Puts the parts together.
    public init(
        table: BindingTable,
        policy: PolicyBox,
        verifier: DigestVerifier,
        merged: MergedRequests = MergedRequests(),
        sources: SourceGuard = SourceGuard(),
        store: (any LocationStore)? = nil,
    ) {
        self.table = table
        self.policy = policy
        self.verifier = verifier
        self.merged = merged
        self.sources = sources
        self.store = store
    }
}

extension RegistrarState {
    /// Applies changes for which nobody waits to a partition that is locked; the store is told of them at once, so
    /// that it hears of all changes of a partition in their order.
    ///
    /// - Parameters:
    ///   - aor: the canonical address of record; only additions look at it.
    ///   - added: gets the ids of what was added, behind what it holds.
    func apply(
        _ changes: [BindingChange],
        aor: Span<UInt8>,
        texts: Span<UInt8>,
        in partition: inout Partition,
        at now: Timestamp,
        added: inout [BindingID],
    ) {
        guard let store else {
            partition.apply(changes, aor: aor, texts: texts, at: now, added: &added)
            return
        }
        let recorded = partition.record(changes, aor: aor, texts: texts, at: now, added: &added).changes
        if !recorded.isEmpty { store.commit(CommitTicket(changes: recorded)) }
    }

    /// The same for changes that need no texts: removals and observations.
    func apply(_ change: BindingChange, in partition: inout Partition, at now: Timestamp) {
        let none: [UInt8] = []
        var added: [BindingID] = []
        apply([change], aor: none.span, texts: none.span, in: &partition, at: now, added: &added)
    }

    /// A binding that came over a connection was put back: it leans on that connection, or on none if it has ended
    /// since, or this very moment. To be called with no partition locked.
    func lean(_ binding: BindingID, over path: ReceivedFrom, at now: Timestamp) {
        guard path.transport.isReliable, !connections.note(binding, on: path.connection, in: table) else {
            return
        }
        table.withPartition(at: binding.partition) { partition in
            apply(.observe(binding, .connectionGone(until: nil)), in: &partition, at: now)
        }
    }
}
