import BindingTable
import Console
import ConsoleLink
import Timing

extension OperationScript {
    /// What can be undone, or the last act of whoever asks is undone.
    func undoable(_ undoesLast: Bool, _ script: ScriptContext) throws(HostError) {
        let list = try script.link.acts()
        guard undoesLast else { return try write(list, script) }
        // Somebody else's may have been done a moment ago: that takes its number.
        let me = script.welcome.you.user
        guard let last = list.undoable.first(where: { $0.by.user == me }) else {
            throw .nothing("nothing of yours can be undone; `regtop undo` alone lists what can")
        }
        let id = last.act
        let done = "undone: act \(id.rawValue), \(last.verb) of \(last.object)"
        try perform("undo", .undo(id), done, script)
    }

    private func write(_ list: ActList, _ script: ScriptContext) throws(HostError) {
        let clock = script.clock(list.at)
        let fields = isJSON ? UndoFields.table : UndoFields.table.filter { $0.name != "until" }
        let writer = ReportWriter(format: isJSON ? .json : .text, fields: fields, sink: script.output)
        if isJSON || !list.undoable.isEmpty {
            try writer.begin(
                script.header("undoable", at: clock) + [.init("matched", .number(list.undoable.count))]
            )
        }
        for act in list.undoable { try writer.row(act, clock) }
        if let progress = list.progress, progress.state == .underWay, !isJSON {
            try script.output.line("under way: \(ProgressReport.line(progress)); end it: regtop abort")
        }
        try script.output.finish()
        if list.undoable.isEmpty { throw .nothing("nothing can be undone") }
    }

    /// Ends the act that is done a few bindings at a time.
    func abort(_ number: UInt64?, _ script: ScriptContext) throws(HostError) {
        let progress = try script.link.acts().progress
        let underWay = progress?.state == .underWay ? progress?.act : nil
        guard let id = number.map({ CommandID(rawValue: $0) }) ?? underWay else {
            throw .nothing("no act is under way")
        }
        if !isDryRun, let why = script.welcome.readOnlyBecause { throw .refused("read-only: \(why)") }
        let outcome = try script.link.outcome(
            of: script.command(.abort(id), reason: reason),
            isDryRun: isDryRun
        )
        if let refusal = outcome.refusal { throw .refused(refusal) }
        guard let ended = outcome.progress else { throw ScriptContext.strange }
        if isJSON {
            let clock = script.clock(try script.link.acts().at)
            try ReportWriter(format: .json, fields: UndoFields.table, sink: script.output).object(
                script.header("abort", at: clock) + ProgressReport.fields(ended, isDryRun: isDryRun, clock)
            )
        } else {
            try script.output.line("\(isDryRun ? "would be so: " : "")\(ProgressReport.line(ended))")
            if ended.counts.done > 0, !isDryRun {
                try script.output.line("put back: regtop undo \(id.rawValue)")
            }
        }
    }
}

extension ProgressReport {
    /// The progress as fields of a JSON object.
    static func fields(
        _ progress: ActProgress,
        isDryRun: Bool,
        _ clock: LocalClock,
    ) -> [FieldValue.NamedValue] {
        typealias Named = FieldValue.NamedValue
        let counts = progress.counts
        return [
            Named("dry_run", .flag(isDryRun)), Named("verb", .text(progress.verb)),
            Named("reason", .text(progress.reason)), Named("matched", .number(progress.total)),
            Named("rate", .number(progress.rate)), Named("state", .text(progress.state.codingWord)),
            Named("done", .number(counts.done)), Named("changed", .number(counts.changed)),
            Named("gone", .number(counts.gone)),
            Named("undo", counts.done > 0 ? .number(Int(clamping: progress.act.rawValue)) : .none),
            Named("undo_until", progress.undoUntil.map { .time(clock.now.wall(at: $0)) } ?? .none),
        ]
    }
}
