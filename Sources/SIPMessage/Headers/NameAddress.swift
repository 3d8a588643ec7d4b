/// A value of From, To, Route, Path and their kin: a URI, perhaps with a display name, and parameters
/// (`name-addr / addr-spec`, RFC 3261 §20.10).
public struct NameAddress: HeaderValue, Hashable {
    /// The whole value.
    public var range: ByteRange
    /// The display name, without quotation marks; empty if there is none.
    public var displayName: ByteRange
    /// The display name is quoted: escapes in it are undone by `appendUnescaped`.
    public var isDisplayNameQuoted: Bool
    /// The URI, which `SIPURI` reads.
    public var uri: ByteRange
    /// The URI stands in angle brackets. If not, what follows a semicolon is the header's (§20.10).
    public var isBracketed: Bool
    /// The header parameters, from the first semicolon; empty if there are none.
    public var parameters: ByteRange
    /// `tag`, empty if there is none.
    public var tag: ByteRange

    /// Reads one value.
    public static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> NameAddress {
        var address = try readAddress(bytes, from: &position, to: end, header)
        var valueEnd = address.range.end
        let parametersStart = position
        var word = FoldedWord.none
        while position < end, bytes[position] == 0x3b {
            position &+= 1
            let parameter = try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
            valueEnd = parameter.end
            guard word == FoldedWord("tag") else { continue }
            guard address.tag.isEmpty else {
                throw ParseError(header, at: Int(parameter.name.start), .repeatedParameter)
            }
            guard !parameter.value.isEmpty else {
                throw ParseError(header, at: Int(parameter.name.start), .malformedParameter)
            }
            address.tag = parameter.value
        }
        if valueEnd > parametersStart { address.parameters = ByteRange(from: parametersStart, to: valueEnd) }
        address.range = ByteRange(from: Int(address.range.start), to: valueEnd)
        return address
    }

    /// Reads display name and URI, leaving `position` at the semicolon, comma or end after them.
    @inline(__always)
    static func readAddress(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        _ header: HeaderName,
    ) throws(ParseError) -> NameAddress {
        let start = bytes.skippingSpace(from: position, to: end)
        guard start < end else { throw ParseError(header, at: start, .empty) }
        position = start
        var displayName = ByteRange.empty
        let isQuoted = bytes[start] == 0x22
        var hasEscapes = false
        if isQuoted {
            displayName = try bytes.quotedString(
                from: &position,
                to: end,
                header: header,
                hasEscapes: &hasEscapes,
            )
            position = bytes.skippingSpace(from: position, to: end)
            guard position < end, bytes[position] == 0x3c else {
                throw ParseError(header, at: position, .malformedDisplayName)
            }
        } else if bytes[start] != 0x3c {
            let stop = bytes.displayNameEnd(from: start, to: end)
            guard stop < end, bytes[stop] == 0x3c else {
                return try readBareURI(bytes, from: &position, to: end, header)
            }
            displayName = ByteRange(from: start, to: bytes.trimmedEnd(from: start, to: stop))
            position = stop
        }
        let uriStart = position &+ 1
        let uriEnd = bytes.first(0x3e, from: uriStart, to: end)
        guard uriEnd < end else { throw ParseError(header, at: position, .unterminatedBracket) }
        guard uriEnd > uriStart else { throw ParseError(header, at: position, .empty) }
        position = bytes.skippingSpace(from: uriEnd &+ 1, to: end)
        return NameAddress(
            range: ByteRange(from: start, to: uriEnd &+ 1),
            displayName: displayName,
            isDisplayNameQuoted: isQuoted,
            uri: ByteRange(from: uriStart, to: uriEnd),
            isBracketed: true,
            parameters: .empty,
            tag: .empty,
        )
    }

    /// Reads a URI without brackets: it ends at white space, semicolon or comma, and may have no question
    /// mark (RFC 3261 §20).
    private static func readBareURI(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        _ header: HeaderName,
    ) throws(ParseError) -> NameAddress {
        let start = position
        loop: while position < end {
            switch bytes[position] {
            case 0x3b, 0x2c, 0x20, 0x09, 0x0d, 0x0a: break loop
            case 0x3f: throw ParseError(header, at: position, .needsBrackets)
            case 0x3c, 0x22: throw ParseError(header, at: start, .malformedDisplayName)
            default: position &+= 1
            }
        }
        let range = ByteRange(from: start, to: position)
        guard !range.isEmpty else { throw ParseError(header, at: start, .emptyElement) }
        // `Bell, Alexander <sip:…>`: a word that can't be a URI, cut at its comma (RFC 4475 §3.1.2.15).
        if position < end, bytes[position] == 0x2c, bytes.first(0x3a, from: start, to: position) == position {
            throw ParseError(header, at: start, .malformedDisplayName)
        }
        position = bytes.skippingSpace(from: position, to: end)
        guard position == end || bytes[position] == 0x3b || bytes[position] == 0x2c else {
            throw ParseError(header, at: position, .malformedDisplayName)
        }
        return NameAddress(
            range: range,
            displayName: .empty,
            isDisplayNameQuoted: false,
            uri: range,
            isBracketed: false,
            parameters: .empty,
            tag: .empty,
        )
    }
}

extension Span<UInt8> {
    /// The first byte that can't be part of an unquoted display name. UTF-8 is let through there, which
    /// the grammar forbids and phones do.
    @inline(__always)
    fileprivate func displayNameEnd(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end {
            let byte = self[index]
            guard ByteSet.token.contains(byte) || byte.isSpace || byte >= 0x80 else { break }
            index &+= 1
        }
        return index
    }
}
