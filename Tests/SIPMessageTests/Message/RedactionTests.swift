import SIPMessage
import Support
import Testing

@Suite("Messages without their secrets")
struct RedactionTests {
    private func redacted(_ text: String) -> String {
        String(decoding: Redaction.redacted(Array(text.utf8)), as: UTF8.self)
    }

    @Test(
        "Secrets are filled byte for byte, all else stays",
        arguments: [
            (
                "Authorization: Digest username=\"4417\", realm=\"r\", nonce=\"abc\", uri=\"sip:r\", response=\"0123\", nc=00000001, cnonce=\"q\"",
                "Authorization: Digest username=\"4417\", realm=\"r\", nonce=\"xxx\", uri=\"sip:r\", response=\"xxxx\", nc=00000001, cnonce=\"x\""
            ),
            (
                "proxy-authorization : DIGEST Response = 0123 ,opaque\t=\t\"a\\\"b\"",
                "proxy-authorization : DIGEST Response = xxxx ,opaque\t=\t\"xxxx\""
            ),
            (
                "WWW-Authenticate: Digest realm=\"nonce=x1\", nonce=\"abc",
                "WWW-Authenticate: Digest realm=\"nonce=xx\", nonce=\"xxx"
            ),
            (
                "Authorization: Digest username=\"a\"b\", nonce=\"N1\", response=\"R2\"",
                "Authorization: Digest username=\"a\"b\", nonce=\"xx\", response=\"xx\""
            ),
            (
                "Authorization: Digest username=\"a, response=\"R2\"",
                "Authorization: Digest username=\"a, response=\"xx\""
            ),
            ("Contact: <sip:bob:s3/c;r#t@h>;q=1", "Contact: <sip:bob:xxxxxxxx@h>;q=1"),
            ("To: sip:bob:é@h", "To: sip:bob:xx@h"),
            (
                "Authentication-Info: nextnonce=\"ab\", rspauth=\"cd\", qop=auth",
                "Authentication-Info: nextnonce=\"xx\", rspauth=\"xx\", qop=auth"
            ),
            ("Authorization: Basic YTpi", "Authorization: Basic xxxx"),
            ("Authorization:Bearer  a b", "Authorization:Bearer  x x"),
            (
                "Authorization: Digest\r\n response=\"a\r\n b\"",
                "Authorization: Digest\r\n response=\"x\r\n x\""
            ),
            ("Contact: <sip:bob:s3cret@10.0.0.1:5060>", "Contact: <sip:bob:xxxxxx@10.0.0.1:5060>"),
            (
                "To: <SIPS:bob:p@h>, <sip:10.0.0.1:5060;x=a@b>",
                "To: <SIPS:bob:x@h>, <sip:10.0.0.1:xxxxxxxx@b>"
            ),
            ("Via: SIP/2.0/UDP h;branch=nonce", "Via: SIP/2.0/UDP h;branch=nonce"),
            ("Subject: nonce=\"abc\"", "Subject: nonce=\"abc\""),
        ]
    )
    func fields(_ pair: (before: String, after: String)) {
        let start = "\r\nREGISTER sip:r SIP/2.0\r\n"
        let rest = "\r\nCSeq: 1 REGISTER\r\n\r\nAuthorization: Digest response=\"body\"\r\n"
        #expect(redacted(start + pair.before + rest) == start + pair.after + rest)
    }

    @Test("Whatever the bytes are, there are as many after, and no secret of a real header is left")
    func totality() {
        let seed: UInt64 = 4_417
        var random = SeededGenerator(seed: seed)
        let words = [
            "Authorization", ":", "Digest ", "nonce", "response", "=", "\"", "\r\n", "\n", " ", "\t", ",",
            "\\",
            "s3cr3t", "sip:", "@", "\u{0}", ";", "Basic ", "<", ">", "é",
        ]
        for _ in 0..<4_000 {
            let text = (0..<random.below(24)).map { _ in random.pick(words) }.joined()
            let bytes = Array(text.utf8)
            let once = Redaction.redacted(bytes)
            #expect(once.count == bytes.count, "seed \(seed): \(text)")
            let breaks = bytes.indices.filter { bytes[$0] == 0x0a || bytes[$0] == 0x0d }
            #expect(breaks.allSatisfy { once[$0] == bytes[$0] }, "seed \(seed): \(text)")
        }
    }
}
