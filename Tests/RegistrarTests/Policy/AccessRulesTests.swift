import BindingTable
import Registrar
import SIPMessage
import Testing

struct AccessRulesTests {
    private let any = IPNetwork(IPAddress(ipv4: 0), prefix: 0)

    private func verdict(
        _ domain: Domain,
        _ user: String,
        _ address: UInt32 = 0x0a00_0001,
        _ transport: TransportKind = .udp,
    ) -> AccessVerdict {
        let user = Array(user.utf8)
        return domain.access(of: user.span, from: IPAddress(ipv4: address), over: transport)
    }

    @Test func withoutRulesTheDomainDecides() throws {
        #expect(verdict(.open("example.com"), "alice") == .open)
        #expect(verdict(try .closed("example.com", [:]), "alice") == .digest)
    }

    @Test func usersAreNamedWithTheirCase() throws {
        var domain = try Domain.closed("example.com", [:])
        domain.rules = AccessRules([AccessRule(network: any, action: .named([Array("alice".utf8)]))])
        #expect(verdict(domain, "alice") == .admitted(rule: 1))
        #expect(verdict(domain, "Alice") == .digest)
        #expect(verdict(domain, "") == .digest)
    }

    @Test func aRuleIsForItsTransportsAndItsFamilyOfAddresses() {
        let rule = AccessRule(network: any, transports: [.ws, .wss], action: .deny)
        for transport in TransportKind.allCases {
            let isWeb = transport == .ws || transport == .wss
            #expect(rule.covers(IPAddress(ipv4: 1), over: transport) == isWeb)
        }
        let all = AccessRule(network: any, action: .deny)
        #expect(TransportKind.allCases.allSatisfy { all.covers(IPAddress(ipv4: 1), over: $0) })
        #expect(IPAddress("2001:db8::1").map { all.covers($0, over: .udp) } == false)
    }

    @Test func anAccountIsFoundByItsUserOrByItsWholeName() throws {
        var domain = try Domain.closed("example.com", [:])
        let address = IPAddress(ipv4: 1)
        domain.accountRules = AccountRules([Array("alice".utf8): AccountRule(isDisabled: true)])
        for (account, expected) in [
            ("alice", RefusalReason.accountDisabled), ("alice@Example.com", .accountDisabled),
            ("alice@example.org", nil), ("Alice", nil), ("@example.com", nil), ("", nil),
        ] {
            let bytes = Array(account.utf8)
            #expect(domain.objection(to: bytes.span, from: address) == expected, "\(account)")
        }
    }
}
