public import BindingTable
internal import SIPMessage
public import Timing

extension Monitor {
    /// What blocks of these subjects would hit now: the bindings whose next REGISTER they would refuse, and how many
    /// of those do well. One that two of the subjects hit counts once.
    public func reach(of subjects: [BlockSubject], at now: Timestamp) -> BlockReach {
        var hit: Set<BindingID> = []
        var aors: Set<[UInt8]> = []
        var reach = BlockReach()
        func count(_ facts: BindingFacts, _ isRefused: Bool, _ aor: () -> [UInt8]) {
            guard now < facts.expiresAt, hit.insert(facts.id).inserted else { return }
            reach.bindings += 1
            if BindingHealth.state(facts, isRefused: isRefused, at: now) == .ok { reach.working += 1 }
            aors.insert(aor())
        }
        for case .aor(let aor) in subjects {
            for facts in rows.reader.facts(of: aor, at: now) {
                count(facts, rows.number(of: facts.id).map { rows.row($0).isRefused } ?? false) { aor }
            }
        }
        let sources = Set(subjects.compactMap { if case .source(let address) = $0 { address } else { nil } })
        guard !sources.isEmpty else {
            reach.aors = aors.count
            return reach
        }
        // No order is kept by source: every row is looked at, once for all sources.
        for number in 0..<UInt32(rows.rows.capacity) {
            let row = rows.row(number)
            guard row.isLive, let facts = rows.reader.facts(row.id),
                sources.contains(facts.path.source.address)
            else { continue }
            count(facts, row.isRefused) { rows.reader.addressOfRecord(of: row.id) }
        }
        reach.aors = aors.count
        return reach
    }
}
