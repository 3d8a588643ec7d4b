import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// The form of replies, and where they go: RFC 3261 §8.2.6, §18.2, RFC 3581.
struct ReplyTests {
    @Test("RFC 3581 §4: received and rport are filled in, and the reply goes to the source's port")
    func rport() throws {
        let stage = try Stage()
        stage.source = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 40_001)
        var phone = Phone()
        let answer = stage.send(phone.register())
        #expect(
            answer.value("Via")
                == "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-call-1-1;received=198.51.100.7;rport=40001"
        )
        #expect(stage.handling?.destination == stage.source)
    }

    @Test("RFC 3261 §18.2.2: without rport the reply goes to the port of sent-by, never to maddr")
    func sentBy() throws {
        let stage = try Stage()
        stage.source.port = 40_001
        var phone = Phone()
        phone.via = "SIP/2.0/UDP 10.0.0.1:6060;maddr=203.0.113.5"
        let text = phone.register().replacing(";rport", with: "")
        #expect(stage.send(text).status == 200)
        #expect(stage.handling?.destination == Endpoint(address: stage.source.address, port: 6_060))
        phone.via = "SIP/2.0/UDP phone.local"
        let named = phone.register().replacing(";rport", with: "")
        #expect(
            stage.send(named).value("Via")
                == "SIP/2.0/UDP phone.local;branch=z9hG4bK-call-1-2;received=10.0.0.1"
        )
        #expect(stage.handling?.destination == Endpoint(address: stage.source.address, port: 5_060))
    }

    @Test("RFC 3261 §18.2.2: over a stream the reply goes back on the connection, whatever Via says")
    func stream() throws {
        let stage = try Stage()
        stage.transport = .tcp
        stage.source.port = 50_505
        var phone = Phone()
        let text = phone.register().replacing(";rport", with: "")
        let answer = stage.send(text)
        #expect(answer.status == 200)
        #expect(stage.handling?.destination == stage.source)
        let binding = stage.bindings("alice@example.com").first
        #expect(binding?.facts.path.connection == ConnectionID(rawValue: 7))
        #expect(binding?.facts.badges == [.open, .nat, .viaTransport])
        #expect(stage.send(text.replacing("Content-Length: 0\r\n", with: "")).status == 400)
    }

    @Test func allViasComeBackAndRecordRouteDoesNot() throws {
        let stage = try Stage()
        var phone = Phone()
        let extra = [
            "Via: SIP/2.0/TCP b.example;branch=z9hG4bKb, SIP/2.0/UDP c.example;branch=z9hG4bKc",
            "Record-Route: <sip:p.example;lr>",
        ]
        let answer = stage.send(phone.register(extra: extra))
        #expect(answer.values("Via").count == 2)
        #expect(
            answer.values("Via").last
                == "SIP/2.0/TCP b.example;branch=z9hG4bKb, SIP/2.0/UDP c.example;branch=z9hG4bKc"
        )
        #expect(answer.values("Record-Route").isEmpty)
        #expect(answer.value("From") == "<sip:alice@example.com>;tag=from1")
        #expect(answer.value("CSeq") == "1 REGISTER")
        #expect(answer.value("Content-Length") == "0")
        #expect(answer.text.hasSuffix("\r\n\r\n"))
    }

    @Test func theReplyIsAppendedBehindWhatIsThere() throws {
        let stage = try Stage()
        var phone = Phone()
        var buffer = Array("before".utf8)
        let message = Array(phone.register().utf8)
        let handling = stage.core.handle(message.span, from: stage.path, clock: stage.clock, reply: &buffer)
        #expect(buffer.starts(with: Array("beforeSIP/2.0 200".utf8)))
        #expect(handling.replyCount == buffer.count - 6)
        let again = stage.core.handle(message.span, from: stage.path, clock: stage.clock, reply: &buffer)
        #expect(again.exchange.isRetransmission)
        #expect(again.exchange.status == 200)
        #expect(again.replyCount == handling.replyCount)
    }

    @Test("RFC 3261 §11.2: OPTIONS says what is understood here")
    func options() throws {
        let stage = try Stage()
        var phone = Phone()
        for uri in ["sip:example.com", "sip:10.0.0.254:5060", "sip:alice@example.com"] {
            phone.requestURI = uri
            let answer = stage.send(phone.register(contacts: [], method: "OPTIONS"))
            #expect(answer.status == 200)
            #expect(answer.value("Allow") == "REGISTER, SUBSCRIBE, OPTIONS")
            #expect(answer.value("Allow-Events") == "reg")
            #expect(answer.value("Supported") == (uri.contains("10.0") ? "" : "path, outbound, gruu"))
            #expect(answer.value("Accept") == "")
        }
        phone.requestURI = "sip:elsewhere.example"
        #expect(stage.send(phone.register(method: "OPTIONS")).status == 404)
    }
}

/// The path of the packet beside the contact that the phone wrote: design §11 `contactAlias`.
struct AliasTests {
    private func contact(_ alias: AliasRendering, _ contact: String, _ change: (Stage) -> Void = { _ in })
        throws -> String?
    {
        let stage = try Stage([.open("example.com", alias: alias)])
        stage.source = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 40_001)
        change(stage)
        var phone = Phone()
        phone.contact = contact
        let answer = stage.send(phone.register())
        let stored = stage.contacts("alice@example.com").first ?? ""
        #expect(!stored.contains("alias"), "the stored URI is the phone's own")
        return answer.value("Contact")
    }

    @Test func withinTheURIByDefaultAndBeforeItsHeaders() throws {
        #expect(
            try contact(.uri, "<sip:a@192.168.1.2;ob>;x=1")
                == "<sip:a@192.168.1.2;ob;alias=198.51.100.7~40001~1>;x=1;expires=3600"
        )
        #expect(
            try contact(.uri, "<sip:a@h?Subject=x>")
                == "<sip:a@h;alias=198.51.100.7~40001~1?Subject=x>;expires=3600"
        )
    }

    @Test func asAHeaderParameterOrNotAtAll() throws {
        #expect(
            try contact(.received, "<sip:a@h>")
                == "<sip:a@h>;received=\"sip:198.51.100.7:40001;transport=udp\";expires=3600"
        )
        #expect(try contact(.off, "<sip:a@h>") == "<sip:a@h>;expires=3600")
    }

    @Test func onlyWhereTheSourceDiffers() throws {
        #expect(try contact(.uri, "<sip:a@198.51.100.7:40001>") == "<sip:a@198.51.100.7:40001>;expires=3600")
    }

    @Test func oneThatCameInIsComputedAnew() throws {
        #expect(
            try contact(.uri, "<sip:a@h;alias=6.6.6.6~1~1>")
                == "<sip:a@h;alias=198.51.100.7~40001~1>;expires=3600"
        )
    }

    @Test(arguments: [(TransportKind.udp, 1), (.tcp, 2), (.tls, 3), (.ws, 5), (.wss, 6)])
    func numbersOfTheTransports(transport: TransportKind, number: Int) throws {
        let found = try contact(.uri, "<sip:a@h>") { $0.transport = transport }
        #expect(found == "<sip:a@h;alias=198.51.100.7~40001~\(number)>;expires=3600")
    }

    @Test func anIPv6SourceIsInBrackets() throws {
        let found = try contact(.uri, "<sip:a@h>") {
            $0.source.address = IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 1)
        }
        #expect(found == "<sip:a@h;alias=[2001:db8::1]~40001~1>;expires=3600")
    }
}
