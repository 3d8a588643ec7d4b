import SIPMessage
import Testing
import Timing

@testable import SIPDigest

@Suite struct DigestVerifierTests {
    private static let allPassed =
        "+realm +credentials +algorithm +nonce +qop +uri +user +response +age +nonceCount"

    @Test(arguments: DigestAlgorithm.allCases, [false, true])
    func rightCredentialsAreGranted(_ algorithm: DigestAlgorithm, _ authInt: Bool) throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone(algorithms: [algorithm], authInt: authInt))
        let result = try scene.verify(try scene.register(&phone, body: authInt ? "a body" : ""))
        #expect(result.verdict == .granted)
        #expect(result.isGranted)
        #expect(words(result) == Self.allPassed)
        #expect(result.leniencies == (algorithm == .md5 ? .md5 : []))
        #expect(result.algorithm == algorithm)
    }

    @Test func authIntProtectsTheBody() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone(authInt: true))
        var message = try scene.register(&phone, body: "a body")
        message[message.count - 1] ^= 1
        #expect(try scene.verify(message).verdict == .wrongPassword)
    }

    @Test func rfc3261_22_2_withoutCredentialsAChallenge() throws {
        let scene = try Scene()
        let result = try scene.verify(Scene.message(authorization: []))
        #expect(result.verdict == .challenge)
        #expect(words(result) == "-credentials")
    }

    @Test func credentialsForAnotherRealmOrAlgorithmWontDo() throws {
        let scene = try Scene()
        let other = #"Digest username="1001", realm="other.test", nonce="x", uri="sip:a", response="y""#
        let foreign = try scene.verify(Scene.message(authorization: [other, "Bearer abc"]))
        #expect(foreign.verdict == .badCredentials(.realm))
        #expect(words(foreign) == "-realm")
        let bearer = try scene.verify(Scene.message(authorization: ["Bearer abc"]))
        #expect(bearer.verdict == .challenge)
        #expect(words(bearer) == "-credentials")
        let unknown =
            #"Digest username="1001", realm="example.test", nonce="x", uri="sip:a", response="y", algorithm=SHA3"#
        let result = try scene.verify(Scene.message(authorization: [unknown]))
        #expect(result.verdict == .badCredentials(.algorithm))
        #expect(words(result) == "+realm -algorithm")
    }

    @Test func oursIsPickedByRealm() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        let value = phone.authorization(
            method: Array("REGISTER".utf8),
            uri: Array("sip:example.test".utf8),
            cnonce: [0x31],
            using: scene.worker
        )
        let ours = String(decoding: try #require(value), as: UTF8.self)
        let other = #"Digest username="1001", realm="other.test", nonce="x", uri="sip:a", response="y""#
        let unreadable = #"Digest username="1001"#
        let result = try scene.verify(Scene.message(authorization: [other, ours, other]))
        #expect(result.verdict == .granted)
        let broken = try scene.verify(Scene.message(authorization: [unreadable]))
        #expect(broken.verdict == .badCredentials(.credentials))
    }

    @Test(arguments: [
        #"username="", nonce="n", uri="sip:a", response="r""#,
        #"username="1001", uri="sip:a", response="r""#,
        #"username="1001", nonce="n", response="r""#,
        #"username="1001", nonce="n", uri="sip:a""#,
        #"username="1001", nonce="n", uri="sip:a", response="r", qop=auth, cnonce="c""#,
        #"username="1001", nonce="n", uri="sip:a", response="r", qop=auth, nc=00000001"#,
        #"username="1001", nonce="n", uri="sip:a", response="r", qop=auth, nc=00000000, cnonce="c""#,
        #"username="1001", nonce="n", uri="sip:a", response="r", qop=auth, nc=zz, cnonce="c""#,
    ])
    func incompleteCredentialsAreBad(_ parameters: String) throws {
        let scene = try Scene()
        let result = try scene.verify(
            Scene.message(authorization: [#"Digest realm="example.test", \#(parameters)"#])
        )
        #expect(result.verdict == .badCredentials(.credentials))
        #expect(words(result) == "+realm -credentials")
    }

    @Test func anAlgorithmOrQopThatWasNotOfferedIsBad() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone(algorithms: [.md5]))
        let message = try scene.register(&phone)
        let strict = try Scene(algorithms: [.sha256])
        let result = try strict.verify(message)
        #expect(result.verdict == .badCredentials(.algorithm))
        #expect(words(result) == "+realm +credentials -algorithm")
        let whole = try Scene(qop: [.authInt])
        let other = try whole.verify(message)
        #expect(other.verdict == .badCredentials(.qop))
        #expect(words(other) == "+realm +credentials +algorithm +nonce -qop")
    }

    @Test func rfc7616_3_3_aNonceThatIsNotOursGetsNoStale() throws {
        let scene = try Scene()
        var other = try Scene()
        other.verifier = DigestVerifier(
            mint: NonceMint(secret: (1, 1), epoch: 1),
            window: NonceCountWindow(capacity: 512)
        )
        var phone = try other.challenged(Scene.phone())
        let result = try scene.verify(try scene.register(&phone))
        #expect(result.verdict == .nonceUnknown)
        #expect(words(result) == "+realm +credentials +algorithm -nonce")
    }

    @Test func wrongPasswordIsWrongWhateverTheAge() throws {
        let scene = try Scene()
        for now in [Timestamp.zero, .zero + .seconds(1_000)] {
            var phone = try scene.challenged(Scene.phone(password: "guess"))
            let result = try scene.verify(try scene.register(&phone), now: now)
            #expect(result.verdict == .wrongPassword)
            #expect(words(result) == "+realm +credentials +algorithm +nonce +qop +uri +user -response")
        }
    }

    @Test func rfc7616_3_3_anOldNonceUnderARightPasswordIsStale() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        let early = try scene.register(&phone)
        let late = try scene.register(&phone)
        #expect(try scene.verify(early, now: .zero + .seconds(300)).verdict == .granted)
        let result = try scene.verify(late, now: .zero + .milliseconds(300_001))
        #expect(result.verdict == .stale)
        #expect(result.findings.all.last == DigestFinding(.age, .failed, value: 300_001))
    }

    @Test func rfc7616_3_4_6_aCountServesOnce() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        let first = try scene.register(&phone)
        let second = try scene.register(&phone)
        #expect(try scene.verify(second).verdict == .granted)
        #expect(try scene.verify(first).verdict == .granted)
        let result = try scene.verify(first)
        #expect(result.verdict == .replay(nonceCount: 1))
        #expect(result.findings.all.last == DigestFinding(.nonceCount, .failed, value: 1))
    }

    @Test func aWrongResponseUsesUpNoCount() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        var thief = phone
        thief.password = Array("guess".utf8)
        for _ in 0..<100 { #expect(try scene.verify(try scene.register(&thief)).verdict == .wrongPassword) }
        #expect(try scene.verify(try scene.register(&phone)).verdict == .granted)
    }

    @Test func forgottenCountsAreStaleNotGranted() throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        let message = try scene.register(&phone)
        #expect(try scene.verify(message).verdict == .granted)
        // Enough later nonces to push it out of its set, whichever that is.
        for second in 1...80 {
            for _ in 0..<20 {
                var other = try scene.challenged(Scene.phone(), now: .zero + .seconds(second))
                _ = try scene.verify(try scene.register(&other), now: .zero + .seconds(second))
            }
        }
        #expect(try scene.verify(message, now: .zero + .seconds(80)).verdict == .stale)
    }

    @Test func unknownUsersCostTheSameDigests() throws {
        let scene = try Scene()
        for authInt in [false, true] {
            var costs: [UInt64] = []
            // The first message of all makes H(A2), which the others share.
            var first = try scene.challenged(Scene.phone())
            _ = try scene.verify(try scene.register(&first))
            for (user, password) in [
                ("1001", "secret"), ("1001", "guess"), ("9999", "guess"), ("9999", "secret"),
            ] {
                var phone = try scene.challenged(
                    Scene.phone(user: user, password: password, authInt: authInt)
                )
                let message = try scene.register(&phone)
                let before = scene.worker.digestCount
                let result = try scene.verify(message)
                costs.append(scene.worker.digestCount - before)
                if user == "9999" {
                    #expect(result.verdict == .unknownUser)
                    #expect(words(result) == "+realm +credentials +algorithm +nonce +qop +uri -user")
                }
            }
            #expect(Set(costs) == [authInt ? 4 : 2])
        }
    }

    /// What is remembered of one message must not answer for another.
    @Test func rememberedDigestsAreOfTheSameText() throws {
        let scene = try Scene(capacity: 1 << 16)
        let uris = (0..<200).map { "sip:example.test;n=\($0 % 40)" } + ["sip:a", "sip:b"]
        for algorithm in DigestAlgorithm.allCases {
            for uri in uris + [String(repeating: "sip:x", count: 40)] {
                var phone = try scene.challenged(Scene.phone(algorithms: [algorithm]))
                let result = try scene.verify(try scene.register(&phone, digestURI: uri))
                #expect(result.verdict == .granted, "\(uri)")
            }
        }
        var phone = try scene.challenged(Scene.phone())
        let message = String(decoding: try scene.register(&phone), as: UTF8.self)
        let other = message.replacing("REGISTER sip", with: "REGISTEX sip")
        #expect(try scene.verify(Array(other.utf8)).verdict == .wrongPassword)
    }

    @Test func nobodyLogsInWithTheZerosOfAnUnknownUser() throws {
        let scene = try Scene()
        let nonce = try scene.challenged(Scene.phone()).nonce
        let zeros = DigestValue(zerosFor: .md5)
        let template = Scene.message(authorization: [
            #"Digest username="9999", realm="example.test", nonce="\#(String(decoding: nonce, as: UTF8.self))", uri="sip:example.test", response="00000000000000000000000000000000", qop=auth, nc=00000001, cnonce="c""#
        ])
        let right = try #require(try scene.worker.responses(template) { _ in zeros }.expected)
        let forged = String(decoding: template, as: UTF8.self)
            .split(separator: "00000000000000000000000000000000", omittingEmptySubsequences: false)
            .joined(separator: text(right.hex))
        #expect(try scene.verify(Array(forged.utf8)).verdict == .unknownUser)
    }

    @Test func anAccountWithoutThisAlgorithmIsTold() throws {
        var scene = try Scene()
        let line = Array("1001:example.test:0123456789abcdef0123456789abcdef".utf8)
        scene.accounts = try Accounts(parsing: line.span)
        var phone = try scene.challenged(Scene.phone(algorithms: [.sha256]))
        let result = try scene.verify(try scene.register(&phone))
        #expect(result.verdict == .unknownUser)
        #expect(result.findings.all.last == DigestFinding(.user, .failed, value: 1))
    }

    @Test func rfc2069FormOnlyByPolicyAndOnce() throws {
        let strict = try Scene()
        var phone = try strict.challenged(Scene.phone(algorithms: [.md5], legacy: true))
        #expect(try strict.verify(try strict.register(&phone)).verdict == .badCredentials(.qop))
        let lenient = try Scene(legacy: true)
        phone = try lenient.challenged(Scene.phone(algorithms: [.md5], legacy: true))
        let message = try lenient.register(&phone)
        let result = try lenient.verify(message)
        #expect(result.verdict == .granted)
        #expect(result.leniencies == [.md5, .legacy])
        #expect(words(result).contains("~qop"))
        // Without a count a second use can't be told from a replay.
        #expect(try lenient.verify(message).verdict == .stale)
        phone = try lenient.challenged(Scene.phone(algorithms: [.sha256], legacy: true))
        #expect(try lenient.verify(try lenient.register(&phone)).verdict == .badCredentials(.qop))
    }

    @Test(arguments: [
        ("sip:example.test", "sip:example.test", Optional<UInt32>.none),
        ("sip:example.test", "sip:EXAMPLE.test;transport=UDP", 1),
        ("sip:example.test:5060", "sip:example.test", 1),
        ("sip:1001@example.test", "sip:example.test", 1),
        ("sip:[2001:db8::1]:5060", "sip:[2001:db8::1]", 1),
        ("sip:1001@example.test", "sip:1002@example.test", 2),
        ("sip:example.test", "sip:127.0.0.1:5095", 2),
        ("sip:example.test", "tel:1001", 2),
        ("sip:example.test", "sip:", 2),
    ])
    func aDigestURIThatDiffersIsToldApart(_ uri: String, _ digestURI: String, _ distance: UInt32?) throws {
        let scene = try Scene()
        var phone = try scene.challenged(Scene.phone())
        let result = try scene.verify(try scene.register(&phone, uri: uri, digestURI: digestURI))
        #expect(result.verdict == .granted)
        #expect(result.leniencies.contains(.uri) == (distance != nil))
        let finding = try #require(result.findings.all.first { $0.check == .uri })
        #expect(finding == DigestFinding(.uri, distance == nil ? .passed : .tolerated, value: distance ?? 0))
    }

    @Test func withoutTheWindowCountsDontMatter() throws {
        var scene = try Scene()
        scene.policy = DigestPolicy(realm: Array(Scene.realm.utf8), checksNonceCount: false)
        var phone = try scene.challenged(Scene.phone())
        let message = try scene.register(&phone)
        #expect(try scene.verify(message).verdict == .granted)
        #expect(try scene.verify(message).verdict == .granted)
    }

    /// Arbitrary bytes where credentials should be never trap and never get in.
    @Test(arguments: 1...10) func noiseIsRefused(seed: Int) throws {
        let scene = try Scene(legacy: true)
        var phone = try scene.challenged(Scene.phone())
        let good = try scene.register(&phone)
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let start = try #require(good.firstIndex(of: 0x22))
        for _ in 0..<500 {
            var message = good
            for _ in 0...random(3) {
                message[start + random(message.count - start - 24)] = UInt8(random(96) + 32)
            }
            guard message != good else { continue }
            var head = MessageHead()
            try? head.parse(message.span)
            let result = scene.verifier.verify(
                head,
                message.span,
                policy: scene.policy,
                accounts: scene.accounts,
                now: .zero,
                using: scene.worker
            )
            // The only bytes that may change are those that the digest does not cover: the case of its hex.
            if result.verdict == .granted {
                #expect(
                    String(decoding: message, as: UTF8.self).lowercased()
                        == String(decoding: good, as: UTF8.self).lowercased(),
                    "seed \(seed)"
                )
            }
        }
    }
}
