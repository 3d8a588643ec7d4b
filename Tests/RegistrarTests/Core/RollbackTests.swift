import BindingTable
import Registrar
import SIPMessage
import Support
import Testing
import Timing

/// What the store could not commit is taken back: what is left is what was promised (RFC 3261 §10.3 step 7).
@Suite("Taking back")
struct RollbackTests {
    private let aor = "alice@example.com"

    private func fail(_ stage: Stage, _ tickets: [CommitTicket]) {
        for ticket in tickets {
            var (reply, request): ([UInt8], [UInt8]) = ([], [])
            _ = stage.core.complete(
                ticket.token,
                committed: false,
                clock: stage.clock,
                reply: &reply,
                request: &request
            )
        }
    }

    private func settle(_ stage: Stage, _ tickets: [CommitTicket]) {
        for ticket in tickets {
            var (reply, request): ([UInt8], [UInt8]) = ([], [])
            _ = stage.core.complete(
                ticket.token,
                committed: true,
                clock: stage.clock,
                reply: &reply,
                request: &request
            )
        }
    }

    @Test("Two changes that fail one after the other leave what was before both")
    func chain() throws {
        let store = FakeStore()
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        settle(stage, store.take())
        let before = try #require(stage.bindings(aor).first)
        phone.userAgent = "Changed/1"
        stage.send(phone.register(expires: 300))
        phone.userAgent = "Changed/2"
        stage.send(phone.register(expires: 200))
        fail(stage, store.take())
        let after = try #require(stage.bindings(aor).first)
        #expect(after.texts == before.texts)
        #expect(after.facts.expiresAt == before.facts.expiresAt && after.facts.cseq == before.facts.cseq)
        #expect(after.facts.refreshes == before.facts.refreshes)
    }

    @Test("A binding that was made and changed in vain is gone")
    func addition() throws {
        let store = FakeStore()
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        stage.send(phone.register(expires: 300))
        fail(stage, store.take())
        #expect(stage.bindings(aor).isEmpty)
    }

    @Test("A removal that failed comes back although its phone has registered anew in vain")
    func removal() throws {
        let store = FakeStore()
        let stage = try Stage(store: store)
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        settle(stage, store.take())
        let before = try #require(stage.bindings(aor).first)
        stage.send(phone.register(contacts: ["*"], expires: 0))
        stage.send(phone.register(expires: 300))
        fail(stage, store.take())
        let after = stage.bindings(aor)
        #expect(after.map(\.texts) == [before.texts])
        #expect(after.first?.facts.expiresAt == before.facts.expiresAt)
    }

    @Test("What comes back leans on its connection again, or is marked if that has ended")
    func connections() throws {
        for isOpen in [true, false] {
            let store = FakeStore()
            var domain = Domain.open("example.com")
            domain.connectionLoss = .remove
            let stage = try Stage([domain], store: store)
            stage.transport = .tcp
            let connection = stage.path.connection
            stage.core.connectionOpened(connection)
            var phone = Phone()
            stage.send(phone.register(expires: 600))
            settle(stage, store.take())
            stage.send(phone.register(contacts: ["*"], expires: 0))
            if !isOpen { stage.core.connectionClosed(connection, at: stage.now) }
            fail(stage, store.take())
            #expect(
                stage.bindings(aor).map(\.facts.reachability.connection) == [isOpen ? .live : .gone]
            )
            guard isOpen else { continue }
            stage.core.connectionClosed(connection, at: stage.now)
            #expect(stage.bindings(aor).isEmpty, "it went with the connection, so it leant on it")
        }
    }

    @Test(
        "What the store is told adds up to the table, whatever happens in whatever order",
        arguments: 0..<12
    )
    func sameAsTable(seed: Int) throws {
        // A third of the courses has no failures: then each change must follow the one before.
        let failures = seed % 3 == 0 ? 0 : 40
        let store = ForgetfulStore(seed: UInt64(seed), failures: failures)
        var domain = Domain.open("example.com")
        domain.connectionLoss = [.remove, .shorten(20), .keep][seed % 3]
        let stage = try Stage([domain], store: store)
        let desk = OperatorDesk(stage.state)
        var course = Course(seed: UInt64(seed) &+ 100, stage: stage, desk: desk)
        for _ in 0..<1_500 {
            course.step()
            if course.random.below(3) == 0 { course.answer(store.takeAnswers(course.random.below(6))) }
        }
        course.answer(store.takeAnswers())
        #expect(store.takeAnswers().isEmpty)
        #expect(stage.core.withheldCount == 0)
        #expect(store.faults.isEmpty, "\(store.faults.prefix(3))")
        var table: [BindingID: ForgetfulStore.Row] = [:]
        for index in 0..<BindingTable.partitionCount {
            stage.state.table.withPartition(at: index) { partition in
                var found: [BindingID] = []
                var slot: UInt32? = 0
                while let from = slot {
                    slot = partition.visit(from: from, limit: 64) { found.append($0.id) }
                }
                for id in found {
                    guard let binding = partition.binding(id) else { continue }
                    let facts = ForgetfulStore.plain(binding.facts)
                    table[id] = ForgetfulStore.Row(facts: facts, texts: binding.texts)
                }
            }
        }
        let stored = store.rows
        let stale = stored.keys.filter { table[$0] == nil }
        #expect(stale.isEmpty, "\(stale.count) rows are kept of bindings that left")
        for (id, row) in table where stored[id] != row { Issue.record("\(id.rawValue) is kept otherwise") }
    }
}

