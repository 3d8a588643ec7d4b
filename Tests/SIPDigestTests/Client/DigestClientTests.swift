import Testing

@testable import SIPDigest

@Suite struct DigestClientTests {
    /// RFC 2617 §3.5 and RFC 7616 §3.9.1.
    @Test(arguments: [
        (
            "testrealm@host.com", "Circle Of Life", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "0a4f113b", "MD5",
            "6629fae49393a05397450978507c4ef1"
        ),
        (
            "http-auth@example.org", "Circle of Life", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "MD5", "8ca523f5e9506fed4657c9700eebdbec"
        ),
        (
            "http-auth@example.org", "Circle of Life", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        ),
    ])
    func examplesOfTheRFCs(
        _ realm: String,
        _ password: String,
        _ nonce: String,
        _ cnonce: String,
        _ algorithm: String,
        _ response: String,
    ) throws {
        let worker = try DigestWorker(lane: 0)
        var client = DigestClient(user: Array("Mufasa".utf8), password: Array(password.utf8))
        let challenge = message([
            #"Digest realm="\#(realm)", nonce="\#(nonce)", algorithm=\#(algorithm), qop="auth, auth-int", opaque="5ccc069c""#
        ])
        try expectTakes(&client, challenge, true)
        let method = Array("GET".utf8)
        let uri = Array("/dir/index.html".utf8)
        let value = client.authorization(method: method, uri: uri, cnonce: Array(cnonce.utf8), using: worker)
        let line = String(decoding: try #require(value), as: UTF8.self)
        #expect(line.contains(#"response="\#(response)""#))
        #expect(line.contains("nc=00000001"))
        #expect(line.contains(#"opaque="5ccc069c""#))
    }

    @Test func takesTheTopmostThatItKnows() throws {
        let challenge = message([
            #"Digest realm="a", nonce="n0", algorithm=SHA3-512, qop="auth""#, #"Basic realm="a""#,
            #"Digest realm="a", nonce="n1", algorithm=SHA-512-256, qop="auth""#,
            #"Digest realm="a", nonce="n2", algorithm=MD5, qop="auth""#,
        ])
        var modern = DigestClient(user: [0x61], password: [])
        try expectTakes(&modern, challenge, true)
        #expect(modern.nonce == Array("n1".utf8))
        var old = DigestClient(user: [0x61], password: [], algorithms: [.md5])
        try expectTakes(&old, challenge, true)
        #expect(old.nonce == Array("n2".utf8))
        var none = DigestClient(user: [0x61], password: [], algorithms: [])
        try expectTakes(&none, challenge, false)
        #expect(!none.isChallenged)
    }

    @Test func countsTheUsesOfANonce() throws {
        let worker = try DigestWorker(lane: 0)
        var client = DigestClient(user: [0x61], password: [])
        #expect(client.authorization(method: [], uri: [], cnonce: [], using: worker) == nil)
        let challenge = message([#"Digest realm="a", nonce="n1", qop="auth""#])
        try expectTakes(&client, challenge, true)
        for count in ["00000001", "00000002", "00000003"] {
            let value = client.authorization(method: [], uri: [], cnonce: [0x31], using: worker)
            let line = String(decoding: try #require(value), as: UTF8.self)
            #expect(line.contains("nc=\(count)"))
            #expect(!line.contains("algorithm"))
        }
        client.forget()
        #expect(!client.isChallenged)
    }

    private func expectTakes(_ client: inout DigestClient, _ challenge: [UInt8], _ expected: Bool) throws {
        let isTaken = try client.takes(challenge)
        #expect(isTaken == expected)
    }

    private func message(_ challenges: [String]) -> [UInt8] {
        let lines = challenges.map { "WWW-Authenticate: \($0)\r\n" }.joined()
        return Array("SIP/2.0 401 Unauthorized\r\n\(lines)Content-Length: 0\r\n\r\n".utf8)
    }
}
