import BindingTable
import Cells
import Console
import ConsoleLink
import Monitor
public import Timing

/// `regtop show` and `regtop explain AOR`: one address of record or binding, with its last attempts and why they came
/// out as they did.
public struct ShowScript {
    /// An address of record, or a binding's id.
    public var name: String
    /// Only the attempts.
    public var attemptsOnly = false
    /// JSON instead of lines.
    public var isJSON = false
    /// The table as it was then.
    public var at: WallTime?

    /// Attempts, and lines of history, that are told.
    static let attemptsShown = 10, historyShown = 20

    /// All of an address of record or a binding.
    public init(_ name: String) { self.name = name }

    /// Writes what there is. Throws 3 if there is nothing.
    public func run(_ script: ScriptContext) throws(HostError) {
        let moment = try script.replay(at: at)
        let target = try ScriptTarget(name, script)
        let found = try attemptsOnly ? [] : details(target, script)
        let aor = found.first?.detail.row.binding.texts.aor ?? target.aor
        let call =
            try found.isEmpty || at != nil
            ? nil : aor.flatMap { (aor) throws(HostError) in try self.call(aor, script) }
        let attempts = try aor.map { (aor) throws(HostError) in try self.attempts(aor, script) } ?? []
        let history =
            try attemptsOnly ? nil : aor.map { (aor) throws(HostError) in try self.history(aor, script) }
        let calls = try aor.map { (aor) throws(HostError) in try self.calls(aor, script) } ?? []
        let isEmpty = found.isEmpty && calls.isEmpty && attempts.isEmpty && (history?.entries.isEmpty ?? true)
        if isJSON {
            let clock = moment(
                found.first?.clock ?? attempts.first?.clock ?? script.clock(script.welcome.clock.timestamp)
            )
            try json(found, attempts, calls, history, moment, clock, script)
        } else if !isEmpty {
            try text(found, call, attempts, calls, history, moment, script)
        }
        if !isEmpty {
            try script.output.finish()
        } else {
            try script.output.abandon()
            throw .nothing(
                attemptsOnly
                    ? "\(name): no attempt is kept"
                    : "\(name): not registered, and no attempt or event is kept"
            )
        }
    }

    private typealias Found = (detail: BindingDetail, clock: LocalClock)
    private typealias Tried = (row: AttemptRow, detail: AttemptDetail?, clock: LocalClock)

    // MARK: Asking

    private func details(_ target: ScriptTarget, _ script: ScriptContext) throws(HostError) -> [Found] {
        let ids = try script.targets(of: target).map(\.id)
        var found: [Found] = []
        for id in ids {
            let window = try script.link.window(WindowQuery(subject: .binding(id), height: 1))
            if case .binding(let detail) = window.content { found.append((detail, script.clock(window.at))) }
        }
        return found
    }

    private func attempts(_ aor: [UInt8], _ script: ScriptContext) throws(HostError) -> [Tried] {
        let name = String(decoding: aor, as: UTF8.self)
        return try told(ScriptTarget.filter(aor), .registrations, script) { $0.aor == name }
    }

    /// Calls to it and from it.
    private func calls(_ aor: [UInt8], _ script: ScriptContext) throws(HostError) -> [Tried] {
        let name = String(decoding: aor, as: UTF8.self)
        let filter = "\(ScriptTarget.filter(aor)) or \(ScriptTarget.filter(aor, "caller"))"
        return try told(filter, .calls, script) { $0.aor == name || $0.call?.caller == name }
    }

    private func told(
        _ text: String,
        _ kind: RequestKind,
        _ script: ScriptContext,
        isOfIt: (AttemptRow) -> Bool,
    ) throws(HostError) -> [Tried] {
        let filter = try ScriptContext.filter(text, .attempts)
        let window = try script.link.window(
            WindowQuery(
                subject: .attempts(filter: filter, failuresOnly: false, kind: kind),
                anchor: .end,
                height: Self.attemptsShown
            )
        )
        guard case .attempts(let rows) = window.content else { return [] }
        var tried: [Tried] = []
        for row in rows.reversed() where isOfIt(row) {
            let window = try script.link.window(WindowQuery(subject: .attempt(row.id), height: 1))
            var known: AttemptDetail?
            if case .attempt(let detail) = window.content { known = detail }
            tried.append((known?.row ?? row, known, script.clock(window.at)))
        }
        return tried
    }

