internal import BindingTable
internal import Cells
internal import ConsoleLink
internal import Monitor
internal import Timing

/// An evict or expire in lines: looks who is hit, says what it does, asks, and acts on what was looked at.
struct PlainAct: Sendable {
    /// How far it has come.
    enum Stage: Sendable {
        /// The bindings are being sought.
        case seeking
        /// A dry run of these targets is out.
        case looking([BindingTarget])
        /// It waits for a yes.
        case asking([BindingTarget])
        /// It has been sent.
        case performing([BindingTarget])
    }

    var isEvict: Bool
    /// Whose bindings, as written.
    var name: String
    var inquiry: ReportInquiry
    var stage = Stage.seeking

    init(isEvict: Bool, name: String, inquiry: ReportInquiry) {
        (self.isEvict, self.name, self.inquiry) = (isEvict, name, inquiry)
    }

    var verb: String { isEvict ? "evict" : "expire" }
    /// It waits for a yes.
    var isAsking: Bool { if case .asking = stage { true } else { false } }
    /// It has been sent.
    var isPerforming: Bool { if case .performing = stage { true } else { false } }

    private func operatorVerb(_ targets: [BindingTarget]) -> OperatorVerb {
        isEvict ? .evict(targets, refuseFor: nil) : .expire(targets)
    }

    /// What is to be asked next; nil while it waits for a person.
    func request(command: (OperatorVerb) -> OperatorCommand, serial: UInt64) -> LinkRequest? {
        switch stage {
        case .seeking:
            guard case .window(let query) = inquiry.question else { return nil }
            return .query(query, serial: serial)
        case .looking(let targets): return .preview(command(operatorVerb(targets)), serial: serial)
        case .asking: return nil
        case .performing(let targets): return .perform(command(operatorVerb(targets)), serial: serial)
        }
    }
}

extension PlainModel {
    /// Goes on with an act.
    mutating func take(_ update: LinkUpdate, for old: PlainAct, at now: ClockReading) {
        var act = old
        switch (act.stage, update) {
        case (.seeking, _):
            take(update, into: &act.inquiry)
            if act.inquiry.hasBindings { look(&act) } else { job = .act(act) }
        case (.looking, .preview(let outcome, _)): tellPreview(outcome, &act, at: now)
        case (.performing, .outcome(let outcome, _)):
            job = nil
            tellOutcome(outcome, act)
        default: job = nil
        }
    }

    /// The bindings are known: what would it do?
    private mutating func look(_ act: inout PlainAct) {
        let rows = act.inquiry.facts.live.map(\.row)
        guard !rows.isEmpty else {
            job = nil
            return say("\(act.name) has no binding: there is nothing to \(act.verb)")
        }
        let count = act.inquiry.facts.bindingCount
        if count > rows.count {
            say(
                "\(act.name) has \(count) bindings: these are the first \(rows.count); regtop \(act.verb) takes all"
            )
        }
        act.stage = .looking(rows.map(\.target))
        job = .act(act)
    }

    private mutating func tellPreview(_ outcome: CommandOutcome, _ act: inout PlainAct, at now: ClockReading)
    {
        job = nil
        if let refusal = outcome.refusal { return say("\(act.verb) refused: \(refusal)") }
        let hit = outcome.targets.filter { $0.outcome == .done || $0.outcome == .changed }
        guard !hit.isEmpty else { return say("there is nothing left to \(act.verb): gone already") }
        let report = ActReport(isEvict: act.isEvict, preview: outcome, clock: clock(now))
        say("\(act.verb) \(TimeText.count(hit.count, "binding")):")
        for target in hit { say(report.line(target)) }
        for line in report.consequences(refuses: false) { say(line) }
        say("type yes to \(act.verb) \(hit.count == 1 ? "it" : "them"); anything else does nothing")
        act.stage = .asking(
            hit.map { BindingTarget(id: $0.binding.facts.id, version: $0.binding.facts.version) }
        )
        job = .act(act)
    }

    /// The line that answers the question.
    mutating func answer(_ line: String, _ old: PlainAct, at now: ClockReading) {
        guard case .asking(let targets) = old.stage else { return }
        guard line.lowercased() == "yes" else {
            job = nil
            return say("nothing done")
        }
        var act = old
        act.stage = .performing(targets)
        job = .act(act)
    }

    private mutating func tellOutcome(_ outcome: CommandOutcome, _ act: PlainAct) {
        if let refusal = outcome.refusal { return say("\(act.verb) refused, nothing done: \(refusal)") }
        let done = outcome.count(.done)
        for target in outcome.targets where target.outcome != .done {
            say("\(BindingColumns.text(target.binding.texts.aor)): skipped, \(ActWords.word(target.outcome))")
        }
        let past = act.isEvict ? "evicted" : "expired"
        let text = "\(past) \(TimeText.count(done, "binding"))"
        guard done > 0, let id = outcome.id else {
            return say("nothing was done: it has changed or gone meanwhile")
        }
        acts.append((id, text))
        if acts.count > 100 { acts.removeFirst() }
        say("\(text); undo puts back")
    }

    /// What an undo came to.
    mutating func tellUndo(_ outcome: CommandOutcome) {
        if let refusal = outcome.refusal { return say("undo refused: \(refusal)") }
        for target in outcome.targets where target.outcome != .done {
            say("\(BindingColumns.text(target.binding.texts.aor)): \(ActWords.word(target.outcome))")
        }
        say("\(TimeText.count(outcome.count(.done), "binding")) put back")
    }
}
