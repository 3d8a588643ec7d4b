internal import SIPMessage
public import Timing

extension Partition {
    /// Applies changes as `apply` does and says, for a store, what each binding was and is; what was merely observed
    /// is said only where the binding's end moved by it. A refresh that leaves the texts alone copies none.
    public mutating func record(
        _ changes: [BindingChange],
        aor: Span<UInt8>,
        texts: Span<UInt8>,
        at now: Timestamp,
        added: inout [BindingID],
    ) -> (made: Int, changes: [CommittedChange]) {
        var made = 0
        var recorded: [CommittedChange] = []
        recorded.reserveCapacity(changes.count)
        for change in changes {
            // What left may be forgotten at once, where the table remembers too many already.
            let before = before(change, texts, at: now)
            let first = added.count
            guard make(change, aor: aor, texts: texts, at: now, added: &added) else { continue }
            made += 1
            switch change {
            case .add(_, _, let cause):
                guard first < added.count, let binding = binding(added[first]) else { continue }
                recorded.append(CommittedChange(cause: cause, facts: binding.facts, texts: binding.texts))
            case .update(let id, _, _, let cause):
                guard let prior = before?.prior, let facts = facts(id) else { continue }
                let texts = prior.texts == nil ? nil : binding(id)?.texts
                recorded.append(CommittedChange(cause: cause, facts: facts, texts: texts, prior: prior))
            case .remove:
                if let before { recorded.append(before) }
            case .observe(let id, _):
                guard let prior = before?.prior, let facts = facts(id),
                    facts.expiresAt != prior.facts.expiresAt
                else { continue }
                recorded.append(CommittedChange(cause: .observed, facts: facts, prior: prior))
            }
        }
        return (made, recorded)
    }

    /// What a change is about to alter, with its texts only if they will be others; a removal as it will be recorded.
    private func before(
        _ change: BindingChange,
        _ texts: Span<UInt8>,
        at now: Timestamp,
    ) -> CommittedChange? {
        switch change {
        case .add:
            return nil
        case .update(let id, _, let ranges, let cause):
            guard let facts = facts(id) else { return nil }
            let stays = holds(id, ranges, of: texts)
            let prior = CommittedChange.Prior(facts: facts, texts: stays ? nil : binding(id)?.texts)
            return CommittedChange(cause: cause, facts: facts, prior: prior)
        case .remove(let id, let cause):
            return leaving(id, cause, at: now)
        case .observe(let id, _):
            return facts(id).map {
                CommittedChange(cause: .observed, facts: $0, prior: CommittedChange.Prior(facts: $0))
            }
        }
    }

    /// A binding that is about to leave, as a store is told of it.
    func leaving(_ id: BindingID, _ cause: Cause, at now: Timestamp) -> CommittedChange? {
        guard let binding = binding(id) else { return nil }
        return CommittedChange(
            cause: cause,
            facts: binding.facts,
            texts: binding.texts,
            gone: Binding.Departure(cause: cause, at: now),
            prior: CommittedChange.Prior(facts: binding.facts)
        )
    }

    /// The texts of a change are those that a binding has.
    private func holds(_ id: BindingID, _ ranges: BindingTextRanges, of texts: Span<UInt8>) -> Bool {
        let record = records[id.slot]
        let agent = texts.extracting(bounds(ranges.userAgent, within: texts))
        guard agents.isText(record.userAgent, agent) else { return false }
        return slab.withBytes(record.text) { TextBlock($0).holds(ranges, of: texts, in: $0) }
    }
}
