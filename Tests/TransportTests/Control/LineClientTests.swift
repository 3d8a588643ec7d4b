import Glibc
import Synchronization
import Testing
import Timing

@testable import Transport

@Suite struct LineClientTests {
    private let place = SocketPlace()

    private func echo() throws -> LineServer {
        try LineServer(
            path: place.path,
            owners: [geteuid()],
            events: LineEvents(
                opened: { _ in },
                line: { connection, line in connection.send(line + [0x0a], answers: 1) },
                closed: { _, _ in },
                words: { _ in [] }
            )
        )
    }

    private func line(_ client: LineClient) -> String? {
        for _ in 0..<100 {
            switch client.next(timeoutMilliseconds: 5_000) {
            case .line(let bytes): return String(decoding: bytes, as: UTF8.self)
            case .nothing: continue
            case .ended: return "ended"
            case .tooLong: return "too long"
            }
        }
        return nil
    }

    @Test func questionsAndAnswersOfAnyLengthPass() throws {
        let server = try echo()
        defer { server.stop() }
        let client = try LineClient(path: place.path)
        let long = String(repeating: "y", count: 250_000)
        client.send(Array("one\n\(long)\ntwo\n".utf8))
        #expect(line(client) == "one" && line(client) == long && line(client) == "two")
    }

    @Test func theEndIsSeen() throws {
        let server = try echo()
        let client = try LineClient(path: place.path, longestLine: 10)
        client.send(Array("12345678901\n".utf8))
        #expect(line(client) == "too long")
        let other = try LineClient(path: place.path)
        server.stop()
        #expect(line(other) == "ended")
    }

    @Test func nobodyThereIsAnError() {
        #expect(throws: TransportError.cannotOpen(socket: place.path, errno: ENOENT)) {
            try LineClient(path: place.path)
        }
    }

    @Test func whatIsDroppedNeverArrives() throws {
        let seen = Mutex<[Int]>([])
        let server = try LineServer(
            path: place.path,
            owners: [geteuid()],
            events: LineEvents(
                opened: { _ in },
                // Unanswered, so it reads no further.
                line: { _, line in seen.withLock { $0.append(line.count) } },
                closed: { _, _ in },
                words: { _ in [] }
            )
        )
        defer { server.stop() }
        let client = try LineClient(path: place.path)
        for _ in 0..<64 { client.send(Array(repeating: 0x61, count: 100_000) + [0x0a]) }
        client.stopSending()
        client.send(Array("more\n".utf8))
        #expect(client.next(timeoutMilliseconds: 50).isNothing)
        #expect(!seen.withLock { $0 }.contains(4))
    }

    @Test func wakeEndsTheWait() throws {
        let server = try echo()
        defer { server.stop() }
        let client = try LineClient(path: place.path)
        client.wake()
        let before = SystemClock.read().timestamp
        #expect(client.next(timeoutMilliseconds: 60_000).isNothing)
        #expect(SystemClock.read().timestamp - before < .seconds(5))
    }
}

extension LineClient.Event {
    fileprivate var isNothing: Bool { if case .nothing = self { true } else { false } }
}
