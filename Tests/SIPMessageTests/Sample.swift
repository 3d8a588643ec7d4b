import SIPMessage
import Support

/// A message with its head, for tests: texts and readers without spans, which `#expect` can't hold.
struct Sample: Sendable {
    let bytes: [UInt8]
    private(set) var head = MessageHead()
    private(set) var failure: ParseError?

    init(_ bytes: [UInt8], limits: MessageLimits = .standard, framing: MessageFraming = .datagram) {
        self.bytes = bytes
        let span = bytes.span
        do {
            try head.parse(span, limits: limits, framing: framing)
        } catch {
            failure = error
        }
    }

    /// The text with CRLF for each line end.
    init(_ text: String, limits: MessageLimits = .standard, framing: MessageFraming = .datagram) {
        self.init(crlf(text), limits: limits, framing: framing)
    }

    /// A REGISTER with these header fields after the usual ones, none of which they repeat.
    init(fields: String) {
        let names = fields.split(separator: "\n").map { $0.prefix { $0 != ":" }.lowercased() }
        let usual = [
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", "From: <sip:a@example.com>;tag=1",
            "To: <sip:a@example.com>", "Call-ID: 1@a", "CSeq: 1 REGISTER",
        ].filter { line in !names.contains { line.lowercased().hasPrefix("\($0):") } }
        self.init("REGISTER sip:example.com SIP/2.0\n\(usual.joined(separator: "\n"))\n\(fields)\n\n")
    }

    func text(_ range: ByteRange) -> String {
        let span = bytes.span
        return span.text(range)
    }

    func text(_ range: ByteRange?) -> String? {
        range.map { text($0) }
    }

    func read<Value>(
        _ body: (borrowing MessageHead, Span<UInt8>) throws(ParseError) -> Value
    ) throws(ParseError) -> Value {
        let span = bytes.span
        return try body(head, span)
    }

    func values<Value: HeaderValue>(_ header: HeaderName, _ type: Value.Type) throws(ParseError) -> [Value] {
        let span = bytes.span
        var walk = HeaderValues<Value>(header)
        var values: [Value] = []
        while let value = try walk.next(in: head, span) { values.append(value) }
        return values
    }

    func uri(_ range: ByteRange) throws(ParseError) -> SIPURI {
        let span = bytes.span
        return try SIPURI(span, in: range)
    }

    func via() throws(ParseError) -> Via {
        try read { head, bytes throws(ParseError) in try head.topVia(bytes) }
    }
    func contacts() throws(ParseError) -> [Contact] { try values(.contact, Contact.self) }
    func mandatory() throws(ParseError) -> MandatoryFields {
        try read { head, bytes throws(ParseError) in try MandatoryFields(head, bytes) }
    }
    func credentials(_ header: HeaderName = .authorization) throws(ParseError) -> DigestCredentials? {
        guard let range = head.first(header) else { return nil }
        let span = bytes.span
        return try DigestCredentials(span, in: range, header: header)
    }
}

/// The text's bytes with CRLF for each line end.
func crlf(_ text: String) -> [UInt8] {
    text.utf8.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
}

/// One value of a header field, with its text.
func read<Value: HeaderValue>(
    _ type: Value.Type,
    _ text: String,
    _ header: HeaderName,
) throws(ParseError) -> (value: Value, sample: ValueText) {
    let bytes = Array(text.utf8)
    let span = bytes.span
    let range = ByteRange(start: 0, count: UInt16(bytes.count))
    return (try Value(span, in: range, header: header), ValueText(bytes: bytes))
}

/// The bytes that a value's ranges belong to.
struct ValueText: Sendable {
    let bytes: [UInt8]

    func text(_ range: ByteRange) -> String {
        let span = bytes.span
        return span.text(range)
    }
}

/// What a reader threw.
func failure(_ body: () throws(ParseError) -> Void) -> ParseError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}
