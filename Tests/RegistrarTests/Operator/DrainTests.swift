import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// Draining ahead of maintenance: nobody new, and nobody loses what it has.
struct DrainTests {
    private let aor = "alice@example.com"

    private func perform(_ stage: Stage, _ desk: OperatorDesk, _ verb: OperatorVerb) -> CommandOutcome {
        desk.perform(command(verb), clock: stage.clock) { _ in true }
    }

    @Test("RFC 3261 §21.5.4: newcomers get 503 and Retry-After; refreshes and removals go on")
    func newcomers() throws {
        let stage = try Stage()
        let desk = OperatorDesk(stage.state)
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 200)
        #expect(perform(stage, desk, .drain(true, for: nil)).refusal == nil)
        var newcomer = Phone("bob", callID: "bob")
        let answer = stage.send(newcomer.register())
        #expect(answer.startLine == "SIP/2.0 503 Draining")
        #expect((30..<60).contains(Int(answer.value("Retry-After") ?? "") ?? 0))
        #expect(stage.send(newcomer.register(contacts: [])).status == 200, "a query changes nothing")
        let before = stage.bindings(aor).first?.facts.version
        #expect(stage.send(phone.register()).status == 200, "a refresh")
        #expect(stage.bindings(aor).first?.facts.version != before)
        #expect(stage.send(phone.register(contacts: ["<sip:a@h2>"])).status == 503, "a second device")
        let other = ["<\(stage.contacts(aor)[0])>;expires=0", "<sip:a@h2>"]
        #expect(stage.send(phone.register(contacts: other)).status == 200, "one for another: a move")
        #expect(stage.send(phone.register(expires: 0)).status == 200)
        #expect(stage.send(phone.register(contacts: ["*"], expires: 0)).status == 200)
        #expect(stage.bindings(aor).isEmpty)
    }

    @Test("A phone whose new contact takes the place of its old one is nobody new")
    func folded() throws {
        var domain = Domain.open("example.com")
        domain.contacts = ContactPolicy(folding: .instance)
        let stage = try Stage([domain])
        var phone = Phone()
        func register(_ port: Int) -> Answer {
            let contact = "<sip:alice@10.0.0.1:\(port)>;+sip.instance=\"<urn:uuid:0001>\""
            return stage.send(phone.register(contacts: [contact]))
        }
        #expect(register(5_060).status == 200)
        _ = perform(stage, OperatorDesk(stage.state), .drain(true, for: nil))
        #expect(register(5_070).status == 200)
        #expect(stage.contacts(aor) == ["sip:alice@10.0.0.1:5070"])
    }

    @Test func phonesAreToldDifferentTimes() throws {
        let stage = try Stage()
        _ = perform(stage, OperatorDesk(stage.state), .drain(true, for: nil))
        var times: Set<String> = []
        for number in 0..<20 {
            var phone = Phone(callID: "call-\(number)")
            times.insert(stage.send(phone.register()).value("Retry-After") ?? "")
        }
        #expect(times.count > 5)
    }

    @Test func aDrainEndsByItselfAndIsLifted() throws {
        let stage = try Stage()
        let desk = OperatorDesk(stage.state)
        var phone = Phone()
        _ = perform(stage, desk, .drain(true, for: .seconds(10)))
        let answer = stage.send(phone.register())
        #expect(answer.status == 503)
        #expect((10..<20).contains(Int(answer.value("Retry-After") ?? "") ?? 0), "not beyond its end")
        stage.now = stage.now + .seconds(10)
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.state.policy.pruneDrain(at: stage.now))
        #expect(
            perform(stage, desk, .drain(false, for: nil)).refusal?.contains("nobody is turned away") == true
        )
        _ = perform(stage, desk, .drain(true, for: nil))
        #expect(perform(stage, desk, .drain(false, for: nil)).refusal == nil)
        var other = Phone("bob", callID: "bob")
        #expect(stage.send(other.register()).status == 200)
    }

    @Test func undoTakesItBackUnlessSomebodyHasDecidedOtherwise() throws {
        let stage = try Stage()
        let desk = OperatorDesk(stage.state)
        var drain: Drain? { stage.state.policy.current.drain }
        let first = try #require(perform(stage, desk, .drain(true, for: .seconds(60))).id)
        #expect(perform(stage, desk, .undo(first)).refusal == nil)
        #expect(drain == nil)
        let second = try #require(perform(stage, desk, .drain(true, for: .seconds(60))).id)
        let lifted = try #require(perform(stage, desk, .drain(false, for: nil)).id)
        _ = perform(stage, desk, .undo(lifted))
        #expect(drain?.until == stage.now + .seconds(60), "the drain is back")
        _ = perform(stage, desk, .drain(true, for: nil))
        _ = perform(stage, desk, .undo(second))
        #expect(drain != nil && drain?.until == nil, "the later one stays")
    }

    @Test func aBlockAndAReloadLeaveItAsItIs() throws {
        let stage = try Stage()
        let desk = OperatorDesk(stage.state)
        _ = perform(stage, desk, .drain(true, for: nil))
        _ = perform(stage, desk, .block(.source(IPAddress(ipv4: 9)), for: nil))
        stage.state.policy.reload(Policy(domains: [.open("example.com")]))
        #expect(stage.state.policy.current.drain?.reason == "test")
        #expect(stage.state.policy.current.blocks.count == 1)
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 503)
    }

    @Test func theAuditSaysWhatIsAboutToBeDone() throws {
        let stage = try Stage()
        let desk = OperatorDesk(stage.state)
        var lines: [String] = []
        for verb in [
            OperatorVerb.drain(true, for: .seconds(60)), .drain(true, for: nil), .drain(false, for: nil),
        ] {
            _ = desk.perform(command(verb), clock: stage.clock) { records in
                lines += records.map { "\($0.action) \($0.object) \($0.result)" }
                return true
            }
        }
        #expect(
            lines == [
                "drain newcomers to be turned away for 60 s",
                "drain newcomers to be turned away until lifted",
                "drain newcomers to be let in again",
            ]
        )
        _ = desk.perform(command(.drain(true, for: nil)), clock: stage.clock) { _ in false }
        #expect(stage.state.policy.current.drain == nil, "not recorded, not done")
    }
}
