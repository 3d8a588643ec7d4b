import Glibc
import SIPMessage
import Synchronization
import Testing
import Timing

@testable import Transport

/// Real connections on loopback; nothing sleeps: clients wait for bytes or the end with a limit.
@Suite struct StreamServerTests {
    typealias Ends = Journal<(path: ReceivedFrom, end: ConnectionEnd)>

    private func listen(_ text: String = "tcp:127.0.0.1:0") throws -> [ListenAddress] {
        [try ListenAddress(parsing: text)]
    }

    /// A server that echoes bodies and notes which connections come and go.
    private func echo(
        _ settings: StreamSettings = StreamSettings(),
        opened: Journal<ReceivedFrom> = Journal(),
        ended: Ends = Ends(),
    ) throws -> StreamServer<Never> {
        try StreamServer(listening: listen(), settings: settings) { _ in
            ScriptedHandler<Never>(
                onMessage: { _, text, path, output in output.reply("<\(text)>", to: path) },
                onClosed: { path, end in ended.add((path, end)) },
                onOpened: { path in opened.add(path) },
            )
        }
    }

    @Test(arguments: ["tcp:127.0.0.1:0", "tcp:[::1]:0"])
    func cutsJoinedAndSplitMessages(listener: String) throws {
        let paths = Journal<ReceivedFrom>()
        let server = try StreamServer(listening: listen(listener)) { _ in
            ScriptedHandler<Never>(onMessage: { _, text, path, output in
                paths.add(path)
                output.reply("<\(text)>", to: path)
            })
        }
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        let messages = [framed("one"), framed(""), framed(String(repeating: "long ", count: 2000))]
        let answers = messages.map { "<\($0)>" }.joined()
        try client.send(messages.joined())
        #expect(try client.receive(answers.utf8.count) == answers)
        for message in messages {
            for part in [message.prefix(10), message.dropFirst(10).prefix(20), message.dropFirst(30)] {
                try client.send(String(part))
            }
        }
        #expect(try client.receive(answers.utf8.count) == answers)
        let path = try #require(paths.next())
        #expect(try path.source == client.endpoint)
        #expect(path.local == server.listeners[0].endpoint && path.transport == .tcp)
        #expect(path.connection != .none)
        #expect(paths.waiting.allSatisfy { $0.connection == path.connection })
    }

    @Test func aDoubleCRLFIsAnsweredWithOne() throws {
        let server = try echo()
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        try client.send("\r\n\r\n")
        #expect(try client.receive(2) == "\r\n")
        try client.send("\r\n\r\n\r\n\r\n" + framed("x"))
        let answer = "\r\n\r\n<\(framed("x"))>"
        #expect(try client.receive(answer.utf8.count) == answer)
        server.stop()
        #expect(server.counters[0].facts.keepAlives == 3 && server.counters[0].facts.received == 1)
    }

    @Test func tellsWhenThePeerComesAndGoes() throws {
        let opened = Journal<ReceivedFrom>()
        let ended = Ends()
        let server = try echo(opened: opened, ended: ended)
        defer { server.stop() }
        var client: TCPClient? = try TCPClient(to: server.listeners[0].endpoint)
        let path = try #require(opened.next())
        #expect(try path.source == client?.endpoint)
        #expect(server.path(of: path.connection) == path)
        #expect(server.connections == [path])
        client = nil
        let end = try #require(ended.next())
        #expect(end.path == path && end.end == .peer)
        #expect(server.path(of: path.connection) == nil && server.connections.isEmpty)
        #expect(!server.send(Datagram(bytes: [1], path: path)))
    }

    @Test func closesAnIdleConnection() throws {
        var settings = StreamSettings()
        settings.idleTimeout = .milliseconds(20)
        let ended = Ends()
        let server = try echo(settings, ended: ended)
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        try client.send(framed("x"))
        #expect(client.isClosedByPeer())
        #expect(ended.next()?.end == .idle)
    }

