import SIPMessage
import Testing
import Timing

@testable import Transport

/// Real WebSocket connections on loopback, with a client that may break every rule.
@Suite struct WebSocketServerTests {
    typealias Ends = Journal<(path: ReceivedFrom, end: ConnectionEnd)>
    typealias Frame = WebSocketClient.Frame

    private func connect(_ server: StreamServer<Never>) throws -> WebSocketClient {
        try WebSocketClient(TCPClient(to: server.listeners[0].endpoint))
    }

    @Test("RFC 7118 §4, §5: one SIP message a frame", arguments: ["ws:127.0.0.1:0", "wss:127.0.0.1:0"])
    func exchangesMessages(listener: String) throws {
        let opened = Journal<ReceivedFrom>()
        let peers = Journal<ConnectionPeer>()
        let files = TestFiles.server(authorities: true)
        let server = try echoServer(listener, tls: files, opened: opened, peers: peers)
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        let isSecure = listener.hasPrefix("wss")
        let stream: any StreamClient =
            try isSecure ? TLSClient(to: target, certificate: "client-dns") : TCPClient(to: target)
        let client = try WebSocketClient(stream)
        #expect(client.answer.hasPrefix("HTTP/1.1 101 "))
        // The key and its answer are RFC 6455's own example.
        #expect(client.answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        #expect(client.answer.lowercased().contains("sec-websocket-protocol: sip\r\n"))
        let path = try #require(opened.next())
        #expect(path.transport == (isSecure ? .wss : .ws) && path.tls == (isSecure ? .tls13 : .none))
        #expect(peers.next()?.name == (isSecure ? "gateway.example" : nil))
        #expect(server.connections == [path])
        // Without Content-Length, which frames make needless (RFC 7118 §5.4, RFC 3261 §18.3).
        for text in ["REGISTER sip:a SIP/2.0\r\n\r\n", String(repeating: "é", count: 20_000), "x"] {
            try client.send(.text(text))
            #expect(try client.receive() == .text("<\(text)>"))
        }
        try client.send(.text("one"), .text("two"))
        #expect(try client.receive() == .text("<one>"))
        #expect(try client.receive() == .text("<two>"))
    }

