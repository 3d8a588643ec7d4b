/// What a URI's scheme means to us.
public enum URIScheme: UInt8, Hashable, Sendable, BitwiseCopyable {
    case sip, sips, tel, other
}

/// A SIP, SIPS or TEL URI, or one of another scheme that isn't read any further
/// (RFC 3261 §19.1, RFC 3966).
public struct SIPURI: Hashable, Sendable, BitwiseCopyable {
    /// The most parameters and the most headers that a URI may have: comparing two costs the product.
    public static let maximumParameters = 32

    /// The whole URI.
    public var range: ByteRange
    /// The scheme.
    public var scheme: URIScheme
    /// The user part, escapes and all; of a TEL URI the number; of another scheme what follows the colon.
    public var user: ByteRange = .empty
    /// An at sign is there. (A user part can't be empty.)
    public var hasUser = false
    /// The password, which nobody should send.
    public var password: ByteRange = .empty
    /// A colon follows the user; the password may be empty.
    public var hasPassword = false
    /// The host; empty in a TEL URI.
    public var host = Host.none
    /// The port, `nil` if left out.
    public var port: UInt16?
    /// The parameters, from the first semicolon; empty if there are none.
    public var parameters: ByteRange = .empty
    /// The headers, after the question mark; empty if there are none.
    public var headers: ByteRange = .empty

    /// SIP or SIPS: the kinds that a registrar can serve.
    @inlinable
    public var isSIP: Bool { scheme == .sip || scheme == .sips }

    /// Reads the URI that fills `range`.
    ///
    /// - Parameter part: where it stands, for the error.
    public init(
        _ bytes: Span<UInt8>,
        in range: ByteRange,
        part: MessagePart = .startLine,
    ) throws(ParseError) {
        let bounds = bytes.clamped(range)
        let start = bounds.lowerBound
        let end = bounds.upperBound
        self.range = ByteRange(from: start, to: end)
        var position = start
        scheme = try Self.readScheme(bytes, from: &position, to: end, part)
        switch scheme {
        case .sip, .sips: try readSIP(bytes, from: position, to: end, part)
        case .tel: try readTelephone(bytes, from: position, to: end, part)
        case .other:
            let stop = bytes.firstOutside(.anyURI, from: position, to: end)
            guard stop == end else { throw ParseError(part, at: stop, .unexpectedByte) }
            guard position < end else { throw ParseError(part, at: position, .unexpectedEnd) }
            user = ByteRange(from: position, to: end)
        }
    }

    /// Reads scheme and colon.
    @inline(__always)
    private static func readScheme(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        _ part: MessagePart,
    ) throws(ParseError) -> URIScheme {
        let start = position
        if end &- start >= 4 {
            // A colon has bit 5 set already, and its other preimage is a control character.
            let word = FoldedWord(bytes, from: start, count: 4)
            if word == FoldedWord("sip:"), bytes[start &+ 3] == 0x3a {
                position = start &+ 4
                return .sip
            }
            if word == FoldedWord("tel:"), bytes[start &+ 3] == 0x3a {
                position = start &+ 4
                return .tel
            }
            if word == FoldedWord("sips"), start &+ 4 < end, bytes[start &+ 4] == 0x3a {
                position = start &+ 5
                return .sips
            }
        }
        while position < end, bytes[position].isSchemeByte { position &+= 1 }
        guard position > start, position < end, bytes[position] == 0x3a, bytes[start].isLetter else {
            throw ParseError(part, at: position, .malformedScheme)
        }
        position &+= 1
        return .other
    }

    private mutating func readSIP(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ part: MessagePart,
    ) throws(ParseError) {
        // What a user part and a host are made of has no at sign, and no other part can have one unescaped: where
        // the first run ends at one, that was the user; else it has to be searched for.
        var position = try bytes.escapedEnd(of: .user, from: start, to: end, part)
        let at =
            position < end && bytes[position] == 0x40 ? position : bytes.first(0x40, from: start, to: end)
        if at < end {
            hasUser = true
            guard position > start else { throw ParseError(part, at: start, .unexpectedByte) }
            user = ByteRange(from: start, to: position)
            if position < at, bytes[position] == 0x3a {
                hasPassword = true
                let passwordStart = position &+ 1
                position = try bytes.escapedEnd(of: .password, from: passwordStart, to: at, part)
                password = ByteRange(from: passwordStart, to: position)
            }
            guard position == at else { throw ParseError(part, at: position, .unexpectedByte) }
            position &+= 1
        } else {
            position = start
        }
        host = try Host.read(bytes, from: &position, to: end, part: part)
        if position < end, bytes[position] == 0x3a {
            position &+= 1
            port = try Host.readPort(bytes, from: &position, to: end, part: part)
        }
        guard position < end else { return }
        if bytes[position] == 0x3b {
            let parametersStart = position
            position = try Self.skipParameters(bytes, from: position, to: end, part)
            parameters = ByteRange(from: parametersStart, to: position)
        }
        if position < end, bytes[position] == 0x3f {
            let headersStart = position &+ 1
            position = try bytes.escapedEnd(of: .uriHeader, from: headersStart, to: end, part)
            headers = ByteRange(from: headersStart, to: position)
            try checkHeaders(bytes, part)
        }
        guard position == end else { throw ParseError(part, at: position, .unexpectedByte) }
    }

    /// Skips `*( ";" pname [ "=" pvalue ] )`.
    static func skipParameters(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ part: MessagePart,
    ) throws(ParseError) -> Int {
        var position = start
        var count = 0
        while position < end, bytes[position] == 0x3b {
            count += 1
            guard count <= maximumParameters else { throw ParseError(part, at: position, .tooManyParameters) }
            let name = position &+ 1
            position = try bytes.escapedEnd(of: .uriParameter, from: name, to: end, part)
            guard position > name else { throw ParseError(part, at: name, .malformedParameter) }
            guard position < end, bytes[position] == 0x3d else { continue }
            let value = position &+ 1
            position = try bytes.escapedEnd(of: .uriParameter, from: value, to: end, part)
            guard position > value else { throw ParseError(part, at: value, .malformedParameter) }
        }
        return position
    }

