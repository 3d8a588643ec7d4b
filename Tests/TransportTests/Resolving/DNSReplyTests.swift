import SIPMessage
import Support
import Testing

@testable import Transport

/// Replies as servers write them, and as nobody should.
@Suite struct DNSReplyTests {
    private func question(_ name: String, _ kind: DNSQuestion.Kind) -> (DNSQuestion, [UInt8]) {
        let wire =
            [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + NameServer.name(name)
            + NameServer.word(kind.rawValue) + [0, 1]
        return (DNSQuestion(name: Array(name.utf8), kind: kind), wire)
    }

    private func read(_ name: String, _ kind: DNSQuestion.Kind, _ reply: NameServer.Reply) throws -> DNSReply
    {
        let (question, wire) = question(name, kind)
        return DNSReply(try #require(NameServer.reply(to: wire, reply)), to: question)
    }

    @Test func recordsOfEachKindAreRead() throws {
        let a = try read("sip.example", .a, .records([.a("SIP.example", [192, 0, 2, 1], seconds: 60)]))
        #expect(a.answer == .records([.address(IPAddress(ipv4: 0xc000_0201))]) && a.seconds == 60)
        let six = [UInt8]([0x20, 0x01, 0x0d, 0xb8]) + [UInt8](repeating: 0, count: 11) + [1]
        let aaaa = try read("sip.example", .aaaa, .records([.init("sip.example", type: 28, data: six)]))
        #expect(
            aaaa.answer == .records([.address(IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 1))])
        )
        let srv = try read(
            "_sip._udp.example",
            .srv,
            .records([.srv("_sip._udp.example", 10, 60, 5060, "One.Example")])
        )
        #expect(
            srv.answer
                == .records([
                    .service(priority: 10, weight: 60, port: 5060, target: Array("one.example".utf8))
                ])
        )
        let naptr = try read(
            "example",
            .naptr,
            .records([.naptr("example", 50, "s", "SIP+D2U", "_sip._udp.example", expression: "!x!y!")])
        )
        #expect(
            naptr.answer
                == .records([
                    .naming(
                        order: 50,
                        preference: 10,
                        flags: Array("s".utf8),
                        service: Array("SIP+D2U".utf8),
                        regularExpression: Array("!x!y!".utf8),
                        replacement: Array("_sip._udp.example".utf8)
                    )
                ])
        )
    }

    @Test func aliasesAreFollowedAndTheShortestTimeCounts() throws {
        let reply = try read(
            "sip.example",
            .a,
            .records([
                .a("real.example", [192, 0, 2, 1], seconds: 900),
                .alias("middle.example", "REAL.example", seconds: 30),
                .alias("sip.example", "middle.example", seconds: 600),
            ])
        )
        #expect(reply.answer == .records([.address(IPAddress(ipv4: 0xc000_0201))]) && reply.seconds == 30)
    }

    @Test func recordsOfOthersAreIgnored() throws {
        let reply = try read(
            "sip.example",
            .a,
            .records([
                .a("bank.example", [192, 0, 2, 66]), .alias("other.example", "sip.example"),
                .srv("sip.example", 1, 1, 1, "sip.example"),
            ])
        )
        #expect(reply.answer == .absent)
        let circle = try read(
            "sip.example",
            .a,
            .records([.alias("sip.example", "b.example"), .alias("b.example", "sip.example")])
        )
        #expect(circle.answer == .absent)
    }

    @Test func anAbsenceSaysHowLong() throws {
        let unknown = try read("sip.example", .a, .unknown(seconds: 77))
        #expect(unknown.answer == .absent && unknown.seconds == 77)
        let none = try read("sip.example", .a, .none(seconds: 0x8000_0000))
        #expect(none.answer == .absent && none.seconds == nil, "a time beyond 2^31 is none (RFC 2181 §8)")
        let silent = try read("sip.example", .a, .records([]))
        #expect(silent.answer == .absent && silent.seconds == nil)
    }

    @Test func compressedNamesAreReadAndCirclesAreNot() {
        let (question, wire) = question("_sip._udp.example", .srv)
        // The header, the question, then an owner that points at the question and a target that points into it.
        var reply = Array(wire)
        reply[2...3] = [0x81, 0x80]
        reply[7] = 1
        let record: [UInt8] = [0xc0, 12, 0, 33, 0, 1, 0, 0, 1, 44, 0, 12]
        let numbers: [UInt8] = [0, 1, 0, 2, 0x13, 0xc4]
        let good = reply + record + numbers + [3, 0x70, 0x62, 0x78, 0xc0, 22]
        let expected: [DNSRecord] = [
            .service(priority: 1, weight: 2, port: 5060, target: Array("pbx.example".utf8))
        ]
        #expect(DNSReply(good, to: question).answer == .records(expected))
        let place = UInt8(reply.count + record.count + numbers.count)
        for target: [UInt8] in [
            [3, 0x70, 0x62, 0x78, 0xc0, place], [3, 0x70, 0x62, 0x78, 0xc0, place + 4],
            [3, 0x70, 0x62, 0x78, 0xff, 0xff], [3, 0x70, 0x2e, 0x78, 0xc0, 22],
            [5, 0x70, 0x62, 0x78, 0xc0, 22],
            [0x80, 0x70, 0x62, 0x78, 0xc0, 22],
        ] {
            #expect(DNSReply(reply + record + numbers + target, to: question).answer == .failed)
        }
    }

    @Test func whatIsCutOffProvesNoAbsence() throws {
        let (question, wire) = question("example", .naptr)
        let whole = try #require(
            NameServer.reply(
                to: wire,
                .records([.naptr("example", 50, "s", "SIP+D2U", "_sip._udp.example")])
            )
        )
        for length in 0..<whole.count {
            #expect(DNSReply(Array(whole[..<length]), to: question).answer == .failed, "\(length)")
        }
    }

    @Test func anyBytesAreReadWithoutATrap() throws {
        var random = SeededGenerator(seed: 3263)
        let (question, wire) = question("_sip._udp.example.com", .srv)
        let records: [NameServer.Record] = [
            .alias("_sip._udp.example.com", "x.example.com"), .srv("x.example.com", 1, 2, 3, "y.example.com"),
        ]
        let whole = try #require(NameServer.reply(to: wire, .records(records)))
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0...random.below(6) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let reply = DNSReply(Array(bytes[..<random.below(bytes.count + 1)]), to: question)
            if case .records(let kept) = reply.answer { #expect(kept.count <= DNSReply.maximumKept) }
        }
    }
}
