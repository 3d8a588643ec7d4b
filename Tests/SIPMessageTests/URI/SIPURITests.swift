import SIPMessage
import Testing

/// Reads a URI that is a text of its own.
func uri(_ text: String) throws(ParseError) -> (uri: SIPURI, text: ValueText) {
    let bytes = Array(text.utf8)
    let span = bytes.span
    return (try SIPURI(span, in: ByteRange(start: 0, count: UInt16(bytes.count))), ValueText(bytes: bytes))
}

@Suite("URIs")
struct SIPURITests {
    @Test("RFC 3261 §19.1.1: every part of a SIP URI")
    func parts() throws {
        let (found, text) = try uri(
            "sips:alice;day=tue:s3%20cret@[2001:db8::1]:5061;transport=TCP;lr?to=a%40b&x=y"
        )
        #expect(found.scheme == .sips && found.isSIP)
        #expect(text.text(found.user) == "alice;day=tue" && text.text(found.password) == "s3%20cret")
        #expect(
            text.text(found.host.range) == "[2001:db8::1]" && found.host.kind == .ipv6 && found.port == 5061
        )
        #expect(
            text.text(found.parameters) == ";transport=TCP;lr" && text.text(found.headers) == "to=a%40b&x=y"
        )
        let bytes = text.bytes.span
        let transport = found.transport(bytes)
        let lr = found.parameter("lr", bytes)
        let missing = found.parameter("maddr", bytes)
        #expect(transport == .tcp && lr?.isEmpty == true && missing == nil)
    }

    @Test(
        "What reads, and as what host",
        arguments: [
            ("sip:h", HostKind.name), ("SIP:h", .name), ("sip:a@1.2.3.4", .ipv4), ("sip:[::1]", .ipv6),
            ("sip:a@under_score.example", .name), ("sip:a@3com.example", .name), ("sip:a@7f3c", .name),
            ("sip:a@h.", .name), ("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@h", .name),
            ("sip:%00@h", .name), ("sip:a@h:0", .name), ("sip:a@h;p=[a]/:&+$", .name), ("sip:a:@h", .name),
        ]
    )
    func reads(_ text: String, _ kind: HostKind) throws {
        #expect(try uri(text).uri.host.kind == kind)
    }

    @Test(
        "What doesn't",
        arguments: [
            ("", ParseProblem.malformedScheme), ("sip", .malformedScheme), (":h", .malformedScheme),
            ("1a:h", .malformedScheme),
            ("sip:", .malformedHost), ("sip:@h", .unexpectedByte), ("sip:a@", .malformedHost),
            ("sip:a b@h", .unexpectedByte),
            ("sip:a@h x", .unexpectedByte), ("sip:a@b@c", .unexpectedByte), ("sip:a%4@h", .malformedEscape),
            ("sip:a%zz@h", .malformedEscape), ("sip:a@h:", .malformedPort), ("sip:a@h:65536", .malformedPort),
            ("sip:a@h;", .malformedParameter), ("sip:a@h;=x", .malformedParameter),
            ("sip:a@h;p=", .malformedParameter),
            ("sip:a@h;p=%4", .malformedEscape), ("sip:a@h?", .malformedParameter),
            ("sip:a@h?x", .malformedParameter),
            ("sip:a@h?=x", .malformedParameter), ("sip:a@2001:db8::1", .malformedHost),
            ("sip:a@[::1", .unterminatedBracket),
            ("sip:a@1.2.3.256", .malformedHost), ("sip:a@12345", .malformedHost),
            ("sip:a@.h", .malformedHost),
            ("<sip:a@h>", .malformedScheme), ("sip:é@h", .unexpectedByte), ("x:", .unexpectedEnd),
            ("x:a b", .unexpectedByte),
            ("tel:", .malformedNumber), ("tel:+", .malformedNumber), ("tel:+-", .malformedNumber),
            ("tel:1234", .missingParameter),
            ("tel:+1x", .unexpectedByte),
        ]
    )
    func refused(_ text: String, _ problem: ParseProblem) {
        let error = failure { () throws(ParseError) in _ = try uri(text) }
        #expect(error?.problem == problem)
    }

    @Test("RFC 3966 §3: TEL URIs, global and local")
    func telephone() throws {
        let (global, text) = try uri("tel:+1-201-555-0123;ext=12")
        #expect(global.scheme == .tel && text.text(global.user) == "+1-201-555-0123" && !global.isSIP)
        #expect(text.text(global.parameters) == ";ext=12")
        #expect(try uri("tel:7042;phone-context=example.com").uri.scheme == .tel)
    }

    @Test("Other schemes are kept whole")
    func others() throws {
        let (found, text) = try uri("urn:service:sos")
        #expect(found.scheme == .other && text.text(found.user) == "service:sos")
        #expect(try uri("sipx:a").uri.scheme == .other)
        #expect(try uri("soap.beep://192.0.2.103:3002").uri.scheme == .other)
    }

    @Test("More than 32 parameters or headers are refused, because comparing costs their product")
    func tooMany() {
        let few = String(repeating: ";a=b", count: 32)
        #expect((try? uri("sip:h" + few)) != nil)
        let error = failure { () throws(ParseError) in _ = try uri("sip:h" + few + ";c") }
        #expect(error?.problem == .tooManyParameters)
        let headers = "a=b" + String(repeating: "&a=b", count: 32)
        let other = failure { () throws(ParseError) in _ = try uri("sip:h?" + headers) }
        #expect(other?.problem == .tooManyParameters)
    }
}

