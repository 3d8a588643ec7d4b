import BindingTable
import Console
import ConsoleLink
import Monitor
import Timing

/// `regtop report`: all that a ticket needs to know of an address of record.
public struct ReportScript {
    /// An address of record, or only a user.
    public var name: String

    /// A report of a name.
    public init(_ name: String) { self.name = name }

    /// Writes the report. Throws 3 if nothing is known of the name; that is written all the same.
    public func run(_ script: ScriptContext) throws(HostError) {
        guard name.contains(where: { $0 != " " }) else {
            throw .usage("report: write user@domain, or a user")
        }
        var inquiry = ReportInquiry(name, host: script.welcome.host)
        var at = script.welcome.clock.timestamp
        while let question = inquiry.question {
            switch question {
            case .window(let query):
                let window = try script.link.window(query)
                at = window.at
                if !inquiry.take(window) { script.pause(20) }
            case .history(let query):
                guard case .history(let page, _) = try script.link.ask({ .history(query, serial: $0) }) else {
                    throw ScriptContext.strange
                }
                inquiry.take(page)
            case .call(let query):
                guard case .route(let answer, _) = try script.link.ask({ .route(query, serial: $0) }) else {
                    throw ScriptContext.strange
                }
                inquiry.take(answer)
            case .rules(let query):
                guard case .explanation(let answer, _) = try script.link.ask({ .explain(query, serial: $0) })
                else { throw ScriptContext.strange }
                inquiry.take(answer)
            }
        }
        let report = TicketReport(inquiry.facts, clock: script.clock(at))
        for line in report.lines { try script.output.line(line) }
        try script.output.finish()
        if report.isEmpty { throw .nothing("\(name): nothing is known of it") }
    }
}
