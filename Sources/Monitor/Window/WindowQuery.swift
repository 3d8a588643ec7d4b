public import BindingTable
public import SIPMessage

/// What a console wants to see: never the table, only the window that it shows (design: idea 5).
public struct WindowQuery: Hashable, Sendable {
    /// Which list or page.
    public var subject: Subject
    /// Which row the window begins at or is held by.
    public var anchor: Anchor
    /// How many rows it shows; at most `maximumHeight` are answered.
    public var height: Int

    /// More rows than any terminal has.
    public static let maximumHeight = 400

    /// Puts the parts together.
    public init(subject: Subject, anchor: Anchor = .rank(0), height: Int) {
        self.subject = subject
        self.anchor = anchor
        self.height = height
    }

    /// Which list or page.
    public enum Subject: Hashable, Sendable {
        /// Bindings that pass a filter, in an order.
        case bindings(filter: Filter?, order: BindingOrder)
        /// One binding, its address of record's others and its last attempts.
        case binding(BindingID)
        /// Attempts that pass a filter, oldest first; only failures if asked; tries to register, calls, or both.
        case attempts(filter: Filter?, failuresOnly: Bool, kind: RequestKind = .registrations)
        /// The messages of one attempt, with what was found.
        case attempt(AttemptID)
        /// The numbers of the overview.
        case overview
        /// Lines of the log that pass a filter, at least of a level.
        case log(filter: Filter?, level: Notice.Level)
        /// The audit trail, oldest first.
        case audit(filter: Filter?)
        /// Blocks in force.
        case blocks(filter: Filter?)
        /// Sources, users or User-Agents that fail or probe, those that pass a filter: attackers first, then by
        /// failures.
        case security(SecurityGroup, filter: Filter?)
        /// User-Agents or vendors that pass a filter: those with most flawed bindings first.
        case devices(DeviceGroup, filter: Filter?)

        /// Lines of the log in which a text stands, at least of a level.
        public static func log(containing text: String, level: Notice.Level) -> Subject {
            .log(filter: Filter(containing: text, for: .log), level: level)
        }

        /// Lines of the audit trail in which a text stands.
        public static func audit(containing text: String) -> Subject {
            .audit(filter: Filter(containing: text, for: .audit))
        }
    }

    /// What holds the window in place while rows come and go. Nothing that an operator does refers to a rank.
    public enum Anchor: Hashable, Sendable {
        /// The window's first row has this position, from 0 (scrolling).
        case rank(Int)
        /// The window's first row is the last one of the list that fits (following).
        case end
        /// The row of this id stands `offset` rows below the window's top (the selection stays on the phone).
        case row(RowID, offset: Int)
    }
}

/// Names a row of any list.
public enum RowID: Hashable, Sendable {
    case binding(BindingID)
    case attempt(AttemptID)
    case line(UInt64)
}

/// Names one attempt; counts from 1.
public struct AttemptID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number.
    public var rawValue: UInt64

    /// The attempt of this number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The earlier attempt is less.
    public static func < (a: AttemptID, b: AttemptID) -> Bool { a.rawValue < b.rawValue }
}

/// The order of a list of bindings.
public struct BindingOrder: Hashable, Sendable {
    /// The column that rows are sorted by; equal rows by address of record, then id. Texts by their bytes;
    /// `age` the youngest first, `state` in the order of `BindingState`, `ping` by what pings have told and
    /// then by the round trip.
    public var column: BindingColumn
    /// Largest first: the whole order turned round.
    public var descending: Bool

    /// Puts the parts together.
    public init(column: BindingColumn = .aor, descending: Bool = false) {
        self.column = column
        self.descending = descending
    }
}

/// The columns of a list of bindings; titles, widths and texts are the console's.
public enum BindingColumn: UInt8, WordCodable, Hashable, Sendable {
    case aor, contact, source, transport, expires, state, tries, agent, age, refreshed, granted, cseq, callID,
        q, badges, connection, ping, flow, hops, peer

    /// `aor`, `contact`, … `call-id`, … as the case is named.
    public var codingWord: String {
        switch self {
        case .aor: "aor"
        case .contact: "contact"
        case .source: "source"
        case .transport: "transport"
        case .expires: "expires"
        case .state: "state"
        case .tries: "tries"
        case .agent: "agent"
        case .age: "age"
        case .refreshed: "refreshed"
        case .granted: "granted"
        case .cseq: "cseq"
        case .callID: "call-id"
        case .q: "q"
        case .badges: "badges"
        case .connection: "connection"
        case .ping: "ping"
        case .flow: "flow"
        case .hops: "hops"
        case .peer: "peer"
        }
    }
}

/// How a binding is doing, in one word of the screen; what is more urgent comes later and wins. A failed
/// login may be somebody else's guess and leaves the phone reachable, so silence outdoes it; a connection that
/// has ended is certain, where silence may be the network's.
public enum BindingState: UInt8, WordCodable, Hashable, Sendable {
    /// Nothing to say.
    case ok
    /// Past the phone's own usual refresh gap.
    case late
    /// A login from where it is registered has failed since its last one; the binding lives on.
    case auth
    /// It used to answer pings and does no longer.
    case silent
    /// Its connection has ended: nothing can be sent to it until it comes again (RFC 5626 §5.3).
    case disconnected
    /// It is gone; shown dim until the cursor moves.
    case gone

    /// `OK`, `LATE`, `AUTH`, `PING`, `CONN`, `GONE`
    public var word: String {
        switch self {
        case .ok: "OK"
        case .late: "LATE"
        case .auth: "AUTH"
        case .silent: "PING"
        case .disconnected: "CONN"
        case .gone: "GONE"
        }
    }

    /// The word of the screen.
    public var codingWord: String { word }
}

/// One row of the list of bindings.
public struct BindingRow: Codable, Hashable, Sendable {
    /// The binding with its texts.
    public var binding: Binding
    /// How it is doing.
    public var state: BindingState
    /// Attempts that its last login took (1: none failed).
    public var tries: Int
    /// Made or changed within the last second.
    public var isFresh: Bool
    /// The same phone has a newer binding and has not refreshed this one since (see `Devices`).
    public var isGhost: Bool
    /// Its address of record has ghosts, this one or others.
    public var hasGhosts: Bool

    /// Puts the parts together.
    public init(
        binding: Binding,
        state: BindingState,
        tries: Int,
        isFresh: Bool,
        isGhost: Bool = false,
        hasGhosts: Bool = false,
    ) {
        self.binding = binding
        self.state = state
        self.tries = tries
        self.isFresh = isFresh
        self.isGhost = isGhost
        self.hasGhosts = hasGhosts || isGhost
    }
}
