import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// Every change of a binding reaches the store, whoever wanted it, in the order of the changes (design §4, hop 10).
@Suite("Tickets for the store")
struct TicketTests {
    private let aor = "alice@example.com"
    private let store = FakeStore()

    private func stage(_ configure: (inout Domain) -> Void = { _ in }) throws -> Stage {
        var domain = Domain.open("example.com")
        configure(&domain)
        return try Stage([domain], store: store)
    }

    private func complete(_ stage: Stage, _ token: UInt64, _ committed: Bool) -> Answer {
        var (reply, request): ([UInt8], [UInt8]) = ([], [])
        _ = stage.core.complete(
            token,
            committed: committed,
            clock: stage.clock,
            reply: &reply,
            request: &request
        )
        return Answer(reply)
    }

    /// Registers and commits.
    @discardableResult
    private func register(_ stage: Stage, _ phone: inout Phone, expires: Int = 600) throws -> Binding {
        stage.send(phone.register(expires: expires))
        for ticket in store.take() { #expect(complete(stage, ticket.token, true).status == 200) }
        return try #require(stage.bindings(aor).last)
    }

    @Test("What expires is told with its texts, and nobody waits for it")
    func expiry() throws {
        let stage = try stage()
        var phone = Phone()
        let binding = try register(stage, &phone, expires: 60)
        stage.advance(seconds: 61)
        let ticket = try #require(store.take().first)
        #expect(ticket.token == 0 && ticket.by.isEmpty && ticket.changes.count == 1)
        let change = ticket.changes[0]
        #expect(change.cause == .expired && change.gone?.cause == .expired && change.gone?.at == stage.now)
        #expect(change.facts == binding.facts && change.texts == binding.texts)
        #expect(change.prior?.facts == binding.facts)
    }

    @Test("A mere refresh says nothing of texts, a change of them says both")
    func texts() throws {
        let stage = try stage()
        var phone = Phone()
        let first = try register(stage, &phone)
        stage.advance(seconds: 5)
        stage.send(phone.register(expires: 600))
        // Call-ID and contact are the same; nothing else is a text of the binding.
        var change = try #require(store.take().first?.changes.first)
        #expect(change.cause == .refreshed && change.texts == nil)
        #expect(change.prior?.texts == nil && change.prior?.facts == first.facts)
        #expect(change.facts.version == first.facts.version + 1)
        phone.userAgent = "Other/2"
        stage.send(phone.register(expires: 600))
        change = try #require(store.take().first?.changes.first)
        #expect(change.texts?.userAgent == Array("Other/2".utf8))
        #expect(change.prior?.texts == first.texts)
    }

    @Test("The end of a connection is told where the binding goes or ends earlier by it")
    func connections() throws {
        for (loss, cause) in [
            (ConnectionLoss.remove, Cause.connectionLost), (.shorten(20), .observed), (.keep, nil),
        ] {
            let stage = try stage { $0.connectionLoss = loss }
            stage.transport = .tcp
            stage.core.connectionOpened(stage.path.connection)
            var phone = Phone()
            try register(stage, &phone)
            stage.core.connectionClosed(stage.path.connection, at: stage.now)
            let changes = store.take().flatMap(\.changes)
            #expect(changes.map(\.cause) == [cause].compactMap { $0 })
            if cause == .observed {
                #expect(changes[0].facts.expiresAt == stage.now + .seconds(20) && changes[0].gone == nil)
            }
        }
    }

    @Test("A phone that answers no ping is told of when it goes, not ping by ping")
    func silence() throws {
        let stage = try stage { $0.ping = PingPolicy(interval: 60, removeAfter: 2) }
        var phone = Phone()
        try register(stage, &phone, expires: 3_600)
        for _ in 0..<400 where !stage.bindings(aor).isEmpty { stage.advance(seconds: 1) }
        #expect(stage.bindings(aor).isEmpty)
        let changes = store.take().flatMap(\.changes)
        #expect(changes.map(\.cause) == [.silent])
        #expect(changes[0].gone?.cause == .silent && changes[0].texts?.aor == Array(aor.utf8))
    }

    @Test("Operators' acts and their undo carry the operator's name")
    func operators() throws {
        let stage = try stage()
        let desk = OperatorDesk(stage.state)
        var phone = Phone()
        let binding = try register(stage, &phone)
        let outcome = desk.perform(
            command(.evict([stage.target(binding)], refuseFor: nil)),
            clock: stage.clock
        ) { _ in true }
        let eviction = try #require(store.take().first)
        #expect(eviction.by == "kl@198.51.100.7" && eviction.token & OperatorDesk.tokenBit != 0)
        #expect(eviction.changes.map(\.cause) == [.evictedByOperator])
        let id = try #require(outcome.id)
        _ = desk.perform(command(.undo(id)), clock: stage.clock) { _ in true }
        let undo = try #require(store.take().first)
        #expect(undo.by == "kl@198.51.100.7" && undo.changes.map(\.cause) == [.restored])
        #expect(undo.changes.first?.facts.id == stage.bindings(aor).first?.facts.id)
        #expect(undo.changes.first?.texts == binding.texts)
        for ticket in [eviction, undo] {
            guard case .settled = desk.complete(ticket.token, committed: true, at: stage.now) else {
                Issue.record("not settled")
                return
            }
        }
    }

    @Test(
        "Acts are refused while the store is in trouble, for they would not last; the policy blocks all the same"
    )
    func trouble() throws {
        let stage = try stage()
        var phone = Phone()
        let binding = try register(stage, &phone)
        store.fail("the disk is full")
        let target = stage.target(binding)
        let waiting = OperatorDesk(stage.state, waitsForStore: true)
        #expect(waiting.storeTrouble == "the disk is full")
        let refused = waiting.perform(command(.expire([target])), clock: stage.clock) { _ in true }
        #expect(refused.refusal?.contains("the disk is full") == true)
        #expect(stage.bindings(aor).count == 1)
        var block = command(.block(.aor(Array(aor.utf8)), for: nil))
        let wanted = waiting.perform(block, clock: stage.clock) { _ in true }
        #expect(wanted.refusal?.contains("the disk is full") == true)
        #expect(waiting.blocks(at: stage.now).isEmpty)
        block.by = .policy
        #expect(waiting.perform(block, clock: stage.clock) { _ in true }.refusal == nil)
        let going = OperatorDesk(stage.state)
        let done = going.perform(command(.expire([target])), clock: stage.clock) { _ in true }
        #expect(done.refusal == nil && stage.bindings(aor).isEmpty)
    }

    @Test("A copy that is answered anew waits for the change that it repeats")
    func repetition() throws {
        // Room for one stored reply, so that the first is forgotten.
        let stage = try Stage(store: store, replyBytes: 2_048)
        var phone = Phone()
        let text = phone.register()
        stage.send(text)
        var others = (0..<40).map { Phone("user\($0)", callID: "other-\($0)") }
        for index in others.indices { stage.send(others[index].register()) }
        let first = store.take()
        // From elsewhere, so that the transaction is another one.
        stage.source.port = 7_001
        #expect(stage.send(text).isSilence)
        let copy = try #require(store.take().first)
        #expect(copy.changes.isEmpty && copy.token != 0)
        #expect(complete(stage, first[0].token, false).status == 500)
        #expect(complete(stage, copy.token, true).status == 500, "what it repeats was not committed")
        for ticket in first.dropFirst() { #expect(complete(stage, ticket.token, true).status == 200) }
        #expect(stage.core.withheldCount == 0)
    }

    @Test("A reply that waits is given with its request, and slots are used again")
    func requests() throws {
        let stage = try Stage(store: store)
        var phone = Phone()
        for _ in 0..<100 {
            let text = phone.register()
            stage.send(text)
            let token = try #require(store.take().first?.token)
            #expect(token & 0xffff == 0)
            var (reply, request): ([UInt8], [UInt8]) = (Array("x".utf8), Array("y".utf8))
            let handling = stage.core.complete(
                token,
                committed: true,
                clock: stage.clock,
                reply: &reply,
                request: &request
            )
            #expect(String(decoding: request, as: UTF8.self) == "y" + text)
            #expect(handling?.replyCount == reply.count - 1)
            #expect(Answer(Array(reply.dropFirst())).status == 200)
        }
    }
}
