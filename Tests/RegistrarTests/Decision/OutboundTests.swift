import BindingTable
import Registrar
import SIPMessage
import Testing

/// RFC 5626 §4.2 and §6: flows and the instance that they belong to.
struct OutboundTests {
    private let aor = "alice@example.com"
    private let supports = "Supported: path, outbound"
    private let proxy = "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKphone"

    private func badges(_ stage: Stage) -> Badges { stage.bindings(aor).first?.facts.badges ?? [] }

    @Test(
        "RFC 5626 §6: a flow is AOR, instance and reg-id; a new one replaces the old, whatever URI or Call-ID"
    )
    func key() throws {
        let stage = try Stage([.extended(ExtensionPolicy(flowTimer: 120))])
        stage.watched = [aor]
        var phone = Phone()
        let answer = stage.send(
            phone.register(contacts: [flow("sip:alice@10.0.0.1:5060", 1)], extra: [supports])
        )
        #expect(answer.status == 200)
        #expect(answer.values("Require") == ["outbound"])
        #expect(answer.values("Supported") == ["outbound"])
        #expect(answer.values("Flow-Timer") == ["120"])
        #expect(stage.takeEvents() == ["added sip:alice@10.0.0.1:5060"])
        let first = stage.bindings(aor).first
        #expect(first?.facts.regID == 1)
        #expect(first?.facts.instanceHash != 0)
        #expect(first?.facts.badges == [.open, .outbound])
        var restarted = Phone(callID: "call-2")
        stage.source.port = 6000
        let again = restarted.register(contacts: [flow("sip:new@10.0.0.1:6000", 1)], extra: [supports])
        #expect(stage.send(again).status == 200)
        #expect(stage.takeEvents() == ["changed sip:new@10.0.0.1:6000"])
        #expect(stage.bindings(aor).first?.facts.id == first?.facts.id)
        #expect(stage.bindings(aor).first?.facts.path.source.port == 6000)
    }

    @Test(
        "RFC 5626 §4.2: two reg-ids of one instance are two flows, even with one URI; two instances as well"
    )
    func twoFlows() throws {
        let stage = try Stage([.extended()])
        for (id, instance) in [(1, "urn:uuid:0001"), (2, "urn:uuid:0001"), (1, "urn:uuid:0002")] {
            var phone = Phone(callID: "\(instance)\(id)")
            let contact = flow("sip:alice@10.0.0.1:5060", id, instance: instance)
            #expect(stage.send(phone.register(contacts: [contact], extra: [supports])).status == 200)
        }
        #expect(stage.bindings(aor).map(\.facts.regID) == [1, 2, 1])
        #expect(Set(stage.bindings(aor).map(\.facts.instanceHash)).count == 2)
    }

    @Test("RFC 5626 §6: two phones behind two NATs with one address do not take each other's place")
    func sameAddressOtherInstance() throws {
        let stage = try Stage([.extended()])
        var plain = Phone(callID: "a")
        var flows = Phone(callID: "b")
        let one = "<sip:alice@192.168.1.5:5060>;+sip.instance=\"<urn:uuid:0001>\""
        let two = flow("sip:alice@192.168.1.5:5060", 1, instance: "urn:uuid:0002")
        for _ in 0..<2 {
            #expect(stage.send(plain.register(contacts: [one])).status == 200)
            #expect(stage.send(flows.register(contacts: [two], extra: [supports])).status == 200)
        }
        #expect(stage.bindings(aor).map(\.facts.regID) == [0, 1])
    }

    @Test(
        "RFC 5626 §4.1: instances are compared as URNs: a UUID in any case, another namespace's rest is not folded"
    )
    func instanceEquality() throws {
        let stage = try Stage([.extended()])
        let same = ["urn:uuid:00ab-CD", "URN:UUID:00AB-cd"]
        let others = ["urn:x-y:Ab", "urn:X-Y:ab", "urn:x-y:%aF", "urn:x-y:%Af"]
        for instance in same + others {
            var phone = Phone(callID: instance.replacing(":", with: "."))
            let contact = flow("sip:alice@10.0.0.1:5060", 1, instance: instance)
            #expect(stage.send(phone.register(contacts: [contact], extra: [supports])).status == 200)
        }
        #expect(stage.bindings(aor).count == 4, "one UUID, Ab, ab, one escape")
    }

