extension IPAddress {
    /// Reads a dotted IPv4 address or an IPv6 address, with or without brackets; `nil` if it is neither.
    ///
    /// Three colons before a dotted ending are read as two: the grammar of RFC 3261 led some to send them
    /// (RFC 5118 §4.10).
    public init?(_ bytes: Span<UInt8>, in range: ByteRange) {
        var bounds = bytes.clamped(range)
        guard !bounds.isEmpty else { return nil }
        if bytes[bounds.lowerBound] == 0x5b {
            guard bounds.count > 2, bytes[bounds.upperBound - 1] == 0x5d else { return nil }
            bounds = bounds.lowerBound + 1..<bounds.upperBound - 1
        } else if bytes.first(0x3a, from: bounds.lowerBound, to: bounds.upperBound) == bounds.upperBound {
            guard let bits = Self.ipv4(bytes, from: bounds.lowerBound, to: bounds.upperBound) else {
                return nil
            }
            self.init(ipv4: bits)
            return
        }
        guard let halves = Self.ipv6(bytes, from: bounds.lowerBound, to: bounds.upperBound) else {
            return nil
        }
        self.init(ipv6High: halves.high, low: halves.low)
    }

    /// Reads an address from text; `nil` if it isn't one.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 64 else { return nil }
        self.init(bytes.span, in: ByteRange(start: 0, count: UInt16(bytes.count)))
    }

    private static func ipv4(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> UInt32? {
        var position = start
        guard let bits = readIPv4(bytes, from: &position, to: end), position == end else { return nil }
        return bits
    }

    /// The end of the dotted address at `start`; `nil` if none begins there.
    @inline(__always)
    static func ipv4End(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var position = start
        return readIPv4(bytes, from: &position, to: end) == nil ? nil : position
    }

    @inline(__always)
    private static func readIPv4(_ bytes: Span<UInt8>, from position: inout Int, to end: Int) -> UInt32? {
        var bits: UInt32 = 0
        var points = 0
        while true {
            let octetStart = position
            var octet: UInt32 = 0
            while position < end, bytes[position].isDigit, position &- octetStart < 3 {
                octet = octet &* 10 &+ UInt32(bytes[position] &- 0x30)
                position &+= 1
            }
            guard position > octetStart, octet <= 255 else { return nil }
            bits = bits &<< 8 | octet
            if points == 3 { return bits }
            guard position < end, bytes[position] == 0x2e else { return nil }
            position &+= 1
            points &+= 1
        }
    }

    private static func ipv6(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> (
        high: UInt64, low: UInt64
    )? {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        var gap: Int?
        var index = start
        while index < end {
            if bytes[index] == 0x3a {
                guard index + 1 < end, bytes[index + 1] == 0x3a, gap == nil else { return nil }
                gap = count
                index += 2
                if index < end, bytes[index] == 0x3a {
                    guard ipv4(bytes, from: index + 1, to: end) != nil else { return nil }
                    index += 1
                }
                continue
            }
            if let bits = ipv4(bytes, from: index, to: end) {
                guard count <= 6 else { return nil }
                groups[count] = UInt16(truncatingIfNeeded: bits >> 16)
                groups[count + 1] = UInt16(truncatingIfNeeded: bits)
                count += 2
                index = end
                continue
            }
            let groupStart = index
            while index < end, index - groupStart < 4, bytes[index].hexDigit != nil { index += 1 }
            guard
                count < 8,
                let group = bytes.hexadecimal(in: ByteRange(from: groupStart, to: index))
            else { return nil }
            groups[count] = UInt16(truncatingIfNeeded: group)
            count += 1
            if index == end { break }
            guard bytes[index] == 0x3a, index + 1 < end else { return nil }
            if bytes[index + 1] != 0x3a { index += 1 }
        }
        return halves(of: groups, count: count, gap: gap)
    }

    private static func halves(
        of groups: InlineArray<8, UInt16>,
        count: Int,
        gap: Int?,
    ) -> (high: UInt64, low: UInt64)? {
        guard gap == nil ? count == 8 : count < 8 else { return nil }
        var all = InlineArray<8, UInt16>(repeating: 0)
        let gap = gap ?? 8
        for index in 0..<count {
            all[index < gap ? index : index + 8 - count] = groups[index]
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<4 {
            high = high << 16 | UInt64(all[index])
            low = low << 16 | UInt64(all[index + 4])
        }
        return (high, low)
    }

    /// Appends the address as text: dotted, or as RFC 5952 compresses it, without brackets.
    public func append(to out: inout [UInt8]) {
        guard !isIPv4 else { return Self.appendIPv4(UInt32(truncatingIfNeeded: low), to: &out) }
        var zeroes = 0..<0
        var run = 0
        for index in 0..<8 {
            run = group(index) == 0 ? run + 1 : 0
            if run > zeroes.count { zeroes = index + 1 - run..<index + 1 }
        }
        if zeroes.count < 2 { zeroes = 8..<8 }
        var index = 0
        while index < 8 {
            if index == zeroes.lowerBound {
                out.append(0x3a)
                out.append(0x3a)
                index = zeroes.upperBound
                continue
            }
            if index > 0, index != zeroes.upperBound { out.append(0x3a) }
            Self.appendHexadecimal(group(index), to: &out)
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        let half = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }

    private static func appendIPv4(_ bits: UInt32, to out: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            let octet = UInt8(truncatingIfNeeded: bits >> UInt32(shift))
            if octet >= 100 { out.append(0x30 + octet / 100) }
            if octet >= 10 { out.append(0x30 + octet / 10 % 10) }
            out.append(0x30 + octet % 10)
            if shift > 0 { out.append(0x2e) }
        }
    }

    private static func appendHexadecimal(_ group: UInt16, to out: inout [UInt8]) {
        var hasStarted = false
        for shift in stride(from: 12, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: group >> UInt16(shift)) & 15
            guard digit != 0 || hasStarted || shift == 0 else { continue }
            hasStarted = true
            out.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted, or as RFC 5952 compresses it, without brackets.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Endpoint: CustomStringConvertible {
    /// `192.0.2.1:5060` or `[2001:db8::1]:5060`; the address alone where the port isn't known.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text of `description`.
    public func append(to out: inout [UInt8]) {
        if address.isIPv4 {
            address.append(to: &out)
        } else {
            out.append(0x5b)
            address.append(to: &out)
            out.append(0x5d)
        }
        if port != 0 {
            out.append(0x3a)
            out.appendDecimal(UInt64(port))
        }
    }
}
