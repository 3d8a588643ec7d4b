import SIPMessage
import Support
import Testing

/// Calls every reader on a message, whatever it is: none may trap, and no range may leave the bytes.
private func readEverything(_ bytes: [UInt8], _ head: inout MessageHead, framing: MessageFraming) -> Bool {
    let span = bytes.span
    let isParsed = (try? head.parse(span, framing: framing)) != nil
    var isInside =
        head.body.bounds.upperBound <= bytes.count && head.startLine.bounds.upperBound <= bytes.count
    for index in 0..<head.count {
        guard let field = head[index] else { return false }
        isInside = isInside && field.value.bounds.upperBound <= bytes.count
        for header in [HeaderName.via, field.name] {
            _ = try? Via(span, in: field.value, header: header)
            _ = try? Contact(span, in: field.value, header: header)
        }
        _ = try? NameAddress(span, in: field.value, header: field.name)
        _ = try? CSeq(span, in: field.value, header: field.name)
        _ = try? Token(span, in: field.value, header: field.name)
        _ = try? DigestCredentials(span, in: field.value, header: field.name)
        _ = try? DigestChallenge(span, in: field.value, header: field.name)
        _ = DeltaSeconds(lenient: span, in: field.value)
        _ = IPAddress(span, in: field.value)
        if let uri = try? SIPURI(span, in: field.value) {
            isInside = isInside && SIPURI.isEquivalent(uri, span, uri, span)
        }
    }
    _ = try? MandatoryFields(head, span)
    var contacts = HeaderValues<Contact>(.contact)
    while let contact = try? contacts.next(in: head, span) {
        isInside = isInside && contact.range.bounds.upperBound <= bytes.count
        guard let uri = try? SIPURI(span, in: contact.uri) else { continue }
        var aor: [UInt8] = []
        uri.appendCanonicalAOR(span, to: &aor)
    }
    var vias = HeaderValues<Via>(.via)
    while let via = try? vias.next(in: head, span) {
        isInside = isInside && via.range.bounds.upperBound <= bytes.count
    }
    var encoder = MessageEncoder()
    if let via = try? head.topVia(span) {
        let source = Endpoint(address: IPAddress(ipv4: 1), port: 2)
        encoder.beginResponse(.badRequest, to: head, span, via: via, from: source, toTag: 3)
        encoder.finish()
    }
    encoder.canonical(head, of: span)
    return isInside || !isParsed
}

@Suite("Totality")
struct TotalityTests {
    private static func seeds() throws -> [[UInt8]] {
        try ["torture", "messages"].flatMap { folder in
            try (Fixture.names(in: folder, ending: ".dat") + Fixture.names(in: folder, ending: ".sip")).map {
                try Fixture.bytes("\(folder)/\($0)")
            }
        }
    }

    /// A few changes, most of them at bytes that mean something.
    private static func mutate(_ original: [UInt8], _ others: [[UInt8]], _ random: inout SeededGenerator)
        -> [UInt8]
    {
        var bytes = original
        let special = Array("\r\n \t:;,=<>\"\\@?%&[]*/.0\u{0}\u{7f}".utf8) + [0x80, 0xff]
        for _ in 0...random.below(4) {
            let position = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where position < bytes.count: bytes[position] = random.pick(special)
            case 1: bytes.insert(random.pick(special), at: position)
            case 2 where position < bytes.count:
                bytes.removeSubrange(position..<min(bytes.count, position + 1 + random.below(8)))
            case 3: bytes.removeSubrange(position...)
            case 4:
                let other = random.pick(others)
                let start = random.below(other.count)
                bytes.insert(
                    contentsOf: other[start..<min(other.count, start + random.below(60))],
                    at: position
                )
            default:
                if position < bytes.count { bytes[position] ^= UInt8(1 << random.below(8)) }
            }
        }
        return bytes
    }

    @Test(
        "Nothing traps on 24,000 mutations of the torture and client messages",
        arguments: [1, 2, 3] as [UInt64]
    )
    func mutations(_ seed: UInt64) throws {
        let seeds = try Self.seeds()
        var random = SeededGenerator(seed: seed)
        var head = MessageHead()
        for round in 0..<8000 {
            let bytes = Self.mutate(random.pick(seeds), seeds, &random)
            let isInside = readEverything(bytes, &head, framing: round % 4 == 0 ? .stream : .datagram)
            #expect(isInside, "seed \(seed) round \(round)")
        }
    }

    @Test("Nothing traps on random bytes, or on a message cut off anywhere")
    func randomBytesAndPrefixes() throws {
        var random = SeededGenerator(seed: 9)
        var head = MessageHead()
        for round in 0..<2000 {
            let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(readEverything(bytes, &head, framing: .datagram), "seed 9 round \(round)")
        }
        let register = try Fixture.bytes("messages/register-auth.sip")
        for count in 0...register.count {
            #expect(
                readEverything(Array(register.prefix(count)), &head, framing: .datagram),
                "prefix \(count)"
            )
        }
    }

    @Test("A range of another message is cut to the bytes there are")
    func foreignRanges() {
        let bytes = Array("sip:a@b".utf8)
        let span = bytes.span
        let foreign = ByteRange(start: 60_000, count: 5_000)
        let long = ByteRange(start: 0, count: 65_535)
        let uri = try? SIPURI(span, in: long)
        let none = try? SIPURI(span, in: foreign)
        let address = try? NameAddress(span, in: foreign, header: .to)
        #expect(uri?.range.count == 7 && none == nil && address == nil)
        #expect(span.text(foreign).isEmpty)
    }
}
