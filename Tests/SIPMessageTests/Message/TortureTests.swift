import SIPMessage
import Support
import Testing

/// How far a message gets through the readers that any receiver uses.
enum Handling: Equatable, Sendable, CustomStringConvertible {
    /// Everything reads.
    case reads
    /// A response with this code whose Via, CSeq, From and To read.
    case response(UInt16)
    /// `MessageHead.parse` refuses it.
    case parseFails(MessagePart, ParseProblem)
    /// The head reads, a header field or the Request-URI doesn't.
    case readerFails(MessagePart, ParseProblem)

    var description: String {
        switch self {
        case .reads: "reads"
        case .response(let code): "response \(code)"
        case .parseFails(let part, let problem): "parse fails: \(part) \(problem)"
        case .readerFails(let part, let problem): "reader fails: \(part) \(problem)"
        }
    }

    init(of sample: Sample) {
        if let failure = sample.failure {
            self = .parseFails(failure.part, failure.problem)
            return
        }
        do {
            _ = try sample.mandatory()
            _ = try sample.values(.via, Via.self)
            for header in [HeaderName.from, .to] {
                guard let range = sample.head.first(header) else { continue }
                let address = try sample.read { _, bytes throws(ParseError) in
                    try NameAddress(bytes, in: range, header: header)
                }
                try sample.read { _, bytes throws(ParseError) in
                    _ = try SIPURI(bytes, in: address.uri, part: .header(header))
                }
            }
            if sample.head.kind == .request { _ = try sample.uri(sample.head.requestURI) }
            for contact in try sample.contacts() where !contact.isWildcard {
                try sample.read { _, bytes throws(ParseError) in
                    _ = try SIPURI(bytes, in: contact.uri, part: .header(.contact))
                }
            }
            for header in [HeaderName.route, .path] { _ = try sample.values(header, NameAddress.self) }
            for header in [HeaderName.require, .supported, .proxyRequire, .allow] {
                _ = try sample.values(header, Token.self)
            }
            _ = try sample.credentials()
            self = sample.head.kind == .response ? .response(sample.head.status.rawValue) : .reads
        } catch {
            self = .readerFails(error.part, error.problem)
        }
    }
}

struct TortureCase: Sendable, CustomTestStringConvertible {
    let name: String
    let handling: Handling
    var testDescription: String { name }

    init(_ name: String, _ handling: Handling) {
        self.name = name
        self.handling = handling
    }
}

/// RFC 4475, in the order of its sections.
private let rfc4475: [TortureCase] = [
    TortureCase("wsinv", .reads),
    TortureCase("intmeth", .reads),
    TortureCase("esc01", .reads),
    TortureCase("escnull", .reads),
    TortureCase("esc02", .reads),
    TortureCase("lwsdisp", .reads),
    TortureCase("longreq", .reads),
    TortureCase("dblreq", .reads),
    TortureCase("semiuri", .reads),
    TortureCase("transports", .reads),
    TortureCase("mpart01", .reads),
    TortureCase("unreason", .response(200)),
    TortureCase("noreason", .response(100)),
    TortureCase("badinv01", .readerFails(.header(.via), .emptyElement)),
    TortureCase("clerr", .parseFails(.header(.contentLength), .contentLengthTooLarge)),
    TortureCase("ncl", .parseFails(.header(.contentLength), .malformedNumber)),
    TortureCase("scalar02", .readerFails(.header(.cseq), .numberOutOfRange)),
    TortureCase("scalarlg", .readerFails(.header(.cseq), .numberOutOfRange)),
    TortureCase("quotbal", .readerFails(.header(.to), .unterminatedQuote)),
    TortureCase("ltgtruri", .parseFails(.startLine, .malformedRequestURI)),
    TortureCase("lwsruri", .parseFails(.startLine, .extraSpace)),
    TortureCase("lwsstart", .parseFails(.startLine, .extraSpace)),
    TortureCase("trws", .parseFails(.startLine, .extraSpace)),
    TortureCase("escruri", .reads),
    TortureCase("baddate", .reads),
    TortureCase("regbadct", .readerFails(.header(.contact), .needsBrackets)),
    TortureCase("badaspec", .readerFails(.header(.to), .malformedScheme)),
    TortureCase("baddn", .parseFails(.headerSection, .unterminatedHeaders)),
    TortureCase("baddn-crlf", .readerFails(.header(.from), .malformedDisplayName)),
    TortureCase("badvers", .parseFails(.startLine, .unsupportedVersion)),
    TortureCase("mismatch01", .readerFails(.header(.cseq), .methodMismatch)),
    TortureCase("mismatch02", .readerFails(.header(.cseq), .methodMismatch)),
    TortureCase("bigcode", .parseFails(.startLine, .malformedStatusCode)),
    TortureCase("badbranch", .reads),
    TortureCase("insuf", .readerFails(.header(.from), .missing)),
    TortureCase("unkscm", .reads),
    TortureCase("novelsc", .reads),
    TortureCase("unksm2", .reads),
    TortureCase("bext01", .reads),
    TortureCase("invut", .reads),
    TortureCase("regaut01", .reads),
    TortureCase("multi01", .readerFails(.header(.from), .repeated)),
    TortureCase("mcl01", .parseFails(.header(.contentLength), .repeated)),
    TortureCase("bcast", .response(200)),
    TortureCase("zeromf", .reads),
    TortureCase("cparam01", .reads),
    TortureCase("cparam02", .reads),
    TortureCase("regescrt", .reads),
    TortureCase("sdp01", .reads),
    TortureCase("inv2543", .reads),
    TortureCase("test", .parseFails(.startLine, .notSIP)),
]

