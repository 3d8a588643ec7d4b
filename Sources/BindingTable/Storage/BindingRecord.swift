internal import SIPMessage
internal import Timing

/// A binding's numbers as the table keeps them: 144 bytes, of which nothing is a reference.
struct BindingRecord: Sendable, BitwiseCopyable {
    /// What a slot holds.
    enum State: UInt8 {
        /// Nothing; in the list of free slots.
        case free
        /// A binding.
        case live
        /// A binding that left, kept for undo.
        case tombstone
        /// Nothing but the news that a binding left, which nobody has taken yet.
        case husk
    }

    static let none = UInt32.max
    static let noQ = UInt16.max

    var callIDHash: UInt64 = 0
    var branchHash: UInt64 = 0
    var createdAt = Timestamp.zero
    var refreshedAt = Timestamp.zero
    var expiresAt = Timestamp.zero
    /// Live: hash of the address of record above, next contact of the same one below. Tombstone: when it left.
    var link: UInt64 = 0
    var sourceHigh: UInt64 = 0
    var sourceLow: UInt64 = 0
    var connection: UInt64 = 0
    var version: UInt32 = 0
    var cseq: UInt32 = 0
    var asked: UInt32 = 0
    var granted: UInt32 = 0
    var regID: UInt32 = 0
    var badges: UInt32 = 0
    var refreshes: UInt32 = 0
    var usualGap: UInt32 = 0
    var gapDeviation: UInt32 = 0
    var instanceHash: UInt32 = 0
    /// Of the last ping that was answered, in microseconds.
    var roundTrip: UInt32 = 0
    /// Generation in the low 24 bits; state and flags above.
    private var tenure: UInt32 = 0
    /// Next in the list of dirty bindings, or of free slots.
    var nextListed = BindingRecord.none
    /// Block in the text slab.
    var text = BindingRecord.none
    /// User-Agent in the text pool.
    var userAgent: UInt32 = 0
    /// Our own endpoint in the endpoint pool.
    var local: UInt32 = 0
    var sourcePort: UInt16 = 0
    var q = BindingRecord.noQ
    var transport: UInt8 = 0
    /// The latest change's cause.
    var cause: UInt8 = 0
    var silentPings: UInt8 = 0
    /// TLS version in the low 2 bits, connection in the next 2, ping in the next 2.
    private var contactState: UInt8 = 0

    /// A slot that was never used.
    init() {}

    /// Which tenant of the slot this is, 24 bits.
    var generation: UInt32 {
        get { tenure & 0xff_ffff }
        set { tenure = tenure & 0xff00_0000 | newValue & 0xff_ffff }
    }

    var state: State {
        get { State(rawValue: UInt8(truncatingIfNeeded: tenure >> 24) & 3) ?? .free }
        set { tenure = tenure & ~(3 << 24) | UInt32(newValue.rawValue) << 24 }
    }

    /// In the list of dirty bindings.
    var isDirty: Bool {
        get { flag(26) }
        set { set(26, newValue) }
    }

    /// Made since its news was last taken.
    var isNew: Bool {
        get { flag(27) }
        set { set(27, newValue) }
    }

    private var isIPv4: Bool {
        get { flag(28) }
        set { set(28, newValue) }
    }

    private var namedExpiry: Bool {
        get { flag(29) }
        set { set(29, newValue) }
    }

    private func flag(_ bit: UInt32) -> Bool { tenure & 1 << bit != 0 }
    private mutating func set(_ bit: UInt32, _ isOn: Bool) {
        tenure = isOn ? tenure | 1 << bit : tenure & ~(1 << bit)
    }

    /// The version of TLS that the latest REGISTER came over.
    private var tls: TLSVersion {
        get { TLSVersion(rawValue: contactState & 3) ?? .none }
        set { contactState = contactState & ~3 | newValue.rawValue }
    }

    /// Whether the binding can be reached.
    private(set) var reachability: Reachability {
        get {
            Reachability(
                connection: Reachability.Connection(rawValue: contactState >> 2 & 3) ?? .none,
                ping: Reachability.Ping(rawValue: contactState >> 4 & 3) ?? .unknown,
                roundTrip: roundTrip,
                silentPings: silentPings
            )
        }
        set {
            contactState = contactState & 3 | newValue.connection.rawValue << 2 | newValue.ping.rawValue << 4
            roundTrip = newValue.roundTrip
            silentPings = newValue.silentPings
        }
    }

    /// Low half of the hash of the address of record; of a live binding.
    var hash: UInt32 { UInt32(truncatingIfNeeded: link >> 32) }

    /// Next contact of the same address of record; of a live binding.
    var nextContact: UInt32 {
        get { UInt32(truncatingIfNeeded: link) }
        set { link = link & 0xffff_ffff_0000_0000 | UInt64(newValue) }
    }

    /// When it left; of a tombstone.
    var goneAt: Timestamp { Timestamp(nanoseconds: Int64(bitPattern: link)) }

    /// The transport that the latest REGISTER came over.
    var transportKind: TransportKind { TransportKind(rawValue: transport) ?? .udp }
}

