import NIOPosix
import Testing

@testable import Transport

/// What a client leaves unread is bounded, but for one answer.
@Suite struct LineConnectionTests {
    private func connection() -> LineConnection {
        LineConnection(
            id: 1,
            peer: PeerCredentials(process: 1, user: 0, group: 0),
            limit: 100,
            eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
            wake: {}
        )
    }

    private func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0x61, count: count) }

    @Test func whatWaitsIsBounded() {
        let connection = connection()
        #expect(connection.send(bytes(60)) && connection.send(bytes(40)))
        #expect(!connection.send(bytes(1)))
        #expect(connection.take().overflow == 101)
    }

    @Test func anAnswerLargerThanTheLimitLeavesRoomForWhatFollows() {
        let connection = connection()
        #expect(connection.send(bytes(1_000)))
        #expect(connection.send(bytes(60)), "a notice, say")
        #expect(connection.take().lines.count == 1_060)
        #expect(connection.send(bytes(40)))
        #expect(!connection.send(bytes(1)))
    }

    @Test func theRoomOfALargeAnswerGoesWithIt() {
        let connection = connection()
        #expect(connection.send(bytes(1_000)))
        _ = connection.take()
        #expect(connection.wrote(1_000) == 0)
        #expect(connection.send(bytes(100)))
        #expect(!connection.send(bytes(1)))
    }
}
