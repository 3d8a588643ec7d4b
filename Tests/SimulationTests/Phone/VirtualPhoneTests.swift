import SIPDigest
import SIPMessage
import Testing
import Timing

@testable import Simulation

@Suite struct VirtualPhoneTests {
    /// A phone with a registrar that answers at once.
    struct Line {
        var phone: VirtualPhone
        var registrar: ToyRegistrar
        var now = Timestamp.zero
        let worker: DigestWorker
        let local = Endpoint(address: IPAddress(ipv4: 0x7f14_0105), port: 5_062)
        private let server = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_060)

        init(
            _ kind: PhoneKind,
            lifetime: Interval = .seconds(300),
            _ change: (inout PhoneProfile) -> Void = { _ in }
        )
            throws
        {
            var profile = PhoneProfile(user: "1001", domain: "demo.test", password: "secret")
            profile.kind = kind
            change(&profile)
            phone = VirtualPhone(profile: profile, seed: 7, now: .zero)
            worker = try DigestWorker(lane: 0)
            let account = SimulatedAccount(user: "1001", realm: "demo.test", password: "secret")
            registrar = try ToyRegistrar(accounts: [account], domain: "demo.test", lifetime: lifetime)
        }

        /// Runs to the end; with `isMute` the registrar hears and says nothing.
        mutating func run(_ seconds: Int, isMute: Bool = false) throws -> [(at: Timestamp, message: [UInt8])]
        {
            let end = now + .seconds(seconds)
            var sent: [(at: Timestamp, message: [UInt8])] = []
            while phone.nextDeadline <= end {
                now = max(now, phone.nextDeadline)
                var outputs: [PhoneOutput] = []
                phone.tick(now: now, using: worker, into: &outputs)
                while !outputs.isEmpty {
                    switch outputs.removeFirst() {
                    case .open: phone.opened(local: local, now: now)
                    case .send(let message):
                        sent.append((now, message))
                        guard !isMute else { continue }
                        let path = ReceivedFrom(
                            source: local,
                            local: server,
                            transport: phone.profile.transport,
                            at: now
                        )
                        let reply = try registrar.receive(Datagram(bytes: message, path: path), now: now)
                        phone.receive(reply.bytes, now: now, using: worker, into: &outputs)
                    }
                }
            }
            now = end
            return sent
        }

