import Cells
import Console
import ConsoleLink
import Timing

/// `regtop stats`: all counters and gauges.
public struct StatisticsScript {
    /// JSON instead of lines.
    public var isJSON = false

    /// All numbers.
    public init() {}

    /// Writes them.
    public func run(_ script: ScriptContext) throws(HostError) {
        guard case .statistics(let metrics, _) = try script.link.ask({ .statistics(serial: $0) }) else {
            throw ScriptContext.strange
        }
        if isJSON { try json(metrics, script) } else { try text(metrics, script) }
        try script.output.finish()
        if metrics.isEmpty { throw .nothing("this registrar counts nothing") }
    }

    /// Names, labels and values under each other; a blank line between what belongs together
    /// (`regtop_store_…`, `regtop_ring_…`).
    private func text(_ metrics: [Metric], _ script: ScriptContext) throws(HostError) {
        var lines: [(group: Substring, name: String, labels: String, value: String)] = []
        for metric in metrics {
            let parts = metric.name.split(separator: "_")
            let group = parts.count > 1 ? parts[1] : ""
            let name = metric.kind == .counter ? "\(metric.name)_total" : metric.name
            for sample in metric.samples {
                let labels = sample.labels.filter { $0.count == 2 }.map {
                    "\($0[0])=\(SafeText($0[1]).string)"
                }
                lines.append((group, name, labels.joined(separator: " "), Self.number(sample.value)))
            }
        }
        let names = lines.map(\.name.utf8.count).max() ?? 0
        let labels = lines.map { SafeText($0.labels).width }.max() ?? 0
        let values = lines.map(\.value.utf8.count).max() ?? 0
        var group: Substring?
        for line in lines {
            if let group, group != line.group { try script.output.line("") }
            group = line.group
            func blanks(_ width: Int, _ text: String) -> String {
                String(repeating: " ", count: max(0, width - SafeText(text).width))
            }
            try script.output.line(
                line.name + blanks(names, line.name) + "  " + line.labels + blanks(labels, line.labels) + "  "
                    + blanks(values, line.value) + line.value
            )
        }
    }

    private func json(_ metrics: [Metric], _ script: ScriptContext) throws(HostError) {
        typealias Named = ScriptContext.Named
        let clock = script.clock(script.welcome.clock.timestamp)
        let writer = ReportWriter(format: .json, fields: BlockFields.table, sink: script.output)
        let columns = ["name", "kind", "labels", "value", "help"].map { FieldValue.text($0) }
        try writer.object(script.header("statistics", at: clock) + [Named("columns", .list(columns))])
        for metric in metrics {
            let name = metric.kind == .counter ? "\(metric.name)_total" : metric.name
            for sample in metric.samples {
                let labels = sample.labels.filter { $0.count == 2 }.map { Named($0[0], .text($0[1])) }
                try writer.object([
                    Named("name", .text(name)), Named("kind", .text(metric.kind.rawValue)),
                    Named("labels", .object(labels)), Named("value", .decimal(sample.value)),
                    Named("help", .text(metric.help)),
                ])
            }
        }
    }

    /// A whole number without a point.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
}

/// `regtop explain --from`, asked of the running registrar.
public struct ExplainScript {
    private let query: ExplainQuery

    /// What it makes of a request.
    public init(from source: String, aor: String, transport: String) {
        query = ExplainQuery(from: source, aor: aor, transport: transport)
    }

    /// Writes what decides; true if it could register.
    public func run(_ script: ScriptContext) throws(HostError) -> Bool {
        guard case .explanation(let answer, _) = try script.link.ask({ .explain(query, serial: $0) }) else {
            throw ScriptContext.strange
        }
        if let refusal = answer.refusal { throw .usage(refusal) }
        for line in answer.lines { try script.output.line(line) }
        try script.output.finish()
        return answer.canRegister
    }
}
