import BindingTable
import SIPMessage
import Timing

/// One act carried out, or only looked at: the same steps, with and without the applying.
///
/// Bindings are visited partition by partition, at most `stride` under one lock, each in its own short
/// closure; what a preview counts is what the act would do at that moment.
struct CommandExecution {
    /// Most targets that are handled while one partition is locked.
    static let stride = 64

    let table: BindingTable
    let now: Timestamp
    let isDryRun: Bool
    /// The changed bindings before and after, for the store; only collected if there is one.
    let collectsChanges: Bool

    /// What became of each target, in the order given.
    private(set) var results: [(binding: Binding, outcome: TargetOutcome)?] = []
    /// Addresses of record that are, or would be, left without a binding.
    private(set) var unreachable = 0
    /// Tickets for the store, one for each partition closure that changed something.
    private(set) var tickets: [CommitTicket] = []

    init(table: BindingTable, now: Timestamp, isDryRun: Bool, collectsChanges: Bool) {
        self.table = table
        self.now = now
        self.isDryRun = isDryRun
        self.collectsChanges = collectsChanges
    }

    /// The results without holes.
    var targets: [(binding: Binding, outcome: TargetOutcome)] { results.compactMap { $0 } }

    // MARK: expire and evict

    /// Takes bindings away, skipping those that have changed or gone since they were looked at.
    mutating func remove(_ targets: [BindingTarget], cause: Cause) {
        results = Array(repeating: nil, count: targets.count)
        let order = targets.indices.sorted { targets[$0].id.partition < targets[$1].id.partition }
        var start = 0
        while start < order.count {
            let partition = targets[order[start]].id.partition
            var end = start
            while end < order.count, targets[order[end]].id.partition == partition { end += 1 }
            remove(targets, Array(order[start..<end]), partition, cause)
            start = end
        }
    }

    private mutating func remove(
        _ targets: [BindingTarget],
        _ places: [Int],
        _ partition: Int,
        _ cause: Cause
    ) {
        var taken: [[UInt8]: Int] = [:]
        var start = 0
        while start < places.count {
            let end = min(start + Self.stride, places.count)
            let slice = places[start..<end]
            start = end
            var changes: [CommittedChange] = []
            let noTexts: [UInt8] = []
            table.withPartition(at: partition) { partition in
                for place in slice {
                    let result = Self.look(at: targets[place], in: &partition, now)
                    results[place] = result
                    guard result.outcome == .done else { continue }
                    taken[result.binding.texts.aor, default: 0] += 1
                    guard !isDryRun else { continue }
                    let aor = result.binding.texts.aor
                    var added: [BindingID] = []
                    let recorded = partition.record(
                        [.remove(targets[place].id, cause)],
                        aor: aor.span,
                        texts: noTexts.span,
                        at: now,
                        added: &added
                    )
                    if collectsChanges { changes += recorded.changes }
                }
            }
            if !changes.isEmpty { tickets.append(CommitTicket(changes: changes)) }
        }
        countUnreachable(partition, taken)
    }

    private static func look(
        at target: BindingTarget,
        in partition: inout Partition,
        _ now: Timestamp,
    ) -> (binding: Binding, outcome: TargetOutcome) {
        guard let binding = partition.binding(target.id), now < binding.facts.expiresAt else {
            return (partition.tombstone(target.id) ?? unknown(target), .gone)
        }
        return (binding, binding.facts.version == target.version ? .done : .changed)
    }

    /// Stands for a binding of which nothing is known any more.
    private static func unknown(_ target: BindingTarget) -> Binding {
        let nothing = ReceivedFrom(
            source: Endpoint(address: IPAddress(ipv4: 0), port: 0),
            local: Endpoint(address: IPAddress(ipv4: 0), port: 0),
            transport: .udp,
            at: .zero
        )
        let facts = BindingFacts(
            id: target.id,
            version: target.version,
            cseq: 0,
            createdAt: .zero,
            refreshedAt: .zero,
            expiresAt: .zero,
            asked: nil,
            granted: 0,
            q: nil,
            path: nothing
        )
        return Binding(facts: facts, texts: BindingTexts(aor: [], contact: [], callID: []))
    }

    private mutating func countUnreachable(_ partition: Int, _ taken: [[UInt8]: Int]) {
        let isDryRun = isDryRun
        let now = now
        var aors = Array(taken)[...]
        while !aors.isEmpty {
            let slice = aors.prefix(Self.stride)
            aors = aors.dropFirst(Self.stride)
            unreachable += table.withPartition(at: partition) { partition in
                var ids: [BindingID] = []
                var count = 0
                for (aor, gone) in slice {
                    partition.current(of: aor.span, at: now, into: &ids)
                    if ids.count == (isDryRun ? gone : 0) { count += 1 }
                }
                return count
            }
        }
    }

    // MARK: undo

    /// Puts bindings back from their tombstones, skipping those whose own time is over or whose place is taken.
    ///
    /// - Parameters:
    ///   - connections: tells whether the connection of one is still open.
    ///   - maximum: how many contacts an address of record may have.
    mutating func restore(
        _ ids: [BindingID],
        connections: OpenConnections,
        maximum: ([UInt8]) -> Int,
    ) {
        let now = now
        let isDryRun = isDryRun
        for id in ids {
            var added: [Binding] = []
            let result = table.withPartition(at: id.partition) { partition in
                guard let binding = partition.tombstone(id) else {
                    return (
                        binding: Self.unknown(BindingTarget(id: id, version: 0)),
                        outcome: TargetOutcome.tooLate
                    )
                }
                guard now < binding.facts.expiresAt else { return (binding, .tooLate) }
                var before: [BindingID] = []
                partition.current(of: binding.texts.aor.span, at: now, into: &before)
                guard before.count < maximum(binding.texts.aor),
                    !Restoration.isTaken(binding, in: &partition, at: now)
                else { return (binding, .superseded) }
                guard !isDryRun else { return (binding, .done) }
                Restoration.add(binding, cause: .restored, in: &partition, at: now)
                var after: [BindingID] = []
                partition.current(of: binding.texts.aor.span, at: now, into: &after)
                added = after.filter { !before.contains($0) }.compactMap { partition.binding($0) }
                return (binding, .done)
            }
            results.append(result)
            for binding in added where binding.facts.path.transport.isReliable {
                let facts = binding.facts
                // The connection may have ended since, or this very moment: asked after the binding is back.
                if connections.note(facts.id, on: facts.path.connection, in: table) { continue }
                let none: [UInt8] = []
                table.withPartition(at: facts.id.partition) { partition in
                    _ = partition.apply(
                        [.observe(facts.id, .connectionGone(until: nil))],
                        aor: none.span,
                        texts: none.span,
                        at: now
                    )
                }
            }
            guard collectsChanges, !added.isEmpty else { continue }
            tickets.append(
                CommitTicket(
                    changes: added.map { CommittedChange(cause: .restored, facts: $0.facts, texts: $0.texts) }
                )
            )
        }
    }
}
