/// A header field's value, or one element of a list, that can be read from bytes.
public protocol HeaderValue: Sendable, BitwiseCopyable {
    /// An empty header field of this type is an empty list rather than an error.
    static var mayBeEmpty: Bool { get }

    /// Reads one value from `position`, leaving it after the value and the white space behind it.
    ///
    /// - Parameters:
    ///   - bytes: the whole message.
    ///   - position: where the value begins, white space before it allowed.
    ///   - end: where the header field's value ends.
    ///   - header: the field, for the error.
    static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> Self
}

extension HeaderValue {
    /// An element must be there.
    public static var mayBeEmpty: Bool { false }

    /// Reads `range`, which must be one value and nothing more.
    @inlinable
    public init(_ bytes: Span<UInt8>, in range: ByteRange, header: HeaderName) throws(ParseError) {
        let start = min(Int(range.start), bytes.count)
        let end = min(start + Int(range.count), bytes.count)
        var position = start
        self = try Self.read(bytes, from: &position, to: end, header: header)
        guard position == end else {
            throw ParseError(.header(header), at: UInt16(clamping: position), .unexpectedByte)
        }
    }
}

/// Walks over the values of a header field: those in one line, separated by commas, and those of all lines
/// with this name, in the message's order (RFC 3261 §7.3.1).
///
/// `var contacts = HeaderValues<Contact>(.contact)`, then `try contacts.next(in: head, bytes)` until `nil`.
public struct HeaderValues<Value: HeaderValue>: Sendable {
    /// The header field.
    public let header: HeaderName
    @usableFromInline
    var index: Int?
    @usableFromInline
    var position = 0
    @usableFromInline
    var end = 0
    @usableFromInline
    var hasStarted = false
    @usableFromInline
    var isInLine = false

    /// A walk over the fields with this name.
    @inlinable
    public init(_ header: HeaderName) {
        self.header = header
    }

    /// The next value, `nil` after the last. After an error the walk is over.
    @inlinable
    public mutating func next(
        in head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
    ) throws(ParseError) -> Value? {
        while true {
            if isInLine {
                let line = index
                index = nil
                isInLine = false
                let value = try Value.read(bytes, from: &position, to: end, header: header)
                index = line
                isInLine = position < end
                if isInLine {
                    guard bytes[position] == 0x2c else {
                        index = nil
                        isInLine = false
                        throw ParseError(.header(header), at: UInt16(clamping: position), .unexpectedByte)
                    }
                    position += 1
                }
                return value
            }
            if let previous = index {
                index = head.index(after: previous)
            } else if !hasStarted {
                index = head.firstIndex(of: header)
            }
            hasStarted = true
            guard let index, let range = head[index]?.value else { return nil }
            if range.isEmpty, Value.mayBeEmpty { continue }
            position = min(Int(range.start), bytes.count)
            end = min(position + Int(range.count), bytes.count)
            isInLine = true
        }
    }
}
