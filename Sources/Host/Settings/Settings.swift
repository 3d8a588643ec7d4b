import SIPMessage

/// Everything that a start or reload is made from: defaults, then the settings file, then `REGTOP_…`,
/// then flags. A value; nothing in it is opened or looked up yet.
public struct Settings: Equatable, Sendable {
    /// Listeners as written, `TRANSPORT:HOST:PORT` with udp, tcp, tls, ws or wss.
    public var listen: [String] = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]
    /// Domains by lower-case name. Empty: the realms of `accounts`, else the listeners' own addresses.
    public var domains: [String: DomainSettings] = [:]
    /// Accounts file for domains that name none.
    public var accounts: String?
    /// Every domain takes registrations without a password (`--open`); shown as a red badge.
    public var open = false
    /// The mode of every domain's calls (`--calls`); nil: what each domain says.
    public var calls: String?
    /// Certificate and key of the TLS listeners.
    public var tls = TLSSettings()
    /// Bounds on what strangers can make us hold.
    public var limits = LimitSettings()
    /// When sources are blocked without an operator.
    public var security = SecuritySettings()
    /// Directory of what is kept beyond the process; nil: the usual place (`StateDirectory`).
    public var state: String?
    /// How bindings are kept.
    public var store = StoreSettings()
    /// How much is remembered of bindings that left.
    public var history = HistorySettings()
    /// Who may attach a console.
    public var control = ControlSettings()
    /// `HOST:PORT` of the OpenMetrics endpoint; nil: none.
    public var metrics: String?
    /// Where the log of a daemon goes.
    public var log = LogSettings()
    /// How the console begins.
    public var console = ScreenSettings()

    /// The defaults.
    public init() {}
}

/// How bindings are kept beyond the process.
public struct StoreSettings: Equatable, Sendable {
    /// They are kept at all.
    public var isOn = true
    /// What an acknowledged change survives: the end of the `process`, or that of the `power`.
    public var durability = "process"
    /// What happens while changes can't be committed: `refuse` them, or `continue` without durability.
    public var onFailure = "refuse"
    /// Seconds after a start within which no restored binding ends; 0: none.
    public var grace = 30

    /// The defaults.
    public init() {}
}

/// How much is remembered of what happened to bindings.
public struct HistorySettings: Equatable, Sendable {
    /// Days that an event is kept, and megabytes that all may take.
    public var days = 30, size = 256

    /// The defaults.
    public init() {}
}

/// Who may attach a console beside the owner and root.
public struct ControlSettings: Equatable, Sendable {
    /// Members of this group may look; nil: nobody may.
    public var group: String?
    /// Users among them that may act.
    public var operators: [String] = []

    /// The defaults.
    public init() {}
}

/// Where the log of a daemon goes.
public struct LogSettings: Equatable, Sendable {
    /// File; nil: standard error, which systemd takes to the journal.
    public var file: String?
    /// Megabytes after which a new file is begun, and older files that are kept.
    public var size = 16, keep = 5

    /// The defaults.
    public init() {}
}

