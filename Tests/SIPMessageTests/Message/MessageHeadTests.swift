import SIPMessage
import Support
import Testing

@Suite("Start line and header fields")
struct MessageHeadTests {
    private static let tail =
        "Via: SIP/2.0/UDP h;branch=z9hG4bKa\nFrom: <sip:a@h>;tag=1\nTo: <sip:a@h>\nCall-ID: c\nCSeq: 1 OPTIONS\n"

    @Test(
        "RFC 3261 §7.1: request lines",
        arguments: [
            ("OPTIONS sip:a@h SIP/2.0", nil), ("OPTIONS sip:a@h sip/2.0", nil),
            ("OPTIONS  sip:a@h SIP/2.0", ParseProblem.extraSpace), ("OPTIONS sip:a@h  SIP/2.0", .extraSpace),
            ("OPTIONS sip:a@h SIP/2.0 ", .extraSpace), ("OPTIONS sip:a @h SIP/2.0", .extraSpace),
            ("OPTIONS  SIP/2.0", .extraSpace), ("OPTIONS SIP/2.0", .extraSpace),
            ("OPTIONS <sip:a@h> SIP/2.0", .malformedRequestURI),
            ("OPTI,NS sip:a@h SIP/2.0", .malformedMethod),
            (" OPTIONS sip:a@h SIP/2.0", .malformedMethod), ("OPTIONS sip:a@h SIP/2.1", .unsupportedVersion),
            ("OPTIONS sip:a@h SIP/20", .unsupportedVersion),
            ("OPTIONS sip:a@h SIP/12.0", .unsupportedVersion),
            ("OPTIONS sip:a@h HTTP/1.1", .notSIP), ("OPTIONS sip:a@h", .notSIP), ("hello", .notSIP),
            ("", .notSIP),
            ("OPTIONS sip:a@h SIP/", .notSIP),
        ] as [(String, ParseProblem?)]
    )
    func requestLines(_ line: String, _ problem: ParseProblem?) {
        let sample = Sample("\(line)\n\(Self.tail)\n")
        #expect(sample.failure?.problem == problem)
        #expect(problem == nil || sample.failure?.part == .startLine)
        #expect((sample.head.kind == .request) == (problem != .notSIP))
    }

    @Test(
        "RFC 3261 §7.2: status lines",
        arguments: [
            ("SIP/2.0 200 OK", 200, "OK", nil), ("SIP/2.0 100 ", 100, "", nil), ("SIP/2.0 100", 100, "", nil),
            ("SIP/2.0 699 = 2**3 * 4 nö", 699, "= 2**3 * 4 nö", nil),
            ("SIP/2.0 99 Low", 0, "", ParseProblem.malformedStatusCode),
            ("SIP/2.0 700 High", 0, "", .malformedStatusCode),
            ("SIP/2.0 2000 Long", 0, "", .malformedStatusCode),
            ("SIP/2.0 abc", 0, "", .malformedStatusCode), ("SIP/2.0", 0, "", .malformedStatusCode),
            ("SIP/3.0 200 OK", 200, "OK", .unsupportedVersion),
        ] as [(String, UInt16, String, ParseProblem?)]
    )
    func statusLines(_ line: String, _ code: UInt16, _ reason: String, _ problem: ParseProblem?) {
        let sample = Sample("\(line)\n\(Self.tail)\n")
        #expect(sample.failure?.problem == problem)
        #expect(sample.head.kind == .response)
        #expect(sample.head.status.rawValue == code)
        #expect(sample.text(sample.head.reason) == reason)
    }

    @Test("Every known name is found in full and compact form and any case, at its place and by index")
    func names() throws {
        for name in HeaderName.allCases where name != .other {
            var forms = [name.name, name.name.uppercased(), name.name.lowercased()]
            if name.facts.compactForm != 0 {
                let letter = String(decoding: [name.facts.compactForm], as: UTF8.self)
                forms += [letter, letter.uppercased()]
            }
            for form in forms {
                let sample = Sample("OPTIONS sip:h SIP/2.0\nX-First: 1\n\(form) : 0\n\n")
                #expect(sample.failure == nil, "\(form)")
                #expect(sample.head.firstIndex(of: name) == 1, "\(form)")
                #expect(sample.text(sample.head.first(name)) == "0", "\(form)")
                #expect(sample.text(try #require(sample.head[1]).nameRange) == form, "\(form)")
            }
        }
    }

    @Test("Compact forms are those of the table and nobody else's")
    func compactForms() {
        let letters = HeaderName.allCases.map(\.facts.compactForm).filter { $0 != 0 }
        #expect(Set(letters).count == letters.count)
        #expect(HeaderName.allCases.allSatisfy { $0.name.utf8.count <= 24 })
        for letter in "abcdefghijklmnopqrstuvwxyz" {
            let sample = Sample("OPTIONS sip:h SIP/2.0\n\(letter): 0\n\n")
            let isKnown = letters.contains(letter.asciiValue ?? 0)
            #expect((sample.head[0]?.name == .other) == !isKnown, "\(letter)")
        }
    }

