import Glibc
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Transport

/// Real sockets on loopback; nothing sleeps: clients wait for answers with a limit.
@Suite struct UDPServerTests {
    private struct Notice {
        let text: String
        let path: ReceivedFrom
    }

    private func listen(_ texts: String...) throws -> [ListenAddress] {
        try texts.map { text throws in try ListenAddress(parsing: text) }
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func answersFromTheAddressThatWasAsked(host: String) throws {
        let address = ListenAddress(transport: .udp, host: host, port: 0)
        let server = try UDPServer(listening: [address]) { _ in EchoHandler() }
        defer { server.stop() }
        let listener = server.listeners[0].endpoint
        #expect(listener.port != 0)
        let client = try UDPClient(host)
        try client.send("REGISTER", to: listener)
        let answer = try client.receive()
        #expect(answer.text == "echo REGISTER")
        #expect(answer.from == listener)
    }

    @Test func servesManyPeersInBatches() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0", "udp:[::1]:0")) { _ in EchoHandler() }
        defer { server.stop() }
        let clients = try (0..<8).map { try UDPClient($0 % 2 == 0 ? "127.0.0.1" : "::1") }
        for round in 0..<100 {
            for (index, client) in clients.enumerated() {
                try client.send("\(index)/\(round)", to: server.listeners[index % 2].endpoint)
            }
        }
        for (index, client) in clients.enumerated() {
            var seen: Set<String> = []
            for _ in 0..<100 { seen.insert(try client.receive().text) }
            #expect(seen == Set((0..<100).map { "echo \(index)/\($0)" }))
        }
        server.stop()
        let facts = server.counters[0].facts
        #expect(facts.received == 800 && facts.sent == 800)
        #expect(facts.batches <= 800 && facts.sendErrors == 0 && facts.sendDrops == 0)
    }

    @Test(arguments: [("0.0.0.0", "127.0.0.77", "127.0.0.1"), ("::", "::1", "::1")])
    func aWildcardSocketAnswersFromWhereItWasReached(host: String, asked: String, own: String) throws {
        let paths = Journal<ReceivedFrom>()
        let address = ListenAddress(transport: .udp, host: host, port: 0)
        let server = try UDPServer(listening: [address]) { _ in EchoHandler(paths: paths) }
        defer { server.stop() }
        let client = try UDPClient(own)
        let target = try numericEndpoint(asked, server.listeners[0].endpoint.port)
        try client.send("hello", to: target)
        #expect(try client.receive().from == target)
        let path = try #require(paths.next())
        #expect(try path.source == client.endpoint)
        #expect(path.local == target && path.transport == .udp && path.connection == .none)
    }

