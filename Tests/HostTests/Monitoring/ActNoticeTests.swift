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

    @Test("How an act ended that was done a few bindings at a time; an abort has said it itself")
    func endings() {
        var progress = ActProgress(
            act: CommandID(rawValue: 3),
            verb: "evict",
            by: me,
            reason: "move",
            total: 1_200,
            rate: 50,
            startedAt: .zero
        )
        progress.counts.done = 1_100
        func ending(_ state: ActProgress.State, _ words: String = "") -> String? {
            (progress.state, progress.ending) = (state, words)
            return ActNotice.ending(progress)
        }
        #expect(ending(.underWay) == nil)
        #expect(ending(.finished) == "kl@198.51.100.7 evicted 1,100 of 1,200 bindings (move)")
        #expect(ending(.aborted, "mb@local") == nil)
        #expect(
            ending(.stopped, "the registrar ends")
                == "evict by kl@198.51.100.7 has stopped after 1,100 of 1,200 bindings: the registrar ends"
        )
        progress.verb = "expire"
        #expect(ending(.finished) == "kl@198.51.100.7 expired 1,100 of 1,200 bindings (move)")
    }

    @Test("What changed nothing is not told")
    func nothing() {
        #expect(text(.evict([], refuseFor: nil)) == nil)
        #expect(text(.drain(true, for: nil), refusal: "read-only") == nil)
        let preview = OperatorCommand(verb: .drain(true, for: nil), reason: "", by: me)
        #expect(ActNotice.text(.preview(preview, serial: 1), .preview(CommandOutcome(), serial: 1)) == nil)
    }
}
