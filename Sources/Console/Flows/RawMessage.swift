internal import Cells
internal import SIPMessage

/// A message as it came or left, line by line, with what each part means; secrets are shortened, and every
/// byte that is no plain text is shown escaped.
struct RawMessage {
    /// A header field: name, and the bytes of its value with folded lines.
    struct Field {
        var name: String
        var bytes: ArraySlice<UInt8>
    }

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The lines of the message; the last byte's line end is not shown.
    var lines: [RunLine] {
        var result: [RunLine] = []
        var isBody = false
        var isSecret = false
        for (index, line) in Self.split(bytes).enumerated() {
            if isBody {
                result.append(RunLine([Self.run(line, .text)]))
            } else if line.isEmpty {
                isBody = true
                result.append(RunLine(""))
            } else if index == 0 {
                result.append(startLine(line))
            } else {
                let isFolded = line.first == 0x20 || line.first == 0x09
                if !isFolded { isSecret = Self.isSecret(Self.name(of: line)) }
                result.append(header(line, isFolded: isFolded, isSecret: isSecret))
            }
        }
        while result.last?.width == 0, !result.isEmpty { result.removeLast() }
        return result
    }

    private func startLine(_ line: ArraySlice<UInt8>) -> RunLine {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        let isReply = line.starts(with: Array("SIP/".utf8))
        guard parts.count == 3 else { return RunLine([Self.run(line, .sipMethod)]) }
        if isReply {
            return RunLine([
                Self.run(parts[0], .sipValue), TextRun(" ", role: .sipValue), Self.run(parts[1], .sipStatus),
                TextRun(" ", role: .sipValue), Self.run(parts[2], .sipStatus),
            ])
        }
        return RunLine([
            Self.run(parts[0], .sipMethod), TextRun(" ", role: .sipValue), Self.run(parts[1], .sipURI),
            TextRun(" ", role: .sipValue), Self.run(parts[2], .sipValue),
        ])
    }

    private func header(_ line: ArraySlice<UInt8>, isFolded: Bool, isSecret: Bool) -> RunLine {
        guard !isFolded, let colon = line.firstIndex(of: 0x3a) else {
            return RunLine(isSecret ? Self.shortening(Array(line)) : [Self.run(line, .sipValue)])
        }
        let value = line[line.index(after: colon)...]
        let name = Self.run(line[...colon], .sipHeader)
        return RunLine([name] + (isSecret ? Self.shortening(Array(value)) : [Self.run(value, .sipValue)]))
    }

    /// A value with its secrets shortened.
    private static func shortening(_ value: [UInt8]) -> [TextRun] {
        var runs: [TextRun] = []
        var from = 0
        for parameter in DigestText.parameters(of: value) where DigestText.secrets.contains(parameter.name) {
            runs.append(run(value[from..<parameter.value.lowerBound], .sipValue))
            runs.append(run(DigestText.shortened(Array(value[parameter.value]))[...], .sipSecret))
            from = parameter.value.upperBound
        }
        runs.append(run(value[from...], .sipValue))
        return runs
    }

    private static func run(_ bytes: ArraySlice<UInt8>, _ role: Role) -> TextRun {
        TextRun(SafeText(bytes: Array(bytes)), role: role)
    }

    /// Lines without their ends; CRLF and LF alike.
    private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0a, omittingEmptySubsequences: false).map {
            $0.last == 0x0d ? $0.dropLast() : $0
        }
    }

    private static func name(of line: ArraySlice<UInt8>) -> String {
        let name = line.prefix { $0 != 0x3a }
        return String(decoding: name, as: UTF8.self).trimmed.lowercased()
    }

    /// Headers that hold what must not be read off a screen.
    private static func isSecret(_ name: String) -> Bool {
        isCredentials(name) || name == "www-authenticate" || name == "proxy-authenticate"
            || name == "authentication-info"
    }

    static func isCredentials(_ name: String) -> Bool {
        name == "authorization" || name == "proxy-authorization"
    }

    /// The domain of a request's Request-URI, without its port; empty where there is none.
    static func requestDomain(of bytes: [UInt8]) -> String {
        var head = MessageHead()
        // What is wrong further on is no matter here.
        try? head.parse(bytes.span)
        guard head.kind == .request,
            let uri = try? SIPURI(bytes.span, in: head.requestURI)
        else { return "" }
        return String(decoding: bytes[uri.host.range.bounds], as: UTF8.self)
    }

    /// The header fields of a message, folded lines joined.
    static func fields(of bytes: [UInt8]) -> [Field] {
        var fields: [Field] = []
        for line in split(bytes).dropFirst() {
            if line.isEmpty { break }
            if line.first == 0x20 || line.first == 0x09 {
                if let last = fields.indices.last {
                    fields[last].bytes = ArraySlice(Array(fields[last].bytes) + Array(line))
                }
                continue
            }
            let value = line.drop { $0 != 0x3a }.dropFirst()
            fields.append(Field(name: name(of: line), bytes: value))
        }
        return fields
    }
}
