import SIPMessage
import Testing

@Suite("CSeq, Max-Forwards, Expires, Call-ID")
struct ScalarsTests {
    @Test("RFC 3261 §20.16, §8.1.1.5: CSeq is a number below 2^31 and a method")
    func cseq() throws {
        let table: [(String, UInt32?)] = [
            ("1 REGISTER", 1), ("0 REGISTER", 0), ("0009\r\n  REGISTER ", 9),
            ("2147483647 REGISTER", 2_147_483_647),
            ("2147483648 REGISTER", nil), ("99999999999999999999999999 REGISTER", nil), ("REGISTER", nil),
            ("1", nil),
            ("1REGISTER", nil), ("1 REGISTER x", nil), ("-1 REGISTER", nil), ("1 (", nil), ("", nil),
        ]
        for (text, number) in table {
            #expect((try? read(CSeq.self, text, .cseq).value)?.number == number, "\(text)")
        }
    }

    @Test("RFC 3261 §8.1.1.5: its method is that of the request, case and all")
    func cseqMethod() throws {
        #expect(try Sample(fields: "CSeq: 5 REGISTER").mandatory().cseq.number == 5)
        for method in ["register", "INVITE", "FOO"] {
            let error = failure { () throws(ParseError) in
                _ = try Sample(fields: "CSeq: 5 \(method)").mandatory()
            }
            #expect(error?.problem == .methodMismatch, "\(method)")
        }
        let text =
            "FOO sip:h SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@h>\nTo: <sip:a@h>\nCall-ID: c\nCSeq: 1 "
        #expect(try Sample(text + "FOO\n\n").mandatory().cseq.method == .other)
        #expect((try? Sample(text + "BAR\n\n").mandatory()) == nil)
    }

    @Test("RFC 3261 §20.22: Max-Forwards is 0–255, or missing as in RFC 2543")
    func maxForwards() throws {
        #expect(try Sample(fields: "Max-Forwards: 255").mandatory().maxForwards == 255)
        #expect(try Sample(fields: "Max-Forwards: 0068").mandatory().maxForwards == 68)
        #expect(try Sample(fields: "X: y").mandatory().maxForwards == nil)
        for value in ["256", "-1", "x", ""] {
            #expect((try? Sample(fields: "Max-Forwards: \(value)").mandatory()) == nil, "\(value)")
        }
    }

    @Test("RFC 3261 §20.19: Expires saturates, and a malformed one is 3600")
    func expires() throws {
        let table: [(String, UInt32, Bool)] = [
            ("60", 60, false), ("4294967296", .max, false), ("1 h", 3600, true), ("", 3600, true),
            ("-5", 3600, true),
        ]
        for (text, seconds, isMalformed) in table {
            let sample = Sample(fields: "Expires: \(text)")
            let expires = try sample.read { head, bytes throws(ParseError) in try head.expires(bytes) }
            #expect(expires?.value == seconds && expires?.isMalformed == isMalformed, "\(text)")
        }
    }

    @Test("RFC 3261 §20.8: a Call-ID is made of words")
    func callID() throws {
        for text in ["a", "a@b", #"%ZK-!.*_+'@word`~)(><:\/"][?}{"#] {
            let sample = Sample(fields: "Call-ID: \(text)")
            #expect(sample.text(try sample.mandatory().callID) == text)
        }
        for text in ["", "a b", "a;b", "é", "a,b"] {
            #expect((try? Sample(fields: "Call-ID: \(text)").mandatory()) == nil, "\(text)")
        }
    }

    @Test("Each of the mandatory fields is missed", arguments: ["Via", "From", "To", "Call-ID", "CSeq"])
    func missing(_ name: String) {
        let lines = [
            "Via: SIP/2.0/UDP h", "From: <sip:a@h>", "To: <sip:a@h>", "Call-ID: c", "CSeq: 1 REGISTER",
        ].filter { !$0.hasPrefix(name + ":") }
        let sample = Sample("REGISTER sip:h SIP/2.0\n\(lines.joined(separator: "\n"))\n\n")
        let error = failure { () throws(ParseError) in _ = try sample.mandatory() }
        #expect(error?.problem == .missing)
        #expect(error?.description.hasPrefix(name) == true)
    }
}