    @Test func answersWhereTheHandlerSays() throws {
        // Without rport a response goes to the Via's port, not to the source (RFC 3261 §18.2.2).
        let elsewhere = try UDPClient()
        let destination = try elsewhere.endpoint
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                output.bytes.append(contentsOf: Array(text.utf8))
                output.finish(to: destination, over: path)
            })
        }
        defer { server.stop() }
        try UDPClient().send("via", to: server.listeners[0].endpoint)
        let answer = try elsewhere.receive()
        #expect(answer.text == "via" && answer.from == server.listeners[0].endpoint)
    }

    @Test func severalLoopsShareOnePort() throws {
        var settings = UDPSettings()
        settings.loops = 3
        let loopsSeen = Mutex<Set<Int>>([])
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0"), settings: settings) { context in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                loopsSeen.withLock { _ = $0.insert(context.index) }
                output.reply(text, to: path)
            })
        }
        defer { server.stop() }
        #expect(server.listeners.count == 1 && server.mailboxes.count == 3)
        // Chance that 64 peers all meet two of three loops: below 1e-10.
        for _ in 0..<64 {
            let client = try UDPClient()
            try client.send("x", to: server.listeners[0].endpoint)
            #expect(try client.receive().text == "x")
        }
        #expect(loopsSeen.withLock { $0 } == [0, 1, 2])
    }

    @Test(arguments: [1, 2])
    func aBusyPortIsOneSentence(loops: Int) throws {
        var settings = UDPSettings()
        settings.loops = loops
        let first = try UDPServer(listening: listen("udp:127.0.0.1:0"), settings: settings) { _ in
            EchoHandler()
        }
        defer { first.stop() }
        let port = first.listeners[0].endpoint.port
        let error = #expect(throws: TransportError.self) {
            try UDPServer(listening: listen("udp:127.0.0.1:\(port)"), settings: settings) { _ in
                EchoHandler()
            }
        }
        let sentence = "address already in use; stop the other program or choose another port"
        #expect(error?.description == "udp:127.0.0.1:\(port): \(sentence)")
    }

    @Test func anAddressOfAnotherHostIsOneSentence() throws {
        let error = #expect(throws: TransportError.self) {
            try UDPServer(listening: listen("udp:127.0.0.1:0", "udp:203.0.113.9:5060")) { _ in EchoHandler() }
        }
        #expect(error?.description.hasPrefix("udp:203.0.113.9:5060: this host has no such address") == true)
    }

    @Test func keepAlivesNeverReachTheHandler() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in EchoHandler() }
        defer { server.stop() }
        let client = try UDPClient()
        for keepAlive in ["\r\n\r\n", "\0\0\0\0", "", "\r\n"] {
            try client.send(keepAlive, to: server.listeners[0].endpoint)
        }
        try client.send("after", to: server.listeners[0].endpoint)
        #expect(try client.receive().text == "echo after")
        server.stop()
        #expect(server.counters[0].facts.keepAlives == 4)
    }

    @Test("RFC 5626 §4.4.2: STUN is answered where it came to", arguments: ["0.0.0.0", "127.0.0.77"])
    func answersSTUN(host: String) throws {
        let server = try UDPServer(listening: listen("udp:\(host):0")) { _ in EchoHandler() }
        defer { server.stop() }
        let asked = try numericEndpoint("127.0.0.77", server.listeners[0].endpoint.port)
        let client = try UDPClient()
        let transaction = "twelve bytes"
        // The cookie is no UTF-8, so the bytes go as they are.
        let rest = [0x21, 0x12, 0xa4, 0x42] + Array(transaction.utf8)
        try client.send(bytes: [0, 1, 0, 0] + rest, to: asked)
        let answer = try client.receiveBytes()
        let own = try client.endpoint
        let port = own.port ^ 0x2112
        let address = UInt32(truncatingIfNeeded: own.address.low) ^ 0x2112_a442
        let mapped =
            [0, 0x20, 0, 8, 0, 1, UInt8(port >> 8), UInt8(port & 0xff)]
            + (0..<4).reversed().map { UInt8(address >> ($0 * 8) & 0xff) }
        #expect(answer.bytes == [1, 1, 0, 12] + rest + mapped)
        #expect(answer.from == asked)
        // An indication wants no answer, and neither reaches the handler.
        try client.send(bytes: [0, 0x11, 0, 0] + rest, to: asked)
        try client.send("REGISTER", to: asked)
        #expect(try client.receive().text == "echo REGISTER")
        server.stop()
        #expect(server.counters[0].facts.keepAlives == 2 && server.counters[0].facts.received == 1)
    }

    @Test func aDatagramLongerThanASlotIsDroppedAndCounted() throws {
        var settings = UDPSettings()
        settings.maximumDatagram = 100
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0"), settings: settings) { _ in
            EchoHandler()
        }
        defer { server.stop() }
        let client = try UDPClient()
        try client.send(String(repeating: "a", count: 101), to: server.listeners[0].endpoint)
        try client.send(String(repeating: "b", count: 100), to: server.listeners[0].endpoint)
        #expect(try client.receive().text == "echo " + String(repeating: "b", count: 100))
        server.stop()
        #expect(server.counters[0].facts.unusable == 1)
    }

    @Test func aMessageTooLongToSendDisturbsNoOther() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                output.reply(String(repeating: "x", count: 70_000), to: path)
                output.reply(text, to: path)
            })
        }
        defer { server.stop() }
        let client = try UDPClient()
        try client.send("short", to: server.listeners[0].endpoint)
        #expect(try client.receive().text == "short")
        server.stop()
        #expect(server.counters[0].facts.sendErrors == 1 && server.counters[0].facts.sent == 1)
    }

    @Test func moreRepliesThanSlotsAllGoOut() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            ScriptedHandler<Never>(onMessage: { _, _, path, output in
                for number in 0..<200 { output.reply("\(number)", to: path) }
            })
        }
        defer { server.stop() }
        let client = try UDPClient()
        try client.send("go", to: server.listeners[0].endpoint)
        for number in 0..<200 { #expect(try client.receive().text == "\(number)") }
    }

    @Test func mailReachesTheHandlerInOrderAndMaySend() throws {
        let client = try UDPClient()
        let paths = Journal<ReceivedFrom>()
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            ScriptedHandler<Notice>(
                onMessage: { _, _, path, _ in paths.add(path) },
                onMail: { _, mail, output in output.reply(mail.text, to: mail.path) },
            )
        }
        defer { server.stop() }
        try client.send("subscribe", to: server.listeners[0].endpoint)
        let path = try #require(paths.next())
        for number in 0..<10 { server.mailboxes[0].post(Notice(text: "notify \(number)", path: path)) }
        for number in 0..<10 { #expect(try client.receive().text == "notify \(number)") }
    }

    @Test func sendsForOtherThreads() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0", "udp:[::1]:0")) { _ in EchoHandler() }
        defer { server.stop() }
        for (index, host) in ["127.0.0.1", "::1"].enumerated() {
            let client = try UDPClient(host)
            let path = ReceivedFrom(
                source: try client.endpoint,
                local: server.listeners[index].endpoint,
                transport: .udp,
                at: .zero,
            )
            server.send(Datagram(bytes: Array("options".utf8), path: path))
            let message = try client.receive()
            #expect(message.text == "options" && message.from == server.listeners[index].endpoint)
        }
    }

    @Test func otherTransportsAreHandedOn() throws {
        let handedOn = Journal<Datagram>()
        let server = try UDPServer(
            listening: listen("udp:127.0.0.1:0"),
            elsewhere: { handedOn.add($0) },
            makeHandler: { _ in
                ScriptedHandler<Never>(onMessage: { _, text, path, output in
                    var other = path
                    other.transport = .tcp
                    other.connection = ConnectionID(rawValue: 7)
                    output.reply(text, to: other)
                })
            },
        )
        defer { server.stop() }
        try UDPClient().send("notify", to: server.listeners[0].endpoint)
        let datagram = try #require(handedOn.next())
        #expect(datagram.bytes == Array("notify".utf8) && datagram.path.connection.rawValue == 7)
    }

    @Test func theHandlerIsCalledAtItsDeadlineAndNotBefore() throws {
        let calls = Journal<(due: Timestamp, at: Timestamp)>()
        let start = SystemClock.read().timestamp
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            ScriptedHandler<Never>(
                deadline: start + .milliseconds(5),
                onAdvance: { handler, clock, _ in
                    calls.add((handler.deadline, clock.timestamp))
                    let next = handler.deadline + .milliseconds(5)
                    handler.deadline = next < start + .milliseconds(20) ? next : .distantFuture
                },
            )
        }
        defer { server.stop() }
        for number in 1...3 {
            let call = try #require(calls.next())
            #expect(call.due == start + .milliseconds(5 * number))
            #expect(call.at >= call.due)
        }
        server.stop()
        #expect(calls.waiting.isEmpty)
    }

    @Test func repliesMadeAtTheBatchEndAreSentWithIt() throws {
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            var held: [(String, ReceivedFrom)] = []
            return ScriptedHandler<Never>(
                onMessage: { _, text, path, _ in held.append((text, path)) },
                onBatchEnd: { _, output in
                    for (text, path) in held { output.reply(text, to: path) }
                    held = []
                },
            )
        }
        defer { server.stop() }
        let client = try UDPClient()
        try client.send("commit", to: server.listeners[0].endpoint)
        #expect(try client.receive().text == "commit")
    }

    @Test func theHandlerSeesWhatItsSocketsLost() throws {
        var settings = UDPSettings()
        settings.receiveBuffer = 4096
        let gate = Arrivals()
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0"), settings: settings) { context in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                if text == "wait" { _ = gate.wait(seconds: 5) }
                if text == "ask" { output.reply("\(context.counters.facts.socketDrops > 0)", to: path) }
            })
        }
        defer { server.stop() }
        let client = try UDPClient()
        let target = server.listeners[0].endpoint
        // While the loop is held, more comes than the socket's buffer takes.
        try client.send("wait", to: target)
        for _ in 0..<1000 { try client.send(String(repeating: "x", count: 1000), to: target) }
        gate.signal()
        // Whether the question itself is lost depends on the moment; the answer comes with one of them.
        var answer = "false"
        for _ in 0..<100 where answer == "false" {
            try client.send("ask", to: target)
            if client.hasInput(milliseconds: 50) { answer = try client.receive().text }
        }
        #expect(answer == "true")
        #expect(server.counters[0].facts.socketDrops > 0)
    }

    @Test func loopsLeaveSignalsToTheMainThreadButNotFaults() throws {
        let blocked = Journal<[Bool]>()
        // A test's thread may be deaf itself, and the loop's would then inherit it.
        let before = unblockSignals()
        defer { restoreSignals(before) }
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            blocked.add([SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGSEGV, SIGILL, SIGTRAP].map(blocksSignal))
            return EchoHandler()
        }
        defer { server.stop() }
        #expect(blocked.next() == [true, true, true, true, false, false, false])
        #expect(!blocksSignal(SIGTERM))
    }

    @Test func stoppingLeavesNoThreadAndFreesThePort() throws {
        let thread = Mutex<pid_t>(0)
        let server = try UDPServer(listening: listen("udp:127.0.0.1:0")) { _ in
            thread.withLock { $0 = currentThread() }
            return EchoHandler()
        }
        let port = server.listeners[0].endpoint.port
        let client = try UDPClient()
        try client.send("x", to: server.listeners[0].endpoint)
        #expect(try client.receive().text == "echo x")
        #expect(threadExists(thread.withLock { $0 }))
        server.stop()
        server.stop()
        #expect(threadLeaves(thread.withLock { $0 }))
        #expect(!server.mailboxes[0].send(Datagram(bytes: [1], path: unusedPath)))
        let again = try UDPServer(listening: listen("udp:127.0.0.1:\(port)")) { _ in EchoHandler() }
        again.stop()
    }

    private var unusedPath: ReceivedFrom {
        let nowhere = Endpoint(address: IPAddress(ipv4: 0), port: 0)
        return ReceivedFrom(source: nowhere, local: nowhere, transport: .udp, at: .zero)
    }
}
