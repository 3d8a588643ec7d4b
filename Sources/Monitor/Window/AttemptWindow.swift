internal import BindingTable
internal import SIPMessage
internal import Timing

extension Monitor {
    /// The window of the list of attempts, oldest first.
    func attempts(
        _ filter: Filter?,
        _ failuresOnly: Bool,
        _ kind: RequestKind,
        _ anchor: WindowQuery.Anchor,
        _ height: Int,
        _ now: Timestamp,
    ) -> Window {
        let (matching, progress) = flows.matching(
            &walks,
            filter,
            failuresOnly: failuresOnly,
            kind: kind,
            clock: filterClock,
            at: now
        )
        let window = WindowRange(anchor, count: matching.count, height: height) { id in
            guard case .attempt(let wanted) = id else { return nil }
            // One that is no longer kept: the first one after it.
            return matching.firstIndex { flows.store[$0].id >= wanted }
        }
        var answer = Window(
            content: .attempts(matching[window.range].map { flows.store[$0].row }),
            rank: window.range.lowerBound,
            matched: matching.count,
            total: flows.store.count(
                of: filter?.program.asksForCalls == true && kind == .registrations ? .all : kind
            ),
            progress: progress,
            at: now
        )
        let calls = flows.store.count(of: .calls)
        if kind == .registrations, filter == nil, !failuresOnly, calls > 0 { answer.hidden = calls }
        return answer
    }

    /// One attempt with its messages.
    func attempt(_ id: AttemptID, _ now: Timestamp) -> Window {
        guard let slot = flows.store.slot(of: id) else { return Window(content: .missing, at: now) }
        let attempt = flows.store[slot]
        if attempt.call != nil { return call(attempt, now) }
        let record = sources.record(of: attempt.path.source.address, at: now)
        let messages = attempt.messages.sorted { $0.at < $1.at }.map { message in
            let bytes = Array(attempt.bytes[message.piece.bounds])
            let exchange = attempt.exchanges[Int(message.exchange)]
            return LadderMessage(
                at: message.at,
                isRequest: message.isRequest,
                summary: MessageSummary.text(bytes, exchange, isRequest: message.isRequest),
                status: message.isRequest ? 0 : exchange.status,
                isRetransmission: message.isRetransmission,
                bytes: bytes
            )
        }
        let detail = AttemptDetail(
            row: attempt.row,
            messages: messages,
            exchanges: attempt.exchanges,
            failuresFromSource: attempt.verdict.isFailure ? max(1, Int(attempt.failures)) : record.failures,
            sourceEverSucceeded: record.everSucceeded,
            bindingEnd: end(of: attempt, now)
        )
        return Window(content: .attempt(detail), matched: 1, total: 1, at: now)
    }

    /// How the binding of a granted attempt has ended: the one of the attempt's address of record and Call-ID that was
    /// made or refreshed last by this attempt. What came after it is another attempt's.
    private func end(of attempt: borrowing Attempt, _ now: Timestamp) -> BindingEnd? {
        guard attempt.verdict == .ok, let last = attempt.exchanges.map(\.repliedAt).max() else { return nil }
        let aor = Array(attempt.bytes[attempt.aor.bounds])
        let callID = Array(attempt.bytes[attempt.callID.bounds])
        for id in rows.departures.newestFirst {
            guard
                let binding = rows.table.tombstone(id), binding.texts.aor == aor,
                binding.texts.callID == callID, let gone = binding.gone,
                (attempt.startedAt...max(attempt.startedAt, last)).contains(binding.facts.refreshedAt)
            else { continue }
            return BindingEnd(cause: gone.cause, at: gone.at, by: operatorName(of: gone, aor: aor))
        }
        return nil
    }

    /// Who took a binding away, by the audit trail: an act is written within moments of being done.
    func operatorName(of gone: Binding.Departure, aor: [UInt8]) -> String {
        guard gone.cause == .evictedByOperator || gone.cause == .expiredByOperator else { return "" }
        let word = gone.cause == .evictedByOperator ? "evict" : "expire"
        let start = String(decoding: aor, as: UTF8.self) + " "
        let at = clock.wall(at: gone.at)
        let record = audit.matching { record in
            record.action == word && record.object.hasPrefix(start)
                && abs(record.at.nanoseconds - at.nanoseconds) <= Interval.seconds(2).nanoseconds
        }.last
        return record?.line.by.user ?? ""
    }
}

/// The short text of a message in a ladder.
enum MessageSummary {
    /// `REGISTER 15 + Digest`, `401 Unauthorized (rejected)`.
    static func text(_ bytes: [UInt8], _ exchange: Exchange, isRequest: Bool) -> String {
        var head = MessageHead()
        try? head.parse(bytes.span)
        guard isRequest else { return reply(bytes, head, exchange) }
        var text = head.methodRange.isEmpty ? "request" : bytes.span.text(head.methodRange)
        if let cseq = try? head.cseq(bytes.span) { text += " \(cseq.number)" }
        guard let credentials = head.first(.authorization) ?? head.first(.proxyAuthorization) else {
            return text
        }
        let scheme = bytes.span.text(credentials).prefix { $0 != " " && $0 != "\t" }
        return text + " + " + scheme.prefix(16)
    }

    private static func reply(_ bytes: [UInt8], _ head: borrowing MessageHead, _ exchange: Exchange) -> String
    {
        let phrase =
            head.reason.isEmpty
            ? StatusCode(rawValue: exchange.status).phrase.description : bytes.span.text(head.reason)
        let text = "\(exchange.status) \(phrase)"
        guard exchange.status == 401 || exchange.status == 407 else { return text }
        switch exchange.refusal {
        case .challenge: return text + " (challenge)"
        case .staleNonce: return text + " (stale)"
        case .nonceUnknown: return text + " (nonce not ours)"
        case .replay: return text + " (replay)"
        case nil: return text
        default: return text + " (rejected)"
        }
    }
}
