import SIPMessage
import Testing
import Timing

@testable import Transport

/// Connections that we make, on loopback; nothing sleeps.
@Suite struct OutgoingConnectionTests {
    typealias Failures = Journal<Endpoint>

    /// What comes to the handler of the server that connects.
    private struct Seen {
        let messages = Journal<String>()
        let opened = Journal<ReceivedFrom>()
        let ended = Journal<(path: ReceivedFrom, end: ConnectionEnd)>()
        let failures = Failures()
    }

    private func caller(
        _ seen: Seen,
        listening: [String] = [],
        tls: TLSFiles? = nil,
        change: (inout OutgoingSettings) -> Void = { _ in },
    ) throws -> StreamServer<Never> {
        var outgoing = OutgoingSettings(authorities: TestFiles.path("authority.pem"))
        change(&outgoing)
        return try StreamServer(
            listening: listening.map { try ListenAddress(parsing: $0) },
            tls: tls,
            outgoing: outgoing,
            onSendFailure: { destination, _ in seen.failures.add(destination) }
        ) { _ in
            ScriptedHandler<Never>(
                onMessage: { _, text, _, _ in seen.messages.add(text) },
                onClosed: { path, end in seen.ended.add((path, end)) },
                onOpened: { path in seen.opened.add(path) },
            )
        }
    }

    private func message(_ text: String, to destination: Endpoint, _ transport: TransportKind = .tcp)
        -> Datagram
    {
        let path = ReceivedFrom(
            source: destination,
            local: Endpoint(address: IPAddress(ipv4: 0), port: 0),
            transport: transport,
            at: Timestamp(nanoseconds: 0)
        )
        return Datagram(bytes: Array(text.utf8), path: path)
    }

