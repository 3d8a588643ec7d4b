internal import BindingTable
internal import SIPMessage

/// What the monitor itself keeps of a binding: 32 bytes, so that the table is asked for the rest only when
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
    /// Attempts that its last login took.
    var tries: UInt8 = 1
    /// Failed attempts of its address of record since the last login.
    var failures: UInt8 = 0

    /// No row.
    static let none = UInt32.max

    init() {}

    private func bit(_ place: UInt8) -> Bool { bits >> place & 1 != 0 }
    private mutating func set(_ place: UInt8, _ value: Bool) {
        bits = value ? bits | 1 << place : bits & ~(1 << place)
    }

    /// It stands for a binding that lives.
    var isLive: Bool {
        get { bit(0) }
        set { set(0, newValue) }
    }
    /// The last attempt of its address of record failed.
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
