import SIPMessage
import SIPTransaction
import Testing

@Suite struct TransactionKeyTests {
    @Test func rfc3261_17_2_3_branchSentByAndMethodDecide() throws {
        let key = try Request().key()
        #expect(try Request().key() == key)
        // What doesn't count.
        #expect(try Request(uri: "sip:other.test").key() == key)
        #expect(try Request(callID: "other").key() == key)
        // What does.
        #expect(try Request(branch: ";branch=z9hG4bKabd").key() != key)
        #expect(try Request(sentBy: "192.0.2.2:5060").key() != key)
        #expect(try Request(sentBy: "192.0.2.1:5061").key() != key)
        #expect(try Request(method: "OPTIONS", cseq: "1 OPTIONS").key() != key)
        #expect(
            try Request(method: "FOO", cseq: "1 FOO").key()
                != (try Request(method: "BAR", cseq: "1 BAR").key())
        )
    }

    @Test func aStrangerWithTheSameBranchIsAnother() throws {
        let key = try Request().key()
        let stranger = Endpoint(address: IPAddress(ipv4: 0xc000_0202), port: 5060)
        #expect(try Request(source: stranger).key() != key)
        let otherPort = Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5061)
        #expect(try Request(source: otherPort).key() != key)
    }

    @Test("While it rings a NAT may give its CANCEL another port")
    func ofAnInviteThePortDoesNotCount() throws {
        func invite(_ source: Endpoint) throws -> TransactionKey {
            try Request(method: "INVITE", cseq: "1 INVITE", source: source).key()
        }
        let key = try Request(method: "INVITE", cseq: "1 INVITE").key()
        #expect(try invite(Endpoint(address: IPAddress(ipv4: 0xc000_0201), port: 5061)) == key)
        #expect(try invite(Endpoint(address: IPAddress(ipv4: 0xc000_0202), port: 5060)) != key)
    }

    @Test func branchAndHostCantBeCutOtherwise() throws {
        let one = try Request(sentBy: "bb.test", branch: ";branch=z9hG4bKa").key()
        let two = try Request(sentBy: "b.test", branch: ";branch=z9hG4bKab").key()
        #expect(one != two)
    }

    @Test func rfc3261_17_2_3_withoutMagicCookieTheWholeRequestDecides() throws {
        let old = Request(branch: ";branch=1")
        #expect(try old.key() == (try old.key()))
        var other = old
        other.callID = "other"
        #expect(try other.key() != (try old.key()))
        other = old
        other.cseq = "2 REGISTER"
        #expect(try other.key() != (try old.key()))
        other = old
        other.from = "<sip:1001@example.test>;tag=b"
        #expect(try other.key() != (try old.key()))
        other = old
        other.uri = "sip:other.test"
        #expect(try other.key() != (try old.key()))
        other = old
        other.branch = ""
        #expect(try other.key() != (try old.key()))
    }

    @Test func rfc3261_9_2_aCancelFindsItsInvite() throws {
        let invite = Request(method: "INVITE", cseq: "1 INVITE")
        let cancel = Request(method: "CANCEL", cseq: "1 CANCEL")
        #expect(try cancel.key() != (try invite.key()))
        #expect(try cancel.key(as: .invite) == (try invite.key()))
    }
}
