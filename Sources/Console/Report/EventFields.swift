public import BindingTable
internal import Cells
public import Monitor
internal import SIPMessage
internal import Timing

/// The fields of an attempt to register.
public enum AttemptFields {
    typealias Field = ReportField<AttemptRow>

    /// All, in their order.
    public static let table: [ReportField<AttemptRow>] = [
        Field("id", isRight: true, "counts the attempts from the registrar's start") { row, _ in
            .number(Int(clamping: row.id.rawValue))
        },
        Field("started_at", "TIME", width: 19, "when its first message came") { row, clock in
            .time(clock.now.wall(at: row.startedAt))
        },
        Field("aor", "AOR", width: 26, "address of record, or what stood in To") { row, _ in .text(row.aor) },
        Field("source", "SOURCE", width: 24, "address and port that it came from") { row, _ in
            .text("\(row.path.source)")
        },
        Field("transport", "TP", width: 3, "udp, tcp, tls, ws or wss") { row, _ in
            .text(row.path.transport.name)
        },
        Field("result", "RESULT", width: 7, "what became of it, in the filter's words") { row, _ in
            .text(row.word)
        },
        Field("failed", "it counts as a failed login, or the call could not be made") { row, _ in
            .flag(row.isFailure)
        },
        Field("steps", "STEPS", width: 14, "its requests and their replies") { row, _ in
            .text(VerdictWords.steps(row).map(\.text.string).joined())
        },
        Field("why", "WHY", width: 24, "the same in a sentence") { row, _ in
            .text(VerdictWords.sentence(row))
        },
        Field("reason", "the registrar's own word for a refusal") { row, _ in
            .optional(row.refusal?.word ?? "")
        },
        Field("took", isRight: true, "milliseconds from its first message to its last reply") { row, _ in
            .decimal(Double((row.endedAt - row.startedAt).nanoseconds / 1_000) / 1_000)
        },
        Field("method", "method of the request") { row, _ in .text(row.method) },
        Field("user_agent", "AGENT", width: 18, "User-Agent of its last request") { row, _ in
            .optional(row.agent)
        },
        Field("call_id", "Call-ID") { row, _ in .text(row.callID) },
        Field("caller", "who calls; null for a try to register") { row, _ in
            .optional(row.call?.caller ?? "")
        },
        Field("status", isRight: true, "last status that the caller was told; null for a try to register") {
            row,
            _ in
            row.call.map { .number(Int($0.status)) } ?? .none
        },
        Field("legs", "where a call was sent: target, peer, transport, status, copies") { row, _ in
            row.call.map { .list($0.legs.map { .text(leg($0)) }) } ?? .none
        },
    ]

    /// `sip:4417@10.0.0.7 198.51.100.7:5062 udp 486 x1`
    private static func leg(_ leg: CallLeg) -> String {
        let target = CallVerdictWords.shown(leg.target)
        return "\(target) \(leg.path.source) \(leg.path.transport.name) \(leg.status) x\(leg.copies)".trimmed
    }

    /// What text shows.
    public static let listed = [
        "started_at", "aor", "source", "transport", "steps", "result", "user_agent",
    ]
}

/// The fields of an event in the life of a binding.
public enum HistoryFields {
    typealias Field = ReportField<HistoryEntry>

    /// All, in their order.
    public static let table: [ReportField<HistoryEntry>] = [
        Field("number", isRight: true, "counts the events") { row, _ in .number(Int(clamping: row.number)) },
        Field("at", "TIME", width: 19, "when it happened") { row, _ in .time(row.at) },
        Field("aor", "AOR", width: 26, "address of record") { row, _ in .bytes(row.binding.aor) },
        Field("cause", "WHAT", width: 18, "what happened: registered, moved, expired, ..") { row, _ in
            .text(row.cause.text)
        },
        Field("by", "BY", width: 4, "the operator behind it; null if a phone or a timer was") { row, _ in
            .optional(row.by)
        },
        Field("left", "the binding is gone since") { row, _ in .flag(row.cause.isRemoval) },
        Field("contact", "CONTACT", width: 30, "contact URI") { row, _ in
            .bytes(Redaction.withoutPasswords(row.binding.contact))
        },
        Field("source", "SOURCE", width: 24, "address and port of its last REGISTER") { row, _ in
            .text("\(row.binding.source)")
        },
        Field("transport", "TP", width: 3, "udp, tcp, tls, ws or wss") { row, _ in
            .text(row.binding.transport.name)
        },
        Field("moved_from", "where it came from before a move") { row, _ in
            row.movedFrom.map { .text("\($0)") } ?? .none
        },
        Field("user_agent", "AGENT", width: 18, "User-Agent") { row, _ in .optional(row.binding.userAgent) },
        Field("created_at", width: 19, "when the binding was made") { row, _ in .time(row.binding.createdAt)
        },
        Field("refreshed_at", width: 19, "when it was last refreshed") { row, _ in
            .time(row.binding.refreshedAt)
        },
        Field("expires_at", width: 19, "when it was due to end") { row, _ in .time(row.binding.expiresAt) },
        Field("refreshes", isRight: true, "refreshes until then") { row, _ in
            .number(Int(row.binding.refreshes))
        },
        Field("usual_gap", isRight: true, "seconds between two refreshes") { row, _ in
            row.binding.usualGap == 0 ? .none : .decimal(Double(row.binding.usualGap) / 1_000)
        },
        Field("gap_deviation", isRight: true, "and how exact that is") { row, _ in
            row.binding.usualGap == 0 ? .none : .decimal(Double(row.binding.gapDeviation) / 1_000)
        },
        Field("id", width: 16, "names the binding") { row, _ in .text(ReportText.hex(row.binding.id.rawValue))
        },
    ]

