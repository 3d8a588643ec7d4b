public import BindingTable
public import SIPDigest
public import SIPTransaction

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