    @Test(arguments: ["", "REGISTER sip:a SIP/2.0\r\nContent-Le", "\r\n\r\nREGISTER"])
    func closesWhenNoMessageIsCompleted(begun: String) throws {
        var settings = StreamSettings()
        settings.messageTimeout = .milliseconds(20)
        let ended = Ends()
        let server = try echo(settings, ended: ended)
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        try client.send(begun)
        #expect(client.isClosedByPeer())
        #expect(ended.next()?.end == .slowMessage)
    }

    @Test func admitsNoMoreThanTheMaximum() throws {
        var settings = StreamSettings()
        settings.maximumConnections = 2
        let ended = Ends()
        let server = try echo(settings, ended: ended)
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        var clients = [try TCPClient(to: target), try TCPClient(to: target)]
        for client in clients {
            try client.send(framed("x"))
            #expect(try !client.receive(1).isEmpty)
        }
        #expect(try TCPClient(to: target).isClosedByPeer())
        #expect(server.counters[0].facts.refusedTooMany == 1)
        clients.removeFirst()
        #expect(ended.next()?.end == .peer)
        let next = try TCPClient(to: target)
        try next.send(framed("x"))
        #expect(try next.receive(1) == "<")
    }

    @Test func oneSourceCannotTakeAllConnections() throws {
        var settings = StreamSettings()
        settings.maximumConnectionsPerSource = 1
        let server = try echo(settings)
        defer { server.stop() }
        let target = server.listeners[0].endpoint
        let first = try TCPClient(to: target)
        try first.send(framed("x"))
        #expect(try first.receive(1) == "<")
        #expect(try TCPClient(to: target).isClosedByPeer())
        #expect(server.counters[0].facts.refusedPerSource == 1)
        let other = try TCPClient(to: target, from: "127.0.0.2")
        try other.send(framed("x"))
        #expect(try other.receive(1) == "<")
    }

