import SIPMessage
import Testing

@Suite("Digest credentials and challenges")
struct DigestTests {
    private func challenge(_ text: String) throws -> (DigestChallenge?, Sample) {
        let sample = Sample(fields: "WWW-Authenticate: \(text)")
        let range = try sample.head.only(.wwwAuthenticate)
        let bytes = sample.bytes.span
        return (try DigestChallenge(bytes, in: range, header: .wwwAuthenticate), sample)
    }

    @Test("RFC 7616 §3.4: every parameter, quoted or not, in any order and case")
    func credentials() throws {
        let sample = Sample(
            fields: """
                Proxy-Authorization: dIgEsT QOP="auth-int" , nc=0000001F,USERNAME=bob,realm = "r, \\"s\\"",
                 nonce="n=/+", uri="sip:h;x", response="0123", algorithm="SHA-512-256", cnonce="", opaque="o",
                 userhash=TRUE, other="x"
                """
        )
        let digest = try #require(try sample.credentials(.proxyAuthorization))
        #expect(sample.text(digest.username) == "bob" && sample.text(digest.realm) == #"r, \"s\""#)
        #expect(sample.text(digest.nonce) == "n=/+" && sample.text(digest.uri) == "sip:h;x")
        #expect(sample.text(digest.response) == "0123" && sample.text(digest.algorithm) == "SHA-512-256")
        #expect(digest.cnonce.isEmpty && sample.text(digest.opaque) == "o")
        #expect(digest.qop == .authInt && sample.text(digest.qopRange) == "auth-int")
        #expect(digest.nc == 31 && sample.text(digest.ncRange) == "0000001F")
        #expect(digest.isUserHashed && digest.hasEscapes && !digest.isUsernameExtended)
    }

    @Test("RFC 7616 §3.4: an extended user name is told apart")
    func extendedName() throws {
        let sample = Sample(fields: "Authorization: Digest username*=UTF-8''J%C3%A4s, realm=\"r\"")
        let digest = try #require(try sample.credentials())
        #expect(digest.isUsernameExtended && sample.text(digest.username) == "UTF-8''J%C3%A4s")
    }

    @Test("nc must be up to eight hexadecimal digits")
    func nonceCount() throws {
        for (text, number) in [
            ("00000001", 1), ("ffffffff", UInt32.max), ("1", 1), ("0000000g", nil), ("123456789", nil),
        ]
            as [(String, UInt32?)]
        {
            #expect(
                try Sample(fields: "Authorization: Digest nc=\(text)").credentials()?.nc == number,
                "\(text)"
            )
        }
    }

    @Test("Another scheme is none of ours, and no error")
    func otherSchemes() throws {
        for text in ["Basic YWxh", "Digestive x=y", "Bearer a.b.c", "NoOneKnows opaque-data=here"] {
            #expect(try Sample(fields: "Authorization: \(text)").credentials() == nil, "\(text)")
        }
    }

    @Test(
        "What is no list of credentials",
        arguments: [
            ("Digest", ParseProblem.emptyElement), ("Digest username", .malformedParameter),
            ("Digest username=\"a\" realm=\"b\"", .unexpectedByte),
            ("Digest username=\"a", .unterminatedQuote),
            ("Digest nonce=\"a\", nonce=\"b\"", .repeatedParameter),
            ("Digest nonce=\"\", nonce=\"\"", .repeatedParameter),
            ("Digest realm=\"a\",", .emptyElement), ("Digest realm=,nonce=a", .malformedParameter),
            ("Digest username=\"a\", username*=b", .repeatedParameter),
        ]
    )
    func refused(_ text: String, _ problem: ParseProblem) {
        let error = failure { () throws(ParseError) in
            _ = try Sample(fields: "Authorization: \(text)").credentials()
        }
        #expect(error?.problem == problem)
    }

    @Test("RFC 7616 §3.3: every part of a challenge")
    func challenges() throws {
        let (found, sample) = try challenge(
            "Digest realm=\"r\", qop=\"auth, auth-int,x\", nonce=\"n\", opaque=\"\", stale=TRUE, algorithm=SHA-256, domain=\"sip:h\", userhash=true"
        )
        let digest = try #require(found)
        #expect(sample.text(digest.realm) == "r" && sample.text(digest.nonce) == "n" && digest.opaque.isEmpty)
        #expect(digest.offersAuth && digest.offersAuthInt && digest.isStale && digest.offersUserHash)
        #expect(sample.text(digest.algorithm) == "SHA-256" && sample.text(digest.domain) == "sip:h")
        let (plain, _) = try challenge("Digest realm=\"r\",nonce=\"n\",stale=false")
        #expect(plain?.offersAuth == false && plain?.isStale == false)
        #expect(try challenge("Basic realm=\"r\"").0 == nil)
        #expect((try? challenge("Digest realm=\"r\"")) == nil)
    }
}
