import BindingTable
import Registrar
import SIPMessage
import Testing

/// What is read out of REGISTER besides its contacts, and each leniency as a badge.
struct RegisterRequestTests {
    private func badges(_ change: (inout Phone) -> Void, _ edit: (String) -> String = { $0 }) throws
        -> Badges?
    {
        let stage = try Stage()
        var phone = Phone()
        change(&phone)
        #expect(stage.send(edit(phone.register())).status == 200)
        let binding = stage.bindings("alice@example.com").first
        #expect(binding?.facts.badges == stage.handling?.exchange.badges)
        return binding?.facts.badges
    }

    @Test func anOrdinaryRequestUnderOpenRegistrationHasOneBadge() throws {
        #expect(try badges { _ in } == [.open])
    }

    @Test func requestURIWithUser() throws {
        #expect(try badges { $0.requestURI = "sip:alice@example.com" } == [.open, .requestURIUser])
    }

    @Test func viaNamesAnotherTransport() throws {
        #expect(try badges { $0.via = "SIP/2.0/TCP 10.0.0.1:5060" } == [.open, .viaTransport])
    }

    @Test func noContentLength() throws {
        #expect(
            try badges({ _ in }) { $0.replacing("Content-Length: 0\r\n", with: "") } == [
                .open, .noContentLength,
            ]
        )
    }

    @Test(arguments: [
        "<sip:10.0.0.254;lr>", "<sip:10.0.0.254:5060;transport=udp;lr>", "<sip:EXAMPLE.com;lr>, <sip:x@y;lr>",
    ])
    func preloadedRouteNamesUs(route: String) throws {
        let edit = { (text: String) in text.replacing("User-Agent", with: "Route: \(route)\r\nUser-Agent") }
        #expect(try badges({ _ in }, edit) == [.open, .preloadedRoute])
    }

    @Test func aRouteOfSomebodyElseIsNoBadge() throws {
        let edit = { (text: String) in text.replacing("User-Agent", with: "Route: <sip:x.y;lr>\r\nUser-Agent")
        }
        #expect(try badges({ _ in }, edit) == [.open])
    }

    @Test func contactOfAnotherUserOrPlace() throws {
        #expect(try badges { $0.contact = "<sip:line1@10.0.0.1>" } == [.open, .contactUser])
        #expect(try badges { $0.contact = "<sip:alice@10.0.0.2>" } == [.open, .nat, .rareForNAT])
        #expect(try badges { $0.contact = "<sip:alice@10.0.0.1:5061>" } == [.open, .nat, .rareForNAT])
        #expect(try badges { $0.contact = "<sip:alice@phone.local>" } == [.open, .nat, .rareForNAT])
    }

    @Test func textsAreThePhonesOwn() throws {
        let stage = try Stage()
        var phone = Phone()
        phone.via = "SIP/2.0/UDP  phone.local : 5062"
        phone.userAgent = "Odd (agent) 1.0"
        _ = stage.send(phone.register())
        let texts = stage.bindings("alice@example.com").first?.texts
        #expect(texts.map { String(decoding: $0.sentBy, as: UTF8.self) } == "phone.local : 5062")
        #expect(texts.map { String(decoding: $0.userAgent, as: UTF8.self) } == "Odd (agent) 1.0")
        #expect(texts.map { String(decoding: $0.callID, as: UTF8.self) } == "call-1")
        #expect(texts?.account == [])
    }
}