    @Test func aPeerThatNeverReadsIsClosed() throws {
        var settings = StreamSettings()
        settings.maximumUnsentBytes = 100_000
        let opened = Journal<ReceivedFrom>()
        let ended = Ends()
        let server = try echo(settings, opened: opened, ended: ended)
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint, receiveBuffer: 4096)
        let path = try #require(opened.next())
        // More than socket buffers (at most 4 MiB on each side) and the cap can hold.
        let block = Datagram(bytes: [UInt8](repeating: 0x78, count: 1 << 20), path: path)
        for _ in 0..<32 { server.send(block) }
        #expect(ended.next()?.end == .slowReader)
        #expect(client.isClosedByPeer())
    }

    @Test func aPeerThatDoesNotReadIsNotReadFrom() throws {
        let ended = Ends()
        let server = try echo(ended: ended)
        defer { server.stop() }
        let client = try TCPClient(to: server.listeners[0].endpoint, receiveBuffer: 4096)
        let message = framed(String(repeating: "x", count: 1000))
        let bytes = Array(String(repeating: message, count: 30_000).utf8)
        let sent = try client.sendUntilStuck(bytes)
        #expect(sent < bytes.count)
        // What was sent is answered in full once the peer reads.
        for _ in 0..<sent / message.utf8.count {
            #expect(try client.receive(message.utf8.count + 2) == "<\(message)>")
        }
        #expect(ended.waiting.isEmpty)
    }

    @Test func aBrokenStreamIsAnsweredAndClosed() throws {
        let ended = Ends()
        let problems = Journal<ParseProblem>()
        let server = try StreamServer(listening: listen()) { _ in
            ScriptedHandler<Never>(
                onMessage: { _, text, path, output in output.reply("<\(text)>", to: path) },
                onUnframed: { head, problem, path, output in
                    problems.add(problem.problem)
                    output.reply("400 to \(head)", to: path)
                },
                onClosed: { path, end in ended.add((path, end)) },
            )
        }
        defer { server.stop() }
        var client: TCPClient? = try TCPClient(to: server.listeners[0].endpoint)
        let broken = "REGISTER sip:a SIP/2.0\r\nVia: x\r\n\r\n"
        try client?.send(framed("good") + broken + String(repeating: "more", count: 10_000))
        let answer = "<\(framed("good"))>400 to \(broken)"
        // One byte more than the answer: the end, not a reset that would have swallowed it.
        #expect(try client?.receive(answer.utf8.count + 1) == answer)
        client = nil
        #expect(problems.next() == .contentLengthMissing)
        #expect(ended.next()?.end == .framing)
        server.stop()
        #expect(server.counters[0].facts.unusable == 1)
    }

    @Test func sendsForOtherThreadsAndOtherLoops() throws {
        var settings = StreamSettings()
        settings.loops = 2
        let opened = Journal<ReceivedFrom>()
        let server = try StreamServer(listening: listen(), settings: settings) { context in
            ScriptedHandler<ReceivedFrom>(
                onMail: { _, path, output in output.reply("mail \(context.index);", to: path) },
                onOpened: { path in opened.add(path) },
            )
        }
        defer { server.stop() }
        for _ in 0..<2 {
            let client = try TCPClient(to: server.listeners[0].endpoint)
            let path = try #require(opened.next())
            #expect(server.send(Datagram(bytes: Array("thread;".utf8), path: path)))
            #expect(try client.receive(7) == "thread;")
            for index in 0..<2 {
                server.mailboxes[index].post(path)
                #expect(try client.receive(7) == "mail \(index);")
            }
        }
    }

    @Test func otherTransportsAreHandedOn() throws {
        let handedOn = Journal<Datagram>()
        let server = try StreamServer(
            listening: listen(),
            elsewhere: { handedOn.add($0) },
            makeHandler: { _ in
                ScriptedHandler<Never>(onMessage: { _, text, path, output in
                    var other = path
                    other.transport = .udp
                    output.reply("notify", to: other)
                })
            },
        )
        defer { server.stop() }
        try TCPClient(to: server.listeners[0].endpoint).send(framed("x"))
        #expect(handedOn.next()?.bytes == Array("notify".utf8))
    }

    @Test func theHandlerIsCalledAtItsDeadlineAndNotBefore() throws {
        let calls = Journal<(due: Timestamp, at: Timestamp)>()
        let start = SystemClock.read().timestamp
        let server = try StreamServer(listening: listen()) { _ in
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

    @Test func aBusyPortIsOneSentence() throws {
        let first = try echo()
        defer { first.stop() }
        let port = first.listeners[0].endpoint.port
        let error = #expect(throws: TransportError.self) {
            try StreamServer(listening: listen("tcp:127.0.0.1:\(port)")) { _ in EchoHandler() }
        }
        let sentence = "address already in use; stop the other program or choose another port"
        #expect(error?.description == "tcp:127.0.0.1:\(port): \(sentence)")
    }

    @Test func loopsLeaveSignalsToTheMainThreadButNotFaults() throws {
        let blocked = Journal<[Bool]>()
        // A test's thread may be deaf itself, and the loop's would then inherit it.
        let before = unblockSignals()
        defer { restoreSignals(before) }
        let server = try StreamServer(listening: listen()) { _ in
            blocked.add([SIGTERM, SIGINT, SIGHUP, SIGWINCH, SIGSEGV, SIGILL, SIGTRAP].map(blocksSignal))
            return EchoHandler()
        }
        defer { server.stop() }
        #expect(blocked.next() == [true, true, true, true, false, false, false])
        #expect(!blocksSignal(SIGTERM))
    }

    @Test func stoppingTellsTheHandlerAndLeavesNoThread() throws {
        let ended = Ends()
        let opened = Journal<ReceivedFrom>()
        let thread = Mutex<pid_t>(0)
        let server = try StreamServer(listening: listen()) { _ in
            thread.withLock { $0 = currentThread() }
            return ScriptedHandler<Never>(
                onClosed: { path, end in ended.add((path, end)) },
                onOpened: { path in opened.add(path) },
            )
        }
        let client = try TCPClient(to: server.listeners[0].endpoint)
        let path = try #require(opened.next())
        #expect(threadExists(thread.withLock { $0 }))
        server.stop()
        #expect(threadLeaves(thread.withLock { $0 }))
        #expect(ended.next()?.end == .local)
        #expect(client.isClosedByPeer())
        #expect(!server.send(Datagram(bytes: [1], path: path)))
        server.stop()
        let again = try StreamServer(listening: listen("\(server.listeners[0])")) { _ in EchoHandler() }
        again.stop()
    }
}
