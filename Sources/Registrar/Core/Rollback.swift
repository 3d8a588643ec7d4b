import BindingTable
import SIPMessage
import Timing

/// Takes changes back that the store could not commit (RFC 3261 §10.3 step 7), and remembers what it could not take
/// back yet: a binding may have changed again meanwhile, and that change may fail too. Then it is the state before
/// both that was promised.
struct Rollback {
    /// Most changes that are remembered.
    private static let capacity = 4_096

    /// The state before a change that failed after another had followed it; nil: there was no binding.
    private struct Row {
        var version: UInt32
        var prior: CommittedChange.Prior?
    }

    private var rows: [BindingID: Row] = [:]
    /// Removals that failed where a new binding has the place; it may go, and make room.
    private var removals: [CommittedChange] = []

    /// Puts each row back that is still as the change left it; a row that has changed since stays.
    ///
    /// The store is told of it, as of every change: it may have room again by now.
    mutating func restore(_ changes: [CommittedChange], in state: RegistrarState, at now: Timestamp) {
        for change in changes.reversed() { restore(change, in: state, at: now) }
    }

    /// Nothing waits for the store any more, so nothing can follow what failed.
    mutating func forget() {
        guard !rows.isEmpty || !removals.isEmpty else { return }
        self = Rollback()
    }

    private mutating func restore(_ change: CommittedChange, in state: RegistrarState, at now: Timestamp) {
        let hasLeft = change.gone != nil
        // Taken out for the closure.
        var earlier = Rollback()
        swap(&earlier, &self)
        let restored = state.table.withPartition(at: change.facts.id.partition) { partition in
            hasLeft
                ? earlier.bringBack(change, in: &partition, of: state, at: now)
                : earlier.takeBack(change, in: &partition, of: state, at: now)
        }
        swap(&earlier, &self)
        if let restored { state.lean(restored.id, over: restored.path, at: now) }
        guard !hasLeft, change.prior == nil else { return }
        // The newcomer has gone: who had its place may come back.
        let waiting = removals.filter { $0.facts.id.partition == change.facts.id.partition }
        guard !waiting.isEmpty else { return }
        removals.removeAll { $0.facts.id.partition == change.facts.id.partition }
        for removal in waiting { restore(removal, in: state, at: now) }
    }

    /// A removal that failed: the binding comes back. Gives it if it may lean on its connection again.
    private mutating func bringBack(
        _ change: CommittedChange,
        in partition: inout Partition,
        of state: RegistrarState,
        at now: Timestamp,
    ) -> BindingFacts? {
        var removal = change
        var changes: [CommittedChange] = []
        var restored: BindingFacts?
        if let binding = binding(before: change), now < binding.facts.expiresAt {
            if Restoration.isTaken(binding, in: &partition, at: now) {
                if removals.count < Self.capacity { removals.append(change) }
            } else {
                // It comes back under another name; the store still has the old one.
                (restored, changes) = Restoration.add(binding, cause: .rolledBack, in: &partition, at: now)
                removal.cause = .rolledBack
                removal.gone = Binding.Departure(cause: .rolledBack, at: now)
            }
        }
        // Also where it stays away: the store has not been able to write that yet.
        state.store?.commit(CommitTicket(changes: [removal] + changes))
        return restored
    }

    /// The binding that a removal took.
    private func binding(before removal: CommittedChange) -> Binding? {
        guard let prior = state(before: removal), let texts = prior.texts ?? removal.texts else { return nil }
        return Binding(facts: prior.facts, texts: texts)
    }

    /// An addition or update that failed. Gives the binding if it leans on its earlier connection again.
    private mutating func takeBack(
        _ change: CommittedChange,
        in partition: inout Partition,
        of state: RegistrarState,
        at now: Timestamp,
    ) -> BindingFacts? {
        let id = change.facts.id
        let prior = self.state(before: change)
        rows[id] = nil
        guard let binding = partition.binding(id), binding.facts.version == change.facts.version else {
            if rows.count < Self.capacity { rows[id] = Row(version: change.facts.version, prior: prior) }
            if let binding = partition.binding(id) { tellWhole(binding, state) }
            return nil
        }
        guard let prior else {
            state.apply(.remove(id, .rolledBack), in: &partition, at: now)
            return nil
        }
        guard let flat = FlatTexts(prior.texts ?? binding.texts) else { return nil }
        var added: [BindingID] = []
        state.apply(
            [.update(id, prior.facts, flat.ranges, .rolledBack)],
            aor: binding.texts.aor.span,
            texts: flat.bytes.span,
            in: &partition,
            at: now,
            added: &added
        )
        // One whose connection had gone before leaned on none.
        return prior.facts.reachability.connection == .live ? prior.facts : nil
    }

    /// What followed the change was told as a difference to it: the store is given the whole.
    private func tellWhole(_ binding: Binding, _ state: RegistrarState) {
        let whole = CommittedChange(
            cause: .rolledBack,
            facts: binding.facts,
            texts: binding.texts,
            prior: CommittedChange.Prior(facts: binding.facts)
        )
        state.store?.commit(CommitTicket(changes: [whole]))
    }

    /// What a binding was before a change, and before those that the change followed and that failed as well.
    private func state(before change: CommittedChange) -> CommittedChange.Prior? {
        guard let prior = change.prior, let row = rows[change.facts.id], row.version == prior.facts.version
        else {
            return change.prior
        }
        return row.prior.map { CommittedChange.Prior(facts: $0.facts, texts: $0.texts ?? prior.texts) }
    }
}

/// Puts a binding back that was taken away: after an undo, or after a failed commit.
enum Restoration {
    /// A binding that is there now means the same contact: two flows if they have one key (RFC 5626 §6), else by URI.
    static func isTaken(_ binding: Binding, in partition: inout Partition, at now: Timestamp) -> Bool {
        var current: [BindingFacts] = []
        partition.current(of: binding.texts.aor.span, at: now, into: &current)
        for facts in current {
            if facts.regID != 0, binding.facts.regID != 0 {
                let isSameFlow =
                    facts.regID == binding.facts.regID && facts.instanceHash == binding.facts.instanceHash
                if isSameFlow { return true }
                continue
            }
            let isSame = partition.withText(facts.id, .contact) {
                isSameContact($0, binding.texts.contact.span)
            }
            if isSame ?? false { return true }
        }
        return false
    }

    /// Adds the binding with its own numbers; gives the facts with its new id, nil if there was no memory for it, and
    /// what a store is to be told. Whether its connection is still open is to be asked afterwards.
    static func add(
        _ binding: Binding,
        cause: Cause,
        in partition: inout Partition,
        at now: Timestamp,
    ) -> (facts: BindingFacts?, changes: [CommittedChange]) {
        var added: [BindingID] = []
        guard let flat = FlatTexts(binding.texts) else { return (nil, []) }
        let recorded = partition.record(
            [.add(binding.facts, flat.ranges, cause)],
            aor: binding.texts.aor.span,
            texts: flat.bytes.span,
            at: now,
            added: &added
        )
        return (added.first.flatMap { partition.facts($0) }, recorded.changes)
    }

    private static func isSameContact(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        if equal(a, b) { return true }
        let aRange = ByteRange(start: 0, count: UInt16(clamping: a.count))
        let bRange = ByteRange(start: 0, count: UInt16(clamping: b.count))
        guard let first = try? SIPURI(a, in: aRange, part: .header(.contact)),
            let second = try? SIPURI(b, in: bRange, part: .header(.contact))
        else { return false }
        return SIPURI.isEquivalent(first, a, second, b)
    }
}