    /// `hname "=" hvalue *( "&" … )`: each has a name and an equals sign.
    private func checkHeaders(_ bytes: Span<UInt8>, _ part: MessagePart) throws(ParseError) {
        var fields = URIHeaders(self)
        var count = 0
        while let field = fields.next(bytes) {
            count += 1
            guard count <= Self.maximumParameters else {
                throw ParseError(part, at: Int(field.name.start), .tooManyParameters)
            }
            guard field.hasValue, !field.name.isEmpty else {
                throw ParseError(part, at: Int(field.name.start), .malformedParameter)
            }
        }
        guard count > 0 else { throw ParseError(part, at: Int(headers.start), .malformedParameter) }
    }
}

extension SIPURI {
    /// `global-number / local-number` with parameters (RFC 3966 §3); a local one needs `phone-context`.
    private mutating func readTelephone(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ part: MessagePart,
    ) throws(ParseError) {
        let isGlobal = start < end && bytes[start] == 0x2b
        let digits = isGlobal ? start &+ 1 : start
        let allowed = isGlobal ? ByteSet.telephone : .localTelephone
        var position = digits
        while position < end, allowed.contains(bytes[position]) { position += 1 }
        user = ByteRange(from: start, to: position)
        var hasDigit = false
        for index in digits..<position where ![0x2d, 0x2e, 0x28, 0x29].contains(bytes[index]) {
            hasDigit = true
        }
        guard hasDigit else { throw ParseError(part, at: start, .malformedNumber) }
        let parametersStart = position
        position = try Self.skipParameters(bytes, from: position, to: end, part)
        guard position == end else { throw ParseError(part, at: position, .unexpectedByte) }
        if position > parametersStart { parameters = ByteRange(from: parametersStart, to: position) }
        guard isGlobal || parameter("phone-context", bytes) != nil else {
            throw ParseError(part, at: start, .missingParameter)
        }
    }

    /// The value of a parameter; an empty range if it has none, `nil` if it isn't there.
    ///
    /// - Parameter name: in lower case.
    public func parameter(_ name: StaticString, _ bytes: Span<UInt8>) -> ByteRange? {
        var walk = URIParameters(self)
        while let parameter = walk.next(bytes) {
            if bytes.equalsUnescaped(parameter.name, name) { return parameter.value }
        }
        return nil
    }

    /// The `transport` parameter, if it names one of ours.
    public func transport(_ bytes: Span<UInt8>) -> TransportKind? {
        guard let value = parameter("transport", bytes) else { return nil }
        return TransportKind(viaName: FoldedWord(bytes, in: value))
    }
}

/// Walks over the parameters of a URI.
public struct URIParameters: Sendable, BitwiseCopyable {
    private var position: Int
    private let end: Int

    /// The parameters of `uri`.
    public init(_ uri: SIPURI) {
        position = Int(uri.parameters.start)
        end = Int(uri.parameters.start) + Int(uri.parameters.count)
    }

    /// The next parameter, `nil` after the last.
    public mutating func next(_ bytes: Span<UInt8>) -> Parameter? {
        let end = min(end, bytes.count)
        guard position < end, bytes[position] == 0x3b else { return nil }
        position += 1
        let parameter = Parameter(bytes, from: position, to: bytes.first(0x3b, from: position, to: end))
        position = bytes.first(0x3b, from: position, to: end)
        return parameter
    }
}

/// Walks over the headers of a URI (`?name=value&name=value`).
public struct URIHeaders: Sendable, BitwiseCopyable {
    private var position: Int
    private let end: Int

    /// The headers of `uri`.
    public init(_ uri: SIPURI) {
        position = Int(uri.headers.start)
        end = Int(uri.headers.start) + Int(uri.headers.count)
    }

    /// The next header as name and value, `nil` after the last.
    public mutating func next(_ bytes: Span<UInt8>) -> Parameter? {
        let end = min(end, bytes.count)
        guard position < end else { return nil }
        let stop = bytes.first(0x26, from: position, to: end)
        let header = Parameter(bytes, from: position, to: stop)
        position = stop + 1
        return header
    }
}

extension Parameter {
    /// Splits `start..<end` at its first equals sign.
    fileprivate init(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        let equals = bytes.first(0x3d, from: start, to: end)
        self.init(
            name: ByteRange(from: start, to: equals),
            value: equals < end ? ByteRange(from: equals + 1, to: end) : .empty,
            hasValue: equals < end,
            isQuoted: false,
        )
    }
}

extension Span<UInt8> {
    /// The end of the bytes from `start` that are in `set` or escapes; throws for half an escape.
    @inline(__always)
    func escapedEnd(
        of set: ByteSet,
        from start: Int,
        to end: Int,
        _ part: MessagePart,
    ) throws(ParseError) -> Int {
        var index = start
        while true {
            index = firstOutside(set, from: index, to: end)
            guard index < end, self[index] == 0x25 else { return index }
            guard index &+ 2 < end, self[index &+ 1].hexDigit != nil, self[index &+ 2].hexDigit != nil else {
                throw ParseError(part, at: index, .malformedEscape)
            }
            index &+= 3
        }
    }
}

extension UInt8 {
    /// A byte of a scheme's name (RFC 3986 §3.1).
    @inline(__always)
    fileprivate var isSchemeByte: Bool {
        isLetter || isDigit || self == 0x2b || self == 0x2d || self == 0x2e
    }
}