    @Test(
        "RFC 5626 §6: reg-id without an instance is ignored, and so is one of a phone without Supported: outbound"
    )
    func ignored() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let bare = phone.register(contacts: ["<sip:alice@10.0.0.1:5060>;reg-id=1"], extra: [supports])
        let answer = stage.send(bare)
        #expect(answer.status == 200)
        #expect(answer.value("Require") == nil)
        #expect(stage.bindings(aor).first?.facts.regID == 0)
        #expect(badges(stage) == [.open, .regIDIgnored])
        let silent = stage.send(phone.register(contacts: [flow("sip:alice@10.0.0.1:5060", 1)]))
        #expect(silent.status == 200)
        #expect(silent.value("Require") == nil)
        #expect(badges(stage) == [.open, .regIDIgnored])
        #expect(stage.bindings(aor).count == 1, "matched by its URI")
    }

    @Test(
        "RFC 5626 §4.2: reg-id is 1 to 2³¹-1, else 400",
        arguments: ["0", "2147483648", "99999999999999999999", "x", "-1"]
    )
    func range(value: String) throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let contact = "<sip:alice@10.0.0.1:5060>;+sip.instance=\"<urn:uuid:1>\";reg-id=\(value)"
        #expect(stage.send(phone.register(contacts: [contact], extra: [supports])).status == 400)
        #expect(stage.bindings(aor).isEmpty)
    }

    @Test("RFC 5626 §6: more than one contact with reg-id is 400, unless all but one are being removed")
    func severalFlows() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let two = [flow("sip:a@10.0.0.1", 1), flow("sip:a@10.0.0.1", 2)]
        #expect(stage.send(phone.register(contacts: two, extra: [supports])).status == 400)
        #expect(stage.handling?.exchange.refusal == .severalFlows)
        #expect(stage.bindings(aor).isEmpty)
        let swap = [flow("sip:a@10.0.0.1", 1), flow("sip:a@10.0.0.1", 2, extra: ";expires=0")]
        #expect(stage.send(phone.register(contacts: swap, extra: [supports])).status == 200)
        #expect(stage.bindings(aor).map(\.facts.regID) == [1])
    }

    @Test(
        "RFC 5626 §6: behind a proxy the Path URI that was added first, the last one, must have ob, else 439",
        arguments: [
            (["<sip:edge.example;lr;ob>"], 200), (["<sip:edge.example;lr>"], 439), ([], 439),
            (["<sip:inner.example;lr>", "<sip:edge.example;lr;ob>"], 200),
            (["<sip:inner.example;lr;ob>", "<sip:edge.example;lr>"], 439),
            (["<sip:inner.example;lr;ob>, <sip:edge.example;lr;OB>"], 200),
            (["<sip:inner.example;lr>, <sip:edge.example;lr;ob>"], 200),
            (["<sip:edge.example;lr>;ob"], 439),
        ]
    )
    func firstHop(paths: [String], status: Int) throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let extra = [proxy, supports] + paths.map { "Path: \($0)" }
        let answer = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", 1)], extra: extra))
        #expect(answer.status == status)
        #expect(answer.values("Require") == (status == 200 ? ["outbound"] : []))
        if status == 439 { #expect(stage.handling?.exchange.refusal == .firstHopLacksOutbound) }
        #expect(stage.bindings(aor).count == (status == 200 ? 1 : 0))
    }

    @Test(
        "RFC 5626 §6: two Vias in one line are two hops; a phone that did not ask for outbound is let in as it was"
    )
    func firstHopOfOthers() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        phone.via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKproxy, SIP/2.0/UDP 10.9.9.9"
        let contact = [flow("sip:a@10.0.0.1", 1)]
        #expect(stage.send(phone.register(contacts: contact, extra: [supports])).status == 439)
        phone.via = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKother, SIP/2.0/UDP 10.9.9.9"
        #expect(stage.send(phone.register(contacts: contact)).status == 200)
        #expect(badges(stage).contains(.regIDIgnored))
        #expect(!badges(stage).contains(.outbound))
    }

    @Test("RFC 5626 §6: a domain that ignores Path has no first hop behind a proxy")
    func withoutPath() throws {
        let stage = try Stage([.extended(ExtensionPolicy(path: .off))])
        var phone = Phone()
        let extra = [proxy, supports, "Path: <sip:edge.example;lr;ob>"]
        #expect(stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", 1)], extra: extra)).status == 439)
        let direct = phone.register(contacts: [flow("sip:a@10.0.0.1", 1)], extra: [supports])
        #expect(stage.send(direct).status == 200)
    }

    @Test(
        "RFC 3261 §21.4.15: where outbound is required, a phone without it is 421; it may still ask and leave"
    )
    func required() throws {
        let stage = try Stage([.extended(ExtensionPolicy(outbound: .required))])
        var phone = Phone()
        let answer = stage.send(phone.register())
        #expect(answer.status == 421)
        #expect(answer.value("Require") == "outbound")
        #expect(stage.handling?.exchange.refusal == .outboundRequired)
        #expect(stage.send(phone.register(contacts: [])).status == 200)
        #expect(stage.send(phone.register(expires: 0)).status == 200)
        #expect(stage.send(phone.register(contacts: ["*"], expires: 0)).status == 200)
        #expect(stage.bindings(aor).isEmpty)
        let flow = [flow("sip:a@10.0.0.1", 1)]
        #expect(
            stage.send(phone.register(contacts: flow, extra: ["Require: outbound", supports])).status == 200
        )
        #expect(stage.bindings(aor).map(\.facts.regID) == [1])
    }

    @Test("RFC 5626 §6 off: reg-id is a text like any other")
    func off() throws {
        let stage = try Stage([.extended(ExtensionPolicy(outbound: .off))])
        var phone = Phone()
        let contacts = [flow("sip:a@10.0.0.1", 1), flow("sip:b@10.0.0.1", 1)]
        let answer = stage.send(phone.register(contacts: contacts, extra: [supports]))
        #expect(answer.status == 200)
        #expect(answer.value("Require") == nil)
        #expect(stage.bindings(aor).map(\.facts.regID) == [0, 0])
        #expect(!badges(stage).contains(.regIDIgnored))
        let text = stage.bindings(aor).first.map {
            String(decoding: $0.texts.contactParameters, as: UTF8.self)
        }
        #expect(text == ";+sip.instance=\"<urn:uuid:0001>\";reg-id=1")
        #expect(stage.send(phone.register(extra: ["Require: outbound"])).status == 420)
    }

    @Test("RFC 5626 §6: expires 0 removes one flow by its key, whatever URI it names")
    func removal() throws {
        let stage = try Stage([.extended()])
        for id in 1...2 {
            var phone = Phone(callID: "flow\(id)")
            _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", id)], extra: [supports]))
        }
        var phone = Phone(callID: "flow1")
        phone.cseq = 5
        let gone = phone.register(
            contacts: [flow("sip:other@10.0.0.7", 1, extra: ";expires=0")],
            extra: [supports]
        )
        #expect(stage.send(gone).status == 200)
        #expect(stage.bindings(aor).map(\.facts.regID) == [2])
        let unknown = phone.register(
            contacts: [flow("sip:a@10.0.0.1", 9, extra: ";expires=0")],
            extra: [supports]
        )
        #expect(stage.send(unknown).status == 200)
        #expect(stage.bindings(aor).map(\.facts.regID) == [2], "another key, though the same URI")
    }

    @Test("RFC 5626 §6, RFC 3261 §10.3 step 7: within a flow CSeq must be higher for the same Call-ID")
    func order() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        phone.cseq = 7
        _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", 1)], extra: [supports]))
        phone.cseq = 3
        let late = phone.register(contacts: [flow("sip:b@10.0.0.1", 1)], extra: [supports])
        #expect(stage.send(late).status == 400)
        #expect(stage.contacts(aor) == ["sip:a@10.0.0.1"])
    }

    @Test("RFC 5626 §4.2.2: an instance without reg-id is known by its URI, as RFC 3261 has it")
    func instanceOnly() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1:5060")], extra: [supports]))
        _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1:5060")], extra: [supports]))
        #expect(stage.bindings(aor).count == 1)
        _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1:5061")], extra: [supports]))
        #expect(stage.bindings(aor).count == 2)
    }

    @Test func aPhoneThatLearnsOutboundOrForgetsItLeavesNoGhost() throws {
        let stage = try Stage([.extended()])
        var phone = Phone()
        let uri = "sip:alice@10.0.0.1:5060"
        for contact in ["<\(uri)>", flow(uri), flow(uri, 1), flow(uri), "<\(uri)>"] {
            _ = stage.send(phone.register(contacts: [contact], extra: [supports]))
            #expect(stage.bindings(aor).count == 1, "\(contact)")
        }
    }

    @Test("RFC 5626 §6: undo restores a flow beside another one of its URI, not beside one of its key")
    func undo() throws {
        for (id, contacts) in [(2, 2), (1, 1)] {
            let stage = try Stage([.extended()])
            let desk = OperatorDesk(stage.state)
            var phone = Phone(callID: "first")
            _ = stage.send(phone.register(contacts: [flow("sip:a@10.0.0.1", 1)], extra: [supports]))
            let evict = OperatorVerb.evict(stage.bindings(aor).map(stage.target), refuseFor: nil)
            let outcome = desk.perform(command(evict), clock: stage.clock) { _ in true }
            #expect(stage.bindings(aor).isEmpty)
            var other = Phone(callID: "second")
            _ = stage.send(other.register(contacts: [flow("sip:a@10.0.0.1", id)], extra: [supports]))
            let evicted = try #require(outcome.id)
            _ = desk.perform(command(.undo(evicted)), clock: stage.clock) { _ in true }
            #expect(stage.bindings(aor).count == contacts, "reg-id \(id)")
        }
    }
}
