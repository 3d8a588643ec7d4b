internal import BindingTable
internal import SIPMessage

/// What the monitor itself keeps of a binding: 40 bytes, so that the table is asked for the rest only when
/// a row is shown or compared. Rows are named by small numbers, which orders hold instead of ids.
struct Row: Sendable, BitwiseCopyable {
    /// The binding; 0 in a free row.
    var id = BindingID(rawValue: 0)
    /// Its version when it was last looked at.
    var version: UInt32 = 0
    /// Second of its expiry, counted by the horizon.
    var second: UInt32 = 0
    /// Neighbours within the bucket of that second; in a free row `next` is the next free one.
    var next = Row.none, previous = Row.none
    /// Number of its User-Agent in the population.
    var agent: UInt16 = 0
    private var bits: UInt8 = 0
    /// Connection in the low 2 bits, ping in the next 2, what is known of its kin above.
    private var reach: UInt8 = 0
    /// Bucket of its round trip while it answers pings, counted by the liveness.
    var roundTrip: UInt8 = 0
    /// Attempts that its last login took.
    var tries: UInt8 = 1
    /// Failed attempts of its address of record since the last login.
    var failures: UInt8 = 0
    /// What is wrong with the device, as far as this binding shows it; counted by the population.
    var lints: LintSet = []
    /// Number of its site and of the listener that it came over, in the beats.
    var site: UInt16 = 0, listener: UInt8 = 0
    /// Slot of the forecast in which its next refresh is expected, and bucket of the gap between two.
    var due: UInt16 = 0, gap: UInt8 = 0
    /// The low bits of the hash of its last Call-ID.
    var callMark: UInt8 = 0
    /// Silent, member, forecast in the low 3 bits; changes of the Call-ID, one after another, in the next 2.
    private var habits: UInt8 = 0

    /// No row.
    static let none = UInt32.max

    init() {}

    /// The state of its connection.
    var connection: Reachability.Connection {
        get { Reachability.Connection(rawValue: reach & 3) ?? .none }
        set { reach = reach & ~3 | newValue.rawValue }
    }
    /// What pings have told.
    var ping: Reachability.Ping {
        get { Reachability.Ping(rawValue: reach >> 2 & 3) ?? .unknown }
        set { reach = reach & ~12 | newValue.rawValue << 2 }
    }
    private func habit(_ place: UInt8) -> Bool { habits >> place & 1 != 0 }
    private mutating func setHabit(_ place: UInt8, _ value: Bool) {
        habits = value ? habits | 1 << place : habits & ~(1 << place)
    }

    /// It has missed its beat and not come since.
    var isSilent: Bool {
        get { habit(0) }
        set { setHabit(0, newValue) }
    }
    /// It is counted by the groups of the beats: its rhythm is known, and it is no ghost.
    var isMember: Bool {
        get { habit(1) }
        set { setHabit(1, newValue) }
    }
    /// Its next refresh is counted by the forecast.
    var isForecast: Bool {
        get { habit(2) }
        set { setHabit(2, newValue) }
    }
    /// How often, one after another, a refresh has come under another Call-ID than the one before; stays at 3.
    var callChanges: UInt8 {
        get { habits >> 3 & 3 }
        set { habits = habits & ~0x18 | min(3, newValue) << 3 }
    }
    /// What is known of the other bindings of its address of record.
    var kin: Kin {
        get { Kin(rawValue: reach >> 4) }
        set { reach = reach & 15 | newValue.rawValue << 4 }
    }

    /// What is known of the other bindings of an address of record.
    struct Kin: OptionSet, Sendable, BitwiseCopyable {
        var rawValue: UInt8

        /// There are some.
        static let exists = Kin(rawValue: 1)
        /// The row itself is a ghost.
        static let ghost = Kin(rawValue: 2)
        /// One of all is a ghost.
        static let ghosts = Kin(rawValue: 4)
    }

    private func bit(_ place: UInt8) -> Bool { bits >> place & 1 != 0 }
    private mutating func set(_ place: UInt8, _ value: Bool) {
        bits = value ? bits | 1 << place : bits & ~(1 << place)
    }

    /// It stands for a binding that lives.
    var isLive: Bool {
        get { bit(0) }
        set { set(0, newValue) }
    }
    /// The last attempt of its address of record from its own source failed.
    var isRefused: Bool {
        get { bit(1) }
        set { set(1, newValue) }
    }
    var isNatted: Bool {
        get { bit(2) }
        set { set(2, newValue) }
    }
    var isIPv6: Bool {
        get { bit(3) }
        set { set(3, newValue) }
    }
    var transport: TransportKind {
        get { TransportKind(rawValue: bits >> 4) ?? .udp }
        set { bits = bits & 0x0f | newValue.rawValue << 4 }
    }
}
