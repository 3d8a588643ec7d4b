import Support
import Testing

@testable import SIPMessage

/// The messages have the shapes of RFC 5769's vectors.
@Suite struct STUNBindingTests {
    private static let transaction: [UInt8] = [
        0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    ]
    private static let cookie: [UInt8] = [0x21, 0x12, 0xa4, 0x42]
    private static let four = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 32_853)
    private static let six = Endpoint(
        address: IPAddress(ipv6High: 0x2001_0db8_1234_5678, low: 0x0011_2233_4455_6677),
        port: 32_853,
    )

    private func message(_ type: UInt16, _ attributes: [UInt8], length: Int? = nil) -> [UInt8] {
        let count = length ?? attributes.count
        return [UInt8(type >> 8), UInt8(type & 0xff), UInt8(count >> 8), UInt8(count & 0xff)]
            + Self.cookie + Self.transaction + attributes
    }

    private func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        [UInt8(type >> 8), UInt8(type & 0xff), 0, UInt8(value.count)] + value
            + [UInt8](repeating: 0x20, count: (4 - value.count % 4) % 4)
    }

    /// The answer; nil for none. Bytes before it stay.
    private func answer(_ bytes: [UInt8], from source: Endpoint = four) -> [UInt8]? {
        var output: [UInt8] = [1, 2, 3]
        let isAnswered = STUNBinding.answer(bytes.span, from: source, into: &output)
        #expect(output.starts(with: [1, 2, 3]) && (isAnswered || output.count == 3))
        return isAnswered ? Array(output.dropFirst(3)) : nil
    }

    @Test("RFC 5769 §2.2: XOR-MAPPED-ADDRESS over IPv4")
    func answersOverIPv4() {
        let mapped: [UInt8] = [0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43]
        #expect(answer(message(0x0001, [])) == message(0x0101, mapped))
    }

    @Test("RFC 5769 §2.3: XOR-MAPPED-ADDRESS over IPv6")
    func answersOverIPv6() {
        let mapped: [UInt8] = [
            0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79,
            0xbc,
            0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ]
        #expect(answer(message(0x0001, []), from: Self.six) == message(0x0101, mapped))
    }

    @Test("RFC 8489 §6.3.1: attributes that may be ignored, and those of credentials, which we don't ask for")
    func ignoresWhatItMay() {
        let attributes =
            attribute(0x8022, Array("STUN test client".utf8)) + attribute(0x0006, Array("evtj:h6vY".utf8))
            + attribute(0x0008, [UInt8](repeating: 7, count: 20)) + attribute(0x8028, [1, 2, 3, 4])
            + attribute(0x001e, [UInt8](repeating: 7, count: 32))
        #expect(answer(message(0x0001, attributes))?.starts(with: [0x01, 0x01, 0x00, 0x0c]) == true)
    }

    @Test("RFC 8489 §6.3.1: what must be understood and is not gets a 420 with its names")
    func refusesUnknownAttributes() {
        // RFC 5769 §2.1 asks with ICE's PRIORITY; CHANGE-REQUEST is RFC 5780's.
        let priority = attribute(0x0024, [0x6e, 0x00, 0x01, 0xff])
        let refused: [UInt8] = [0x00, 0x09, 0x00, 0x04, 0x00, 0x00, 0x04, 0x14, 0x00, 0x0a]
        #expect(
            answer(message(0x0001, attribute(0x8029, [1, 2, 3]) + priority))
                == message(0x0111, refused + [0x00, 0x02, 0x00, 0x24, 0x00, 0x00])
        )
        #expect(
            answer(message(0x0001, priority + attribute(0x0003, [0, 0, 0, 6])))
                == message(0x0111, refused + [0x00, 0x04, 0x00, 0x24, 0x00, 0x03])
        )
    }

    @Test("RFC 8489 §6.3: responses, indications, other methods and broken messages stay unanswered")
    func staysSilent() {
        for type: UInt16 in [0x0101, 0x0111, 0x0011, 0x0002, 0x0003, 0x0000] {
            #expect(answer(message(type, [])) == nil)
        }
        #expect(answer(message(0x0001, [], length: 4)) == nil)
        #expect(answer(message(0x0001, [0, 0, 0, 0], length: 0)) == nil)
        #expect(answer(message(0x0001, [0x80, 0x22])) == nil)
        #expect(answer(message(0x0001, [0x80, 0x22, 0x00, 0x05, 1, 2, 3, 4])) == nil)
        #expect(answer(message(0x0001, [0x80, 0x22, 0xff, 0xff])) == nil)
        var old = message(0x0001, [])
        old[4] = 0
        // RFC 3489, which had no cookie.
        #expect(answer(old) == nil && !STUNBinding.isSTUN(old.span))
        for count in 0..<20 {
            let part = Array(message(0x0001, []).prefix(count))
            #expect(answer(part) == nil && !STUNBinding.isSTUN(part.span))
        }
    }

    @Test("RFC 5626 §4.4.2: no SIP message is taken for STUN, and no STUN message for SIP")
    func isToldApart() throws {
        for name in try Fixture.names(in: "messages", ending: ".sip") {
            let bytes = try Fixture.bytes("messages/\(name)")
            let isSTUN = STUNBinding.isSTUN(bytes.span)
            #expect(!isSTUN, "\(name)")
        }
        let bytes = message(0x0011, [])
        let isSTUN = STUNBinding.isSTUN(bytes.span)
        #expect(isSTUN)
    }

    @Test func neverSaysMuchMoreThanItWasTold() {
        for count in 0..<300 {
            let attributes = (0..<count).flatMap { attribute(UInt16($0 % 0x100), []) }
            let request = message(0x0001, attributes)
            for source in [Self.four, Self.six] {
                if let answer = answer(request, from: source) { #expect(answer.count <= request.count + 24) }
            }
        }
    }
}
