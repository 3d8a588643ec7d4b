import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// The life of a subscription: RFC 6665 §4.2.1, §4.2.2, §4.4.
@Suite struct DialogTests {
    @Test(
        "RFC 6665 §4.2.1.2, §4.2.1.4: a refresh prolongs it and brings everything again, whatever the quiet time"
    )
    func refresh() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher, expires: 600)
        _ = stage.notified()
        stage.advance(seconds: 2)
        watcher.contact = "<sip:moved@10.0.0.1:5070>"
        let answer = stage.open(&watcher, expires: 900)
        #expect(answer.status == 200)
        #expect(answer.value("Expires") == "900")
        let notify = try #require(stage.notified())
        #expect(notify.state == "active;expires=900")
        #expect(notify.message.startLine == "NOTIFY sip:moved@10.0.0.1:5070 SIP/2.0")
        #expect(notify.message.value("CSeq") == "3 NOTIFY")
        let document = try notify.reginfo()
        #expect(document.isFull)
        #expect(document.version == 1)
        stage.advance(seconds: 899)
        #expect(stage.takeRequests().isEmpty)
    }

    @Test("RFC 6665 §4.2.2: at its end it is told terminated;reason=timeout, and is no more")
    func expiry() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher, expires: 60)
        _ = stage.notified()
        stage.advance(seconds: 60)
        let notify = try #require(stage.notified())
        #expect(notify.state == "terminated;reason=timeout")
        #expect(stage.send(watcher.subscribe()).status == 481)
        stage.advance(seconds: 60)
        #expect(stage.takeRequests().isEmpty)
    }

    @Test("RFC 6665 §4.1.2.3: Expires 0 ends it, with a last NOTIFY")
    func unsubscribe() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        _ = stage.notified()
        let answer = stage.open(&watcher, expires: 0)
        #expect(answer.value("Expires") == "0")
        #expect(stage.notified()?.state == "terminated;reason=timeout")
        #expect(stage.send(watcher.subscribe()).status == 481)
    }

    @Test("RFC 6665 §4.4.3: Expires 0 without a dialog asks once")
    func fetch() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register())
        var watcher = Subscriber()
        stage.open(&watcher, expires: 0)
        let notify = try #require(stage.notified())
        #expect(notify.state == "terminated;reason=timeout")
        #expect(try notify.reginfo().contacts.count == 1)
        stage.advance(seconds: 60)
        #expect(stage.takeRequests().isEmpty)
    }

    @Test(
        "RFC 6665 §4.2.2: a final error ends it, a 481 and any other",
        arguments: [481, 489, 405, 403, 500, 302]
    )
    func error(status: Int) throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        #expect(stage.notified(status) != nil)
        #expect(stage.send(watcher.subscribe()).status == 481)
    }

    @Test("RFC 6665 §4.2.2: silence ends it when Timer F does")
    func silence() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        for _ in 0..<30 { stage.advance(seconds: 1) }
        #expect(stage.takeRequests().count == 10, "sent again by Timer E")
        stage.advance(seconds: 3)
        #expect(stage.send(watcher.subscribe()).status == 481)
    }

    @Test("RFC 6665 §4.2.2: an error with Retry-After ends nothing; all is told again after that time")
    func retryAfter() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        _ = stage.notified(503, extra: ["Retry-After: 20 (busy)"])
        stage.advance(seconds: 19)
        #expect(stage.takeRequests().isEmpty)
        stage.advance(seconds: 1)
        let document = try #require(stage.notified()).reginfo()
        #expect(document.isFull)
        #expect(document.version == 1)
        #expect(stage.send(watcher.subscribe()).status == 200)
    }

    @Test("RFC 6665 §4.2.2: the next NOTIFY waits for the answer to the one before")
    func oneAtATime() throws {
        let stage = try Stage()
        var phone = Phone()
        var watcher = Subscriber()
        stage.open(&watcher)
        let first = try #require(stage.notified(nil))
        stage.send(phone.register())
        stage.send(watcher.subscribe())
        for _ in 0..<3 { stage.advance(.milliseconds(100)) }
        #expect(stage.takeRequests().isEmpty)
        stage.send(first.response(100))
        #expect(stage.takeRequests().isEmpty)
        stage.send(first.response())
        #expect(stage.handling?.isAdvanceWanted == true)
        stage.advance(.zero)
        #expect(try #require(stage.notified()).reginfo().contacts.count == 1)
    }

    @Test(
        "RFC 6665 §4.2.1.2: renewed by another way, a NOTIFY goes there at once, and the old one's silence ends nothing"
    )
    func renewedElsewhere() throws {
        let stage = try Stage()
        var phone = Phone()
        var watcher = Subscriber()
        stage.open(&watcher)
        #expect(stage.notified(nil) != nil, "nobody answers at the old port")
        stage.source.port = 6_000
        #expect(stage.open(&watcher).status == 200)
        let again = stage.takeRequests().filter { $0.destination.port == 6_000 }
        #expect(again.count == 1)
        for notify in again { stage.send(notify.response()) }
        stage.advance(seconds: 40)
        _ = stage.takeRequests()
        stage.send(phone.register())
        stage.advance(seconds: 10)
        #expect(try #require(stage.notified()).reginfo().contacts.count == 1)
    }

    @Test("RFC 5626 §5.3: NOTIFYs go back on the connection; when that is gone, none until a SUBSCRIBE comes")
    func connection() throws {
        let stage = try Stage()
        stage.transport = .tcp
        stage.source.port = 50_505
        var phone = Phone()
        var watcher = Subscriber()
        let answer = stage.open(&watcher)
        #expect(answer.value("Contact") == "<sip:10.0.0.254:5060;transport=tcp>")
        let notify = try #require(stage.notified(nil))
        #expect(notify.path.connection == ConnectionID(rawValue: 7))
        #expect(notify.message.value("Via")?.hasPrefix("SIP/2.0/TCP 10.0.0.254:5060;branch=") == true)
        stage.core.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        stage.send(phone.register())
        stage.advance(seconds: 60)
        #expect(stage.takeRequests().isEmpty)
        #expect(stage.open(&watcher).status == 200)
        #expect(try #require(stage.notified()).reginfo().contacts.count == 1)
    }

    @Test(
        "RFC 6665 §4.1.3: noresource where the domain is served no more, deactivated where it is not offered"
    )
    func policyChanges() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        _ = stage.notified()
        var silent = Domain.open("example.com")
        silent.subscriptions.isOffered = false
        stage.state.policy.update { $0 = Policy(domains: [silent]) }
        stage.advance(seconds: 1)
        #expect(stage.notified()?.state == "terminated;reason=deactivated")
        stage.state.policy.update { $0 = Policy(domains: [.open("example.com")]) }
        var other = Subscriber()
        other.callID = "watch-2"
        stage.open(&other)
        _ = stage.notified()
        stage.state.policy.update { $0 = Policy(domains: [.open("else.example")]) }
        stage.advance(seconds: 1)
        #expect(stage.notified()?.state == "terminated;reason=noresource")
    }

    @Test("RFC 6665 §8.2.1: an id other than the dialog's is no subscription here")
    func eventID() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        watcher.take(stage.send(watcher.subscribe(event: "reg;id=1")))
        #expect(stage.send(watcher.subscribe(event: "reg;id=2")).status == 481)
        #expect(stage.send(watcher.subscribe(event: "reg;x=y;id=1")).status == 200)
    }

    @Test func whatIsNoAnswerOfOursChangesNothing() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        let notify = try #require(stage.notified(nil))
        #expect(
            stage.send(notify.response(481).replacing("CSeq: 2 NOTIFY", with: "CSeq: 2 OPTIONS")).isSilence
        )
        #expect(
            stage.send(notify.response(481).replacing("branch=z9hG4bK", with: "branch=z9hG4bKx")).isSilence
        )
        #expect(stage.send(notify.response(481).replacing("SIP/2.0 481", with: "SIP/2.0 4x1")).isSilence)
        #expect(stage.send(watcher.subscribe()).status == 200)
    }

    @Test func aThousandSubscriptionsComeAndGo() throws {
        let stage = try Stage()
        var users: [Subscriber] = []
        for number in 0..<1_000 {
            var watcher = Subscriber("user\(number)")
            watcher.callID = "crowd-\(number)"
            #expect(stage.open(&watcher, expires: 60).status == 200)
            users.append(watcher)
        }
        for sent in stage.takeRequests() { stage.send(sent.response()) }
        stage.advance(seconds: 61)
        let last = stage.takeRequests()
        #expect(last.count == 1_000)
        #expect(last.allSatisfy { $0.state == "terminated;reason=timeout" })
        for sent in last { stage.send(sent.response()) }
        #expect(stage.send(users[0].subscribe()).status == 481)
    }

    @Test("A SUBSCRIBE that anybody may have sent brings no contents before a NOTIFY was answered from there")
    func unproved() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register())
        var watcher = Subscriber()
        #expect(watcher.take(stage.send(watcher.subscribe(expires: 600))).status == 200)
        stage.advance(.zero)
        let question = try #require(stage.notified(nil))
        #expect(question.state == "pending;expires=600")
        #expect(question.body.isEmpty)
        #expect(question.message.value("Content-Type") == nil)
        stage.advance(seconds: 40)
        #expect(stage.takeRequests().allSatisfy { $0.body.isEmpty }, "nobody answered")
        #expect(stage.send(watcher.subscribe()).status == 481, "and it is forgotten")

        var present = Subscriber()
        present.callID = "watch-2"
        stage.open(&present, expires: 600)
        let notify = try #require(stage.notified())
        #expect(notify.state == "active;expires=600")
        #expect(try notify.reginfo().isFull)
        stage.source.address = IPAddress(ipv4: 0x0a00_0063)
        present.take(stage.send(present.subscribe(expires: 600)))
        stage.advance(.zero)
        #expect(stage.notified()?.state == "pending;expires=600", "from elsewhere it is a stranger again")
        #expect(try stage.notified()?.reginfo().isFull == true)
    }

    @Test("Where passwords are asked for, or over a connection, the first NOTIFY has everything")
    func proved() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.transport = .tcp
        watcher.take(stage.send(watcher.subscribe(expires: 600)))
        stage.advance(.zero)
        #expect(stage.notified()?.state == "active;expires=600")

        let guarded = try Stage([try .closed("example.com", ["alice": "secret"])])
        var user = Subscriber()
        user.take(guarded.send(user.subscribe(expires: 600)))
        #expect(user.take(guarded.send(user.subscribe(expires: 600))).status == 200)
        guarded.advance(.zero)
        #expect(guarded.notified()?.state == "active;expires=600")
    }
}
