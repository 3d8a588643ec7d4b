import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// What becomes of bindings that were kept while the registrar was away (issue 3: "the grace after a start").
@Suite("Bindings after a restart")
struct RestartRulesTests {
    private let start = Timestamp(nanoseconds: 1_000_000_000_000)

    private func rules(_ loss: ConnectionLoss = .keep, grace: Int = 0) -> RestartRules {
        var domain = Domain.open("example.com")
        domain.connectionLoss = loss
        return RestartRules(Policy(domains: [domain]), startedAt: start, grace: .seconds(grace))
    }

    private func binding(
        _ transport: TransportKind,
        left: Int = 600,
        aor: String = "alice@example.com",
        path: String = ""
    ) -> Binding {
        let nowhere = Endpoint(address: IPAddress(ipv4: 1), port: 5_060)
        let facts = BindingFacts(
            cseq: 1,
            createdAt: start - .seconds(900),
            refreshedAt: start - .seconds(300),
            expiresAt: start + .seconds(left),
            asked: 900,
            granted: 900,
            q: nil,
            path: ReceivedFrom(
                source: nowhere,
                local: nowhere,
                transport: transport,
                connection: transport == .udp ? .none : ConnectionID(rawValue: 9),
                at: start - .seconds(300)
            )
        )
        let texts = BindingTexts(
            aor: Array(aor.utf8),
            contact: Array("sip:alice@10.0.0.1".utf8),
            callID: Array("c".utf8),
            path: Array(path.utf8)
        )
        return Binding(facts: facts, texts: texts)
    }

    @Test("Over UDP nothing changes")
    func udp() {
        for loss in [ConnectionLoss.keep, .shorten(20), .remove] {
            var kept = binding(.udp)
            #expect(rules(loss).admit(&kept) == nil)
            #expect(kept == binding(.udp))
        }
    }

    @Test(
        "Over a connection: kept and marked, shortened, or dropped, as the domain has it",
        arguments: [
            TransportKind.tcp, .tls, .ws, .wss,
        ]
    )
    func connection(transport: TransportKind) {
        var kept = binding(transport)
        #expect(rules(.keep).admit(&kept) == nil)
        #expect(kept.facts.reachability.connection == .gone && kept.facts.path.connection == .none)
        #expect(kept.facts.expiresAt == start + .seconds(600))
        var short = binding(transport)
        #expect(rules(.shorten(20)).admit(&short) == nil)
        #expect(short.facts.expiresAt == start + .seconds(20))
        var soon = binding(transport, left: 10)
        #expect(rules(.shorten(20)).admit(&soon) == nil)
        #expect(soon.facts.expiresAt == start + .seconds(10), "shorten never lengthens")
        var dropped = binding(transport)
        #expect(rules(.remove).admit(&dropped) == .connectionLost)
    }

    @Test("RFC 3327 §5.3 clause: one that is reached by its Path stays, whatever the rule")
    func path() {
        var kept = binding(.tcp, path: "<sip:edge.example.com;lr>")
        #expect(rules(.remove).admit(&kept) == nil)
        #expect(kept.facts.expiresAt == start + .seconds(600))
    }

    @Test("A domain that is served no longer keeps its bindings until they end")
    func elsewhere() {
        var kept = binding(.tcp, aor: "alice@gone.test")
        #expect(rules(.remove).admit(&kept) == nil)
        #expect(kept.facts.expiresAt == start + .seconds(600))
    }

    @Test("Grace clause: none ends within the time of grace, and longer ones are left alone")
    func grace() {
        var soon = binding(.udp, left: 2)
        #expect(rules(grace: 30).admit(&soon) == nil)
        #expect(soon.facts.expiresAt == start + .seconds(30))
        var late = binding(.udp, left: 31)
        #expect(rules(grace: 30).admit(&late) == nil)
        #expect(late.facts.expiresAt == start + .seconds(31))
        var short = binding(.tcp)
        #expect(rules(.shorten(5), grace: 30).admit(&short) == nil)
        #expect(short.facts.expiresAt == start + .seconds(30))
    }
}
