import SIPMessage
import Testing

@Suite("Contact")
struct ContactTests {
    @Test("RFC 5626 §11.1, RFC 5627 §6: every parameter a registrar acts upon")
    func parameters() throws {
        let text =
            "\"A\" <sip:a@h;ob>;q=0.7;expires=120;+sip.instance=\"<urn:uuid:1>\";reg-id=2;pub-gruu=\"sip:p\";temp-gruu=\"sip:t\";audio"
        let (contact, sample) = try read(Contact.self, text, .contact)
        #expect(sample.text(contact.uri) == "sip:a@h;ob" && sample.text(contact.address.displayName) == "A")
        #expect(
            contact.q == 700 && contact.expires == 120 && !contact.isExpiresMalformed && contact.regID == 2
        )
        #expect(sample.text(contact.instance) == "<urn:uuid:1>")
        #expect(sample.text(contact.publicGRUU) == "sip:p" && sample.text(contact.temporaryGRUU) == "sip:t")
        #expect(
            sample.text(contact.parameters).hasPrefix(";q=")
                && sample.text(contact.parameters).hasSuffix(";audio")
        )
        #expect(sample.text(contact.range) == text)
    }

    @Test("Without brackets what follows the semicolon is the header's")
    func withoutBrackets() throws {
        let (contact, sample) = try read(Contact.self, "sip:a@h:5;transport=tcp;expires=5", .contact)
        #expect(sample.text(contact.uri) == "sip:a@h:5" && contact.expires == 5)
    }

    @Test("RFC 3261 §20.10: expires saturates; what is no number is 3600")
    func expires() throws {
        let table: [(String, UInt32?, Bool)] = [
            ("", nil, false), (";expires=0", 0, false), (";expires=0060", 60, false),
            (";expires=4294967295", .max, false),
            (";expires=4294967296", .max, false), (";expires=99999999999999999999999", .max, false),
            (";expires=-1", 3600, true), (";expires=soon", 3600, true), (";expires=1.5", 3600, true),
            (";expires", 3600, true), (";expires=\"60\"", 3600, true), (";EXPIRES=7", 7, false),
        ]
        for (text, seconds, isMalformed) in table {
            let contact = try read(Contact.self, "<sip:a@h>\(text)", .contact).value
            #expect(contact.expires == seconds && contact.isExpiresMalformed == isMalformed, "\(text)")
        }
    }

    @Test("RFC 3261 §25.1: q has at most three places and is at most one")
    func q() throws {
        let table: [(String, UInt16?)] = [
            ("0", 0), ("1", 1000), ("0.", 0), ("1.", 1000), ("0.5", 500), ("0.05", 50), ("0.333", 333),
            ("1.000", 1000),
            ("0.3333", nil), ("1.001", nil), ("2", nil), (".5", nil), ("0,5", nil), ("-1", nil), ("x", nil),
            ("10", nil),
        ]
        for (text, thousandths) in table {
            let contact = try? read(Contact.self, "<sip:a@h>;q=\(text)", .contact).value
            #expect(contact?.q == thousandths, "\(text)")
        }
    }

    @Test("The wildcard is alone in its value; a name may begin with an asterisk")
    func wildcard() throws {
        #expect(try read(Contact.self, " * ", .contact).value.isWildcard)
        #expect(try read(Contact.self, "*a <sip:a@h>", .contact).value.isWildcard == false)
        let sample = Sample(fields: "Contact: *, <sip:a@h>")
        #expect(try sample.contacts().map(\.isWildcard) == [true, false])
    }

    @Test(
        "What is no Contact",
        arguments: [
            ("<sip:a@h>;expires=1;expires=2", ParseProblem.repeatedParameter),
            ("<sip:a@h>;q=1;q=1", .repeatedParameter),
            ("<sip:a@h>;reg-id=0", .numberOutOfRange), ("<sip:a@h>;reg-id=2147483648", .numberOutOfRange),
            ("<sip:a@h>;reg-id=x", .malformedNumber), ("<sip:a@h>;reg-id", .malformedNumber),
            ("<sip:a@h>;q", .malformedNumber), ("sip:a@h?b=c", .needsBrackets),
            ("*;expires=0", .unexpectedByte),
        ]
    )
    func refused(_ text: String, _ problem: ParseProblem) {
        let error = failure { () throws(ParseError) in _ = try read(Contact.self, text, .contact) }
        #expect(error?.problem == problem)
    }
}
