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

/// JSON (RFC 8259) as bytes. What a terminal would obey, and what looks like something else, is escaped, so that a
/// line is safe to look at and means the same.
enum JSONText {
    static func append(_ value: FieldValue, to out: inout [UInt8]) {
        switch value {
        case .none: out += Array("null".utf8)
        case .text(let text): append(text, to: &out)
        case .bytes(let bytes): append(Self.text(bytes), to: &out)
        case .number(let number): out += Array(String(number).utf8)
        case .decimal(let number): append(number, to: &out)
        case .flag(let flag): out += Array((flag ? "true" : "false").utf8)
        case .time(let time): append(time.rfc3339, to: &out)
        case .list(let values):
            out.append(0x5b)
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(0x2c) }
                append(value, to: &out)
            }
            out.append(0x5d)
        case .object(let parts):
            out.append(0x7b)
            for (index, part) in parts.enumerated() {
                if index > 0 { out.append(0x2c) }
                append(part.name, to: &out)
                out.append(0x3a)
                append(part.value, to: &out)
            }
            out.append(0x7d)
        }
    }

    /// Bytes as text; those that are not UTF-8 as `\xNN`.
    static func text(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self) ?? SafeText(bytes: bytes).string
    }

    private static func append(_ number: Double, to out: inout [UInt8]) {
        guard number.isFinite else { return append(FieldValue.none, to: &out) }
        if number == number.rounded(), abs(number) < 1e15 {
            out += Array(String(Int(number)).utf8)
        } else {
            out += Array("\(number)".utf8)
        }
    }

    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(0x22)
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }
        if isPlain {
            out += Array(text.utf8)
        } else {
            for scalar in text.unicodeScalars { append(scalar, to: &out) }
        }
        out.append(0x22)
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout [UInt8]) {
        switch scalar {
        case "\"", "\\": out += [0x5c, UInt8(ascii: scalar)]
        case "\n": out += Array("\\n".utf8)
        case "\t": out += Array("\\t".utf8)
        case "\r": out += Array("\\r".utf8)
        case " "..."~": out.append(UInt8(ascii: scalar))
        default:
            // A mark on its own is flagged as well: whether it is safe depends on what is before it.
            if SafeText(String(scalar)).isClean {
                out += Array(String(scalar).utf8)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    out += Array("\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
                }
            }
        }
    }
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
