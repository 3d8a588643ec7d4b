import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// What a subscriber is told, and when: RFC 3680 §4.7 to §4.10, RFC 6665 §4.2.2.
@Suite struct NotifyTests {
    /// A stage with a registered phone and a subscriber who has had the first NOTIFY.
    private struct Watched {
        let stage: Stage
        var phone = Phone()
        var watcher = Subscriber()

        init(_ domain: Domain = .open("example.com"), isRegistered: Bool = true) throws {
            stage = try Stage([domain])
            if isRegistered { stage.send(phone.register()) }
            stage.open(&watcher)
            let first = stage.notified()
            #expect(first != nil)
        }

        /// Lets the quiet time pass.
        func rest() { stage.advance(seconds: 6) }

        func remove(_ cause: Cause) throws {
            let binding = try #require(stage.bindings("alice@example.com").first)
            let nothing: [UInt8] = []
            stage.state.table.withPartition(at: binding.facts.id.partition) { partition in
                _ = partition.apply(
                    [.remove(binding.facts.id, cause)],
                    aor: nothing.span,
                    texts: nothing.span,
                    at: stage.now
                )
            }
        }

        func block(_ subject: BlockSubject, seconds: Int?) {
            let block = Block(
                subject: subject,
                until: seconds.map { stage.now + .seconds($0) },
                reason: "",
                by: OperatorIdentity(user: "op", from: "local", terminal: ""),
                since: stage.now
            )
            stage.state.policy.update { _ = $0.blocks.insert(block) }
        }
    }

    @Test("RFC 3680 §4.7.2: the first NOTIFY tells everything, with version 0")
    func firstIsFull() throws {
        let stage = try Stage()
        var phone = Phone()
        stage.send(phone.register(contacts: ["<sip:a@h1>;q=0.3;+sip.instance=\"<urn:x>\"", "<sip:a@h2>"]))
        stage.advance(seconds: 10)
        var watcher = Subscriber()
        stage.open(&watcher)
        let notify = try #require(stage.notified())
        let document = try notify.reginfo()
        #expect(document.version == 0)
        #expect(document.isFull)
        #expect(document.state == "active")
        #expect(document.contacts.map(\.uri).sorted() == ["sip:a@h1", "sip:a@h2"])
        let first = try #require(document.contacts.first { $0.uri == "sip:a@h1" })
        #expect(first["event"] == "registered")
        #expect(first["expires"] == "3590")
        #expect(first["duration-registered"] == "10")
        #expect(first["callid"] == "call-1")
        #expect(first["cseq"] == "1")
        #expect(first["q"] == "0.3")
        #expect(first.parameters == [Reginfo.Parameter("+sip.instance", "\"<urn:x>\"")])
    }

    @Test("RFC 6665 §4.2.2, RFC 3261 §12.2.1.1: NOTIFY is a request within the dialog")
    func withinTheDialog() throws {
        let stage = try Stage()
        stage.source = Endpoint(address: IPAddress(ipv4: 0xc633_6407), port: 40_001)
        var watcher = Subscriber()
        watcher.contact = "\"W\" <sip:w@192.168.1.5:5062;ob?Subject=x>;expires=5"
        let extra = ["Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>", "Record-Route: <sip:p3;lr>"]
        let answer = watcher.take(stage.send(watcher.subscribe(event: "reg;id=7", extra: extra)))
        #expect(answer.values("Record-Route").count == 2)
        stage.advance(.zero)
        #expect(stage.notified()?.message.value("CSeq") == "1 NOTIFY", "is anybody there?")
        let notify = try #require(stage.notified())
        #expect(notify.destination == stage.source)
        #expect(notify.path.local == stage.local)
        let message = notify.message
        #expect(message.startLine == "NOTIFY sip:w@192.168.1.5:5062;ob SIP/2.0")
        #expect(message.values("Route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>", "<sip:p3;lr>"])
        #expect(message.value("From") == "<sip:alice@example.com>;tag=\(watcher.toTag ?? "")")
        #expect(message.value("To") == "<sip:alice@example.com>;tag=watcher")
        #expect(message.value("Call-ID") == "watch-1")
        #expect(message.value("CSeq") == "2 NOTIFY")
        #expect(message.value("Event") == "reg;id=7")
        #expect(message.value("Max-Forwards") == "70")
        #expect(message.value("Contact") == "<sip:10.0.0.254:5060>")
        #expect(message.value("Content-Type") == "application/reginfo+xml")
        #expect(message.value("Via")?.hasPrefix("SIP/2.0/UDP 10.0.0.254:5060;rport;branch=z9hG4bK") == true)
        #expect(message.value("Content-Length") == String(notify.body.utf8.count))
    }

