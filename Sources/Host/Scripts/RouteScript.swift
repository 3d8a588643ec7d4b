import BindingTable
import Cells
import Console
import ConsoleLink
import SIPMessage
import Timing

/// `regtop route AOR`: what a call to an address of record would come to now, answered by the function that decides for
/// real.
public struct RouteScript {
    private let query: RouteQuery
    /// JSON instead of lines.
    public var isJSON = false

    /// A call to an address of record.
    public init(_ aor: String) { query = RouteQuery(aor: Array(aor.utf8)) }

    /// Writes where it would go. Throws 3 if it would reach nobody, 2 if that is no address of record.
    public func run(_ script: ScriptContext) throws(HostError) {
        guard query.aor.count <= RouteQuery.maximumLength else {
            throw .usage("that is too long for an address of record")
        }
        guard case .route(let answer, _) = try script.link.ask({ .route(query, serial: $0) }) else {
            throw ScriptContext.strange
        }
        if let problem = answer.problem { throw .usage(problem) }
        if isJSON {
            try json(answer, script)
        } else {
            for line in RouteReport(answer).lines { try script.output.line(line) }
        }
        try script.output.finish()
        guard !answer.reachesSomebody else { return }
        let name = SafeText(bytes: answer.aor).string
        throw .nothing("\(name): a call reaches nobody")
    }

    private func json(_ answer: RouteAnswer, _ script: ScriptContext) throws(HostError) {
        typealias Named = ScriptContext.Named
        let clock = script.clock(script.welcome.clock.timestamp)
        let writer = ReportWriter(format: .json, fields: BlockFields.table, sink: script.output)
        let name = SafeText(bytes: answer.aor).string
        let why: FieldValue = answer.reason == nil ? .none : .text(RouteReport.refusal(answer, name))
        try writer.object(
            script.header("route", at: clock) + [
                Named("aor", .bytes(answer.aor)), Named("outcome", .text(answer.outcome.codingWord)),
                Named("reaches_somebody", .flag(answer.reachesSomebody)),
                Named("calls_off", .flag(answer.isOff)),
                Named("status", .number(answer.isOff ? 405 : Int(answer.status))),
                Named("why", why),
                Named("contacts", .list(answer.contacts.map { .bytes(Redaction.withoutPasswords($0)) })),
                Named("ringing", .number(Int(answer.ringing))),
                Named("timer_c", .number(Int(answer.timerC))),
                Named("record_route", .flag(answer.recordsRoute)),
            ]
        )
        for (index, group) in answer.groups.enumerated() {
            for target in group { try writer.object(Self.fields(target, group: index + 1)) }
        }
    }

    private static func fields(_ target: RouteTarget, group: Int) -> [ScriptContext.Named] {
        typealias Named = ScriptContext.Named
        return [
            Named("group", .number(group)), Named("fallback", .flag(target.isFallback)),
            Named("request_uri", .bytes(Redaction.withoutPasswords(target.requestURI))),
            Named("route", .list(target.route.map { .bytes($0) })), Named("host", .bytes(target.host)),
            Named("port", target.port == 0 ? .none : .number(Int(target.port))),
            Named("transport", target.transport.map { .text($0.name) } ?? .none),
            Named("flow", .flag(target.isFlow)),
            Named("connection", target.connection == 0 ? .none : .number(Int(clamping: target.connection))),
            Named("binding", RouteReport.binding(target).map { .text($0) } ?? .none),
            Named("reached", .flag(!target.isLost)),
            Named("troubles", .list(target.troubles.map { .text($0.codingWord) })),
        ]
    }
}
