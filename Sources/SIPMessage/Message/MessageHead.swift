/// Where the ends of a message come from.
public enum MessageFraming: Hashable, Sendable, BitwiseCopyable {
    /// One message a datagram: without Content-Length the body is the rest of it (RFC 3261 §18.3).
    case datagram
    /// A message cut out of a stream by its Content-Length, which must be there.
    case stream
}

/// Request, response, or something that isn't SIP.
public enum MessageKind: UInt8, Hashable, Sendable, BitwiseCopyable {
    case unknown, request, response
}

/// The start line and header fields of one message as offsets into its bytes.
///
/// Reusable: keep one and call `parse` for each message; nothing is allocated. It holds no bytes, so each
/// reading function takes the same span again. Values are read only when asked for, by readers that throw
/// their own `ParseError`; `parse` fails for what concerns the message as a whole. After a failure the
/// fields found are still here, so that a request with a broken line can be answered 400.
public struct MessageHead: Sendable {
    /// The most header fields that a message can have.
    public static let capacity = 128

    /// What kind of message this is; known even if `parse` failed, when the start line says so.
    public internal(set) var kind = MessageKind.unknown
    /// The request's method.
    public internal(set) var method = Method.other
    /// The method as written.
    public internal(set) var methodRange = ByteRange.empty
    /// The Request-URI, not yet read any further than to be without white space.
    public internal(set) var requestURI = ByteRange.empty
    /// The response's status code; 0 in a request.
    public internal(set) var status = StatusCode(rawValue: 0)
    /// The response's reason phrase, which may be empty.
    public internal(set) var reason = ByteRange.empty
    /// The whole start line without its CRLF.
    public internal(set) var startLine = ByteRange.empty
    /// The message's body.
    public internal(set) var body = ByteRange.empty
    /// Number of header fields.
    public internal(set) var count = 0
    /// What the last `parse` threw.
    public internal(set) var failure: ParseError?

    /// Arrays, although their sizes are fixed: reading an element of an `InlineArray` in a function that
    /// doesn't mutate copies all of it.
    var fields = [HeaderField](repeating: .none, count: capacity)
    /// For each name the index of its first and, further on, its last field; `noNext` without one.
    var chains = [UInt8](repeating: HeaderField.noNext, count: 2 * HeaderName.count)

    /// Kept here, because a global would be checked for having been made at each use.
    let names = HeaderNameIndex.shared

    /// An empty head.
    public init() {}

    /// The header field at `index`, in the order of the message; `nil` outside `0..<count`.
    public subscript(index: Int) -> HeaderField? {
        index >= 0 && index < count ? fields[index] : nil
    }

    /// Index of the first field with this name, `nil` if there is none.
    public func firstIndex(of name: HeaderName) -> Int? {
        let index = chains[Int(name.rawValue)]
        return index == HeaderField.noNext ? nil : Int(index)
    }

    /// Index of the next field with the same name.
    public func index(after index: Int) -> Int? {
        guard index >= 0, index < count else { return nil }
        let next = fields[index].next
        return next == HeaderField.noNext ? nil : Int(next)
    }

    /// The value of the first field with this name, `nil` if there is none.
    public func first(_ name: HeaderName) -> ByteRange? {
        firstIndex(of: name).map { fields[$0].value }
    }

    /// A field with this name is there.
    public func contains(_ name: HeaderName) -> Bool {
        chains[Int(name.rawValue)] != HeaderField.noNext
    }

    /// Number of fields with this name.
    public func count(of name: HeaderName) -> Int {
        var found = 0
        var index = chains[Int(name.rawValue)]
        while index != HeaderField.noNext {
            found += 1
            index = fields[Int(index)].next
        }
        return found
    }

    /// The value of a field that must be there exactly once.
    ///
    /// Throws `missing` or `repeated` (RFC 3261 §7.3.1, RFC 4475 §3.3.8).
    public func only(_ name: HeaderName) throws(ParseError) -> ByteRange {
        guard let value = try optional(name) else { throw ParseError(name, at: 0, .missing) }
        return value
    }

    /// The value of a field that may be there once.
    public func optional(_ name: HeaderName) throws(ParseError) -> ByteRange? {
        let index = chains[Int(name.rawValue)]
        guard index != HeaderField.noNext else { return nil }
        let next = fields[Int(index)].next
        guard next == HeaderField.noNext else {
            throw ParseError(name, at: Int(fields[Int(next)].nameRange.start), .repeated)
        }
        return fields[Int(index)].value
    }

    /// Index of a field by a name that isn't in the table, from `index` on; case doesn't matter.
    public func firstIndex(named name: StaticString, in bytes: Span<UInt8>, from index: Int = 0) -> Int? {
        var index = max(index, 0)
        while index < count {
            if bytes.equalsIgnoringCase(fields[index].nameRange, name) { return index }
            index += 1
        }
        return nil
    }
}

extension Span<UInt8> {
    /// The text in `range` is `text`, upper and lower case being the same.
    func equalsIgnoringCase(_ range: ByteRange, _ text: StaticString) -> Bool {
        let bounds = clamped(range)
        guard bounds.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<bounds.count
        where self[bounds.lowerBound + offset].folded != text.utf8Start[offset].folded {
            return false
        }
        return true
    }
}
