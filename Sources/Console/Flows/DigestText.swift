/// The parameters of a Digest header as they stand in a message, for showing; never for deciding.
enum DigestText {
    /// One `name=value` of a header's value, as offsets into its bytes.
    struct Parameter: Hashable, Sendable {
        var name: String
        /// The value without its quotes.
        var value: Range<Int>
    }

    /// Parameters whose values say nothing to a reader and help an attacker: shown shortened.
    static let secrets: Set<String> = ["nonce", "response", "cnonce", "nextnonce", "rspauth", "opaque"]

    /// Finds the parameters of a line; total over all bytes.
    static func parameters(of line: [UInt8]) -> [Parameter] {
        var found: [Parameter] = []
        var index = 0
        while index < line.count {
            let start = index
            while index < line.count, isNameByte(line[index]) { index += 1 }
            guard index > start, index < line.count, line[index] == 0x3d else {
                if index == start { index += 1 }
                if index <= line.count, index > 0, line[index - 1] == 0x22 {
                    index = skipQuoted(line, from: index)
                }
                continue
            }
            let name = String(decoding: line[start..<index], as: UTF8.self).lowercased()
            index += 1
            if index < line.count, line[index] == 0x22 {
                let end = skipQuoted(line, from: index + 1)
                let isClosed = end > index + 1 && line[end - 1] == 0x22
                found.append(
                    Parameter(name: name, value: (index + 1)..<max(index + 1, isClosed ? end - 1 : end))
                )
                index = end
            } else {
                let valueStart = index
                while index < line.count, line[index] != 0x2c, line[index] != 0x20, line[index] != 0x3b {
                    index += 1
                }
                found.append(Parameter(name: name, value: valueStart..<index))
            }
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

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
        default: false
        }
    }

    /// `15cffe..9c00`: enough to tell two apart, not enough to use.
    static func shortened(_ value: [UInt8]) -> [UInt8] {
        guard value.count > 12 else {
            return value.count > 4 ? Array(value.prefix(2)) + Array("..".utf8) : value
        }
        return Array(value.prefix(6)) + Array("..".utf8) + Array(value.suffix(4))
    }

    /// The parameters of the first Authorization (or Proxy-Authorization) of a message, secrets shortened.
    static func credentials(of message: [UInt8]) -> [String: String] {
        for line in RawMessage.fields(of: message) where RawMessage.isCredentials(line.name) {
            let value = Array(line.bytes)
            var result: [String: String] = [:]
            for parameter in parameters(of: value) where result[parameter.name] == nil {
                let bytes = Array(value[parameter.value])
                let shown = secrets.contains(parameter.name) ? shortened(bytes) : bytes
                result[parameter.name] = String(decoding: shown, as: UTF8.self)
            }
            return result
        }
        return [:]
    }
}
