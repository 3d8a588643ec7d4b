import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// RFC 3261 §10.3 step 7: no 200 before the change is durable, and none of it if it is not.
struct StoreTests {
    private let aor = "alice@example.com"
    private let store = FakeStore()

    private func complete(_ stage: Stage, _ token: UInt64, _ committed: Bool) -> (Answer, Handling?) {
        var (reply, request): ([UInt8], [UInt8]) = ([], [])
        let handling = stage.core.complete(
            token,
            committed: committed,
            clock: stage.clock,
            reply: &reply,
            request: &request
        )
        return (Answer(reply), handling)
    }

    @Test func theReplyWaitsForTheCommit() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        let text = phone.register()
        #expect(stage.send(text).isSilence)
        #expect(stage.handling?.end == .withheld)
        #expect(stage.core.withheldCount == 1)
        #expect(stage.send(text).isSilence, "a copy is dropped meanwhile (§17.2.2)")
        #expect(stage.handling?.exchange.isRetransmission == true)
        let tickets = store.take()
        #expect(tickets.count == 1)
        let change = try #require(tickets.first?.changes.first)
        #expect(tickets.first?.changes.count == 1)
        #expect(change.prior == nil)
        #expect(stage.bindings(aor) == [Binding(facts: change.facts, texts: try #require(change.texts))])
        let (answer, handling) = complete(stage, tickets[0].token, true)
        #expect(answer.status == 200)
        #expect(handling?.end == .replied)
        #expect(handling?.exchange.status == 200)
        #expect(handling?.destination == stage.source)
        #expect(stage.send(text).text == answer.text, "and is answered from now on")
        #expect(stage.core.withheldCount == 0)
        #expect(complete(stage, tickets[0].token, true).1 == nil, "a token is good once")
    }

    @Test func aQueryAndARefusalWaitForNobody() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        #expect(stage.send(phone.register(contacts: [])).status == 200)
        #expect(stage.send(phone.register(contacts: ["*"])).status == 400)
        #expect(store.take().isEmpty)
    }

    @Test("RFC 3261 §10.3 step 7 clause: a failed commit is 500 with Retry-After, and an addition goes again")
    func failedAddition() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        let text = phone.register(contacts: ["<sip:a@h1>", "<sip:a@h2>"])
        stage.send(text)
        let (answer, handling) = complete(stage, store.take()[0].token, false)
        #expect(answer.status == 500)
        #expect(answer.value("Call-ID") == "call-1")
        let seconds = answer.value("Retry-After").flatMap { Int($0) } ?? 0
        #expect((10..<20).contains(seconds))
        #expect(handling?.exchange.refusal == .storeFailed)
        #expect(stage.bindings(aor).isEmpty)
        #expect(stage.send(text).status == 500)
    }

    @Test func aFailedRefreshPutsTheEarlierNumbersBack() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register())
        _ = complete(stage, store.take()[0].token, true)
        let before = stage.bindings(aor)
        stage.advance(seconds: 5)
        stage.source.port = 7_777
        stage.send(phone.register(contacts: ["<sip:alice@10.0.0.1:5060>;x=1"], expires: 99))
        #expect(stage.bindings(aor).first?.facts.granted == 99)
        let (answer, _) = complete(stage, store.take()[0].token, false)
        #expect(answer.status == 500)
        let after = stage.bindings(aor)
        #expect(after.map(\.texts) == before.map(\.texts))
        #expect(after.first?.facts.expiresAt == before.first?.facts.expiresAt)
        #expect(after.first?.facts.cseq == 1)
        #expect(after.first?.facts.refreshes == 0)
        #expect(after.first?.facts.path == before.first?.facts.path)
    }

    @Test func aFailedRemovalPutsTheBindingBack() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register())
        _ = complete(stage, store.take()[0].token, true)
        let before = stage.bindings(aor)
        stage.send(phone.register(contacts: ["*"], expires: 0))
        #expect(stage.bindings(aor).isEmpty)
        _ = complete(stage, store.take()[0].token, false)
        let after = stage.bindings(aor)
        #expect(after.map(\.texts) == before.map(\.texts))
        #expect(after.first?.facts.expiresAt == before.first?.facts.expiresAt)
    }

    @Test func aRowThatHasChangedSinceStaysAsItIs() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register())
        stage.send(phone.register(expires: 120))
        let tickets = store.take()
        #expect(tickets.count == 2)
        #expect(complete(stage, tickets[0].token, false).0.status == 500)
        #expect(
            stage.bindings(aor).first?.facts.granted == 120,
            "the second change is not the first's to undo"
        )
        #expect(complete(stage, tickets[1].token, true).0.status == 200)
    }

    @Test func aChangeOfAnOperatorIsTakenBackToo() throws {
        let stage = try Stage(store: store)
        let desk = OperatorDesk(stage.state)
        var phone = Phone()
        stage.send(phone.register())
        _ = complete(stage, store.take()[0].token, true)
        let targets = stage.bindings(aor).map(stage.target)
        let outcome = desk.perform(command(.evict(targets, refuseFor: nil)), clock: stage.clock) { _ in true }
        #expect(outcome.count(.done) == 1)
        let tickets = store.take()
        #expect(tickets.count == 1)
        #expect(tickets[0].changes.first?.gone?.cause == .evictedByOperator)
        guard case .unknown = desk.complete(7, committed: false, at: stage.now) else {
            Issue.record("a loop's token")
            return
        }
        guard case .takenBack(let act) = desk.complete(tickets[0].token, committed: false, at: stage.now)
        else {
            Issue.record("nothing was taken back")
            return
        }
        #expect(act.word == "evict" && act.by.user == "kl" && act.bindings == 1)
        #expect(tickets[0].by == "kl@198.51.100.7")
        #expect(stage.contacts(aor).count == 1)
    }
}

func command(_ verb: OperatorVerb, reason: String = "test") -> OperatorCommand {
    OperatorCommand(
        verb: verb,
        reason: reason,
        by: OperatorIdentity(user: "kl", from: "198.51.100.7", terminal: "pts/1")
    )
}
