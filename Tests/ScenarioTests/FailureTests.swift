import BindingTable
import Console
import SIPDigest
import SIPMessage
import Simulation
import Testing
import Timing

/// "4417 can't log in": what Attempts and the ladder say, and what they must not say.
@Suite struct FailureTests {
    private static let source = Endpoint("198.51.100.7:5062")

    /// The response that the right password would have given to a request's credentials.
    private func expectedResponse(to request: [UInt8], challenge: [UInt8], password: String) throws -> String
    {
        let given = try #require(Spoken.value("Authorization", in: request))
        let worker = try DigestWorker(lane: 7)
        var client = DigestClient(user: Array("4417".utf8), password: Array(password.utf8))
        var head = MessageHead()
        try head.parse(challenge.span)
        let isTaken = client.take(head, challenge.span)
        #expect(isTaken)
        let right = client.authorization(
            method: Array("REGISTER".utf8),
            uri: Array(try #require(parameter("uri", of: given)).utf8),
            cnonce: Array(try #require(parameter("cnonce", of: given)).utf8),
            using: worker
        )
        let text = String(decoding: try #require(right), as: UTF8.self)
        #expect(parameter("nc", of: text) == parameter("nc", of: given))
        return try #require(parameter("response", of: text))
    }

    @Test func aWrongPasswordIsOneRowAnAttemptAndTheLadderSaysWhatDidNotFitAndNeverWhatWould() throws {
        let world = try World(Plan(passwords: ["4417": "correct-horse"]))
        world.handsets.add("4417", password: "wrong", from: Self.source, now: world.now) {
            $0.retryAfter = .seconds(10)
        }
        world.run(seconds: 60)
        let refusals = world.handsets["4417"].phone.refusals
        #expect(refusals >= 4)
        world.press("3")
        let rows = world.lines(with: "4417@example.test")
        #expect(rows.count == refusals)
        #expect(rows.allSatisfy { $0.contains("R 401 R 401") && $0.hasSuffix("PASSWD") })

        world.press("⏎")
        #expect(world.title.contains("PASSWD"))
        #expect(world.screen.contains("REJECTED: wrong password for the known user \"4417\"."))
        let row = try #require(world.lines(with: "not what the password gives").first)
        #expect(row.contains("response") && row.hasSuffix("MISMATCH"))
        #expect(world.lines(with: "MISMATCH").count == 1, "everything else fitted")

        let last = try #require(world.spoken.last)
        let challenge = world.spoken[world.spoken.count - 2].reply
        let expected = try expectedResponse(
            to: last.request,
            challenge: challenge,
            password: "correct-horse"
        )
        let authorization = try #require(last.asked("Authorization"))
        let given = try #require(parameter("response", of: authorization))
        #expect(given != expected)
        #expect(row.contains(given.prefix(6)), "the phone's own may be shown")
        var screens: [String] = []
        for (width, height) in [(80, 24), (140, 40)] {
            world.resize(width, height)
            for keys in ["", "j", "k", "w", "r", "r", "gj"] {
                world.press(keys)
                screens.append(world.screen)
            }
        }
        for screen in screens {
            #expect(!screen.contains(expected.prefix(6)) && !screen.contains("correct-horse"))
        }
    }

    @Test func aWrongPasswordAndAnUnknownUserAreTheSameOnTheWireAndNotOnTheScreen() throws {
        // The same phone, twice; only the registrar knows whether there is such an account.
        let known = try World(Plan(passwords: ["4417": "secret", "4418": "other"], view: .attempts))
        let unknown = try World(Plan(passwords: ["9009": "secret", "4418": "other"], view: .attempts))
        for world in [known, unknown] {
            world.handsets.add("4417", password: "wrong", from: Self.source, now: world.now) {
                $0.retryAfter = .seconds(10)
            }
            world.run(seconds: 60)
        }
        #expect(known.spoken.count >= 8)
        #expect(known.spoken.map(\.request) == unknown.spoken.map(\.request))
        #expect(known.spoken.map(\.reply) == unknown.spoken.map(\.reply), "byte for byte")
        #expect(known.digestCount == unknown.digestCount, "and it costs the same")
        #expect(known.handsets["4417"].heard == unknown.handsets["4417"].heard)

        #expect(known.lines(with: "4417@").allSatisfy { $0.hasSuffix("PASSWD") })
        #expect(unknown.lines(with: "4417@").allSatisfy { $0.hasSuffix("NOUSER") })
        known.press("⏎")
        unknown.press("⏎")
        #expect(known.screen.contains("wrong password for the known user \"4417\""))
        #expect(unknown.screen.contains("there is no account \"4417\""))
    }

    @Test func aStaleNonceIsAskedForAgainAndNeitherItNorTheFirst401IsAFailure() throws {
        let world = try World(Plan(nonceLifetime: .seconds(20), view: .attempts))
        world.handsets.add("4417", password: "secret", from: Self.source, now: world.now) {
            $0.reusesNonce = true
            $0.refreshAfter = .seconds(30)
        }
        #expect(world.run(atMost: 90) { world.handsets["4417"].phone.grants == 3 })
        let rows = world.lines(with: "4417@example.test")
        #expect(rows.count == 3)
        #expect(rows[0].contains("R 401 R 200 "))
        #expect(rows[1].contains("R 401s R 200 ") && rows[2].contains("R 401s R 200 "))
        #expect(rows.allSatisfy { $0.hasSuffix("OK") })

        world.press("gg⏎ gk")
        #expect(world.screen.contains("401 Unauthorized (challenge)"))
        #expect(world.says("FIRST 401: no credentials yet"))
        #expect(world.says("the phone is asked for them: not a failure."))
        world.press("q j⏎ g")
        #expect(world.screen.contains("401 Unauthorized (stale)"))
        #expect(world.says("CHALLENGED AGAIN: right password, nonce too old"))
        #expect(world.lines(with: "TOO OLD").count == 1)
        world.press("q !")
        #expect(world.screen.contains("No attempt kept matches: only failures"))
        #expect(world.handsets["4417"].phone.refusals == 0)
        world.press("1")
        #expect(world.screen.contains("failed 0.0% (0)"))
        #expect(world.screen.contains("Nobody fails."))
    }

    @Test func aPhoneThatNeverHearsThatItsNonceIsStaleEndsAsStaleAndIsOKWhenItHearsAgain() throws {
        let world = try World(Plan(nonceLifetime: .seconds(20), view: .attempts))
        world.handsets.add("4417", password: "secret", from: Self.source, now: world.now) {
            $0.reusesNonce = true
            $0.refreshAfter = .seconds(30)
        }
        world.run(seconds: 10)
        world.handsets["4417"].isDeaf = true
        #expect(world.run(atMost: 90) { world.handsets["4417"].phone.timeouts == 1 })
        world.run(seconds: 1)
        let rows = world.lines(with: "4417@example.test")
        #expect(rows.count == 2)
        // Sent eleven times within 32 seconds (RFC 3261 §17.1.2.2), answered as often: one attempt.
        #expect(rows.last?.contains("R 401sx11 ") == true)
        #expect(rows.last?.hasSuffix("STALE") == true)
        world.handsets["4417"].isDeaf = false
        #expect(world.run(atMost: 20) { world.handsets["4417"].phone.grants == 2 })
        world.run(seconds: 1)
        #expect(world.lines(with: "4417@example.test").last?.contains("R 401s R 200 ") == true)
        #expect(world.lines(with: "4417@example.test").last?.hasSuffix("OK") == true)
        world.press("!")
        #expect(world.lines(with: "4417@example.test").count == 1, "one failure, and it was a real one")
    }
}
