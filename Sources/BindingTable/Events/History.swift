public import SIPMessage
public import Timing

/// One event in the life of a binding: it was made, it moved, it left. Refreshes are counted, not listed.
public struct HistoryEntry: Codable, Hashable, Sendable {
    /// Counts up; names the line.
    public var number: Int64
    /// When it happened.
    public var at: WallTime
    /// What happened.
    public var cause: Cause
    /// Who wanted it; empty if a phone or a timer did.
    public var by: String
    /// The binding, as it was after the event (of one that left: when it left).
    public var binding: LifeRecord
    /// Where it came from before a move; nil for anything else.
    public var movedFrom: Endpoint?

    /// Puts the parts together.
    public init(
        number: Int64,
        at: WallTime,
        cause: Cause,
        by: String = "",
        binding: LifeRecord,
        movedFrom: Endpoint? = nil,
    ) {
        self.number = number
        self.at = at
        self.cause = cause
        self.by = by
        self.binding = binding
        self.movedFrom = movedFrom
    }
}

/// What history remembers of a binding, in wall time, so that it can be read after a restart.
public struct LifeRecord: Codable, Hashable, Sendable {
    /// Which binding.
    public var id: BindingID
    /// Canonical address of record, contact URI and User-Agent in the phone's own bytes.
    public var aor: [UInt8], contact: [UInt8], userAgent: [UInt8]
    /// Where its last REGISTER came from, and over what.
    public var source: Endpoint, transport: TransportKind
    /// When it was made, last refreshed, and due to end.
    public var createdAt: WallTime, refreshedAt: WallTime, expiresAt: WallTime
    /// Refreshes so far, the usual gap between two and its deviation, in milliseconds.
    public var refreshes: UInt32, usualGap: UInt32, gapDeviation: UInt32

    /// Puts the parts together.
    public init(
        id: BindingID,
        aor: [UInt8],
        contact: [UInt8],
        userAgent: [UInt8],
        source: Endpoint,
        transport: TransportKind,
        createdAt: WallTime,
        refreshedAt: WallTime,
        expiresAt: WallTime,
        refreshes: UInt32,
        usualGap: UInt32,
        gapDeviation: UInt32,
    ) {
        self.id = id
        self.aor = aor
        self.contact = contact
        self.userAgent = userAgent
        self.source = source
        self.transport = transport
        self.createdAt = createdAt
        self.refreshedAt = refreshedAt
        self.expiresAt = expiresAt
        self.refreshes = refreshes
        self.usualGap = usualGap
        self.gapDeviation = gapDeviation
    }
}

/// Which part of the history is wanted.
public struct HistoryQuery: Hashable, Sendable {
    /// Canonical address of record; nil: all.
    public var aor: [UInt8]?
    /// Only what happened from and before these; nil: no bound.
    public var since: WallTime?, before: WallTime?
    /// Most entries, the newest ones.
    public var limit: Int

    /// Most entries of one answer.
    public static let maximum = 1_000

    /// Puts the parts together.
    public init(aor: [UInt8]? = nil, since: WallTime? = nil, before: WallTime? = nil, limit: Int = 100) {
        self.aor = aor
        self.since = since
        self.before = before
        self.limit = limit
    }
}

/// The answer: entries newest first, and how far back the journal goes.
public struct HistoryPage: Codable, Hashable, Sendable {
    /// What happened, newest first.
    public var entries: [HistoryEntry]
    /// When the oldest entry that is kept was written; nil if there is none.
    public var oldest: WallTime?
    /// Why there is no history; nil if there is.
    public var refusal: String?

    /// Puts the parts together.
    public init(entries: [HistoryEntry] = [], oldest: WallTime? = nil, refusal: String? = nil) {
        self.entries = entries
        self.oldest = oldest
        self.refusal = refusal
    }
}
