import SIPMessage

/// Writes a response as it is passed on (RFC 3261 §16.7 steps 3 and 9): without our Via, all else byte for byte.
enum ForwardedResponse {
    /// Appends the response without its topmost Via value.
    ///
    /// - Parameter extra: whole header lines with their CRLF that are put before the empty line: the challenges of
    ///   other branches (§16.7 step 7).
    /// - Returns: false, having appended nothing, if it has no other Via: it was for us alone.
    @discardableResult
    static func write(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        adding extra: Span<UInt8>? = nil,
        into encoder: inout MessageEncoder,
    ) -> Bool {
        guard head.kind == .response, let first = head.firstIndex(of: .via),
            let rest = restOfFirstVia(head, bytes, first)
        else { return false }
        guard !rest.isEmpty || head.index(after: first) != nil else { return false }
        encoder.bytes.append(bytes, head.startLine)
        encoder.endLine()
        for index in 0..<head.count {
            guard index == first else {
                encoder.bytes.append(raw: bytes, head.rawBounds(of: index, bytes))
                continue
            }
            guard !rest.isEmpty, let field = head[index] else { continue }
            encoder.bytes.append(raw: bytes, field.nameRange.bounds)
            encoder.bytes.append(": ")
            encoder.bytes.append(raw: bytes, rest)
        }
        if let extra { encoder.bytes.append(extra) }
        encoder.end(head, bytes, hasLength: head.contains(.contentLength))
        return true
    }

    /// What the first line of Via has behind its first value and comma, its CRLF included; empty: nothing. Nil if that
    /// value can't be read.
    private static func restOfFirstVia(
        _ head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        _ index: Int,
    ) -> Range<Int>? {
        guard let top = try? head.topVia(bytes), let field = head[index] else { return nil }
        let end = bytes.within(field.value).upperBound
        var position = min(top.range.bounds.upperBound, end)
        while position < end, bytes[position] != 0x2c { position += 1 }
        position += 1
        while position < end, bytes[position].isWhite { position += 1 }
        guard position < end else { return 0..<0 }
        return position..<max(position, head.rawEnd(of: index, bytes))
    }

    /// Appends the lines of WWW-Authenticate and Proxy-Authenticate of a response, for `write`'s `extra`.
    static func appendChallenges(
        of head: borrowing MessageHead,
        _ bytes: Span<UInt8>,
        to lines: inout [UInt8],
    ) {
        for index in 0..<head.count {
            guard let name = head[index]?.name, name == .wwwAuthenticate || name == .proxyAuthenticate else {
                continue
            }
            lines.append(raw: bytes, head.rawBounds(of: index, bytes))
        }
    }

    /// The second value of Via: who the response is passed on to; nil if there is none or it can't be read.
    static func nextVia(_ head: borrowing MessageHead, _ bytes: Span<UInt8>) -> Via? {
        var vias = HeaderValues<Via>(.via)
        guard let first = try? vias.next(in: head, bytes), !first.range.isEmpty else { return nil }
        return try? vias.next(in: head, bytes)
    }
}

extension UInt8 {
    /// A blank or a byte of a fold.
    fileprivate var isWhite: Bool { self == 0x20 || self == 0x09 || self == 0x0d || self == 0x0a }
}