/// What one domain allows. Defaults as documented in the README.
public struct DomainSettings: Equatable, Sendable {
    /// Whether the domain takes registrations at all; if not, REGISTER is answered 405.
    public var registration = true
    /// Accounts file; nil: the one for all.
    public var accounts: String?
    /// Seconds granted when a phone names none, and the bounds; `jitter` in percent, downward only.
    public var expires = ExpirySettings()
    /// Most contacts of one address of record, and what happens to one more.
    public var contacts = ContactSettings()
    /// Algorithms in the order of the challenges; nil: MD5 alone where every account has it, which is all that
    /// many phones can do.
    public var algorithms: [String]?
    /// Offered qualities of protection, `auth` and `auth-int`.
    public var qop: [String] = ["auth"]
    /// Take the RFC 2069 form (no qop) although qop was offered; some phones know no other.
    public var legacyDigest = true
    /// How the 200 shows that a contact is not where the packet came from: `uri`, `received` or `off`.
    public var alias = "uri"
    /// What becomes of a Path: `off`, `lazy` or `strict`.
    public var path = "lazy"
    /// What becomes of reg-id: `off`, `offered` or `required`; and the seconds said in Flow-Timer.
    public var outbound = "offered", flowTimer = 0
    /// `pub-gruu` and `temp-gruu` are made.
    public var gruu = true
    /// Values of Service-Route.
    public var serviceRoute: [String] = []
    /// What becomes of bindings whose connection has ended: `keep`, `remove` or a number of seconds.
    public var connectionLost = "keep"
    /// Whether phones are asked if they are there.
    public var ping = PingSettings()
    /// Who may watch registrations.
    public var subscriptions = SubscriptionSettings()
    /// Lists of numbers by the user who may register them (RFC 6140).
    public var numbers: [String: [String]] = [:]
    /// Rules by source address, in their order.
    public var access: [AccessSettings] = []
    /// What is special about single accounts, by user.
    public var users: [String: UserSettings] = [:]
    /// What becomes of calls.
    public var calls = CallSettings()

    /// The defaults.
    public init() {}
}

/// Bounds of expiry, in seconds.
public struct ExpirySettings: Equatable, Sendable {
    /// Granted when the phone names none.
    public var standard = 3_600
    /// Shortest granted; less is answered 423 where RFC 3261 §10.3 step 7 allows it.
    public var minimum = 60
    /// Longest granted.
    public var maximum = 7_200
    /// Up to so many percent are taken off, so that phones don't come back together.
    public var jitter = 10
    /// Longest granted behind NAT over UDP; 0: as elsewhere.
    public var maximumBehindNAT = 0

    /// The defaults.
    public init() {}
}

/// Bounds of contacts.
public struct ContactSettings: Equatable, Sendable {
    /// Most contacts of one address of record.
    public var maximum = 10
    /// `reject` the newcomer, or remove the `oldest`, the `soonest` to end, or one that is `unreachable`.
    public var overflow = "reject"
    /// Which earlier bindings a phone's new one replaces: none (`off`), or those of the same `instance`.
    public var fold = "off"

    /// The defaults.
    public init() {}
}

/// Bounds on what strangers can make us hold.
public struct LimitSettings: Equatable, Sendable {
    /// UDP loops; 0: one on up to two cores, else half the cores, at most 8.
    public var loops = 0
    /// Bytes of one message.
    public var message = 65_535
    /// Connections in all, and from one address.
    public var connections = 10_000, connectionsPerSource = 1_000
    /// Seconds that a connection may be idle, 0: for ever.
    public var idle = 7_200
    /// REGISTERs a second from one source, and for one address of record; 0: as many as they like.
    public var sourceRate = 0, aorRate = 0
    /// Megabytes of stored replies a loop.
    public var transactions = 8
    /// Megabytes of messages kept for the attempts view.
    public var attempts = 16

    /// The defaults.
    public init() {}
}

/// Where TLS finds its certificate, and what it asks of peers.
public struct TLSSettings: Equatable, Sendable {
    /// PEM files of the certificate chain and of its key.
    public var certificate: String?, key: String?
    /// PEM file of the authorities that clients' certificates must come from.
    public var clientAuthorities: String?
    /// PEM file of the authorities that certificates of servers must come from, to which calls go over TLS; nil: the
    /// system's.
    public var authorities: String?
    /// Whether clients must have one: `optional` or `required`.
    public var clientCertificate = "optional"

    /// No TLS.
    public init() {}
}

/// How phones are asked whether they are there.
public struct PingSettings: Equatable, Sendable {
    /// Seconds between two pings of a binding, 0: none; seconds to wait for an answer.
    public var every = 0, timeout = 8
    /// Which answers count: `any` or `2xx`.
    public var codes = "any"
    /// So many pings without an answer remove the binding; 0: never.
    public var removeAfter = 0
    /// Users that are pinged; empty: all.
    public var users: [String] = []

