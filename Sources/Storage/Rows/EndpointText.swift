internal import SIPMessage

/// An endpoint as the file says it: `192.0.2.1:5060`, `[2001:db8::1]:5060`.
enum EndpointText {
    /// Appends the text of an endpoint.
    static func append(_ endpoint: Endpoint, to out: inout [UInt8]) {
        if !endpoint.address.isIPv4 { out.append(0x5b) }
        endpoint.address.append(to: &out)
        if !endpoint.address.isIPv4 { out.append(0x5d) }
        out.append(0x3a)
        var divisor: UInt16 = 10_000
        while divisor > 1, endpoint.port < divisor { divisor /= 10 }
        while divisor > 0 {
            out.append(0x30 + UInt8(truncatingIfNeeded: endpoint.port / divisor % 10))
            divisor /= 10
        }
    }

    /// The endpoint of a text; nil if it is none.
    static func endpoint(_ text: Span<UInt8>) -> Endpoint? {
        var end = text.count
        while end > 0, text[end - 1] != 0x3a { end -= 1 }
        guard end > 1, end < text.count, text.count <= 64 else { return nil }
        var port: UInt32 = 0
        for index in end..<text.count {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            port = port * 10 + UInt32(text[index] - 0x30)
            if port > UInt32(UInt16.max) { return nil }
        }
        let isBracketed = text[0] == 0x5b
        if isBracketed, end < 4 || text[end - 2] != 0x5d { return nil }
        let first = isBracketed ? 1 : 0
        let last = isBracketed ? end - 2 : end - 1
        let range = ByteRange(start: UInt16(clamping: first), count: UInt16(clamping: last - first))
        guard let address = IPAddress(text, in: range), address.isIPv4 != isBracketed else { return nil }
        return Endpoint(address: address, port: UInt16(truncatingIfNeeded: port))
    }
}
