import SIPMessage
import Support
import Testing

@Suite("Writing messages")
struct MessageEncoderTests {
    @Test("A request from its parts, byte for byte, in a buffer that is used again")
    func request() {
        var encoder = MessageEncoder()
        for _ in 0..<2 {
            encoder.removeAll()
            encoder.beginRequest(.register, uri: "sip:example.com")
            encoder.header(.via, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport")
            encoder.header(.maxForwards, decimal: 70)
            encoder.header(.from, text: "<sip:a@example.com>;tag=1")
            encoder.cseq(4_294_967_295, .register)
            encoder.beginHeader(.contact)
            encoder.bytes.append("<sip:a@192.0.2.1>")
            encoder.endLine()
            let body = Array("hi".utf8)
            let span = body.span
            encoder.finish(body: span)
            #expect(
                encoder.bytes
                    == crlf(
                        """
                        REGISTER sip:example.com SIP/2.0
                        Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport
                        Max-Forwards: 70
                        From: <sip:a@example.com>;tag=1
                        CSeq: 4294967295 REGISTER
                        Contact: <sip:a@192.0.2.1>
                        Content-Length: 2

                        hi
                        """
                    )
            )
        }
    }

    @Test("No text from elsewhere can begin a line of its own")
    func noInjection() {
        var encoder = MessageEncoder()
        encoder.beginResponse(.badRequest, phrase: "Bad\r\nX: y")
        encoder.header(.userAgent, text: "a\r\n\r\nb\u{0}\u{7f}")
        #expect(encoder.bytes == crlf("SIP/2.0 400 Bad  X: y\nUser-Agent: a    b  \n"))
        var quoted: [UInt8] = []
        let text = Array("a\"\\\r\nb".utf8)
        let span = text.span
        quoted.appendQuoted(span)
        #expect(quoted == Array("\"a\\\"\\\\  b\"".utf8))
    }

    @Test("Numbers in decimal and hexadecimal")
    func numbers() {
        for number in [0, 9, 10, 99, 100, 65_535, 4_294_967_295, UInt64.max] {
            var out: [UInt8] = []
            out.appendDecimal(number)
            #expect(String(decoding: out, as: UTF8.self) == String(number))
        }
        var out: [UInt8] = []
        out.appendHexadecimal(0xab, digits: 8)
        out.appendHexadecimal(.max, digits: 16)
        #expect(String(decoding: out, as: UTF8.self) == "000000abffffffffffffffff")
    }

    @Test("RFC 3261 §8.2.6: a response has the request's Vias, From, To with a tag, Call-ID and CSeq")
    func response() throws {
        let sample = Sample(
            """
            REGISTER sip:example.com SIP/2.0
            v: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport , SIP/2.0/TCP b
            f: "A" <sip:a@example.com>
             ;tag=1
            Via: SIP/2.0/UDP c
            t: <sip:a@example.com>
            i: x
            CSeq: 7 REGISTER
            Contact: <sip:a@192.0.2.9>


            """
        )
        var encoder = MessageEncoder()
        let bytes = sample.bytes.span
        let via = try sample.via()
        let source = Endpoint(address: try #require(IPAddress("198.51.100.7")), port: 4321)
        encoder.beginResponse(.ok, to: sample.head, bytes, via: via, from: source, toTag: 0xabc)
        encoder.finish()
        #expect(
            encoder.bytes
                == crlf(
                    """
                    SIP/2.0 200 OK
                    Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;received=198.51.100.7;rport=4321 , SIP/2.0/TCP b
                    Via: SIP/2.0/UDP c
                    From: "A" <sip:a@example.com> ;tag=1
                    To: <sip:a@example.com>;tag=0000000000000abc
                    Call-ID: x
                    CSeq: 7 REGISTER
                    Content-Length: 0


                    """
                )
        )
    }

    @Test("A tag that is there is kept; a To that can't be read comes back as it was")
    func toTags() throws {
        for (to, written) in [("<sip:a@h>;tag=9", "<sip:a@h>;tag=9"), ("\"A <sip:a@h>", "\"A <sip:a@h>")] {
            let sample = Sample(fields: "To: \(to)")
            var encoder = MessageEncoder()
            let bytes = sample.bytes.span
            let source = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5060)
            encoder.beginResponse(
                .badRequest,
                phrase: "No",
                to: sample.head,
                bytes,
                via: try sample.via(),
                from: source,
                toTag: 1,
            )
            #expect(String(decoding: encoder.bytes, as: UTF8.self).contains("\r\nTo: \(written)\r\n"))
            #expect(String(decoding: encoder.bytes, as: UTF8.self).hasPrefix("SIP/2.0 400 No\r\n"))
        }
    }

    @Test(
        "RFC 3261 §18.2.1, RFC 3581 §4: received and rport are the receiver's to fill in",
        arguments: [
            ("SIP/2.0/UDP 192.0.2.1", "SIP/2.0/UDP 192.0.2.1"),
            ("SIP/2.0/UDP 192.0.2.2;branch=a", "SIP/2.0/UDP 192.0.2.2;branch=a;received=192.0.2.1"),
            ("SIP/2.0/UDP h", "SIP/2.0/UDP h;received=192.0.2.1"),
            (
                "SIP/2.0/UDP 192.0.2.1;rport;branch=a",
                "SIP/2.0/UDP 192.0.2.1;branch=a;received=192.0.2.1;rport=99"
            ),
            ("SIP/2.0/UDP h;rport=5;received=6.6.6.6;x", "SIP/2.0/UDP h;x;received=192.0.2.1;rport=99"),
            ("SIP/2.0/UDP h;received=6.6.6.6;a;rport", "SIP/2.0/UDP h;a;received=192.0.2.1;rport=99"),
            ("SIP/2.0/UDP 192.0.2.1;received=6.6.6.6", "SIP/2.0/UDP 192.0.2.1"),
        ]
    )
    func received(_ text: String, _ written: String) throws {
        let bytes = Array(text.utf8)
        let span = bytes.span
        let via = try Via(span, in: ByteRange(start: 0, count: UInt16(bytes.count)), header: .via)
        var encoder = MessageEncoder()
        encoder.append(via, of: span, receivedFrom: Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 99))
        #expect(String(decoding: encoder.bytes, as: UTF8.self) == written)
    }

    @Test("An IPv6 source is written without brackets in received, as RFC 5118 §4.5 has it")
    func receivedIPv6() throws {
        let text = Array("SIP/2.0/UDP [2001:db8::2];rport".utf8)
        let span = text.span
        let via = try Via(span, in: ByteRange(start: 0, count: UInt16(text.count)), header: .via)
        var encoder = MessageEncoder()
        let source = Endpoint(address: try #require(IPAddress("2001:db8::1")), port: 7)
        encoder.append(via, of: span, receivedFrom: source)
        #expect(
            String(decoding: encoder.bytes, as: UTF8.self)
                == "SIP/2.0/UDP [2001:db8::2];received=2001:db8::1;rport=7"
        )
    }
}