    /// The defaults.
    public init() {}
}

/// Who may watch registrations.
public struct SubscriptionSettings: Equatable, Sendable {
    /// Whether it is offered at all.
    public var isOffered = true
    /// Most for one address of record.
    public var maximum = 4
    /// Accounts that may watch everybody.
    public var administrators: [String] = []

    /// The defaults.
    public init() {}
}

/// One rule by source address: the first that fits counts.
public struct AccessSettings: Equatable, Sendable {
    /// Network, `10.0.0.0/8` or an address.
    public var from = ""
    /// Transports that it is for; empty: all.
    public var transports: [String] = []
    /// `digest`, `deny`, `any` (register whom they like, without a password), or `named`.
    public var action = "digest"
    /// For `named`: the users that may be registered without a password.
    public var users: [String] = []

    /// A rule that says nothing yet.
    public init() {}
}

/// What is special about one account.
public struct UserSettings: Equatable, Sendable {
    /// It may not log in.
    public var isDisabled = false
    /// Networks that it may log in from; empty: any.
    public var networks: [String] = []
    /// Most contacts; 0: as the domain has it.
    public var contacts = 0

    /// Nothing special.
    public init() {}
}

/// What becomes of calls: of all requests other than REGISTER.
public struct CallSettings: Equatable, Sendable {
    /// `off`: refused; `redirect`: answered with the phone's contacts; `proxy`: passed on to the phone.
    public var mode = "off"
    /// SIP URI of the proxy that takes what is for no account here, and what the domain's users send elsewhere; nil:
    /// nobody does.
    public var nextHop: String?
    /// Seconds that a phone may ring in all (Timer C), and that contacts of one q value may while others wait.
    public var timerC = 185, ringing = 20
    /// Most phones that one request is sent to at a time.
    public var breadth = 60
    /// Later requests of a call come this way too.
    public var recordsRoute = true

    /// The words of `mode`.
    public static let modes = ["off", "redirect", "proxy"]

    /// The defaults.
    public init() {}
}

/// When sources are blocked without an operator.
public struct SecuritySettings: Equatable, Sendable {
    /// Sources that look like an attack are blocked.
    public var autoBlock = false
    /// For so many seconds.
    public var block = 3_600
    /// Wrong passwords or names within ten minutes that it takes.
    public var failures = 20
    /// Networks that are never blocked so, `10.0.0.0/8`, `2001:db8::/32` or an address.
    public var allow: [String] = []
    /// A source is blocked even if users have registered from it.
    public var blocksOffices = false

    /// The defaults.
    public init() {}
}

/// How the console begins.
public struct ScreenSettings: Equatable, Sendable {
    /// Name or file of the theme; nil where nobody has said: then what was chosen in the console, or `ansi`.
    public var theme: String?
    /// Frames and bars of ASCII characters only.
    public var ascii = false
    /// No colours at all.
    public var noColor = false
    /// Acts are removed.
    public var readOnly = false
    /// First view: one of `views`.
    public var view = "overview"
    /// First filter of the bindings or attempts view.
    public var filter = ""
    /// The moment of the past to begin with, as `isMoment` takes it; empty for the present.
    public var at = ""
    /// Keys that differ from the usual ones.
    public var keys = KeySettings()
    /// File to record the session to from the start; empty for none.
    public var record = ""

    /// Lines instead of a screen.
    public var plain = false

    /// The defaults.
    public init() {}
}

extension Settings {
    /// The text is a network, such as `10.0.0.0/8` or `2001:db8::/32`, or a single address.
    public static func isNetwork(_ text: String) -> Bool { IPNetwork(text) != nil }
}

extension ScreenSettings {
    /// Names that `--view` takes, in the order of their keys.
    public static let views = [
        "overview", "bindings", "attempts", "security", "log", "audit", "blocks", "devices",
    ]
}
