public import SIPMessage
public import Timing

/// Names one binding for as long as it lives; never used again for another (a slot's next tenant has
/// another generation).
public struct BindingID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Partition in the top 8 bits, generation in the next 24, slot in the low 32.
    public var rawValue: UInt64

    /// The id with these bits.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Puts an id together; generation counts modulo 2²⁴.
    @inlinable
    public init(partition: Int, generation: UInt32, slot: UInt32) {
        rawValue =
            UInt64(truncatingIfNeeded: partition & 0xff) << 56 | UInt64(generation & 0xff_ffff) << 32
            | UInt64(slot)
    }

    /// The partition that holds it.
    @inlinable
    public var partition: Int { Int(rawValue >> 56) }
    /// Which tenant of the slot it is.
    @inlinable
    public var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & 0xff_ffff }
    /// The record within the partition.
    @inlinable
    public var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

    /// In the order of their numbers.
    public static func < (a: BindingID, b: BindingID) -> Bool { a.rawValue < b.rawValue }
}

/// The numbers of a binding: what decisions are made from. Fixed size, no texts.
public struct BindingFacts: Codable, Hashable, Sendable, BitwiseCopyable {
    /// Which binding.
    public var id: BindingID
    /// Counts its changes; a command that saw another version asks again.
    public var version: UInt32
    /// CSeq number of the REGISTER that made it what it is.
    public var cseq: UInt32
    /// Keyed hash of that REGISTER's Call-ID; equal texts have equal hashes.
    public var callIDHash: UInt64
    /// Keyed hash of the top Via's branch of that REGISTER: tells a retransmission from a reuse.
    public var branchHash: UInt64
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last made or refreshed.
    public var refreshedAt: Timestamp
    /// When it ends; at and after this instant it counts as absent.
    public var expiresAt: Timestamp
    /// Seconds that the phone asked for; nil if it named none.
    public var asked: UInt32?
    /// Seconds that it got.
    public var granted: UInt32
    /// Preference in thousandths, 0…1000; nil if the phone named none.
    public var q: UInt16?
    /// `reg-id` of RFC 5626; 0 if none.
    public var regID: UInt32
    /// Keyed hash of the instance (`+sip.instance`, RFC 5626 §4.1); 0 if the contact has none.
    public var instanceHash: UInt32
    /// Where the REGISTER came from and over what; `at` equals `refreshedAt`.
    public var path: ReceivedFrom
    /// What was remarkable.
    public var badges: Badges
    /// Refreshes since it was made.
    public var refreshes: UInt32
    /// The phone's own rhythm: smoothed gap between refreshes in milliseconds; 0 until there is one.
    public var usualGap: UInt32
    /// Smoothed deviation from that gap in milliseconds.
    public var gapDeviation: UInt32
    /// Whether it can be reached. An addition or update is new knowledge: only `connection` counts of it.
    public var reachability: Reachability

    /// The gap after which the phone is expected again; nil while nothing is known of it. Phones that start, or whose
    /// connection has broken, register once or twice within seconds and then come as seldom as they may: the further a gap
    /// is below what was granted, the longer it must have been kept to count.
    public var rhythm: Interval? {
        guard usualGap > 0 else { return nil }
        let (gap, granted) = (UInt64(usualGap), UInt64(granted) * 1_000)
        let needed: UInt32 = gap * 2 >= granted ? 0 : gap * 8 >= granted ? 2 : Self.refreshesOfAHabit
        return refreshes >= needed ? .milliseconds(Int(usualGap)) : nil
    }

    /// Refreshes that make a habit of what is much more often than it must be.
    public static let refreshesOfAHabit: UInt32 = 4

