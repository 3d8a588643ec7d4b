import CSocket
import Glibc
import Synchronization
import Testing
import Timing

@testable import Transport

/// A server that keeps what it was told.
private final class Told: Sendable {
    let connections = Mutex<[LineConnection]>([])
    let lines = Mutex<[String]>([])
    let ends = Mutex<[LineEnd]>([])
    let arrivals = Arrivals()

    /// Echoes lines in angle brackets as answers, unless they are kept unanswered.
    func events(answers: Bool = true) -> LineEvents {
        LineEvents(
            opened: { connection in
                self.connections.withLock { $0.append(connection) }
                self.arrivals.signal()
            },
            line: { connection, line in
                self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                if answers { connection.send(Array("<".utf8) + line + Array(">\n".utf8), answers: 1) }
                self.arrivals.signal()
            },
            closed: { _, end in
                self.ends.withLock { $0.append(end) }
                self.arrivals.signal()
            },
            words: { Array("\($0)\n".utf8) }
        )
    }

    var lineCount: Int { lines.withLock { $0.count } }

    /// Waits until it has been told what is wanted; false after five seconds.
    func wait(until isTold: () -> Bool) -> Bool {
        for _ in 0..<5_000 {
            if isTold() { return true }
            guard arrivals.wait(seconds: 5) else { break }
        }
        return isTold()
    }
}

/// The control socket's lines, and the bounds of what clients can do to their server.
@Suite struct LineServerTests {
    private let place = SocketPlace()
    private let told = Told()

    private func server(answers: Bool = true, _ change: (inout LineSettings) -> Void = { _ in }) throws
        -> LineServer
    {
        var settings = LineSettings()
        change(&settings)
        return try LineServer(
            path: place.path,
            settings: settings,
            owners: [geteuid()],
            events: told.events(answers: answers)
        )
    }

    @Test func linesComeAndGo() throws {
        let server = try server()
        defer { server.stop() }
        let client = try LocalClient(place.path)
        client.send("on")
        client.send("e\ntwo\n")
        #expect(client.line() == "<one>" && client.line() == "<two>")
        shutdown(client.descriptor, Int32(SHUT_RDWR))
        #expect(told.wait { told.ends.withLock { $0 } == [.peer] })
    }

    @Test func whoHasSaidAllGetsAllAnswers() throws {
        let server = try server(answers: false)
        defer { server.stop() }
        let client = try LocalClient(place.path)
        client.send("one\ntwo\n")
        shutdown(client.descriptor, Int32(SHUT_WR))
        #expect(told.wait { told.lineCount == 2 })
        let connection = try #require(told.connections.withLock { $0.first })
        connection.send(Array("1\n".utf8), answers: 1)
        #expect(client.line() == "1")
        connection.send(Array("2\n".utf8), answers: 1)
        #expect(client.line() == "2" && client.line() == nil)
        #expect(told.wait { told.ends.withLock { $0 } == [.peer] })
    }

