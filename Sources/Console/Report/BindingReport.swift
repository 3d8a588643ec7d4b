public import BindingTable
internal import Cells
public import ConsoleLink
public import Monitor
internal import SIPMessage
internal import Timing

/// One binding in lines: what the console's page of it says, for a screen that scrolls away. Not sanitised.
public struct BindingReport {
    /// The lines.
    public let lines: [String]

    /// Says what there is to say of a binding, its attempts left out.
    ///
    /// - Parameter call: what the registrar says that a call would do; nil: not asked, so it is told for this binding
    ///   alone.
    public init(_ detail: BindingDetail, call: RouteAnswer? = nil, clock: LocalClock) {
        let row = detail.row
        let words = BindingLines(row: row, clock: clock)
        let count = detail.siblings.count + 1
        let id = ReportText.hex(row.binding.facts.id.rawValue)
        var lines = [
            "\(ReportText.text(row.binding.texts.aor))  binding \(detail.position) of \(count)  "
                + "\(row.isGone ? "GONE" : row.state.word)\(row.isGhost ? "  ghost" : "")  id \(id)"
        ]
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { lines.append("  \(name.padded(10))\(text)") }
        }
        func text(_ runs: [TextRun]) -> String { runs.map(\.text.string).joined() }
        add("left", text(words.expiry) + (row.isGone ? "" : ", \(words.expiryClock)"))
        add("rhythm", text(words.rhythm))
        for (name, value) in words.contact + words.network { add(name, value) }
        for (name, runs) in words.reach(shown: detail.shownContact, call: call) { add(name, text(runs)) }
        if !detail.gaps.isEmpty {
            add("gaps", detail.gaps.suffix(20).map { "\($0)" }.joined(separator: " ") + " s")
        }
        let phones = detail.ghosts.isEmpty ? [] : ["\(TimeText.count(detail.ghosts.count, "ghost")) here"]
        for remark in phones + words.remarks(phones: 0, ghosts: 0).map(\.text.string) { add("!", remark) }
        self.lines = lines
    }
}

/// One attempt in lines: when, what came of it, and why. Not sanitised, and never with an expected response.
public struct AttemptReport {
    /// The line of a list.
    public let line: String
    /// Why it came out so, and what to do about it.
    public let why: [String]

    /// Says what there is to say of an attempt; without a detail, what its row alone tells.
    public init(_ row: AttemptRow, _ detail: AttemptDetail?, clock: LocalClock) {
        let took = TimeText.delay(microseconds: Int((row.endedAt - row.startedAt).nanoseconds / 1_000))
        let steps = VerdictWords.steps(row).map(\.text.string).joined()
        let ends = row.call.map {
            "\(BindingColumns.text(Array($0.caller.utf8))) -> \(BindingColumns.text(Array(row.aor.utf8)))  "
        }
        line =
            "\(clock.dated(row.startedAt))  \(row.word.padded(8))\(row.call == nil ? "" : " ")\(steps)  \(took)  "
            + "\(ends ?? "")from \(row.path.source) \(row.path.transport.name)"
        if let detail, let call = CallWhy(detail, clock: clock) {
            why = call.lines
            return
        }
        guard let detail, let exchange = detail.exchanges.last else {
            why = ["\(VerdictWords.sentence(row))."]
            return
        }
        let panel = WhyPanel(
            detail: detail,
            exchange: exchange,
            isLast: true,
            request: detail.messages.last { $0.isRequest }?.bytes ?? [],
            clock: clock
        )
        let advice = panel.advice.isEmpty ? "" : "-> \(panel.advice)"
        why = [panel.headline.text, panel.end, panel.history, advice].filter { !$0.isEmpty }
    }
}

/// How far an act has come that is done a few bindings at a time, in a line.
public enum ProgressReport {
    /// `evicting 1,200 of 18,204, 50 a second, 5 min left`, or how it ended.
    public static func line(_ progress: ActProgress) -> String { OperationWords.progress(progress) }
}

/// What a block hits, in a line.
public enum ReachReport {
    /// `38 bindings of 12 addresses of record come from there now; 37 of them do well.`
    public static func line(_ reach: BlockReach) -> String { OperationWords.reach(reach) }
}

/// An expire or evict in lines, before it is done. Not sanitised.
public struct ActReport {
    private let plan: ActPlan
    private let clock: LocalClock

    /// - Parameter preview: what the dry run has found.
    public init(isEvict: Bool, preview: CommandOutcome, clock: LocalClock) {
        plan = ActPlan(
            kind: isEvict ? .evict : .expire,
            aim: .rows,
            seen: [],
            preview: preview,
            serial: 0
        )
        self.clock = clock
    }

    /// A target in a line.
    public func line(_ target: (binding: Binding, outcome: TargetOutcome)) -> String {
        let row = ActWords.row(target.binding, clock: clock)
        return target.outcome == .gone ? "\(row)  gone already: skipped" : row
    }

    /// What will be so afterwards: who can't be called, what phones believe, how they come back.
    public func consequences(refuses: Bool) -> [String] {
        guard let preview = plan.preview, !plan.reachable.isEmpty else { return [] }
        let all = ActWords.consequences(plan, preview, option: 0, clock: clock)
        return refuses ? Array(all.dropLast()) : all
    }
}