/// RFC 5118. The file of ipv6-in-sdp announces more than it holds once its lines end in CRLF.
private let rfc5118: [TortureCase] = [
    TortureCase("ipv6-good", .reads),
    TortureCase("ipv6-bad", .readerFails(.startLine, .malformedHost)),
    TortureCase("port-ambiguous", .reads),
    TortureCase("port-unambiguous", .reads),
    TortureCase("via-received-param-with-delim", .reads),
    TortureCase("via-received-param-no-delim", .reads),
    TortureCase("ipv6-in-sdp", .parseFails(.header(.contentLength), .contentLengthTooLarge)),
    TortureCase("mult-ip-in-header", .reads),
    TortureCase("mult-ip-in-sdp", .reads),
    TortureCase("ipv4-mapped-ipv6", .reads),
    TortureCase("ipv6-bug-abnf-3-colons", .reads),
    TortureCase("ipv6-correct-abnf-2-colons", .reads),
]

@Suite("Torture messages")
struct TortureTests {
    @Test("RFC 4475 and RFC 5118: each message is handled as its section asks", arguments: rfc4475 + rfc5118)
    func handling(_ torture: TortureCase) throws {
        let sample = Sample(try Fixture.bytes("torture/\(torture.name).dat"))
        #expect(Handling(of: sample) == torture.handling)
    }