    /// An event in a line: when, what, where, by whom, and of one that left how it lived. Not sanitised.
    public static func line(_ entry: HistoryEntry, _ clock: LocalClock) -> String {
        let words = HistoryWords(entry: entry, clock: clock)
        var parts = [clock.dated(entry.at), entry.cause.text.padded(19), words.contact, words.source]
        if !entry.by.isEmpty { parts.append("by \(entry.by)") }
        if entry.cause.isRemoval {
            parts.append("lived \(words.lived), \(words.refreshes)")
        } else if !entry.binding.userAgent.isEmpty {
            parts.append(ReportText.text(entry.binding.userAgent))
        }
        return parts.joined(separator: "  ")
    }
}

/// The fields of a target of an act.
public enum TargetFields {
    typealias Field = ReportField<(binding: Binding, outcome: TargetOutcome)>

    /// All, in their order.
    public static let table: [ReportField<(binding: Binding, outcome: TargetOutcome)>] = [
        Field("outcome", "WHAT", width: 10, "done, changed, gone, superseded or too late") { row, _ in
            .text(ActWords.word(row.outcome))
        },
        Field("id", width: 16, "names the binding") { row, _ in
            .text(ReportText.hex(row.binding.facts.id.rawValue))
        },
        Field("aor", "AOR", width: 26, "address of record") { row, _ in .bytes(row.binding.texts.aor) },
        Field("contact", "CONTACT", width: 30, "contact URI") { row, _ in
            .bytes(Redaction.withoutPasswords(row.binding.texts.contact))
        },
        Field("source", "SOURCE", width: 24, "address and port of its last REGISTER") { row, _ in
            .text("\(row.binding.facts.path.source)")
        },
        Field("expires_at", width: 19, "until when its phone believes to be registered") { row, clock in
            .time(clock.now.wall(at: row.binding.facts.expiresAt))
        },
    ]

    /// The same of a dry run, where nothing has been done yet.
    public static let dryRun = table.map { field in
        guard field.name == "outcome" else { return field }
        return Field("outcome", "WHAT", width: 13, "would be done, or why it would be skipped") { row, _ in
            .text(row.outcome == .done ? "would be done" : ActWords.word(row.outcome))
        }
    }
}

/// The fields of an act that can be undone.
public enum UndoFields {
    typealias Field = ReportField<UndoableAct>

    /// All, in their order.
    public static let table: [ReportField<UndoableAct>] = [
        Field("act", isRight: true, "its number, for `undo`") { row, _ in
            .number(Int(clamping: row.act.rawValue))
        },
        Field("at", "TIME", width: 19, "when it was done") { row, clock in
            .time(clock.now.wall(at: row.at))
        },
        Field("by", "BY", width: 16, "whose it was") { row, _ in .text(row.by.short) },
        Field("verb", "ACTION", width: 7, "evict, expire, block, unblock or drain") { row, _ in
            .text(row.verb)
        },
        Field("object", "OBJECT", width: 26, "what it took or changed") { row, _ in .text(row.object) },
        Field("restored", isRight: true, "bindings that would come back; null: too many to be looked at") {
            row,
            _ in
            row.counts.map { .number($0.done) } ?? .none
        },
        Field("superseded", isRight: true, "bindings whose phone has registered again since") { row, _ in
            row.counts.map { .number($0.superseded) } ?? .none
        },
        Field("too_late", isRight: true, "bindings whose own expiry has passed") { row, _ in
            row.counts.map { .number($0.tooLate) } ?? .none
        },
        Field("until", "UNTIL", width: 19, "when the last of its bindings would have ended") { row, clock in
            row.until.map { .time(clock.now.wall(at: $0)) } ?? .none
        },
        Field("reason", "REASON", "why it was done") { row, _ in .optional(row.reason) },
    ]
}

/// The fields of a block.
public enum BlockFields {
    typealias Field = ReportField<Block>

    /// All, in their order.
    public static let table: [ReportField<Block>] = [
        Field("subject", "SUBJECT", width: 30, "whom it refuses, as `unblock` takes it") { row, _ in
            switch row.subject {
            case .aor(let aor): .bytes(Array("aor:".utf8) + aor)
            case .source(let address): .text("ip:\(address)")
            }
        },
        Field("until", "UNTIL", width: 19, "when it ends by itself; null: when it is lifted") { row, clock in
            row.until.map { .time(clock.now.wall(at: $0)) } ?? .none
        },
        Field("since", "SINCE", width: 19, "when it was set") { row, clock in
            .time(clock.now.wall(at: row.since))
        },
        Field("by", "BY", width: 16, "who set it") { row, _ in .text(row.by.short) },
        Field("reason", "REASON", "why") { row, _ in .optional(row.reason) },
    ]
}
