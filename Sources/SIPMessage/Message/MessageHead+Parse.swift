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
        let bodyStart = readFields(bytes, from: position, to: end, limits)
        if let bodyStart {
            readBody(bytes, from: bodyStart, to: end, framing)
        } else {
            note(.headerSection, at: end, .unterminatedHeaders)
            body = ByteRange(from: end, to: end)
        }
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
        for index in 0..<count { chains[Int(fields[index].name.rawValue)] = HeaderField.noNext }
        count = 0
        failure = nil
    }

    /// Keeps the first error only: the later ones are often its consequences.
    private mutating func note(_ part: MessagePart, at offset: Int, _ problem: ParseProblem) {
        if failure == nil { failure = ParseError(part, at: offset, problem) }
    }

    /// Reads the header fields; returns where the body begins, `nil` if the empty line is missing.
    private mutating func readFields(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ limits: MessageLimits,
    ) -> Int? {
        // The tables are taken out of the head and changed through spans, because an array of a property checks
        // at each change whether it is shared.
        var table: [HeaderField] = []
        var links: [UInt8] = []
        swap(&table, &fields)
        swap(&links, &chains)
        var tableSpan = table.mutableSpan
        var linksSpan = links.mutableSpan
        let bodyStart = Self.readFields(
            bytes,
            from: start,
            to: end,
            limits,
            names,
            into: &tableSpan,
            &linksSpan,
            &count,
            &failure,
        )
        swap(&table, &fields)
        swap(&links, &chains)
        return bodyStart
    }

    private static func readFields(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        _ limits: MessageLimits,
        _ names: HeaderNameIndex,
        into fields: inout MutableSpan<HeaderField>,
        _ chains: inout MutableSpan<UInt8>,
        _ count: inout Int,
        _ failure: inout ParseError?,
    ) -> Int? {
        let most = min(limits.headers, fields.count)
        var position = start
        while position < end {
            let start = position
            if bytes[start] == 0x0d, start &+ 1 < end, bytes[start &+ 1] == 0x0a { return start &+ 2 }
            let known = names.nameAndColon(bytes, from: start)
            let isKnown = known.name != .other && known.colon < end
            let line = HeaderLine(bytes, from: isKnown ? known.colon &+ 1 : start, to: end, &failure)
            position = line.next
            if line.end &- start > limits.headerLineBytes { note(.headerLineTooLong, at: start, &failure) }
            var name = known.name
            var nameEnd = known.colon
            var valueStart = known.colon &+ 1
            if !isKnown {
                guard let found = line.name(bytes, from: start, names, &failure) else { continue }
                name = found.name
                nameEnd = found.end
                valueStart = found.colon &+ 1
            }
            guard count < most else {
                note(.tooManyHeaders, at: start, &failure)
                continue
            }
            valueStart = bytes.skippingSpace(from: valueStart, to: line.end)
            fields[count] = HeaderField(
                name: name,
                next: HeaderField.noNext,
                isFolded: line.isFolded,
                nameRange: ByteRange(from: start, to: nameEnd),
                value: ByteRange(from: valueStart, to: bytes.trimmedEnd(from: valueStart, to: line.end)),
            )
            let first = Int(name.rawValue)
            let index = UInt8(truncatingIfNeeded: count)
            if chains[first] == HeaderField.noNext {
                chains[first] = index
            } else {
                fields[Int(chains[first &+ HeaderName.count])].next = index
            }
            chains[first &+ HeaderName.count] = index
            count &+= 1
        }
        return nil
    }

    @inline(__always)
    fileprivate static func note(_ problem: ParseProblem, at offset: Int, _ failure: inout ParseError?) {
        if failure == nil { failure = ParseError(.headerSection, at: offset, problem) }
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
        guard end &- start == 7, bytes[start &+ 4] == 0x32, bytes[start &+ 5] == 0x2e,
            bytes[start &+ 6] == 0x30
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

/// One line of the header section, with its folds.
private struct HeaderLine {
    /// Offset of the CRLF that ends it.
    var end: Int
    /// Offset of the next line.
    var next: Int
    var isFolded = false

    /// Finds the end of the line from `start`; it goes on over CRLF followed by white space (RFC 3261 §7.3.1).
    ///
    /// A lone CR or LF is an error and part of the line: taking it for an end would let one element see a
    /// header field where another sees none.
    @inline(__always)
    init(_ bytes: Span<UInt8>, from start: Int, to end: Int, _ failure: inout ParseError?) {
        var search = start
        self.end = end
        next = end
        while true {
            let lineBreak = bytes.firstLineBreak(from: search, to: end)
            guard lineBreak < end else { return }
            let isReturn = bytes[lineBreak] == 0x0d
            guard isReturn, lineBreak &+ 1 < end, bytes[lineBreak &+ 1] == 0x0a else {
                MessageHead.note(isReturn ? .bareCarriageReturn : .bareLineFeed, at: lineBreak, &failure)
                search = lineBreak &+ 1
                continue
            }
            search = lineBreak &+ 2
            guard search < end, bytes[search] == 0x20 || bytes[search] == 0x09 else {
                self.end = lineBreak
                next = search
                return
            }
            isFolded = true
        }
    }

    /// The line's name, where it ends and where its colon stands; `nil` if it has none.
    func name(
        _ bytes: Span<UInt8>,
        from start: Int,
        _ names: HeaderNameIndex,
        _ failure: inout ParseError?,
    ) -> (name: HeaderName, end: Int, colon: Int)? {
        let colon = bytes.first(0x3a, from: start, to: end)
        guard colon < end else {
            MessageHead.note(.missingColon, at: start, &failure)
            return nil
        }
        var nameEnd = colon
        while nameEnd > start, bytes[nameEnd &- 1] == 0x20 || bytes[nameEnd &- 1] == 0x09 { nameEnd &-= 1 }
        guard nameEnd > start, bytes.firstOutside(.token, from: start, to: nameEnd) == nameEnd else {
            MessageHead.note(.malformedHeaderName, at: start, &failure)
            return nil
        }
        return (names.name(bytes, from: start, count: nameEnd &- start), nameEnd, colon)
    }
}
