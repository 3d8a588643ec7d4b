import SIPMessage
import Testing

@Suite("Via")
struct ViaTests {
    @Test("RFC 3261 §20.42: every part of a Via")
    func parts() throws {
        let text =
            "SIP/2.0/TCP pc33.example.com:5066;branch=z9hG4bK776;received=192.0.2.1;rport=4;maddr=224.2.0.1;ttl=16;alias;keep;x=\"a;b\""
        let (via, sample) = try read(Via.self, text, .via)
        #expect(via.transport == .tcp && sample.text(via.transportRange) == "TCP")
        #expect(
            sample.text(via.host.range) == "pc33.example.com" && via.host.kind == .name && via.port == 5066
        )
        #expect(sample.text(via.branch) == "z9hG4bK776" && sample.text(via.received) == "192.0.2.1")
        #expect(via.hasRPort && via.rport == 4 && via.ttl == 16 && via.hasAlias && via.hasKeep)
        #expect(sample.text(via.maddr) == "224.2.0.1")
        #expect(sample.text(via.range) == text)
        #expect(
            sample.text(via.parameters).hasPrefix(";branch=")
                && sample.text(via.parameters).hasSuffix("\"a;b\"")
        )
    }

    @Test("White space may stand around slashes, colons, semicolons and equals signs, folds included")
    func whiteSpace() throws {
        let (via, sample) = try read(
            Via.self,
            "SIP / 2.0\r\n / UDP  [2001:db8::1] : 99 ;\tbranch = a ; rport  ",
            .via
        )
        #expect(via.transport == .udp && via.host.kind == .ipv6 && via.port == 99)
        #expect(sample.text(via.branch) == "a" && via.hasRPort && via.rport == nil)
        #expect(sample.text(via.range).hasSuffix("rport"))
    }

    @Test(
        "Transports, ours and others",
        arguments: [
            ("UDP", TransportKind.udp), ("tcp", .tcp), ("TLS", .tls), ("ws", .ws), ("WSS", .wss),
            ("SCTP", nil),
            ("UNKNOWN", nil),
        ] as [(String, TransportKind?)]
    )
    func transports(_ name: String, _ transport: TransportKind?) throws {
        #expect(try read(Via.self, "SIP/2.0/\(name) h", .via).value.transport == transport)
    }

    @Test("A version of another kind reads, so that it can be answered 505")
    func otherVersion() throws {
        #expect(try read(Via.self, "SIP/7.0/UDP h;branch=a", .via).value.transport == .udp)
    }

    @Test(
        "What is no Via",
        arguments: [
            ("", ParseProblem.malformedProtocol), ("SIP/2.0", .malformedProtocol),
            ("SIP/2.0/ h", .malformedProtocol),
            ("SIP/2.0/UDP", .malformedProtocol), ("SIP/2.0/UDP ", .malformedHost),
            ("SIP/2.0/UDP h:", .malformedPort),
            ("SIP/2.0/UDP h:65536", .malformedPort), ("SIP/2.0/UDP h:99999999999", .malformedPort),
            ("SIP/2.0/UDP [::1", .unterminatedBracket), ("SIP/2.0/UDP [::g]", .malformedHost),
            ("SIP/2.0/UDP 1.2.3.256", .malformedHost), ("SIP/2.0/UDP -h", .malformedHost),
            ("SIP/2.0/UDP h;", .emptyElement), ("SIP/2.0/UDP h;;a", .emptyElement),
            ("SIP/2.0/UDP h;branch", .malformedParameter),
            ("SIP/2.0/UDP h;branch=", .malformedParameter),
            ("SIP/2.0/UDP h;branch=a;branch=b", .repeatedParameter),
            ("SIP/2.0/UDP h;rport;rport", .repeatedParameter), ("SIP/2.0/UDP h;rport=x", .malformedPort),
            ("SIP/2.0/UDP h;received=a;received=b", .repeatedParameter),
            ("SIP/2.0/UDP h;ttl=256", .numberOutOfRange),
            ("SIP/2.0/UDP h;x=\"a", .unterminatedQuote), ("SIP/2.0/UDP h x", .unexpectedByte),
            ("SIP/2.0/UDP h, SIP/2.0/UDP i", .unexpectedByte),
        ]
    )
    func refused(_ text: String, _ problem: ParseProblem) {
        let error = failure { () throws(ParseError) in _ = try read(Via.self, text, .via) }
        #expect(error?.problem == problem)
        #expect(error?.part == .header(.via))
    }

    @Test("RFC 3261 §8.1.1.7: the magic cookie counts in any case, and must be followed by something")
    func magicCookie() throws {
        for (branch, isRFC3261) in [("z9hG4bKa", true), ("Z9HG4BKa", true), ("z9hG4bK", false), ("1", false)]
        {
            let text = Array("SIP/2.0/UDP h;branch=\(branch)".utf8)
            let span = text.span
            let via = try Via(span, in: ByteRange(start: 0, count: UInt16(text.count)), header: .via)
            let found = via.hasMagicCookie(span)
            #expect(found == isRFC3261, "\(branch)")
        }
    }
}