    /// What a call to it would do now; nil: whoever answers can't say.
    private func call(_ aor: [UInt8], _ script: ScriptContext) throws(HostError) -> RouteAnswer? {
        let query = RouteQuery(aor: aor)
        guard aor.count <= RouteQuery.maximumLength,
            case .route(let answer, _) = try script.link.ask({ .route(query, serial: $0) })
        else { return nil }
        return answer.problem == nil ? answer : nil
    }

    private func history(_ aor: [UInt8], _ script: ScriptContext) throws(HostError) -> HistoryPage {
        let query = HistoryQuery(aor: aor, limit: Self.historyShown)
        guard case .history(let page, _) = try script.link.ask({ .history(query, serial: $0) }) else {
            throw ScriptContext.strange
        }
        return page
    }

    // MARK: Writing

    private func text(
        _ found: [Found],
        _ call: RouteAnswer?,
        _ attempts: [Tried],
        _ calls: [Tried],
        _ history: HistoryPage?,
        _ moment: (LocalClock) -> LocalClock,
        _ script: ScriptContext,
    ) throws(HostError) {
        let out = script.output
        if found.isEmpty, !attemptsOnly { try out.line("\(name): not registered") }
        for (index, one) in found.enumerated() {
            if index > 0 { try out.line("") }
            let report = BindingReport(one.detail, call: call, clock: moment(one.clock))
            for line in report.lines { try out.line(line) }
        }
        if !attempts.isEmpty {
            try out.line(attemptsOnly ? "last attempts of \(name), newest first" : "")
            if !attemptsOnly { try out.line("last attempts, newest first") }
        }
        try tell(attempts, out)
        if !calls.isEmpty {
            if !attempts.isEmpty || !attemptsOnly { try out.line("") }
            try out.line("last calls\(attemptsOnly ? " of \(name)" : ""), newest first")
        }
        try tell(calls, out)
        guard let history else { return }
        if !history.entries.isEmpty {
            try out.line("")
            try out.line("history, newest first")
        }
        for entry in history.entries {
            let clock = script.clock(script.welcome.clock.timestamp)
            try out.line("  \(HistoryFields.line(entry, clock))")
        }
        if let refusal = history.refusal { try out.line("history: \(refusal)") }
    }

    private func tell(_ tried: [Tried], _ out: any ScriptSink) throws(HostError) {
        for tried in tried {
            let report = AttemptReport(tried.row, tried.detail, clock: tried.clock)
            try out.line("  \(report.line)")
            for line in report.why { try out.line("      \(line)") }
        }
    }

    private func json(
        _ found: [Found],
        _ attempts: [Tried],
        _ calls: [Tried],
        _ history: HistoryPage?,
        _ moment: (LocalClock) -> LocalClock,
        _ clock: LocalClock,
        _ script: ScriptContext,
    ) throws(HostError) {
        typealias Named = ScriptContext.Named
        func writer<Row>(_ kind: String, _ fields: [ReportField<Row>]) -> ReportWriter<Row> {
            ReportWriter(
                format: .json,
                fields: fields,
                sink: script.output,
                lead: [Named("kind", .text(kind))]
            )
        }
        let head = writer("header", BindingFields.table)
        try head.object(
            script.header(attemptsOnly ? "attempts" : "binding", at: clock) + [
                Named("name", .text(name)), Named("bindings", .number(found.count)),
                Named("attempts", .number(attempts.count)), Named("calls", .number(calls.count)),
            ]
        )
        for one in found {
            try writer("binding", BindingFields.table).row(one.detail.row, moment(one.clock))
        }
        for tried in attempts + calls {
            let report = AttemptReport(tried.row, tried.detail, clock: tried.clock)
            let fields = AttemptFields.table.filter { $0.name != "why" }
            let values = fields.map { Named($0.name, $0.value(tried.row, tried.clock)) }
            try head.object(
                [Named("kind", .text(tried.row.call == nil ? "attempt" : "call"))] + values + [
                    Named("why", .text(report.why.joined(separator: " ")))
                ]
            )
        }
        for entry in history?.entries ?? [] { try writer("history", HistoryFields.table).row(entry, clock) }
    }
}
