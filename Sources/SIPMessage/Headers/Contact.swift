/// One value of Contact as a registrar needs it (RFC 3261 §20.10, RFC 5626 §11.1, RFC 5627 §6).
public struct Contact: HeaderValue, Hashable {
    /// The value is `*`: all contacts; then `address` is empty.
    public var isWildcard: Bool
    /// Display name and URI.
    public var address: NameAddress
    /// `expires` in seconds; a larger number than 2^32-1 is that (RFC 3261 §20.10), a malformed one 3600.
    public var expires: UInt32?
    /// `expires` was not a number, so that 3600 stands for it.
    public var isExpiresMalformed = false
    /// `q` in thousandths, 0–1000.
    public var q: UInt16?
    /// `+sip.instance` without the quotation marks, with its angle brackets.
    public var instance: ByteRange = .empty
    /// `reg-id`, 1 to 2^31-1.
    public var regID: UInt32?
    /// `pub-gruu` without the quotation marks.
    public var publicGRUU: ByteRange = .empty
    /// `temp-gruu` without the quotation marks.
    public var temporaryGRUU: ByteRange = .empty

    /// The URI.
    @inlinable
    public var uri: ByteRange { address.uri }
    /// All header parameters, from the first semicolon.
    @inlinable
    public var parameters: ByteRange { address.parameters }
    /// The whole value.
    @inlinable
    public var range: ByteRange { address.range }

    /// What RFC 3261 §20.10 puts in the place of a malformed `expires`, in seconds.
    public static let malformedExpires: UInt32 = 3600

    /// Reads one value.
    public static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> Contact {
        position = bytes.skippingSpace(from: position, to: end)
        if position < end, bytes[position] == 0x2a {
            let next = bytes.skippingSpace(from: position &+ 1, to: end)
            if next == end || bytes[next] == 0x2c { return wildcard(at: &position, next: next) }
            // The wildcard has no parameters (RFC 3261 §25.1).
            if bytes[next] == 0x3b { throw ParseError(header, at: next, .unexpectedByte) }
        }
        let address = try NameAddress.readAddress(bytes, from: &position, to: end, header)
        var contact = Contact(isWildcard: false, address: address)
        var valueEnd = address.range.end
        let parametersStart = position
        var word = FoldedWord.none
        while position < end, bytes[position] == 0x3b {
            position &+= 1
            let parameter = try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
            valueEnd = parameter.end
            try contact.take(parameter, named: word, bytes, header)
        }
        if valueEnd > parametersStart {
            contact.address.parameters = ByteRange(from: parametersStart, to: valueEnd)
        }
        contact.address.range = ByteRange(from: Int(address.range.start), to: valueEnd)
        return contact
    }

    private static func wildcard(at position: inout Int, next: Int) -> Contact {
        let range = ByteRange(from: position, to: position + 1)
        position = next
        return Contact(
            isWildcard: true,
            address: NameAddress(
                range: range,
                displayName: .empty,
                isDisplayNameQuoted: false,
                uri: .empty,
                isBracketed: false,
                parameters: .empty,
                tag: .empty,
            ),
        )
    }

    @inline(__always)
    private mutating func take(
        _ parameter: Parameter,
        named name: FoldedWord,
        _ bytes: Span<UInt8>,
        _ header: HeaderName,
    ) throws(ParseError) {
        let isRepeated: Bool
        if name == FoldedWord("expires") {
            isRepeated = expires != nil
            let seconds = DeltaSeconds(lenient: bytes, in: parameter.value)
            expires = seconds.value
            isExpiresMalformed = seconds.isMalformed || parameter.isQuoted
            if isExpiresMalformed { expires = Self.malformedExpires }
        } else if name == FoldedWord("q") {
            isRepeated = q != nil
            q = try Self.qValue(bytes, in: parameter.value, header)
        } else if name == FoldedWord("+sip.instance") {
            isRepeated = !instance.isEmpty
            instance = parameter.value
        } else if name == FoldedWord("reg-id") {
            isRepeated = regID != nil
            let number = try bytes.decimal(in: parameter.value, header: header)
            guard number >= 1, number < 1 << 31 else {
                throw ParseError(header, at: Int(parameter.value.start), .numberOutOfRange)
            }
            regID = UInt32(truncatingIfNeeded: number)
        } else if name == FoldedWord("pub-gruu") {
            isRepeated = !publicGRUU.isEmpty
            publicGRUU = parameter.value
        } else if name == FoldedWord("temp-gruu") {
            isRepeated = !temporaryGRUU.isEmpty
            temporaryGRUU = parameter.value
        } else {
            return
        }
        if isRepeated { throw ParseError(header, at: Int(parameter.name.start), .repeatedParameter) }
    }

    /// `qvalue = "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ]` (RFC 3261 §25.1), in thousandths.
    private static func qValue(
        _ bytes: Span<UInt8>,
        in range: ByteRange,
        _ header: HeaderName,
    ) throws(ParseError) -> UInt16 {
        let bounds = bytes.clamped(range)
        var thousandths: UInt16 = 0
        var unit: UInt16 = 1000
        for (index, offset) in bounds.enumerated() {
            let byte = bytes[offset]
            if index == 1 {
                guard byte == 0x2e else { throw ParseError(header, at: offset, .malformedNumber) }
                continue
            }
            guard byte.isDigit, unit > 0, index > 0 || byte <= 0x31 else {
                throw ParseError(header, at: offset, .malformedNumber)
            }
            thousandths &+= UInt16(byte &- 0x30) &* unit
            unit /= 10
        }
        guard !bounds.isEmpty else { throw ParseError(header, at: Int(range.start), .malformedNumber) }
        guard thousandths <= 1000 else {
            throw ParseError(header, at: bounds.lowerBound, .numberOutOfRange)
        }
        return thousandths
    }
}
