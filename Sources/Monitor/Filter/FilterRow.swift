internal import BindingTable
internal import SIPMessage
internal import Timing

/// What a filter sees of a row: numbers, and the texts that it needs copied into one buffer, so that no
/// lock is held while it is evaluated. One for all rows; nothing is allocated per row.
struct FilterRow {
    /// The texts, one after another.
    var bytes: [UInt8] = []
    private var ranges = InlineArray<24, Range<Int32>>(repeating: 0..<0)

    var source = Endpoint(address: IPAddress(ipv4: 0), port: 0)
    var `try`: Int64 = 0
    var cseq: Int64 = 0
    var regID: Int64 = 0
    /// Preference in thousandths, seconds granted, refreshes so far.
    var q: Int64 = 1_000, granted: Int64 = 0, refreshes: Int64 = 0
    /// How long an attempt took, in milliseconds, and how long a binding lived, in seconds; below 0: it lives.
    var took: Int64 = 0, lived: Int64 = -1
    /// Counts of a row of the security screen, by `FilterField.tally`.
    var tallies = InlineArray<13, Int64>(repeating: 0)
    /// Addresses that stand in a line; `source` is none of them.
    var addresses: [IPAddress] = []
    /// It has a source of its own.
    var hasSource = true
    /// Its address of record is a person and a domain, not a text in which some stand.
    var splitsAOR = true
    /// Statuses of all steps of an attempt.
    var codes: [UInt16] = []
    /// Bit of the transport, and so on.
    var transport: UInt64 = 0, nat: UInt64 = 0, badges: UInt64 = 0, result: UInt64 = 0
    /// Bit of the TLS version, and of whether it is a ghost.
    var tls: UInt64 = 0, ghost: UInt64 = 0
    /// Bits of what somebody looks like, of whether it is blocked, of the level, and of the cause.
    var classes: UInt64 = 0, blocked: UInt64 = 1, level: UInt64 = 0, cause: UInt64 = 0
    /// Bits of what is wrong with the device.
    var lints: UInt64 = 0
    /// Its rhythm is known, and it is no ghost.
    var isBeating = false
    /// Whether it can be reached.
    var reachability = Reachability()
    /// When the row's age counts from, when something last happened to it, and when it ends.
    var begins = Timestamp.zero, refreshed = Timestamp.zero, ends = Timestamp.distantFuture
    /// Its last attempt failed.
    var isRefused = false
    /// It is gone.
    var isGone = false
    /// From when on it counts as late.
    var lateAt = Timestamp.distantFuture

    init() {}

    /// Forgets the texts of the row before.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        addresses.removeAll(keepingCapacity: true)
        ranges = InlineArray(repeating: 0..<0)
    }

    /// Adds a text.
    mutating func add(_ text: FilterTexts, _ span: Span<UInt8>) {
        let start = Int32(bytes.count)
        bytes.append(span)
        ranges[text.place] = start..<Int32(bytes.count)
    }

    /// Adds a text.
    mutating func add(_ text: FilterTexts, _ array: [UInt8]) {
        let start = Int32(bytes.count)
        bytes.append(contentsOf: array)
        ranges[text.place] = start..<Int32(bytes.count)
    }

    /// Adds a text that `body` appends to the buffer.
    mutating func add(_ text: FilterTexts, _ body: (inout [UInt8]) -> Void) {
        let start = Int32(bytes.count)
        body(&bytes)
        ranges[text.place] = start..<Int32(bytes.count)
    }

    /// Begins the text of the way to it: `udp 198.51.100.7:5062 > 192.0.2.1:5060`.
    mutating func beginPath(_ path: ReceivedFrom) {
        add(.path) { out in
            out.append(contentsOf: path.transport.name.utf8)
            out.append(0x20)
            path.source.append(to: &out)
            out.append(contentsOf: " > ".utf8)
            path.local.append(to: &out)
        }
    }

    /// Ends that text with the proxies of the Path header, if there are any.
    mutating func endPath(_ hops: Span<UInt8>) {
        guard hops.count > 0 else { return }
        bytes.append(0x20)
        bytes.append(hops)
        ranges[FilterTexts.path.place] = ranges[FilterTexts.path.place].lowerBound..<Int32(bytes.count)
    }

    /// Where a text stands in the buffer.
    func range(of text: FilterTexts) -> Range<Int> { range(at: text.place) }

    func range(at place: Int) -> Range<Int> {
        Int(ranges[place].lowerBound)..<Int(ranges[place].upperBound)
    }

    /// Where a field's text stands: `user` and `domain` are parts of the address of record.
    func range(of field: FilterField) -> Range<Int> {
        let whole = range(of: FilterTexts(of: field))
        switch field {
        case .user, .domain:
            guard splitsAOR else { return whole }
            var at = whole.upperBound
            while at > whole.lowerBound, bytes[at - 1] != 0x40 { at -= 1 }
            if field == .domain { return at..<whole.upperBound }
            return whole.lowerBound..<max(whole.lowerBound, at - 1)
        default: return whole
        }
    }

    /// The state at a moment, as the screen tells it.
    func state(at now: Timestamp) -> BindingState {
        if isGone { return .gone }
        if reachability.connection == .gone { return .disconnected }
        if reachability.ping == .stoppedAnswering { return .silent }
        if isRefused { return .auth }
        return now >= lateAt ? .late : .ok
    }
}