@Suite("URI comparison")
struct URIComparisonTests {
    private func areEquivalent(_ a: String, _ b: String) throws -> Bool {
        let (first, firstText) = try uri(a)
        let (second, secondText) = try uri(b)
        let firstBytes = firstText.bytes.span
        let secondBytes = secondText.bytes.span
        let there = SIPURI.isEquivalent(first, firstBytes, second, secondBytes)
        let back = SIPURI.isEquivalent(second, secondBytes, first, firstBytes)
        #expect(there == back, "\(a) and \(b) differ in one direction")
        return there
    }

    @Test(
        "RFC 3261 §19.1.4: the URIs that it calls equivalent",
        arguments: [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
            ),
            ("sip:a@h;p=%61", "sip:a@h;P=A"), ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"),
            ("sip:a@h;%6C%72", "sip:a@h;lr"), ("sip:a%2cb@h", "sip:a%2Cb@h"),
        ]
    )
    func equivalent(_ a: String, _ b: String) throws {
        #expect(try areEquivalent(a, b))
    }

    @Test(
        "RFC 3261 §19.1.4: the URIs that it calls different",
        arguments: [
            ("SIP:ALICE@AtlanTa.CoM;Transport=udp", "sip:alice@AtlanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            ("sip:a@h", "sips:a@h"), ("sip:a@h", "sip:h"), ("sip:a@h", "sip:a:@h"),
            ("sip:a:b@h", "sip:a:c@h"),
            ("sip:a@h", "sip:a@h;user=phone"), ("sip:a@h", "sip:a@h;ttl=1"),
            ("sip:a@h", "sip:a@h;method=INVITE"),
            ("sip:a@h", "sip:a@h;maddr=1.2.3.4"), ("sip:a@h;lr", "sip:a@h;lr=on"),
            ("sip:a%2Cb@h", "sip:a,b@h"),
            ("sip:a@h?x=1", "sip:a@h?x=2"), ("sip:a@h?x=1&y=2", "sip:a@h?x=1"),
            ("sip:a@[::1]", "sip:a@[::2]"),
            ("sip:a@hh", "sip:a@h"), ("sip:a@h", "tel:+1"), ("sip:%00a@h", "sip:%00b@h"),
        ]
    )
    func different(_ a: String, _ b: String) throws {
        #expect(try !areEquivalent(a, b))
    }

    @Test("RFC 3261 §19.1.4: equivalence is not transitive")
    func notTransitive() throws {
        #expect(try areEquivalent("sip:carol@chicago.com;security=on", "sip:carol@chicago.com"))
        #expect(try areEquivalent("sip:carol@chicago.com", "sip:carol@chicago.com;security=off"))
        #expect(try !areEquivalent("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"))
    }

    @Test("RFC 3966 §4: telephone numbers by their digits, all parameters in any order")
    func telephone() throws {
        #expect(try areEquivalent("tel:+1-201-555-0123", "TEL:+1(201)5550123"))
        #expect(try areEquivalent("tel:+12;a=b;EXT=1-2", "tel:+12;ext=12;A=B"))
        #expect(
            try areEquivalent("tel:7042;phone-context=Example.com", "tel:70-42;phone-context=example.com")
        )
        #expect(try areEquivalent("tel:1;phone-context=+1-2", "tel:1;phone-context=+12"))
        #expect(try !areEquivalent("tel:+1201", "tel:1201;phone-context=+1"))
        #expect(try !areEquivalent("tel:+1201", "tel:+1202"))
        #expect(try !areEquivalent("tel:+1201;ext=1", "tel:+1201"))
        #expect(try !areEquivalent("tel:7042;phone-context=a.example", "tel:7042;phone-context=b.example"))
    }

    @Test("Other schemes by their bytes, but the scheme in any case")
    func others() throws {
        #expect(try areEquivalent("URN:uuid:A", "urn:uuid:A"))
        #expect(try !areEquivalent("urn:uuid:A", "urn:uuid:a"))
        #expect(try !areEquivalent("urn:a", "urm:a"))
    }
}

@Suite("Addresses of record")
struct AddressOfRecordTests {
    private func aor(_ text: String) throws -> String? {
        let (found, value) = try uri(text)
        let bytes = value.bytes.span
        var out: [UInt8] = Array("kept ".utf8)
        guard found.appendCanonicalAOR(bytes, to: &out) else {
            #expect(out == Array("kept ".utf8))
            return nil
        }
        return String(String(decoding: out, as: UTF8.self).dropFirst(5))
    }

    @Test(
        "RFC 3261 §10.3 step 5: parameters gone, escapes undone, host in lower case",
        arguments: [
            ("sip:alice@Example.COM", "alice@example.com"), ("sip:Alice@example.com", "Alice@example.com"),
            ("sip:%61lice@example.com;user=phone;x=y", "alice@example.com"), ("sips:a@h", "a@h"),
            ("sip:a@h:5060", "a@h"), ("sip:a:secret@h?x=y", "a@h"), ("sip:a%40b@h", "a@b@h"),
            ("sip:a@h.example.", "a@h.example"),
            ("sip:%2541@h", "%41@h"), ("sip:example.com", "example.com"),
            ("sip:a@[2001:DB8:0::1]", "a@[2001:db8::1]"),
            ("sip:+1;par=x@h", "+1;par=x@h"), ("tel:+1", nil), ("urn:a:b", nil),
        ] as [(String, String?)]
    )
    func canonical(_ text: String, _ expected: String?) throws {
        #expect(try aor(text) == expected)
    }
}
