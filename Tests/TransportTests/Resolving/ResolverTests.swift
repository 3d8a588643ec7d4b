import SIPMessage
import Support
import Testing
import Timing

@testable import Transport

/// A resolver with servers on loopback; nothing sleeps: answers are waited for with a limit.
@Suite struct ResolverTests {
    private func resolver(
        _ servers: NameServer...,
        change: (inout ResolverSettings) -> Void = { _ in },
    ) throws -> Resolver {
        var settings = ResolverSettings()
        settings.servers = servers.map(\.address)
        settings.patience = .milliseconds(200)
        settings.limit = .seconds(2)
        change(&settings)
        return try Resolver(settings)
    }

    private func ask(_ resolver: Resolver, _ name: String, _ kind: DNSQuestion.Kind = .a) -> DNSAnswer? {
        let answers = Journal<DNSAnswer>()
        let known = resolver.ask(DNSQuestion(name: Array(name.utf8), kind: kind)) { answers.add($0) }
        return known ?? answers.next()
    }

    private let found = DNSAnswer.records([.address(IPAddress(ipv4: 0xc000_0201))])

    @Test func whatIsKnownIsNotAskedAgain() throws {
        let server = try NameServer { name, _ in .records([.a(name, [192, 0, 2, 1])]) }
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        #expect(ask(resolver, "sip.example") == found)
        let question = DNSQuestion(name: Array("sip.example".utf8), kind: .a)
        #expect(resolver.ask(question) { _ in Issue.record("it is known") } == found)
        #expect(server.asked == ["a sip.example"])
    }

    @Test func manyWhoAskTheSameAskOnce() throws {
        let gate = Arrivals()
        let server = try NameServer { name, _ in
            _ = gate.wait(seconds: 5)
            return .records([.a(name, [192, 0, 2, 1])])
        }
        defer { server.stop() }
        let resolver = try resolver(server) { $0.patience = .seconds(2) }
        defer { resolver.stop() }
        let answers = Journal<DNSAnswer>()
        let question = DNSQuestion(name: Array("sip.example".utf8), kind: .a)
        for _ in 0..<20 { #expect(resolver.ask(question) { answers.add($0) } == nil) }
        gate.signal()
        for _ in 0..<20 { #expect(answers.next() == found) }
        #expect(server.asked.count == 1)
    }

    @Test func anAbsenceIsNoFailure() throws {
        let server = try NameServer { name, _ in
            name == "none.example" ? .none(seconds: 60) : .unknown(seconds: 60)
        }
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        #expect(ask(resolver, "unknown.example", .srv) == .absent)
        #expect(ask(resolver, "none.example", .naptr) == .absent)
        #expect(ask(resolver, "unknown.example", .srv) == .absent && server.asked.count == 2)
    }

    @Test func aLongAnswerComesOverTCP() throws {
        let records = (1...60).map { NameServer.Record.srv("_sip._udp.example", $0, 1, 5060, "h.example") }
        let server = try NameServer { _, _ in .overTCP(records) }
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        guard case .records(let read) = ask(resolver, "_sip._udp.example", .srv) else {
            Issue.record("no records")
            return
        }
        #expect(read.count == 60)
        #expect(server.asked == ["srv _sip._udp.example", "srv _sip._udp.example tcp"])
    }

    @Test func silenceIsAFailureWithinTheLimit() throws {
        let server = try NameServer { _, _ in .silence }
        defer { server.stop() }
        let resolver = try resolver(server) { $0.limit = .milliseconds(300) }
        defer { resolver.stop() }
        let begun = SystemClock.read().timestamp
        #expect(ask(resolver, "sip.example") == .failed)
        #expect(SystemClock.read().timestamp - begun < .seconds(2))
    }

    @Test func theSecondServerAnswersForTheFirst() throws {
        let silent = try NameServer { _, _ in .silence }
        let broken = try NameServer { _, _ in .error(2) }
        let good = try NameServer { name, _ in .records([.a(name, [192, 0, 2, 1])]) }
        defer { for server in [silent, broken, good] { server.stop() } }
        let resolver = try resolver(silent, broken, good)
        defer { resolver.stop() }
        #expect(ask(resolver, "sip.example") == found)
        #expect(silent.asked.count == 1 && broken.asked.count == 1)
    }

    @Test(arguments: [true, false])
    func garbageIsAFailure(isNumbered: Bool) throws {
        let server = try NameServer { _, _ in
            .bytes(
                [0x81, 0x80, 0, 1, 0xff, 0xff] + [UInt8](repeating: 0xc0, count: 40),
                isNumbered: isNumbered
            )
        }
        defer { server.stop() }
        let resolver = try resolver(server) { $0.limit = .milliseconds(500) }
        defer { resolver.stop() }
        #expect(ask(resolver, "sip.example") == .failed)
    }

    @Test func theHostsFileGoesBeforeDNS() throws {
        let server = try NameServer { _, _ in .records([.a("localhost", [192, 0, 2, 66])]) }
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        #expect(ask(resolver, "localhost") == .records([.address(IPAddress(ipv4: 0x7f00_0001))]))
        #expect(server.asked.isEmpty)
    }

    @Test func whatIsNoNameIsNotAsked() throws {
        let server = try NameServer { _, _ in .silence }
        defer { server.stop() }
        let resolver = try resolver(server)
        defer { resolver.stop() }
        for name in ["", "a..b", "a\\.b", "a b", "x\0y", String(repeating: "a", count: 64)] {
            #expect(ask(resolver, name) == .failed)
        }
        #expect(server.asked.isEmpty)
    }

    @Test func oneTooManyFailsAtOnce() throws {
        let server = try NameServer { _, _ in .silence }
        defer { server.stop() }
        let resolver = try resolver(server) {
            $0.maximumOpen = 3
            $0.limit = .seconds(4)
            $0.patience = .seconds(4)
        }
        let answers = Journal<DNSAnswer>()
        for number in 0..<4 {
            let question = DNSQuestion(name: Array("h\(number).example".utf8), kind: .a)
            #expect(resolver.ask(question) { answers.add($0) } == nil)
        }
        #expect(answers.next() == .failed && answers.waiting.isEmpty)
        resolver.stop()
        #expect(answers.waiting == [.failed, .failed, .failed], "at the end all who wait are told")
        #expect(ask(resolver, "late.example") == .failed)
    }
}