extension BindingRecord {
    /// Takes over what a REGISTER decides: everything but identity, history, texts and list links.
    mutating func set(_ facts: BindingFacts) {
        callIDHash = facts.callIDHash
        branchHash = facts.branchHash
        cseq = facts.cseq
        refreshedAt = facts.refreshedAt
        expiresAt = facts.expiresAt
        namedExpiry = facts.asked != nil
        asked = facts.asked ?? 0
        granted = facts.granted
        q = facts.q ?? Self.noQ
        regID = facts.regID
        badges = facts.badges.rawValue
        let source = facts.path.source
        sourceHigh = source.address.high
        sourceLow = source.address.low
        isIPv4 = source.address.isIPv4
        sourcePort = source.port
        transport = facts.path.transport.rawValue
        connection = facts.path.connection.rawValue
        tls = facts.path.tls
        instanceHash = facts.instanceHash
        var known = reachability
        known.connection = facts.reachability.connection
        // Who has let a call pass and comes again is there again; who lets pings pass is pinged again.
        if known.hasMissedCall { known.ping = .unknown }
        reachability = known
    }

    /// Takes over what pings had told an earlier process.
    mutating func restore(_ reachability: Reachability) { self.reachability = reachability }

    /// Takes in what was seen; true if somebody who looks would see a difference.
    mutating func take(_ observation: Observation) -> Bool {
        let before = reachability
        var after = before
        switch observation {
        case .answered(let roundTrip):
            after.ping = .answering
            after.roundTrip = max(1, roundTrip)
            after.silentPings = 0
        case .silent:
            after.silentPings = before.silentPings == .max ? .max : before.silentPings + 1
            after.ping = before.roundTrip == 0 ? .neverAnswered : .stoppedAnswering
        case .unanswered: (after.ping, after.silentPings) = (.stoppedAnswering, 0)
        case .heard where before.ping == .stoppedAnswering: (after.ping, after.silentPings) = (.unknown, 0)
        case .heard: break
        case .connectionGone(let until):
            after.connection = .gone
            if let until, until < expiresAt {
                expiresAt = until
                reachability = after
                return true
            }
        }
        reachability = after
        return after != before
    }

    /// What pings have told was of another way: nothing is known of this one.
    mutating func forgetPings() {
        reachability = Reachability(connection: reachability.connection)
    }

    /// Takes over the history that the table otherwise keeps itself.
    mutating func setHistory(_ facts: BindingFacts) {
        createdAt = facts.createdAt
        refreshes = facts.refreshes
        usualGap = facts.usualGap
        gapDeviation = facts.gapDeviation
    }

    /// Writes news down; true if it has to go into the list of dirty bindings.
    mutating func note(_ cause: Cause, isNew: Bool) -> Bool {
        self.cause = cause.rawValue
        if isNew { self.isNew = true }
        if isDirty { return false }
        isDirty = true
        nextListed = Self.none
        return true
    }

    /// Takes the news; the next in the list comes with it.
    mutating func takeNews() -> (cause: Cause, isNew: Bool, next: UInt32) {
        let news = (Cause(rawValue: cause) ?? .expired, isNew, nextListed)
        isDirty = false
        isNew = false
        nextListed = Self.none
        return news
    }

    /// Learns the phone's rhythm from one more refresh, in integers after RFC 6298 §2: the first gap
    /// stands for itself with half of it as deviation; then an eighth and a quarter of the news. A second one of more than
    /// twice the first takes its place: that was a phone that came again at once, after our restart or its own.
    mutating func learnRhythm(refreshedAt instant: Timestamp) {
        let gap = Int64((instant - refreshedAt).milliseconds)
        guard gap > 0 else { return }
        let isOnlyOne = gapDeviation == usualGap / 2
        if usualGap == 0 || isOnlyOne && gap > 2 * Int64(usualGap) {
            usualGap = UInt32(clamping: gap)
            gapDeviation = usualGap / 2
        } else {
            let error = Int64(UInt32(clamping: gap)) - Int64(usualGap)
            let deviation = Int64(gapDeviation)
            gapDeviation = UInt32(clamping: deviation + (abs(error) - deviation) / 4)
            usualGap = UInt32(clamping: Int64(usualGap) + error / 8)
        }
    }

    /// The facts as others see them.
    func facts(id: BindingID, local: Endpoint) -> BindingFacts {
        var address = IPAddress(ipv4: 0)
        address.high = sourceHigh
        address.low = sourceLow
        address.isIPv4 = isIPv4
        let path = ReceivedFrom(
            source: Endpoint(address: address, port: sourcePort),
            local: local,
            transport: transportKind,
            connection: ConnectionID(rawValue: connection),
            tls: tls,
            at: refreshedAt,
        )
        return BindingFacts(
            id: id,
            version: version,
            cseq: cseq,
            callIDHash: callIDHash,
            branchHash: branchHash,
            createdAt: createdAt,
            refreshedAt: refreshedAt,
            expiresAt: expiresAt,
            asked: namedExpiry ? asked : nil,
            granted: granted,
            q: q == Self.noQ ? nil : q,
            regID: regID,
            instanceHash: instanceHash,
            path: path,
            badges: Badges(rawValue: badges),
            refreshes: refreshes,
            usualGap: usualGap,
            gapDeviation: gapDeviation,
            reachability: reachability,
        )
    }
}