    @Test func oneConnectionIsMadeAndUsedAgain() throws {
        let paths = Journal<ReceivedFrom>()
        let server = try StreamServer(listening: [ListenAddress(parsing: "tcp:127.0.0.1:0")]) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, _ in paths.add(path) })
        }
        defer { server.stop() }
        let seen = Seen()
        let caller = try caller(seen)
        defer { caller.stop() }
        let destination = server.listeners[0].endpoint
        // All three before there is a connection: they wait, in order.
        for text in ["one", "two", "three"] {
            #expect(caller.send(message(framed(text), to: destination), connectingTo: nil))
        }
        let path = try #require(seen.opened.next())
        #expect(path.source == destination && path.transport == .tcp && path.connection != .none)
        #expect(path.local.address.isLoopback && path.local.port != 0)
        let first = try #require(paths.next())
        #expect(first.source == path.local)
        #expect(caller.path(of: path.connection)?.source == destination)
        #expect(caller.send(message(framed("four"), to: destination), connectingTo: nil))
        for text in ["two", "three", "four"] {
            #expect(paths.next()?.connection == first.connection, "\(text)")
        }
        #expect(seen.opened.waiting.isEmpty)
    }

    @Test func whatTheServerSaysComesToTheHandler() throws {
        let server = try StreamServer(listening: [ListenAddress(parsing: "tcp:127.0.0.1:0")]) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in output.reply(text, to: path) })
        }
        let seen = Seen()
        let caller = try caller(seen)
        defer { caller.stop() }
        let destination = server.listeners[0].endpoint
        #expect(caller.send(message(framed("hello"), to: destination), connectingTo: nil))
        #expect(seen.messages.next() == framed("hello"))
        #expect(caller.send(message(framed("again"), to: destination), connectingTo: nil))
        #expect(seen.messages.next() == framed("again"))
        let path = try #require(seen.opened.next())
        server.stop()
        let (ended, end) = try #require(seen.ended.next())
        #expect(ended.connection == path.connection && end == .peer)
        #expect(seen.failures.next() == destination, "who sent over it must know that it broke")
        // The next message tries anew, in vain.
        #expect(caller.send(message(framed("late"), to: destination), connectingTo: nil))
        #expect(seen.failures.next() == destination && seen.opened.waiting.isEmpty)
    }

    @Test func aConnectionThatAPeerMadeIsNotTaken() throws {
        let seen = Seen()
        let caller = try caller(seen, listening: ["tcp:127.0.0.1:0"])
        defer { caller.stop() }
        let client = try TCPClient(to: caller.listeners[0].endpoint)
        #expect(try seen.opened.next()?.source == client.endpoint)
        // Nobody listens where the client sends from.
        #expect(caller.send(message(framed("x"), to: try client.endpoint), connectingTo: nil))
        #expect(try seen.failures.next() == client.endpoint)
    }

    @Test func aRefusedConnectionIsToldOnce() throws {
        let seen = Seen()
        let caller = try caller(seen)
        defer { caller.stop() }
        let gone = try echoServer("tcp:127.0.0.1:0")
        let destination = gone.listeners[0].endpoint
        gone.stop()
        for text in ["one", "two"] {
            #expect(caller.send(message(framed(text), to: destination), connectingTo: nil))
        }
        #expect(seen.failures.next() == destination)
        caller.stop()
        #expect(seen.opened.waiting.isEmpty && seen.ended.waiting.isEmpty)
        #expect(!caller.send(message(framed("x"), to: destination), connectingTo: nil), "it has stopped")
    }

    @Test func aHandshakeThatDoesNotEndIsGivenUp() throws {
        // A TCP server that takes the connection and says nothing.
        let silent = try StreamServer(listening: [ListenAddress(parsing: "tcp:127.0.0.1:0")]) { _ in
            ScriptedHandler<Never>()
        }
        defer { silent.stop() }
        let seen = Seen()
        let caller = try caller(seen) { $0.connectTimeout = .milliseconds(300) }
        defer { caller.stop() }
        let destination = silent.listeners[0].endpoint
        #expect(caller.send(message(framed("x"), to: destination, .tls), connectingTo: "sip.example"))
        #expect(seen.failures.next() == destination)
        #expect(seen.opened.waiting.isEmpty && caller.counters[0].facts.failedHandshakes == 1)
    }

    @Test func theServersCertificateMustHaveTheName() throws {
        let server = try StreamServer(
            listening: [ListenAddress(parsing: "tls:127.0.0.1:0")],
            tls: TestFiles.server()
        ) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in output.reply(text, to: path) })
        }
        defer { server.stop() }
        let seen = Seen()
        let caller = try caller(seen)
        defer { caller.stop() }
        let destination = server.listeners[0].endpoint
        #expect(caller.send(message(framed("x"), to: destination, .tls), connectingTo: "sip.example"))
        #expect(seen.messages.next() == framed("x"))
        let path = try #require(seen.opened.next())
        #expect(path.transport == .tls && path.tls == .tls13)
        // Another name will not do, living connection or not.
        #expect(caller.send(message(framed("y"), to: destination, .tls), connectingTo: "other.example"))
        #expect(seen.failures.next() == destination)
        #expect(seen.messages.waiting.isEmpty && seen.opened.waiting.isEmpty)
        // The certificate has the address too, which counts where no name is known: over a connection of its own.
        for host in ["127.0.0.1", nil] {
            #expect(caller.send(message(framed("z"), to: destination, .tls), connectingTo: host))
            #expect(seen.messages.next() == framed("z"))
        }
        #expect(seen.opened.next()?.connection != path.connection && seen.opened.waiting.isEmpty)
    }

    @Test func aStrangersCertificateIsNotBelieved() throws {
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server())
        defer { server.stop() }
        let seen = Seen()
        let caller = try caller(seen) { $0.authorities = TestFiles.path("client-stranger.pem") }
        defer { caller.stop() }
        let destination = server.listeners[0].endpoint
        #expect(caller.send(message(framed("x"), to: destination, .tls), connectingTo: "sip.example"))
        #expect(seen.failures.next() == destination)
        // Other authorities count from the next connection on.
        try caller.reload(authorities: TestFiles.path("authority.pem"), showing: nil)
        #expect(caller.send(message(framed("x"), to: destination, .tls), connectingTo: "sip.example"))
        #expect(seen.opened.next() != nil)
    }

    @Test func aServerThatAsksSeesOurCertificate() throws {
        let peers = Journal<ConnectionPeer>()
        let server = try echoServer(
            "tls:127.0.0.1:0",
            tls: TestFiles.server(authorities: true, required: true),
            peers: peers
        )
        defer { server.stop() }
        let seen = Seen()
        let caller = try caller(seen, tls: TestFiles.server("client-dns"))
        defer { caller.stop() }
        let sent = message(framed("x"), to: server.listeners[0].endpoint, .tls)
        #expect(caller.send(sent, connectingTo: "sip.example"))
        #expect(peers.next()?.name != nil)
    }

    @Test func whatWaitsIsBounded() throws {
        let silent = try StreamServer(listening: [ListenAddress(parsing: "tcp:127.0.0.1:0")]) { _ in
            ScriptedHandler<Never>()
        }
        defer { silent.stop() }
        let seen = Seen()
        let caller = try caller(seen) {
            $0.maximumQueuedMessages = 3
            $0.maximumQueuedBytes = 1000
            $0.maximumConnecting = 2
        }
        defer { caller.stop() }
        let destination = silent.listeners[0].endpoint
        func send(_ text: String, as host: String = "a.example") -> Bool {
            caller.send(message(text, to: destination, .tls), connectingTo: host)
        }
        #expect(!send(String(repeating: "x", count: 1001)))
        #expect(send("1") && send("2") && !send(String(repeating: "x", count: 999)) && send("3"))
        #expect(!send("4"), "three wait already")
        #expect(send("1", as: "b.example") && !send("1", as: "c.example"), "two are being connected already")
    }

    @Test func someThingsAreRefusedAtOnce() throws {
        let seen = Seen()
        let caller = try caller(seen)
        defer { caller.stop() }
        let somewhere = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 5060)
        for transport in [TransportKind.udp, .ws, .wss] {
            #expect(!caller.send(message("x", to: somewhere, transport), connectingTo: nil))
        }
        #expect(
            !caller.send(message("x", to: Endpoint(address: somewhere.address, port: 0)), connectingTo: nil)
        )
        var gone = message("x", to: somewhere)
        gone.path.connection = ConnectionID(rawValue: .max)
        #expect(!caller.send(gone, connectingTo: nil), "a connection that is gone is not made anew")
        let without = try echoServer("tcp:127.0.0.1:0")
        defer { without.stop() }
        #expect(!without.send(message("x", to: somewhere), connectingTo: nil))
    }

    @Test func aServerMayTakeItsTimeToAnswer() throws {
        var watch = ConnectionWatch(openedAt: Timestamp(nanoseconds: 0), awaitsMessage: false)
        var settings = StreamSettings()
        settings.messageTimeout = .seconds(1)
        let later = Timestamp(nanoseconds: 60_000_000_000)
        #expect(watch.overdue(at: later, unsentBytes: 0, settings: settings) == nil)
        watch.hasRead(at: later, events: 0, pendingBytes: 5)
        #expect(
            watch.overdue(at: later + .seconds(2), unsentBytes: 0, settings: settings) == .slowMessage
        )
    }
}
