import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// What a SUBSCRIBE is answered: RFC 6665 §4.2.1, RFC 3680 §4.
@Suite struct SubscribeTests {
    private func refusal(
        _ stage: Stage,
        _ message: String,
        _ status: Int,
        _ reason: RefusalReason,
        sourceLocation: SourceLocation = #_sourceLocation,
    ) -> Answer {
        let answer = stage.send(message)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(stage.handling?.exchange.refusal == reason, sourceLocation: sourceLocation)
        stage.advance(.zero)
        #expect(stage.takeRequests().isEmpty, sourceLocation: sourceLocation)
        return answer
    }

    @Test("RFC 6665 §4.2.1.1: 200 with Expires, Contact and our tag, then a NOTIFY at once")
    func accepted() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        let answer = stage.open(&watcher, expires: 600)
        #expect(answer.status == 200)
        #expect(answer.value("Expires") == "600")
        #expect(answer.value("Contact") == "<sip:10.0.0.254:5060>")
        #expect(answer.value("Allow-Events") == "reg")
        #expect(watcher.toTag?.count == 16)
        #expect(stage.handling?.isAdvanceWanted == true)
        let notify = try #require(stage.notified())
        #expect(notify.state == "active;expires=600")
    }

    @Test("RFC 3261 §7.3.1: folds within Event and Accept are blanks")
    func folds() throws {
        let stage = try Stage()
        var phone = Phone()
        let extra = [
            "Event: reg\r\n ;id=1", "Accept: application/sdp,\r\n application/reginfo+xml", "Expires: 600",
        ]
        phone.requestURI = "sip:alice@example.com"
        #expect(stage.send(phone.register(extra: extra, method: "SUBSCRIBE")).status == 200)
    }

    @Test("A source that asks too fast is told so before its password is looked at")
    func rate() throws {
        let stage = try Stage([try .closed("example.com", ["alice": "secret"])]) {
            $0.rates = RatePolicy(source: 1)
        }
        var phone = Phone()
        phone.requestURI = "sip:alice@example.com"
        var statuses: Set<Int> = []
        for _ in 0..<10 {
            statuses.insert(
                stage.send(phone.register(extra: ["Event: reg"], method: "SUBSCRIBE")).status
            )
        }
        #expect(statuses == [401, 503])
    }

    @Test("RFC 3680 §4.6: an administrator watches its own domain only, whatever To says and rules there are")
    func foreignDomain() throws {
        var domain = try Domain.closed("example.com", ["admin": "secret", "1001": "x"])
        domain.rules = AccessRules([
            AccessRule(
                network: try #require(IPNetwork("192.0.2.0/24")),
                action: .deny
            )
        ])
        domain.subscriptions = SubscriptionPolicy(administrators: [Array("admin".utf8)])
        let stage = try Stage([domain, try Domain.closed("other.com", ["1001": "y"])])
        var admin = Phone("admin")
        admin.to = "<sip:1001@other.com>"
        admin.requestURI = "sip:1001@example.com"
        let extra = ["Event: reg", "Expires: 600"]
        func subscribe() -> Answer { stage.send(admin.register(extra: extra, method: "SUBSCRIBE")) }
        admin.take(subscribe())
        #expect(subscribe().status == 200)
        stage.advance(.zero)
        let sent = stage.takeRequests().map(\.message.text)
        #expect(sent.count == 1 && sent.allSatisfy { $0.contains("aor=\"sip:1001@example.com\"") })
    }

    @Test("RFC 3680 §4.4: without Expires it lasts 3761 s; a long one is shortened")
    func duration() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        #expect(stage.open(&watcher).value("Expires") == "3761")
        var other = Subscriber()
        other.callID = "watch-2"
        #expect(stage.open(&other, expires: 90_000).value("Expires") == "7200")
    }

    @Test("RFC 6665 §8.3.2: 489 with Allow-Events to another package, or to none, byte for byte")
    func badEvent() throws {
        let stage = try Stage()
        for event in ["presence", "reg.winfo", "REG", "regs", nil] {
            var watcher = Subscriber()
            let answer = refusal(stage, watcher.subscribe(event: event), 489, .badEvent)
            #expect(answer.value("Allow-Events") == "reg")
        }
    }

    @Test("RFC 6665 §4.2.1.1: 423 with Min-Expires to one that is too short, but not to 0 or to an hour")
    func tooBrief() throws {
        var domain = Domain.open("example.com")
        domain.subscriptions = SubscriptionPolicy(shortest: 4_000)
        let stage = try Stage([domain])
        var watcher = Subscriber()
        let reason = RefusalReason.intervalTooBrief(asked: 59, minimum: 4_000)
        #expect(refusal(stage, watcher.subscribe(expires: 59), 423, reason).value("Min-Expires") == "4000")
        #expect(stage.send(watcher.subscribe(expires: 3_600)).value("Expires") == "3600")
        watcher.callID = "watch-2"
        #expect(stage.send(watcher.subscribe(expires: 0)).value("Expires") == "0")
    }

    @Test("RFC 3680 §4.5, RFC 3261 §21.4.7: 406 if Accept excludes application/reginfo+xml")
    func accept() throws {
        let stage = try Stage()
        let bad = ["application/pidf+xml", "", "application/reginfo+xml;q=0.0", "text/*, \"application/*\""]
        for accept in bad {
            var watcher = Subscriber()
            _ = refusal(stage, watcher.subscribe(extra: ["Accept: \(accept)"]), 406, .notAcceptable)
        }
        for (number, accept) in ["*/*", "application/*;q=0.1", "a/b, Application/Reginfo+XML"].enumerated() {
            var watcher = Subscriber()
            watcher.callID = "good-\(number)"
            #expect(stage.send(watcher.subscribe(extra: ["Accept: \(accept)"])).status == 200)
        }
    }

    @Test("RFC 3261 §12.2.2: 481 to one within a dialog that is not there")
    func noDialog() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        _ = stage.takeRequests()
        let tag = watcher.toTag
        for wrong in ["0123456789abcdef", "x"] {
            watcher.toTag = wrong
            _ = refusal(stage, watcher.subscribe(), 481, .noDialog)
        }
        watcher.toTag = tag
        watcher.tag = "other"
        _ = refusal(stage, watcher.subscribe(), 481, .noDialog)
        watcher.tag = "watcher"
        watcher.callID = "other"
        _ = refusal(stage, watcher.subscribe(), 481, .noDialog)
    }

    @Test("RFC 3261 §12.2.2: 500 to one out of order")
    func outOfOrder() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        watcher.cseq = 10
        stage.open(&watcher)
        _ = stage.takeRequests()
        watcher.cseq = 4
        _ = refusal(stage, watcher.subscribe(), 500, .cseqNotHigher(got: 5, have: 11))
    }

    @Test("RFC 3261 §17.2.2: one that comes again gets its answer again, and makes no second subscription")
    func retransmission() throws {
        let stage = try Stage([try .closed("example.com", ["alice": "secret"])])
        var watcher = Subscriber()
        watcher.take(stage.send(watcher.subscribe()))
        let message = watcher.subscribe()
        let answer = stage.send(message)
        #expect(answer.status == 200)
        #expect(stage.send(message).bytes == answer.bytes)
        #expect(stage.handling?.exchange.isRetransmission == true)
        stage.advance(.zero)
        #expect(stage.takeRequests().count == 1)
    }

    @Test("RFC 3680 §4.6: authenticated as a REGISTER is, the method being SUBSCRIBE")
    func authentication() throws {
        let stage = try Stage([try .closed("example.com", ["alice": "secret", "bob": "hunter2"])])
        var watcher = Subscriber()
        let challenge = stage.send(watcher.subscribe())
        #expect(challenge.status == 401)
        #expect(challenge.value("WWW-Authenticate")?.contains("realm=\"example.com\"") == true)
        watcher.take(challenge)
        #expect(stage.open(&watcher).status == 200)
        var liar = Subscriber(password: "wrong")
        liar.callID = "watch-2"
        liar.take(stage.send(liar.subscribe()))
        #expect(stage.send(liar.subscribe()).status == 401)
        #expect(stage.handling?.exchange.refusal == .wrongPassword)
    }

    @Test("RFC 3680 §4.6: of another's registration only an administrator learns")
    func authorization() throws {
        var domain = try Domain.closed("example.com", ["alice": "secret", "bob": "secret", "root": "secret"])
        domain.subscriptions.administrators = [Array("root".utf8)]
        let stage = try Stage([domain])
        var bob = Subscriber("bob", watching: "alice@example.com")
        bob.take(stage.send(bob.subscribe()))
        _ = refusal(stage, bob.subscribe(), 403, .notAllowedForAOR)
        var root = Subscriber("root", watching: "alice@example.com")
        root.callID = "watch-2"
        root.take(stage.send(root.subscribe()))
        #expect(stage.open(&root).status == 200)
        var lost = Subscriber("root", watching: "nobody@example.com")
        lost.callID = "watch-3"
        lost.take(stage.send(lost.subscribe()))
        #expect(stage.notified() != nil)
        _ = refusal(stage, lost.subscribe(), 404, .unknownAOR)
    }

    @Test("RFC 3261 §10.3 step 4: an address of record that is blocked does not watch itself")
    func blocked() throws {
        let block = Block(
            subject: .aor(Array("alice@example.com".utf8)),
            until: nil,
            reason: "",
            by: OperatorIdentity(user: "op", from: "local", terminal: ""),
            since: .zero
        )
        let stage = try Stage { $0.blocks.insert(block) }
        var watcher = Subscriber()
        _ = refusal(stage, watcher.subscribe(), 403, .blockedAOR(seconds: 0))
    }

    @Test("RFC 6665 §8.1.1: exactly one SIP Contact must be there, and an address of record be meant")
    func contactAndTarget() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        watcher.contact = nil
        _ = refusal(stage, watcher.subscribe(), 400, .missing(.contact))
        for contact in ["*", "<tel:+49301234>", "<sip:a@h>, <sip:b@h>"] {
            watcher.contact = contact
            #expect(stage.send(watcher.subscribe()).status == 400)
        }
        watcher.contact = "<sip:a@h>"
        watcher.requestURI = "sip:example.com"
        _ = refusal(stage, watcher.subscribe(), 404, .unknownAOR)
        watcher.requestURI = "sip:alice@elsewhere.example"
        _ = refusal(stage, watcher.subscribe(), 404, .notOurDomain)
    }

    @Test("RFC 3261 §21.4.6: 405 where the domain does not offer it, and Allow says so")
    func notOffered() throws {
        var domain = Domain.open("example.com")
        domain.subscriptions.isOffered = false
        let stage = try Stage([domain])
        var watcher = Subscriber()
        let answer = refusal(stage, watcher.subscribe(), 405, .methodNotAllowed)
        #expect(answer.value("Allow") == "REGISTER, OPTIONS")
        var phone = Phone()
        let options = stage.send(phone.register(contacts: [], method: "OPTIONS"))
        #expect(options.value("Allow") == "REGISTER, OPTIONS")
        #expect(options.value("Allow-Events") == nil)
    }

    @Test func subscriptionsToAnAddressOfRecordAreBounded() throws {
        var domain = Domain.open("example.com")
        domain.subscriptions.maximum = 2
        let stage = try Stage([domain])
        for number in 0..<2 {
            var watcher = Subscriber()
            watcher.callID = "many-\(number)"
            #expect(stage.open(&watcher).status == 200)
        }
        _ = stage.takeRequests()
        var third = Subscriber()
        third.callID = "many-3"
        _ = refusal(stage, third.subscribe(), 403, .tooManySubscriptions(limit: 2))
        #expect(stage.send(third.subscribe(expires: 0)).status == 200, "asking once takes no place")
        var bob = Subscriber("bob")
        bob.callID = "many-4"
        #expect(stage.open(&bob).status == 200)
    }

    @Test func theBytesOfADialogAreBounded() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        let routes = (0..<16).map {
            "Record-Route: <sip:\(String(repeating: "p", count: 300))\($0).example;lr>"
        }
        _ = refusal(stage, watcher.subscribe(extra: routes), 513, .messageTooLarge(limit: 4_096))
        let many = (0..<17).map { "Record-Route: <sip:p\($0).example;lr>" }
        #expect(stage.send(watcher.subscribe(extra: many)).status == 400)
    }

    @Test("RFC 3261 §8.2.2.2: the same SUBSCRIBE by another way is 482")
    func merged() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        let message = watcher.subscribe()
        #expect(stage.send(message).status == 200)
        let copy = message.replacing(";branch=z9hG4bK", with: ";branch=z9hG4bKother")
        #expect(stage.send(copy).status == 482)
    }
}
