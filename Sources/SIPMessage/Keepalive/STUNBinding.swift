/// A STUN binding request, with which a phone behind a NAT keeps its UDP flow open and learns its own address
/// (RFC 5626 §4.4.2, RFC 8489).
///
/// Only that: a server without credentials (§12 "basic server"). Nothing that is no well-formed request is
/// answered, and an answer is at most 24 bytes longer than its request, so that a forged source gains nothing.
public enum STUNBinding {
    /// The bytes of a header: type, length, cookie, transaction.
    public static let headerBytes = 20

    private static let cookie: UInt32 = 0x2112_a442
    private static let request: UInt16 = 0x0001
    private static let success: UInt16 = 0x0101
    private static let errorResponse: UInt16 = 0x0111
    private static let errorCode: UInt16 = 0x0009
    private static let unknownAttributes: UInt16 = 0x000a
    private static let xorMappedAddress: UInt16 = 0x0020

    /// Whether this is STUN at all: two zero bits, the length of what follows, and the cookie (§5). No SIP
    /// message begins with a byte below four.
    public static func isSTUN(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= headerBytes && bytes[0] < 4 && bytes.integer32(at: 4) == cookie
    }

    /// Appends the answer to a binding request that came from `source`; false if it gets none.
    ///
    /// A request with an attribute that must be understood and is not gets a 420 that names it (§6.3.1). What
    /// an older or larger server would check (credentials) is known, and ignored by one that asks for none.
    public static func answer(
        _ bytes: Span<UInt8>,
        from source: Endpoint,
        into output: inout [UInt8],
    ) -> Bool {
        guard isSTUN(bytes), bytes.integer16(at: 0) == request,
            Int(bytes.integer16(at: 2)) == bytes.count &- headerBytes
        else { return false }
        let start = output.count
        output.append16(success)
        output.append16(0)
        for index in 4..<headerBytes { output.append(bytes[index]) }
        guard let unknown = unknownCount(bytes) else {
            output.removeSubrange(start...)
            return false
        }
        if unknown == 0 {
            appendAddress(source, transaction: bytes, to: &output)
        } else {
            output.set16(errorResponse, at: start)
            appendUnknown(unknown, of: bytes, to: &output)
        }
        output.set16(UInt16(truncatingIfNeeded: output.count &- start &- headerBytes), at: start &+ 2)
        return true
    }

    /// How many attributes must be understood and are not; nil when the attributes don't fill the message.
    private static func unknownCount(_ bytes: Span<UInt8>) -> Int? {
        var count = 0
        var position = headerBytes
        while position < bytes.count {
            guard let next = attributeEnd(bytes, at: position) else { return nil }
            if !isUnderstood(bytes.integer16(at: position)) { count &+= 1 }
            position = next
        }
        return count
    }

    /// Where the attribute that begins at `position` ends, its padding included; nil when beyond the message.
    private static func attributeEnd(_ bytes: Span<UInt8>, at position: Int) -> Int? {
        guard bytes.count &- position >= 4 else { return nil }
        let padded = (Int(bytes.integer16(at: position &+ 2)) &+ 3) & ~3
        guard bytes.count &- position &- 4 >= padded else { return nil }
        return position &+ 4 &+ padded
    }

    /// From 0x8000 on an attribute may be ignored (§14). The others that RFC 8489 §18.3 defines are known.
    private static func isUnderstood(_ type: UInt16) -> Bool {
        switch type {
        case 0x8000...: true
        // MAPPED-ADDRESS, USERNAME, MESSAGE-INTEGRITY, ERROR-CODE, UNKNOWN-ATTRIBUTES, REALM, NONCE,
        // MESSAGE-INTEGRITY-SHA256, PASSWORD-ALGORITHM, USERHASH, XOR-MAPPED-ADDRESS.
        case 0x0001, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e, 0x0020: true
        default: false
        }
    }

    /// XOR-MAPPED-ADDRESS: port and address, hidden from NATs that rewrite what looks like an address (§14.2).
    private static func appendAddress(
        _ source: Endpoint,
        transaction bytes: Span<UInt8>,
        to output: inout [UInt8],
    ) {
        let address = source.address
        output.append16(xorMappedAddress)
        output.append16(address.isIPv4 ? 8 : 20)
        output.append16(address.isIPv4 ? 1 : 2)
        output.append16(source.port ^ UInt16(truncatingIfNeeded: cookie >> 16))
        if address.isIPv4 {
            output.append32(UInt32(truncatingIfNeeded: address.low) ^ cookie)
        } else {
            let halves = (address.high, address.low)
            output.append32(UInt32(truncatingIfNeeded: halves.0 >> 32) ^ cookie)
            output.append32(UInt32(truncatingIfNeeded: halves.0) ^ bytes.integer32(at: 8))
            output.append32(UInt32(truncatingIfNeeded: halves.1 >> 32) ^ bytes.integer32(at: 12))
            output.append32(UInt32(truncatingIfNeeded: halves.1) ^ bytes.integer32(at: 16))
        }
    }

    /// ERROR-CODE 420 without a phrase, and the types that were not understood (§14.8, §14.9).
    private static func appendUnknown(_ count: Int, of bytes: Span<UInt8>, to output: inout [UInt8]) {
        output.append16(errorCode)
        output.append16(4)
        output.append32(4 << 8 | 20)
        output.append16(unknownAttributes)
        output.append16(UInt16(truncatingIfNeeded: count &* 2))
        var position = headerBytes
        while position < bytes.count, let next = attributeEnd(bytes, at: position) {
            let type = bytes.integer16(at: position)
            if !isUnderstood(type) { output.append16(type) }
            position = next
        }
        if count % 2 == 1 { output.append16(0) }
    }
}

extension Span<UInt8> {
    /// Two bytes, the higher first; the caller has checked that they are there.
    fileprivate func integer16(at index: Int) -> UInt16 {
        UInt16(self[index]) << 8 | UInt16(self[index &+ 1])
    }

    fileprivate func integer32(at index: Int) -> UInt32 {
        UInt32(integer16(at: index)) << 16 | UInt32(integer16(at: index &+ 2))
    }
}

extension [UInt8] {
    fileprivate mutating func append16(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    fileprivate mutating func append32(_ value: UInt32) {
        append16(UInt16(truncatingIfNeeded: value >> 16))
        append16(UInt16(truncatingIfNeeded: value))
    }

    fileprivate mutating func set16(_ value: UInt16, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 8)
        self[index &+ 1] = UInt8(truncatingIfNeeded: value)
    }
}
