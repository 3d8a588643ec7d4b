import BindingTable
import Console
import ConsoleLink
import Monitor
public import Timing

/// `regtop history`: what happened to bindings, newest first, out of the journal.
public struct HistoryScript {
    /// The address of record; nil: all.
    public var name: String?
    /// Only what happened from then on.
    public var since: WallTime?
    /// In the console's filter language; empty: all.
    public var filter = ""
    /// Most events.
    public var limit = 100
    /// How it is written.
    public var format = ReportFormat.text

    /// The last events of all.
    public init() {}

    /// Writes the events. Throws 3 if there is none.
    public func run(_ script: ScriptContext) throws(HostError) {
        var aor: [UInt8]?
        if let name { aor = try ScriptTarget.addressOfRecord(name) }
        let clock = script.clock(script.welcome.clock.timestamp)
        let fields = HistoryFields.table
        let writer = ReportWriter(format: format, fields: fields, sink: script.output)
        let filter = try ScriptContext.filter(filter, .history)
        let reading = FilterClock(clock.now, utcOffset: script.utcOffset)
        var left = max(1, limit)
        var before: WallTime?
        var last: Set<Int64> = []
        var count = 0
        while left > 0 {
            let part = filter == nil ? min(left + last.count, HistoryQuery.maximum) : HistoryQuery.maximum
            let page = try page(HistoryQuery(aor: aor, since: since, before: before, limit: part), script)
            if count == 0, last.isEmpty { try begin(writer, page, clock, script) }
            let fresh = page.entries.filter { !last.contains($0.number) }
            let chosen = (filter?.passing(fresh, clock: reading) ?? fresh).prefix(left)
            for entry in chosen {
                if format == .text {
                    let who = name == nil ? "\(String(decoding: entry.binding.aor, as: UTF8.self))  " : ""
                    try script.output.line(who + HistoryFields.line(entry, clock))
                } else {
                    try writer.row(entry, clock)
                }
            }
            count += chosen.count
            left -= chosen.count
            guard let oldest = page.entries.last, !fresh.isEmpty, page.entries.count == part else { break }
            // What happened at the very moment where the page ends may not have been on it.
            before = oldest.at + Interval(nanoseconds: 1)
            last = Set(page.entries.filter { $0.at == oldest.at }.map(\.number))
        }
        try script.output.finish()
        if count == 0 {
            throw .nothing("\(name ?? "history"): nothing is kept\(sinceText(script))\(filterText)")
        }
    }

    private var filterText: String { filter.isEmpty ? "" : " that passes \(filter)" }

    private func sinceText(_ script: ScriptContext) -> String {
        since.map { " since \(script.dated($0))" } ?? ""
    }

    private func page(_ query: HistoryQuery, _ script: ScriptContext) throws(HostError) -> HistoryPage {
        guard case .history(let page, _) = try script.link.ask({ .history(query, serial: $0) }) else {
            throw ScriptContext.strange
        }
        if let refusal = page.refusal { throw HostError(refusal, exitCode: 1) }
        return page
    }

    private func begin(
        _ writer: ReportWriter<HistoryEntry>,
        _ page: HistoryPage,
        _ clock: LocalClock,
        _ script: ScriptContext,
    ) throws(HostError) {
        guard format != .text else { return }
        try writer.begin(
            script.header("history", at: clock) + [
                .init("aor", name.map { .text($0) } ?? .none),
                .init("since", since.map { .time($0) } ?? .none),
                .init("oldest", page.oldest.map { .time($0) } ?? .none),
            ]
        )
    }
}
