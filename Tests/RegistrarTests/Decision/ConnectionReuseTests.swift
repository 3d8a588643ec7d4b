import BindingTable
import Registrar
import SIPMessage
import Testing

/// RFC 5923: a peer asks for its connection to be used towards it; only a certificate can allow that.
struct ConnectionReuseTests {
    private func register(
        _ stage: Stage,
        via: String = "SIP/2.0/TLS Proxy.Example.com;alias"
    ) -> (badges: Badges, peer: String) {
        var phone = Phone()
        phone.via = via
        #expect(stage.send(phone.register()).status == 200)
        let binding = stage.bindings("alice@example.com").first
        return (
            (binding?.facts.badges ?? []).intersection([.connectionReuse, .reuseRefused]),
            String(decoding: binding?.texts.peer ?? [], as: UTF8.self)
        )
    }

    private func stage(_ transport: TransportKind, _ names: [String]) throws -> Stage {
        let stage = try Stage([.extended()])
        stage.transport = transport
        if !names.isEmpty {
            stage.core.connectionOpened(ConnectionID(rawValue: 7), names: names.map { Array($0.utf8) })
        }
        return stage
    }

    @Test("RFC 5923 §7.1, §8: alias is honoured over TLS if the verified names have the Via's sent-by host")
    func honoured() throws {
        let found = try register(stage(.tls, ["example.org", "proxy.example.com"]))
        #expect(found.badges == [.connectionReuse])
        #expect(found.peer == "example.org", "the first verified name is shown")
    }

    @Test("RFC 5923 §8: not for another host, not without a certificate, never over TCP or UDP")
    func refused() throws {
        #expect(try register(stage(.tls, ["example.com", "*.example.com"])).badges == [.reuseRefused])
        #expect(try register(stage(.tls, [])).badges == [.reuseRefused])
        let plain = try stage(.tcp, ["proxy.example.com"])
        let found = register(plain, via: "SIP/2.0/TCP proxy.example.com;alias")
        #expect(found.badges == [.reuseRefused])
        #expect(found.peer == "", "nothing is verified without TLS")
        #expect(
            try register(stage(.udp, []), via: "SIP/2.0/UDP proxy.example.com;alias").badges == [
                .reuseRefused
            ]
        )
    }

    @Test("RFC 5923 §5: who does not ask gets nothing; the peer's name is shown all the same")
    func notAsked() throws {
        let found = try register(stage(.tls, ["phone.example.com"]), via: "SIP/2.0/TLS 10.0.0.1:5061")
        #expect(found.badges == [])
        #expect(found.peer == "phone.example.com")
    }
}