/// Phones, operators and time at random.
private struct Course {
    var random: SeededGenerator
    let stage: Stage
    let desk: OperatorDesk
    private var phones = (0..<6).map { Phone("user\($0)", callID: "call-\($0)") }
    private var acts: [CommandID] = []

    init(seed: UInt64, stage: Stage, desk: OperatorDesk) {
        random = SeededGenerator(seed: seed)
        self.stage = stage
        self.desk = desk
        for number in 1...3 { stage.core.connectionOpened(ConnectionID(rawValue: UInt64(number))) }
    }

    mutating func step() {
        switch random.below(20) {
        case 0..<12: register()
        case 12..<14: stage.advance(seconds: random.below(40))
        case 14:
            let connection = ConnectionID(rawValue: UInt64(1 + random.below(3)))
            stage.core.connectionClosed(connection, at: stage.now)
            stage.core.connectionOpened(connection)
        case 15..<18: evict()
        default: undo()
        }
    }

    private mutating func register() {
        let index = random.below(phones.count)
        stage.transport = random.below(2) == 0 ? .udp : .tcp
        stage.connection = ConnectionID(rawValue: UInt64(1 + random.below(3)))
        stage.source.port = UInt16(5_060 + random.below(3))
        phones[index].userAgent = "Agent/\(random.below(2))"
        if random.below(6) == 0 {
            stage.send(phones[index].register(contacts: ["*"], expires: 0))
        } else {
            let contact = "<sip:c\(random.below(3))@10.0.0.1>"
            stage.send(phones[index].register(contacts: [contact], expires: 60 + random.below(60)))
        }
    }

    private mutating func evict() {
        let user = random.below(phones.count)
        let targets = stage.bindings("user\(user)@example.com").map(stage.target)
        guard !targets.isEmpty else { return }
        let outcome = desk.perform(command(.evict(targets, refuseFor: nil)), clock: stage.clock) { _ in true }
        if let id = outcome.id { acts.append(id) }
    }

    private mutating func undo() {
        guard !acts.isEmpty else { return }
        let act = acts.remove(at: random.below(acts.count))
        _ = desk.perform(command(.undo(act)), clock: stage.clock) { _ in true }
    }

    func answer(_ answers: [(token: UInt64, committed: Bool)]) {
        for (token, committed) in answers {
            if token & OperatorDesk.tokenBit != 0 {
                desk.complete(token, committed: committed, at: stage.now)
                continue
            }
            var (reply, request): ([UInt8], [UInt8]) = ([], [])
            _ = stage.core.complete(
                token,
                committed: committed,
                clock: stage.clock,
                reply: &reply,
                request: &request
            )
            #expect(Answer(reply).status == (committed ? 200 : 500))
        }
    }
}
