/// Writes a message into a buffer of its own that is reused: `begin…`, headers in the order wanted, `finish`.
///
/// Nothing is allocated once the buffer has grown. The encoder writes what it is told: the order and choice
/// of header fields are the caller's.
public struct MessageEncoder: Sendable {
    /// The message so far. May be exchanged for another buffer, whose bytes are then appended to.
    public var bytes: [UInt8]

    /// An encoder with room for `capacity` bytes.
    public init(capacity: Int = 1024) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Empties the buffer but keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    // MARK: Start lines

    /// `METHOD URI SIP/2.0` (RFC 3261 §7.1).
    public mutating func beginRequest(_ method: Method, uri: Span<UInt8>) {
        bytes.append(method.name)
        bytes.append(0x20)
        bytes.append(uri)
        bytes.append(" SIP/2.0\r\n")
    }

    /// `METHOD URI SIP/2.0` with a URI as text.
    public mutating func beginRequest(_ method: Method, uri: String) {
        bytes.append(method.name)
        bytes.append(0x20)
        bytes.append(cleaning: uri)
        bytes.append(" SIP/2.0\r\n")
    }

    /// `SIP/2.0 CODE PHRASE` (RFC 3261 §7.2), with the usual phrase unless another is given.
    public mutating func beginResponse(_ status: StatusCode, phrase: String? = nil) {
        bytes.append("SIP/2.0 ")
        bytes.appendDecimal(UInt64(status.rawValue))
        bytes.append(0x20)
        if let phrase {
            bytes.append(cleaning: phrase)
        } else {
            bytes.append(status.phrase)
        }
        endLine()
    }

    // MARK: Header fields

    /// Begins a header field: name, colon, space. `endLine` ends it.
    public mutating func beginHeader(_ name: HeaderName) {
        bytes.append(name.facts.name)
        bytes.append(": ")
    }

    /// CRLF.
    public mutating func endLine() {
        bytes.append(0x0d)
        bytes.append(0x0a)
    }

    /// A whole header field with a text of the program's own.
    public mutating func header(_ name: HeaderName, _ value: StaticString) {
        beginHeader(name)
        bytes.append(value)
        endLine()
    }

    /// A whole header field with a text from elsewhere, control characters made spaces.
    public mutating func header(_ name: HeaderName, text: String) {
        beginHeader(name)
        bytes.append(cleaning: text)
        endLine()
    }

    /// A whole header field with a number.
    public mutating func header(_ name: HeaderName, decimal: UInt64) {
        beginHeader(name)
        bytes.appendDecimal(decimal)
        endLine()
    }

    /// A whole header field with the bytes of a range, folds undone.
    public mutating func header(_ name: HeaderName, _ source: Span<UInt8>, _ value: ByteRange) {
        beginHeader(name)
        bytes.append(unfolding: source, value)
        endLine()
    }

    /// `CSeq: NUMBER METHOD`.
    public mutating func cseq(_ number: UInt32, _ method: Method) {
        beginHeader(.cseq)
        bytes.appendDecimal(UInt64(number))
        bytes.append(0x20)
        bytes.append(method.name)
        endLine()
    }

    /// Copies a header field of another message: its name in full form, its value with folds undone.
    public mutating func copy(_ field: HeaderField, of source: Span<UInt8>) {
        if field.name == .other {
            bytes.append(source, field.nameRange)
            bytes.append(": ")
        } else {
            beginHeader(field.name)
        }
        if field.isFolded {
            bytes.append(unfolding: source, field.value)
        } else {
            bytes.append(source, field.value)
        }
        endLine()
    }

    /// Copies all header fields with this name, in order.
    public mutating func copy(_ name: HeaderName, of head: borrowing MessageHead, _ source: Span<UInt8>) {
        var next = head.firstIndex(of: name)
        while let index = next, let field = head[index] {
            copy(field, of: source)
            next = head.index(after: index)
        }
    }

    // MARK: The end

    /// `Content-Length: 0` and the empty line.
    public mutating func finish() {
        bytes.append("Content-Length: 0\r\n\r\n")
    }

    /// Content-Length, the empty line, the body.
    public mutating func finish(body: Span<UInt8>) {
        bytes.append("Content-Length: ")
        bytes.appendDecimal(UInt64(body.count))
        bytes.append("\r\n\r\n")
        bytes.append(body)
    }

    /// Writes a message again in its canonical form: names in full, one space after the colon, no folds,
    /// Content-Length last; then the body. What the message means is unchanged.
    public mutating func canonical(_ head: borrowing MessageHead, of source: Span<UInt8>) {
        bytes.append(source, head.startLine)
        endLine()
        for index in 0..<head.count {
            if let field = head[index], field.name != .contentLength { copy(field, of: source) }
        }
        finish(body: source.extracting(source.clamped(head.body)))
    }
}