    @Test("A name that isn't in the table is kept and can be found in any case")
    func unknownNames() {
        let sample = Sample("OPTIONS sip:h SIP/2.0\nX-Other: a\nx-other: b\nContactx: c\n\n")
        let bytes = sample.bytes.span
        let first = sample.head.firstIndex(named: "X-OTHER", in: bytes)
        let second = sample.head.firstIndex(named: "X-Other", in: bytes, from: 1)
        #expect(first == 0 && second == 1)
        #expect(sample.head.first(.contact) == nil)
        #expect(sample.head.count(of: .other) == 3)
    }

    @Test("Values are without the white space around them; a fold belongs to the value")
    func folds() throws {
        let sample = Sample(
            "OPTIONS sip:h SIP/2.0\nSubject:\n  I know\n\tyou're there \nPriority:x\nOrganization: \n\n"
        )
        #expect(sample.failure == nil)
        #expect(sample.text(sample.head.first(.subject)) == "I know\r\n\tyou're there")
        #expect(sample.head[0]?.isFolded == true && sample.head[1]?.isFolded == false)
        #expect(sample.text(sample.head.first(.priority)) == "x")
        #expect(sample.head.first(.organization)?.isEmpty == true)
    }

    @Test(
        "What can't be a header field is refused, the fields around it stay",
        arguments: [
            ("nonsense", ParseProblem.missingColon), (": value", .malformedHeaderName),
            ("na me: x", .malformedHeaderName), ("(x): x", .malformedHeaderName),
            ("é: x", .malformedHeaderName),
        ]
    )
    func brokenLines(_ line: String, _ problem: ParseProblem) {
        let sample = Sample("OPTIONS sip:h SIP/2.0\nSubject: a\n\(line)\nPriority: b\n\n")
        #expect(sample.failure == ParseError(.headerSection, at: 35, problem))
        #expect(sample.text(sample.head.first(.subject)) == "a")
        #expect(sample.text(sample.head.first(.priority)) == "b")
    }

    @Test("A lone CR or LF is refused wherever it stands, and ends nothing")
    func loneLineEnds() {
        for (text, problem) in [
            ("a\rTo: b", ParseProblem.bareCarriageReturn), ("a\u{a}To: b", .bareLineFeed),
        ] {
            let bytes = Array("OPTIONS sip:h SIP/2.0\r\nSubject: \(text)\r\nPriority: c\r\n\r\n".utf8)
            let sample = Sample(bytes)
            #expect(sample.failure == ParseError(.headerSection, at: 33, problem))
            #expect(sample.head.first(.to) == nil)
            #expect(sample.text(sample.head.first(.priority)) == "c")
        }
        let lines = Sample(Array("OPTIONS sip:h SIP/2.0\nTo: a\n\n".utf8))
        #expect(lines.failure?.problem == .notSIP)
    }

    @Test("RFC 3261 §18.3: Content-Length in a datagram")
    func contentLengthInDatagram() {
        let head = "OPTIONS sip:h SIP/2.0\n"
        #expect(Sample("\(head)\nbody").head.body.count == 4)
        #expect(Sample("\(head)l: 2\n\nbody").head.body.count == 2)
        #expect(Sample("\(head)l: 4\n\nbody").failure == nil)
        #expect(Sample("\(head)l: 0\n\n").failure == nil)
        let problems: [(String, ParseProblem)] = [
            ("5", .contentLengthTooLarge), ("-1", .malformedNumber), ("4 4", .malformedNumber),
            ("", .malformedNumber),
            ("99999999999999999999999", .contentLengthTooLarge), ("4, 4", .malformedNumber),
        ]
        for (value, problem) in problems {
            let failure = Sample("\(head)l: \(value)\n\nbody").failure
            #expect(failure?.problem == problem && failure?.part == .header(.contentLength), "\(value)")
        }
        #expect(Sample("\(head)l: 4\nContent-Length: 4\n\nbody").failure?.problem == .repeated)
    }

    @Test("RFC 3261 §18.3: over a stream Content-Length must be there")
    func contentLengthInStream() {
        let head = "OPTIONS sip:h SIP/2.0\n"
        #expect(Sample("\(head)\nbody", framing: .stream).failure?.problem == .contentLengthMissing)
        #expect(Sample("\(head)l: 4\n\nbody", framing: .stream).failure == nil)
        #expect(Sample("\(head)l: 5\n\nbody", framing: .stream).failure?.problem == .contentLengthTooLarge)
    }

    @Test("RFC 3261 §7.5: empty lines before the start line are skipped")
    func leadingLines() {
        let sample = Sample("\n\nOPTIONS sip:h SIP/2.0\nTo: a\n\n")
        #expect(sample.failure == nil && sample.text(sample.head.startLine) == "OPTIONS sip:h SIP/2.0")
    }

