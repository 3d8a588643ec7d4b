import BindingTable
import Proxy
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// Retransmissions, connections, look-ups, strays and bounds of the proxy.
@Suite struct WayTests {
    @Test(
        "RFC 3261 §17.1.1.2: over UDP an INVITE is sent seven times in 32 s; a copy from the caller gets 100 again"
    )
    func retransmissions() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        #expect(stage.words() == ["100>9000", "INVITE>5070"])
        stage.receive(ProxyStage.request())
        #expect(stage.words() == ["100>9000"])
        stage.advance(3_600)
        #expect(stage.words() == ["INVITE>5070", "INVITE>5070", "INVITE>5070"])
        let copies = stage.takeNotes().filter { $0.isRetransmission && $0.isOutgoing }
        #expect(copies.map(\.method) == [.invite, .invite, .invite, .invite])
    }

    @Test("RFC 3261 §17.2.1: a refusal is repeated until its ACK comes")
    func timerG() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        stage.answer(invite, 486)
        #expect(stage.words() == ["ACK>5070", "486>9000"])
        stage.answer(invite, 486)
        #expect(stage.words() == ["ACK>5070"], "each copy is acknowledged")
        stage.advance(3_600)
        #expect(stage.words() == ["486>9000", "486>9000", "486>9000"])
        stage.receive(ProxyStage.request("ACK"))
        stage.advance(40_000)
        #expect(stage.words().isEmpty)
        #expect(stage.proxy.counters.serverTransactions == 0)
    }

    @Test(
        "RFC 4320: no early 100 and no 408 to what is no INVITE; RFC 3261 §17.2.2: its copies get its final response"
    )
    func nonInvite() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request("MESSAGE"))
        let message = try #require(stage.takeSent().first)
        #expect(message.word == "MESSAGE>5070")
        stage.receive(ProxyStage.request("MESSAGE"))
        #expect(stage.words().isEmpty)
        stage.answer(message, 100)
        stage.answer(message, 200)
        #expect(stage.words() == ["200>9000"])
        stage.receive(ProxyStage.request("MESSAGE"))
        #expect(stage.words() == ["200>9000"])
        stage.receive(ProxyStage.request("MESSAGE", call: "c2"))
        stage.advance(33_000)
        let words = stage.words()
        #expect(Set(words) == ["100>9000", "MESSAGE>5070"] && words.count { $0 == "100>9000" } == 1)
        #expect(stage.proxy.counters.others(.answered) == 1)
        #expect(stage.proxy.counters.others(.deadContact) == 1)
        stage.advance(40_000)
        #expect(stage.proxy.counters.serverTransactions == 0)
    }

    /// Two flows of one instance over two connections.
    static func flows(_ stage: ProxyStage) {
        for (port, connection, number) in [(5_070, 1, 1), (5_071, 2, 2)] as [(UInt16, UInt64, Int)] {
            stage.now = stage.now + .seconds(1)
            stage.register(
                at: port,
                parameters:
                    ";reg-id=\(number);+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\"",
                over: .tcp,
                connection: connection,
                extra: ["Supported: path, outbound"]
            )
        }
    }

    @Test(
        "RFC 5626 §5.3: one flow of an instance at a time; 430 or the end of its connection leads to the next"
    )
    func nextFlow() throws {
        for isClosed in [true, false] {
            let stage = try ProxyStage()
            Self.flows(stage)
            stage.receive(ProxyStage.request())
            let first = stage.takeSent()
            #expect(first.map(\.word) == ["100>9000", "INVITE>5071"])
            let invite = try #require(first.last)
            #expect(invite.path.connection == ConnectionID(rawValue: 2))
            if isClosed {
                stage.close(2)
            } else {
                stage.answer(invite, 430)
            }
            let second = stage.takeSent().filter { $0.method == "INVITE" }
            #expect(second.map(\.word) == ["INVITE>5070"])
            stage.answer(try #require(second.first), 200)
            #expect(stage.words() == ["200>9000"])
            #expect(stage.takeNotes().map(\.leg).max() == 2)
        }
    }

    @Test("RFC 3261 §16.9: when the last connection is gone the caller hears 480, at once")
    func lastConnection() throws {
        let stage = try ProxyStage()
        Self.flows(stage)
        stage.receive(ProxyStage.request())
        stage.close(2)
        stage.close(1)
        #expect(stage.words().last == "480>9000")
        #expect(stage.verdicts == [.deadContact])
        #expect(stage.takeNotes().last?.refusal == .unreachable)
    }

    @Test("RFC 3261 §18.2.2: a response to a caller whose connection is gone goes to the port of its Via")
    func callerGone() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        let via = "SIP/2.0/TCP 10.0.0.1:5066"
        stage.receive(ProxyStage.request(via: via), from: ProxyStage.caller, .tcp, 5)
        let invite = try #require(stage.takeSent().last)
        stage.close(5)
        stage.answer(invite, 200)
        let reply = try #require(stage.takeSent().first)
        #expect(reply.word == "200>5066")
        #expect(reply.path.connection == .none)
        #expect(reply.path.transport == .tcp)
    }

    /// A call of a user of ours to somewhere else.
    static func outward(_ method: String = "INVITE", call: String = "c1") -> String {
        ProxyStage.request(
            method,
            to: "sip:dave@phones.example.org;transport=tcp",
            call: call,
            from: "sip:alice@example.com"
        )
    }

    @Test("RFC 3263 §4.3: the servers of a host are tried one after another, each with a branch of its own")
    func servers() throws {
        let stage = try ProxyStage()
        stage.receive(Self.outward())
        #expect(stage.words() == ["100>9000"])
        let hop = try #require(stage.takeLookups().first)
        #expect(hop.host == Array("phones.example.org".utf8))
        let places = [6_001, 6_002].map {
            ServerAddress(transport: .tcp, endpoint: ProxyStage.phone($0))
        }
        stage.locate(hop, at: places)
        let first = try #require(stage.takeSent().first)
        #expect(first.word == "INVITE>6001")
        #expect(first.path.connection == .none)
        stage.fail(ProxyStage.phone(6_001), .tcp)
        let second = try #require(stage.takeSent().first)
        #expect(second.word == "INVITE>6002")
        #expect(first.values("Via").first != second.values("Via").first)
        stage.answer(second, 503)
        #expect(stage.words() == ["ACK>6002", "500>9000"])
    }

    @Test(
        "A server that has said nothing until Timer B or F is named; one that has rung, and a phone, are not"
    )
    func silentServers() throws {
        for (method, answered) in [("INVITE", false), ("MESSAGE", false), ("INVITE", true)] {
            let stage = try ProxyStage()
            stage.receive(Self.outward(method))
            let hop = try #require(stage.takeLookups().first)
            stage.locate(hop, at: [ServerAddress(transport: .tcp, endpoint: ProxyStage.phone(6_001))])
            let request = try #require(stage.takeSent().last)
            if answered { stage.answer(request, 180) }
            stage.advance(31_000)
            #expect(stage.silent.isEmpty)
            stage.advance(200_000)
            let server = ServerAddress(transport: .tcp, endpoint: ProxyStage.phone(6_001))
            #expect(stage.silent == (answered ? [] : [server]))
        }
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        stage.advance(40_000)
        #expect(stage.verdicts == [.deadContact])
        #expect(stage.silent.isEmpty)
    }

    @Test("A phone that lets a call pass without a word is in doubt until it is heard again")
    func missedCalls() throws {
        func binding(_ stage: ProxyStage) throws -> BindingFacts {
            let aor = Array("alice@example.com".utf8)
            return try #require(stage.state.table.bindings(of: aor, at: stage.now).first).facts
        }
        for sign in ["answer", "refresh"] {
            let stage = try ProxyStage()
            stage.register(at: 5_070)
            stage.advance(1_000)
            stage.receive(ProxyStage.request())
            stage.advance(31_000)
            #expect(try !binding(stage).reachability.hasMissedCall)
            stage.advance(2_000)
            let reach = try binding(stage).reachability
            #expect(reach.hasMissedCall && reach.isDoubtful)
            _ = stage.takeSent()
            if sign == "answer" {
                stage.receive(ProxyStage.request(call: "c2"))
                stage.answer(try #require(stage.takeSent().last), 180)
            } else {
                stage.register(at: 5_070)
            }
            #expect(try binding(stage).reachability == Reachability())
        }
        // It has come while the call went on; somebody has hung up; it was no call; it was too large for the way.
        for reason in ["refreshed", "cancelled", "MESSAGE", "large"] {
            let stage = try ProxyStage()
            stage.register(at: 5_070)
            let before = try binding(stage).id
            let extra = reason == "large" ? ["X-Large: " + String(repeating: "x", count: 1_300)] : []
            stage.receive(ProxyStage.request(reason == "MESSAGE" ? reason : "INVITE", extra: extra))
            if reason == "cancelled" { stage.receive(ProxyStage.request("CANCEL")) }
            stage.advance(20_000)
            if reason == "refreshed" { stage.register(at: 5_070) }
            stage.advance(20_000)
            #expect(try binding(stage).id == before)
            #expect(try binding(stage).reachability == Reachability(), "\(reason)")
        }
    }

    @Test(
        "An ACK of a refusal of ours goes nowhere, whatever its branch: a phone would get it before its INVITE"
    )
    func anACKWithABranchOfItsOwn() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request(to: "sip:nobody@example.com"))
        let refused = try #require(stage.takeSent().last)
        let tag = try #require(refused.values("To").first?.split(separator: "tag=").last)
        stage.receive(ProxyStage.request("ACK", branch: "other", toTag: String(tag)))
        #expect(stage.words().isEmpty)
        stage.receive(ProxyStage.request("ACK", call: "c2", branch: "other", toTag: String(tag)))
        #expect(stage.words() == ["ACK>5070"], "of another call")
    }

    @Test("A name that leads back to us leads nowhere")
    func aHostThatIsUs() throws {
        let stage = try ProxyStage()
        stage.receive(Self.outward())
        let hop = try #require(stage.takeLookups().first)
        let us = Endpoint(address: ProxyStage.us, port: 5_060)
        stage.locate(hop, at: [ServerAddress(transport: .tcp, endpoint: us)])
        #expect(stage.words() == ["100>9000", "502>9000"])
        #expect(stage.takeNotes().last?.refusal == .hostNotFound)
    }

    @Test func aHostThatIsNotFoundEndsTheCall() throws {
        let stage = try ProxyStage()
        stage.receive(Self.outward())
        stage.locate(try #require(stage.takeLookups().first), at: [])
        #expect(stage.words() == ["100>9000", "502>9000"])
        #expect(stage.verdicts == [.unknown])
        stage.receive(Self.outward(call: "c2"))
        stage.receive(Self.outward("CANCEL", call: "c2"))
        #expect(stage.words() == ["100>9000", "200>9000", "487>9000"], "nothing is out")
    }

    @Test(
        "RFC 3261 §16.7: a 2xx to an INVITE that is not known any more goes on by Via, everything else nowhere"
    )
    func strays() throws {
        let stage = try ProxyStage()
        stage.register(at: 5_070)
        stage.receive(ProxyStage.request())
        let invite = try #require(stage.takeSent().last)
        let later = try ProxyStage()
        later.answer(invite, 180)
        later.answer(invite, 486)
        #expect(later.words().isEmpty)
        later.answer(invite, 200)
        #expect(later.words() == ["200>9000"])
        #expect(later.proxy.counters.strayResponses == 3)
    }

    @Test(
        "A stray 2xx goes on only while it may belong to a call from before the start, by UDP, and not to us"
    )
    func straysThatGoNowhere() throws {
        for (via, wait, words) in [
            ("SIP/2.0/UDP 10.0.0.1:9000", 184_000, ["200>9000"]), ("SIP/2.0/UDP 10.0.0.1:9000", 186_000, []),
            ("SIP/2.0/TCP 10.0.0.1:9000", 0, []), ("SIP/2.0/UDP 10.0.0.254:5060", 0, []),
        ] as [(String, Int, [String])] {
            let stage = try ProxyStage()
            let later = try ProxyStage()
            stage.register(at: 5_070)
            stage.receive(ProxyStage.request(via: via))
            let invite = try #require(stage.takeSent().last)
            // Its clock begins with the first message.
            later.answer(invite, 180)
            later.advance(wait)
            later.answer(invite, 200)
            #expect(later.words() == words, "\(via) \(wait)")
        }
    }

    @Test("RFC 5393: two addresses that lead to each other by a name of ours are called by nobody")
    func loops() throws {
        let stage = try ProxyStage(domains: ["example.com", "example.net"])
        let path = ["Supported: path", "Path: <sip:example.net;lr>"]
        stage.register("alice", at: 5_070, contact: "sip:bob@example.net", extra: path)
        stage.register(
            "bob",
            at: 5_071,
            contact: "sip:alice@example.com",
            domain: "example.net",
            extra: path
        )
        let us = ServerAddress(transport: .udp, endpoint: Endpoint(address: ProxyStage.us, port: 5_060))
        stage.receive(ProxyStage.request())
        var final: Sent?
        var passed = 0
        for _ in 0..<200 where final == nil {
            for hop in stage.takeLookups() { stage.locate(hop, at: [us]) }
            for message in stage.takeSent() {
                if message.destination == us.endpoint {
                    passed += message.method == "INVITE" ? 1 : 0
                    stage.receive(message.text, from: us.endpoint)
                } else if message.status >= 200 {
                    final = message
                }
            }
        }
        #expect(final?.word == "480>9000")
        #expect(passed == 0)
    }

    @Test func aRequestTooManyIsAnswered503AndWhatIsAnsweredGivesItsPlaceUp() throws {
        let stage = try ProxyStage(limits: ProxyLimits(contexts: 2))
        stage.register(at: 5_070)
        var invites: [Sent] = []
        for call in ["c1", "c2"] {
            stage.receive(ProxyStage.request(call: call))
            invites += stage.takeSent().filter { $0.method == "INVITE" }
        }
        stage.receive(ProxyStage.request(call: "c3"))
        let refusal = try #require(stage.takeSent().first)
        #expect(refusal.word == "503>9000")
        #expect(refusal.values("Retry-After").first != nil)
        #expect(stage.proxy.counters.serverTransactions == 2)
        stage.answer(try #require(invites.first), 200)
        _ = stage.takeSent()
        stage.receive(ProxyStage.request(call: "c4"))
        #expect(stage.words() == ["100>9000", "INVITE>5070"])
        #expect(stage.proxy.counters.serverTransactions == 2)
        let small = try ProxyStage(limits: ProxyLimits(bytes: 100))
        small.register(at: 5_070)
        small.receive(ProxyStage.request())
        #expect(small.words() == ["503>9000"])
    }

    @Test func nothingThatComesMakesItTrapOrKeepMoreThanItMay() throws {
        let stage = try ProxyStage(limits: ProxyLimits(contexts: 20, branches: 40, bytes: 100_000))
        for port in [5_070, 5_071] as [UInt16] { stage.register(at: port) }
        var random = SeededGenerator(seed: 20_261_126)
        var pool = ["INVITE", "ACK", "CANCEL", "BYE", "MESSAGE"].map { Array(ProxyStage.request($0).utf8) }
        for round in 0..<4_000 {
            var bytes = random.pick(pool)
            for _ in 0..<random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            stage.receive(bytes: bytes, from: ProxyStage.phone(UInt16(random.below(4)) + 5_070))
            if round % 3 == 0 { stage.advance(random.below(2_000)) }
            for sent in stage.takeSent().prefix(4) where sent.status == 0 && pool.count < 400 {
                pool.append(Array(sent.text.utf8))
                stage.answer(sent, [100, 180, 200, 302, 401, 430, 486, 487, 503, 603][random.below(10)])
            }
            #expect(stage.proxy.counters.keptBytes <= 200_000)
            #expect(stage.proxy.counters.serverTransactions <= 20)
        }
        stage.advance(400_000)
        #expect(stage.proxy.counters.serverTransactions == 0)
        #expect(stage.proxy.counters.clientTransactions == 0)
        #expect(stage.proxy.counters.keptBytes == 0)
        #expect(stage.proxy.counters.waiting == 0)
    }
}
