import BindingTable
import Cells
import Console
import ConsoleLink
import Monitor
public import Timing

/// `regtop expire` and `regtop evict`: looks first, says what it hits, asks, and acts on what was looked at.
public struct ActScript {
    /// Evict rather than expire.
    public let isEvict: Bool
    /// Addresses of record or ids.
    public var names: [String] = []
    /// Instead of names: all that match.
    public var filter: String?
    /// Why, for the audit trail.
    public var reason = ""
    /// Evicted addresses of record are refused so long.
    public var refuseFor: Interval?
    /// The highest rate.
    public static let mostPerSecond = OperatorCommand.mostPerSecond
    /// So many bindings a second, at most `mostPerSecond`; nil: all at once.
    public var rate: Int?
    /// Only look.
    public var isDryRun = false
    /// Do not ask.
    public var isConfirmed = false
    /// JSON instead of lines.
    public var isJSON = false

    /// Targets that are listed before the question; addresses of record that are named as losing their last binding.
    static let listed = 20
    /// Above this many targets, and for a filter, the count must be typed.
    static let countTypedAbove = 10
    /// Targets of one command: an act on more is several, each with its number for undo.
    var batch = 1_000

    /// An act on nothing yet.
    public init(isEvict: Bool) { self.isEvict = isEvict }

    var verb: String { isEvict ? "evict" : "expire" }
    var past: String { isEvict ? "evicted" : "expired" }

    /// Acts. Throws 3 if there is nothing to act on, 4 if it is not allowed or not confirmed.
    public func run(_ script: ScriptContext, asking person: any Questioner) throws(HostError) {
        if !isDryRun, let why = script.welcome.readOnlyBecause { throw .refused("read-only: \(why)") }
        let found = try targets(script)
        guard !found.isEmpty else {
            let what = filter.map { "no binding matches \($0)" }
            throw .nothing(what ?? "\(names.joined(separator: ", ")): not registered")
        }
        let preview = try look(found, script)
        if isDryRun || !isConfirmed {
            let clock = script.clock(preview.at)
            if !isJSON { try tell(preview, clock, script) }
            if isDryRun {
                if isJSON {
                    try json(
                        preview.outcome.targets,
                        isWhole: preview.count <= Self.kept,
                        preview,
                        [],
                        script
                    )
                }
                return try script.output.finish()
            }
            try script.output.flush()
            try confirm(preview.count, person)
        }
        if let rate { try stagger(preview.targets, rate, script) } else { try act(preview.targets, script) }
        try script.output.finish()
    }

    // MARK: Looking

    /// A target with what groups it.
    struct Aim {
        var target: BindingTarget
        var aor: [UInt8]
    }

    /// What a dry run has found.
    private struct Preview {
        /// The first targets, and how many addresses of record lose their last binding.
        var outcome = CommandOutcome()
        /// All that will be acted upon, as they are.
        var targets: [Aim] = []
        var count: Int { targets.count }
        /// Addresses of record that lose their last binding, the first of them.
        var losing: [[UInt8]] = []
        var at = Timestamp.zero
    }

    /// Outcomes that are kept to be told.
    private static let kept = 1_000

    private func targets(_ script: ScriptContext) throws(HostError) -> [Aim] {
        var found: [Aim] = []
        if let filter {
            guard let asked = try ScriptContext.filter(filter, .bindings) else {
                throw .usage("--filter: an empty filter would be everybody; write aor:* if that is meant")
            }
            let pages = BindingPages(script: script, filter: asked, order: BindingOrder())
            try pages.read { (_, _) throws(HostError) in
            } take: { (row, _) throws(HostError) in
                let facts = row.binding.facts
                found.append(
                    Aim(
                        target: BindingTarget(id: facts.id, version: facts.version),
                        aor: row.binding.texts.aor
                    )
                )
            }
            return found
        }
        for name in names {
            let target = try ScriptTarget(name, script)
            for one in try script.targets(of: target) where !found.contains(where: { $0.target.id == one.id })
            {
                found.append(Aim(target: one, aor: target.aor ?? []))
            }
        }
        return found
    }

    /// Commands of at most `batch` targets each; bindings of one address of record stay together, so that each knows
    /// whether it takes the last one.
    private func batches(_ aims: [Aim]) -> [[Aim]] {
        var batches: [[Aim]] = []
        for aim in aims {
            if let last = batches.last, last.count < batch || last.last?.aor == aim.aor && !aim.aor.isEmpty {
                batches[batches.count - 1].append(aim)
            } else {
                batches.append([aim])
            }
        }
        return batches
    }