    @Test func thePeerIsWhoTheKernelSays() throws {
        let server = try server()
        defer { server.stop() }
        let client = try LocalClient(place.path)
        #expect(told.wait { told.connections.withLock { $0.count } == 1 })
        let peer = try #require(told.connections.withLock { $0.first?.peer })
        #expect(peer.process == getpid() && peer.user == geteuid() && peer.group == getegid())
        var own = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(own.count), &own)
        #expect(Set(peer.groups) == Set(own.prefix(Int(count))))
        #expect(peer.isMember(of: getegid()) && !peer.isMember(of: 4_000_000_000))
        withExtendedLifetime(client) {}
    }

    @Test(arguments: [(nil, UInt32(0o600)), (UInt32(0), UInt32(0o660))])
    func theFileIsTheOwnersOrTheGroups(group: UInt32?, mode: UInt32) throws {
        guard geteuid() == 0 || group == nil else { return }
        let before = umask(0)
        defer { umask(before) }
        let server = try server {
            $0.group = group
            $0.mode = mode
        }
        defer { server.stop() }
        var facts = stat()
        try check(lstat(place.path, &facts))
        #expect(facts.st_mode & 0o7777 == mode && facts.st_mode & S_IFMT == S_IFSOCK)
    }

    @Test func aStaleSocketGivesWayAndAFileDoesNot() throws {
        let first = try server()
        // As kill -9 leaves it: the file is there, and nobody listens.
        link(place.path, "\(place.folder)/kept")
        first.stop()
        #expect(access(place.path, F_OK) != 0)
        rename("\(place.folder)/kept", place.path)
        let second = try server()
        #expect(try LocalClient(place.path).send("a\n") == 2)
        second.stop()
        let file = open(place.path, O_CREAT | O_WRONLY, 0o600)
        close(file)
        #expect(throws: TransportError.cannotOpen(socket: place.path, errno: EEXIST)) { try server() }
        #expect(access(place.path, F_OK) == 0)
    }

    @Test func aPathThatIsTooLongIsOneSentence() throws {
        let path = "\(place.folder)/" + String(repeating: "x", count: 107 - place.folder.utf8.count)
        let error = #expect(throws: TransportError.self) {
            try LineServer(path: path, owners: [0], events: told.events())
        }
        #expect(
            error?.description == "\(path): a socket's path has at most 107 bytes; choose a shorter directory"
        )
        let fits = try LineServer(path: String(path.dropLast()), owners: [0], events: told.events())
        fits.stop()
    }

    @Test func theSocketOfALaterServerIsLeftAlone() throws {
        let first = try server()
        let second = try server()
        first.stop()
        #expect(try LocalClient(place.path).send("a\n") == 2)
        second.stop()
        #expect(access(place.path, F_OK) != 0)
    }

    // MARK: Bounds

    @Test func aLineThatIsTooLongIsToldAndClosed() throws {
        let server = try server { $0.maximumLine = 1_000 }
        defer { server.stop() }
        let client = try LocalClient(place.path)
        client.send(String(repeating: "a", count: 1_001))
        #expect(client.line() == "lineTooLong(1000)")
        #expect(client.isClosedByPeer())
        #expect(told.wait { told.ends.withLock { $0 } == [.refused(.lineTooLong(1_000))] })
        let other = try LocalClient(place.path)
        #expect(told.wait { told.connections.withLock { $0.count } == 2 })
        told.connections.withLock { $0.last }?.allowLines(upTo: 2_000)
        // As it is done: what is allowed holds once the client has heard something after it.
        other.send("a\n")
        #expect(other.line() == "<a>")
        other.send(String(repeating: "a", count: 2_000) + "\n")
        #expect(other.line()?.count == 2_002)
    }

    @Test func whoSaysNothingIsSentAway() throws {
        let server = try server { $0.firstLineTimeout = .milliseconds(50) }
        defer { server.stop() }
        let silent = try LocalClient(place.path)
        silent.send("half a line")
        #expect(silent.line() == "tooSlow")
        #expect(silent.isClosedByPeer())
    }

    @Test func readingStopsUntilAnAnswerIsGiven() throws {
        let server = try server(answers: false) { $0.maximumUnanswered = 3 }
        defer { server.stop() }
        let client = try LocalClient(place.path)
        // More than the kernel keeps for a socket that nobody reads.
        let lines = String(repeating: String(repeating: "x", count: 999) + "\n", count: 2_000)
        let sent = Mutex(0)
        let sender = try LoopThread(name: "sender") { [client = Sender(client)] in
            let count = client.send(lines)
            sent.withLock { $0 = count }
        }
        #expect(told.wait { told.lineCount == 3 })
        // Another client's lines come, each with a turn of the loop in which the first one's could have come as well.
        let other = try LocalClient(place.path)
        for count in 4...6 {
            other.send("other\n")
            #expect(told.wait { told.lineCount >= count })
        }
        #expect(told.lineCount == 6)
        let connection = try #require(told.connections.withLock { $0.first })
        connection.send([], answers: 1)
        #expect(told.wait { told.lineCount == 7 })
        // Each answer brings one more, to the last.
        for count in 8...2_003 {
            connection.send([], answers: 1)
            guard told.wait(until: { told.lineCount == count }) else {
                Issue.record("line \(count) never came")
                break
            }
        }
        sender.join()
        #expect(sent.withLock { $0 } == lines.utf8.count)
    }

    @Test func aClientThatNeverReadsIsClosedAndStopsNobody() throws {
        let server = try server { $0.maximumUnsent = 1 << 20 }
        defer { server.stop() }
        let slow = try LocalClient(place.path)
        let good = try LocalClient(place.path)
        #expect(told.wait { told.connections.withLock { $0.count } == 2 })
        let connections = told.connections.withLock { $0 }
        let line = Array(repeating: UInt8(ascii: "x"), count: 65_535) + [0x0a]
        var accepted = 0
        while connections[0].send(line), accepted < 1_000 { accepted += 1 }
        // What the kernel holds comes on top; beyond the bound nothing is taken.
        #expect((16...64).contains(accepted), "\(accepted) lines of 64 KiB")
        good.send("still here\n")
        #expect(good.line() == "<still here>")
        #expect(
            told.wait { told.ends.withLock { $0.contains { if case .unread = $0 { true } else { false } } } }
        )
        #expect(slow.isClosedByPeer())
    }

    @Test func aClientThatReadsNothingForTooLongIsClosed() throws {
        let server = try server { $0.writeTimeout = .milliseconds(100) }
        defer { server.stop() }
        let slow = try LocalClient(place.path)
        #expect(told.wait { told.connections.withLock { $0.count } == 1 })
        told.connections.withLock { $0.first }?.send(Array(repeating: 0x78, count: 2 << 20) + [0x0a])
        #expect(told.wait { told.ends.withLock { !$0.isEmpty } })
        #expect(slow.isClosedByPeer())
    }

    @Test func onlySoManyMayComeAndTheyAreToldSo() throws {
        let server = try server {
            $0.maximumConnections = 3
            $0.reservedConnections = 0
        }
        defer { server.stop() }
        var clients = try (0..<3).map { _ in try LocalClient(place.path) }
        #expect(told.wait { told.connections.withLock { $0.count } == 3 })
        let late = try LocalClient(place.path)
        #expect(late.line() == "tooMany")
        #expect(late.isClosedByPeer())
        clients.removeLast()
        #expect(told.wait { !told.ends.withLock { $0.isEmpty } })
        let next = try LocalClient(place.path)
        next.send("a\n")
        #expect(next.line() == "<a>")
    }

    @Test func strangersLeaveRoomForTheOwner() throws {
        var settings = LineSettings()
        settings.maximumConnections = 3
        settings.reservedConnections = 2
        let server = try LineServer(
            path: place.path,
            settings: settings,
            owners: [geteuid() + 1],
            events: told.events()
        )
        defer { server.stop() }
        let first = try LocalClient(place.path)
        first.send("a\n")
        #expect(first.line() == "<a>")
        #expect(try LocalClient(place.path).line() == "tooMany")
    }

    @Test func tenThousandConnectsAndGarbageLeaveItAsItWas() throws {
        let server = try server()
        defer { server.stop() }
        var garbage: [UInt8] = (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 3) }
        for index in garbage.indices where garbage[index] == 0x0a { garbage[index] = 0 }
        for round in 0..<10_000 {
            let descriptor = csocket_connect_local(place.path)
            guard descriptor >= 0 else {
                // The backlog is full: nobody waits for it.
                sched_yield()
                continue
            }
            if round % 3 == 0 { _ = send(descriptor, garbage, garbage.count, Int32(MSG_NOSIGNAL)) }
            close(descriptor)
        }
        let client = try patientClient()
        client.send("after all\n")
        #expect(client.line() == "<after all>")
        let files = descriptors()
        #expect(files < 200, "\(files) descriptors are open")
    }

    /// A client that comes when the backlog has room again.
    private func patientClient() throws -> LocalClient {
        for _ in 0..<1_000_000 {
            if let client = try? LocalClient(place.path) { return client }
            sched_yield()
        }
        return try LocalClient(place.path)
    }

    private func descriptors() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    @Test func theEndIsSaidAndTheFileIsRemoved() throws {
        let server = try server()
        let client = try LocalClient(place.path)
        client.send("a\n")
        #expect(client.line() == "<a>")
        server.stop(sayingLast: Array("good bye\n".utf8))
        #expect(client.line() == "good bye")
        #expect(client.isClosedByPeer() && access(place.path, F_OK) != 0)
        #expect(told.ends.withLock { $0 } == [.local])
        server.stop()
    }

    /// Hands a client to the one thread that uses it.
    private struct Sender: Sendable {
        private let descriptor: Int32
        init(_ client: LocalClient) { descriptor = dup(client.descriptor) }

        func send(_ text: String) -> Int {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { break }
                sent += count
            }
            close(descriptor)
            return sent
        }
    }
}
