import NIOSSL
import SIPMessage
import Testing
import Timing

@testable import Transport

/// Real TLS connections on loopback against NIO's client side.
@Suite struct TLSServerTests {
    typealias Ends = Journal<(path: ReceivedFrom, end: ConnectionEnd)>

    @Test(
        "RFC 3261 §26.3.1, RFC 7525 §3.1.1: TLS 1.2 and 1.3",
        arguments: [(NIOSSL.TLSVersion.tlsv12, SIPMessage.TLSVersion.tls12), (.tlsv13, .tls13)]
    )
    func tellsTheVersion(offered: NIOSSL.TLSVersion, version: SIPMessage.TLSVersion) throws {
        let paths = Journal<ReceivedFrom>()
        let opened = Journal<ReceivedFrom>()
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(), paths: paths, opened: opened)
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint, maximum: offered)
        #expect(client.version == offered)
        #expect(try client.exchange(framed("one")))
        #expect(try client.exchange(framed(String(repeating: "long ", count: 10_000))))
        let path = try #require(opened.next())
        #expect(path.transport == .tls && path.tls == version && path.source == client.endpoint)
        #expect(path.local == server.listeners[0].endpoint)
        #expect(server.path(of: path.connection) == path)
        let first = try #require(paths.next())
        #expect(first.connection == path.connection && first.tls == version)
        #expect(server.listeners[0].description.hasPrefix("tls:127.0.0.1:"))
    }

    @Test("RFC 8996 §4: TLS 1.1 is refused")
    func refusesOldVersions() throws {
        let opened = Journal<ReceivedFrom>()
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(), opened: opened)
        defer { server.stop() }
        #expect(throws: (any Error).self) {
            try TLSClient(to: server.listeners[0].endpoint, maximum: .tlsv11)
        }
        #expect(try TLSClient(to: server.listeners[0].endpoint).exchange(framed("x")))
        server.stop()
        #expect(opened.next()?.tls == .tls13 && opened.waiting.isEmpty)
        #expect(server.counters[0].facts.failedHandshakes == 1)
    }

    @Test(
        "RFC 5922 §7.1: who a verified client is",
        arguments: [
            ("client-uri", ["pbx.example", "second.example"]), ("client-dns", ["gateway.example"]),
            ("client-cn", ["0004F2AABBCC"]), (nil, []),
        ] as [(String?, [String])]
    )
    func namesTheClient(certificate: String?, identities: [String]) throws {
        let peers = Journal<ConnectionPeer>()
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(authorities: true), peers: peers)
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint, certificate: certificate)
        #expect(try client.exchange(framed("x")))
        #expect(peers.next()?.identities == identities)
    }

    @Test func aCertificateThatNobodyAskedForIsNoName() throws {
        let peers = Journal<ConnectionPeer>()
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(), peers: peers)
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint, certificate: "client-dns")
        #expect(try client.exchange(framed("x")))
        #expect(peers.next() == .unverified)
    }

    @Test(
        "RFC 5922 §7.4: a wrong or missing client certificate ends the handshake",
        arguments: [("client-stranger", false), ("client-stranger", true), (nil, true)] as [(String?, Bool)],
        [NIOSSL.TLSVersion.tlsv12, .tlsv13]
    )
    func refusesTheClient(_ client: (certificate: String?, isRequired: Bool), version: NIOSSL.TLSVersion)
        throws
    {
        let opened = Journal<ReceivedFrom>()
        let files = TestFiles.server(authorities: true, required: client.isRequired)
        let server = try echoServer("tls:127.0.0.1:0", tls: files, opened: opened)
        defer { server.stop() }
        // In TLS 1.3 the client is done before the server has seen its certificate.
        let connection = try? TLSClient(
            to: server.listeners[0].endpoint,
            certificate: client.certificate,
            maximum: version
        )
        if let connection { #expect(connection.isClosedByPeer()) }
        server.stop()
        #expect(opened.waiting.isEmpty)
        #expect(server.counters[0].facts.failedHandshakes == 1)
    }

    @Test func aRequiredCertificateLetsIn() throws {
        let files = TestFiles.server(authorities: true, required: true)
        let server = try echoServer("tls:127.0.0.1:0", tls: files)
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint, certificate: "client-dns")
        #expect(try client.exchange(framed("x")))
    }

    @Test func newFilesAreForNewConnectionsOnly() throws {
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server())
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        let old = try TLSClient(to: target)
        #expect(try old.exchange(framed("old")))
        try server.reload(TestFiles.server("renewed"))
        let new = try TLSClient(to: target)
        #expect(try new.exchange(framed("new")) && old.exchange(framed("still")))
        #expect(try old.serverCertificate == TestFiles.certificate("server"))
        #expect(try new.serverCertificate == TestFiles.certificate("renewed"))
        #expect(server.certificateExpires == WallTime(secondsSince1970: 4_733_510_400))
    }

    @Test func badNewFilesLeaveTheOld() throws {
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server())
        defer { server.stop() }
        var files = TestFiles.server("renewed")
        files.key = TestFiles.path("server.key")
        let error = #expect(throws: TransportError.self) { try server.reload(files) }
        #expect(error?.description.hasPrefix("\(files.key): not the key of \(files.certificate)") == true)
        let client = try TLSClient(to: server.listeners[0].endpoint)
        #expect(try client.serverCertificate == TestFiles.certificate("server"))
        #expect(try client.exchange(framed("x")))
    }

    @Test(arguments: ["tls:127.0.0.1:0", "wss:127.0.0.1:0"])
    func aListenerWithoutCertificateIsOneSentence(listener: String) {
        let error = #expect(throws: TransportError.self) { try echoServer(listener) }
        let sentence = "TLS needs a certificate; name the PEM files of its chain and of its key"
        #expect(error?.description == "\(listener): \(sentence)")
    }

    @Test(arguments: ["", "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\r\n\r\n"])
    func anUnfinishedHandshakeIsClosed(begun: String) throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(20)
        let ended = Ends()
        let server = try echoServer("tls:127.0.0.1:0", settings, tls: TestFiles.server(), ended: ended)
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        try client.send(begun)
        #expect(client.isClosedByPeer())
        server.stop()
        #expect(server.counters[0].facts.failedHandshakes == 1)
        #expect(ended.waiting.isEmpty && server.connections.isEmpty)
    }

    @Test func anUnfinishedHandshakeCountsAgainstItsSource() throws {
        var settings = StreamSettings()
        settings.maximumConnectionsPerSource = 1
        settings.maximumConnections = 2
        let server = try echoServer("tls:127.0.0.1:0", settings, tls: TestFiles.server())
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        let silent = try TCPClient(to: target)
        #expect(try TCPClient(to: target).isClosedByPeer())
        let other = try TCPClient(to: target, from: "127.0.0.2")
        #expect(try TCPClient(to: target, from: "127.0.0.3").isClosedByPeer())
        #expect(server.counters[0].facts.refusedPerSource == 1)
        #expect(server.counters[0].facts.refusedTooMany == 1)
        #expect(server.connections.isEmpty)
        withExtendedLifetime((silent, other)) {}
    }

    @Test func tellsOfIdleAndStoppedConnections() throws {
        var settings = StreamSettings()
        settings.idleTimeout = .milliseconds(500)
        let ended = Ends()
        let server = try echoServer("tls:127.0.0.1:0", settings, tls: TestFiles.server(), ended: ended)
        let client = try TLSClient(to: server.listeners[0].endpoint)
        #expect(try client.exchange(framed("x")))
        #expect(client.isClosedByPeer())
        #expect(ended.next()?.end == .idle)
        server.stop()

        let second = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(), ended: ended)
        let other = try TLSClient(to: second.listeners[0].endpoint)
        #expect(try other.exchange(framed("x")))
        second.stop()
        #expect(ended.next()?.end == .local)
        #expect(other.isClosedByPeer())
    }

    @Test func aPeerThatClosesIsTold() throws {
        let ended = Ends()
        let server = try echoServer("tls:127.0.0.1:0", tls: TestFiles.server(), ended: ended)
        defer { server.stop() }
        var client: TLSClient? = try TLSClient(to: server.listeners[0].endpoint)
        #expect(try client?.exchange(framed("x")) == true)
        client = nil
        #expect(ended.next()?.end == .peer)
    }

    @Test("RFC 3261 §18.3: a broken stream is answered and closed")
    func answersABrokenStream() throws {
        let ended = Ends()
        let address = try ListenAddress(parsing: "tls:127.0.0.1:0")
        let server = try StreamServer(listening: [address], tls: TestFiles.server()) { _ in
            ScriptedHandler<Never>(
                onUnframed: { head, _, path, output in output.reply("400 to \(head)", to: path) },
                onClosed: { path, end in ended.add((path, end)) },
            )
        }
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint)
        let broken = "REGISTER sip:a SIP/2.0\r\nVia: x\r\n\r\n"
        try client.send(broken)
        let answer = "400 to \(broken)"
        #expect(try client.receive(answer.utf8.count) == answer)
        #expect(client.isClosedByPeer())
        #expect(ended.next()?.end == .framing)
    }

    @Test func aPeerThatNeverReadsIsClosed() throws {
        var settings = StreamSettings()
        settings.maximumUnsentBytes = 100_000
        let opened = Journal<ReceivedFrom>()
        let ended = Ends()
        let server = try echoServer(
            "tls:127.0.0.1:0",
            settings,
            tls: TestFiles.server(),
            opened: opened,
            ended: ended
        )
        defer { server.stop() }
        let client = try TLSClient(to: server.listeners[0].endpoint)
        try client.stopReading()
        let path = try #require(opened.next())
        let block = Datagram(bytes: [UInt8](repeating: 0x78, count: 1 << 20), path: path)
        for _ in 0..<32 { server.send(block) }
        #expect(ended.next()?.end == .slowReader)
        withExtendedLifetime(client) {}
    }
}
