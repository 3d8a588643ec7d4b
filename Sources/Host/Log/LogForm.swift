import Cells
import Glibc
import Logging

/// How a line of the log is written.
enum LogForm: Sendable {
    /// With time and level, for files and terminals: `2026-11-26T02:16:07+0000 info regtop: …`.
    case timed
    /// For the journal, which has its own time: `<6>…` (sd-daemon(3)).
    case journal

    /// What standard error takes: the journal's form if it is the journal, which systemd says by `JOURNAL_STREAM`.
    static func ofStandardError(environment: [String: String], file: Int32 = STDERR_FILENO) -> LogForm {
        guard let named = environment["JOURNAL_STREAM"] else { return .timed }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { return .timed }
        return named == "\(facts.st_dev):\(facts.st_ino)" ? .journal : .timed
    }

    /// The bytes of one line with its end. Nothing in the text can end the line earlier, or move a cursor.
    func line(_ level: Logger.Level, _ text: String, at seconds: time_t) -> [UInt8] {
        let safe = SafeText(text).string
        let head =
            switch self {
            case .timed: "\(Self.time(seconds)) \(level.rawValue) regtop: "
            case .journal: "<\(Self.priority(level))>"
            }
        return Array(head.utf8) + safe.utf8.prefix(Self.longest) + [0x0a]
    }

    /// Most bytes of a text; what is beyond is left out.
    static let longest = 8_192

    /// The priority of syslog(3).
    static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// Local time with its offset from UTC.
    static func time(_ seconds: time_t) -> String {
        var (seconds, parts) = (seconds, tm())
        localtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S%z", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
