/// The pieces that messages are written from. All append to a buffer that is kept from message to message.
extension Array<UInt8> {
    /// Appends a text of the program's own.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends the bytes of `range`.
    @inline(__always)
    public mutating func append(_ bytes: Span<UInt8>, _ range: ByteRange) {
        bytes.extracting(bytes.clamped(range)).withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends all bytes of a span.
    @inline(__always)
    public mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends the bytes of `range` with each fold as one space (RFC 3261 §7.3.1).
    public mutating func append(unfolding bytes: Span<UInt8>, _ range: ByteRange) {
        let bounds = bytes.clamped(range)
        var index = bounds.lowerBound
        while index < bounds.upperBound {
            let lineBreak = bytes.firstLineBreak(from: index, to: bounds.upperBound)
            append(bytes, ByteRange(from: index, to: lineBreak))
            guard lineBreak < bounds.upperBound else { return }
            index = bytes.skippingSpace(from: lineBreak, to: bounds.upperBound)
            append(0x20)
        }
    }

    /// Appends a text that isn't the program's own, as from settings: a control character becomes a space,
    /// so that no text can begin a header field of its own.
    public mutating func append(cleaning text: String) {
        for byte in text.utf8 { append(byte < 0x20 || byte == 0x7f ? 0x20 : byte) }
    }

    /// Appends a number in decimal.
    public mutating func appendDecimal(_ number: UInt64) {
        guard number >= 10 else { return append(0x30 + UInt8(truncatingIfNeeded: number)) }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = number
        while rest > 0 {
            first -= 1
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for index in first..<20 { append(digits[index]) }
    }

    /// Appends a number as `digits` lower-case hexadecimal digits, at most 16.
    public mutating func appendHexadecimal(_ number: UInt64, digits: Int) {
        for place in stride(from: Swift.min(Swift.max(digits, 1), 16) - 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * place)) & 15
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    /// Appends a quoted string: marks around, marks and backslashes in it escaped, control characters as
    /// spaces (RFC 3261 §25.1).
    public mutating func appendQuoted(_ text: Span<UInt8>) {
        append(0x22)
        for index in text.indices {
            let byte = text[index]
            if byte == 0x22 || byte == 0x5c { append(0x5c) }
            append(byte < 0x20 || byte == 0x7f ? 0x20 : byte)
        }
        append(0x22)
    }

    /// Appends the user part of a URI, everything escaped that may not stand there (RFC 3261 §19.1.2).
    public mutating func appendEscapedUser(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            if ByteSet.user.contains(byte) {
                append(byte)
            } else {
                append(0x25)
                appendHexadecimal(UInt64(byte), digits: 2)
            }
        }
    }
}
