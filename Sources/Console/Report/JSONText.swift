internal import Cells
internal import Timing

/// JSON (RFC 8259) as bytes. What a terminal would obey, and what looks like something else, is escaped, so that a
/// line is safe to look at and means the same.
public enum JSONText {
    /// Appends a value.
    public static func append(_ value: FieldValue, to out: inout [UInt8]) {
        switch value {
        case .none: out += Array("null".utf8)
        case .text(let text): append(text, to: &out)
        case .bytes(let bytes): append(ReportText.text(bytes), to: &out)
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

    /// An object in a line, without the line's end.
    public static func line(_ parts: [FieldValue.NamedValue]) -> String {
        var out: [UInt8] = []
        append(.object(parts), to: &out)
        return String(decoding: out, as: UTF8.self)
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
