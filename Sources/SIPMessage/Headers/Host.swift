/// Whether a host is a name or an address.
public enum HostKind: UInt8, Hashable, Sendable, BitwiseCopyable {
    case name, ipv4, ipv6
}

/// A host as it is written in a URI or Via.
public struct Host: Hashable, Sendable, BitwiseCopyable {
    /// Name or address.
    public var kind: HostKind
    /// The text; for IPv6 with its brackets.
    public var range: ByteRange

    /// No host.
    public static let none = Host(kind: .name, range: .empty)

    /// The address, `nil` for a name.
    public func address(_ bytes: Span<UInt8>) -> IPAddress? {
        kind == .name ? nil : IPAddress(bytes, in: range)
    }

    /// Reads `host` (RFC 3261 §25.1) from `position`, leaving it behind.
    ///
    /// Lenient in two points: underscores in names, and names whose last label begins with a digit as
    /// container hosts have them. Digits and points that are no IPv4 address are refused.
    @inline(__always)
    static func read(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        part: MessagePart,
    ) throws(ParseError) -> Host {
        let start = position
        if start < end, bytes[start] == 0x5b {
            let bracket = bytes.first(0x5d, from: start, to: end)
            guard bracket < end else { throw ParseError(part, at: start, .unterminatedBracket) }
            position = bracket &+ 1
            let range = ByteRange(from: start, to: position)
            guard IPAddress(bytes, in: range) != nil else {
                throw ParseError(part, at: start, .malformedHost)
            }
            return Host(kind: .ipv6, range: range)
        }
        if start < end, bytes[start].isDigit,
            let stop = IPAddress.ipv4End(bytes, from: start, to: end),
            stop == end || !ByteSet.hostName.contains(bytes[stop])
        {
            position = stop
            return Host(kind: .ipv4, range: ByteRange(from: start, to: stop))
        }
        position = bytes.firstOutside(.hostName, from: start, to: end)
        guard position > start, bytes[start] != 0x2e, bytes[start] != 0x2d,
            bytes.hasLetter(from: start, to: position)
        else { throw ParseError(part, at: start, .malformedHost) }
        return Host(kind: .name, range: ByteRange(from: start, to: position))
    }

    /// Reads `port` from `position`, leaving it behind.
    @inline(__always)
    static func readPort(
        _ bytes: Span<UInt8>,
        from position: inout Int,
        to end: Int,
        part: MessagePart,
    ) throws(ParseError) -> UInt16 {
        let start = position
        var port: UInt32 = 0
        while position < end, bytes[position].isDigit {
            port = min(port &* 10 &+ UInt32(bytes[position] &- 0x30), 0xffff_f)
            position &+= 1
        }
        guard position > start, port <= 0xffff else { throw ParseError(part, at: start, .malformedPort) }
        return UInt16(truncatingIfNeeded: port)
    }
}

extension Span<UInt8> {
    /// One of the bytes is no digit, point or sign.
    @inline(__always)
    fileprivate func hasLetter(from start: Int, to end: Int) -> Bool {
        for index in start..<end where self[index].isLetter { return true }
        return false
    }
}
