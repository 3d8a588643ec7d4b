import BindingTable
import SIPMessage
import SIPTransaction
import Timing

extension RegistrarCore {
    /// Hops 7 to 9 under the partition's lock: decide, apply, write the reply.
    mutating func bind(
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        texts: Span<UInt8>,
        _ handling: inout Handling,
    ) -> RefusalReason? {
        if state.store != nil, pending.isFull { return .overloaded(retryAfter: 5) }
        let table = state.table
        // Taken off the bench for the closure, which needs the bench's other lists.
        var aor: [UInt8] = []
        swap(&aor, &bench.aor)
        bench.added.removeAll(keepingCapacity: true)
        let start = encoder.bytes.count
        var ticket: CommitTicket?
        let refusal = table.withPartition(of: aor.span) { partition -> RefusalReason? in
            let now = step.context.path.at
            partition.current(of: aor.span, at: now, into: &bench.current)
            if let refusal = decide(step, texts, aor.span, &partition) { return refusal }
            if bench.decision.changes.isEmpty {
                ticket = repetition()
            } else if !apply(step, texts, aor.span, &partition, &ticket) {
                return .storeFailed
            }
            writeBindings(step, bytes, texts, aor.span, partition)
            return nil
        }
        if refusal == nil, policy.domains[step.question.request.domain].ping.interval > 0 {
            notePinged(aor.span, step)
        }
        swap(&aor, &bench.aor)
        if let refusal { return refusal }
        lean(step)
        report(step, &handling)
        if let ticket { withhold(ticket, step, bytes, from: start, &handling) }
        return nil
    }

    private mutating func decide(
        _ step: BindingStep,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ partition: inout Partition,
    ) -> RefusalReason? {
        let refusal = bench.decision.decide(
            step.question,
            bench.wishes,
            texts: texts,
            aor: aor,
            current: bench.current,
            in: &partition
        )
        if case .onlyIfRepeated(let reason) = step.admission, refusal != nil || !bench.decision.isRepetition {
            return reason
        }
        return refusal ?? turnedAway(at: step.context.path.at)
    }

    /// While draining, whoever would have more bindings than before is asked to come again later; refreshes,
    /// moves and removals go on (RFC 3261 §21.5.4).
    private func turnedAway(at now: Timestamp) -> RefusalReason? {
        guard let drain = policy.drain, drain.isInForce(at: now) else { return nil }
        // A phone that takes its own place is none that is new.
        var growth = -bench.decision.folded
        for change in bench.decision.changes {
            switch change {
            case .add: growth += 1
            // What makes room for a newcomer does not make it less new.
            case .remove(_, let cause) where cause != .displaced: growth -= 1
            case .update, .remove, .observe: continue
            }
        }
        return growth > 0 ? .draining(retryAfter: drain.retryAfter(at: now)) : nil
    }

    /// Applies what was decided; makes a ticket if somebody wants to commit it. False if there was no memory for
    /// all of it.
    private mutating func apply(
        _ step: BindingStep,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ partition: inout Partition,
        _ ticket: inout CommitTicket?,
    ) -> Bool {
        let now = step.context.path.at
        guard let store = state.store else {
            let made = partition.apply(
                bench.decision.changes,
                aor: aor,
                texts: texts,
                at: now,
                added: &bench.added
            )
            return made == bench.decision.changes.count
        }
        let (made, changes) = partition.record(
            bench.decision.changes,
            aor: aor,
            texts: texts,
            at: now,
            added: &bench.added
        )
        let isWhole = made == bench.decision.changes.count
        let recorded = CommitTicket(token: isWhole ? pending.nextToken(loop: loop) : 0, changes: changes)
        store.commit(recorded)
        if isWhole { ticket = recorded }
        return isWhole
    }

    /// A copy whose answer is no longer kept is answered anew, but not before the first one: the change that it
    /// repeats may wait for the store, on this loop or on another that the first copy came by.
    private mutating func repetition() -> CommitTicket? {
        guard bench.decision.isRepetition, let store = state.store else { return nil }
        let ticket = CommitTicket(token: pending.nextToken(loop: loop), changes: [])
        store.commit(ticket)
        return ticket
    }

    /// Step 8: every binding, the ones just made first, each with what is left of it.
    private mutating func writeBindings(
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ partition: borrowing Partition,
    ) {
        tail.update(to: step.context.clock.wall, server: policy.server)
        // Two calls, so that what is written for nearly all phones knows nothing of GRUUs.
        if bench.decision.hasInstances, let gruu = gruuMint(step.question, aor, bytes) {
            write { $0.writeReply(&$1, step, bytes, texts, aor, gruu, partition) }
        } else {
            write { $0.writeReply(&$1, step, bytes, texts, aor, nil, partition) }
        }
    }

    @inline(__always)
    private func writeReply(
        _ cursor: inout ReplyCursor,
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ gruu: GRUUMint?,
        _ partition: borrowing Partition,
    ) {
        let request = step.question.request
        cursor.put("SIP/2.0 200 OK\r\nVia: ")
        writeHead(&cursor, bytes, request.fields, step.context)
        bench.decision.list(
            &cursor,
            step.question,
            bench.wishes,
            texts: texts,
            aor: aor,
            alias: policy.domains[request.domain].alias,
            gruu: gruu,
            in: partition
        )
        writeExtensions(&cursor, bytes, step.question.extensions, domain: request.domain)
        let end = tail.dated
        cursor.put(end.span)
    }

    /// Fills the exchange with what was decided.
    private mutating func report(_ step: BindingStep, _ handling: inout Handling) {
        handling.end = .replied
        handling.exchange.status = StatusCode.ok.rawValue
        handling.exchange.badges = step.question.request.badges.union(bench.decision.badges)
        handling.exchange.granted = bench.decision.granted
        handling.exchange.contacts = UInt16(clamping: bench.decision.listed)
        handling.exchange.isRetransmission = bench.decision.isRepetition
        handling.exchange.isUnregister = bench.decision.isUnregister
    }
}