        var verdicts: [Verdict] { registrar.answers.compactMap(\.verdict) }
    }

    @Test func rfc3261_10_2_aGoodPhoneRegistersAndRefreshes() throws {
        var line = try Line(.good) { $0.expires = 100 }
        let sent = try line.run(95)
        #expect(line.verdicts == [.challenge, .granted, .granted])
        #expect(line.phone.state == .registered)
        #expect(line.phone.grants == 2)
        #expect(line.phone.refusals == 0)
        #expect(sent.map { $0.at < .zero + .seconds(1) } == [true, true, false])
        #expect(sent[2].at >= .zero + .seconds(80))
        #expect(line.registrar.bindings["1001"]?.keys.sorted() == ["sip:1001@127.20.1.5:5062"])
    }

    @Test func aPhoneThatDropsItsNonceIsChallengedEachTime() throws {
        var line = try Line(.good) {
            $0.expires = 100
            $0.reusesNonce = false
        }
        _ = try line.run(95)
        #expect(line.verdicts == [.challenge, .granted, .challenge, .granted])
    }

    @Test func rfc3261_22_2_aWrongPasswordIsTriedOnceAnAttempt() throws {
        var line = try Line(.wrongPassword) {
            $0.password = "other"
            $0.retryAfter = .seconds(10)
            $0.reusesNonce = false
        }
        _ = try line.run(7)
        #expect(line.verdicts == [.challenge, .wrongPassword])
        #expect(line.phone.refusals == 1)
        _ = try line.run(6)
        #expect(line.verdicts == [.challenge, .wrongPassword, .challenge, .wrongPassword])
        #expect(line.registrar.bindings.isEmpty)
    }

    @Test func anUnknownUserIsRefused() throws {
        var line = try Line(.unknownUser) { $0.user = "9999" }
        _ = try line.run(1)
        #expect(line.verdicts == [.challenge, .unknownUser])
    }

    @Test func anOldNonceIsUnknownAndLaterOnesGoStale() throws {
        var line = try Line(.staleNonce, lifetime: .seconds(5)) { $0.refreshAfter = .seconds(10) }
        _ = try line.run(20)
        #expect(line.verdicts.prefix(4) == [.nonceUnknown, .granted, .stale, .granted])
        #expect(line.phone.refusals == 0)
    }

    /// The answer to a fresh challenge may be late itself: `stale` says that the password was right.
    @Test(arguments: [false, true])
    func rfc7616_3_3_onlyStaleIsAnsweredTwice(_ isStale: Bool) throws {
        var line = try Line(.good)
        let policy = line.registrar.policy
        let mint = line.registrar.verifier.mint
        var outputs = [PhoneOutput]()
        line.phone.opened(local: line.local, now: .zero)
        line.phone.tick(now: .zero, using: line.worker, into: &outputs)
        for round in 0..<2 {
            guard case .send(let request) = outputs.removeFirst() else { return }
            var head = MessageHead()
            try head.parse(request.span)
            var reply = Array("SIP/2.0 401 Unauthorized\r\n".utf8)
            reply += Array("Call-ID: \(text(request, try #require(head.first(.callID))))\r\n".utf8)
            reply += Array("CSeq: \(text(request, try #require(head.first(.cseq))))\r\n".utf8)
            _ = policy.appendChallenge(
                to: &reply,
                stale: isStale && round == 1,
                mint: mint,
                now: .zero,
                using: line.worker,
            )
            let isOwn = line.phone.receive(
                reply + Array("\r\n".utf8),
                now: .zero,
                using: line.worker,
                into: &outputs,
            )
            #expect(isOwn)
        }
        #expect(outputs.isEmpty != isStale)
        #expect(line.phone.refusals == (isStale ? 0 : 1))
    }

    @Test func rfc3261_10_2_8_tooBriefIsAskedAgain() throws {
        var line = try Line(.good) { $0.expires = 20 }
        _ = try line.run(1)
        #expect(line.registrar.answers.map(\.status) == [401, 423, 200])
        #expect(line.registrar.answers.map(\.expires) == [20, 20, 60])
    }

    @Test func aShortOneIsSilentNowAndThen() throws {
        var line = try Line(.shortExpiry) {
            $0.expires = 60
            $0.refreshAfter = .seconds(4)
        }
        let times = try line.run(200).map(\.at)
        let gaps = zip(times, times.dropFirst()).map { ($1 - $0).seconds }
        #expect(gaps.filter { $0 > 60 }.count >= 1)
        #expect(gaps.filter { (3...5).contains($0) }.count >= 4)
    }

    @Test func aFlappingPhoneLeavesAndComesBackElsewhere() throws {
        var line = try Line(.flapping) { $0.refreshAfter = .seconds(4) }
        _ = try line.run(20)
        let granted = line.registrar.answers.filter { $0.status == 200 }
        #expect(granted.contains { $0.expires == 0 })
        #expect(Set(granted.filter { $0.expires > 0 }.map(\.contact)).count >= 2)
        for (one, next) in zip(granted, granted.dropFirst()) {
            #expect((one.expires == 0) != (next.expires == 0))
        }
    }

    @Test func aGuesserTriesManyUsersAndNeverGetsIn() throws {
        var line = try Line(.bruteForce) {
            $0.victims = ["1001", "1002", "1003"]
            $0.retryAfter = .milliseconds(500)
        }
        _ = try line.run(20)
        #expect(line.verdicts.contains(.wrongPassword))
        #expect(line.verdicts.contains(.unknownUser))
        #expect(!line.verdicts.contains(.granted))
        #expect(line.phone.refusals > 20)
        #expect(Set(line.registrar.answers.map(\.user)) == ["1001", "1002", "1003"])
    }

    @Test func rfc3261_17_1_2_overUDPARequestIsRepeatedForTimerF() throws {
        var line = try Line(.good)
        let sent = try line.run(32, isMute: true)
        #expect(Set(sent.map(\.message)).count == 1)
        let at = sent.map { ($0.at - .zero).milliseconds }
        #expect(at == [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500])
        #expect(line.phone.timeouts == 1)
        #expect(line.phone.state == .waiting)
    }

    @Test func rfc3261_17_1_2_overTCPNothingIsRepeated() throws {
        var line = try Line(.tcp) { $0.transport = .tcp }
        let sent = try line.run(32, isMute: true)
        #expect(sent.count == 1)
        #expect(line.phone.timeouts == 1)
        #expect(String(decoding: sent[0].message, as: UTF8.self).contains("Via: SIP/2.0/TCP 127.20.1.5:5062"))
        #expect(String(decoding: sent[0].message, as: UTF8.self).contains(";transport=tcp>"))
    }

    @Test func aLostConnectionIsOpenedAgain() throws {
        var line = try Line(.tcp) {
            $0.transport = .tcp
            $0.retryAfter = .seconds(5)
        }
        _ = try line.run(1)
        #expect(line.phone.state == .registered)
        line.phone.lost(now: line.now)
        #expect(line.phone.state == .waiting)
        _ = try line.run(7)
        #expect(line.phone.state == .registered)
        #expect(line.phone.grants == 2)
    }

    @Test func otherMessagesAreNotItsOwn() throws {
        var line = try Line(.good)
        _ = try line.run(0, isMute: true)
        var outputs: [PhoneOutput] = []
        for text in [
            "", "SIP/2.0 200 OK\r\n\r\n", "noise", "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nCall-ID: x\r\n\r\n",
        ] {
            let isOwn = line.phone.receive(Array(text.utf8), now: .zero, using: line.worker, into: &outputs)
            #expect(!isOwn)
        }
        #expect(outputs.isEmpty)
        #expect(line.phone.state == .registering)
    }

    @Test func aNATPhoneClaimsAnotherAddress() throws {
        let claimed = Endpoint(address: IPAddress(ipv4: 0xc0a8_0117), port: 5_060)
        var line = try Line(.natted) { $0.claimedAddress = claimed }
        let sent = try line.run(1)
        let text = String(decoding: try #require(sent.first).message, as: UTF8.self)
        #expect(text.contains("Contact: <sip:1001@192.168.1.23:5060>"))
        #expect(text.contains("Via: SIP/2.0/UDP 192.168.1.23:5060;"))
        #expect(line.registrar.answers.last?.path.source == line.local)
    }

    @Test func rfc3261_11_2_aPhoneAnswersAPingAndGoesOnRegistering() throws {
        let ping = """
            OPTIONS sip:1001@127.20.1.5:5062 SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK1\r
            From: <sip:demo.test>;tag=2\r
            To: <sip:1001@demo.test>\r
            Call-ID: ping@demo.test\r
            CSeq: 1 OPTIONS\r
            Content-Length: 0\r
            \r

            """
        for (kind, answers) in [(PhoneKind.good, true), (.shortExpiry, false)] {
            var line = try Line(kind)
            _ = try line.run(0, isMute: true)
            var outputs: [PhoneOutput] = []
            let bytes = Array(ping.utf8)
            let isOwn = line.phone.receive(bytes, now: .zero, using: line.worker, into: &outputs)
            #expect(!isOwn)
            #expect(line.phone.state == .registering)
            guard answers else {
                #expect(outputs.isEmpty)
                continue
            }
            guard case .send(let answer)? = outputs.first else { throw CancellationError() }
            let text = String(decoding: answer, as: UTF8.self)
            #expect(
                text.hasPrefix("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK1\r\n")
            )
            #expect(text.contains("CSeq: 1 OPTIONS\r\n"))
        }
    }
}
