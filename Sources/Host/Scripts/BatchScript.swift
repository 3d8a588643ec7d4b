import BindingTable
import Console
import ConsoleLink
import Monitor
public import Timing

/// `regtop --batch`: what a view of the console shows, again and again, without escape sequences.
public struct BatchScript {
    /// Which view.
    public enum View: String, Sendable, CaseIterable {
        case bindings, attempts, overview, security, devices
    }

    /// Which view.
    public var view = View.bindings
    /// In the console's filter language; empty: all.
    public var filter = ""
    /// How often; nil: until it is ended.
    public var count: Int?
    /// Between two pictures.
    public var every = Interval.seconds(1)
    /// How it is written.
    public var format = ReportFormat.text

    /// Bindings, once a second.
    public init() {}

    /// Writes the pictures.
    public func run(_ script: ScriptContext) throws(HostError) {
        var number = 0
        while count.map({ number < $0 }) ?? true {
            if number > 0 {
                script.pause(every.milliseconds)
                if format == .text { try script.output.write([0x0a]) }
            }
            try picture(script, isFirst: number == 0)
            try script.output.flush()
            number += 1
        }
        try script.output.finish()
    }

    private func picture(_ script: ScriptContext, isFirst: Bool) throws(HostError) {
        switch view {
        case .bindings: try bindings(script, isFirst)
        case .attempts: try attempts(script, isFirst)
        case .overview: try overview(script, isFirst)
        case .security: try security(script, isFirst)
        case .devices: try devices(script, isFirst)
        }
    }

    /// Rows of a picture behind its header.
    private func writer<Row>(
        _ all: [ReportField<Row>],
        listed: [String],
        at clock: LocalClock,
        _ script: ScriptContext,
    ) -> ReportWriter<Row> {
        let fields = format == .text ? listed.compactMap { name in all.first { $0.name == name } } : all
        let lead = format == .csv ? [ScriptContext.Named("time", .time(clock.now.wall))] : []
        return ReportWriter(format: format, fields: fields, sink: script.output, lead: lead)
    }

    private func begin<Row>(
        _ writer: ReportWriter<Row>,
        _ window: Window,
        _ clock: LocalClock,
        _ isFirst: Bool,
        _ script: ScriptContext,
    ) throws(HostError) {
        switch format {
        case .csv: if isFirst { try writer.names() }
        case .json:
            try writer.begin(
                script.header(view.rawValue, at: clock) + [
                    .init("filter", .text(filter)), .init("matched", .number(window.matched)),
                    .init("total", .number(window.total)),
                ]
            )
        case .text:
            let now = script.dated(clock.now.wall)
            let only = filter.isEmpty ? "" : "  filter: \(filter)"
            let count = "\(TimeText.count(window.matched)) of \(TimeText.count(window.total))"
            let what = view == .overview ? "" : "  \(count)"
            try script.output.line("regtop \(script.welcome.host)  \(now)  \(view.rawValue)\(what)\(only)")
            if view != .overview { try writer.begin([]) }
        }
    }

    private func bindings(_ script: ScriptContext, _ isFirst: Bool) throws(HostError) {
        let filter = try ScriptContext.filter(filter, .bindings)
        let fields = BindingFields.exchanged.compactMap(BindingFields.field)
        let pages = BindingPages(script: script, filter: filter, order: BindingOrder())
        var clockNow = script.clock(script.welcome.clock.timestamp)
        try pages.read { (window, clock) throws(HostError) in
            clockNow = clock
            let writer = writer(fields, listed: BindingFields.listed, at: clock, script)
            try begin(writer, window, clock, isFirst, script)
        } take: { (row, clock) throws(HostError) in
            try writer(fields, listed: BindingFields.listed, at: clockNow, script).row(row, clock)
        }
    }

    private func attempts(_ script: ScriptContext, _ isFirst: Bool) throws(HostError) {
        let filter = try ScriptContext.filter(filter, .attempts)
        let query = WindowQuery(
            subject: .attempts(filter: filter, failuresOnly: false),
            anchor: .end,
            height: WindowQuery.maximumHeight
        )
        let window = try script.link.window(query)
        guard case .attempts(let rows) = window.content else { throw ScriptContext.strange }
        let clock = script.clock(window.at)
        let writer = writer(AttemptFields.table, listed: AttemptFields.listed, at: clock, script)
        try begin(writer, window, clock, isFirst, script)
        for row in rows { try writer.row(row, clock) }
    }

    private func security(_ script: ScriptContext, _ isFirst: Bool) throws(HostError) {
        let query = WindowQuery(
            subject: .security(.source, matching: filter),
            height: WindowQuery.maximumHeight
        )
        let window = try script.link.window(query)
        guard case .security(let picture) = window.content else { throw ScriptContext.strange }
        let clock = script.clock(window.at)
        let writer = writer(SecurityFields.table, listed: SecurityFields.listed, at: clock, script)
        try begin(writer, window, clock, isFirst, script)
        for row in picture.rows { try writer.row(row, clock) }
    }

    private func devices(_ script: ScriptContext, _ isFirst: Bool) throws(HostError) {
        let query = WindowQuery(
            subject: .devices(.agent, matching: filter),
            height: WindowQuery.maximumHeight
        )
        let window = try script.link.window(query)
        guard case .devices(let picture) = window.content else { throw ScriptContext.strange }
        let clock = script.clock(window.at)
        let writer = writer(DeviceFields.table, listed: DeviceFields.listed, at: clock, script)
        try begin(writer, window, clock, isFirst, script)
        for row in picture.rows { try writer.row(row, clock) }
    }

    private func overview(_ script: ScriptContext, _ isFirst: Bool) throws(HostError) {
        let window = try script.link.window(WindowQuery(subject: .overview, height: 0))
        guard case .overview(let numbers) = window.content else { throw ScriptContext.strange }
        let clock = script.clock(window.at)
        let writer = writer(OverviewFields.table, listed: [], at: clock, script)
        try begin(writer, window, clock, isFirst, script)
        guard format == .text else { return try writer.row(numbers, clock) }
        let width = OverviewFields.table.map(\.name.utf8.count).max() ?? 0
        for field in OverviewFields.table {
            let blanks = String(repeating: " ", count: width - field.name.utf8.count)
            try script.output.line("\(field.name)\(blanks)  \(field.text(numbers, clock))")
        }
    }
}
