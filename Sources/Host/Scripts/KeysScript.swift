import Console
import Timing
import Transport

/// `regtop keys`: the keys of all actions, as the console has them with these settings.
public struct KeysScript {
    private let keys: KeySettings
    private let format: ReportFormat

    /// The keys of these settings, in this format.
    public init(_ keys: KeySettings, format: ReportFormat) {
        self.keys = keys
        self.format = format
    }

    /// Writes them: a line for each action.
    public func run(_ output: any ScriptSink) throws(HostError) {
        let clock = LocalClock(now: SystemClock.read(), utcOffset: LocalTime.utcOffset)
        // For people a mark behind the keys says that they were changed.
        let fields = format == .text ? KeyFields.table.filter { $0.name != "changed" } : KeyFields.table
        let writer = ReportWriter(format: format, fields: fields, sink: output)
        try writer.begin([FieldValue.NamedValue("what", .text("keys"))])
        for line in keys.map.lines { try writer.row(line, clock) }
        if format == .text, !keys.remappings.isEmpty { try output.line("* by the settings") }
        try output.finish()
    }
}
