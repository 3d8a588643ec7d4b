import BindingTable
import SIPMessage
import Timing

/// What a subscriber was told last of one binding.
struct ToldBinding: Equatable, BitwiseCopyable {
    var id: BindingID
    var refreshedAt: Timestamp
    var expiresAt: Timestamp

    init(_ facts: BindingFacts) {
        id = facts.id
        refreshedAt = facts.refreshedAt
        expiresAt = facts.expiresAt
    }
}

/// What has happened to the bindings of an address of record since a subscriber was told of them.
struct ReginfoChanges {
    /// Most bindings that a subscription follows; of more, those refreshed latest.
    static let maximumBindings = 256

    /// A contact to tell of, with what was told before and what is told then.
    struct Report {
        var contact: ReginfoContact
        var before: ToldBinding?
        var after: ToldBinding?
    }

    /// What is to be told, those that have left first.
    private(set) var reports: [Report] = []
    /// What stays as it was told.
    private(set) var kept: [ToldBinding] = []
    /// There is a binding now.
    private(set) var isActive = false
    /// One has left of which nothing is known any more: only a full document can say that.
    private(set) var needsFull = false

    /// Nothing has happened: the same bindings, the same ends.
    static func isUnchanged(_ told: [ToldBinding], _ current: [BindingFacts]) -> Bool {
        guard told.count == min(current.count, maximumBindings) else { return false }
        for index in told.indices where told[index] != ToldBinding(current[index]) { return false }
        return true
    }

    /// Compares.
    ///
    /// - Parameters:
    ///   - told: what was told before.
    ///   - since: when it was looked last; nil the first time.
    ///   - isFull: all that is there is to be told, changed or not.
    ///   - current: the bindings now, latest refreshed first.
    ///   - blocks: who is kept out.
    init(
        told: [ToldBinding],
        since: Timestamp?,
        isFull: Bool,
        current: [BindingFacts],
        in partition: borrowing Partition,
        blocks: BlockList,
        at now: Timestamp,
    ) {
        isActive = !current.isEmpty
        for before in told where !current.contains(where: { $0.id == before.id }) {
            takeGone(before, partition, blocks, now)
        }
        var room = Self.maximumBindings
        for before in told where current.contains(where: { $0.id == before.id }) { room -= 1 }
        for facts in current {
            let before = told.first { $0.id == facts.id }
            guard before != nil || room > 0 else { continue }
            if before == nil { room -= 1 }
            take(facts, before, since: since, isFull: isFull, partition, now)
        }
    }

    private mutating func take(
        _ facts: BindingFacts,
        _ before: ToldBinding?,
        since: Timestamp?,
        isFull: Bool,
        _ partition: borrowing Partition,
        _ now: Timestamp,
    ) {
        let after = ToldBinding(facts)
        if let before, before == after, !isFull { return kept.append(before) }
        guard let binding = partition.binding(facts.id) else { return }
        let event: ContactEvent
        if let before, before != after {
            let isNearer = after.refreshedAt == before.refreshedAt && after.expiresAt < before.expiresAt
            event = isNearer ? .shortened : .refreshed
        } else if before == nil, let since, facts.createdAt < since {
            // It is older than the last look and was not there then: an undo has put it back.
            event = .created
        } else {
            event = facts.refreshes > 0 ? .refreshed : .registered
        }
        let contact = ReginfoContact(binding, event, isActive: true, at: now)
        reports.append(Report(contact: contact, before: before, after: after))
    }

    private mutating func takeGone(
        _ before: ToldBinding,
        _ partition: borrowing Partition,
        _ blocks: BlockList,
        _ now: Timestamp,
    ) {
        if let overdue = partition.binding(before.id) {
            // Overdue, and nobody has come by yet to bury it; it counts as absent all the same.
            let contact = ReginfoContact(overdue, .expired, isActive: false, at: now)
            return reports.append(Report(contact: contact, before: before, after: nil))
        }
        guard let binding = partition.tombstone(before.id), let gone = binding.gone else {
            needsFull = true
            return
        }
        let block =
            blocks.aor(binding.texts.aor.span, at: now)
            ?? blocks.source(binding.facts.path.source.address, at: now)
        let end = ContactEvent.end(gone.cause, block: block, at: now)
        var contact = ReginfoContact(binding, end.event, isActive: false, at: gone.at)
        contact.retryAfter = end.retryAfter
        reports.append(Report(contact: contact, before: before, after: nil))
    }
}

extension ReginfoContact {
    /// The contact of a binding.
    init(_ binding: Binding, _ event: ContactEvent, isActive: Bool, at now: Timestamp) {
        let facts = binding.facts
        self.init(
            id: facts.id,
            event: event,
            isActive: isActive,
            expires: isActive ? UInt32(clamping: (facts.expiresAt - now).secondsRoundedUp) : nil,
            retryAfter: nil,
            q: facts.q,
            duration: UInt64(clamping: (now - facts.createdAt).seconds),
            cseq: facts.cseq,
            uri: binding.texts.contact,
            callID: binding.texts.callID,
            parameters: binding.texts.contactParameters
        )
    }
}
