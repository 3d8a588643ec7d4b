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
        let start = encoder.bytes.count
        var ticket: CommitTicket?
        let refusal = table.withPartition(of: aor.span) { partition -> RefusalReason? in
            let now = step.context.path.at
            partition.current(of: aor.span, at: now, into: &bench.current)
            if let refusal = decide(step, texts, aor.span, &partition) { return refusal }
            if !bench.decision.changes.isEmpty {
                ticket = apply(step, texts, aor.span, &partition)
            }
            writeBindings(step, bytes, &partition)
            return nil
        }
        swap(&aor, &bench.aor)
        if let refusal { return refusal }
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
        return refusal
    }

    /// Applies what was decided; makes a ticket if somebody wants to commit it.
    private mutating func apply(
        _ step: BindingStep,
        _ texts: Span<UInt8>,
        _ aor: Span<UInt8>,
        _ partition: inout Partition,
    ) -> CommitTicket? {
        let now = step.context.path.at
        bench.added.removeAll(keepingCapacity: true)
        guard state.store != nil else {
            partition.apply(bench.decision.changes, aor: aor, texts: texts, at: now, added: &bench.added)
            partition.current(of: aor, at: now, into: &bench.current)
            return nil
        }
        var touched: [BindingID] = []
        for change in bench.decision.changes {
            switch change {
            case .add: continue
            case .update(let id, _, _, _), .remove(let id, _): touched.append(id)
            }
        }
        let before = touched.compactMap { partition.binding($0) }
        partition.apply(bench.decision.changes, aor: aor, texts: texts, at: now, added: &bench.added)
        partition.current(of: aor, at: now, into: &bench.current)
        var after = touched.compactMap { partition.binding($0) ?? partition.tombstone($0) }
        after += bench.added.compactMap { partition.binding($0) }
        return CommitTicket(token: 0, partition: partition.number, after: after, before: before)
    }

    /// Step 8: every binding, the ones just made first, each with what is left of it.
    private mutating func writeBindings(
        _ step: BindingStep,
        _ bytes: Span<UInt8>,
        _ partition: inout Partition
    ) {
        let context = step.context
        encoder.beginResponse(
            .ok,
            to: head,
            bytes,
            via: context.via,
            from: context.path.source,
            toTag: context.toTag
        )
        writeContacts(step, own: true, &partition)
        writeContacts(step, own: false, &partition)
        appendDate(context.clock.wall)
        appendServer()
        encoder.finish()
    }

    /// The Contacts of the bindings that this request made, or of the others.
    private mutating func writeContacts(_ step: BindingStep, own: Bool, _ partition: inout Partition) {
        let alias = policy.domains[step.question.request.domain].alias
        // The table gives what was touched last first: turned round, the request's own order.
        for offset in bench.current.indices {
            let index = own ? bench.current.count - 1 - offset : offset
            guard step.question.request.made(bench.current[index]) == own else { continue }
            encoder.appendContact(
                bench.current[index],
                in: &partition,
                alias: alias,
                at: step.context.path.at
            )
        }
    }

    /// Fills the exchange with what was decided.
    private mutating func report(_ step: BindingStep, _ handling: inout Handling) {
        handling.end = .replied
        handling.exchange.status = StatusCode.ok.rawValue
        handling.exchange.badges = step.question.request.badges.union(bench.decision.badges)
        handling.exchange.granted = bench.decision.granted
        handling.exchange.contacts = UInt16(clamping: bench.current.count)
        handling.exchange.isRetransmission = bench.decision.isRepetition
        handling.exchange.isUnregister = bench.decision.isUnregister
    }
}

extension MessageEncoder {
    /// One Contact of a 200: the URI as the phone wrote it, its parameters, what is left, the preference;
    /// the alias where the domain wants one and the source is not what the URI says.
    mutating func appendContact(
        _ facts: BindingFacts,
        in partition: inout Partition,
        alias: AliasRendering,
        at now: Timestamp,
    ) {
        let alias = facts.badges.contains(.nat) ? alias : .off
        beginHeader(.contact)
        bytes.append(0x3c)
        partition.withText(facts.id, .contact) { uri in
            guard alias == .uri else { return bytes.append(uri) }
            // Before the URI's headers, for what follows the question mark is theirs.
            var end = 0
            while end < uri.count, uri[end] != 0x3f { end += 1 }
            bytes.append(uri.extracting(0..<end))
            bytes.append(";alias=")
            bytes.append(alias: facts.path)
            bytes.append(uri.extracting(end..<uri.count))
        }
        bytes.append(0x3e)
        partition.withText(facts.id, .contactParameters) { bytes.append($0) }
        if alias == .header {
            bytes.append(";alias=\"")
            bytes.append(alias: facts.path)
            bytes.append(0x22)
        }
        bytes.append(";expires=")
        bytes.appendDecimal(UInt64(max(0, (facts.expiresAt - now).secondsRoundedUp)))
        if let q = facts.q {
            bytes.append(";q=")
            bytes.append(preference: q)
        }
        endLine()
    }
}

extension [UInt8] {
    /// `192.0.2.1~5060~1` or `[2001:db8::1]~5060~1`: address, port and number of the transport, as
    /// Kamailio's nathelper writes them.
    mutating func append(alias path: ReceivedFrom) {
        Endpoint(address: path.source.address, port: 0).append(to: &self)
        append(0x7e)
        appendDecimal(UInt64(path.source.port))
        append(0x7e)
        let number: UInt8 =
            switch path.transport {
            case .udp: 0x31
            case .tcp: 0x32
            case .tls: 0x33
            case .ws: 0x35
            case .wss: 0x36
            }
        append(number)
    }

    /// A `qvalue` from thousandths, without needless zeros (RFC 3261 §25.1).
    mutating func append(preference q: UInt16) {
        append(q >= 1_000 ? 0x31 : 0x30)
        var rest = q >= 1_000 ? 0 : q
        guard rest > 0 else { return }
        append(0x2e)
        while rest > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: rest / 100))
            rest = rest % 100 * 10
        }
    }
}
