import SIPMessage
import Support
import Testing

/// What a client's REGISTER says, field by field.
struct ClientRegister: Sendable, CustomTestStringConvertible {
    var file: String
    var via: String
    var branch: String
    var transport = TransportKind.udp
    var hasAlias = false
    var from: String
    var tag: String
    var callID: String
    var cseq: UInt32
    var contact: String
    var contactExpires: UInt32?
    var expires: UInt32?
    var instance = ""
    var regID: UInt32?
    var user: String?
    var nonce = ""
    var response = ""
    var digestURI = ""
    var cnonce = ""
    var qop = DigestQop.auth
    var testDescription: String { file }
}

private let barInstance = "<urn:uuid:6b0e2f3a-1d4c-4e5f-8a9b-0c1d2e3f4a5b>"

private let registers: [ClientRegister] = [
    ClientRegister(
        file: "aiosipua-tcp-register",
        via: "127.0.0.1:35971",
        branch: "z9hG4bKaa62d060394c0154",
        from: "sip:alice@sip.test",
        tag: "61df0e4e9791f92a",
        callID: "94ba6910-f428-47de-9e33-89e65c6435a9@127.0.0.1",
        cseq: 1,
        contact: "sip:alice@127.0.0.1:35971",
        expires: 60,
    ),
    ClientRegister(
        file: "aiosipua-tcp-auth",
        via: "127.0.0.1:35971",
        branch: "z9hG4bK2f9fc1e7b7299059",
        from: "sip:alice@sip.test",
        tag: "61df0e4e9791f92a",
        callID: "94ba6910-f428-47de-9e33-89e65c6435a9@127.0.0.1",
        cseq: 2,
        contact: "sip:alice@127.0.0.1:35971",
        expires: 60,
        user: "alice",
        nonce: "awNluWsDZI1y5AwJwK03xHZKK9Y9NfiO",
        response: "16736b361a7aa1e9c05cf751d6820300",
        digestURI: "sip:sip.test",
        cnonce: "4e2a7cd198496d3a",
    ),
    ClientRegister(
        file: "baresip-tcp-outbound-auth",
        via: "127.0.0.1:36371",
        branch: "z9hG4bKe299719ba01dfede",
        transport: .tcp,
        from: "sip:alice@sip.test",
        tag: "988cb8a0638bcbd9",
        callID: "270f72448607daed",
        cseq: 39561,
        contact: "sip:alice-0x55e198757b90@127.0.0.1:36371;transport=tcp",
        contactExpires: 60,
        instance: barInstance,
        regID: 1,
        user: "alice",
        nonce: "awNlsWsDZIUDiBpJeiB8tlypPHxSRsNk",
        response: "5bdbf823627cbe0eee9387c1d515b31a",
        digestURI: "sip:sip.test;transport=tcp",
        cnonce: "20ac097b3cf4e723",
    ),
    ClientRegister(
        file: "baresip-tcp-outbound-register",
        via: "127.0.0.1:36371",
        branch: "z9hG4bK92bf6f42f8a2c379",
        transport: .tcp,
        from: "sip:alice@sip.test",
        tag: "988cb8a0638bcbd9",
        callID: "270f72448607daed",
        cseq: 39560,
        contact: "sip:alice-0x55e198757b90@127.0.0.1:36371;transport=tcp",
        contactExpires: 60,
        instance: barInstance,
        regID: 1,
    ),
    ClientRegister(
        file: "baresip-udp-auth",
        via: "127.0.0.1:42026",
        branch: "z9hG4bK5d3a196f346d8bd2",
        from: "sip:alice@sip.test",
        tag: "65999c5c527af723",
        callID: "a2fbf8be6465eed5",
        cseq: 30038,
        contact: "sip:alice-0x5596a1401b90@127.0.0.1:42026",
        contactExpires: 60,
        instance: barInstance,
        user: "alice",
        nonce: "awNlgGsDZFRm3PWvu7wt9a7P5hEEH18T",
        response: "df002c720f88c09a6aed29793468d040",
        digestURI: "sip:sip.test;transport=udp",
        cnonce: "4bea4dd284cf498c",
    ),
    ClientRegister(
        file: "pyvoip-udp-auth",
        via: "127.0.0.1:42252",
        branch: "z9hG4bKa04b57efd847466e8c02b495a",
        from: "sip:alice@127.0.0.1",
        tag: "daffb3db",
        callID: "6b86b273ff34fce19d6b804eff5a3f57@127.0.0.1:42252",
        cseq: 2,
        contact: "sip:alice@127.0.0.1:42252;transport=UDP",
        expires: 120,
        instance: "<urn:uuid:99B736FA-225C-4FFF-99C9-3ACA9D17F241>",
        user: "alice",
        nonce: "awNlvWsDZJG4vW51rsyqf/WgbRFc7k0t",
        response: "4b32fea7a070c9112ec04d3cb414ac03",
        digestURI: "sip:127.0.0.1;transport=UDP",
        qop: .none,
    ),
    ClientRegister(
        file: "sipp-tcp-auth",
        via: "127.0.0.1:5060",
        branch: "z9hG4bK-11513-1-2",
        transport: .tcp,
        from: "sip:alice@sip.test",
        tag: "11513r1",
        callID: "1-11513@127.0.0.1",
        cseq: 2,
        contact: "sip:alice@127.0.0.1:5060;transport=TCP",
        expires: 60,
        user: "alice",
        nonce: "awNln2sDZHMWm3P9yZPkMbl8+TE1qhXA",
        response: "c9f809a8086503388a046ce0e8b18b7c",
        digestURI: "sip:127.0.0.1:5095",
        cnonce: "6b8b4567",
    ),
    ClientRegister(
        file: "sipsak-udp-auth",
        via: "127.0.0.1:39808",
        branch: "z9hG4bK.55f3104d",
        hasAlias: true,
        from: "sip:alice@sip.test",
        tag: "7f1b554",
        callID: "133281108@127.0.0.1",
        cseq: 2,
        contact: "sip:alice@127.0.0.1:6099",
        expires: 60,
        user: "alice",
        nonce: "awNljWsDZGEur/RA5nsx6BPGPXAptbWw",
        response: "176d34627d238e47f74c154f24ab4aad",
        digestURI: "sip:sip.test",
        cnonce: "41a98618",
    ),
    ClientRegister(
        file: "svcrack-udp-auth",
        via: "127.0.0.1:5060",
        branch: "z9hG4bK-3963890560",
        from: "sip:alice@127.0.0.1",
        tag: "616c6963653a77726f6e67310134303438363434303135",
        callID: "1039481481",
        cseq: 2,
        contact: "sip:123@127.0.0.9",
        user: "alice",
        nonce: "awNl52sDZLvE2NDn2KwK+GRCbPlOeqrr",
        response: "e39601f5de181551a835a2fb3d760fb5",
        digestURI: "sip:127.0.0.1",
        cnonce: "91f8a0fdb9be4779b1092ec9b3d8ad1d",
    ),
    ClientRegister(
        file: "twinkle-udp-auth",
        via: "127.0.0.1:6085",
        branch: "z9hG4bKjajeyljt",
        from: "sip:alice@sip.test",
        tag: "tvwff",
        callID: "omxcbrrlsmtycdt@vm",
        cseq: 358,
        contact: "sip:alice@127.0.0.1:6085;transport=udp",
        contactExpires: 60,
        user: "alice",
        nonce: "awNlo2sDZHdphMRMnVLuP6kgIO4efk07",
        response: "845a8ce7d098493c36ea83f01c6ad66e",
        digestURI: "sip:sip.test",
        cnonce: "d0198a3576",
    ),
]

