import BindingTable
import Console
import ConsoleLink
import Monitor
import SIPMessage
public import Timing

/// `regtop block`, `unblock`, `undo`, `abort`, `drain` and `reload`: acts that need no list of targets.
public struct OperationScript {
    /// What is to be done.
    public enum Act: Sendable {
        /// Refuse subjects (`WrittenSubject` says how they are written) for a time, or until lifted.
        case block([String], for: Interval?)
        /// Lift a block.
        case unblock(String)
        /// List the blocks in force.
        case blocks
        /// Put back what these acts took.
        case undo([UInt64])
        /// List what can be undone, or undo the last act of whoever asks.
        case undoable(undoesLast: Bool)
        /// End the act of this number that is done a few bindings at a time; nil: whichever is under way.
        case abort(UInt64?)
        /// Turn newcomers away, or let them in again.
        case drain(Bool, for: Interval?)
        /// Say whether newcomers are turned away.
        case drainStatus
        /// Read the settings anew.
        case reload
    }

    private let act: Act
    /// Why, for the audit trail.
    public var reason = ""
    /// Only look.
    public var isDryRun = false
    /// JSON instead of lines.
    public var isJSON = false

    /// An act that has not been done yet.
    public init(_ act: Act) { self.act = act }

    /// Acts. Throws 3 if there is nothing to show, 4 if it is refused.
    public func run(_ script: ScriptContext) throws(HostError) {
        switch act {
        case .blocks: try blocks(script)
        case .drainStatus: try drainStatus(script)
        case .reload: try reload(script)
        case .block(let words, let length): try block(words, length, script)
        case .unblock(let subject):
            let subject = try script.subject(subject)
            try perform("unblock", .unblock(subject), "\(Self.text(subject)) may register again", script)
        case .drain(let isOn, let length):
            let how = length.map { "for \(TimeText.length($0.seconds))" } ?? "until it is lifted"
            let text = isOn ? "newcomers are turned away \(how)" : "newcomers may register again"
            try perform("drain", .drain(isOn, for: length), text, script)
        case .undo(let numbers):
            for number in numbers {
                try perform("undo", .undo(CommandID(rawValue: number)), "undone: act \(number)", script)
            }
        case .undoable(let undoesLast): try undoable(undoesLast, script)
        case .abort(let number): try abort(number, script)
        }
        try script.output.finish()
    }

    private static func text(_ subject: BlockSubject) -> String {
        switch subject {
        case .aor(let aor): String(decoding: aor, as: UTF8.self)
        case .source(let address): "\(address)"
        }
    }

    private func block(_ words: [String], _ length: Interval?, _ script: ScriptContext) throws(HostError) {
        var subjects: [BlockSubject] = []
        for word in words { subjects.append(try script.subject(word)) }
        let how = length.map { "for \(TimeText.length($0.seconds))" } ?? "until it is lifted"
        let names = subjects.map(Self.text).joined(separator: ", ")
        let done = "\(names) \(subjects.count == 1 ? "is" : "are") refused \(how)"
        try perform("block", .block(subjects, for: length), done, script)
    }

    func perform(_ name: String, _ verb: OperatorVerb, _ done: String, _ script: ScriptContext)
        throws(HostError)
    {
        if !isDryRun, let why = script.welcome.readOnlyBecause { throw .refused("read-only: \(why)") }
        let outcome = try script.link.outcome(of: script.command(verb, reason: reason), isDryRun: isDryRun)
        if let refusal = outcome.refusal { throw .refused(refusal) }
        let clock = try script.clock(
            script.link.window(WindowQuery(subject: .blocks(filter: nil), height: 0)).at
        )
        let fields = isDryRun ? TargetFields.dryRun : TargetFields.table
        let writer = ReportWriter(format: .json, fields: fields, sink: script.output)
        if isJSON {
            typealias Named = ScriptContext.Named
            let header =
                script.header(name, at: clock) + [
                    Named("dry_run", .flag(isDryRun)), Named("reason", .text(reason)),
                    Named("done", .text(done)),
                    Named("bindings", outcome.reach.map { .number($0.bindings) } ?? .none),
                    Named("working", outcome.reach.map { .number($0.working) } ?? .none),
                    Named("undo", outcome.id.map { .number(Int(clamping: $0.rawValue)) } ?? .none),
                ]
            // Only what touches bindings has rows.
            if outcome.targets.isEmpty { return try writer.object(header) }
            try writer.begin(header)
            for target in outcome.targets { try writer.row(target, clock) }
            return try Self.check(outcome, script)
        }
        let undo = outcome.id.flatMap { name == "undo" ? nil : "  (undo: regtop undo \($0.rawValue))" } ?? ""
        try script.output.line("\(isDryRun ? "would be so: " : "")\(done)\(undo)")
        if let reach = outcome.reach { try script.output.line(ReachReport.line(reach)) }
        let lines = ReportWriter(
            format: .text,
            fields: fields.filter { $0.name != "id" && $0.name != "expires_at" },
            sink: script.output
        )
        for target in outcome.targets { try lines.row(target, clock) }
        try Self.check(outcome, script)
    }