    /// Facts of a binding that has just been made; the rest is filled in by the one who makes it.
    public init(
        id: BindingID = BindingID(rawValue: 0),
        version: UInt32 = 1,
        cseq: UInt32,
        callIDHash: UInt64 = 0,
        branchHash: UInt64 = 0,
        createdAt: Timestamp,
        refreshedAt: Timestamp,
        expiresAt: Timestamp,
        asked: UInt32?,
        granted: UInt32,
        q: UInt16?,
        regID: UInt32 = 0,
        instanceHash: UInt32 = 0,
        path: ReceivedFrom,
        badges: Badges = [],
        refreshes: UInt32 = 0,
        usualGap: UInt32 = 0,
        gapDeviation: UInt32 = 0,
        reachability: Reachability? = nil,
    ) {
        self.id = id
        self.version = version
        self.cseq = cseq
        self.callIDHash = callIDHash
        self.branchHash = branchHash
        self.createdAt = createdAt
        self.refreshedAt = refreshedAt
        self.expiresAt = expiresAt
        self.asked = asked
        self.granted = granted
        self.q = q
        self.regID = regID
        self.instanceHash = instanceHash
        self.path = path
        self.badges = badges
        self.refreshes = refreshes
        self.usualGap = usualGap
        self.gapDeviation = gapDeviation
        self.reachability =
            reachability ?? Reachability(connection: path.transport.isReliable ? .live : .none)
    }
}

/// The texts of a binding, in the phone's own bytes.
public struct BindingTexts: Codable, Hashable, Sendable {
    /// Canonical address of record, `user@domain` (RFC 3261 §10.3 step 5).
    public var aor: [UInt8]
    /// Contact URI as the phone wrote it, without `<>`; never rewritten.
    public var contact: [UInt8]
    /// Contact parameters other than expires and q, as written (`;+sip.instance="…";reg-id=1`).
    public var contactParameters: [UInt8]
    /// Call-ID of the last REGISTER.
    public var callID: [UInt8]
    /// User-Agent of the last REGISTER; empty if none.
    public var userAgent: [UInt8]
    /// Top Via's sent-by, as written.
    public var sentBy: [UInt8]
    /// Account that proved it; empty under open registration.
    public var account: [UInt8]
    /// Path's values in their order, the proxy nearest to us first, as they came (RFC 3327 §5.3).
    public var path: [UInt8]
    /// Name of the peer's verified certificate (RFC 5922 §7.1); empty without one.
    public var peer: [UInt8]
    /// The numbers that it stands for, as the settings name them (RFC 6140 §5.2); empty for an ordinary one.
    public var numbers: [UInt8]

    /// All texts of a binding.
    public init(
        aor: [UInt8],
        contact: [UInt8],
        contactParameters: [UInt8] = [],
        callID: [UInt8],
        userAgent: [UInt8] = [],
        sentBy: [UInt8] = [],
        account: [UInt8] = [],
        path: [UInt8] = [],
        peer: [UInt8] = [],
        numbers: [UInt8] = [],
    ) {
        self.aor = aor
        self.contact = contact
        self.contactParameters = contactParameters
        self.callID = callID
        self.userAgent = userAgent
        self.sentBy = sentBy
        self.account = account
        self.path = path
        self.peer = peer
        self.numbers = numbers
    }
}

/// One whole binding as a value: for screens, tombstones, undo and the store; never on the datagram's way.
public struct Binding: Codable, Hashable, Sendable {
    /// Its numbers.
    public var facts: BindingFacts
    /// Its texts.
    public var texts: BindingTexts
    /// Set when it is gone: why and when.
    public var gone: Departure?

    /// How and when a binding left.
    public struct Departure: Codable, Hashable, Sendable, BitwiseCopyable {
        /// Why it left.
        public var cause: Cause
        /// When it left.
        public var at: Timestamp

        /// Pairs the two.
        public init(cause: Cause, at: Timestamp) {
            self.cause = cause
            self.at = at
        }
    }

    /// Puts numbers and texts together.
    public init(facts: BindingFacts, texts: BindingTexts, gone: Departure? = nil) {
        self.facts = facts
        self.texts = texts
        self.gone = gone
    }
}
