import Registrar
import Testing
import Timing

@testable import Host

@Suite("Domain settings")
struct DomainSettingsTests {
    @Test("Defaults are the policies' own")
    func defaults() {
        let domain = DomainSettings()
        #expect(domain.contactPolicy == ContactPolicy())
        #expect(domain.extensionPolicy == ExtensionPolicy())
        #expect(domain.connectionLoss == .keep)
        #expect(domain.pingPolicy == PingPolicy())
        #expect(domain.subscriptionPolicy == SubscriptionPolicy())
        #expect(domain.callPolicy() == CallPolicy())
        #expect(domain.unusableText == nil)
    }

    @Test("Calls become their policy; an option for all domains stands above a domain's own mode")
    func calls() {
        var domain = DomainSettings()
        for (word, mode) in [("off", CallPolicy.Mode.off), ("redirect", .redirect), ("proxy", .proxy)] {
            domain.calls.mode = word
            #expect(domain.callPolicy().mode == mode)
            #expect(DomainSettings().callPolicy(mode: word).mode == mode)
        }
        domain.calls.nextHop = "sip:192.0.2.1:5080;transport=tcp"
        (domain.calls.timerC, domain.calls.ringing, domain.calls.breadth) = (240, 30, 6)
        domain.calls.recordsRoute = false
        let policy = CallPolicy(
            mode: .proxy,
            nextHop: Array("sip:192.0.2.1:5080;transport=tcp".utf8),
            timerC: .seconds(240),
            ringing: .seconds(30),
            breadth: 6,
            recordsRoute: false
        )
        #expect(domain.callPolicy() == policy && domain.unusableText == nil)
        for text in ["gw.test", "sip:alice@gw.test", "tel:+1", "sip:", "sip:gw.test\r\nX: 1", ""] {
            domain.calls.nextHop = text
            #expect(domain.unusableText?.contains("calls.next-hop") == true, "\(text)")
        }
    }

    @Test("Every word becomes its policy")
    func words() {
        var domain = DomainSettings()
        for (word, overflow) in [
            ("oldest", ContactPolicy.Overflow.oldest), ("soonest", .soonest), ("unreachable", .unreachable),
            ("reject", .reject),
        ] {
            domain.contacts.overflow = word
            #expect(domain.contactPolicy.overflow == overflow)
        }
        domain.contacts.fold = "instance"
        #expect(domain.contactPolicy.folding == .instance)
        domain.path = "strict"
        domain.outbound = "required"
        domain.flowTimer = 120
        domain.gruu = false
        domain.serviceRoute = ["<sip:a.test;lr>", "<sip:b.test;lr>"]
        domain.numbers = ["t": ["+1", "+2-3"]]
        let extensions = ExtensionPolicy(
            path: .strict,
            outbound: .required,
            flowTimer: 120,
            offersGRUU: false,
            serviceRoute: Array("<sip:a.test;lr>, <sip:b.test;lr>".utf8),
            numbers: [ExtensionPolicy.Numbers(user: Array("t".utf8), text: Array("+1, +2-3".utf8))]
        )
        #expect(domain.extensionPolicy == extensions)
        domain.path = "off"
        domain.outbound = "off"
        #expect(domain.extensionPolicy.path == .off && domain.extensionPolicy.outbound == .off)
        domain.connectionLost = "remove"
        #expect(domain.connectionLoss == .remove)
        domain.connectionLost = "30"
        #expect(domain.connectionLoss == .shorten(30))
        domain.ping.every = 60
        domain.ping.codes = "2xx"
        domain.ping.users = ["a"]
        #expect(domain.pingPolicy == PingPolicy(interval: 60, codes: .success, users: [Array("a".utf8)]))
    }

    @Test(
        "What would go out in messages is checked at the start",
        arguments: [
            "sip:a.test", "<tel:1>", "<sip:a.test>\r\nContact: <sip:b>", "", "<sip:a.test",
        ]
    )
    func serviceRoute(_ text: String) {
        var domain = DomainSettings()
        domain.serviceRoute = [text]
        #expect(domain.unusableText?.hasPrefix("service-route") == true)
    }

    @Test("A list of numbers has numbers in it")
    func numbers() {
        var domain = DomainSettings()
        domain.numbers = ["t": ["+1214", "alice"]]
        #expect(domain.unusableText?.hasPrefix("numbers of t, alice") == true)
    }
}
