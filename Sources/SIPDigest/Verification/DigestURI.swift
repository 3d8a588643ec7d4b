/// How a digest's uri stands to the Request-URI.
enum DigestURI {
    enum Comparison {
        case same
        /// The same scheme family and host; port, parameters or a missing user differ.
        case near
        case different
    }

    /// Compares as RFC 7616 §3.4.6 wants, with the steps in between that real phones make: pyVoIP's digest
    /// uri has a `;transport=` that its Request-URI lacks, others leave the port out.
    static func compare(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Comparison {
        if isEqual(a, 0..<a.count, b, 0..<b.count, foldingCase: false) { return .same }
        guard let first = parts(of: a), let second = parts(of: b) else { return .different }
        guard isEqual(a, first.host, b, second.host, foldingCase: true) else { return .different }
        if !first.user.isEmpty, !second.user.isEmpty,
            !isEqual(a, first.user, b, second.user, foldingCase: false)
        {
            return .different
        }
        return .near
    }

    private struct Parts {
        var user: Range<Int>
        var host: Range<Int>
    }

    /// User and host of a `sip:` or `sips:` URI; nil if it is none.
    private static func parts(of uri: Span<UInt8>) -> Parts? {
        guard let start = schemeEnd(of: uri) else { return nil }
        var user = start..<start
        var host = start
        // An `@` can stand nowhere but before the host: elsewhere it is escaped (RFC 3261 §25.1).
        for index in start..<uri.count where uri[index] == 0x40 {
            user = start..<index
            host = index + 1
            break
        }
        var end = host
        if end < uri.count, uri[end] == 0x5b {
            while end < uri.count, uri[end] != 0x5d { end += 1 }
        }
        while end < uri.count, !isHostEnd(uri[end]) { end += 1 }
        return host < end ? Parts(user: user, host: host..<end) : nil
    }

    private static func schemeEnd(of uri: Span<UInt8>) -> Int? {
        guard uri.count > 4, uri[0] | 0x20 == 0x73, uri[1] | 0x20 == 0x69, uri[2] | 0x20 == 0x70 else {
            return nil
        }
        if uri[3] == 0x3a { return 4 }
        return uri[3] | 0x20 == 0x73 && uri[4] == 0x3a ? 5 : nil
    }

    private static func isHostEnd(_ byte: UInt8) -> Bool {
        byte == 0x3a || byte == 0x3b || byte == 0x3f || byte == 0x2f
    }

    private static func isEqual(
        _ a: Span<UInt8>,
        _ aRange: Range<Int>,
        _ b: Span<UInt8>,
        _ bRange: Range<Int>,
        foldingCase: Bool,
    ) -> Bool {
        guard aRange.count == bRange.count else { return false }
        for offset in 0..<aRange.count {
            let x = a[aRange.lowerBound + offset]
            let y = b[bRange.lowerBound + offset]
            if x == y { continue }
            guard foldingCase, x ^ y == 0x20, x | 0x20 >= 0x61, x | 0x20 <= 0x7a else { return false }
        }
        return true
    }
}
