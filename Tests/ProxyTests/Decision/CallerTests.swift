import BindingTable
import Registrar
import SIPDigest
import SIPMessage
import Testing
import Timing

@testable import Proxy

/// RFC 3261 §22.3: whoever says that it is a user of ours proves it.
@Suite struct CallerTests {
    private let phone = RoutingStage.endpoint(0x0a00_0005, 5_060)

    @Test func aUserOfOursIsChallengedThenPassedOnWithoutItsCredentials() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret"])])
        let plain = stage.request("INVITE", "sip:x@far.net", from: "sip:alice@example.com")
        #expect(stage.decide(plain).reason == .challenge)
        let request = try stage.proved()
        let sent = try #require(stage.forward(request))
        #expect(!sent.contains("Proxy-Authorization"))
        // The nonce's count is used up.
        #expect(stage.decide(request).reason == .replay(nonceCount: 1))
        let stale = stage.answer(request, .replay(nonceCount: 1))
        #expect(stale.contains("stale=true"))
    }

    @Test func aWrongPasswordAndAnotherAccountAreRefused() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret", "bob": "b"])])
        #expect(stage.decide(try stage.proved(password: "no")).reason == .wrongPassword)
        #expect(stage.decide(try stage.proved(user: "eve")).reason == .unknownUser)
        let other = try stage.proved(user: "bob", password: "b")
        #expect(stage.decide(other).reason == .notAllowedForAOR)
        let tag = stage.answer(other, .notAllowedForAOR)
        #expect(tag.hasPrefix("SIP/2.0 403 "))
    }

    @Test("RFC 3325 §5: an identity that is not the user's own")
    func assertedIdentity() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret"])])
        for header in ["P-Asserted-Identity", "P-Preferred-Identity"] {
            let other = try stage.proved(extra: ["\(header): <sip:boss@example.com>"])
            #expect(stage.decide(other).reason == .notAllowedForAOR)
            let own = try stage.proved(extra: ["\(header): \"A\" <sip:alice@example.com>"])
            #expect(
                try #require(stage.forward(own)).contains("\r\n\(header): \"A\" <sip:alice@example.com>\r\n")
            )
        }
    }

    @Test func whoHasProvedItEndsItsCallByTheSameFlowOnly() throws {
        let stage = try RoutingStage([try .closed(["alice": "secret"])])
        let sent = try #require(stage.forward(try stage.proved(), stage.path(phone, .tcp, 44)))
        let routes = sent.split(separator: "\r\n").filter { $0.hasPrefix("Record-Route: ") }
            .reversed().map { "Route: \($0.dropFirst(14))" }
        let bye = stage.request(
            "BYE",
            "sip:x@198.51.100.66:5080",
            from: "sip:alice@example.com",
            to: "<sip:x@far.net>;tag=t",
            extra: routes
        )
        #expect(stage.decide(bye, stage.path(phone, .tcp, 44)).host?.port == 5_080)
        #expect(stage.decide(bye, stage.path(phone, .tcp, 45)).reason == .challenge)
    }

    @Test func disabledAccountsAndForeignNetworksAreRefusedOnceProved() throws {
        let network = IPNetwork(IPAddress(ipv4: 0x0a00_0000), prefix: 8)
        let rules = AccountRules([
            Array("alice".utf8): AccountRule(isDisabled: true),
            Array("bob".utf8): AccountRule(networks: [network]),
        ])
        let stage = try RoutingStage([
            try .closed(["alice": "secret", "bob": "b"], accountRules: rules)
        ])
        #expect(stage.decide(try stage.proved()).reason == .accountDisabled)
        let bob = try stage.proved(from: "sip:bob@example.com", user: "bob", password: "b")
        #expect(stage.decide(bob).reason == .accountNotFromHere)
        let again = try stage.proved(from: "sip:bob@example.com", user: "bob", password: "b")
        #expect(stage.decide(again, stage.path(phone)).reason == nil)
    }

    @Test func trunksAreLetInByTheirAddressAndDeniedSourcesAreNot() throws {
        let trunk = IPNetwork(IPAddress(ipv4: 0x0a00_0000), prefix: 8)
        let denied = IPNetwork(IPAddress(ipv4: 0xcb00_7100), prefix: 24)
        let stage = try RoutingStage([
            try .closed(
                ["alice": "secret"],
                nextHop: "sip:10.9.9.9",
                rules: [
                    AccessRule(network: trunk, action: .any), AccessRule(network: denied, action: .deny),
                ]
            )
        ])
        let call = stage.request("INVITE", "sip:+123@example.com", from: "sip:pbx@example.com")
        #expect(stage.decide(call, stage.path(phone)).host?.address == IPAddress(ipv4: 0x0a09_0909))
        #expect(stage.decide(call).reason == .sourceDenied(rule: 2))
        // A stranger from there does not get in either.
        #expect(stage.decide(stage.request()).reason == .sourceDenied(rule: 2))
    }

    @Test func blocksOfAddressAndSourceHoldForCallsToo() throws {
        let stage = try RoutingStage([.proxying()]) { policy in
            policy.blocks.insert(Self.block(.aor(Array("bob@example.com".utf8))))
            policy.blocks.insert(Self.block(.source(IPAddress(ipv4: 0x0a00_0005))))
        }
        #expect(stage.decide(stage.request()).reason == .blockedAOR(seconds: 0))
        let from = stage.request("INVITE", "sip:x@far.net", from: "sip:bob@example.com")
        #expect(stage.decide(from).reason == .blockedAOR(seconds: 0))
        #expect(stage.decide(stage.request(), stage.path(phone)).reason == .blockedSource(seconds: 0))
    }

    static func block(_ subject: BlockSubject) -> Block {
        Block(
            subject: subject,
            until: nil,
            reason: "test",
            by: OperatorIdentity(user: "root", from: "local", terminal: ""),
            since: Timestamp(nanoseconds: 0)
        )
    }
}
