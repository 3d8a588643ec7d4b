import BindingTable
import Registrar
import SIPMessage
import Testing

/// What the way of a REGISTER shows: NAT, Via, and what that means for the time granted.
struct NATTests {
    private let aor = "alice@example.com"
    private static let home = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 5060)
    private static let outside = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 40_001)

    /// The badges of a phone, the one for the open domain left out, and what it was granted.
    private func register(
        _ contact: String,
        from source: Endpoint = outside,
        over transport: TransportKind = .udp,
        via: String = "SIP/2.0/UDP 10.0.0.1:5060",
        rport: Bool = true,
        expires: Int = 120,
        expiry: ExpiryPolicy = ExpiryPolicy(jitterPercent: 0),
        extra: [String] = [],
    ) throws -> (badges: Badges, granted: UInt32, contact: String) {
        let stage = try Stage([.extended(expiry: expiry, alias: .uri)])
        stage.source = source
        stage.transport = transport
        var phone = Phone()
        phone.via = via.replacing("UDP", with: transport.name.uppercased())
        var text = phone.register(contacts: [contact], expires: expires, extra: extra)
        if !rport { text = text.replacing(";rport", with: "") }
        let answer = stage.send(text)
        #expect(answer.status == 200)
        let facts = try #require(stage.bindings(aor).first?.facts)
        #expect(stage.bindings(aor).first?.texts.contact.contains(0x7e) == false, "never rewritten")
        return (facts.badges.subtracting(.open), facts.granted, answer.value("Contact") ?? "")
    }

    @Test("RFC 1918, 4193, 6598, 3927: a private contact from a public source")
    func privateContact() throws {
        let hosts = [
            "10.0.0.1", "172.16.9.9", "172.31.0.1", "192.168.1.1", "100.64.0.1", "100.127.255.254",
            "169.254.7.7", "127.0.0.1", "[fd00::1]", "[fc12::9]", "[fe80::1]", "[::1]",
        ]
        for host in hosts {
            let badges = try register("<sip:alice@\(host)>").badges
            #expect(badges == [.nat, .privateContact, .viaHost], "\(host)")
        }
        for host in ["11.0.0.1", "172.32.0.1", "100.128.0.1", "198.51.100.8", "[2001:db8::1]", "pc.example"] {
            #expect(try register("<sip:alice@\(host)>").badges == [.nat, .viaHost], "\(host)")
        }
        let inside = Endpoint(address: IPAddress(ipv4: 0xc0a8_0101), port: 5060)
        #expect(
            try register("<sip:alice@10.0.0.1>", from: inside).badges == [.nat, .viaHost],
            "both are private"
        )
    }

    @Test(
        "RFC 3261 §18.2.1: the top Via's sent-by is not the source: address, and over UDP port; a name proves nothing"
    )
    func viaHost() throws {
        let contact = "<sip:alice@10.0.0.1:5060>"
        func badges(_ via: String, _ transport: TransportKind = .udp) throws -> Badges {
            try register(contact, from: Self.home, over: transport, via: via).badges
        }
        #expect(try badges("SIP/2.0/UDP 10.0.0.1:5060") == [])
        #expect(try badges("SIP/2.0/UDP 10.0.0.1") == [], "the usual port")
        #expect(try badges("SIP/2.0/UDP 10.0.0.2:5060") == [.viaHost])
        #expect(try badges("SIP/2.0/UDP 10.0.0.1:5062") == [.viaHost])
        #expect(try badges("SIP/2.0/UDP phone.local:5062") == [])
        #expect(try badges("SIP/2.0/UDP 10.0.0.1:5062", .tcp) == [], "a stream's port is any")
        let moved = try register("<sip:alice@198.51.100.7:40001>", via: "SIP/2.0/UDP 10.0.0.1:40001")
        #expect(moved.badges == [.viaHost], "the phone learnt its outer address and tells it in Contact only")
    }

    @Test("RFC 3581 §4: behind NAT over UDP without rport")
    func noRport() throws {
        let contact = "<sip:alice@10.0.0.1>"
        #expect(try register(contact, rport: false).badges.contains(.noRport))
        #expect(try !register(contact).badges.contains(.noRport))
        #expect(try !register(contact, over: .tcp, rport: false).badges.contains(.noRport))
        #expect(try !register(contact, from: Self.home, rport: false).badges.contains(.noRport), "no NAT")
    }

    @Test("a grant of more than 180 s behind NAT over UDP is marked, after the cap")
    func rareForNAT() throws {
        let contact = "<sip:alice@10.0.0.1>"
        #expect(try !register(contact, expires: 180).badges.contains(.rareForNAT))
        #expect(try register(contact, expires: 181).badges.contains(.rareForNAT))
        #expect(try !register(contact, over: .tcp, expires: 3_600).badges.contains(.rareForNAT))
        #expect(try !register(contact, from: Self.home, expires: 3_600).badges.contains(.rareForNAT))
        let capped = ExpiryPolicy(jitterPercent: 0, maximumBehindNAT: 180)
        let granted = try register(contact, expires: 3_600, expiry: capped)
        #expect(granted.granted == 180)
        #expect(!granted.badges.contains(.rareForNAT))
    }

    @Test(
        "RFC 3261 §10.3 step 7: behind NAT over UDP another maximum holds, for what is asked and for the default"
    )
    func cap() throws {
        let expiry = ExpiryPolicy(minimum: 60, jitterPercent: 0, maximumBehindNAT: 170)
        let contact = "<sip:alice@10.0.0.1>"
        let behind = try register(contact, expires: 3_600, expiry: expiry)
        #expect(behind.granted == 170)
        #expect(behind.contact == "<sip:alice@10.0.0.1;alias=198.51.100.7~40001~1>;expires=170")
        #expect(try register(contact, expires: 100, expiry: expiry).granted == 100)
        #expect(try register(contact, over: .tls, expires: 3_600, expiry: expiry).granted == 3_600)
        #expect(try register(contact, from: Self.home, expires: 3_600, expiry: expiry).granted == 3_600)
        let stage = try Stage([.extended(expiry: expiry)])
        stage.source = Self.outside
        var phone = Phone()
        #expect(stage.send(phone.register()).value("Contact") == "<sip:alice@10.0.0.1:5060>;expires=170")
        #expect(stage.send(phone.register(expires: 0)).values("Contact").isEmpty)
    }

    @Test(
        "RFC 7118 §5: a contact in .invalid is reached by its connection, so no NAT is seen and no alias shown"
    )
    func invalid() throws {
        for host in ["df7jal23ls0d.invalid", "X.INVALID", "a.b.invalid:5060"] {
            let contact = "<sip:alice@\(host);transport=ws>"
            let found = try register(contact, over: .wss, via: "SIP/2.0/UDP \(host)")
            #expect(found.badges == [], "\(host)")
            #expect(found.contact == "\(contact);expires=120")
        }
        #expect(try register("<sip:alice@notinvalid;transport=ws>", over: .ws).badges.contains(.nat))
        #expect(
            try register("<sip:alice@x.invalid>").badges.contains(.nat),
            "over UDP there is no connection"
        )
    }

    @Test("RFC 3327 §5.3: what came with a Path is reached by it: nothing is said of NAT, no alias, no cap")
    func behindAPath() throws {
        let expiry = ExpiryPolicy(jitterPercent: 0, maximumBehindNAT: 60)
        let contact = "<sip:alice@192.168.0.9>"
        let path = ["Path: <sip:edge.example;lr>", "Via: SIP/2.0/UDP 192.168.0.9;branch=z9hG4bKp"]
        let found = try register(
            contact,
            via: "SIP/2.0/UDP 198.51.100.7:40001",
            expires: 600,
            expiry: expiry,
            extra: path
        )
        #expect(found.badges == [])
        #expect(found.granted == 600)
        #expect(found.contact == "\(contact);expires=600")
    }

    @Test(
        "RFC 3261 §19.1.2, RFC 7118 §5.2: the port of a URI that names none",
        arguments: [
            (TransportKind.udp, 5060, "sip"), (.tcp, 5060, "sip"), (.tls, 5061, "sip"), (.ws, 80, "sip"),
            (.wss, 443, "sip"), (.tcp, 5061, "sips"), (.wss, 443, "sips"),
        ]
    )
    func usualPort(transport: TransportKind, port: UInt16, scheme: String) throws {
        var source = Self.home
        source.port = port
        let contact = "<\(scheme):alice@10.0.0.1>"
        let via = "SIP/2.0/UDP 10.0.0.1:\(port)"
        #expect(try register(contact, from: source, over: transport, via: via).badges == [])
        source.port = 9
        #expect(try register(contact, from: source, over: transport, via: via).badges.contains(.nat))
    }
}
