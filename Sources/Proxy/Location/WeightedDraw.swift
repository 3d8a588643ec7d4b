/// Puts SRV records into the order in which they are tried (RFC 2782): by priority, and those of one priority by lot,
/// a record of twice the weight being twice as likely to come first.
struct WeightedDraw: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// All records, the first to be tried first.
    mutating func order(_ records: [ServiceRecord]) -> [ServiceRecord] {
        // Those of weight 0 stand first, so that they have a small chance and not none.
        var rest = records.sorted { ($0.priority, $0.weight) < ($1.priority, $1.weight) }[...]
        var ordered: [ServiceRecord] = []
        while let priority = rest.first?.priority {
            let end = rest.firstIndex { $0.priority != priority } ?? rest.endIndex
            var group = Array(rest[..<end])
            rest = rest[end...]
            while !group.isEmpty { ordered.append(group.remove(at: pick(group))) }
        }
        return ordered
    }

    /// The first record whose running sum of weights reaches the lot.
    private mutating func pick(_ group: [ServiceRecord]) -> Int {
        let total = group.reduce(UInt64(0)) { $0 + UInt64($1.weight) }
        let lot = number(upTo: total)
        var sum: UInt64 = 0
        for (index, record) in group.enumerated() {
            sum += UInt64(record.weight)
            if sum >= lot { return index }
        }
        return 0
    }

    /// A number from 0 to `limit`; the bias of so small a limit in 64 bits does not matter.
    private mutating func number(upTo limit: UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return bits % (limit + 1)
    }
}
