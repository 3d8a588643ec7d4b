internal import BindingTable
internal import SIPMessage
internal import Timing

extension Monitor {
    /// A call with its messages, and what is known now of the bindings that it went to.
    func call(_ attempt: borrowing Attempt, _ now: Timestamp) -> Window {
        let record = sources.record(of: attempt.path.source.address, at: now)
        let messages = attempt.messages.enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(\.element)
        let bytes = attempt.bytes
        let shown = messages.map { message in
            let text = Array(bytes[message.piece.bounds.clamped(to: 0..<bytes.count)])
            return LadderMessage(
                at: message.at,
                isRequest: message.isRequest,
                summary: MessageSummary.text(text, message),
                status: message.status,
                isRetransmission: message.isRetransmission,
                bytes: text,
                leg: Int(message.column),
                isOutgoing: message.isOutgoing
            )
        }
        var row = attempt.row
        if let legs = row.call?.legs {
            for (place, leg) in legs.enumerated() { row.call?.legs[place].called = called(leg.binding, now) }
        }
        let detail = AttemptDetail(
            row: row,
            messages: shown,
            exchanges: [],
            failuresFromSource: row.isFailure ? Int(attempt.failures) : record.failures,
            sourceEverSucceeded: record.everSucceeded,
            bindingEnd: row.call?.verdict == .noBinding ? lastEnd(of: attempt) : nil
        )
        return Window(content: .attempt(detail), matched: 1, total: 1, at: now)
    }

    /// What the table says of a binding that a call went to.
    private func called(_ id: BindingID?, _ now: Timestamp) -> CalledBinding? {
        guard let id, let binding = rows.reader.binding(id) ?? rows.table.tombstone(id) else { return nil }
        return CalledBinding(
            aor: String(decoding: binding.texts.aor, as: UTF8.self),
            agent: String(decoding: binding.texts.userAgent, as: UTF8.self),
            troubles: CallRoute(binding, at: now).troubles,
            end: binding.gone.map {
                BindingEnd(cause: $0.cause, at: $0.at, by: operatorName(of: $0, aor: binding.texts.aor))
            }
        )
    }

    /// How the last binding of whom a call was for had ended before it; nil if none is remembered.
    private func lastEnd(of attempt: borrowing Attempt) -> BindingEnd? {
        let aor = Array(attempt.bytes[attempt.aor.bounds.clamped(to: 0..<attempt.bytes.count)])
        for id in rows.departures.newestFirst {
            guard let binding = rows.table.tombstone(id), binding.texts.aor == aor, let gone = binding.gone,
                gone.at <= attempt.endedAt
            else { continue }
            return BindingEnd(cause: gone.cause, at: gone.at, by: operatorName(of: gone, aor: aor))
        }
        return nil
    }
}

extension MessageSummary {
    /// `INVITE 1 + Digest`, `180 Ringing`, of a message of a call; what its bytes don't say is known without them.
    fileprivate static func text(_ bytes: [UInt8], _ message: Attempt.Message) -> String {
        var head = MessageHead()
        // What is wrong further on is no matter here.
        try? head.parse(bytes.span)
        guard message.isRequest else {
            let phrase =
                head.reason.isEmpty
                ? StatusCode(rawValue: message.status).phrase.description : bytes.span.text(head.reason)
            let method = message.method == .invite ? "" : " (\(message.method.codingWord))"
            return "\(message.status) \(phrase)\(method)"
        }
        var text = head.methodRange.isEmpty ? message.method.codingWord : bytes.span.text(head.methodRange)
        if let cseq = try? head.cseq(bytes.span) { text += " \(cseq.number)" }
        guard let credentials = head.first(.proxyAuthorization) ?? head.first(.authorization) else {
            return text
        }
        let scheme = bytes.span.text(credentials).prefix { $0 != " " && $0 != "\t" }
        return text + " + " + scheme.prefix(16)
    }
}
