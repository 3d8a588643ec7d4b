import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Support
import Testing

/// What real clients send, as recorded: each registers, and what is odd about it is a badge.
struct ClientMessageTests {
    struct Client: Sendable, CustomTestStringConvertible {
        var file: String
        var domain: String
        var transport: TransportKind
        var source: (port: UInt16, address: String)
        var badges: Badges
        var contact: String
        var expires: Int

        var testDescription: String { file }
    }

    private static func client(
        _ file: String,
        _ port: UInt16,
        _ badges: Badges,
        _ contact: String,
        _ expires: Int,
        domain: String = "sip.test",
    ) -> Client {
        Client(
            file: file,
            domain: domain,
            transport: file.contains("-tcp-") ? .tcp : .udp,
            source: (port, "127.0.0.1"),
            badges: badges.union(.open),
            contact: contact,
            expires: expires
        )
    }

    static let clients: [Client] = [
        client("aiosipua-tcp-register", 35_971, [.viaTransport], "sip:alice@127.0.0.1:35971", 60),
        client(
            "baresip-tcp-outbound-register",
            40_404,
            [.nat, .contactUser, .preloadedRoute, .outbound],
            "sip:alice-0x55e198757b90@127.0.0.1:36371;transport=tcp",
            60
        ),
        client(
            "baresip-udp-register",
            42_026,
            [.contactUser, .preloadedRoute],
            "sip:alice-0x5596a1401b90@127.0.0.1:42026",
            60
        ),
        client(
            "pyvoip-udp-register",
            42_252,
            [],
            "sip:alice@127.0.0.1:42252;transport=UDP",
            120,
            domain: "127.0.0.1"
        ),
        client("sipp-tcp-register", 50_000, [.nat], "sip:alice@127.0.0.1:5060;transport=TCP", 60),
        client("sipsak-udp-register", 6_099, [.viaHost, .reuseRefused], "sip:alice@127.0.0.1:6099", 60),
        client("twinkle-udp-register", 6_085, [], "sip:alice@127.0.0.1:6085;transport=udp", 60),
        client(
            "svcrack-udp-register",
            5_060,
            [.nat, .contactUser, .rareForNAT],
            "sip:123@127.0.0.9",
            3_600,
            domain: "127.0.0.1"
        ),
    ]

    @Test(arguments: clients)
    func registers(client: Client) throws {
        let stage = try Stage([.open(client.domain)])
        stage.transport = client.transport
        stage.local = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_095)
        stage.source = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: client.source.port)
        let answer = stage.send(try Fixture.bytes("messages/\(client.file).sip"))
        #expect(answer.status == 200, "\(answer)")
        let binding = stage.bindings("alice@\(client.domain)").first
        #expect(binding.map { String(decoding: $0.texts.contact, as: UTF8.self) } == client.contact)
        #expect(binding?.facts.badges == client.badges)
        #expect(binding?.facts.granted == UInt32(client.expires))
        #expect(answer.values("Contact").first?.contains("expires=\(client.expires)") == true)
    }

    @Test(arguments: clients)
    func isChallengedWhereThereArePasswords(client: Client) throws {
        let stage = try Stage([try .closed(client.domain, ["alice": "secret"])])
        stage.transport = client.transport
        let answer = stage.send(try Fixture.bytes("messages/\(client.file).sip"))
        #expect(answer.status == 401)
        #expect(answer.value("WWW-Authenticate")?.contains("realm=\"\(client.domain)\"") == true)
        let name = client.file.replacing("-register", with: "-auth")
        #expect(
            stage.send(try Fixture.bytes("messages/\(name).sip")).status == 401,
            "its nonce is another server's"
        )
        #expect(stage.handling?.exchange.refusal == .nonceUnknown)
    }

    @Test func aLoneLineFeedInAContactIsNeverABinding() throws {
        let stage = try Stage([.open("sip.test")])
        let answer = stage.send(try Fixture.bytes("messages/baresip-udp-lone-lf-in-contact.sip"))
        #expect(answer.status == 400)
        #expect(stage.state.table.bindingCount == 0)
    }

    /// The digest forms that clients were seen to use, with a nonce of ours.
    @Test(arguments: ["sip:sip.test;transport=tcp", "sip:127.0.0.1:5095", "sip:sip.test:5060"])
    func digestURIsOfRealClients(uri: String) throws {
        let stage = try Stage([try .closed("sip.test", ["alice": "secret"])])
        stage.local = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5_095)
        var phone = Phone(domain: "sip.test")
        phone.take(stage.send(phone.register()))
        #expect(
            stage.send(phone.register(uri: uri)).status == 200,
            "\(stage.handling?.exchange.findings.all ?? [])"
        )
        #expect(stage.bindings("alice@sip.test").first?.facts.badges.contains(.digestURI) == true)
    }
}
