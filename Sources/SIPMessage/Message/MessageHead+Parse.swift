extension MessageHead {
    /// Reads one message.
    ///
    /// - Parameters:
    ///   - bytes: the message; over a stream, what the framer cut out.
    ///   - limits: how large it may be.
    ///   - framing: what Content-Length means (RFC 3261 §18.3).
    ///
    /// Throws the first thing that is wrong with the start line, line ends, sizes or Content-Length; all
    /// header fields that could be told apart are in the head even then. Empty lines before the start
    /// line are skipped (§7.5).
    public mutating func parse(
        _ bytes: Span<UInt8>,
        limits: MessageLimits = .standard,
        framing: MessageFraming = .datagram,
    ) throws(ParseError) {
        reset()
        let end = min(bytes.count, 65_535)
        if bytes.count > limits.messageBytes {
            note(.headerSection, at: limits.messageBytes, .messageTooLong)
        }
        var position = 0
        while position &+ 1 < end, bytes[position] == 0x0d, bytes[position &+ 1] == 0x0a { position &+= 2 }
        position = readStartLine(bytes, from: position, to: end, limits)
        guard kind != .unknown else {
            throw failure ?? ParseError(.startLine, at: 0, .notSIP)
        }
        while position < end {
            if bytes[position] == 0x0d, position &+ 1 < end, bytes[position &+ 1] == 0x0a {
                readBody(bytes, from: position &+ 2, to: end, framing)
                if let failure { throw failure }
                return
            }
            position = readField(bytes, from: position, to: end, limits)
        }
        note(.headerSection, at: end, .unterminatedHeaders)
        body = ByteRange(from: end, to: end)
        if let failure { throw failure }
    }

    private mutating func reset() {
        kind = .unknown
        method = .other
        methodRange = .empty
        requestURI = .empty
        status = StatusCode(rawValue: 0)
        reason = .empty
        startLine = .empty
        body = .empty
        count = 0
        failure = nil
        firsts = InlineArray(repeating: HeaderField.noNext)
    }

    /// Keeps the first error only: the later ones are often its consequences.
    private mutating func note(_ part: MessagePart, at offset: Int, _ problem: ParseProblem) {
        if failure == nil { failure = ParseError(part, at: offset, problem) }
    }

    /// Reads one header field with its folds; returns the offset of the next line.
    @inline(__always)
    private mutating func readField(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ limits: MessageLimits,
    ) -> Int {
        var isFolded = false
        let (lineEnd, next) = lineEnd(bytes, from: start, to: end, isFolded: &isFolded)
        if lineEnd &- start > limits.headerLineBytes {
            note(.headerSection, at: start, .headerLineTooLong)
        }
        let colon = bytes.first(0x3a, from: start, to: lineEnd)
        guard colon < lineEnd else {
            note(.headerSection, at: start, .missingColon)
            return next
        }
        var nameEnd = colon
        while nameEnd > start, bytes[nameEnd &- 1] == 0x20 || bytes[nameEnd &- 1] == 0x09 { nameEnd &-= 1 }
        let name = HeaderNameIndex.shared.name(bytes, from: start, count: nameEnd &- start)
        if name == .other {
            guard nameEnd > start, bytes.firstOutside(.token, from: start, to: nameEnd) == nameEnd else {
                note(.headerSection, at: start, .malformedHeaderName)
                return next
            }
        }
        guard count < limits.headers else {
            note(.headerSection, at: start, .tooManyHeaders)
            return next
        }
        let valueStart = bytes.skippingSpace(from: colon &+ 1, to: lineEnd)
        let valueEnd = bytes.trimmedEnd(from: valueStart, to: lineEnd)
        add(
            HeaderField(
                name: name,
                next: HeaderField.noNext,
                isFolded: isFolded,
                nameRange: ByteRange(from: start, to: nameEnd),
                value: ByteRange(from: valueStart, to: valueEnd),
            )
        )
        return next
    }

    /// The end of the line at `start` and the beginning of the next; a line goes on over CRLF followed by
    /// white space (RFC 3261 §7.3.1). A lone CR or LF is an error and part of the line: taking it for an
    /// end would let one element see a header field where another sees none.
    @inline(__always)
    private mutating func lineEnd(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        isFolded: inout Bool,
    ) -> (end: Int, next: Int) {
        var search = start
        while true {
            let lineBreak = bytes.firstLineBreak(from: search, to: end)
            guard lineBreak < end else { return (end, end) }
            guard bytes[lineBreak] == 0x0d, lineBreak &+ 1 < end, bytes[lineBreak &+ 1] == 0x0a else {
                let isReturn = bytes[lineBreak] == 0x0d
                note(.headerSection, at: lineBreak, isReturn ? .bareCarriageReturn : .bareLineFeed)
                search = lineBreak &+ 1
                continue
            }
            let next = lineBreak &+ 2
            guard next < end, bytes[next] == 0x20 || bytes[next] == 0x09 else { return (lineBreak, next) }
            isFolded = true
            search = next
        }
    }

    @inline(__always)
    private mutating func add(_ field: HeaderField) {
        let index = UInt8(truncatingIfNeeded: count)
        let name = Int(field.name.rawValue)
        fields[count] = field
        if firsts[name] == HeaderField.noNext {
            firsts[name] = index
        } else {
            fields[Int(lasts[name])].next = index
        }
        lasts[name] = index
        count &+= 1
    }

    private mutating func readBody(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ framing: MessageFraming,
    ) {
        body = ByteRange(from: start, to: end)
        do {
            guard let value = try optional(.contentLength) else {
                if framing == .stream { note(.body, at: start, .contentLengthMissing) }
                return
            }
            let length = try bytes.decimal(in: value, header: .contentLength)
            if length > UInt64(end &- start) {
                note(.header(.contentLength), at: Int(value.start), .contentLengthTooLarge)
            } else {
                body.count = UInt16(truncatingIfNeeded: length)
            }
        } catch {
            note(error.part, at: Int(error.offset), error.problem)
        }
    }
}

