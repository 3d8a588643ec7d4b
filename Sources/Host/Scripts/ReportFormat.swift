import Cells
import Console
import Timing

/// How a script's output is written.
public enum ReportFormat: String, Sendable, CaseIterable {
    /// Aligned columns for people: what a terminal would obey is escaped.
    case text
    /// One JSON object a line, a header first.
    case json
    /// RFC 4180 with a line of names first: lines end with LF, what a terminal would obey is escaped, and a text that
    /// a spreadsheet would take for a formula has an apostrophe before it.
    case csv
}

/// A field of CSV.
enum CSVText {
    static func append(_ value: FieldValue, to out: inout [UInt8]) {
        switch value {
        case .none: break
        case .number, .decimal, .flag: JSONText.append(value, to: &out)
        case .time(let time): out += Array(time.rfc3339.utf8)
        case .text(let text): append(text, to: &out)
        case .bytes(let bytes): append(SafeText(bytes: bytes).string, to: &out)
        case .list(let values):
            append(values.map { plain($0) }.joined(separator: " "), to: &out)
        case .object(let parts):
            append(parts.map { "\($0.name)=\(plain($0.value))" }.joined(separator: " "), to: &out)
        }
    }

    private static func plain(_ value: FieldValue) -> String {
        switch value {
        case .none: ""
        case .text(let text): text
        case .bytes(let bytes): SafeText(bytes: bytes).string
        case .time(let time): time.rfc3339
        case .number, .decimal, .flag, .list, .object:
            {
                var out: [UInt8] = []
                JSONText.append(value, to: &out)
                return String(decoding: out, as: UTF8.self)
            }()
        }
    }

    /// A text as a field: escaped, no formula, quoted where it must be.
    static func append(_ text: String, to out: inout [UInt8]) {
        var safe = SafeText(text).string
        if let first = safe.utf8.first, "=+-@".utf8.contains(first) { safe = "'" + safe }
        guard safe.utf8.contains(where: { $0 == 0x22 || $0 == 0x2c }) else {
            out += Array(safe.utf8)
            return
        }
        out.append(0x22)
        for byte in safe.utf8 {
            if byte == 0x22 { out.append(0x22) }
            out.append(byte)
        }
        out.append(0x22)
    }
}