    @Test("RFC 3261 §12.2.1.1: a strict router's URI is the Request-URI, the target ends the Route")
    func strictRouter() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.send(watcher.subscribe(extra: ["Record-Route: <sip:strict.example>, <sip:p2.example;lr>"]))
        stage.advance(.zero)
        let message = try #require(stage.notified()).message
        #expect(message.startLine == "NOTIFY sip:strict.example SIP/2.0")
        #expect(message.values("Route") == ["<sip:p2.example;lr>", "<sip:watcher@10.0.0.1:5060>"])
    }

    @Test("RFC 3680 §4.7.2: afterwards only what has changed, each version one higher")
    func partial() throws {
        var watched = try Watched()
        watched.rest()
        #expect(watched.stage.takeRequests().isEmpty, "nothing has changed")
        watched.stage.send(watched.phone.register(contacts: ["<sip:alice@10.0.0.2>"]))
        watched.stage.advance(seconds: 1)
        let added = try #require(watched.stage.notified()).reginfo()
        #expect(added.version == 1)
        #expect(!added.isFull)
        #expect(added.contacts.map(\.uri) == ["sip:alice@10.0.0.2"])
        #expect(added.contacts.first?["event"] == "registered")
        watched.rest()
        watched.stage.send(watched.phone.register())
        watched.stage.advance(seconds: 1)
        let refreshed = try #require(watched.stage.notified()).reginfo()
        #expect(refreshed.version == 2)
        #expect(refreshed.contacts.map(\.uri) == ["sip:alice@10.0.0.1:5060"])
        #expect(refreshed.contacts.first?["event"] == "refreshed")
        #expect(refreshed.state == "active")
    }

    @Test("RFC 3680 §5.1: a contact keeps its id as long as it lives, and none gets it after")
    func ids() throws {
        var watched = try Watched(isRegistered: false)
        var ids: [String] = []
        for expires in [60, 60, 0, 60] {
            watched.rest()
            watched.stage.send(watched.phone.register(expires: expires))
            watched.stage.advance(seconds: 1)
            ids.append(try #require(watched.stage.notified()).reginfo().contacts.first?["id"] ?? "")
        }
        #expect(ids[0] == ids[1])
        #expect(ids[1] == ids[2])
        #expect(ids[3] != ids[0])
    }

    @Test("RFC 3680 §4.7.1: init without a contact, terminated when the last has gone")
    func registrationStates() throws {
        let stage = try Stage()
        var watcher = Subscriber()
        stage.open(&watcher)
        #expect(try #require(stage.notified()).reginfo().state == "init")
        stage.advance(seconds: 6)
        var phone = Phone()
        stage.send(phone.register(expires: 100))
        stage.advance(seconds: 1)
        #expect(try #require(stage.notified()).reginfo().state == "active")
        stage.advance(seconds: 6)
        stage.send(phone.register(expires: 0))
        stage.advance(seconds: 1)
        let document = try #require(stage.notified()).reginfo()
        #expect(document.state == "terminated")
        #expect(document.contacts.first?["state"] == "terminated")
        #expect(document.contacts.first?["event"] == "unregistered")
    }

    @Test("RFC 3680 §4.10: no more often than every 5 s, and the first after a quiet time at once")
    func quietTime() throws {
        var watched = try Watched()
        let stage = watched.stage
        stage.send(watched.phone.register())
        var sentAt: [Int] = []
        for second in 1...20 {
            stage.advance(seconds: 1)
            if stage.notified() != nil { sentAt.append(second) }
            stage.send(watched.phone.register())
        }
        #expect(sentAt == [5, 10, 15, 20])
        stage.advance(seconds: 30)
        _ = stage.notified()
        stage.advance(seconds: 30)
        stage.send(watched.phone.register())
        stage.advance(seconds: 1)
        #expect(stage.notified() != nil)
    }

    @Test(
        "RFC 3680 §4.7.1: what each way of leaving is called",
        arguments: [
            (Cause.unregistered, "unregistered"), (.displaced, "unregistered"), (.expired, "expired"),
            (.expiredByOperator, "expired"), (.evictedByOperator, "deactivated"), (.silent, "deactivated"),
            (.connectionLost, "deactivated"), (.rolledBack, "deactivated"),
        ]
    )
    func causes(cause: Cause, event: String) throws {
        let watched = try Watched()
        watched.rest()
        try watched.remove(cause)
        watched.stage.advance(seconds: 1)
        let document = try #require(watched.stage.notified()).reginfo()
        #expect(document.contacts.first?["event"] == event)
        #expect(document.contacts.first?["retry-after"] == nil)
        #expect(document.contacts.first?.uri == "sip:alice@10.0.0.1:5060")
    }

    @Test("RFC 3680 §4.7.1: evicted and kept out for a time is probation with retry-after")
    func probation() throws {
        for subject in [
            BlockSubject.aor(Array("alice@example.com".utf8)), .source(IPAddress(ipv4: 0x0a00_0001)),
        ] {
            let watched = try Watched()
            watched.rest()
            try watched.remove(.evictedByOperator)
            watched.block(subject, seconds: 600)
            watched.stage.advance(seconds: 1)
            let contact = try #require(watched.stage.notified()).reginfo().contacts.first
            #expect(contact?["event"] == "probation")
            #expect(contact?["retry-after"] == "599")
        }
    }

    @Test("RFC 3680 §4.7.1: evicted and kept out until somebody relents is rejected")
    func rejected() throws {
        let watched = try Watched()
        watched.rest()
        try watched.remove(.evictedByOperator)
        watched.block(.aor(Array("alice@example.com".utf8)), seconds: nil)
        watched.stage.advance(seconds: 1)
        #expect(try #require(watched.stage.notified()).reginfo().contacts.first?["event"] == "rejected")
    }

    @Test("RFC 3680 §4.7.1: a binding whose time is over is expired, even before it is buried")
    func expired() throws {
        var domain = Domain.open("example.com")
        domain.expiry = ExpiryPolicy(standard: 60, minimum: 60, jitterPercent: 0)
        let watched = try Watched(domain)
        watched.stage.advance(seconds: 61)
        let document = try #require(watched.stage.notified()).reginfo()
        #expect(document.state == "terminated")
        #expect(document.contacts.first?["event"] == "expired")
    }

    @Test("RFC 3680 §4.7.1: an end that the registrar brings nearer is shortened, with what is left")
    func shortened() throws {
        let watched = try Watched()
        watched.rest()
        let binding = try #require(watched.stage.bindings("alice@example.com").first)
        let nothing: [UInt8] = []
        let end = watched.stage.now + .seconds(61)
        watched.stage.state.table.withPartition(at: binding.facts.id.partition) { partition in
            _ = partition.apply(
                [.observe(binding.facts.id, .connectionGone(until: end))],
                aor: nothing.span,
                texts: nothing.span,
                at: watched.stage.now
            )
        }
        watched.stage.advance(seconds: 1)
        let contact = try #require(watched.stage.notified()).reginfo().contacts.first
        #expect(contact?["event"] == "shortened")
        #expect(contact?["expires"] == "60")
    }

    @Test("RFC 3680 §4.7.1: what an operator's undo puts back is created")
    func created() throws {
        let watched = try Watched()
        watched.rest()
        let stage = watched.stage
        let binding = try #require(stage.bindings("alice@example.com").first)
        try watched.remove(.evictedByOperator)
        stage.advance(seconds: 1)
        #expect(stage.notified() != nil)
        watched.rest()
        let contact = Array("sip:alice@10.0.0.1:5060".utf8)
        let whole = ByteRange(start: 0, count: UInt16(contact.count))
        stage.state.table.withPartition(at: binding.facts.id.partition) { partition in
            _ = partition.apply(
                [.add(binding.facts, BindingTextRanges(contact: whole, callID: whole), .restored)],
                aor: binding.texts.aor.span,
                texts: contact.span,
                at: stage.now
            )
        }
        stage.advance(seconds: 1)
        #expect(try #require(stage.notified()).reginfo().contacts.first?["event"] == "created")
    }

    @Test("RFC 3680 §3.1: a phone that an operator evicts is told within a second")
    func operatorActs() throws {
        let me = OperatorIdentity(user: "op", from: "local", terminal: "")
        for (length, event) in [(Interval?.none, "deactivated"), (.seconds(600), "probation")] {
            let watched = try Watched()
            watched.rest()
            let stage = watched.stage
            let desk = OperatorDesk(stage.state)
            let target = stage.target(try #require(stage.bindings("alice@example.com").first))
            let verb = OperatorVerb.evict([target], refuseFor: length)
            let command = OperatorCommand(verb: verb, reason: "", by: me)
            let outcome = desk.perform(command, clock: stage.clock) { _ in true }
            #expect(outcome.count(.done) == 1)
            stage.advance(seconds: 1)
            #expect(try #require(stage.notified()).reginfo().contacts.first?["event"] == event)
        }
    }

    @Test func anObservationIsNoNews() throws {
        let watched = try Watched()
        watched.rest()
        let binding = try #require(watched.stage.bindings("alice@example.com").first)
        let nothing: [UInt8] = []
        watched.stage.state.table.withPartition(at: binding.facts.id.partition) { partition in
            _ = partition.apply(
                [.observe(binding.facts.id, .answered(roundTrip: 5))],
                aor: nothing.span,
                texts: nothing.span,
                at: watched.stage.now
            )
        }
        watched.rest()
        #expect(watched.stage.takeRequests().isEmpty)
    }

    @Test func moreContactsThanADocumentHoldsComeInSeveral() throws {
        let stage = try Stage([.open("example.com", contacts: ContactPolicy(maximum: 200))])
        var phone = Phone()
        for slice in 0..<20 {
            let contacts = (0..<8).map { number in
                "<sip:alice@10.0.0.1:\(1_000 + slice * 8 + number);x=\(String(repeating: "y", count: 400))>"
            }
            #expect(stage.send(phone.register(contacts: contacts)).status == 200)
        }
        var watcher = Subscriber()
        stage.open(&watcher)
        var told: Set<String> = []
        for round in 0..<4 {
            guard let document = try stage.notified()?.reginfo() else { break }
            #expect(document.isFull == (round == 0))
            told.formUnion(document.contacts.map(\.uri))
            stage.advance(seconds: 6)
        }
        #expect(told.count == 160)
    }
}
