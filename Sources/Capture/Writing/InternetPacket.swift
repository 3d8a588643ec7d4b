internal import SIPMessage

/// An IP packet with a UDP datagram or a TCP segment in it, checksums right. Two ends of different families are both
/// written as IPv6, the IPv4 one mapped.
struct InternetPacket {
    private let source: Endpoint, destination: Endpoint
    /// Identification of the packet (RFC 791 §3.1).
    private let number: UInt16
    private let isIPv4: Bool

    private enum Upper: UInt8 { case tcp = 6, udp = 17 }

    private static let hopLimit: UInt8 = 64
    private static let window: UInt16 = 65_535

    /// A packet from one endpoint to another.
    init(_ source: Endpoint, _ destination: Endpoint, number: UInt16) {
        self.source = source
        self.destination = destination
        self.number = number
        isIPv4 = source.address.isIPv4 && destination.address.isIPv4
    }

    /// Most bytes of a TCP segment: what fits into an Ethernet frame.
    static func segmentBytes(_ source: Endpoint, _ destination: Endpoint) -> Int {
        source.address.isIPv4 && destination.address.isIPv4 ? 1_460 : 1_440
    }

    /// A datagram (RFC 768) of at most `CaptureWriter.mostDatagramBytes`.
    func datagram(_ payload: ArraySlice<UInt8>) -> [UInt8] {
        let payload = payload.prefix(CaptureWriter.mostDatagramBytes)
        var upper: [UInt8] = []
        upper.reserveCapacity(8 + payload.count)
        upper.appendBig(source.port)
        upper.appendBig(destination.port)
        upper.appendBig(UInt16(truncatingIfNeeded: 8 + payload.count))
        upper.appendBig(UInt16(0))
        upper += payload
        let sum = checksum(of: upper, .udp)
        // Zero would mean that there is none.
        upper.replaceBig(sum == 0 ? 0xffff : sum, at: 6)
        return packet(upper, .udp)
    }

    /// A segment (RFC 9293 §3.1) of at most `segmentBytes`, in the middle of a connection.
    func segment(
        _ payload: ArraySlice<UInt8>,
        sequence: UInt32,
        acknowledged: UInt32,
        isPushed: Bool,
    ) -> [UInt8] {
        let payload = payload.prefix(Self.segmentBytes(source, destination))
        var upper: [UInt8] = []
        upper.reserveCapacity(20 + payload.count)
        upper.appendBig(source.port)
        upper.appendBig(destination.port)
        upper.appendBig(sequence)
        upper.appendBig(acknowledged)
        // Five words of header; ACK, and PSH with the last segment of a message.
        upper.append(5 << 4)
        upper.append(isPushed ? 0x18 : 0x10)
        upper.appendBig(Self.window)
        upper.appendBig(UInt16(0))
        upper.appendBig(UInt16(0))
        upper += payload
        upper.replaceBig(checksum(of: upper, .tcp), at: 16)
        return packet(upper, .tcp)
    }

    private func packet(_ upper: [UInt8], _ kind: Upper) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(40 + upper.count)
        if isIPv4 {
            out += [0x45, 0]
            out.appendBig(UInt16(truncatingIfNeeded: 20 + upper.count))
            out.appendBig(number)
            out.appendBig(UInt16(0))
            out += [Self.hopLimit, kind.rawValue]
            out.appendBig(UInt16(0))
            append(source.address, to: &out)
            append(destination.address, to: &out)
            out.replaceBig(InternetChecksum(out[...]).value, at: 10)
        } else {
            out += [0x60, 0, 0, 0]
            out.appendBig(UInt16(truncatingIfNeeded: upper.count))
            out += [kind.rawValue, Self.hopLimit]
            append(source.address, to: &out)
            append(destination.address, to: &out)
        }
        return out + upper
    }

    private func append(_ address: IPAddress, to out: inout [UInt8]) {
        if isIPv4 { return out.appendBig(UInt32(truncatingIfNeeded: address.low)) }
        out.appendBig(address.high)
        out.appendBig(address.isIPv4 ? 0xffff_0000_0000 | address.low & 0xffff_ffff : address.low)
    }

    /// Over the pseudo header and all of the upper layer (RFC 1071, RFC 8200 §8.1).
    private func checksum(of upper: [UInt8], _ kind: Upper) -> UInt16 {
        var pseudo: [UInt8] = []
        append(source.address, to: &pseudo)
        append(destination.address, to: &pseudo)
        pseudo.appendBig(UInt32(truncatingIfNeeded: upper.count))
        pseudo.appendBig(UInt32(kind.rawValue))
        var sum = InternetChecksum(pseudo[...])
        sum.add(upper[...])
        return sum.value
    }
}

/// The ones' complement sum of RFC 1071; every part but the last has an even length.
struct InternetChecksum {
    private var sum: UInt64 = 0

    /// Over these bytes.
    init(_ bytes: ArraySlice<UInt8>) { add(bytes) }

    /// Goes on with these.
    mutating func add(_ bytes: ArraySlice<UInt8>) {
        var isHigh = true
        for byte in bytes {
            sum &+= isHigh ? UInt64(byte) << 8 : UInt64(byte)
            isHigh.toggle()
        }
    }

    /// As it stands in a header.
    var value: UInt16 {
        var folded = sum
        while folded >> 16 != 0 { folded = (folded & 0xffff) + (folded >> 16) }
        return ~UInt16(truncatingIfNeeded: folded)
    }
}

extension [UInt8] {
    /// Appends a number, highest byte first.
    mutating func appendBig(_ number: some FixedWidthInteger) {
        var shift = number.bitWidth - 8
        while shift >= 0 {
            append(UInt8(truncatingIfNeeded: number >> shift))
            shift -= 8
        }
    }

    /// Appends a number, lowest byte first.
    mutating func appendLittle(_ number: some FixedWidthInteger) {
        var shift = 0
        while shift < number.bitWidth {
            append(UInt8(truncatingIfNeeded: number >> shift))
            shift += 8
        }
    }

    /// Writes two bytes, the higher first, over those at a place; nothing where there are none.
    fileprivate mutating func replaceBig(_ number: UInt16, at index: Int) {
        guard index >= 0, index + 1 < count else { return }
        self[index] = UInt8(truncatingIfNeeded: number >> 8)
        self[index + 1] = UInt8(truncatingIfNeeded: number)
    }
}
