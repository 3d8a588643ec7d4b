import Capture
import SIPMessage
import Support
import Testing
import Timing

/// What is written is what stands in the specifications, and comes back as it was.
@Suite("Messages as packets")
struct CaptureWriterTests {
    static let phone = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 5_062)
    static let registrar = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5_060)
    static let at = WallTime(nanoseconds: 1_795_608_271_000_000_001)

    static func message(
        _ text: String,
        _ transport: TransportKind = .udp,
        isFromClient: Bool = true,
        comment: String = "",
    ) -> CapturedMessage {
        CapturedMessage(
            at: at,
            from: isFromClient ? phone : registrar,
            to: isFromClient ? registrar : phone,
            transport: transport,
            isFromClient: isFromClient,
            comment: comment,
            bytes: Array(text.utf8)
        )
    }

    static func file(_ messages: [CapturedMessage]) -> [UInt8] {
        var writer = CaptureWriter()
        var out = writer.header(program: "regtop test", comment: "a test")
        for message in messages { writer.append(message, to: &out) }
        return out
    }

    /// Checked by hand against draft-ietf-opsawg-pcapng, RFC 791 and RFC 768, and with `tshark -r`.
    @Test("A datagram, byte by byte")
    func golden() throws {
        let out = Self.file([Self.message("OPTIONS", comment: "x")])
        let expected = """
            0a0d0d0a 3c000000 4d3c2b1a 01000000 ffffffffffffffff \
            0100 0600 612074657374 0000 0400 0b00 726567746f702074657374 00 0000 0000 3c000000 \
            01000000 20000000 6500 0000 00000000 0900 0100 09 000000 0000 0000 20000000 \
            06000000 58000000 00000000 TTTTTTTT tttttttt 23000000 23000000 \
            45 00 0023 0001 0000 40 11 IIII c6336407 c0000201 \
            13c6 13c4 000f UUUU 4f5054494f4e53 00 \
            0100 0100 78 000000 0200 0400 01000000 0000 0000 58000000
            """
        // Times and checksums are reckoned here once more.
        let stamp = UInt64(Self.at.nanoseconds)
        func little(_ word: UInt64) -> String {
            (0..<4).map { Self.hex(UInt8(truncatingIfNeeded: word >> (8 * UInt64($0)))) }.joined()
        }
        func sum(_ words: [UInt32]) -> String {
            var sum = words.reduce(0, +)
            while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
            let value = ~UInt16(sum)
            return Self.hex(UInt8(value >> 8)) + Self.hex(UInt8(value & 0xff))
        }
        let addresses: [UInt32] = [0xc633, 0x6407, 0xc000, 0x0201]
        let ip = sum([0x4500, 0x0023, 0x0001, 0, 0x4011] + addresses)
        let udp = sum(
            addresses + [0x11, 0x0f, 0x13c6, 0x13c4, 0x0f, 0x4f50, 0x5449, 0x4f4e, 0x5300]
        )
        let wanted = expected.filter { $0 != " " && $0 != "\n" }
            .replacing("TTTTTTTT", with: little(stamp >> 32)).replacing("tttttttt", with: little(stamp))
            .replacing("IIII", with: ip).replacing("UUUU", with: udp)
        #expect(out.map(Self.hex).joined() == wanted)
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }

    @Test("Whatever is written is read again: ends, times, bytes, in order, and every checksum is right")
    func property() throws {
        let seed: UInt64 = 4_417
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            var now = Self.at.nanoseconds
            var messages: [CapturedMessage] = []
            for _ in 0..<(1 + random.below(12)) {
                now += Int64(random.below(3_000_000_000))
                let client = Self.end(&random, IPAddress(ipv4: 0x0a00_0000 | UInt32(random.below(3))))
                let server = Self.end(&random, IPAddress(ipv4: 0xc000_0201))
                let isFromClient = random.below(2) == 0
                let lengths = [1, 2, 125, 126, 500, 1_440, 1_460, 4_001, 65_507, 70_000]
                messages.append(
                    CapturedMessage(
                        at: WallTime(nanoseconds: now),
                        from: isFromClient ? client : server,
                        to: isFromClient ? server : client,
                        transport: random.pick([.udp, .tcp, .tls, .wss]),
                        isFromClient: isFromClient,
                        bytes: (0..<random.pick(lengths)).map { _ in UInt8(truncatingIfNeeded: random.next())
                        }
                    )
                )
            }
            let reader = try CaptureReader(Self.file(messages))
            try Self.compare(messages, reader, "seed \(seed), round \(round)")
        }
    }

    private static func end(_ random: inout SeededGenerator, _ ipv4: IPAddress) -> Endpoint {
        let isIPv6 = random.below(3) == 0
        let address = isIPv6 ? IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: ipv4.low) : ipv4
        return Endpoint(address: address, port: UInt16(1_024 + random.below(4)))
    }

    private static func compare(
        _ messages: [CapturedMessage],
        _ reader: CaptureReader,
        _ where: String,
    ) throws {
        let datagrams = reader.packets.filter(\.isUDP)
        let sent = messages.filter { $0.transport == .udp }
        try #require(datagrams.count == sent.count, "\(`where`)")
        for (packet, message) in zip(datagrams, sent) {
            #expect(packet.payload == Array(message.bytes.prefix(CaptureWriter.mostDatagramBytes)))
            #expect(packet.nanoseconds == UInt64(message.at.nanoseconds), "\(`where`)")
            #expect(packet.from == message.from && packet.to == message.to, "\(`where`)")
            #expect(packet.isInbound == message.isFromClient, "\(`where`)")
            #expect(packet.isIPv4 == (message.from.address.isIPv4 && message.to.address.isIPv4), "\(`where`)")
        }
        var wanted: [CaptureReader.Way: [UInt8]] = [:]
        for message in messages where message.transport != .udp {
            wanted[.init(from: message.from, to: message.to), default: []] += message.bytes
        }
        let streams = try reader.streams().filter { !$0.value.isEmpty }
        #expect(streams == wanted, "\(`where`)")
        #expect(reader.packets.map(\.nanoseconds) == reader.packets.map(\.nanoseconds).sorted(), "\(`where`)")
        #expect(reader.packets.allSatisfy { $0.isUDP || $0.payload.count <= 1_460 }, "\(`where`)")
    }

    @Test("A connection goes on where it was, in both directions")
    func streams() throws {
        let reader = try CaptureReader(
            Self.file([
                Self.message("REGISTER", .tcp), Self.message("401", .tcp, isFromClient: false),
                Self.message("REGISTER 2", .tcp), Self.message("200", .tcp, isFromClient: false),
            ])
        )
        #expect(reader.packets.map(\.sequence) == [1, 1, 9, 4])
        #expect(reader.packets.map(\.acknowledged) == [1, 9, 4, 19])
        #expect(reader.linkType == 101)
        #expect(reader.sectionComment == "a test" && reader.application == "regtop test")
    }

    @Test("A long message is heard of by its receiver before a window is full")
    func windows() throws {
        let reader = try CaptureReader(
            Self.file([Self.message(String(repeating: "a", count: 200_000), .tcp)])
        )
        var open = 0
        for packet in reader.packets {
            open = packet.payload.isEmpty ? 0 : open + packet.payload.count
            #expect(open < 65_535)
        }
        #expect(try reader.streams().values.contains { $0.count == 200_000 })
    }

    @Test("WebSocket is written with an upgrade before the first message, and it is said to be made up")
    func webSocket() throws {
        for count in [100, 200, 70_000] {
            let text = String(repeating: "b", count: count)
            let reader = try CaptureReader(
                Self.file([Self.message(text, .ws), Self.message("200", .ws, isFromClient: false)])
            )
            let streams = try reader.streams()
            let client = try #require(streams[.init(from: Self.phone, to: Self.registrar)])
            let server = try #require(streams[.init(from: Self.registrar, to: Self.phone)])
            #expect(String(decoding: client, as: UTF8.self).hasPrefix("GET / HTTP/1.1\r\n"))
            // FIN and text, masked with zeros, the length in as few bytes as it takes.
            let head: [UInt8] =
                count < 126
                ? [0x81, 0x80 | 100]
                : count < 65_536 ? [0x81, 0xfe, 0, 200] : [0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70]
            #expect(Array(client.suffix(count + head.count + 4)) == head + [0, 0, 0, 0] + Array(text.utf8))
            #expect(Array(server.suffix(5)) == [0x81, 3] + Array("200".utf8))
            #expect(reader.packets[0].comments.joined().contains("made up"))
            #expect(reader.packets.filter { $0.comments.joined().contains("made up") }.count == 2)
        }
    }

    @Test("What was encrypted, cut off or not known is said")
    func comments() throws {
        var unknown = Self.message("x")
        unknown.from.port = 0
        let reader = try CaptureReader(
            Self.file([
                Self.message("x", .tls), Self.message("x", .wss),
                Self.message(String(repeating: "c", count: 70_000)), unknown,
            ])
        )
        let comments = reader.packets.map { $0.comments.joined(separator: "|") }
        #expect(comments[0].contains("TLS on the wire: decrypted"))
        #expect(comments[1].contains("WebSocket over TLS on the wire: decrypted"))
        #expect(comments[2].contains("cut off after 65507 of 70000 bytes"))
        #expect(comments[3].contains("a port is not known: 5060"))
    }

    @Test("Nothing traps: empty messages, times before 1970 and beyond, texts of any length")
    func extremes() throws {
        #expect(try CaptureReader(Self.file([Self.message("")])).packets.isEmpty)
        var early = Self.message("x")
        early.at = WallTime(nanoseconds: .min)
        var late = Self.message("x", .tcp, comment: String(repeating: "é", count: 40_000))
        late.at = WallTime(nanoseconds: .max)
        let reader = try CaptureReader(Self.file([early, late]))
        #expect(reader.packets.map(\.nanoseconds) == [0, UInt64(Int64.max)])
        #expect(reader.packets[1].comments[0].utf8.count == 1_024)
        #expect(reader.packets[1].comments[0].allSatisfy { $0 == "é" })
    }
}
