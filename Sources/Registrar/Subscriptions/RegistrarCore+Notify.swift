import BindingTable
import SIPMessage
import SIPTransaction
import Timing

extension RegistrarCore {
    /// How often a subscription's address of record is looked at.
    static let subscriptionStep = Interval.seconds(1)
    /// Subscriptions that are looked at in one step.
    static let subscriptionsPerStep = 256
    /// Longest wait that a Retry-After is honoured with.
    static let longestRetryAfter: UInt32 = 3_600
    /// Tells the tokens of NOTIFYs from those of pings.
    static let notifyToken: UInt64 = 1 << 63

    /// Looks at the subscriptions whose turn it is, and writes the NOTIFYs that are due (RFC 6665 §4.2.2).
    mutating func notifySubscribers(at now: Timestamp, _ requests: inout OutgoingRequests) {
        var acts = Self.subscriptionsPerStep
        var budget = acts * 4
        while acts > 0, let slot = subscriptions.popDue(at: now, budget: &budget) {
            acts -= 1
            look(at: slot, now, &requests)
        }
    }

    private mutating func look(at slot: UInt32, _ now: Timestamp, _ requests: inout OutgoingRequests) {
        guard var subscription = subscriptions[slot] else { return }
        if let end = endReason(of: subscription, now) {
            subscription.end = end
            subscription.isDue = true
        }
        if subscription.isCutOff, subscription.end != nil { return subscriptions.remove(slot) }
        subscription.lookAt = now + Self.subscriptionStep
        let mayTell = subscription.isDue || now >= subscription.notBefore
        if !subscription.isCutOff, !subscription.isWaiting, mayTell {
            if subscription.isUnproved {
                ask(slot, &subscription, now, &requests)
            } else {
                tell(slot, &subscription, now, &requests)
                // The last word was said.
                if subscription.end != nil, subscription.isWaiting { return subscriptions.remove(slot) }
            }
        }
        subscriptions.update(slot) { $0 = subscription }
    }

    private func endReason(of subscription: Subscription, _ now: Timestamp) -> Subscription.End? {
        if let end = subscription.end { return end }
        if now >= subscription.expiresAt { return .timeout }
        guard let domain = policy.domainIndex(Self.host(of: subscription.aor).span) else {
            return .noResource
        }
        return policy.domains[domain].offersSubscriptions ? nil : .deactivated
    }

    /// Sends a NOTIFY without contents to one who may not be where it seems: `pending` until it is answered
    /// (RFC 6665 §4.1.3), and one whose time is over meanwhile is forgotten.
    private mutating func ask(
        _ slot: UInt32,
        _ subscription: inout Subscription,
        _ now: Timestamp,
        _ requests: inout OutgoingRequests,
    ) {
        guard send(nil, slot, subscription, now, &requests) else { return }
        subscription.localCSeq += 1
        subscription.isDue = false
        subscription.isWaiting = true
    }

    /// Sends a NOTIFY if there is something to tell; `isWaiting` is set then.
    private mutating func tell(
        _ slot: UInt32,
        _ subscription: inout Subscription,
        _ now: Timestamp,
        _ requests: inout OutgoingRequests,
    ) {
        let isAsked = subscription.isDue || subscription.needsFull
        guard var changes = compare(subscription, isFull: isAsked, now) else {
            subscription.lookedAt = now
            return
        }
        if state.policy.version != policyVersion, !changes.reports.isEmpty {
            // A block may have come with an eviction that was just seen: it decides what that is called.
            takePolicy()
            changes = compare(subscription, isFull: isAsked, now) ?? changes
        }
        let isFull = isAsked || changes.needsFull
        if isFull, !isAsked, let all = compare(subscription, isFull: true, now) { changes = all }
        guard isFull || !changes.reports.isEmpty else {
            subscription.lookedAt = now
            return
        }
        let hasLeft = changes.reports.contains { !$0.contact.isActive }
        let hadBindings = subscription.hasSeenBindings || hasLeft
        var document = ReginfoDocument(
            version: subscription.version,
            isFull: isFull,
            aor: subscription.aor,
            id: state.table.hash(subscription.aor.span),
            state: changes.isActive ? .active : hadBindings ? .terminated : .initial
        )
        var told = changes.kept
        for report in changes.reports {
            // One that alone is too long for a document is passed over, for no later one would hold it either.
            let isTold = document.append(report.contact) || document.hasNoContact
            if let next = isTold ? report.after : report.before { told.append(next) }
        }
        document.finish()
        guard send(document, slot, subscription, now, &requests) else { return }
        subscription.told = ordered(told)
        subscription.hasSeenBindings = hadBindings || changes.isActive
        subscription.version &+= 1
        subscription.localCSeq += 1
        subscription.lookedAt = now
        subscription.isDue = false
        subscription.needsFull = false
        subscription.isWaiting = true
        subscription.notBefore = now + quiet(of: subscription.aor)
    }

