import SIPMessage
import Synchronization
import Timing

@testable import Transport

/// What a handler saw, for the test's thread to wait on.
final class Journal<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let arrivals = Arrivals()

    func add(_ item: Item) {
        items.withLock { $0.append(item) }
        arrivals.signal()
    }

    /// The next item that was added; nil after five seconds.
    func next() -> Item? {
        guard arrivals.wait(seconds: 5) else { return nil }
        return items.withLock { $0.removeFirst() }
    }

    var waiting: [Item] { items.withLock { $0 } }
}

/// Answers each message with `echo ` and the same bytes.
struct EchoHandler: MessageHandler {
    typealias Mail = Never
    var paths: Journal<ReceivedFrom>?

    mutating func receive(
        _ message: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        paths?.add(path)
        output.bytes.append(contentsOf: Array("echo ".utf8))
        message.withUnsafeBufferPointer { output.bytes.append(contentsOf: $0) }
        output.finish(replyingTo: path)
    }
}

/// A server that echoes messages in angle brackets and notes which connections come and go.
func echoServer(
    _ listener: String,
    _ settings: StreamSettings = StreamSettings(),
    tls: TLSFiles? = nil,
    paths: Journal<ReceivedFrom> = Journal(),
    opened: Journal<ReceivedFrom> = Journal(),
    peers: Journal<ConnectionPeer> = Journal(),
    ended: Journal<(path: ReceivedFrom, end: ConnectionEnd)> = Journal(),
) throws -> StreamServer<Never> {
    try StreamServer(listening: [ListenAddress(parsing: listener)], settings: settings, tls: tls) { _ in
        ScriptedHandler<Never>(
            onMessage: { _, text, path, output in
                paths.add(path)
                output.reply("<\(text)>", to: path)
            },
            onClosed: { path, end in ended.add((path, end)) },
            onOpened: { path in opened.add(path) },
            onPeer: { peer in peers.add(peer) },
        )
    }
}

/// Does what its closures say.
struct ScriptedHandler<Mail: Sendable>: MessageHandler {
    var deadline = Timestamp.distantFuture
    var onMessage: (inout Self, String, ReceivedFrom, inout OutgoingMessages) -> Void = { _, _, _, _ in }
    var onMail: (inout Self, Mail, inout OutgoingMessages) -> Void = { _, _, _ in }
    var onAdvance: (inout Self, ClockReading, inout OutgoingMessages) -> Void = { _, _, _ in }
    var onBatchEnd: (inout Self, inout OutgoingMessages) -> Void = { _, _ in }
    var onUnframed: (String, ParseError, ReceivedFrom, inout OutgoingMessages) -> Void = { _, _, _, _ in }
    var onClosed: (ReceivedFrom, ConnectionEnd) -> Void = { _, _ in }
    var onOpened: (ReceivedFrom) -> Void = { _ in }
    var onPeer: (ConnectionPeer) -> Void = { _ in }

    mutating func receive(
        _ message: Span<UInt8>,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        let text = message.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        onMessage(&self, text, path, &output)
    }

    mutating func receiveMail(_ mail: Mail, clock: ClockReading, output: inout OutgoingMessages) {
        onMail(&self, mail, &output)
    }

    mutating func advance(to clock: ClockReading, output: inout OutgoingMessages) {
        onAdvance(&self, clock, &output)
    }

    mutating func finishBatch(clock: ClockReading, output: inout OutgoingMessages) {
        onBatchEnd(&self, &output)
    }

    mutating func connectionOpened(
        _ path: ReceivedFrom,
        peer: ConnectionPeer,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        onPeer(peer)
        onOpened(path)
    }

    mutating func connectionClosed(
        _ path: ReceivedFrom,
        because end: ConnectionEnd,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        onClosed(path, end)
    }

    mutating func receiveUnframed(
        _ head: Span<UInt8>,
        because problem: ParseError,
        from path: ReceivedFrom,
        clock: ClockReading,
        output: inout OutgoingMessages,
    ) {
        let text = head.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        onUnframed(text, problem, path, &output)
    }
}

extension OutgoingMessages {
    /// Writes a text as one reply.
    mutating func reply(_ text: String, to path: ReceivedFrom) {
        bytes.append(contentsOf: Array(text.utf8))
        finish(replyingTo: path)
    }
}