@Suite("Written and read again")
struct RoundTripTests {
    private func canonical(_ sample: Sample) -> Sample {
        var encoder = MessageEncoder()
        let bytes = sample.bytes.span
        encoder.canonical(sample.head, of: bytes)
        return Sample(encoder.bytes)
    }

    /// What a message says, without where it says it.
    private func meaning(_ sample: Sample) -> [String] {
        var lines = [sample.text(sample.head.startLine)]
        for index in 0..<sample.head.count {
            guard let field = sample.head[index], field.name != .contentLength else { continue }
            let bytes = sample.bytes.span
            var value: [UInt8] = []
            value.append(unfolding: bytes, field.value)
            let name = field.name == .other ? sample.text(field.nameRange) : field.name.name
            lines.append("\(name): \(String(decoding: value, as: UTF8.self))")
        }
        return lines + [sample.text(sample.head.body)]
    }

    @Test("Reading what was written from a reading is the identity on the canonical form")
    func identity() throws {
        for folder in ["torture", "messages"] {
            let names =
                try Fixture.names(in: folder, ending: ".dat") + Fixture.names(in: folder, ending: ".sip")
            for name in names {
                let sample = Sample(try Fixture.bytes("\(folder)/\(name)"))
                guard sample.failure == nil else { continue }
                let once = canonical(sample)
                let twice = canonical(once)
                #expect(once.failure == nil, "\(name)")
                #expect(twice.bytes == once.bytes, "\(name)")
                #expect(meaning(once) == meaning(sample), "\(name)")
                #expect(Handling(of: once) == Handling(of: sample), "\(name)")
            }
        }
    }

    @Test("Random messages read back as what was written", arguments: [11, 12] as [UInt64])
    func randomMessages(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let users = ["a", "bob", "x%20y", "+1234", "j.user"]
        let hosts = ["example.com", "192.0.2.7", "[2001:db8::7]", "h"]
        for round in 0..<300 {
            var encoder = MessageEncoder()
            let method = random.pick(Method.allCases.filter { $0 != .other })
            let aor = "sip:\(random.pick(users))@\(random.pick(hosts))"
            let number = UInt32(random.below(1 << 31))
            encoder.beginRequest(method, uri: aor)
            let vias = (0...random.below(3)).map {
                "SIP/2.0/UDP \(random.pick(hosts)):\($0 + 1);branch=z9hG4bK\(round)"
            }
            for via in vias { encoder.header(.via, text: via) }
            encoder.header(.from, text: "\"Q \\\"x\\\"\" <\(aor)>;tag=t\(round)")
            encoder.header(.to, text: "<\(aor)>")
            encoder.header(.callID, text: "call\(round)")
            encoder.cseq(number, method)
            let contacts = (0..<random.below(5)).map { ("\(aor):\(100 + $0)", UInt32(random.below(9000))) }
            for (contact, expires) in contacts {
                encoder.header(.contact, text: "<\(contact)>;expires=\(expires)")
            }
            let body = (0..<random.below(50)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let span = body.span
            encoder.finish(body: span)

            let sample = Sample(encoder.bytes)
            #expect(sample.failure == nil, "seed \(seed) round \(round)")
            let fields = try sample.mandatory()
            #expect(
                sample.head.method == method && fields.cseq.number == number,
                "seed \(seed) round \(round)"
            )
            #expect(sample.text(sample.head.requestURI) == aor && sample.text(fields.to.uri) == aor)
            #expect(try sample.values(.via, Via.self).map { sample.text($0.range) } == vias)
            let read = try sample.contacts()
            #expect(
                read.map { sample.text($0.uri) } == contacts.map(\.0)
                    && read.map(\.expires) == contacts.map(\.1)
            )
            #expect(Array(sample.bytes[sample.head.body.bounds]) == body, "seed \(seed) round \(round)")
        }
    }
}
