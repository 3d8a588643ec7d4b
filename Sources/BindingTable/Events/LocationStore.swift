public import Timing

/// What one decision changed, on its way to the store (design: hop 10).
///
/// Made only where a store is configured; without one a reply leaves at once.
public struct CommitTicket: Sendable {
    /// Which reply waits for it, in the words of the one who issued it; 0: nobody waits.
    public var token: UInt64
    /// What changed, in the order of the changes; all of one partition.
    public var changes: [CommittedChange]
    /// Who wanted it, for the history; empty if a phone or a timer did.
    public var by: String

    /// Puts the parts together.
    public init(token: UInt64 = 0, changes: [CommittedChange], by: String = "") {
        self.token = token
        self.changes = changes
        self.by = by
    }
}

/// One binding before and after a change: enough to write it, to say in the history what happened, and to take it
/// back.
public struct CommittedChange: Sendable {
    /// Why it changed.
    public var cause: Cause
    /// Its numbers after the change; of one that left, the last ones.
    public var facts: BindingFacts
    /// Its texts after the change; nil: those that it had, as after most refreshes.
    public var texts: BindingTexts?
    /// Set when it left; its texts are given then.
    public var gone: Binding.Departure?
    /// What it was before; nil for one that was made.
    public var prior: Prior?

    /// A binding before a change.
    public struct Prior: Sendable {
        /// Its numbers.
        public var facts: BindingFacts
        /// Its texts; nil: the change left them as they are, or it left with them.
        public var texts: BindingTexts?

        /// Pairs the two.
        public init(facts: BindingFacts, texts: BindingTexts? = nil) {
            self.facts = facts
            self.texts = texts
        }
    }

    /// Puts the parts together.
    public init(
        cause: Cause,
        facts: BindingFacts,
        texts: BindingTexts? = nil,
        gone: Binding.Departure? = nil,
        prior: Prior? = nil,
    ) {
        self.cause = cause
        self.facts = facts
        self.texts = texts
        self.gone = gone
        self.prior = prior
    }
}

/// Where bindings are kept beyond the process. Implementations own their thread.
public protocol LocationStore: Sendable {
    /// Takes a ticket and returns at once; its token comes back through the issuer's mailbox once it is committed
    /// or has failed, unless it is 0.
    ///
    /// To be called under the partition's lock, so that tickets come in the order of the changes.
    func commit(_ ticket: CommitTicket)

    /// How it is doing; one short lock at most.
    var health: StoreHealth { get }
}

extension LocationStore {
    /// Nothing is known to be wrong.
    public var health: StoreHealth { StoreHealth() }
}

/// How the store is doing, for screens, scripts and metrics.
public struct StoreHealth: Codable, Hashable, Sendable {
    /// What is wrong, in one sentence; nil if changes are durable.
    public var trouble: String?
    /// Since when.
    public var troubleSince: Timestamp?
    /// Tickets that wait.
    public var queued = 0
    /// Transactions committed, and changes in them.
    public var commits: UInt64 = 0, changes: UInt64 = 0
    /// Changes that could not be committed.
    public var failures: UInt64 = 0
    /// How long the last transaction and the longest one took, in microseconds.
    public var lastMicroseconds: UInt64 = 0, longestMicroseconds: UInt64 = 0
    /// Bytes of the database, its log included.
    public var bytes: UInt64 = 0
    /// Lines of the history, and when the oldest of them was written, in seconds since 1970.
    public var historyLines: UInt64 = 0, historySince: Int64 = 0

    /// A store that has done nothing yet.
    public init() {}
}
