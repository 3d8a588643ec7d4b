/// Everything that a start or reload is made from: defaults, then the settings file, then `REGTOP_…`,
/// then flags. A value; nothing in it is opened or looked up yet.
public struct Settings: Equatable, Sendable {
    /// Listeners as written, `udp:HOST:PORT` or `tcp:HOST:PORT`.
    public var listen: [String] = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"]
    /// Domains by lower-case name. Empty: the realms of `accounts`, else the listeners' own addresses.
    public var domains: [String: DomainSettings] = [:]
    /// Accounts file for domains that name none.
    public var accounts: String?
    /// Every domain takes registrations without a password (`--open`); shown as a red badge.
    public var open = false
    /// Bounds on what strangers can make us hold.
    public var limits = LimitSettings()
    /// When sources are blocked without an operator.
    public var security = SecuritySettings()
    /// How the console begins.
    public var console = ScreenSettings()

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
    /// How the 200 shows that a contact is not where the packet came from: `uri`, `header` or `off`.
    public var alias = "uri"

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

    /// The defaults.
    public init() {}
}

/// Bounds of contacts.
public struct ContactSettings: Equatable, Sendable {
    /// Most contacts of one address of record.
    public var maximum = 10
    /// `reject` the newcomer or remove the `oldest`.
    public var overflow = "reject"

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
    /// Megabytes of stored replies a loop.
    public var transactions = 8
    /// Megabytes of messages kept for the attempts view.
    public var attempts = 16

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
    /// Name or file of the theme.
    public var theme = "ansi"
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

    /// The defaults.
    public init() {}
}

extension ScreenSettings {
    /// Names that `--view` takes, in the order of their keys.
    public static let views = ["overview", "bindings", "attempts", "security", "log", "audit", "blocks"]
}