@Suite("Messages of real clients")
struct ClientMessageTests {
    @Test("Each typed field is what the client wrote", arguments: registers)
    func fields(_ client: ClientRegister) throws {
        let sample = Sample(try Fixture.bytes("messages/\(client.file).sip"))
        #expect(sample.failure == nil)
        #expect(sample.head.method == .register)
        let fields = try sample.mandatory()
        let port = fields.via.port.map { ":\($0)" } ?? ""
        #expect(sample.text(fields.via.host.range) + port == client.via)
        #expect(fields.via.transport == client.transport)
        #expect(sample.text(fields.via.branch) == client.branch)
        #expect(fields.via.hasRPort && fields.via.rport == nil)
        #expect(fields.via.hasAlias == client.hasAlias)
        #expect(sample.text(fields.from.uri) == client.from)
        #expect(sample.text(fields.from.tag) == client.tag)
        #expect(sample.text(fields.to.uri) == client.from)
        #expect(fields.to.tag.isEmpty)
        #expect(sample.text(fields.callID) == client.callID)
        #expect(fields.cseq.number == client.cseq)
        #expect(fields.maxForwards == 70)
        let contacts = try sample.contacts()
        #expect(contacts.map { sample.text($0.uri) } == [client.contact])
        #expect(contacts.first?.expires == client.contactExpires)
        #expect(contacts.first.map { sample.text($0.instance) } == client.instance)
        #expect(contacts.first?.regID == client.regID)
        let expires = try sample.read { head, bytes throws(ParseError) in try head.expires(bytes) }
        #expect(expires?.value == client.expires)
    }

    @Test("Each credential is what the client wrote", arguments: registers.filter { $0.user != nil })
    func credentials(_ client: ClientRegister) throws {
        let sample = Sample(try Fixture.bytes("messages/\(client.file).sip"))
        let digest = try #require(try sample.credentials())
        #expect(sample.text(digest.username) == client.user)
        #expect(sample.text(digest.nonce) == client.nonce)
        #expect(sample.text(digest.response) == client.response)
        #expect(sample.text(digest.uri) == client.digestURI)
        #expect(sample.text(digest.cnonce) == client.cnonce)
        #expect(digest.qop == client.qop)
        #expect(digest.nc == (client.qop == .none ? nil : 1))
        #expect(!digest.hasEscapes)
    }

