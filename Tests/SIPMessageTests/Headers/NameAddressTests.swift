import SIPMessage
import Testing

@Suite("From, To, Route and their kin")
struct NameAddressTests {
    @Test(
        "RFC 3261 §20.10: display names, URIs, brackets and tags",
        arguments: [
            ("<sip:a@h>;tag=1", "", "sip:a@h", "1"), ("sip:a@h;tag=1", "", "sip:a@h", "1"),
            ("sip:a@h", "", "sip:a@h", ""),
            ("\"A \\\"B\\\"\" <sip:a@h;x=1>;tag=1;y", "A \\\"B\\\"", "sip:a@h;x=1", "1"),
            ("A B<sip:a@h>", "A B", "sip:a@h", ""),
            ("A. B. C  <sip:a@h> ; tag = 1 ", "A. B. C", "sip:a@h", "1"),
            ("\"a,b;c<d>\"<sip:a@h>;TAG=1", "a,b;c<d>", "sip:a@h", "1"),
            ("Jürgen <sip:j@h>", "Jürgen", "sip:j@h", ""),
            ("\"\" <sip:a@h>", "", "sip:a@h", ""), ("tel:+1-2;tag=9", "", "tel:+1-2", "9"),
            (" <sip:a,b@h?x=y>;x=\"\";tag=2", "", "sip:a,b@h?x=y", "2"),
        ]
    )
    func parts(_ text: String, _ name: String, _ uri: String, _ tag: String) throws {
        let (address, sample) = try read(NameAddress.self, text, .to)
        #expect(sample.text(address.displayName) == name)
        #expect(sample.text(address.uri) == uri)
        #expect(sample.text(address.tag) == tag)
        #expect(address.isBracketed == text.contains("<sip"))
    }

    @Test("The value's range leaves out the white space around it, and the parameters begin at the semicolon")
    func ranges() throws {
        let (address, sample) = try read(NameAddress.self, "  <sip:a@h> ;x=1 ; tag=2  ", .from)
        #expect(sample.text(address.range) == "<sip:a@h> ;x=1 ; tag=2")
        #expect(sample.text(address.parameters) == ";x=1 ; tag=2")
        var walk = HeaderParameters(address.parameters, header: .from)
        let bytes = sample.bytes.span
        var names: [String] = []
        while let parameter = try walk.next(bytes) { names.append(sample.text(parameter.name)) }
        #expect(names == ["x", "tag"])
    }

    @Test(
        "What is no address",
        arguments: [
            ("", ParseProblem.empty), ("  ", .empty), ("<>", .empty), ("<sip:a@h", .unterminatedBracket),
            ("\"a <sip:a@h>", .unterminatedQuote), ("\"a\" sip:a@h", .malformedDisplayName),
            ("a@b <sip:a@h>", .malformedDisplayName), ("Bell, A <sip:a@h>", .malformedDisplayName),
            ("sip:a@h?x=y", .needsBrackets), ("<sip:a@h>;tag=1;tag=2", .repeatedParameter),
            ("<sip:a@h>;tag", .malformedParameter), ("<sip:a@h>;tag=", .malformedParameter),
            ("<sip:a@h>;", .emptyElement),
            ("<sip:a@h> x", .unexpectedByte), ("<sip:a@h>, <sip:b@h>", .unexpectedByte),
            (";tag=1", .emptyElement),
        ]
    )
    func refused(_ text: String, _ problem: ParseProblem) {
        let error = failure { () throws(ParseError) in _ = try read(NameAddress.self, text, .to) }
        #expect(error?.problem == problem)
    }
}

@Suite("Lists of values")
struct HeaderValuesTests {
    @Test("RFC 3261 §7.3.1: one line with commas is the same as several lines")
    func linesAndCommas() throws {
        let expected = ["sip:a@h;lr", "sip:b,c@h", "sip:d@h"]
        for text in [
            "Route: <sip:a@h;lr>, <sip:b,c@h>;x=\",\"\nRoute: <sip:d@h>",
            "Route:<sip:a@h;lr>\nRoute : <sip:b,c@h>,<sip:d@h>",
            "Route: <sip:a@h;lr> ,\n \"x, <y>\" <sip:b,c@h>\nX: y\nroute: <sip:d@h>",
        ] {
            let sample = Sample(fields: text)
            #expect(try sample.values(.route, NameAddress.self).map { sample.text($0.uri) } == expected)
        }
    }

    @Test("An empty element is an error; the walk is over after it")
    func emptyElements() throws {
        for text in ["Route: <sip:a@h>,", "Route: ,<sip:a@h>", "Route: <sip:a@h>,,<sip:b@h>", "Route:"] {
            let sample = Sample(fields: text + "\nRoute: <sip:z@h>")
            let bytes = sample.bytes.span
            var walk = HeaderValues<NameAddress>(.route)
            var found = 0
            var error: ParseError?
            do {
                while try walk.next(in: sample.head, bytes) != nil { found += 1 }
            } catch let caught {
                error = caught
            }
            #expect(error != nil && found < 2, "\(text)")
            let after = try walk.next(in: sample.head, bytes)
            #expect(after == nil, "\(text)")
        }
    }

    @Test("Lists of words may be empty")
    func emptyWordLists() throws {
        let sample = Sample(fields: "Supported:\nk: path, 100rel\nSupported:outbound")
        let words = try sample.values(.supported, Token.self).map { sample.text($0.range) }
        #expect(words == ["path", "100rel", "outbound"])
        let tags = try sample.read { head, bytes throws(ParseError) in try head.optionTags(.supported, bytes)
        }
        #expect(tags == [.path, .outbound, .unknown])
        #expect(
            try sample.read { head, bytes throws(ParseError) in try head.optionTags(.require, bytes) } == []
        )
    }

    @Test("Option tags are known in any case")
    func optionTags() throws {
        let all = "Supported: PATH, Outbound, gruu, gin, sec-agree, eventlist, timer"
        let sample = Sample(fields: all)
        let tags = try sample.read { head, bytes throws(ParseError) in try head.optionTags(.supported, bytes)
        }
        #expect(tags == [.path, .outbound, .gruu, .gin, .secAgree, .eventlist, .timer])
    }
}
