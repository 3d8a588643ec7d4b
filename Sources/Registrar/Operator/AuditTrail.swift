public import BindingTable
import SIPMessage
import Timing

extension OperatorVerb {
    /// The word of the audit trail: `evict`, `expire`, `block`, `unblock`, `drain`, `undo`, `abort`.
    public var word: String {
        switch self {
        case .expire: "expire"
        case .evict: "evict"
        case .block: "block"
        case .unblock: "unblock"
        case .drain: "drain"
        case .undo: "undo"
        case .abort: "abort"
        }
    }
}

extension OperatorIdentity {
    /// Who blocks when no operator does: the abuse policy.
    public static let policy = OperatorIdentity(user: "policy", from: "regtop", terminal: "")
}

extension BlockSubject {
    /// The address of record, or the source address.
    public var text: String {
        switch self {
        case .aor(let aor): String(decoding: aor, as: UTF8.self)
        case .source(let address): address.description
        }
    }
}

/// The lines that an act leaves in the audit trail. They are written before the act is applied, so they
/// say what is about to be done; an act whose lines cannot be written is not done.
enum AuditTrail {
    /// One line for each row, or one for an act that has none.
    ///
    /// - Parameter whole: the act that this is a part of, whose own last line tells how it ended; nil for an act of its
    ///   own.
    static func records(
        of command: OperatorCommand,
        expecting outcome: CommandOutcome,
        partOf whole: CommandID? = nil,
        clock: ClockReading,
    ) -> [AuditRecord] {
        switch command.verb {
        case .expire, .evict:
            return outcome.targets.map {
                let intent = intent(command.verb, $0.outcome)
                let result = whole.map { "act \($0.rawValue), whose end tells: \(intent)" } ?? intent
                return record(command, of: $0.binding, result: result, clock)
            }
        case .undo(let id):
            let act = "act \(id.rawValue)"
            if outcome.targets.isEmpty {
                return [record(command, object: act, result: "to be undone", clock)]
            }
            return outcome.targets.map {
                record(command, of: $0.binding, result: "\(act): \(intent(command.verb, $0.outcome))", clock)
            }
        case .block(let subjects, let length):
            let end = length.map { "for \($0.seconds) s" } ?? "until lifted"
            return subjects.map { record(command, object: $0.text, result: "to be refused \(end)", clock) }
        case .unblock(let subject):
            return [record(command, object: subject.text, result: "to be let in again", clock)]
        case .drain(true, let length):
            let end = length.map { "for \($0.seconds) s" } ?? "until lifted"
            return [record(command, object: "newcomers", result: "to be turned away \(end)", clock)]
        case .drain(false, _):
            return [record(command, object: "newcomers", result: "to be let in again", clock)]
        case .abort(let id):
            var records = [record(command, object: "act \(id.rawValue)", result: "to be aborted", clock)]
            // The end of the act itself, as it is with the abort done.
            if let progress = outcome.progress { records.append(end(of: progress, clock)) }
            return records
        }
    }

    /// The line with which an act begins that is done a few bindings at a time; what each part of it takes is written
    /// as of any other act.
    static func begin(
        _ command: OperatorCommand,
        as id: CommandID,
        total: Int,
        rate: Int,
        _ clock: ClockReading,
    ) -> AuditRecord {
        let result = "act \(id.rawValue) begins: \(rate) a second"
        return record(command, object: bindings(total), result: result, clock)
    }

    /// The line with which it ends.
    static func end(of progress: ActProgress, _ clock: ClockReading) -> AuditRecord {
        let how =
            switch progress.state {
            case .underWay, .finished: "ends"
            case .aborted: "aborted by \(progress.ending)"
            case .stopped: "stopped: \(progress.ending)"
            }
        let counts = progress.counts
        let skipped = counts.total - counts.done
        let rest = progress.total - counts.total
        var parts = ["\(counts.done) done"]
        if skipped > 0 { parts.append("\(skipped) skipped") }
        if rest > 0 { parts.append("\(rest) left as they are") }
        return AuditRecord(
            at: clock.wall,
            by: progress.by,
            action: progress.verb,
            object: bindings(progress.total),
            result: "act \(progress.act.rawValue) \(how): \(parts.joined(separator: ", "))",
            reason: progress.reason
        )
    }

    /// `1 binding`, `3 bindings`
    static func bindings(_ count: Int) -> String { count == 1 ? "1 binding" : "\(count) bindings" }

    private static func record(
        _ command: OperatorCommand,
        of binding: Binding,
        result: String,
        _ clock: ClockReading,
    ) -> AuditRecord {
        let aor = String(decoding: binding.texts.aor, as: UTF8.self)
        let contact = String(decoding: Redaction.withoutPasswords(binding.texts.contact), as: UTF8.self)
        return record(command, object: "\(aor) \(contact)", result: result, clock)
    }

    private static func record(
        _ command: OperatorCommand,
        object: String,
        result: String,
        _ clock: ClockReading,
    ) -> AuditRecord {
        AuditRecord(
            at: clock.wall,
            by: command.by,
            action: command.verb.word,
            object: object,
            result: result,
            reason: command.reason,
        )
    }

    private static func intent(_ verb: OperatorVerb, _ outcome: TargetOutcome) -> String {
        switch outcome {
        case .done:
            switch verb {
            case .expire: "to be expired"
            case .evict(_, nil): "to be evicted"
            case .evict(_, let length?): "to be evicted and refused for \(length.seconds) s"
            default: "to be restored"
            }
        case .changed: "skipped: changed since it was looked at"
        case .gone: "skipped: gone already"
        case .superseded: "skipped: a newer binding has taken its place"
        case .tooLate: "skipped: its own expiry has passed"
        }
    }
}
