internal import BindingTable
public import Monitor
internal import Timing

/// The fields of a line of the log.
public enum LogFields {
    typealias Field = ReportField<LogLine>

    /// All, in their order.
    public static let table: [ReportField<LogLine>] = [
        Field("number", isRight: true, "counts the lines") { row, _ in .number(Int(clamping: row.number)) },
        Field("at", "TIME", width: 19, "when it was noticed") { row, clock in
            .time(clock.now.wall(at: row.notice.at))
        },
        Field("level", width: 7, "debug, info, warning or error") { row, _ in
            .text(row.notice.level.codingWord)
        },
        Field("text", "what was noticed") { row, _ in .text(row.notice.text) },
    ]
}

/// The fields of a line of the audit trail.
public enum AuditFields {
    typealias Field = ReportField<AuditLine>

    /// All, in their order.
    public static let table: [ReportField<AuditLine>] = [
        Field("number", isRight: true, "counts the lines") { row, _ in .number(Int(clamping: row.number)) },
        Field("at", "TIME", width: 19, "when") { row, _ in .time(row.record.at) },
        Field("who", width: 16, "who") { row, _ in .text(row.record.by.short) },
        Field("terminal", width: 8, "where the operator sat") { row, _ in .text(row.record.by.terminal) },
        Field("action", width: 8, "what was done") { row, _ in .text(row.record.action) },
        Field("object", width: 30, "to whom or what") { row, _ in .text(row.record.object) },
        Field("result", width: 16, "what came of it") { row, _ in .text(row.record.result) },
        Field("reason", "the operator's reason") { row, _ in .optional(row.record.reason) },
    ]
}
