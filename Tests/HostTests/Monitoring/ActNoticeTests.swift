import BindingTable
import ConsoleLink
import SIPMessage
import Testing
import Timing

@testable import Host

@Suite("What others are told of an act")
struct ActNoticeTests {
    private let me = OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "-")

    private func text(_ verb: OperatorVerb, reason: String = "", refusal: String? = nil) -> String? {
        let command = OperatorCommand(verb: verb, reason: reason, by: me)
        let outcome = CommandOutcome(refusal: refusal)
        return ActNotice.text(.perform(command, serial: 1), .outcome(outcome, serial: 1))
    }

    @Test("Each act is a sentence with who and why")
    func sentences() {
        let source = BlockSubject.source(IPAddress(ipv4: 0xc000_0201))
        #expect(text(.block(source, for: .seconds(60))) == "kl@198.51.100.7 blocked 192.0.2.1 for 60 s")
        #expect(text(.block(.aor(Array("a@b".utf8)), for: nil)) == "kl@198.51.100.7 blocked a@b")
        #expect(text(.unblock(source)) == "kl@198.51.100.7 lifted the block of 192.0.2.1")
        #expect(
            text(.drain(true, for: nil), reason: "move") == "kl@198.51.100.7 turned newcomers away (move)"
        )
        #expect(text(.drain(false, for: nil)) == "kl@198.51.100.7 let newcomers in again")
    }

    @Test("What changed nothing is not told")
    func nothing() {
        #expect(text(.evict([], refuseFor: nil)) == nil)
        #expect(text(.drain(true, for: nil), refusal: "read-only") == nil)
        let preview = OperatorCommand(verb: .drain(true, for: nil), reason: "", by: me)
        #expect(ActNotice.text(.preview(preview, serial: 1), .preview(CommandOutcome(), serial: 1)) == nil)
    }
}
