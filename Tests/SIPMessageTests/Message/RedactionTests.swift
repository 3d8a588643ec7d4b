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
            (
                "Authorization: Digest response=s3;cr3t , nc=00000001",
                "Authorization: Digest response=xxxxxxx , nc=00000001"
            ),
            (
                "Authorization: Digest nonce=\"a response=\"s3cret\"",
                "Authorization: Digest nonce=\"x xxxxxxxxx\"xxxxxx\""
            ),
            (
                "Authorization: Digest nonce=response=\"s3cret\", qop=auth",
                "Authorization: Digest nonce=xxxxxxxxxxxxxxxxx, qop=auth"
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

    @Test(
        "Whatever stands before it, a secret of a real header is gone, and there are as many bytes as before"
    )
    func totality() {
        let seed: UInt64 = 4_417
        var random = SeededGenerator(seed: seed)
        let words = [
            "Authorization", ":", "Digest ", "nonce", "response", "=", "\"", "\r\n ", " ", "\t", ",",
            "\\",
            "sip:", "@", "\u{0}", ";", "Basic ", "<", ">", "é",
        ]
        for _ in 0..<4_000 {
            let junk = (0..<random.below(24)).map { _ in random.pick(words) }.joined()
            let text =
                "REGISTER sip:r SIP/2.0\r\nAuthorization: Digest \(junk), response=\"t0psecret\"\r\n\r\n"
            let bytes = Array(text.utf8)
            let once = Redaction.redacted(bytes)
            #expect(once.count == bytes.count, "seed \(seed): \(text)")
            #expect(
                !String(decoding: once, as: UTF8.self).contains("t0psecret"),
                "seed \(seed): \(text)"
            )
            let breaks = bytes.indices.filter { bytes[$0] == 0x0a || bytes[$0] == 0x0d }
            #expect(breaks.allSatisfy { once[$0] == bytes[$0] }, "seed \(seed): \(text)")
        }
    }

    @Test("Bytes that are no message are as many after as before")
    func anything() {
        let seed: UInt64 = 4_418
        var random = SeededGenerator(seed: seed)
        let words = [
            "Authorization", ":", "nonce", "response", "=", "\"", "\r\n", "\n", " ", "s3cr3t", "sip:", "@",
        ]
        for _ in 0..<2_000 {
            let text = (0..<random.below(24)).map { _ in random.pick(words) }.joined()
            #expect(Redaction.redacted(Array(text.utf8)).count == text.utf8.count, "seed \(seed): \(text)")
        }
    }

    @Test("Ranges of secrets are in their order and apart from each other")
    func ranges() {
        let seed: UInt64 = 4_419
        var random = SeededGenerator(seed: seed)
        let words = ["nonce", "response", "=", "\"", " ", ",", "\\", "s3", ";", "a"]
        for _ in 0..<4_000 {
            let text = "Digest " + (0..<random.below(16)).map { _ in random.pick(words) }.joined()
            let found = DigestText.secretRanges(of: Array(text.utf8), isCredentials: true)
            #expect(
                found.allSatisfy { (0...text.utf8.count).contains($0.upperBound) },
                "seed \(seed): \(text)"
            )
            #expect(
                zip(found, found.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound },
                "seed \(seed): \(text)"
            )
        }
    }
}