    private func command(_ aims: [Aim], _ script: ScriptContext) -> OperatorCommand {
        let targets = aims.map(\.target)
        return script.command(
            isEvict ? .evict(targets, refuseFor: refuseFor) : .expire(targets),
            reason: reason
        )
    }

    private func look(_ aims: [Aim], _ script: ScriptContext) throws(HostError) -> Preview {
        var preview = Preview()
        preview.at = try script.link.window(WindowQuery(subject: .blocks(filter: nil), height: 0)).at
        for part in batches(aims) {
            let outcome = try script.link.outcome(of: command(part, script), isDryRun: true)
            if let refusal = outcome.refusal { throw .refused(refusal) }
            let room = max(0, Self.kept - preview.outcome.targets.count)
            preview.outcome.targets += outcome.targets.prefix(room)
            preview.outcome.unreachable += outcome.unreachable
            for (binding, what) in outcome.targets where what == .done || what == .changed {
                let facts = binding.facts
                preview.targets.append(
                    Aim(target: BindingTarget(id: facts.id, version: facts.version), aor: binding.texts.aor)
                )
            }
        }
        guard !preview.targets.isEmpty else {
            throw .nothing("there is nothing left to \(verb): gone already")
        }
        try name(&preview, script)
        return preview
    }

    /// Which addresses of record lose their last binding: all of them, or each is asked for, as far as they are listed.
    private func name(_ preview: inout Preview, _ script: ScriptContext) throws(HostError) {
        var aors: [[UInt8]: [Aim]] = [:]
        var order: [[UInt8]] = []
        for aim in preview.targets {
            if aors[aim.aor] == nil { order.append(aim.aor) }
            aors[aim.aor, default: []].append(aim)
        }
        guard preview.outcome.unreachable < order.count else {
            preview.losing = Array(order.prefix(Self.listed))
            return
        }
        for aor in order.prefix(Self.listed * 5) where preview.losing.count < Self.listed {
            guard preview.losing.count < preview.outcome.unreachable else { return }
            let outcome = try script.link.outcome(of: command(aors[aor] ?? [], script), isDryRun: true)
            if outcome.unreachable > 0 { preview.losing.append(aor) }
        }
    }

    // MARK: Telling and asking

    private func tell(_ preview: Preview, _ clock: LocalClock, _ script: ScriptContext) throws(HostError) {
        let report = ActReport(isEvict: isEvict, preview: preview.outcome, clock: clock)
        let what = preview.count == 1 ? "1 binding" : "\(TimeText.count(preview.count)) bindings"
        try script.output.line("\(isDryRun ? "would " : "")\(verb) \(what):")
        for target in preview.outcome.targets.prefix(Self.listed) {
            try script.output.line("  \(report.line(target))")
        }
        if preview.count > Self.listed {
            try script.output.line("  and \(TimeText.count(preview.count - Self.listed)) more")
        }
        for line in report.consequences(refuses: refuseFor != nil) { try script.output.line(line) }
        if let refuseFor, isEvict {
            try script.output.line(
                "Their next REGISTERs are refused with 403 for \(TimeText.length(refuseFor.seconds))."
            )
        }
        if let rate { try script.output.line(pace(preview.count, rate)) }
        guard !preview.losing.isEmpty else { return }
        let names = preview.losing.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        let more = preview.outcome.unreachable - preview.losing.count
        try script.output.line(
            "last binding of: \(names)\(more > 0 ? " and \(TimeText.count(more)) more" : "")"
        )
    }

    private func confirm(_ count: Int, _ person: any Questioner) throws(HostError) {
        guard person.isThere else {
            throw .refused("nothing done: not confirmed, and nobody is there to be asked; give --yes")
        }
        if count > Self.countTypedAbove || filter != nil {
            let answer = person.answer(to: "type \(count) to \(verb) them: ")
            guard answer?.filter({ $0 != " " && $0 != "," }) == String(count) else {
                throw .refused("nothing done: not confirmed")
            }
        } else {
            let answer = person.answer(to: "\(verb) \(count == 1 ? "it" : "them")? [y/N] ")?.lowercased()
            guard answer == "y" || answer == "yes" else { throw .refused("nothing done: not confirmed") }
        }
    }

    // MARK: Acting