    @Test("The table names every file, and no valid message fails")
    func tableIsComplete() throws {
        let table = rfc4475 + rfc5118
        let files = try Fixture.names(in: "torture", ending: ".dat")
        #expect(Set(files) == Set(table.map { "\($0.name).dat" }))
        for line in try Fixture.text("torture/index.tsv").split(separator: "\n").dropFirst() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count > 5, columns[4] == "yes", columns[0] != "file" else { continue }
            // Its Content-Length is that of another form of its body, see above.
            guard columns[0] != "ipv6-in-sdp.dat" else { continue }
            let handling = table.first { "\($0.name).dat" == columns[0] }?.handling
            let isFine: Bool
            switch handling {
            case .reads, .response: isFine = true
            default: isFine = false
            }
            #expect(isFine, "\(columns[0]) is valid but \(handling?.description ?? "not in the table")")
        }
    }

    @Test("Requests that must be answered 400 keep what the answer is made of")
    func failedRequestsStayAnswerable() throws {
        for name in ["clerr", "ncl", "ltgtruri", "lwsruri", "lwsstart", "trws", "badvers", "mcl01"] {
            let sample = Sample(try Fixture.bytes("torture/\(name).dat"))
            #expect(sample.head.kind == .request, "\(name)")
            #expect(try sample.mandatory().cseq.number > 0 || name == "ncl", "\(name)")
        }
    }

    @Test("RFC 4475 §3.1.1.1: the tortuous INVITE has the values it was written with")
    func tortuousInvite() throws {
        let sample = Sample(try Fixture.bytes("torture/wsinv.dat"))
        let fields = try sample.mandatory()
        #expect(sample.head.method == .invite)
        #expect(fields.cseq.number == 9)
        #expect(fields.maxForwards == 68)
        #expect(sample.text(fields.to.uri) == "sip:vivekg@chair-dnrc.example.com")
        #expect(sample.text(fields.to.tag) == "1918181833n")
        #expect(sample.text(fields.from.displayName) == #"J Rosenberg \\\""#)
        #expect(sample.text(fields.from.tag) == "98asjd8")
        let vias = try sample.values(.via, Via.self)
        #expect(
            vias.map { sample.text($0.host.range) } == [
                "192.0.2.2", "spindle.example.com", "192.168.255.111",
            ]
        )
        #expect(vias.map(\.transport) == [.udp, .tcp, .udp])
        #expect(vias.map { sample.text($0.branch) } == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"])
        let contact = try #require(try sample.contacts().first)
        #expect(contact.q == 330)
        #expect(sample.text(contact.uri) == "sip:jdrosen@example.com")
        #expect(sample.head.first(.subject)?.isEmpty == true)
    }

    @Test("RFC 4475 §3.1.1.2: odd characters stay what they are")
    func oddCharacters() throws {
        let sample = Sample(try Fixture.bytes("torture/intmeth.dat"))
        let fields = try sample.mandatory()
        #expect(sample.head.method == .other)
        #expect(sample.text(sample.head.methodRange) == "!interesting-Method0123456789_*+`.%indeed'~")
        #expect(fields.cseq.number == 139_122_385)
        #expect(sample.text(fields.from.displayName) == "token1~` token2'+_ token3*%!.-")
        #expect(sample.text(fields.from.tag) == "_token~1'+`*%!-.")
        let uri = try sample.uri(fields.to.uri)
        #expect(sample.text(uri.user) == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
        let request = try sample.uri(sample.head.requestURI)
        #expect(sample.text(request.password) == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    }

    @Test("RFC 4475 §3.1.1.4: an escaped NUL doesn't end an address of record")
    func escapedNUL() throws {
        let sample = Sample(try Fixture.bytes("torture/escnull.dat"))
        let uri = try sample.uri(sample.mandatory().to.uri)
        let span = sample.bytes.span
        var aor: [UInt8] = []
        uri.appendCanonicalAOR(span, to: &aor)
        #expect(aor == Array("null-\u{0}-null@example.com".utf8))
        #expect(try sample.contacts().count == 2)
    }

    @Test("RFC 4475 §3.1.1.5: a percent sign in a method or header name is no escape")
    func percentIsNoEscape() throws {
        let sample = Sample(try Fixture.bytes("torture/esc02.dat"))
        #expect(sample.head.method == .other)
        #expect(try sample.contacts().count == 2)
    }

    @Test("RFC 4475 §3.1.1.8: what follows the body in a datagram isn't part of the message")
    func extraOctets() throws {
        let sample = Sample(try Fixture.bytes("torture/dblreq.dat"))
        #expect(sample.head.body.isEmpty)
        #expect(sample.head.count == 8)
    }

    @Test("RFC 4475 §3.2.1: the bare magic cookie is no branch of RFC 3261")
    func bareCookie() throws {
        let sample = Sample(try Fixture.bytes("torture/badbranch.dat"))
        let via = try sample.via()
        #expect(try sample.read { _, bytes in via.hasMagicCookie(bytes) } == false)
    }

    @Test("RFC 4475 §3.3.5: option tags are found whether known or not")
    func optionTags() throws {
        let sample = Sample(try Fixture.bytes("torture/bext01.dat"))
        let tags = try sample.values(.require, Token.self).map { sample.text($0.range) }
        #expect(tags == ["nothingSupportsThis", "nothingSupportsThisEither"])
        #expect(
            try sample.read { head, bytes throws(ParseError) in try head.optionTags(.require, bytes) }
                == .unknown
        )
    }

    @Test("RFC 4475 §3.3.7: credentials of another scheme are nobody's error")
    func otherScheme() throws {
        let sample = Sample(try Fixture.bytes("torture/regaut01.dat"))
        #expect(sample.head.contains(.authorization))
        #expect(try sample.credentials() == nil)
    }

    @Test("RFC 4475 §3.3.12–14: parameters belong to the header outside the brackets, to the URI inside")
    func contactParameters() throws {
        let outside = Sample(try Fixture.bytes("torture/cparam01.dat"))
        let inside = Sample(try Fixture.bytes("torture/cparam02.dat"))
        let escaped = Sample(try Fixture.bytes("torture/regescrt.dat"))
        let contact = try #require(try outside.contacts().first)
        #expect(outside.text(contact.parameters) == ";unknownparam")
        #expect(try outside.uri(contact.uri).parameters.isEmpty)
        let other = try #require(try inside.contacts().first)
        #expect(other.parameters.isEmpty)
        #expect(inside.text(try inside.uri(other.uri).parameters) == ";unknownparam")
        let third = try #require(try escaped.contacts().first)
        #expect(escaped.text(try escaped.uri(third.uri).headers) == "Route=%3Csip:sip.example.com%3E")
    }

    @Test("RFC 5118 §4.3, §4.4: a port stands outside the brackets")
    func ports() throws {
        let inside = Sample(try Fixture.bytes("torture/port-ambiguous.dat"))
        let outside = Sample(try Fixture.bytes("torture/port-unambiguous.dat"))
        let first = try inside.uri(inside.head.requestURI)
        let second = try outside.uri(outside.head.requestURI)
        #expect(first.port == nil && first.host.kind == .ipv6)
        #expect(second.port == 5070 && second.host.kind == .ipv6)
    }

    @Test("RFC 5118 §4.5: received reads with and without brackets")
    func received() throws {
        for name in ["via-received-param-with-delim", "via-received-param-no-delim"] {
            let sample = Sample(try Fixture.bytes("torture/\(name).dat"))
            let received = try sample.via().received
            let address = try sample.read { _, bytes in IPAddress(bytes, in: received) }
            #expect(address == IPAddress("2001:db8::9:255"))
        }
    }
}
