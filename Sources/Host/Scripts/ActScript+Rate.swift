import BindingTable
import Console
import ConsoleLink
import Timing

/// An act with a rate: the registrar does it a few bindings at a time, and the script looks on.
extension ActScript {
    /// Targets of one command, which must fit into a line; more are done one command after the other.
    static let mostStaggered = 100_000

    /// How long it will take.
    func pace(_ count: Int, _ rate: Int) -> String {
        let seconds = (count + rate - 1) / rate
        return "\(TimeText.count(rate)) a second: takes about \(TimeText.length(max(1, seconds)))."
    }

    /// Has the registrar do it, and says on standard error how far it has come; Ctrl-C aborts it.
    func stagger(_ aims: [Aim], _ rate: Int, _ script: ScriptContext) throws(HostError) {
        // One wish for all parts: what is pressed between two of them counts as well.
        try Interruption.during { () throws(HostError) in
            let ended = try parts(aims, rate, script)
            try tell(ended, script)
            let left = aims.count - ended.reduce(0) { $0 + $1.total }
            if left > 0, script.isInterrupted() {
                throw HostError("aborted: \(TimeText.count(left)) were not begun", exitCode: 130)
            }
        }
    }

    private func parts(_ aims: [Aim], _ rate: Int, _ script: ScriptContext) throws(HostError) -> [ActProgress]
    {
        var rest = aims[...]
        var ended: [ActProgress] = []
        while !rest.isEmpty, ended.isEmpty || !script.isInterrupted() {
            let part = rest.prefix(Self.mostStaggered)
            rest = rest.dropFirst(part.count)
            let targets = part.map(\.target)
            let verb: OperatorVerb = isEvict ? .evict(targets, refuseFor: refuseFor) : .expire(targets)
            let command = script.command(verb, reason: reason, rate: rate)
            let outcome = try script.link.outcome(of: command, isDryRun: false)
            if let refusal = outcome.refusal { throw .refused("\(self.verb) refused: \(refusal)") }
            guard let begun = outcome.progress else { throw ScriptContext.strange }
            let end = try follow(begun, script)
            ended.append(end)
            if end.state != .finished { break }
        }
        return ended
    }

    /// Looks on until the act has ended.
    private func follow(_ begun: ActProgress, _ script: ScriptContext) throws(HostError) -> ActProgress {
        var progress = begun
        var number = 0
        while progress.state == .underWay {
            if script.isInterrupted() {
                let command = script.command(.abort(progress.act), reason: "")
                let outcome = try script.link.outcome(of: command, isDryRun: false)
                // It may have ended by itself meanwhile: then the list says so.
                if let ended = outcome.progress, outcome.refusal == nil {
                    progress = ended
                    break
                }
            }
            script.remark(ProgressRemark(text: ProgressReport.line(progress), number: number))
            number += 1
            script.pause(500)
            guard let known = try script.link.acts().progress, known.act == progress.act else {
                // Another one has begun since: how this one ended the audit trail says.
                throw HostError(
                    "act \(progress.act.rawValue) has ended, and another is under way; the audit trail says how",
                    exitCode: 1
                )
            }
            progress = known
        }
        script.remark(ProgressRemark(text: ProgressReport.line(progress), isLast: true, number: number))
        return progress
    }

    private func tell(_ ended: [ActProgress], _ script: ScriptContext) throws(HostError) {
        guard let last = ended.last else { return }
        let clock = script.clock(try script.link.acts().at)
        for progress in ended {
            if isJSON {
                try ReportWriter(format: .json, fields: UndoFields.table, sink: script.output).object(
                    script.header(verb, at: clock) + ProgressReport.fields(progress, isDryRun: false, clock)
                )
            } else {
                try script.output.line(ProgressReport.line(progress))
            }
        }
        let numbers = ended.filter { $0.counts.done > 0 }.map { "\($0.act.rawValue)" }
        if !isJSON, !numbers.isEmpty {
            let until =
                ended.compactMap(\.undoUntil).max().map { "  (possible until \(clock.clock($0)))" } ?? ""
            try script.output.line("put back: regtop undo \(numbers.joined(separator: " "))\(until)")
        }
        try script.output.finish()
        switch last.state {
        case .finished where numbers.isEmpty:
            throw .nothing("nothing was done: all had changed or gone meanwhile")
        case .stopped: throw HostError("stopped: \(last.ending)", exitCode: 1)
        case .aborted:
            throw HostError("aborted by \(last.ending)", exitCode: script.isInterrupted() ? 130 : 1)
        case .finished, .underWay: return
        }
    }
}