    private func act(_ aims: [Aim], _ script: ScriptContext) throws(HostError) {
        var preview = Preview()
        var numbers: [CommandID] = []
        var counts: [TargetOutcome: Int] = [:]
        let at = try script.link.window(WindowQuery(subject: .blocks(filter: nil), height: 0)).at
        preview.at = at
        let parts = batches(aims)
        for (index, part) in parts.enumerated() {
            let outcome = try script.link.outcome(of: command(part, script), isDryRun: false)
            if let refusal = outcome.refusal {
                let done = counts[.done].map { "; \(TimeText.count($0)) were \(past) before" } ?? ""
                throw .refused("\(verb) refused: \(refusal)\(done)")
            }
            if let id = outcome.id, outcome.count(.done) > 0 { numbers.append(id) }
            for target in outcome.targets { counts[target.outcome, default: 0] += 1 }
            preview.outcome.unreachable += outcome.unreachable
            preview.outcome.undoUntil = [preview.outcome.undoUntil, outcome.undoUntil].compactMap { $0 }.max()
            if isJSON {
                // With one command the header can say how it ended; with more, each says so as it ends.
                preview.outcome.targets = outcome.targets
                try json(
                    outcome.targets,
                    isWhole: parts.count == 1,
                    preview,
                    outcome.id.map { [$0] } ?? [],
                    script
                )
            } else {
                try lines(outcome.targets, script.clock(at), script)
            }
            if parts.count > 1, !isJSON, index + 1 < parts.count { try script.output.flush() }
        }
        if !isJSON { try summary(counts, numbers, preview.outcome, script.clock(at), script) }
        if counts[.done] == nil {
            try script.output.finish()
            throw .nothing("nothing was done: all had changed or gone meanwhile")
        }
    }

    private func lines(
        _ targets: [(binding: Binding, outcome: TargetOutcome)],
        _ clock: LocalClock,
        _ script: ScriptContext,
    ) throws(HostError) {
        let wanted = ["outcome", "aor", "contact", "source"]
        let fields = TargetFields.table.filter { wanted.contains($0.name) }
            .sorted { (wanted.firstIndex(of: $0.name) ?? 0) < (wanted.firstIndex(of: $1.name) ?? 0) }
        let writer = ReportWriter(format: .text, fields: fields, sink: script.output)
        for target in targets { try writer.row(target, clock) }
    }

    private func summary(
        _ counts: [TargetOutcome: Int],
        _ numbers: [CommandID],
        _ outcome: CommandOutcome,
        _ clock: LocalClock,
        _ script: ScriptContext,
    ) throws(HostError) {
        var parts = ["\(TimeText.count(counts[.done] ?? 0)) \(past)"]
        if let changed = counts[.changed] {
            parts.append("\(TimeText.count(changed)) skipped: refreshed meanwhile")
        }
        if let gone = counts[.gone] { parts.append("\(TimeText.count(gone)) skipped: gone already") }
        if outcome.unreachable > 0 {
            parts.append(
                "\(TimeText.count(outcome.unreachable, "address", plural: "addresses")) of record left without any"
            )
        }
        try script.output.line(parts.joined(separator: ", "))
        guard !numbers.isEmpty else { return }
        let until = outcome.undoUntil.map { "  (possible until \(clock.clock($0)))" } ?? ""
        let list = numbers.map { "\($0.rawValue)" }.joined(separator: " ")
        try script.output.line("put back: regtop undo \(list)\(until)")
    }

    private func json(
        _ targets: [(binding: Binding, outcome: TargetOutcome)],
        isWhole: Bool,
        _ preview: Preview,
        _ numbers: [CommandID],
        _ script: ScriptContext,
    ) throws(HostError) {
        typealias Named = ScriptContext.Named
        let clock = script.clock(preview.at)
        let fields = isDryRun ? TargetFields.dryRun : TargetFields.table
        let writer = ReportWriter(format: .json, fields: fields, sink: script.output)
        let until = preview.outcome.undoUntil.map { FieldValue.time(clock.now.wall(at: $0)) } ?? .none
        try writer.begin(
            script.header(verb, at: clock) + [
                Named("dry_run", .flag(isDryRun)), Named("reason", .text(reason)),
                Named("matched", .number(isDryRun ? preview.count : targets.count)),
                Named("unreachable", .number(preview.outcome.unreachable)),
                Named("undo", numbers.first.map { .number(Int(clamping: $0.rawValue)) } ?? .none),
                Named("undo_until", numbers.isEmpty ? .none : until),
                Named("whole", .flag(isWhole)),
            ]
        )
        for target in targets { try writer.row(target, clock) }
    }
}
