import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// RFC 3261 §10.3 steps 6 to 8 and §19.1.4, seen from outside.
struct RegisterDecisionTests {
    private let aor = "alice@example.com"

    @Test("RFC 3261 §10.3 step 8: the 200 lists every binding, the one just made first, one line each")
    func listsEveryBinding() throws {
        let stage = try Stage()
        var first = Phone(callID: "one")
        first.contact = "<sip:alice@10.0.0.1:5060;x=1>;q=0.50;+sip.instance=\"<urn:x>\""
        var second = Phone(callID: "two")
        second.contact = "\"Al\" <sip:alice@10.0.0.1>;expires=100"
        #expect(stage.send(first.register(expires: 600)).status == 200)
        stage.advance(seconds: 10)
        let answer = stage.send(second.register(expires: 600))
        #expect(
            answer.values("Contact") == [
                "<sip:alice@10.0.0.1>;expires=100",
                "<sip:alice@10.0.0.1:5060;x=1>;+sip.instance=\"<urn:x>\";expires=590;q=0.5",
            ]
        )
        #expect(answer.value("Date") == "Mon, 21 Sep 2026 14:13:30 GMT")
        #expect(answer.value("To")?.contains(";tag=") == true)
        #expect(answer.value("Record-Route") == nil)
    }

    @Test("RFC 3261 §10.2.3: without Contact it is a query and changes nothing")
    func query() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = stage.send(phone.register())
        let before = stage.bindings(aor)
        var other = Phone(callID: "asks")
        let answer = stage.send(other.register(contacts: [], expires: 0))
        #expect(answer.status == 200)
        #expect(answer.values("Contact") == ["<sip:alice@10.0.0.1:5060>;expires=3600"])
        #expect(stage.bindings(aor) == before)
        #expect(stage.handling?.exchange.contacts == 1)
        #expect(stage.handling?.exchange.isUnregister == false)
    }

    @Test("RFC 3261 §10.2.2: expires 0 removes that contact only, the wildcard all")
    func removal() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = stage.send(phone.register(contacts: ["<sip:a@h1>, <sip:a@h2>", "<sip:a@h3>"]))
        #expect(stage.contacts(aor) == ["sip:a@h1", "sip:a@h2", "sip:a@h3"])
        let answer = stage.send(phone.register(contacts: ["<sip:a@h2>;expires=0"]))
        #expect(stage.handling?.exchange.isUnregister == true)
        #expect(stage.handling?.exchange.granted == 0)
        #expect(answer.values("Contact").count == 2)
        #expect(stage.send(phone.register(contacts: ["*"], expires: 0)).values("Contact").isEmpty)
        #expect(stage.bindings(aor).isEmpty)
        #expect(
            stage.send(phone.register(contacts: ["<sip:a@h9>"], expires: 0)).status == 200,
            "nothing to remove"
        )
    }

    @Test("RFC 3261 §10.3 step 6: the wildcard obeys CSeq per binding, and fails whole")
    func wildcardOrder() throws {
        let stage = try Stage()
        var other = Phone(callID: "other")
        var phone = Phone(callID: "mine")
        phone.cseq = 9
        _ = stage.send(other.register(contacts: ["<sip:a@h1>"]))
        _ = stage.send(phone.register(contacts: ["<sip:a@h2>"]))
        phone.cseq = 4
        #expect(stage.send(phone.register(contacts: ["*"], expires: 0)).status == 400)
        #expect(stage.contacts(aor).count == 2)
        phone.cseq = 10
        #expect(stage.send(phone.register(contacts: ["*"], expires: 0)).status == 200)
        #expect(stage.contacts(aor).isEmpty)
    }

    @Test("RFC 3261 §10.3 step 7: another Call-ID needs no higher CSeq: the phone has restarted")
    func restart() throws {
        let stage = try Stage()
        var phone = Phone()
        phone.cseq = 99
        _ = stage.send(phone.register())
        var restarted = Phone(callID: "new")
        #expect(stage.send(restarted.register()).status == 200)
        let bindings = stage.bindings(aor)
        #expect(bindings.count == 1)
        #expect(bindings.first?.facts.cseq == 1)
        #expect(bindings.first.map { String(decoding: $0.texts.callID, as: UTF8.self) } == "new")
    }

    @Test(
        "RFC 3261 §19.1.4: contacts are compared as URIs",
        arguments: [
            ("sip:%61lice@ATLANTA.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true),
            ("sip:carol@chicago.com", "sip:carol@chicago.com:5060", false),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;transport=udp", false),
            ("sip:ALICE@h", "sip:alice@h", false), ("sip:a@h", "sips:a@h", false),
            ("sip:a@[2001:db8:0::1]", "sip:a@[2001:db8::1]", true),
        ]
    )
    func equality(first: String, second: String, isSame: Bool) throws {
        let stage = try Stage()
        var phone = Phone()
        _ = stage.send(phone.register(contacts: ["<\(first)>"]))
        _ = stage.send(phone.register(contacts: ["<\(second)>"]))
        #expect(stage.bindings(aor).count == (isSame ? 1 : 2))
        if isSame { #expect(stage.contacts(aor) == [second], "the newer text is kept") }
    }

    @Test func theSameContactTwiceInOneRequestCountsOnceAndTheLaterHolds() throws {
        let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 1))])
        var phone = Phone()
        let twice = ["<sip:a@h;p=1>;expires=100", "<sip:a@H>;expires=200;q=1"]
        #expect(
            stage.send(phone.register(contacts: twice)).values("Contact") == ["<sip:a@H>;expires=200;q=1"]
        )
        let gone = ["<sip:a@h>;expires=300", "<sip:a@h>;expires=0"]
        #expect(stage.send(phone.register(contacts: gone)).values("Contact").isEmpty)
        let back = ["<sip:a@h>;expires=300", "<sip:a@h>;expires=0", "<sip:a@h>;expires=400"]
        #expect(stage.send(phone.register(contacts: back)).values("Contact") == ["<sip:a@h>;expires=400"])
    }

    @Test(
        "RFC 3261 §10.2.1.1: the contact's expires, else the header's, else the default; malformed is an hour"
    )
    func whichExpires() throws {
        let stage = try Stage([.open("example.com", expiry: ExpiryPolicy(standard: 1_000, jitterPercent: 0))])
        var phone = Phone()
        let answer = stage.send(
            phone.register(contacts: ["<sip:a@h1>;expires=70", "<sip:a@h2>"], expires: 90)
        )
        #expect(answer.values("Contact") == ["<sip:a@h1>;expires=70", "<sip:a@h2>;expires=90"])
        #expect(
            stage.send(phone.register(contacts: ["<sip:a@h1>"])).values("Contact").first
                == "<sip:a@h1>;expires=1000"
        )
        let odd = stage.send(phone.register(contacts: ["<sip:a@h1>;expires=soon"]))
        #expect(odd.values("Contact").first == "<sip:a@h1>;expires=3600")
        let huge = stage.send(phone.register(contacts: ["<sip:a@h1>;expires=99999999999999999999"]))
        #expect(huge.values("Contact").first == "<sip:a@h1>;expires=7200")
        #expect(stage.bindings(aor).first?.facts.asked == UInt32.max)
    }

    @Test func overflowOldestDisplacesWhatTheRequestDoesNotName() throws {
        let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 2, overflow: .oldest))])
        stage.watched = [aor]
        for number in 1...2 {
            var phone = Phone(callID: "c\(number)")
            _ = stage.send(phone.register(contacts: ["<sip:a@h\(number)>"]))
            stage.advance(seconds: 1)
        }
        var first = Phone(callID: "c1")
        first.cseq = 5
        _ = stage.send(first.register(contacts: ["<sip:a@h1>"]))
        stage.advance(seconds: 1)
        _ = stage.takeEvents()
        var third = Phone(callID: "c3")
        #expect(stage.send(third.register(contacts: ["<sip:a@h3>"])).status == 200)
        #expect(stage.takeEvents() == ["removed(displaced) sip:a@h2", "added sip:a@h3"])
        #expect(
            stage.send(third.register(contacts: ["<sip:a@h4>", "<sip:a@h5>", "<sip:a@h6>"])).status == 403
        )
        #expect(stage.contacts(aor) == ["sip:a@h1", "sip:a@h3"])
    }

    @Test func aRefreshIsNotRefusedWhereTheMaximumWasLowered() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = stage.send(phone.register(contacts: ["<sip:a@h1>", "<sip:a@h2>"]))
        stage.state.policy.reload(
            Policy(domains: [.open("example.com", contacts: ContactPolicy(maximum: 1))])
        )
        #expect(stage.send(phone.register(contacts: ["<sip:a@h1>"])).status == 200)
        #expect(stage.send(phone.register(contacts: ["<sip:a@h3>"])).status == 403)
        let swap = ["<sip:a@h1>;expires=0", "<sip:a@h2>;expires=0", "<sip:a@h3>"]
        #expect(stage.send(phone.register(contacts: swap)).status == 200, "counted after the removals")
    }

    @Test func aRepeatedRequestIsAnsweredAgainWithoutAChangeEvenWhenItsReplyIsForgotten() throws {
        let stage = try Stage(replyBytes: 4_096)
        var phone = Phone()
        let text = phone.register()
        _ = stage.send(text)
        let before = stage.bindings(aor)
        for number in 0..<64 {
            var other = Phone("u\(number)", callID: "o\(number)")
            _ = stage.send(other.register())
        }
        stage.advance(seconds: 3)
        let again = stage.send(text)
        #expect(again.values("Contact") == ["<sip:alice@10.0.0.1:5060>;expires=3597"])
        #expect(stage.handling?.exchange.isRetransmission == true)
        #expect(stage.bindings(aor) == before)
    }

    @Test func movedAndRefreshedAreToldApart() throws {
        let stage = try Stage()
        var phone = Phone()
        _ = stage.send(phone.register())
        #expect(stage.bindings(aor).first?.facts.path.source.port == 5060)
        stage.source.port = 6000
        _ = stage.send(phone.register())
        let binding = stage.bindings(aor).first
        #expect(binding?.facts.path.source.port == 6000)
        #expect(binding?.facts.badges.contains(.nat) == true)
        #expect(binding?.facts.refreshes == 1)
    }

    @Test("RFC 3261 §10.3: all or nothing: a bad contact at any place leaves the table byte-equal")
    func atomicity() throws {
        let faults: [(String, String)] = [
            ("<sip:a@>", "unreadable"), ("<sip:b@h;x=\(String(repeating: "y", count: 600))>", "too long"),
            ("<sip:b@h>;expires=5", "too brief"), ("<sip:b@h>;q=7", "bad preference"),
            ("*", "mixed wildcard"),
            ("<sip:kept@h>", "CSeq too low"),
        ]
        for seed in UInt64(1)...20 {
            var random = SeededGenerator(seed: seed)
            let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 20))])
            var keeper = Phone(callID: "call-2")
            keeper.cseq = 100
            _ = stage.send(keeper.register(contacts: ["<sip:kept@h>"]))
            var phone = Phone(callID: "call-1")
            _ = stage.send(phone.register(contacts: ["<sip:old1@h>", "<sip:old2@h>"]))
            let before = stage.bindings(aor)
            var requests = 0
            let count = 1 + random.below(6)
            for place in 0...count {
                for (fault, name) in faults {
                    var contacts = (0..<count).map { number in
                        random.pick([
                            "<sip:new\(number)@h>", "<sip:old1@h>;expires=0", "<sip:old2@h>;expires=900",
                        ])
                    }
                    contacts.insert(fault, at: place)
                    var sender = name == "CSeq too low" ? Phone(callID: "call-2") : phone
                    requests += 1
                    sender.cseq = name == "CSeq too low" ? requests % 90 : 50 + requests
                    let answer = stage.send(sender.register(contacts: contacts))
                    #expect(answer.status >= 400, "seed \(seed): \(name) at \(place): \(answer)")
                    #expect(stage.bindings(aor) == before, "seed \(seed): \(name) at \(place)")
                    stage.advance(seconds: 0)
                }
            }
        }
    }
}
