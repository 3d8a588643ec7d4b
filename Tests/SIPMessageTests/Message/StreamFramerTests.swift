import SIPMessage
import Support
import Testing

/// What came out of a framer: texts instead of ranges.
private enum Piece: Equatable {
    case message(String)
    case ping
    case failure(ParseProblem, head: String)
}

private struct Stream {
    var framer: StreamFramer
    var pieces: [Piece] = []

    init(limits: MessageLimits = .standard) {
        framer = StreamFramer(limits: limits)
    }

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        let array = Array(bytes)
        let span = array.span
        framer.append(span)
        while let event = framer.next() {
            switch event {
            case .message(let range): pieces.append(.message(text(range)))
            case .ping: pieces.append(.ping)
            case .failure(let error, let head): pieces.append(.failure(error.problem, head: text(head)))
            }
        }
    }

    mutating func feed(_ text: String) { feed(crlf(text)[...]) }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: framer.buffer[range], as: UTF8.self)
    }
}

@Suite("Stream framing")
struct StreamFramerTests {
    private static let messages = [
        "OPTIONS sip:a SIP/2.0\nl: 0\n\n", "SIP/2.0 200 OK\nContent-Length : 6\nTo: x\n\nab\n\n",
        "INFO sip:b SIP/2.0\nContent-\n Type: x\nCONTENT-LENGTH:\n 3\n\nxyz",
    ]
    private static var expected: [Piece] {
        messages.map { .message(String(decoding: crlf($0), as: UTF8.self)) }
    }

    @Test("Messages and pings come out the same wherever the stream is split in two")
    func splitAnywhere() {
        let text =
            "\n" + Self.messages[0] + "\n\n" + Self.messages[1] + Self.messages[2] + "\n\n\n\n\n"
            + Self.messages[0]
        let bytes = crlf(text)
        let expected: [Piece] =
            [Self.expected[0], .ping, Self.expected[1], Self.expected[2], .ping, .ping, Self.expected[0]]
        for split in 0...bytes.count {
            var stream = Stream()
            stream.feed(bytes[..<split])
            stream.feed(bytes[split...])
            #expect(stream.pieces == expected, "split at \(split)")
            #expect(stream.framer.pendingBytes == 0, "split at \(split)")
        }
    }

    @Test("Byte by byte, and in random pieces, it is the same stream")
    func randomPieces() throws {
        let register = try Fixture.bytes("messages/register-auth.sip")
        let invite = try Fixture.bytes("messages/invite-large.sip")
        let bytes = register + crlf("\n\n") + invite + register
        var random = SeededGenerator(seed: 77)
        for round in 0..<60 {
            var stream = Stream()
            var position = 0
            while position < bytes.count {
                let count = round == 0 ? 1 : min(1 + random.below(700), bytes.count - position)
                stream.feed(bytes[position..<position + count])
                position += count
            }
            let texts = [register, invite, register].map {
                Piece.message(String(decoding: $0, as: UTF8.self))
            }
            #expect(stream.pieces == [texts[0], .ping, texts[1], texts[2]], "seed 77 round \(round)")
        }
    }

    @Test("RFC 5626 §4.4.1: each double CRLF is one ping, a single one nothing")
    func pings() {
        var stream = Stream()
        stream.feed("\n")
        #expect(stream.pieces == [])
        stream.feed("\n")
        #expect(stream.pieces == [.ping])
        stream.feed("\n" + Self.messages[0] + "\n" + Self.messages[0])
        #expect(stream.pieces == [.ping, Self.expected[0], Self.expected[0]])
        stream.feed("\n\n\n\n")
        #expect(stream.pieces.suffix(2) == [.ping, .ping])
    }

    @Test(
        "A length that can't be told ends the stream, with the head to answer",
        arguments: [
            ("To: x\n", ParseProblem.contentLengthMissing), ("l: -1\n", .malformedNumber),
            ("l: x\n", .malformedNumber),
            ("l:\n", .malformedNumber), ("l: 1\nContent-Length: 1\n", .repeated),
            ("l: 65535\n", .messageTooLong),
            ("l: 999999999999999999999\n", .messageTooLong),
        ]
    )
    func failures(_ fields: String, _ problem: ParseProblem) {
        var stream = Stream()
        let head = "OPTIONS sip:a SIP/2.0\n\(fields)\n"
        stream.feed(Self.messages[0] + head + "body")
        #expect(
            stream.pieces
                == [Self.expected[0], .failure(problem, head: String(decoding: crlf(head), as: UTF8.self))]
        )
        #expect(stream.framer.hasFailed)
        stream.feed(Self.messages[0])
        #expect(stream.pieces.count == 2)
    }

    @Test("A head without end is given up at the limit, and no more is held than that and one read")
    func boundedMemory() {
        var stream = Stream(limits: MessageLimits(messageBytes: 1000))
        let chunk = [UInt8](repeating: 0x61, count: 100)
        for _ in 0..<50 {
            stream.feed(chunk[...])
            #expect(stream.framer.buffer.count <= 1100)
        }
        guard case .failure(.messageTooLong, _)? = stream.pieces.first else {
            Issue.record("no failure: \(stream.pieces)")
            return
        }
    }

    @Test("A message of exactly the limit passes")
    func atTheLimit() {
        let text = "OPTIONS sip:a SIP/2.0\nl: 10\n\n0123456789"
        let size = crlf(text).count
        var stream = Stream(limits: MessageLimits(messageBytes: size))
        stream.feed(text)
        #expect(stream.pieces.count == 1 && !stream.framer.hasFailed)
        for limit in [size - 1, 10] {
            var shorter = Stream(limits: MessageLimits(messageBytes: limit))
            shorter.feed(text)
            #expect(shorter.framer.hasFailed, "limit \(limit)")
        }
        var headOnly = Stream(limits: MessageLimits(messageBytes: 20))
        headOnly.feed("OPTIONS sip:a SIP/2.0\nl: 0\n\n")
        #expect(headOnly.framer.hasFailed)
    }

    @Test("A large message that comes byte by byte is not looked at again and again")
    func linearCost() {
        let head =
            "OPTIONS sip:a SIP/2.0\n"
            + String(repeating: "X: \(String(repeating: "y", count: 90))\n", count: 600)
        let bytes = crlf(head + "l: 0\n\n")
        var framer = StreamFramer()
        var events = 0
        for byte in bytes {
            let one = [byte]
            let span = one.span
            framer.append(span)
            if framer.next() != nil { events += 1 }
        }
        #expect(events == 1)
    }
}
