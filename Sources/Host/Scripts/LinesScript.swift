import BindingTable
import Console
import ConsoleLink
import Monitor
import Timing

/// Lists of the console that have no command of their own, written whole: log, audit trail, blocks, who fails, and
/// numbers.
struct LinesScript {
    enum List {
        case log(filter: Filter?, level: Notice.Level)
        case audit(filter: Filter?)
        case blocks(filter: Filter?)
        case security(SecurityGroup, filter: Filter?)
        case devices(DeviceGroup, filter: Filter?)
        case overview
    }

    let list: List
    let format: ReportFormat

    /// Writes the rows. Throws 3 if there is none.
    func run(_ script: ScriptContext) throws(HostError) {
        if case .overview = list { return try overview(script) }
        let count =
            switch list {
            case .log(let filter, let level):
                try lines("log", .log(filter: filter, level: level), LogFields.table, script) { content in
                    guard case .log(let lines) = content else { return nil }
                    return lines.map { ($0, .line($0.number)) }
                }
            case .audit(let filter):
                try lines("audit", .audit(filter: filter), AuditFields.table, script) { content in
                    guard case .audit(let lines) = content else { return nil }
                    return lines.map { ($0, .line($0.number)) }
                }
            case .blocks(let filter):
                try lines("blocks", .blocks(filter: filter), BlockFields.table, script) { content in
                    guard case .blocks(let blocks) = content else { return nil }
                    return blocks.map { ($0, nil) }
                }
            case .security(let group, let filter):
                try lines(
                    "security",
                    .security(group, filter: filter),
                    SecurityFields.table,
                    listed: SecurityFields.listed,
                    script
                ) { content in
                    guard case .security(let picture) = content else { return nil }
                    return picture.rows.map { ($0, nil) }
                }
            case .devices(let group, let filter):
                try lines(
                    "devices",
                    .devices(group, filter: filter),
                    DeviceFields.table,
                    listed: DeviceFields.listed,
                    script
                ) { content in
                    guard case .devices(let picture) = content else { return nil }
                    return picture.rows.map { ($0, nil) }
                }
            // Written above.
            case .overview: 0
            }
        guard count == 0 else { return try script.output.finish() }
        try script.output.abandon()
        throw .nothing("there is no row to write")
    }

    private func overview(_ script: ScriptContext) throws(HostError) {
        var batch = BatchScript()
        (batch.view, batch.format, batch.count) = (.overview, format, 1)
        if format == .text { script.output.noteRow() }
        try batch.run(script)
    }

    /// Reads a list window by window: behind the last line by its number, else by position.
    private func lines<Row>(
        _ what: String,
        _ subject: WindowQuery.Subject,
        _ all: [ReportField<Row>],
        listed: [String]? = nil,
        _ script: ScriptContext,
        rows: (Window.Content) -> [(row: Row, id: RowID?)]?,
    ) throws(HostError) -> Int {
        let shown = listed.map { names in names.compactMap { name in all.first { $0.name == name } } }
        let fields = format == .text ? shown ?? all : all
        let writer = ReportWriter(format: format, fields: fields, sink: script.output)
        var anchor = WindowQuery.Anchor.rank(0)
        var last: RowID?
        var count = 0
        while true {
            let height = WindowQuery.maximumHeight
            let window = try script.link.window(
                WindowQuery(subject: subject, anchor: anchor, height: height)
            )
            guard let found = rows(window.content) else { throw ScriptContext.strange }
            let clock = script.clock(window.at)
            if count == 0, !found.isEmpty {
                script.output.expect(window.matched)
                let matched = ScriptContext.Named("matched", .number(window.matched))
                try writer.begin(script.header(what, at: clock) + [matched])
            }
            // The window may begin with the line that it is held by, or before it where there is no more.
            let known = last.flatMap { last in found.lastIndex { $0.id == last } }
            let begun = known.map { $0 + 1 } ?? max(0, last == nil ? count - window.rank : 0)
            let fresh = found.dropFirst(begun)
            for (row, _) in fresh { try writer.row(row, clock) }
            count += fresh.count
            guard let end = fresh.last, window.rank + found.count < window.matched else { return count }
            last = end.id
            anchor = end.id.map { .row($0, offset: 0) } ?? .rank(count)
        }
    }
}
