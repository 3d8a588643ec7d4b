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

    init(_ bytes: [UInt8]) { self.bytes = Redaction.withoutPasswords(bytes) }

    /// The lines of the message; the last byte's line end is not shown.
    var lines: [RunLine] {
        var result: [RunLine] = []
        var isBody = false
        var secrets = Secrets.none
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
                if !isFolded { secrets = Secrets(of: Self.name(of: line)) }
                result.append(header(line, isFolded: isFolded, &secrets))
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

    private func header(_ line: ArraySlice<UInt8>, isFolded: Bool, _ secrets: inout Secrets) -> RunLine {
        guard !isFolded, let colon = line.firstIndex(of: 0x3a) else {
            return RunLine(Self.shortening(Array(line), &secrets))
        }
        let value = line[line.index(after: colon)...]
        let name = Self.run(line[...colon], .sipHeader)
        return RunLine([name] + Self.shortening(Array(value), &secrets))
    }

    /// What of a field's lines must not be read off a screen.
    private enum Secrets {
        case none, parameters, credentials
        /// The rest of credentials that are a secret as they stand.
        case all

        init(of name: String) {
            self =
                DigestText.isCredentials(name)
                ? .credentials : DigestText.holdsSecrets(name) ? .parameters : .none
        }
    }

    /// A value, or a line of it, with its secrets shortened.
    private static func shortening(_ value: [UInt8], _ secrets: inout Secrets) -> [TextRun] {
        if secrets == .none { return [run(value[...], .sipValue)] }
        var ranges = DigestText.secretRanges(of: value, isCredentials: secrets == .credentials)
        if secrets == .all { ranges = [0..<value.count] }
        if secrets == .credentials {
            secrets = DigestText.otherCredentials(in: value) == nil ? .parameters : .all
        }
        var runs: [TextRun] = []
        var from = 0
        for range in ranges {
            runs.append(run(value[from..<range.lowerBound], .sipValue))
            runs.append(run(DigestText.shortened(Array(value[range]))[...], .sipSecret))
            from = range.upperBound
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