    /// What has changed; nil if nothing has and not everything is wanted. Leaves the bindings on the bench.
    private mutating func compare(
        _ subscription: Subscription,
        isFull: Bool,
        _ now: Timestamp,
    ) -> ReginfoChanges? {
        var current: [BindingFacts] = []
        swap(&current, &bench.current)
        let blocks = policy.blocks
        let changes = state.table.withPartition(of: subscription.aor.span) { partition -> ReginfoChanges? in
            partition.current(of: subscription.aor.span, at: now, into: &current)
            if !isFull, ReginfoChanges.isUnchanged(subscription.told, current) { return nil }
            return ReginfoChanges(
                told: subscription.told,
                since: subscription.lookedAt,
                isFull: isFull,
                current: current,
                in: partition,
                blocks: blocks,
                at: now
            )
        }
        swap(&current, &bench.current)
        return changes
    }

    /// In the order of the table, so that the next look finds at once that nothing has changed.
    private func ordered(_ told: [ToldBinding]) -> [ToldBinding] {
        var left = told
        var found: [ToldBinding] = []
        for facts in bench.current {
            guard let index = left.firstIndex(where: { $0.id == facts.id }) else { continue }
            found.append(left.remove(at: index))
        }
        return found + left
    }

    private func quiet(of aor: [UInt8]) -> Interval {
        guard let domain = policy.domainIndex(Self.host(of: aor).span) else { return .seconds(5) }
        return .seconds(Int(policy.domains[domain].subscriptions.quiet))
    }

    private mutating func send(
        _ document: ReginfoDocument?,
        _ slot: UInt32,
        _ subscription: Subscription,
        _ now: Timestamp,
        _ requests: inout OutgoingRequests,
    ) -> Bool {
        let branch = nextBranch()
        encoder.removeAll()
        subscription.notify(
            &encoder,
            cseq: subscription.localCSeq + 1,
            branch: branch,
            server: policy.server,
            document: document?.bytes,
            at: now
        )
        return begin(
            .notify,
            branch,
            over: subscription.path,
            token: Self.notifyToken | subscriptions.token(of: slot),
            now: now,
            &requests
        )
    }

    /// What a NOTIFY came to (RFC 6665 §4.2.2): an error that no waiting mends ends the subscription, as silence
    /// does; one that says when to come back gets everything again then.
    mutating func takeNotifyEnd(_ event: ClientEvent, _ token: UInt64, retryAfter: UInt32?, at now: Timestamp)
    {
        guard let slot = subscriptions.slot(of: token & ~Self.notifyToken) else { return }
        switch event {
        case .answered(_, let status, _) where status.isSuccess:
            subscriptions.update(slot) {
                $0.isWaiting = false
                // Whoever answers is there, and is owed everything now.
                if $0.isUnproved { $0.isDue = true }
                $0.isUnproved = false
                $0.lookAt = now
            }
        case .answered:
            guard let retryAfter, let aor = subscriptions[slot]?.aor else {
                return subscriptions.remove(slot)
            }
            let quiet = quiet(of: aor)
            subscriptions.update(slot) {
                $0.isWaiting = false
                $0.isDue = false
                $0.needsFull = true
                let wait = max(Interval.seconds(Int(min(retryAfter, Self.longestRetryAfter))), quiet)
                $0.notBefore = now + wait
                $0.lookAt = now + Self.subscriptionStep
            }
        case .timedOut:
            subscriptions.remove(slot)
        case .connectionLost:
            subscriptions.update(slot) {
                $0.isWaiting = false
                $0.isCutOff = true
                $0.needsFull = true
            }
        }
    }
}
