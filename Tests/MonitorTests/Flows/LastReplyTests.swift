import Testing

@testable import Monitor

/// What a 200 shows of one binding.
struct LastReplyTests {
    private func reply(_ contacts: String...) -> LastReply {
        var text =
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n"
        for contact in contacts { text += "Contact: \(contact)\r\n" }
        return LastReply(Array((text + "Content-Length: 0\r\n\r\n").utf8))
    }

    private func shown(_ uri: String, _ reply: LastReply) -> String {
        String(decoding: reply.value(of: Array(uri.utf8)), as: UTF8.self)
    }

    @Test("RFC 3261 §10.3 step 8: the value of the binding's own URI among all")
    func ownValue() {
        let reply = reply("<sip:a@10.0.0.77>;expires=5, <sip:a@10.0.0.7>;expires=60", "<sip:b@10.0.0.8>")
        #expect(shown("sip:a@10.0.0.7", reply) == "<sip:a@10.0.0.7>;expires=60")
        #expect(shown("sip:b@10.0.0.8", reply) == "<sip:b@10.0.0.8>")
        #expect(shown("sip:c@10.0.0.8", reply).isEmpty)
    }

    @Test func aRenderingMayAddAnAliasToTheURI() {
        let reply = reply("<sip:a@10.0.0.7;ob;alias=198.51.100.7~5062~1>;expires=60")
        #expect(
            shown("sip:a@10.0.0.7;ob", reply) == "<sip:a@10.0.0.7;ob;alias=198.51.100.7~5062~1>;expires=60"
        )
        #expect(shown("sip:a@10.0.0.7;obx", reply).isEmpty)
    }

    @Test("RFC 5627 §6: GRUUs are shown as they were sent")
    func gruu() {
        let reply = reply("<sip:a@10.0.0.7>;pub-gruu=\"sip:a@example.test;gr=urn:uuid:1\";expires=60")
        #expect(shown("sip:a@10.0.0.7", reply).contains("pub-gruu=\"sip:a@example.test;gr=urn:uuid:1\""))
    }

    @Test func whatCannotBeReadShowsNothing() {
        #expect(LastReply([]).value(of: Array("sip:a@b".utf8)).isEmpty)
        #expect(LastReply(Array("SIP/2.0 200".utf8)).value(of: Array("sip:a@b".utf8)).isEmpty)
        #expect(shown("", reply("<sip:a@b>")).isEmpty)
        #expect(shown("sip:a@b", reply("<sip:a@b", "<<<")).isEmpty)
    }
}