    /// An undo that put nothing back of what there was.
    private static func check(_ outcome: CommandOutcome, _ script: ScriptContext) throws(HostError) {
        guard outcome.total > 0, outcome.count(.done) == 0 else { return }
        try script.output.finish()
        throw .nothing("nothing was put back: registered again since, or past its own expiry")
    }

    private func blocks(_ script: ScriptContext) throws(HostError) {
        // A window holds so many; whoever has more sees how many there are in the header.
        let query = WindowQuery(subject: .blocks(filter: nil), height: WindowQuery.maximumHeight)
        let window = try script.link.window(query)
        guard case .blocks(let blocks) = window.content else { throw ScriptContext.strange }
        let clock = script.clock(window.at)
        let writer = ReportWriter(
            format: isJSON ? .json : .text,
            fields: BlockFields.table,
            sink: script.output
        )
        if isJSON || !blocks.isEmpty {
            try writer.begin(script.header("blocks", at: clock) + [.init("matched", .number(window.matched))])
        }
        for block in blocks { try writer.row(block, clock) }
        if !isJSON, window.matched > blocks.count {
            try script.output.line("and \(TimeText.count(window.matched - blocks.count)) more")
        }
        try script.output.finish()
        if blocks.isEmpty { throw .nothing("nobody is blocked") }
    }

    private func drainStatus(_ script: ScriptContext) throws(HostError) {
        let window = try script.link.window(WindowQuery(subject: .overview, height: 0))
        let clock = script.clock(window.at)
        typealias Named = ScriptContext.Named
        guard isJSON else {
            guard let drain = window.drain else {
                return try script.output.line("off: everybody may register")
            }
            let until = drain.until.map { "until \(clock.clock($0))" } ?? "until it is lifted"
            let why = drain.reason.isEmpty ? "" : ": \(drain.reason)"
            return try script.output.line(
                "on \(until): newcomers are turned away since \(clock.clock(drain.since)) by \(drain.by.short)\(why)"
            )
        }
        let drain = window.drain
        func time(_ at: Timestamp?) -> FieldValue { at.map { .time(clock.now.wall(at: $0)) } ?? .none }
        try ReportWriter(format: .json, fields: BlockFields.table, sink: script.output).object(
            script.header("drain", at: clock) + [
                Named("on", .flag(drain != nil)), Named("until", time(drain?.until)),
                Named("since", time(drain?.since)), Named("by", drain.map { .text($0.by.short) } ?? .none),
                Named("reason", drain.map { .text($0.reason) } ?? .none),
            ]
        )
    }

    private func reload(_ script: ScriptContext) throws(HostError) {
        guard case .reloaded(let report, _) = try script.link.ask({ .reload(serial: $0) }) else {
            throw ScriptContext.strange
        }
        if let refusal = report.refusal {
            if script.welcome.readOnlyBecause != nil { throw .refused(refusal) }
            throw HostError("settings not taken, those before stay in force: \(refusal)", exitCode: 1)
        }
        if isJSON {
            let clock = script.clock(script.welcome.clock.timestamp)
            return try ReportWriter(format: .json, fields: BlockFields.table, sink: script.output).object(
                script.header("reload", at: clock) + [
                    .init("changes", .list(report.changes.map { .text($0) }))
                ]
            )
        }
        for change in report.changes { try script.output.line("changed: \(change)") }
        if report.changes.isEmpty { try script.output.line("read anew: nothing has changed") }
    }
}
