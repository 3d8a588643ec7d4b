import BindingTable
import Testing
import Timing

@testable import Host

@Suite("What is told of acts in parts")
struct ToldActTests {
    private func act(_ count: Int, reason: String = "") -> ActNotice.Act {
        ActNotice.Act(
            by: OperatorIdentity(user: "kl", from: "local", terminal: "-"),
            reason: reason,
            before: "evicted ",
            count: count
        )
    }

    private func at(_ milliseconds: Int) -> Timestamp { .zero + .milliseconds(milliseconds) }

    @Test("A script's act in many commands is one sentence, when no further part comes")
    func gathered() {
        var told = ToldAct()
        for part in 0..<18 {
            told.note(act(1_000), ofConsole: 4, at: at(part * 300))
            #expect(told.takeNotices(at: at(part * 300)).isEmpty)
        }
        told.note(act(204), ofConsole: 4, at: at(5_400))
        #expect(told.takeNotices(at: at(6_000)).isEmpty)
        let notices = told.takeNotices(at: at(6_400))
        #expect(notices.map(\.text) == ["kl@local evicted 18,204 bindings"] && notices.first?.console == 4)
        #expect(told.takeNotices(at: at(9_000)).isEmpty)
    }

    @Test("A small act is told at once, and another's is another")
    func single() {
        var told = ToldAct()
        told.note(act(3, reason: "moved"), ofConsole: 1, at: at(0))
        #expect(told.takeNotices(at: at(0)).map(\.text) == ["kl@local evicted 3 bindings (moved)"])
        told.note(act(1_000), ofConsole: 1, at: at(0))
        told.note(act(5), ofConsole: 2, at: at(10))
        told.note(act(5, reason: "other"), ofConsole: 1, at: at(10))
        #expect(told.takeNotices(at: at(10)).count == 2)
        #expect(told.takeNotices(at: at(2_000)).map(\.text) == ["kl@local evicted 1,000 bindings"])
    }
}
