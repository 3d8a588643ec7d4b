import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// OPTIONS on a binding's own flow: RFC 3261 §11, and what its answers and silences come to.
@Suite struct LivenessTests {
    private static let aor = "alice@example.com"

    private func stage(_ ping: PingPolicy, store: (any LocationStore)? = nil) throws -> Stage {
        var domain = Domain.open("example.com")
        domain.ping = ping
        return try Stage([domain], store: store)
    }

    private func reachability(_ stage: Stage) -> Reachability? {
        stage.bindings(Self.aor).first?.facts.reachability
    }

    /// Lets time pass second by second until a request is there.
    private func nextPing(_ stage: Stage, atMost seconds: Int = 70) -> Sent? {
        for _ in 0..<seconds {
            if let sent = stage.takeRequests().first { return sent }
            stage.advance(seconds: 1)
        }
        return stage.takeRequests().first
    }

    @Test("RFC 3261 §11.1: OPTIONS to the contact as it is stored, on the flow that it registered over")
    func request() throws {
        let stage = try stage(PingPolicy(interval: 60))
        stage.source = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 40_001)
        var phone = Phone("al ice")
        phone.to = "<sip:al%20ice@example.com>"
        phone.contact = "<sip:alice@192.168.1.2:5062;ob?Subject=x>"
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.handling?.isAdvanceWanted == false)
        let ping = try #require(nextPing(stage))
        #expect(ping.destination == stage.source)
        #expect(ping.path.local == stage.local)
        #expect(ping.message.startLine == "OPTIONS sip:alice@192.168.1.2:5062;ob SIP/2.0")
        #expect(ping.message.value("To") == "<sip:al%20ice@example.com>")
        #expect(ping.message.value("From")?.hasPrefix("<sip:example.com>;tag=") == true)
        #expect(ping.message.value("Max-Forwards") == "70")
        #expect(ping.message.value("CSeq") == "1 OPTIONS")
        #expect(ping.message.value("Call-ID")?.hasSuffix("@example.com") == true)
        #expect(
            ping.message.value("Via")?.hasPrefix("SIP/2.0/UDP 10.0.0.254:5060;rport;branch=z9hG4bK") == true
        )
        var head = MessageHead()
        try head.parse(ping.message.bytes.span)
        _ = try MandatoryFields(head, ping.message.bytes.span)
    }

    @Test("RFC 3261 §11.2: any final answer is a sign of life, with its round trip")
    func answered() throws {
        let stage = try stage(PingPolicy(interval: 60))
        var phone = Phone()
        stage.send(phone.register())
        #expect(reachability(stage)?.ping == .unknown)
        let ping = try #require(nextPing(stage))
        stage.now = stage.now + .milliseconds(37)
        stage.send(ping.response(100))
        #expect(reachability(stage)?.ping == .unknown)
        #expect(stage.send(ping.response(405)).isSilence)
        #expect(reachability(stage)?.ping == .answering)
        let roundTrip = try #require(reachability(stage)?.roundTrip)
        #expect((37_000...1_037_000).contains(roundTrip))
        #expect(reachability(stage)?.silentPings == 0)
    }

    @Test func onlySuccessCountsWhereTheDomainSaysSo() throws {
        let stage = try stage(PingPolicy(interval: 60, codes: .success))
        var phone = Phone()
        stage.send(phone.register())
        stage.send(try #require(nextPing(stage)).response(405))
        #expect(reachability(stage)?.ping == .neverAnswered)
        stage.send(try #require(nextPing(stage)).response(200))
        #expect(reachability(stage)?.ping == .answering)
    }

    @Test func neverAnsweredIsNotStoppedAnswering() throws {
        let stage = try stage(PingPolicy(interval: 60, timeout: 4))
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        stage.advance(seconds: 5)
        #expect(reachability(stage)?.ping == .neverAnswered)
        #expect(reachability(stage)?.silentPings == 1)
        _ = stage.takeRequests()
        stage.send(try #require(nextPing(stage)).response())
        #expect(reachability(stage)?.ping == .answering)
        #expect(nextPing(stage) != nil)
        stage.advance(seconds: 5)
        #expect(reachability(stage)?.ping == .stoppedAnswering)
        #expect(stage.bindings(Self.aor).count == 1)
    }

    @Test func aBindingGoesAfterSoManySilentPings() throws {
        let stage = try stage(PingPolicy(interval: 10, timeout: 1, removeAfter: 3))
        var phone = Phone()
        stage.send(phone.register())
        let id = try #require(stage.bindings(Self.aor).first?.facts.id)
        for silent in 1...3 {
            #expect(stage.bindings(Self.aor).count == 1)
            #expect(nextPing(stage) != nil)
            stage.advance(seconds: 2)
            _ = stage.takeRequests()
            if silent < 3 { #expect(reachability(stage)?.silentPings == UInt8(silent)) }
        }
        #expect(stage.bindings(Self.aor).isEmpty)
        #expect(stage.state.table.tombstone(id)?.gone?.cause == .silent)
        stage.advance(seconds: 60)
        #expect(stage.takeRequests().isEmpty)
    }

    @Test func aRefreshWhileAPingIsUnderWaySavesTheBinding() throws {
        let stage = try stage(PingPolicy(interval: 10, timeout: 2, removeAfter: 1))
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        stage.send(phone.register())
        stage.advance(seconds: 3)
        #expect(stage.bindings(Self.aor).count == 1)
    }

    @Test func aPhoneThatMovesLeavesItsSilenceBehind() throws {
        let stage = try stage(PingPolicy(interval: 10, timeout: 1))
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        stage.advance(seconds: 3)
        _ = stage.takeRequests()
        #expect(reachability(stage)?.silentPings == 1)
        stage.send(phone.register())
        #expect(reachability(stage)?.silentPings == 1, "a refresh from where it was says nothing of pings")
        stage.source.port = 6_000
        stage.send(phone.register())
        #expect(reachability(stage)?.silentPings == 0)
        #expect(reachability(stage)?.ping == .unknown)
    }

    @Test func aPingOnTheWayThatAPhoneHasLeftIsNoSilence() throws {
        let stage = try stage(PingPolicy(interval: 20, timeout: 2, removeAfter: 1))
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        stage.source.port = 6_000
        stage.send(phone.register())
        stage.advance(seconds: 4)
        _ = stage.takeRequests()
        #expect(reachability(stage)?.silentPings == 0)
        let next = try #require(nextPing(stage), "it is asked by its new way")
        stage.send(next.response())
        #expect(reachability(stage)?.ping == .answering)
    }

    @Test func aBindingThatMovedToAnotherFlowMeanwhileIsLeftAlone() throws {
        let stage = try stage(PingPolicy(interval: 60, timeout: 2, removeAfter: 1))
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        // The other loop's core changes the same table.
        var other = try RegistrarCore(stage.state, loop: 1, loops: 2)
        var reply: [UInt8] = []
        var path = stage.path
        path.source.port = 6_000
        let message = Array(phone.register().utf8)
        _ = other.handle(message.span, from: path, clock: stage.clock, reply: &reply)
        stage.advance(seconds: 3)
        _ = stage.takeRequests()
        #expect(reachability(stage)?.ping == .unknown)
        for _ in 0..<120 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().isEmpty, "it is the other loop's now")
    }

    @Test func pingsAreJittered() throws {
        let stage = try stage(PingPolicy(interval: 100))
        for number in 0..<200 {
            var phone = Phone("user\(number)", callID: "call-\(number)")
            stage.send(phone.register())
        }
        var pingedAt: [String: [Int]] = [:]
        var most = 0
        for second in 1...450 {
            stage.advance(seconds: 1)
            let sent = stage.takeRequests()
            most = max(most, sent.count)
            for ping in sent {
                pingedAt[ping.message.value("To") ?? "", default: []].append(second)
                stage.send(ping.response())
            }
        }
        #expect(pingedAt.count == 200)
        #expect(most <= 12, "not in bursts")
        for times in pingedAt.values {
            #expect((times.first ?? 0) <= 100)
            let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect(gaps.count >= 3)
            #expect(gaps.allSatisfy { (89...111).contains($0) })
        }
    }

    @Test("RFC 7118 §5.1.2: a contact at .invalid is asked over its connection, and over UDP not at all")
    func invalidHost() throws {
        let stage = try stage(PingPolicy(interval: 10))
        var phone = Phone()
        phone.contact = "<sip:alice@df7jal23ls0d.invalid;transport=ws>"
        stage.send(phone.register())
        for _ in 0..<20 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().isEmpty)
        stage.transport = .ws
        phone.via = "SIP/2.0/WS df7jal23ls0d.invalid"
        stage.send(phone.register())
        let ping = try #require(nextPing(stage))
        #expect(ping.path.connection == ConnectionID(rawValue: 7))
        #expect(ping.message.value("Via")?.hasPrefix("SIP/2.0/WS 10.0.0.254:5060;branch=") == true)
    }

    @Test func aBindingWhoseConnectionIsGoneIsNotPinged() throws {
        let stage = try stage(PingPolicy(interval: 10, removeAfter: 1))
        stage.transport = .tcp
        var phone = Phone()
        stage.send(phone.register())
        #expect(nextPing(stage) != nil)
        stage.core.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        for _ in 0..<60 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().isEmpty)
        #expect(stage.bindings(Self.aor).count == 1, "the end of a connection is not a phone's silence")
        #expect(reachability(stage)?.silentPings == 0)
    }

    @Test func onlyTheUsersThatAreNamedArePinged() throws {
        let stage = try stage(PingPolicy(interval: 10, users: [Array("bob".utf8)]))
        var alice = Phone()
        var bob = Phone("bob", callID: "call-2")
        stage.send(alice.register())
        stage.send(bob.register())
        let ping = try #require(nextPing(stage))
        #expect(ping.message.value("To") == "<sip:bob@example.com>")
        stage.send(ping.response())
        for _ in 0..<30 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().allSatisfy { $0.message.value("To") == "<sip:bob@example.com>" })
    }

    @Test func withoutPingsNothingIsSent() throws {
        let stage = try stage(PingPolicy())
        var phone = Phone()
        stage.send(phone.register())
        for _ in 0..<120 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().isEmpty)
        #expect(reachability(stage)?.ping == .unknown)
    }

    @Test func anUnregisteredPhoneDropsOut() throws {
        let stage = try stage(PingPolicy(interval: 10))
        var phone = Phone()
        stage.send(phone.register())
        stage.send(phone.register(expires: 0))
        for _ in 0..<60 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().isEmpty)
    }
}