    @Test("Every recording but the broken one reads in full")
    func allRead() throws {
        for name in try Fixture.names(in: "messages", ending: ".sip") {
            let handling = Handling(of: Sample(try Fixture.bytes("messages/\(name)")))
            let isBroken = name == "baresip-udp-lone-lf-in-contact.sip"
            #expect(
                handling == (isBroken ? .parseFails(.headerSection, .bareLineFeed) : .reads),
                "\(name)",
            )
        }
    }

    @Test("A lone line feed inside a quoted string is refused, and can be answered")
    func loneLineFeed() throws {
        let sample = Sample(try Fixture.bytes("messages/baresip-udp-lone-lf-in-contact.sip"))
        #expect(sample.failure?.problem == .bareLineFeed)
        #expect(try sample.mandatory().cseq.number == 30037)
    }

    @Test("register-auth: each typed field")
    func registerAuth() throws {
        let sample = Sample(try Fixture.bytes("messages/register-auth.sip"))
        let fields = try sample.mandatory()
        #expect(sample.text(sample.head.requestURI) == "sip:bench.example")
        #expect(fields.via.transport == .udp && fields.via.port == 21000)
        #expect(sample.text(fields.via.host.range) == "127.0.0.1")
        #expect(sample.text(fields.via.branch) == "z9hG4bKr000300004e21")
        #expect(
            sample.text(fields.via.range) == "SIP/2.0/UDP 127.0.0.1:21000;rport;branch=z9hG4bKr000300004e21"
        )
        #expect(sample.text(fields.from.displayName) == "User One" && fields.from.isDisplayNameQuoted)
        #expect(sample.text(fields.from.tag) == "9f86d08188")
        #expect(sample.text(fields.to.uri) == "sip:user000001@bench.example" && fields.to.isBracketed)
        #expect(sample.text(fields.callID) == "5f3c1e0a9b7d4c2800000001")
        #expect(fields.cseq.number == 7 && fields.cseq.method == .register)
        let contact = try #require(try sample.contacts().first)
        #expect(sample.text(contact.uri) == "sip:user000001@127.0.0.1:21000;ob" && contact.expires == 3600)
        let uri = try sample.uri(contact.uri)
        #expect(sample.text(uri.user) == "user000001" && uri.port == 21000)
        #expect(sample.text(uri.parameters) == ";ob")
        let digest = try #require(try sample.credentials())
        #expect(sample.text(digest.username) == "user000001" && sample.text(digest.realm) == "bench.example")
        #expect(sample.text(digest.nonce) == "ZxY2Zmca1GnO0h0nT6v1Yc3o")
        #expect(sample.text(digest.uri) == "sip:bench.example")
        #expect(sample.text(digest.response) == "8ca523f5e9506fed4657c9700eebdbec")
        #expect(sample.text(digest.algorithm) == "MD5" && sample.text(digest.cnonce) == "0a4f113b")
        #expect(digest.qop == .auth && digest.nc == 1 && sample.text(digest.ncRange) == "00000001")
    }

    @Test("register-min: each typed field")
    func registerMin() throws {
        let sample = Sample(try Fixture.bytes("messages/register-min.sip"))
        let fields = try sample.mandatory()
        #expect(sample.text(fields.via.branch) == "z9hG4bKr0001" && fields.via.hasRPort)
        #expect(sample.text(fields.from.tag) == "a1" && fields.from.displayName.isEmpty)
        #expect(sample.text(fields.callID) == "1@127.0.0.1" && fields.cseq.number == 1)
        #expect(try sample.contacts().map(\.expires) == [nil])
        #expect(try sample.read { head, bytes throws(ParseError) in try head.expires(bytes) } == nil)
        #expect(try sample.credentials() == nil)
        #expect(sample.head.body.isEmpty && sample.head.count == 8)
    }

    @Test("invite-large: each typed field")
    func inviteLarge() throws {
        let sample = Sample(try Fixture.bytes("messages/invite-large.sip"))
        let vias = try sample.values(.via, Via.self)
        #expect(vias.map(\.transport) == [.udp, .udp, .tls])
        #expect(vias.map(\.rport) == [5060, nil, 49152])
        #expect(vias.map { sample.text($0.received) } == ["192.0.2.101", "192.0.2.55", "192.0.2.10"])
        #expect(vias.map(\.hasAlias) == [false, false, true])
        let routes = try sample.values(.route, NameAddress.self).map { sample.text($0.uri) }
        #expect(routes == ["sip:in.biloxi.example;lr", "sip:10.1.2.3:5060;transport=udp;lr"])
        let fields = try sample.mandatory()
        #expect(sample.text(fields.from.displayName) == #"Alice \"the first\" Liddell"#)
        #expect(fields.cseq.number == 314_159 && fields.maxForwards == 67)
        let contact = try #require(try sample.contacts().first)
        #expect(sample.text(contact.instance) == "<urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6>")
        #expect(sample.head.body.count == 821)
        let tags = try sample.read { head, bytes throws(ParseError) in try head.optionTags(.supported, bytes)
        }
        #expect(tags == [.unknown, .timer, .path, .outbound, .gruu])
        let uri = try sample.uri(sample.head.requestURI)
        #expect(sample.text(uri.parameters) == ";user=phone")
    }
}
