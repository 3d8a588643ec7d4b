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

    let state: RegistrarState
    let now: Timestamp
    let isDryRun: Bool
    /// Hands changes to the store; called while their partition is locked.
    let commit: ([CommittedChange]) -> Void

    /// What became of each target, in the order given.
    private(set) var results: [(binding: Binding, outcome: TargetOutcome)?] = []
    /// Addresses of record that are, or would be, left without a binding.
    private(set) var unreachable = 0

    init(
        state: RegistrarState,
        now: Timestamp,
        isDryRun: Bool,
        commit: @escaping ([CommittedChange]) -> Void = { _ in },
    ) {
        self.state = state
        self.now = now
        self.isDryRun = isDryRun
        self.commit = commit
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
            let noTexts: [UInt8] = []
            state.table.withPartition(at: partition) { partition in
                var changes: [CommittedChange] = []
                for place in slice {
                    let result = Self.look(at: targets[place], in: &partition, now)
                    results[place] = result
                    guard result.outcome == .done else { continue }
                    taken[result.binding.texts.aor, default: 0] += 1
                    guard !isDryRun else { continue }
                    var added: [BindingID] = []
                    changes +=
                        partition.record(
                            [.remove(targets[place].id, cause)],
                            aor: noTexts.span,
                            texts: noTexts.span,
                            at: now,
                            added: &added
                        ).changes
                }
                if !changes.isEmpty { commit(changes) }
            }
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
            unreachable += state.table.withPartition(at: partition) { partition in
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
    /// - Parameter maximum: how many contacts an address of record may have.
    mutating func restore(_ ids: [BindingID], maximum: ([UInt8]) -> Int) {
        for id in ids {
            var restored: BindingFacts?
            let result = state.table.withPartition(at: id.partition) { partition in
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
                let (facts, changes) = Restoration.add(binding, cause: .restored, in: &partition, at: now)
                if !changes.isEmpty { commit(changes) }
                restored = facts
                return (binding, .done)
            }
            results.append(result)
            if let restored { state.lean(restored.id, over: restored.path, at: now) }
        }
    }
}
