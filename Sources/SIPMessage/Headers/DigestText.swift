/// The parameters of a Digest header as they stand in a message, and which of them are secrets: for showing and for
/// hiding, never for deciding. Total over all bytes.
public enum DigestText {
    /// One `name=value` of a header's value, as offsets into its bytes.
    public struct Parameter: Hashable, Sendable {
        /// In lower case.
        public var name: String
        /// The value without its quotes.
        public var value: Range<Int>
    }

    /// Parameters whose values say nothing to a reader and help an attacker.
    public static let secrets: Set<String> = [
        "nonce", "response", "cnonce", "nextnonce", "rspauth", "opaque",
    ]

    /// A header field of this name holds secrets; case does not matter.
    public static func holdsSecrets(_ name: String) -> Bool {
        let name = name.lowercased()
        return isCredentials(name) || name == "www-authenticate" || name == "proxy-authenticate"
            || name == "authentication-info" || name == "proxy-authentication-info"
    }

    /// A header field of this name, in lower case, says who somebody is.
    public static func isCredentials(_ name: String) -> Bool {
        name == "authorization" || name == "proxy-authorization"
    }

    /// Where the secrets of a field's value stand, in their order; none overlaps another. Of credentials of another
    /// scheme than Digest, that is all behind the scheme.
    public static func secretRanges(of value: [UInt8], isCredentials: Bool) -> [Range<Int>] {
        if isCredentials, let start = otherCredentials(in: value) { return [start..<value.count] }
        let found = parameters(of: value).filter { secrets.contains($0.name) }.map(\.value)
        return joined(found + strays(of: secrets, in: value))
    }

    /// In their order, with one range for those that overlap or touch.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// Where credentials of another scheme than Digest, such as Basic or Bearer, begin in the value of their field;
    /// nil for Digest.
    public static func otherCredentials(in value: [UInt8]) -> Int? {
        let start = skipSpace(value, from: 0)
        var end = start
        while end < value.count, !isSpace(value[end]) { end += 1 }
        // A value that begins with a parameter has lost its scheme.
        let scheme = String(decoding: value[start..<end], as: UTF8.self).lowercased()
        guard end < value.count, scheme != "digest", !scheme.utf8.contains(0x3d) else { return nil }
        return skipSpace(value, from: end)
    }

    /// Finds the parameters of a field's value, folded lines and all.
    public static func parameters(of line: [UInt8]) -> [Parameter] {
        var found: [Parameter] = []
        var index = 0
        while index < line.count {
            let start = index
            while index < line.count, isNameByte(line[index]) { index += 1 }
            guard index > start else {
                index = line[index] == 0x22 ? skipQuoted(line, from: index + 1) : index + 1
                continue
            }
            let equals = skipSpace(line, from: index)
            guard equals < line.count, line[equals] == 0x3d else { continue }
            let name = String(decoding: line[start..<index], as: UTF8.self).lowercased()
            index = skipSpace(line, from: equals + 1)
            if index < line.count, line[index] == 0x22 {
                let end = skipQuoted(line, from: index + 1)
                let isClosed = end > index + 1 && line[end - 1] == 0x22
                found.append(
                    Parameter(name: name, value: (index + 1)..<max(index + 1, isClosed ? end - 1 : end))
                )
                index = end
            } else {
                let valueStart = index
                while index < line.count, line[index] != 0x2c, line[index] != 0x3b, !isSpace(line[index]) {
                    index += 1
                }
                found.append(Parameter(name: name, value: valueStart..<index))
            }
        }
        return found
    }

    /// What stands behind `name=` wherever that is: a stray quotation mark turns the pairs round, and what the grammar
    /// takes for the inside of a string may be a secret all the same, and so may the rest of a value behind a byte
    /// that no token holds. More than the value may be told, never less.
    static func strays(of names: Set<String>, in line: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        // The end of the last value: a name that stands in it has no other.
        var end = 0
        while index < line.count {
            let start = index
            while index < line.count, isNameByte(line[index]) { index += 1 }
            guard index > start else {
                index += 1
                continue
            }
            let equals = skipSpace(line, from: index)
            guard equals < line.count, line[equals] == 0x3d else { continue }
            guard names.contains(String(decoding: line[start..<index], as: UTF8.self).lowercased()) else {
                index = equals + 1
                continue
            }
            index = skipSpace(line, from: equals + 1)
            if index < line.count, line[index] == 0x22 { index += 1 }
            guard index >= end else { continue }
            end = index
            while end < line.count, line[end] != 0x22, line[end] != 0x2c { end += 1 }
            var last = end
            while last > index, isSpace(line[last - 1]) { last -= 1 }
            if last > index { found.append(index..<last) }
        }
        return found
    }

    /// The end of a quoted string, its closing quote included.
    private static func skipQuoted(_ line: [UInt8], from start: Int) -> Int {
        var index = start
        while index < line.count {
            if line[index] == 0x5c { index += 1 } else if line[index] == 0x22 { return index + 1 }
            index += 1
        }
        return line.count
    }

    private static func skipSpace(_ line: [UInt8], from start: Int) -> Int {
        var index = start
        while index < line.count, isSpace(line[index]) { index += 1 }
        return index
    }

    /// Blanks, and the line ends of a folded line (RFC 3261 §25.1 LWS).
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
        default: false
        }
    }
}
