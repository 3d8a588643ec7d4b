import BindingTable
import Proxy
import Registrar
import SIPMessage
import Testing
import Timing

/// Calls to one phone and to several (RFC 3261 §16.6, §16.7, §16.10).
@Suite struct CallTests {
    @Test("RFC 3261 §16: a call rings, is answered and acknowledged, all over the phone's flow")
    func answered() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let first = stage.takeSent()
        #expect(first.map(\.word) == ["100>9000", "INVITE>5070"])
        let invite = try #require(first.last)
        #expect(invite.startLine == "INVITE sip:alice@10.0.0.2:5070 SIP/2.0")
        #expect(invite.values("Via").count == 2)
        #expect(invite.values("Max-Forwards") == ["69"])
        stage.answer(invite, 180)
        let ringing = try #require(stage.takeSent().first)
        #expect(ringing.word == "180>9000")
        #expect(ringing.values("Via").count == 1)
        stage.answer(invite, 200)
        #expect(stage.words() == ["200>9000"])
        let route = invite.values("Record-Route").map { "Route: \($0)" }
        stage.receive(
            ProxyStage.request("ACK", to: "sip:alice@10.0.0.2:5070", branch: "a1", toTag: "t1", extra: route)
        )
        #expect(stage.words() == ["ACK>5070"])
        #expect(stage.verdicts == [.answered])
        #expect(stage.proxy.counters.calls(.answered) == 1)
        stage.advance(80_000)
        #expect(stage.words().isEmpty)
        #expect(stage.proxy.counters.serverTransactions == 0)
        #expect(stage.proxy.counters.clientTransactions == 0)
        #expect(stage.proxy.counters.keptBytes == 0)
        #expect(stage.proxy.deadline == .distantFuture)
    }

    @Test(
        "RFC 3261 §16.7: of two phones that ring, one answers; the other is cancelled and its 487 ends here"
    )
    func fork() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.receive(ProxyStage.request(extra: ["Max-Breadth: 9"]))
        let invites = stage.takeSent().filter { $0.method == "INVITE" }.sorted { $0.word < $1.word }
        try #require(invites.map(\.word) == ["INVITE>5070", "INVITE>5071"])
        #expect(Set(invites.flatMap { $0.values("Max-Breadth") }) == ["5", "4"])
        stage.answer(invites[0], 180)
        stage.answer(invites[1], 180)
        #expect(stage.words() == ["180>9000", "180>9000"])
        stage.answer(invites[1], 200)
        let after = stage.takeSent()
        #expect(after.map(\.word) == ["200>9000", "CANCEL>5070"])
        let cancel = try #require(after.last)
        #expect(cancel.values("Via") == Array(invites[0].values("Via").prefix(1)))
        #expect(cancel.values("CSeq") == ["1 CANCEL"])
        stage.answer(cancel, 200)
        stage.answer(invites[0], 487)
        let ack = try #require(stage.takeSent().first)
        #expect(ack.word == "ACK>5070")
        #expect(ack.values("Via") == cancel.values("Via"))
        #expect(ack.values("To").first?.contains("tag=t1") == true)
        #expect(stage.verdicts == [.answered])
        #expect(Set(stage.takeNotes().map(\.leg)) == [0, 1, 2])
    }

    @Test("RFC 3261 §16.7 step 5: a second phone that was picked up at the same time is told of, too")
    func lateSuccess() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }
        try #require(invites.count == 2)
        stage.answer(invites[0], 200, tag: "one")
        stage.answer(invites[1], 200, tag: "two")
        stage.answer(invites[0], 200, tag: "one")
        #expect(stage.words() == ["200>9000", "200>9000", "200>9000"])
        #expect(stage.verdicts == [.answered])
    }

    @Test("RFC 3261 §16.6: a lower q waits until the higher one has rung for long enough")
    func serialGroups() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070, parameters: ";q=1.0")
        stage.register(at: 5_071, parameters: ";q=0.5")
        stage.receive(ProxyStage.request())
        let first = stage.takeSent()
        #expect(first.map(\.word) == ["100>9000", "INVITE>5070"])
        let invite = try #require(first.last)
        stage.answer(invite, 180)
        _ = stage.takeSent()
        stage.advance(19_900)
        #expect(stage.words().isEmpty)
        stage.advance(200)
        let second = stage.takeSent()
        try #require(second.map(\.word) == ["CANCEL>5070", "INVITE>5071"])
        stage.answer(second[0], 200)
        stage.answer(invite, 487)
        stage.answer(second[1], 486)
        // Our own change of mind is no 487 for the caller, and busy says more than no answer.
        #expect(stage.words() == ["ACK>5070", "ACK>5071", "486>9000"])
        #expect(stage.verdicts == [.busy])
    }

    @Test("RFC 3261 §16.10: the caller's CANCEL reaches what has rung, and what has not as soon as it does")
    func cancelled() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }.sorted { $0.word < $1.word }
        try #require(invites.count == 2)
        stage.answer(invites[0], 180)
        _ = stage.takeSent()
        stage.receive(ProxyStage.request("CANCEL"))
        #expect(stage.words() == ["200>9000", "CANCEL>5070"])
        stage.receive(ProxyStage.request("CANCEL"))
        #expect(stage.words() == ["200>9000"], "its copy gets the same answer and does nothing")
        stage.answer(invites[1], 100)
        #expect(stage.words() == ["CANCEL>5071"])
        stage.answer(invites[0], 487)
        stage.answer(invites[1], 487)
        #expect(stage.words() == ["ACK>5070", "ACK>5071", "487>9000"])
        #expect(stage.verdicts == [.cancelled])
        stage.receive(ProxyStage.request("ACK"))
        #expect(stage.words().isEmpty, "the ACK of a refusal ends here")
        stage.advance(31_000)
        #expect(!stage.words().contains("487>9000"))
    }

    @Test("The caller does not wait for a phone that says nothing; should it ring later, it is cancelled")
    func cancelledInSilence() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        stage.advance(100)
        stage.receive(ProxyStage.request("CANCEL"))
        #expect(stage.words() == ["200>9000"])
        stage.advance(450)
        #expect(stage.words() == ["487>9000"], "and no further copy of the INVITE")
        #expect(stage.verdicts == [.cancelled])
        stage.receive(ProxyStage.request("ACK"))
        stage.advance(2_000)
        #expect(stage.words().isEmpty)
        stage.answer(invite, 180)
        #expect(stage.words() == ["CANCEL>5070"])
        stage.answer(invite, 487)
        #expect(stage.words() == ["ACK>5070"])
        stage.advance(40_000)
        #expect(stage.proxy.counters.clientTransactions == 0 && stage.proxy.counters.serverTransactions == 0)
    }

    @Test(
        "Nobody waits for a silent phone when another has declined for all, or when its group has had its time"
    )
    func silentPhones() throws {
        var stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }.sorted { $0.word < $1.word }
        stage.advance(100)
        stage.answer(invites[1], 603)
        #expect(stage.words() == ["ACK>5071"])
        stage.advance(450)
        #expect(stage.words() == ["603>9000"])
        stage.answer(invites[0], 180)
        #expect(stage.words() == ["CANCEL>5070"])
        stage = try ProxyStage()
        stage.register(at: 5_070, parameters: ";q=1.0")
        stage.register(at: 5_071, parameters: ";q=0.5")
        stage.receive(ProxyStage.request())
        let silent = try #require(stage.takeSent().last)
        stage.advance(20_600)
        let second = try #require(stage.takeSent().first { $0.word == "INVITE>5071" })
        stage.answer(second, 486)
        #expect(stage.words() == ["ACK>5071", "486>9000"])
        stage.answer(silent, 180)
        #expect(stage.words() == ["CANCEL>5070"])
    }

    @Test(
        "RFC 3261 §16.7 step 5: a phone that was picked up after the 487 is told of, so that it can be hung up"
    )
    func pickedUpAfterAll() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        stage.receive(ProxyStage.request("CANCEL"))
        stage.advance(600)
        #expect(stage.words() == ["200>9000", "487>9000"])
        stage.receive(ProxyStage.request("ACK"))
        stage.answer(invite, 200)
        #expect(stage.words() == ["200>9000"] && stage.verdicts == [.cancelled])
    }

    @Test("A refusal without the caller's Via is one even so: it gets its ACK, and the caller hears of it")
    func refusalWithoutVias() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        let own = try #require(invite.values("Via").first)
        stage.receive(
            "SIP/2.0 486 Busy\r\nVia: \(own)\r\nFrom: <sip:carol@elsewhere.net>;tag=f1\r\n"
                + "To: <sip:alice@example.com>;tag=t\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
            from: ProxyStage.phone(5_070)
        )
        #expect(stage.words() == ["ACK>5070", "500>9000"])
    }

    @Test("A response without the caller's Via is none: the call ends as if the phone had said nothing")
    func answerWithoutVias() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        let own = try #require(invite.values("Via").first)
        stage.receive(
            "SIP/2.0 200 OK\r\nVia: \(own)\r\nFrom: <sip:carol@elsewhere.net>;tag=f1\r\n"
                + "To: <sip:alice@example.com>;tag=t\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
            from: ProxyStage.phone(5_070)
        )
        #expect(stage.words().isEmpty)
        stage.advance(33_000)
        #expect(stage.words().last == "408>9000")
        stage.advance(70_000)
        #expect(stage.proxy.counters.serverTransactions == 0 && stage.proxy.counters.waiting == 0)
    }

    @Test("RFC 4320 §4.1: who asks with what is no INVITE hears 100 when Timer E is T2, and not before")
    func tryingForOthers() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request("MESSAGE"))
        let message = try #require(stage.takeSent().last)
        stage.advance(3_400)
        #expect(!stage.words().contains("100>9000"))
        stage.advance(200)
        #expect(stage.words().filter { $0 == "100>9000" }.count == 1)
        stage.answer(message, 200)
        #expect(stage.words() == ["200>9000"])
        stage.advance(10_000)
        #expect(!stage.words().contains("100>9000"))
    }

    @Test("One address has a quarter of the places; others are still called from elsewhere")
    func shares() throws {
        let stage = try ProxyStage(limits: ProxyLimits(contexts: 40))
        stage.register(at: 5_070)
        let noisy = Endpoint(address: IPAddress(ipv4: 0x0a00_0007), port: 9_000)
        for number in 0..<20 {
            let via = "SIP/2.0/UDP 10.0.0.7:9000"
            stage.receive(ProxyStage.request(call: "n\(number)", via: via), from: noisy)
        }
        let sent = stage.takeSent()
        #expect(sent.filter { $0.word == "503>9000" }.count == 10)
        stage.receive(ProxyStage.request(call: "quiet"))
        #expect(stage.words().contains("INVITE>5070"))
        for invite in sent where invite.method == "INVITE" { stage.answer(invite, 200) }
        stage.advance(33_000)
        _ = stage.words()
        stage.receive(ProxyStage.request(call: "again", via: "SIP/2.0/UDP 10.0.0.7:9000"), from: noisy)
        #expect(stage.words().contains("INVITE>5070"), "what has ended takes no place")
    }

    @Test("The share is of bytes and branches too, is given back with the answer, and a site of IPv6 has one")
    func sharesOfEverything() throws {
        let large = (0..<10).map { "X-\($0): " + String(repeating: "x", count: 2_000) }
        let bytes = try ProxyStage(limits: ProxyLimits(bytes: 1 << 20))
        bytes.register(at: 5_070)
        func flood(_ stage: ProxyStage, _ calls: Range<Int>, extra: [String] = [], site: UInt64 = 1) -> [Sent]
        {
            for number in calls {
                let address = IPAddress(ipv6High: 0x2001_0db8_0000_0000 + site, low: UInt64(number))
                stage.receive(
                    ProxyStage.request(call: "n\(number)", extra: extra),
                    from: Endpoint(address: address, port: 9_000)
                )
            }
            return stage.takeSent()
        }
        // A quarter of 1 MiB is for six: a request is there as it came and as it went.
        let sent = flood(bytes, 0..<20, extra: large)
        let invites = sent.filter { $0.method == "INVITE" }
        #expect(invites.count == 6)
        #expect(
            flood(bytes, 30..<31, extra: large, site: 2).contains { $0.method == "INVITE" },
            "another site"
        )
        for invite in invites { bytes.answer(invite, 486) }
        _ = bytes.takeSent()
        #expect(flood(bytes, 40..<45, extra: large).filter { $0.method == "INVITE" }.count == 5)

        let branches = try ProxyStage(limits: ProxyLimits(branches: 40))
        for port in 5_070..<5_074 { branches.register(at: UInt16(port)) }
        let forked = flood(branches, 0..<10).filter { $0.method == "INVITE" }
        #expect(forked.count == 10, "a quarter of 40")
        branches.receive(ProxyStage.request(call: "quiet"))
        #expect(branches.takeSent().filter { $0.method == "INVITE" }.count == 4)
    }

    @Test("What is answered takes its place as long as a branch of it says nothing")
    func sharesOfSilentBranches() throws {
        let stage = try ProxyStage(limits: ProxyLimits(contexts: 40))
        for port in [5_070, 5_071] { stage.register(at: UInt16(port)) }
        for number in 0..<10 {
            stage.receive(ProxyStage.request("MESSAGE", call: "n\(number)"))
            stage.answer(try #require(stage.takeSent().first { $0.method == "MESSAGE" }), 200)
        }
        _ = stage.takeSent()
        stage.receive(ProxyStage.request("MESSAGE", call: "late"))
        #expect(stage.words() == ["503>9000"])
        stage.advance(33_000)
        _ = stage.takeSent()
        stage.receive(ProxyStage.request("MESSAGE", call: "later"))
        #expect(stage.words().contains("MESSAGE>5070"))
    }

    @Test("What is refused takes its place until its ACK has come")
    func sharesUntilTheACK() throws {
        let stage = try ProxyStage(limits: ProxyLimits(contexts: 40))
        stage.register(at: 5_070)
        for number in 0..<10 {
            stage.receive(ProxyStage.request(call: "n\(number)"))
            stage.answer(try #require(stage.takeSent().last), 486)
        }
        _ = stage.takeSent()
        stage.receive(ProxyStage.request(call: "late"))
        #expect(stage.words() == ["503>9000"])
        stage.receive(ProxyStage.request("ACK", call: "n3", toTag: "t1"))
        stage.receive(ProxyStage.request(call: "later"))
        #expect(stage.words().contains("INVITE>5070"))
    }

    @Test("All strangers together have three quarters: our own users are served")
    func allStrangers() throws {
        let network = try #require(IPNetwork("10.0.0.7"))
        let stage = try ProxyStage(
            limits: ProxyLimits(contexts: 40),
            rules: [AccessRule(network: network, action: .any)]
        )
        stage.register(at: 5_070)
        for number in 0..<50 {
            let address = IPAddress(ipv4: 0x0a00_0100 + UInt32(number % 25))
            stage.receive(
                ProxyStage.request(call: "n\(number)"),
                from: Endpoint(address: address, port: 9_000)
            )
        }
        let words = stage.words()
        #expect(words.count { $0 == "INVITE>5070" } == 30 && words.count { $0 == "503>9000" } == 20)
        let trunk = Endpoint(address: IPAddress(ipv4: 0x0a00_0007), port: 9_000)
        stage.receive(ProxyStage.request(call: "own", via: "SIP/2.0/UDP 10.0.0.7:9000"), from: trunk)
        #expect(stage.words().contains("INVITE>5070"))
    }

    @Test("Branches that only wait for copies give their places up")
    func finishedBranchesGiveWay() throws {
        let stage = try ProxyStage(limits: ProxyLimits(branches: 8))
        for port in 5_070..<5_074 { stage.register(at: UInt16(port)) }
        for call in 0..<6 {
            let source = Endpoint(address: IPAddress(ipv4: 0x0a00_0010 + UInt32(call)), port: 9_000)
            stage.receive(ProxyStage.request(call: "n\(call)"), from: source)
            let invites = stage.takeSent().filter { $0.method == "INVITE" }
            #expect(invites.count == 4)
            for invite in invites { stage.answer(invite, 486) }
            _ = stage.takeSent()
            stage.receive(ProxyStage.request("ACK", call: "n\(call)", toTag: "t1"), from: source)
        }
    }

    @Test("As many header fields as may be, and a long Path: what is sent can be cancelled and acknowledged")
    func manyFieldsAndALongPath() throws {
        let stage = try ProxyStage()
        let path = (1...20).map { "<sip:10.0.0.\(100 + $0);lr>" }.joined(separator: ",")
        stage.register(at: 5_070, extra: ["Supported: path", "Path: \(path)"])
        stage.receive(ProxyStage.request(extra: (0..<103).map { "X-\($0): x" }))
        let invite = try #require(stage.takeSent().last)
        #expect(invite.method == "INVITE" && invite.values("Route") == [path])
        stage.answer(invite, 180)
        _ = stage.takeSent()
        stage.receive(ProxyStage.request("CANCEL"))
        #expect(stage.words() == ["200>9000", "CANCEL>5060"])
        stage.answer(invite, 487)
        #expect(stage.words() == ["ACK>5060", "487>9000"])
    }

    @Test func aTrunkHasAsManyPlacesAsItNeeds() throws {
        let network = try #require(IPNetwork("10.0.0.7"))
        let stage = try ProxyStage(
            limits: ProxyLimits(contexts: 40),
            rules: [AccessRule(network: network, action: .any)]
        )
        stage.register(at: 5_070)
        let trunk = Endpoint(address: IPAddress(ipv4: 0x0a00_0007), port: 9_000)
        for number in 0..<20 {
            let via = "SIP/2.0/UDP 10.0.0.7:9000"
            stage.receive(ProxyStage.request(call: "n\(number)", via: via), from: trunk)
        }
        #expect(stage.words().filter { $0 == "INVITE>5070" }.count == 20)
    }

    @Test("The CANCEL comes from another port than its INVITE: a NAT has forgotten")
    func cancelByAnotherPort() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        stage.answer(try #require(stage.takeSent().last), 180)
        _ = stage.takeSent()
        let stranger = Endpoint(address: IPAddress(ipv4: 0x0a00_0009), port: 9_000)
        stage.receive(ProxyStage.request("CANCEL"), from: stranger)
        #expect(stage.words() == ["481>9000"], "a CANCEL from another address is somebody else's")
        let moved = Endpoint(address: ProxyStage.caller.address, port: 9_001)
        stage.receive(ProxyStage.request("CANCEL"), from: moved)
        #expect(stage.words().contains("CANCEL>5070"))
    }

    @Test("RFC 3261 §9.2: a CANCEL of nothing is answered 481")
    func strayCancel() throws {
        let stage = try ProxyStage()
        stage.receive(ProxyStage.request("CANCEL"))
        #expect(stage.words() == ["481>9000"])
    }

    @Test(
        "RFC 3261 §16.8: Timer C begins anew with each ringing; at its end the phone is cancelled: 408, no answer"
    )
    func timerC() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        stage.answer(invite, 180)
        stage.advance(100_000)
        stage.answer(invite, 180)
        _ = stage.takeSent()
        stage.advance(184_000)
        #expect(stage.words().isEmpty)
        stage.advance(2_000)
        #expect(stage.words().first == "CANCEL>5070")
        stage.answer(invite, 487)
        #expect(Array(stage.words().suffix(2)) == ["ACK>5070", "408>9000"])
        #expect(stage.verdicts == [.noAnswer])
    }

    @Test("RFC 3261 §9.1: a phone that never ends a cancelled call is given up after 64 × T1")
    func deafToCancel() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        stage.answer(invite, 180)
        stage.receive(ProxyStage.request("CANCEL"))
        _ = stage.takeSent()
        stage.advance(33_000)
        let words = stage.words()
        #expect(words.filter { $0 == "CANCEL>5070" }.count == 10)
        #expect(words.contains("487>9000"))
    }

    @Test("RFC 3261 §16.7 step 5: a 6xx ends the call everywhere, and is what the caller hears")
    func globalFailure() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.register(at: 5_072, parameters: ";q=0.1")
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }.sorted { $0.word < $1.word }
        try #require(invites.count == 2)
        stage.answer(invites[0], 180)
        _ = stage.takeSent()
        stage.answer(invites[1], 603)
        #expect(stage.words() == ["ACK>5071", "CANCEL>5070"])
        stage.answer(invites[0], 487)
        #expect(stage.words() == ["ACK>5070", "603>9000"])
        #expect(stage.verdicts == [.declined])
    }

    @Test("RFC 3261 §16.7 step 7: the challenges of all phones reach the caller in one response")
    func mergedChallenges() throws {
        let stage = try ProxyStage()
        for port in [5_070, 5_071, 5_072] as [UInt16] { stage.register(at: port) }
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }
        try #require(invites.count == 3)
        stage.answer(invites[0], 486)
        stage.answer(invites[1], 401, extra: ["WWW-Authenticate: Digest realm=\"one\",nonce=\"1\""])
        stage.answer(invites[2], 407, extra: ["Proxy-Authenticate: Digest realm=\"two\",nonce=\"2\""])
        let final = try #require(stage.takeSent().last)
        #expect(final.word == "401>9000")
        #expect(final.values("WWW-Authenticate") == ["Digest realm=\"one\",nonce=\"1\""])
        #expect(final.values("Proxy-Authenticate") == ["Digest realm=\"two\",nonce=\"2\""])
        #expect(stage.verdicts == [.challenged])
    }

    @Test("RFC 3261 §16.7 step 6: a 503 says nothing of us and becomes 500; a 3xx is passed on")
    func mappedResponses() throws {
        for (status, expected, verdict) in [
            (503, 500, CallVerdict.deadContact), (302, 302, .redirected), (486, 486, .busy),
            (404, 404, .unknown), (480, 480, .noAnswer), (488, 488, .failed), (430, 480, .deadContact),
        ] {
            let stage = try ProxyStage()
            stage.register(at: 5_070)
            stage.receive(ProxyStage.request())
            let invite = try #require(stage.takeSent().last)
            stage.answer(invite, status)
            #expect(stage.words() == ["ACK>5070", "\(expected)>9000"])
            #expect(stage.verdicts == [verdict], "\(status)")
        }
    }

    @Test("RFC 3261 §16.7: a dead contact does not hide what a living phone has answered")
    func deadContact() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.register(at: 5_071)
        stage.receive(ProxyStage.request())
        let invites = stage.takeSent().filter { $0.method == "INVITE" }.sorted { $0.word < $1.word }
        try #require(invites.count == 2)
        stage.answer(invites[1], 486)
        #expect(stage.words() == ["ACK>5071"])
        stage.advance(33_000)
        let words = stage.words()
        #expect(words.filter { $0 == "INVITE>5070" }.count == 6)
        #expect(words.contains("486>9000"))
        #expect(stage.verdicts == [.busy])
    }

    @Test("RFC 3261 §16.8: where nobody ever answers it is a 408, and a dead contact")
    func nobody() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        stage.advance(33_000)
        #expect(stage.words().contains("408>9000"))
        #expect(stage.verdicts == [.deadContact])
    }

    @Test func whoIsNotRegisteredAndWhoIsUnknown() throws {
        let stage = try ProxyStage()
        stage.receive(ProxyStage.request(to: "sip:nobody@example.com"))
        #expect(stage.words() == ["480>9000"])
        #expect(stage.verdicts == [.noBinding])
        #expect(stage.takeNotes().map(\.refusal) == [nil, .noBinding])
        stage.receive(ProxyStage.request("ACK", to: "sip:nobody@example.com"))
        stage.receive(ProxyStage.request(to: "sip:nobody@example.com"))
        #expect(stage.words() == ["480>9000"], "a copy gets the same answer, the ACK none")
        #expect(stage.proxy.counters.calls(.noBinding) == 1)
        #expect(stage.proxy.counters.serverTransactions == 0)
        #expect(stage.proxy.deadline == .distantFuture, "no timer of ours sends to a stranger")
    }

    @Test func redirectMode() throws {
        let stage = try ProxyStage(calls: CallPolicy(mode: .redirect))
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let reply = try #require(stage.takeSent().first)
        #expect(reply.word == "302>9000")
        #expect(reply.values("Contact").first?.contains("sip:alice@10.0.0.2:5070") == true)
        #expect(stage.verdicts == [.redirected])
    }
}
