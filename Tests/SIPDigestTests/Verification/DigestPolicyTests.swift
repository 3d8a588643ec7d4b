import SIPMessage
import Testing
import Timing

@testable import SIPDigest

@Suite struct DigestPolicyTests {
    @Test func rfc8760_2_3_oneChallengePerAlgorithmInOrder() throws {
        let scene = try Scene(algorithms: [.sha512t256, .md5, .sha256, .md5])
        let response = scene.challenge()
        let bytes = response.span
        var head = MessageHead()
        try head.parse(bytes)
        var algorithms: [String] = []
        var nonces: Set<[UInt8]> = []
        var index = head.firstIndex(of: .wwwAuthenticate)
        while let field = index, let range = head[field]?.value {
            index = head.index(after: field)
            let read = try #require(try DigestChallenge(bytes, in: range, header: .wwwAuthenticate))
            #expect(read.offersAuth && read.offersAuthInt && !read.isStale)
            #expect(read.realm.bounds.map { response[$0] } == Array(Scene.realm.utf8))
            algorithms.append(String(decoding: read.algorithm.bounds.map { response[$0] }, as: UTF8.self))
            nonces.insert(read.nonce.bounds.map { response[$0] })
        }
        #expect(algorithms == ["SHA-512-256", "MD5", "SHA-256"])
        #expect(nonces.count == 1)
    }

    @Test func rfc7616_3_3_staleIsSaid() throws {
        let scene = try Scene(algorithms: [.md5], qop: .auth)
        let line = String(decoding: scene.challenge(stale: true), as: UTF8.self)
        #expect(line.contains(#"algorithm=MD5, qop="auth", stale=true"#))
        #expect(!String(decoding: scene.challenge(), as: UTF8.self).contains("stale"))
    }

    @Test func aChallengeIsOneDigest() throws {
        let scene = try Scene()
        let before = scene.worker.digestCount
        _ = scene.challenge()
        #expect(scene.worker.digestCount == before + 1)
    }

    @Test func realmsCantEndTheirQuotes() {
        let policy = DigestPolicy(realm: Array("a\"b\\c\r\nd".utf8))
        #expect(policy.realm == Array("abcd".utf8))
    }

    @Test func qopTexts() {
        #expect(QualityOfProtection.auth.text == "auth")
        #expect(QualityOfProtection.authInt.text == "auth-int")
        #expect(QualityOfProtection([.auth, .authInt]).text == "auth,auth-int")
        #expect(QualityOfProtection([]).text == "")
    }
}
