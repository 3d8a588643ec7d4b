import BindingTable
import Console
import ConsoleLink
import Monitor
public import Timing

/// `regtop list` and `regtop export`: bindings, row by row.
public struct ListScript {
    /// In the console's filter language; empty: all.
    public var filter = ""
    /// Column that rows are sorted by.
    public var sort = "aor"
    /// The order itself, where it has no need of a name.
    var order: BindingOrder?
    /// Largest first.
    public var isReverse = false
    /// Names of the fields; nil: the usual ones of the format.
    public var columns: [String]?
    /// Most rows; nil: all.
    public var limit: Int?
    /// How it is written.
    public var format = ReportFormat.text
    /// The table as it was then.
    public var at: WallTime?
    /// All fields unless some are named.
    public var isExport = false
    /// Rows of a window, for tests.
    var height = WindowQuery.maximumHeight

    /// All bindings by address of record.
    public init() {}

    /// Names of all fields.
    public static var allColumns: [String] { BindingFields.table.map(\.name) }

    /// Writes the rows. Throws 3 if there is none.
    public func run(_ script: ScriptContext) throws(HostError) {
        let filter = try ScriptContext.filter(filter, .bindings)
        guard let column = BindingFields.column(sort) else {
            let known = BindingFields.sortable.joined(separator: ", ")
            throw .usage("--sort \(sort): rows can be sorted by \(known)")
        }
        let order = order ?? BindingOrder(column: column, descending: isReverse)
        let writer = ReportWriter(format: format, fields: try fields(), sink: script.output)
        let moment = try script.replay(at: at)
        var pages = BindingPages(script: script, filter: filter, order: order, limit: limit)
        pages.height = height
        var count = 0
        try pages.read { (window, clock) throws(HostError) in
            // Heads over nothing are no help to people; programs get their header.
            script.output.expect(window.matched)
            if format == .text, window.matched == 0 { return }
            try writer.begin(header(script, window, moment(clock)))
        } take: { (row, clock) throws(HostError) in
            count += 1
            try writer.row(row, moment(clock))
        }
        if count > 0 {
            try script.output.finish()
        } else {
            try script.output.abandon()
            throw .nothing(filter == nil ? "nobody is registered" : "no binding matches \(self.filter)")
        }
    }

    private func fields() throws(HostError) -> [ReportField<BindingRow>] {
        if columns == nil, isExport { return BindingFields.table }
        let usual = format == .text ? BindingFields.listed : BindingFields.exchanged
        return try ReportWriter<BindingRow>.fields(
            columns ?? usual,
            of: BindingFields.field,
            known: BindingFields.table.map(\.name)
        )
    }

    private func header(_ script: ScriptContext, _ window: Window, _ clock: LocalClock) -> [ScriptContext
        .Named]
    {
        typealias Named = ScriptContext.Named
        return script.header("bindings", at: clock) + [
            Named("filter", .text(filter)), Named("sort", .text(sort)), Named("reverse", .flag(isReverse)),
            Named("matched", .number(window.matched)), Named("total", .number(window.total)),
        ]
    }
}

extension ScriptContext {
    /// Has the registrar answer from the table as it was; gives what turns a clock of the answers into one of then.
    func replay(at moment: WallTime?) throws(HostError) -> (LocalClock) -> LocalClock {
        guard let moment else { return { $0 } }
        guard case .replay(let report, _) = try link.ask({ .replay(at: moment, serial: $0) }) else {
            throw Self.strange
        }
        if let refusal = report.refusal {
            let oldest = report.oldest.map { "; the journal goes back to \(dated($0))" } ?? ""
            throw HostError("--at: \(refusal)\(oldest)", exitCode: 1)
        }
        let shown = report.at ?? moment
        return { clock in
            LocalClock(
                now: ClockReading(timestamp: clock.now.timestamp, wall: shown),
                utcOffset: clock.utcOffset,
                isPast: true
            )
        }
    }

    /// `2026-11-26 12:04:31`, where the operator is.
    func dated(_ wall: WallTime) -> String {
        let civil = CivilTime(wall, utcOffset: utcOffset)
        return "\(civil.date) \(civil.clock)"
    }

    static var strange: HostError {
        HostError(
            "the registrar gave an answer to another question; is it another version of regtop?",
            exitCode: 1
        )
    }
}