extension MessageHead {
    /// Reads the start line; returns the offset of the line after it. `kind` stays `unknown` if this isn't
    /// SIP at all; other faults are noted.
    private mutating func readStartLine(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ limits: MessageLimits,
    ) -> Int {
        let lineEnd = bytes.firstLineBreak(from: start, to: end)
        startLine = ByteRange(from: start, to: lineEnd)
        guard lineEnd &+ 1 < end, bytes[lineEnd] == 0x0d, bytes[lineEnd &+ 1] == 0x0a else {
            note(.startLine, at: start, .notSIP)
            return end
        }
        if bytes.isVersion(from: start, to: lineEnd) {
            readStatusLine(bytes, from: start, to: lineEnd)
        } else {
            readRequestLine(bytes, from: start, to: lineEnd, limits)
        }
        return lineEnd &+ 2
    }

    /// `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase` (RFC 3261 §7.2).
    private mutating func readStatusLine(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        kind = .response
        let versionEnd = bytes.first(0x20, from: start, to: end)
        checkVersion(bytes, from: start, to: versionEnd)
        let code = versionEnd &+ 1
        guard code &+ 3 <= end, code &+ 3 == end || bytes[code &+ 3] == 0x20 else {
            return note(.startLine, at: code, .malformedStatusCode)
        }
        var number: UInt16 = 0
        for index in code..<code &+ 3 {
            guard bytes[index].isDigit else { return note(.startLine, at: code, .malformedStatusCode) }
            number = number &* 10 &+ UInt16(bytes[index] &- 0x30)
        }
        guard number >= 100, number < 700 else { return note(.startLine, at: code, .malformedStatusCode) }
        status = StatusCode(rawValue: number)
        reason = ByteRange(from: min(code &+ 4, end), to: end)
    }

    /// `Request-Line = Method SP Request-URI SP SIP-Version` (RFC 3261 §7.1).
    private mutating func readRequestLine(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ limits: MessageLimits,
    ) {
        let methodEnd = bytes.first(0x20, from: start, to: end)
        let lineEnd = bytes.trimmedEnd(from: start, to: end)
        var version = lineEnd
        while version > methodEnd, bytes[version &- 1] != 0x20 { version &-= 1 }
        guard version > methodEnd, bytes.isVersion(from: version, to: lineEnd) else {
            return note(.startLine, at: start, .notSIP)
        }
        kind = .request
        methodRange = ByteRange(from: start, to: methodEnd)
        method = Method(bytes, in: methodRange)
        if method == .other {
            let stop = bytes.firstOutside(.token, from: start, to: methodEnd)
            if stop < methodEnd || methodEnd == start { note(.startLine, at: stop, .malformedMethod) }
        }
        let uri = methodEnd &+ 1
        let uriEnd = bytes.first(0x20, from: uri, to: lineEnd)
        requestURI = ByteRange(from: uri, to: uriEnd)
        if uriEnd &- uri > limits.uriBytes { note(.startLine, at: uri, .uriTooLong) }
        if uriEnd &+ 1 != version || lineEnd != end || uriEnd == uri {
            note(.startLine, at: min(uriEnd, end), .extraSpace)
        } else if !bytes[uri].isLetter {
            note(.startLine, at: uri, .malformedRequestURI)
        }
        checkVersion(bytes, from: version, to: lineEnd)
    }

    private mutating func checkVersion(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        guard end &- start == 7, bytes[start &+ 4] == 0x32, bytes[start &+ 5] == 0x2e, bytes[start &+ 6] == 0x30
        else { return note(.startLine, at: start, .unsupportedVersion) }
    }
}

extension Span<UInt8> {
    /// The bytes from `start` begin as a SIP-Version does: `SIP/` and a digit, in any case.
    @inline(__always)
    fileprivate func isVersion(from start: Int, to end: Int) -> Bool {
        end &- start > 4 && foldedWord(from: start, count: 4) == FoldedWord("sip/").head
            && self[start &+ 3] == 0x2f && self[start &+ 4].isDigit
    }
}