    @Test("RFC 7118 §5: binary frames, and a reply that is no UTF-8")
    func takesAndGivesBinary() throws {
        let server = try StreamServer(listening: [ListenAddress(parsing: "ws:127.0.0.1:0")]) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                output.bytes += [0xff] + Array(text.utf8)
                output.finish(replyingTo: path)
            })
        }
        defer { server.stop() }
        let client = try connect(server)
        try client.send(Frame(opcode: 2, payload: Array("hi".utf8)))
        #expect(try client.receive() == Frame(opcode: 2, payload: [0xff] + Array("hi".utf8)))
    }

    @Test("RFC 6455 §5.4: fragments, with a ping between them")
    func joinsFragments() throws {
        let server = try echoServer("ws:127.0.0.1:0")
        defer { server.stop() }
        let client = try connect(server)
        try client.send(
            Frame(opcode: 1, isFinal: false, payload: Array("REG".utf8)),
            Frame(opcode: 9, payload: Array("are you there".utf8)),
            Frame(opcode: 0, isFinal: false, payload: []),
            Frame(opcode: 0, payload: Array("ISTER".utf8)),
        )
        #expect(try client.receive() == Frame(opcode: 10, payload: Array("are you there".utf8)))
        #expect(try client.receive() == .text("<REGISTER>"))
    }

    @Test("RFC 7118 §6, RFC 5626 §4.4.1: keepalives inside and outside of messages")
    func answersKeepalives() throws {
        let server = try echoServer("ws:127.0.0.1:0")
        defer { server.stop() }
        let client = try connect(server)
        try client.send(.text("\r\n\r\n"))
        #expect(try client.receive() == .text("\r\n"))
        try client.send(
            .text("\r\n"),
            .text(""),
            Frame(opcode: 10, payload: []),
            Frame(opcode: 9, payload: [])
        )
        #expect(try client.receive() == Frame(opcode: 10, payload: []))
        server.stop()
        #expect(server.counters[0].facts.keepAlives == 5 && server.counters[0].facts.received == 0)
    }

    @Test("RFC 6455 §5.5.1, §7.1: the close handshake", arguments: [1000, 1001, 4999, nil] as [UInt16?])
    func answersAClose(code: UInt16?) throws {
        let ended = Ends()
        let server = try echoServer("ws:127.0.0.1:0", ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        // What was asked before is answered before.
        try client.send(.text("last"), .close(code), .text("too late"))
        #expect(try client.receive() == .text("<last>"))
        #expect(try client.receive() == .close(code))
        #expect(client.client.isClosedByPeer())
        _ = consume client
        #expect(ended.next()?.end == .peer)
    }

    struct Violation: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var code: UInt16

        init(_ name: String, _ code: UInt16, _ bytes: [UInt8]) {
            testDescription = name
            self.code = code
            self.bytes = bytes
        }
    }

    private static let violations = [
        Violation("unmasked", 1002, WebSocketClient.bytes(.text("x"), isMasked: false)),
        Violation("reserved bit", 1002, WebSocketClient.bytes(.text("x"), reserved: 0x40)),
        Violation("unknown opcode", 1002, WebSocketClient.bytes(Frame(opcode: 3, payload: []))),
        Violation("unknown control", 1002, WebSocketClient.bytes(Frame(opcode: 11, payload: []))),
        Violation("continuation of nothing", 1002, WebSocketClient.bytes(Frame(opcode: 0, payload: [1]))),
        Violation(
            "message in a message",
            1002,
            WebSocketClient.bytes(Frame(opcode: 1, isFinal: false, payload: [65]))
                + WebSocketClient.bytes(.text("x"))
        ),
        Violation(
            "fragmented ping",
            1002,
            WebSocketClient.bytes(Frame(opcode: 9, isFinal: false, payload: []))
        ),
        Violation(
            "long ping",
            1002,
            WebSocketClient.bytes(Frame(opcode: 9, payload: [UInt8](repeating: 0, count: 126)))
        ),
        Violation("close of one byte", 1002, WebSocketClient.bytes(Frame(opcode: 8, payload: [3]))),
        Violation("close with 1005", 1002, WebSocketClient.bytes(.close(1005))),
        Violation("close reason", 1007, WebSocketClient.bytes(Frame(opcode: 8, payload: [3, 232, 0xff]))),
        Violation("text that is none", 1007, WebSocketClient.bytes(Frame(opcode: 1, payload: [0xc3, 0x28]))),
        Violation(
            "large",
            1009,
            WebSocketClient.bytes(Frame(opcode: 1, payload: [UInt8](repeating: 65, count: 1001)))
        ),
        Violation("huge", 1009, [0x81, 0xff] + [UInt8](repeating: 0x7f, count: 8)),
        Violation("larger than numbers", 1009, [0x81, 0xff] + [UInt8](repeating: 0xff, count: 8)),
        Violation(
            "large together",
            1009,
            WebSocketClient.bytes(
                Frame(opcode: 1, isFinal: false, payload: [UInt8](repeating: 65, count: 900))
            )
                + WebSocketClient.bytes(
                    Frame(opcode: 0, isFinal: false, payload: [UInt8](repeating: 65, count: 101))
                )
        ),
    ]

    @Test("RFC 6455 §7.4.1: what breaks the rules is closed with its code", arguments: violations)
    func closesWithACode(violation: Violation) throws {
        let ended = Ends()
        var settings = StreamSettings()
        settings.messageLimits = MessageLimits(messageBytes: 1000)
        let server = try echoServer("ws:127.0.0.1:0", settings, ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        try client.send(.text("good"))
        #expect(try client.receive() == .text("<good>"))
        try client.client.send(violation.bytes)
        #expect(try client.receive() == .close(violation.code))
        #expect(client.client.isClosedByPeer())
        _ = consume client
        #expect(ended.next()?.end == .framing)
        server.stop()
        #expect(server.counters[0].facts.unusable == 1 && server.counters[0].facts.received == 1)
    }

    @Test("RFC 6455 §7.1.1: what follows a violation does not cut the close frame off")
    func swallowsWhatFollowsAViolation() throws {
        let ended = Ends()
        let server = try echoServer("ws:127.0.0.1:0", ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        try client.send(Frame(opcode: 9, isFinal: false, payload: []))
        #expect(try client.receive() == .close(1002))
        for _ in 0..<10 { try client.send(.text(String(repeating: "x", count: 4000))) }
        // The end, and no reset.
        #expect(try client.client.receiveBytes(1).isEmpty)
        _ = consume client
        #expect(ended.next()?.end == .framing)
    }

    @Test(
        "RFC 6455 §4.2, RFC 7118 §4: a request that is no upgrade to SIP",
        arguments: [
            ("GET / HTTP/1.1\nHost: a", "426", "This port speaks SIP over WebSocket."),
            (WebSocketClient.standardHead.replacing("xmpp, sip", with: "xmpp"), "400", "must offer sip."),
            (WebSocketClient.standardHead.replacing("xmpp, sip", with: "SIP"), "400", "must offer sip."),
            (WebSocketClient.standardHead.replacing("Version: 13", with: "Version: 8"), "426", "version 13"),
            (WebSocketClient.standardHead.replacing("dGhlI", with: "dGhl"), "400", "Sec-WebSocket-Key"),
            (WebSocketClient.standardHead.replacing("GET", with: "POST"), "426", "SIP over WebSocket"),
            (WebSocketClient.standardHead.replacing("keep-alive, Upgrade", with: "close"), "426", "SIP over"),
            ("REGISTER sip:sip.example SIP/2.0\nVia: SIP/2.0/TCP a", "400", ""),
            (WebSocketClient.standardHead + "\nCookie: " + String(repeating: "x", count: 9000), "400", ""),
            (WebSocketClient.standardHead + String(repeating: "\nA: b", count: 80), "400", ""),
        ]
    )
    func refusesOtherRequests(head: String, status: String, words: String) throws {
        let opened = Journal<ReceivedFrom>()
        let server = try echoServer("ws:127.0.0.1:0", opened: opened)
        defer { server.stop() }
        let client = try WebSocketClient(TCPClient(to: server.listeners[0].endpoint), head: head)
        #expect(client.answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(status != "426" || client.answer.contains("Sec-WebSocket-Version: 13\r\n"))
        #expect(try client.client.receive(1000).contains(words))
        #expect(client.client.isClosedByPeer())
        server.stop()
        #expect(opened.waiting.isEmpty && server.counters[0].facts.failedUpgrades == 1)
    }

    @Test(arguments: ["ws:127.0.0.1:0", "wss:127.0.0.1:0"], ["", "GET /", "GET / HTTP/1.1\r\nHost: a\r\n"])
    func aSlowUpgradeIsClosed(listener: String, begun: String) throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(500)
        let server = try echoServer(listener, settings, tls: TestFiles.server())
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        let client: any StreamClient =
            try listener.hasPrefix("wss") ? TLSClient(to: target) : TCPClient(to: target)
        try client.send(begun)
        #expect(client.isClosedByPeer())
        server.stop()
        #expect(server.counters[0].facts.failedUpgrades == 1)
    }

    @Test(arguments: [0, 1, 3, 8])
    func aFrameThatTricklesInIsClosed(bytes: Int) throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(300)
        let ended = Ends()
        let server = try echoServer("ws:127.0.0.1:0", settings, ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        if bytes > 1 {
            try client.send(.text("good"))
            #expect(try client.receive() == .text("<good>"))
        }
        try client.client.send(Array(WebSocketClient.bytes(.text("slow frame")).prefix(bytes)))
        #expect(try client.receive() == .close(1001))
        #expect(ended.next()?.end == .slowMessage)
    }

    @Test func aFragmentThatIsNotContinuedIsClosedDespitePings() throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(300)
        let ended = Ends()
        let server = try echoServer("ws:127.0.0.1:0", settings, ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        try client.send(Frame(opcode: 1, isFinal: false, payload: [65]), Frame(opcode: 9, payload: []))
        #expect(try client.receive() == Frame(opcode: 10, payload: []))
        #expect(try client.receive() == .close(1001))
        #expect(ended.next()?.end == .slowMessage)
    }

    @Test func aQuietConnectionLivesLongerThanAMessageMayTake() throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(300)
        settings.idleTimeout = .milliseconds(1_000)
        let ended = Ends()
        let server = try echoServer("ws:127.0.0.1:0", settings, ended: ended)
        defer { server.stop() }
        let client = try connect(server)
        try client.send(.text("x"))
        #expect(try client.receive() == .text("<x>"))
        #expect(try client.receive() == .close(1001))
        #expect(ended.next()?.end == .idle)
    }

    @Test func stoppingSaysGoodbye() throws {
        let server = try echoServer("ws:127.0.0.1:0")
        let client = try connect(server)
        try client.send(.text("x"))
        #expect(try client.receive() == .text("<x>"))
        server.stop()
        #expect(try client.receive() == .close(1001))
        #expect(client.client.isClosedByPeer())
    }
}
