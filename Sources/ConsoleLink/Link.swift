public import BindingTable
public import Monitor
public import Timing

/// From a console to the monitor and the registrar behind it, in-process or over the control socket.
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
    /// What happened to bindings, out of the journal; answered by `history`.
    case history(HistoryQuery, serial: UInt64)
    /// Answer queries from the table as it was at that time, read-only, until `nil` brings the present back;
    /// answered by `replay`.
    case replay(at: WallTime?, serial: UInt64)
    /// All counters and gauges; answered by `statistics`.
    case statistics(serial: UInt64)
    /// What the rules make of a request from somewhere; answered by `explanation`.
    case explain(ExplainQuery, serial: UInt64)
    /// What a call would come to now; answered by `route`.
    case route(RouteQuery, serial: UInt64)
    /// The messages of attempts, a page of them; answered by `messages`.
    case messages(MessagesQuery, serial: UInt64)
    /// Values that have been seen of a field of filters; answered by `values`.
    case values(ValuesQuery, serial: UInt64)
    /// What can be undone, and the act that is done a few bindings at a time; answered by `acts`.
    case acts(serial: UInt64)
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
    /// Lines of the journal.
    case history(HistoryPage, serial: UInt64)
    /// Which moment is shown from now on.
    case replay(ReplayReport, serial: UInt64)
    /// Counters and gauges.
    case statistics([Metric], serial: UInt64)
    /// Which rule decides.
    case explanation(ExplainAnswer, serial: UInt64)
    /// Where a call would go.
    case route(RouteAnswer, serial: UInt64)
    /// Messages of attempts.
    case messages(MessagesPage, serial: UInt64)
    /// Values that have been seen, the commonest first.
    case values([SeenValue], serial: UInt64)
    /// What can be undone, and what is under way.
    case acts(ActList, serial: UInt64)
    /// An act that is done a few bindings at a time has begun, come further or ended; each console is told, about once
    /// a second.
    case progress(ActProgress)
    /// Something to say in the message line.
    case notice(Notice)
    /// The other end is away, for this reason; `welcome` says when it is back.
    case lost(String)
}

/// Which moment a console is shown.
public struct ReplayReport: Codable, Hashable, Sendable {
    /// The moment; nil: the present.
    public var at: WallTime?
    /// How far back the journal goes; nil if it holds nothing.
    public var oldest: WallTime?
    /// Why that moment can't be shown, and what is shown stays; nil if it can.
    public var refusal: String?

    /// Puts the parts together.
    public init(at: WallTime? = nil, oldest: WallTime? = nil, refusal: String? = nil) {
        self.at = at
        self.oldest = oldest
        self.refusal = refusal
    }
}

/// A request that may come: who would register whom, and over what.
public struct ExplainQuery: Hashable, Sendable {
    /// Source address and address of record, as written.
    public var from: String, aor: String
    /// `udp`, `tcp`, `tls`, `ws` or `wss`.
    public var transport: String

    /// Puts the parts together.
    public init(from: String, aor: String, transport: String = "udp") {
        self.from = from
        self.aor = aor
        self.transport = transport
    }
}

/// What the rules make of it.
public struct ExplainAnswer: Codable, Hashable, Sendable {
    /// The rules in their order, the one that decides marked, and what follows from it.
    public var lines: [String]
    /// It could register, given the right password where one is asked for.
    public var canRegister: Bool
    /// Why the question can't be answered; nil if it can.
    public var refusal: String?

    /// Puts the parts together.
    public init(lines: [String] = [], canRegister: Bool = false, refusal: String? = nil) {
        self.lines = lines
        self.canRegister = canRegister
        self.refusal = refusal
    }
}

/// A counter or gauge of the registrar, by the name that OpenMetrics gives it.
public struct Metric: Codable, Hashable, Sendable {
    /// How its values are to be read.
    public enum Kind: String, Codable, Hashable, Sendable {
        /// Only ever grows; the exposition adds `_total` to its name.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One value with its labels.
    public struct Sample: Codable, Hashable, Sendable {
        /// Label and value, in their order; none for a metric that stands alone.
        public var labels: [[String]]
        /// The value.
        public var value: Double

        /// Pairs the two.
        public init(_ value: Double, labels: [[String]] = []) {
            self.labels = labels
            self.value = value
        }
    }

    /// `regtop_…`, without `_total`.
    public var name: String
    /// One sentence: what is counted, in which unit.
    public var help: String
    /// How its values are to be read.
    public var kind: Kind
    /// Its values.
    public var samples: [Sample]

    /// Puts the parts together.
    public init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

/// What came of reading settings and accounts anew.
public struct ReloadReport: Codable, Hashable, Sendable {
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
public struct Welcome: Codable, Sendable {
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
    public var readOnlyBecause: String? {
        didSet { capabilities = Capability.all(readOnlyBecause: readOnlyBecause) }
    }
    /// What may be asked of the other end and what may not; as `readOnlyBecause` says, unless it is changed after.
    public var capabilities: [Capability]
    /// Red badge: domains that take registrations without a password.
    public var openDomains: [String]
    /// The console sits in another process than the registrar, which goes on when it leaves.
    public var isAttached = false
    /// Bindings outlive the registrar's process: they are there again when it is started anew.
    public var keepsBindings = false

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
        capabilities = Capability.all(readOnlyBecause: readOnlyBecause)
        self.openDomains = openDomains
    }
}

/// What a console may ask of a registrar: `observe`, or one of the acts.
public struct Capability: Codable, Hashable, Sendable {
    /// `observe`, a word of `OperatorVerb`, or `reload`.
    public var verb: String
    /// Why it may not; nil if it may.
    public var refusal: String?

    /// Pairs the two.
    public init(_ verb: String, refusal: String? = nil) {
        self.verb = verb
        self.refusal = refusal
    }

    /// All there are: to observe is allowed to everybody whom the socket lets in.
    public static func all(readOnlyBecause reason: String?) -> [Capability] {
        [Capability("observe")]
            + ["expire", "evict", "block", "unblock", "drain", "undo", "abort", "reload"].map { verb in
                Capability(verb, refusal: reason.map { "read-only: \($0)" })
            }
    }
}
