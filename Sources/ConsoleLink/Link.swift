public import BindingTable
public import Monitor
public import Timing

/// From a console to the monitor and the registrar behind it. In-process now; over the Unix socket the same.
public enum LinkRequest: Sendable {
    /// Show this window from now on, and answer once; at most one is unanswered at a time.
    case query(WindowQuery, serial: UInt64)
    /// What would this do? A dry run of the same function; answered with the same serial.
    case preview(OperatorCommand, serial: UInt64)
    /// As `preview` of an expire or evict for all bindings that pass a filter: the answer names, and so
    /// freezes, the targets.
    case previewMatching(Filter, OperatorCommand, serial: UInt64)
    /// Do it.
    case perform(OperatorCommand, serial: UInt64)
    /// Read settings and accounts anew and take them, all or nothing; answered by `reloaded`.
    case reload(serial: UInt64)
}

/// From the monitor to a console.
public enum LinkUpdate: Sendable {
    /// First of all: what stands at the other end and what it allows.
    case welcome(Welcome)
    /// The window of the query with this serial.
    case window(Window, serial: UInt64)
    /// What an act would do.
    case preview(CommandOutcome, serial: UInt64)
    /// What an act did.
    case outcome(CommandOutcome, serial: UInt64)
    /// What reading the settings anew has changed.
    case reloaded(ReloadReport, serial: UInt64)
    /// Something to say in the message line.
    case notice(Notice)
}

/// What came of reading settings and accounts anew.
public struct ReloadReport: Hashable, Sendable {
    /// Why nothing was taken and all is as before; nil if they were taken.
    public var refusal: String?
    /// What is different now, a line each; empty if nothing is.
    public var changes: [String]

    /// Puts the parts together.
    public init(refusal: String? = nil, changes: [String] = []) {
        self.refusal = refusal
        self.changes = changes
    }
}

/// What stands at the other end of a link.
public struct Welcome: Sendable {
    /// Name of the host or service.
    public var host: String
    /// Listeners, as `udp:127.0.0.1:5060`.
    public var listeners: [String]
    /// When the registrar started.
    public var startedAt: Timestamp
    /// Both clocks at the same moment, and the offset from UTC of times on screen.
    public var clock: ClockReading, utcOffset: Interval
    /// Who the console is for the audit trail.
    public var you: OperatorIdentity
    /// Why this console may not act; nil if it may.
    public var readOnlyBecause: String?
    /// Red badge: domains that take registrations without a password.
    public var openDomains: [String]

    /// Puts the parts together.
    public init(
        host: String,
        listeners: [String],
        startedAt: Timestamp,
        clock: ClockReading,
        utcOffset: Interval,
        you: OperatorIdentity,
        readOnlyBecause: String?,
        openDomains: [String],
    ) {
        self.host = host
        self.listeners = listeners
        self.startedAt = startedAt
        self.clock = clock
        self.utcOffset = utcOffset
        self.you = you
        self.readOnlyBecause = readOnlyBecause
        self.openDomains = openDomains
    }
}
