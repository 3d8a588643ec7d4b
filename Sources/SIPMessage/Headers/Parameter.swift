/// One `name=value` of a header field (`generic-param`, RFC 3261 §25.1) or of a URI.
public struct Parameter: Hashable, Sendable, BitwiseCopyable {
    /// The name.
    public var name: ByteRange
    /// The value, without the quotation marks; empty when there is none.
    public var value: ByteRange
    /// An equals sign is there.
    public var hasValue: Bool
    /// The value was quoted: escapes in it are undone by `appendUnescaped`.
    public var isQuoted: Bool
    /// The quoted value has a backslash.
    public var hasEscapes = false

    /// Reads a header parameter from `position`, leaving it behind the parameter and white space. `word` becomes its
    /// name.
    @inline(__always)
    static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
        word: inout FoldedWord,
    ) throws(ParseError) -> Parameter {
        let start = bytes.skippingSpace(from: position, to: end)
        position = try bytes.parameterName(from: start, to: end, header: header, word: &word)
        let name = ByteRange(from: start, to: position)
        if position < end, bytes[position] != 0x3d { position = bytes.skippingSpace(from: position, to: end) }
        guard position < end, bytes[position] == 0x3d else {
            return Parameter(name: name, value: .empty, hasValue: false, isQuoted: false)
        }
        position = bytes.skippingSpace(from: position &+ 1, to: end)
        var parameter = Parameter(name: name, value: .empty, hasValue: true, isQuoted: false)
        if position < end, bytes[position] == 0x22 {
            parameter.isQuoted = true
            parameter.value = try bytes.quotedString(
                from: &position,
                to: end,
                header: header,
                hasEscapes: &parameter.hasEscapes,
            )
        } else {
            let valueStart = position
            position = bytes.firstOutside(.parameterValue, from: position, to: end)
            guard position > valueStart else { throw ParseError(header, at: position, .malformedParameter) }
            parameter.value = ByteRange(from: valueStart, to: position)
        }
        position = bytes.skippingSpace(from: position, to: end)
        return parameter
    }
}

/// Walks over the parameters in a range that begins with a semicolon or is empty.
public struct HeaderParameters: Sendable, BitwiseCopyable {
    let header: HeaderName
    var position: Int
    let end: Int

    /// The parameters in `range` of this header field.
    public init(_ range: ByteRange, header: HeaderName) {
        self.header = header
        position = Int(range.start)
        end = Int(range.start) + Int(range.count)
    }

    /// The next parameter, `nil` after the last.
    public mutating func next(_ bytes: Span<UInt8>) throws(ParseError) -> Parameter? {
        let end = min(end, bytes.count)
        position = bytes.skippingSpace(from: position, to: end)
        guard position < end else { return nil }
        guard bytes[position] == 0x3b else { throw ParseError(header, at: position, .unexpectedByte) }
        position += 1
        var word = FoldedWord.none
        return try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
    }
}

extension Span<UInt8> {
    /// The end of the name at `start`, which is a token.
    @inline(__always)
    fileprivate func parameterName(
        from start: Int,
        to end: Int,
        header: HeaderName,
        word: inout FoldedWord,
    ) throws(ParseError) -> Int {
        // The usual name is short, of letters and hyphens, and an equals sign follows it.
        if start >= 0, start &+ 16 <= count {
            let vector = vector(unchecked: start)
            let length = Matches(notInNames: vector).first
            if length > 0, length < 16, start &+ length < end, self[start &+ length] == 0x3d {
                word = FoldedWord(vector, count: length)
                return start &+ length
            }
        }
        let nameEnd = firstOutside(.token, from: start, to: end)
        guard nameEnd > start else {
            let isSeparator = start >= end || self[start] == 0x3b || self[start] == 0x2c
            throw ParseError(header, at: start, isSeparator ? .emptyElement : .unexpectedByte)
        }
        word = FoldedWord(self, from: start, count: nameEnd &- start)
        return nameEnd
    }

    /// Reads a quoted string that begins at `position`; returns what stands between the marks.
    ///
    /// CR and LF may not be in it but as a fold, which `MessageHead` has seen to (RFC 3261 §25.1).
    @inline(__always)
    func quotedString(
        from position: inout Int,
        to end: Int,
        header: HeaderName,
        hasEscapes: inout Bool,
    ) throws(ParseError) -> ByteRange {
        let start = position &+ 1
        var index = start
        while true {
            index = firstQuoteOrBackslash(from: index, to: end)
            guard index < end else { throw ParseError(header, at: position, .unterminatedQuote) }
            if self[index] == 0x22 {
                position = index &+ 1
                return ByteRange(from: start, to: index)
            }
            hasEscapes = true
            index &+= 2
            guard index <= end else { throw ParseError(header, at: position, .unterminatedQuote) }
        }
    }
}
