/// One value of Via (RFC 3261 §20.42): a hop that the message has come over.
public struct Via: HeaderValue, Hashable {
    /// The whole value.
    public var range: ByteRange
    /// The transport, `nil` if it is none of ours; only the topmost matters to who answers.
    public var transport: TransportKind?
    /// The transport as written.
    public var transportRange: ByteRange
    /// The host that the sender says it is.
    public var host: Host
    /// The port that it says it listens on, `nil` if left out.
    public var port: UInt16?
    /// `branch`; empty if there is none (RFC 2543).
    public var branch: ByteRange = .empty
    /// `received`: the address the message came from, added by the receiver; perhaps in brackets.
    public var received: ByteRange = .empty
    /// `maddr`.
    public var maddr: ByteRange = .empty
    /// `rport` is there (RFC 3581).
    public var hasRPort = false
    /// The value of `rport`.
    public var rport: UInt16?
    /// `ttl`.
    public var ttl: UInt8?
    /// `alias`: the connection may be reused (RFC 5923).
    public var hasAlias = false
    /// `keep`: the sender would send keep-alives (RFC 6223).
    public var hasKeep = false
    /// All parameters, from the first semicolon.
    public var parameters: ByteRange = .empty
    /// `received` and `rport` with their semicolons, which whoever fills them in leaves out.
    var receivedParameter: ByteRange = .empty
    var rportParameter: ByteRange = .empty

    /// The branch begins with `z9hG4bK` and goes on, so it identifies the transaction (RFC 3261 §8.1.1.7).
    public func hasMagicCookie(_ bytes: Span<UInt8>) -> Bool {
        branch.count > 7 && bytes.equalsIgnoringCase(ByteRange(start: branch.start, count: 7), "z9hG4bK")
    }

    /// `sent-protocol LWS sent-by *( SEMI via-params )` (RFC 3261 §25.1).
    public static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        header: HeaderName,
    ) throws(ParseError) -> Via {
        let start = bytes.skippingSpace(from: position, to: end)
        position = start
        let transport = try readProtocol(bytes, from: &position, to: end, header)
        let hostStart = bytes.skippingSpace(from: position, to: end)
        guard hostStart > position else { throw ParseError(header, at: position, .malformedProtocol) }
        position = hostStart
        let host = try Host.read(bytes, from: &position, to: end, part: .header(header))
        var via = Via(
            range: .empty,
            transport: TransportKind(viaName: FoldedWord(bytes, in: transport)),
            transportRange: transport,
            host: host,
        )
        var valueEnd = position
        position = bytes.skippingSpace(from: position, to: end)
        if position < end, bytes[position] == 0x3a {
            position = bytes.skippingSpace(from: position &+ 1, to: end)
            via.port = try Host.readPort(bytes, from: &position, to: end, part: .header(header))
            valueEnd = position
            position = bytes.skippingSpace(from: position, to: end)
        }
        let parametersStart = position
        var word = FoldedWord.none
        while position < end, bytes[position] == 0x3b {
            let semicolon = position
            position &+= 1
            let parameter = try Parameter.read(bytes, from: &position, to: end, header: header, word: &word)
            valueEnd = parameter.end
            try via.take(parameter, named: word, bytes, ByteRange(from: semicolon, to: valueEnd), header)
        }
        if valueEnd > parametersStart { via.parameters = ByteRange(from: parametersStart, to: valueEnd) }
        via.range = ByteRange(from: start, to: valueEnd)
        return via
    }

    /// Reads `protocol-name / protocol-version / transport`; returns the transport. Name and version may be any
    /// tokens (§25.1): a request of another version must be answered 505, over this Via.
    @inline(__always)
    private static func readProtocol(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        _ header: HeaderName,
    ) throws(ParseError) -> ByteRange {
        let start = position
        if end &- start > 8, FoldedWord(bytes, from: start, count: 8) == FoldedWord("SIP/2.0/") {
            position = start &+ 8
        } else {
            for _ in 0..<2 {
                let token = position
                position = bytes.firstOutside(.token, from: token, to: end)
                guard position > token, bytes.skipSlash(from: &position, to: end) else {
                    throw ParseError(header, at: token, .malformedProtocol)
                }
            }
        }
        let transport = bytes.skippingSpace(from: position, to: end)
        position = bytes.firstOutside(.token, from: transport, to: end)
        guard position > transport else { throw ParseError(header, at: transport, .malformedProtocol) }
        return ByteRange(from: transport, to: position)
    }

    @inline(__always)
    private mutating func take(
        _ parameter: Parameter,
        named name: FoldedWord,
        _ bytes: Span<UInt8>,
        _ whole: ByteRange,
        _ header: HeaderName,
    ) throws(ParseError) {
        if name == FoldedWord("branch") {
            guard branch.isEmpty else { throw ParseError(header, at: Int(whole.start), .repeatedParameter) }
            guard !parameter.value.isEmpty else {
                throw ParseError(header, at: Int(whole.start), .malformedParameter)
            }
            branch = parameter.value
        } else if name == FoldedWord("rport") {
            guard !hasRPort else { throw ParseError(header, at: Int(whole.start), .repeatedParameter) }
            hasRPort = true
            rportParameter = whole
            if parameter.hasValue {
                var position = Int(parameter.value.start)
                rport = try Host.readPort(
                    bytes,
                    from: &position,
                    to: parameter.value.end,
                    part: .header(header)
                )
            }
        } else if name == FoldedWord("received") {
            guard received.isEmpty else { throw ParseError(header, at: Int(whole.start), .repeatedParameter) }
            received = parameter.value
            receivedParameter = whole
        } else if name == FoldedWord("maddr") {
            maddr = parameter.value
        } else if name == FoldedWord("alias") {
            hasAlias = true
        } else if name == FoldedWord("keep") {
            hasKeep = true
        } else if name == FoldedWord("ttl") {
            let value = try bytes.decimal(in: parameter.value, header: header)
            guard value <= 255 else {
                throw ParseError(header, at: Int(parameter.value.start), .numberOutOfRange)
            }
            ttl = UInt8(truncatingIfNeeded: value)
        }
    }
}

extension Parameter {
    /// Offset after the parameter, the closing quotation mark included.
    @inline(__always)
    var end: Int { hasValue ? value.end &+ (isQuoted ? 1 : 0) : name.end }
}

extension Span<UInt8> {
    /// Skips `SWS "/" SWS`; `false` if there is no slash.
    fileprivate func skipSlash(from position: inout Int, to end: Int) -> Bool {
        position = skippingSpace(from: position, to: end)
        guard position < end, self[position] == 0x2f else { return false }
        position = skippingSpace(from: position + 1, to: end)
        return true
    }
}

extension TransportKind {
    /// The transport of this name in a Via or `transport` parameter.
    @inline(__always)
    init?(viaName name: FoldedWord) {
        if name == FoldedWord("udp") {
            self = .udp
        } else if name == FoldedWord("tcp") {
            self = .tcp
        } else if name == FoldedWord("tls") {
            self = .tls
        } else if name == FoldedWord("ws") {
            self = .ws
        } else if name == FoldedWord("wss") {
            self = .wss
        } else {
            return nil
        }
    }
}
