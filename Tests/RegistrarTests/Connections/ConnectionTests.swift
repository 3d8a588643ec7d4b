import BindingTable
import Registrar
import SIPMessage
import Testing
import Timing

/// Bindings that came over a connection, and what becomes of them when it ends (RFC 5626 §5.3).
@Suite("Bindings and their connections")
struct ConnectionTests {
    private func stage(_ loss: ConnectionLoss) throws -> Stage {
        var domain = Domain.open("example.com")
        domain.connectionLoss = loss
        let stage = try Stage([domain])
        stage.transport = .tcp
        stage.core.connectionOpened(stage.path.connection)
        return stage
    }

    private func close(_ stage: Stage) { stage.core.connectionClosed(stage.path.connection, at: stage.now) }

    @Test("A binding over a connection is live, one over UDP has none")
    func live() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        #expect(stage.send(phone.register()).status == 200)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.live])
        stage.transport = .udp
        #expect(stage.send(phone.register(contacts: ["<sip:alice@10.0.0.9>"])).status == 200)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.live, .none])
    }

    @Test("keep: it stays until its own end, marked as gone, and its version as it was")
    func keep() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        let before = try #require(stage.bindings("alice@example.com").first)
        close(stage)
        let after = try #require(stage.bindings("alice@example.com").first)
        #expect(after.facts.reachability.connection == .gone)
        #expect(
            after.facts.expiresAt == before.facts.expiresAt && after.facts.version == before.facts.version
        )
    }

    @Test("shorten: it ends so many seconds later, by the ordinary path")
    func shorten() throws {
        let stage = try stage(.shorten(20))
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        close(stage)
        stage.advance(seconds: 19)
        #expect(stage.contacts("alice@example.com").count == 1)
        stage.advance(seconds: 1)
        #expect(stage.contacts("alice@example.com").isEmpty)
    }

    @Test("shorten never lengthens")
    func shortenOnly() throws {
        let stage = try stage(.shorten(7_000))
        var phone = Phone()
        stage.send(phone.register(expires: 600))
        let end = stage.bindings("alice@example.com").first?.facts.expiresAt
        close(stage)
        #expect(stage.bindings("alice@example.com").first?.facts.expiresAt == end)
    }

    @Test("remove: it goes with its connection, and the cause says so")
    func remove() throws {
        let stage = try stage(.remove)
        var phone = Phone()
        stage.send(phone.register())
        _ = stage.takeEvents()
        close(stage)
        #expect(stage.takeEvents() == ["removed(connection lost) sip:alice@10.0.0.1:5060"])
    }

    @Test(
        "RFC 3327 §5.3: a binding that is reached by its Path stays, whatever became of the proxy's connection"
    )
    func path() throws {
        let stage = try stage(.remove)
        var phone = Phone()
        let extra = ["Path: <sip:edge.example.com;lr>", "Supported: path"]
        #expect(stage.send(phone.register(extra: extra)).status == 200)
        close(stage)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.gone])
    }

    @Test("A binding that has come again over another connection is left alone")
    func movedOn() throws {
        let stage = try stage(.remove)
        var phone = Phone()
        stage.send(phone.register())
        let old = stage.path
        stage.transport = .udp
        stage.send(phone.register())
        stage.core.connectionClosed(old.connection, at: stage.now)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.none])
    }

    @Test("A refresh over a new connection makes a binding live again")
    func liveAgain() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        stage.send(phone.register())
        close(stage)
        stage.core.connectionOpened(stage.path.connection)
        stage.send(phone.register())
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.live])
        close(stage)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.gone])
    }

    @Test("An undo does not pretend that a connection which has ended is still there")
    func undo() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        stage.send(phone.register())
        let desk = OperatorDesk(stage.state)
        let by = OperatorIdentity(user: "kl", from: "local", terminal: "")
        let target = stage.target(try #require(stage.bindings("alice@example.com").first))
        func perform(_ verb: OperatorVerb) -> CommandOutcome {
            desk.perform(OperatorCommand(verb: verb, reason: "", by: by), clock: stage.clock) { _ in true }
        }
        let first = try #require(perform(.evict([target], refuseFor: nil)).id)
        _ = perform(.undo(first))
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.live])
        // What was put back leans on the connection as before.
        close(stage)
        let restored = try #require(stage.bindings("alice@example.com").first)
        #expect(restored.facts.reachability.connection == .gone)
        let second = try #require(perform(.evict([stage.target(restored)], refuseFor: nil)).id)
        _ = perform(.undo(second))
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.gone])
    }

    @Test("A phone that goes back and forth between two connections is named once or twice on each")
    func backAndForth() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        let other = ConnectionID(rawValue: 8)
        stage.core.connectionOpened(other)
        for turn in 0..<200 {
            stage.connection = turn % 2 == 0 ? ConnectionID(rawValue: 7) : other
            #expect(stage.send(phone.register()).status == 200)
        }
        #expect(stage.state.connections.names(on: other) <= 17)
        stage.core.connectionClosed(ConnectionID(rawValue: 7), at: stage.now)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.live])
        stage.core.connectionClosed(other, at: stage.now)
        #expect(stage.bindings("alice@example.com").map(\.facts.reachability.connection) == [.gone])
    }

    @Test("A refresh names nobody anew: a proxy's connection may carry thousands of phones")
    func refreshes() throws {
        let stage = try stage(.keep)
        var phone = Phone()
        for _ in 0..<50 { #expect(stage.send(phone.register()).status == 200) }
        #expect(stage.state.connections.names(on: stage.path.connection) == 1)
    }

    @Test("A connection remembers no more bindings than live on it, however often they come and go")
    func bounded() throws {
        let stage = try stage(.remove)
        var phone = Phone()
        for index in 0..<2_000 {
            let contact = "<sip:alice@10.0.0.1:\(index + 1_024)>"
            #expect(stage.send(phone.register(contacts: [contact])).status == 200)
            #expect(stage.send(phone.register(contacts: [contact], expires: 0)).status == 200)
        }
        #expect(stage.state.connections.names(on: stage.path.connection) <= 33)
    }
}
