internal import NIOCore
internal import Timing

/// One connection's place in its pipeline; lives on the event loop.
///
/// It reads only while the client has credit: as long as few of its lines are unanswered. What else the client
/// sends waits in the kernel, and then in the client.
final class LineChannel: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: LineServer
    private let settings: LineSettings
    private let opened: Timestamp
    private var cutter: LineCutter
    /// The near end; nil for a client that is one too many.
    var connection: LineConnection?
    private var context: ChannelHandlerContext?
    /// Lengths of the lines that wait for their answer, oldest first.
    private var unanswered: [Int] = []
    private var unansweredBytes = 0
    private var hasSpoken = false
    private var isReading = false
    private var isClosing = false
    /// The client sends nothing more; what it has asked is still answered.
    private var isInputClosed = false
    private var end: LineEnd?
    /// When the client last took something of what waits for it; nil while nothing waits.
    private var waitsSince: Timestamp?

    init(server: LineServer, opened: Timestamp) {
        self.server = server
        self.opened = opened
        settings = server.settings
        cutter = LineCutter(limit: server.settings.maximumLine)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // A connection that broke before it was active is never reported as inactive.
        server.forget(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let connection else { return refuse(.tooMany) }
        server.events.opened(connection)
        takeLines()
    }

    /// The client is told why and sent away.
    func refuse(_ refusal: LineRefusal) {
        end = end ?? .refused(refusal)
        finish(with: server.events.words(refusal))
    }

    // MARK: Reading

    private var hasCredit: Bool {
        unanswered.count < settings.maximumUnanswered && unansweredBytes < settings.maximumUnansweredBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = false
        let buffer = unwrapInboundIn(data)
        guard !isClosing else { return }
        cutter.append(buffer.readableBytesView)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        takeLines()
    }

    /// Hands over the lines that are there as far as there is credit, and reads on if there is credit left.
    private func takeLines() {
        guard let connection, !isClosing else { return }
        while hasCredit, let piece = cutter.next() {
            guard case .line(let line) = piece else { return refuse(.lineTooLong(cutter.limit)) }
            hasSpoken = true
            unanswered.append(line.count)
            unansweredBytes += line.count
            server.events.line(connection, line)
        }
        if isInputClosed, unanswered.isEmpty { return leave() }
        guard hasCredit, !isReading, !isClosing, !isInputClosed else { return }
        isReading = true
        context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        isInputClosed = true
        takeLines()
    }

    /// The client has gone, or has all that it asked for.
    private func leave() {
        guard let context, !isClosing else { return }
        end = end ?? .peer
        isClosing = true
        closeAfterWriting(context)
    }

    private func credit(_ answers: Int) {
        guard answers > 0 else { return }
        for length in unanswered.prefix(answers) { unansweredBytes -= length }
        unanswered.removeFirst(min(answers, unanswered.count))
        takeLines()
    }

    // MARK: Writing

    /// A part of the output that is written at once: what a slow client takes is seen in such steps.
    private static let step = 16 << 10

    /// Writes what others have sent.
    func flush() {
        guard let connection, let context, !isClosing else { return }
        let work = connection.take()
        if let overflow = work.overflow {
            end = end ?? .unread(overflow)
            return drop()
        }
        if let longest = work.longestLine { cutter.limit = longest }
        write(work.lines)
        if work.closes {
            end = end ?? .local
            isClosing = true
            closeAfterWriting(context)
        } else {
            credit(work.answers)
        }
    }

    private func write(_ bytes: [UInt8]) {
        guard let context, !bytes.isEmpty else { return }
        if waitsSince == nil { waitsSince = SystemClock.read().timestamp }
        var index = 0
        while index < bytes.count {
            let part = bytes[index..<min(index + Self.step, bytes.count)]
            index += part.count
            let (count, written) = (part.count, context.eventLoop.makePromise(of: Void.self))
            written.futureResult.assumeIsolated().whenSuccess { self.wrote(count) }
            context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: part)), promise: written)
        }
        context.flush()
    }

    private func wrote(_ count: Int) {
        let left = connection?.wrote(count) ?? 0
        waitsSince = left > 0 ? SystemClock.read().timestamp : nil
    }

    /// A last line, then the end.
    private func finish(with line: [UInt8]) {
        guard let context, !isClosing else { return }
        isClosing = true
        if !line.isEmpty {
            context.writeAndFlush(
                wrapOutboundOut(context.channel.allocator.buffer(bytes: line)),
                promise: nil
            )
        }
        closeAfterWriting(context)
    }

    /// Closes when the client has taken all, or after the time that it has for that.
    private func closeAfterWriting(_ context: ChannelHandlerContext) {
        waitsSince = waitsSince ?? SystemClock.read().timestamp
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.drop() }
        context.writeAndFlush(
            wrapOutboundOut(context.channel.allocator.buffer(capacity: 0)),
            promise: written
        )
    }

    /// Closes without waiting for anything.
    private func drop() {
        isClosing = true
        context?.close(promise: nil)
    }

    // MARK: Time and end

    /// Closes what has taken too long.
    func checkTimes(_ now: Timestamp) {
        if let waitsSince, now - waitsSince > settings.writeTimeout {
            end = end ?? .unread(connection?.unsent ?? 0)
            drop()
        } else if !hasSpoken, !isClosing, now - opened > settings.firstLineTimeout {
            refuse(.tooSlow)
        }
    }

    /// This side ends it.
    func stop(sayingLast last: [UInt8]) {
        end = end ?? .local
        flush()
        if !isClosing { write(last) }
        drop()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        server.forget(self)
        guard let connection else { return }
        self.connection = nil
        connection.end()
        server.events.closed(connection, end ?? .peer)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { drop() }
}
