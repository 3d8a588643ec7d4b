import SIPMessage

/// Reads a pcapng file as its specification and the RFCs of IP, UDP and TCP have it: written apart from the writer, so
/// that the two can't be wrong in the same way.
struct CaptureReader {
    /// A packet with what a dissector would say of it.
    struct Packet {
        var nanoseconds: UInt64
        var isIPv4: Bool
        var isUDP: Bool
        var from: Endpoint, to: Endpoint
        var sequence: UInt32 = 0, acknowledged: UInt32 = 0
        var payload: [UInt8]
        var comments: [String]
        var isInbound: Bool
    }

    struct Damage: Error { var what: String }

    private(set) var packets: [Packet] = []
    private(set) var linkType = 0
    private(set) var sectionComment = "", application = ""

    init(_ file: [UInt8]) throws {
        var offset = 0
        while offset < file.count {
            let length = Int(try little(file, offset + 4, 4))
            guard length >= 12, length % 4 == 0, offset + length <= file.count else {
                throw Damage(what: "length \(length) of the block at \(offset)")
            }
            guard try little(file, offset + length - 4, 4) == UInt64(length) else {
                throw Damage(what: "the block at \(offset) does not end as it begins")
            }
            try read(try little(file, offset, 4), Array(file[(offset + 8)..<(offset + length - 4)]))
            offset += length
        }
    }

    private mutating func read(_ kind: UInt64, _ body: [UInt8]) throws {
        switch kind {
        case 0x0a0d_0d0a:
            guard try little(body, 0, 4) == 0x1a2b_3c4d else { throw Damage(what: "byte order") }
            let options = try options(body, from: 16)
            sectionComment = options.first { $0.code == 1 }.map { text($0.value) } ?? ""
            application = options.first { $0.code == 4 }.map { text($0.value) } ?? ""
        case 1:
            linkType = Int(try little(body, 0, 2))
            guard try options(body, from: 8).first(where: { $0.code == 9 })?.value == [9] else {
                throw Damage(what: "times are not in nanoseconds")
            }
        case 6:
            let count = Int(try little(body, 12, 4))
            guard try little(body, 16, 4) == UInt64(count), 20 + count <= body.count else {
                throw Damage(what: "packet of \(count) bytes")
            }
            let options = try options(body, from: 20 + (count + 3) / 4 * 4)
            var packet = try packet(Array(body[20..<(20 + count)]))
            packet.nanoseconds = try little(body, 4, 4) << 32 | little(body, 8, 4)
            packet.comments = options.filter { $0.code == 1 }.map { text($0.value) }
            packet.isInbound = options.first { $0.code == 2 }?.value.first == 1
            packets.append(packet)
        default: throw Damage(what: "block \(kind)")
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func options(_ body: [UInt8], from start: Int) throws -> [(code: UInt64, value: [UInt8])] {
        var found: [(code: UInt64, value: [UInt8])] = []
        var offset = start
        while offset < body.count {
            let code = try little(body, offset, 2)
            let count = Int(try little(body, offset + 2, 2))
            if code == 0 { return found }
            guard offset + 4 + count <= body.count else { throw Damage(what: "option of \(count) bytes") }
            found.append((code, Array(body[(offset + 4)..<(offset + 4 + count)])))
            offset += 4 + (count + 3) / 4 * 4
        }
        return found
    }

    // MARK: IP

    private func packet(_ bytes: [UInt8]) throws -> Packet {
        let isIPv4 = try big(bytes, 0, 1) >> 4 == 4
        let head = isIPv4 ? 20 : 40
        let total = isIPv4 ? Int(try big(bytes, 2, 2)) : 40 + Int(try big(bytes, 4, 2))
        guard total == bytes.count else { throw Damage(what: "IP says \(total) of \(bytes.count) bytes") }
        if isIPv4 {
            guard sum(Array(bytes[..<20])) == 0xffff else { throw Damage(what: "IP checksum") }
        }
        let width = isIPv4 ? 4 : 16
        let place = isIPv4 ? 12 : 8
        let pseudo = Array(bytes[place..<(place + 2 * width)])
        let upper = Array(bytes[head...])
        let number = try big(bytes, isIPv4 ? 9 : 6, 1)
        let tail: [UInt8] = [
            0, 0, UInt8(upper.count >> 8), UInt8(upper.count & 0xff), 0, 0, 0, UInt8(number),
        ]
        guard sum(pseudo + tail + upper + (upper.count % 2 == 0 ? [] : [0])) == 0xffff else {
            throw Damage(what: "checksum of protocol \(number)")
        }
        let ports = (try big(upper, 0, 2), try big(upper, 2, 2))
        var packet = Packet(
            nanoseconds: 0,
            isIPv4: isIPv4,
            isUDP: number == 17,
            from: Endpoint(address: try address(pseudo, 0, width), port: UInt16(ports.0)),
            to: Endpoint(address: try address(pseudo, width, width), port: UInt16(ports.1)),
            payload: [],
            comments: [],
            isInbound: false
        )
        if number == 17 {
            guard Int(try big(upper, 4, 2)) == upper.count, try big(upper, 6, 2) != 0 else {
                throw Damage(what: "UDP length or checksum")
            }
            packet.payload = Array(upper[8...])
        } else {
            let words = Int(try big(upper, 12, 1) >> 4)
            packet.sequence = UInt32(try big(upper, 4, 4))
            packet.acknowledged = UInt32(try big(upper, 8, 4))
            packet.payload = Array(upper[(words * 4)...])
        }
        return packet
    }

    private func address(_ bytes: [UInt8], _ offset: Int, _ width: Int) throws -> IPAddress {
        width == 4
            ? IPAddress(ipv4: UInt32(try big(bytes, offset, 4)))
            : IPAddress(ipv6High: try big(bytes, offset, 8), low: try big(bytes, offset + 8, 8))
    }

    private func sum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
            if sum > 0xffff { sum = sum & 0xffff + 1 }
        }
        return sum
    }

    private func big(_ bytes: [UInt8], _ offset: Int, _ count: Int) throws -> UInt64 {
        guard offset + count <= bytes.count else { throw Damage(what: "\(bytes.count) bytes are too few") }
        return bytes[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) throws -> UInt64 {
        guard offset + count <= bytes.count else { throw Damage(what: "\(bytes.count) bytes are too few") }
        return bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Connections

    /// A direction of a connection.
    struct Way: Hashable {
        var from: Endpoint, to: Endpoint
    }

    /// The bytes of all directions, put together by their numbers; each byte must be there once, and acknowledged
    /// bytes must have been sent.
    func streams() throws -> [Way: [UInt8]] {
        var bytes: [Way: [UInt8]] = [:]
        for packet in packets where !packet.isUDP {
            let way = Way(from: packet.from, to: packet.to)
            let back = Way(from: packet.to, to: packet.from)
            let begun = bytes[way]?.count ?? 0
            guard packet.sequence == 1 &+ UInt32(truncatingIfNeeded: begun) else {
                throw Damage(what: "sequence \(packet.sequence), not \(begun + 1)")
            }
            guard packet.acknowledged == 1 &+ UInt32(truncatingIfNeeded: bytes[back]?.count ?? 0) else {
                throw Damage(what: "acknowledged \(packet.acknowledged)")
            }
            bytes[way, default: []] += packet.payload
        }
        return bytes
    }
}