    @Test("Each limit holds at its edge, and what was read before it stays")
    func limits() {
        let text = "OPTIONS sip:hhhhhh SIP/2.0\nTo: abcdef\nFrom: b\n\n"
        let size = crlf(text).count
        #expect(Sample(text, limits: MessageLimits(messageBytes: size)).failure == nil)
        let short = Sample(text, limits: MessageLimits(messageBytes: size - 1))
        #expect(short.failure?.problem == .messageTooLong && short.head.contains(.from))
        #expect(Sample(text, limits: MessageLimits(headers: 2)).failure == nil)
        let few = Sample(text, limits: MessageLimits(headers: 1))
        #expect(few.failure?.problem == .tooManyHeaders && few.head.count == 1)
        #expect(Sample(text, limits: MessageLimits(headerLineBytes: 10)).failure == nil)
        #expect(
            Sample(text, limits: MessageLimits(headerLineBytes: 9)).failure?.problem == .headerLineTooLong
        )
        #expect(Sample(text, limits: MessageLimits(uriBytes: 10)).failure == nil)
        #expect(Sample(text, limits: MessageLimits(uriBytes: 9)).failure?.problem == .uriTooLong)
        let many = String(repeating: "X: y\n", count: 129)
        let full = Sample("OPTIONS sip:h SIP/2.0\n\(many)\n", limits: MessageLimits(headers: 1000))
        #expect(full.failure?.problem == .tooManyHeaders && full.head.count == 128)
    }

    @Test("A message of 65,535 bytes is read to its last; one byte more is refused")
    func largestMessage() {
        let head = crlf("OPTIONS sip:h SIP/2.0\nl: 65506\n\n")
        #expect(head.count == 35)
        let lengthless = crlf("OPTIONS sip:h SIP/2.0\n\n")
        let largest = lengthless + [UInt8](repeating: 0x61, count: 65_535 - lengthless.count)
        let sample = Sample(largest)
        #expect(sample.failure == nil)
        #expect(Int(sample.head.body.start) + Int(sample.head.body.count) == 65_535)
        #expect(Sample(largest + [0x61]).failure?.problem == .messageTooLong)
    }

    @Test("A head that is used again knows nothing of the message before")
    func reuse() throws {
        let first = try Fixture.bytes("messages/invite-large.sip")
        let second = crlf("SIP/2.0 200 OK\nTo: b\n\n")
        var head = MessageHead()
        let firstSpan = first.span
        try head.parse(firstSpan)
        let secondSpan = second.span
        try head.parse(secondSpan)
        for name in HeaderName.allCases where name != .to {
            #expect(!head.contains(name) && head.count(of: name) == 0, "\(name)")
        }
        #expect(head.count == 1 && head.requestURI.isEmpty && head.methodRange.isEmpty && head.body.isEmpty)
        #expect(head.kind == .response && head.failure == nil)
    }

    @Test("RFC 3261 §7.3.1: a field that may be there once is refused when it is there twice")
    func onlyOnce() {
        let sample = Sample("OPTIONS sip:h SIP/2.0\nTo: <sip:a@h>\nTo: <sip:b@h>\n\n")
        #expect(sample.head.count(of: .to) == 2)
        let repeated = failure { () throws(ParseError) in _ = try sample.head.only(.to) }
        #expect(repeated == ParseError(.header(.to), at: 38, .repeated))
        let missing = failure { () throws(ParseError) in _ = try sample.head.only(.from) }
        #expect(missing == ParseError(.header(.from), at: 0, .missing))
    }

    @Test("An error is one sentence with header, offset and what is wrong")
    func sentences() {
        #expect(
            ParseError(.header(.via), at: 57, .malformedHost).description
                == "Via at byte 57: the host is no name, IPv4 address or bracketed IPv6 address."
        )
        let parts: [MessagePart] = [.startLine, .header(.other), .headerSection, .body]
        for problem in ParseProblem.allCases {
            for part in parts {
                let text = ParseError(part, at: 1, problem).description
                #expect(text.hasSuffix(".") && text.filter { $0 == "\n" }.isEmpty)
            }
        }
        #expect(MemoryLayout<ParseError>.size <= 8)
    }

    @Test("Methods are known by their exact name, and each has one")
    func methods() {
        for method in Method.allCases where method != .other {
            let name = method.name.description
            for (text, expected) in [(name, method), (name.lowercased(), .other), (name + "X", .other)] {
                let sample = Sample("\(text) sip:h SIP/2.0\n\n")
                #expect(sample.head.method == expected, "\(text)")
            }
        }
    }

    @Test("Status codes have the phrases of RFC 3261 §21")
    func phrases() {
        let phrases: [(StatusCode, String)] = [
            (.trying, "Trying"), (.ok, "OK"), (.unauthorized, "Unauthorized"),
            (.intervalTooBrief, "Interval Too Brief"),
            (.badExtension, "Bad Extension"), (.versionNotSupported, "Version Not Supported"),
            (StatusCode(rawValue: 199), "Progress"), (StatusCode(rawValue: 299), "OK"),
            (StatusCode(rawValue: 399), "Redirected"), (StatusCode(rawValue: 499), "Refused"),
            (StatusCode(rawValue: 599), "Server Failure"), (StatusCode(rawValue: 699), "Refused Everywhere"),
        ]
        for (code, phrase) in phrases { #expect(code.phrase.description == phrase) }
    }
}
