internal import NIOCore
internal import SIPMessage
internal import Timing

/// One connection: cuts what comes into messages and hands them to its loop. Lives on that loop only.
final class StreamConnection<Handler: MessageHandler & ~Copyable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let path: ReceivedFrom
    private let loop: StreamLoop<Handler>
    private var framer: StreamFramer
    private var watch: ConnectionWatch
    private var context: ChannelHandlerContext?
    private var end: ConnectionEnd?

    init(path: ReceivedFrom, loop: StreamLoop<Handler>) {
        self.path = path
        self.loop = loop
        framer = StreamFramer(limits: loop.settings.messageLimits)
        watch = ConnectionWatch(openedAt: path.at)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        // A connection that broke before it was active is never reported as inactive.
        loop.forget(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.opened(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.closed(self, because: end ?? .peer)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // After the end was decided only the peer's own end is waited for.
        guard end == nil else { return }
        let bytes = unwrapInboundIn(data)
        let clock = loop.beginBatch()
        framer.append(bytes.readableBytesUInt8Span)
        var events = 0
        while let event = framer.next() {
            events += 1
            switch event {
            case .message(let range):
                let buffer = framer.buffer
                loop.receive(buffer.span.extracting(range), on: self, clock: clock)
            case .ping:
                loop.receivePing(on: self)
            case .failure(let problem, let head):
                let buffer = framer.buffer
                loop.receiveUnframed(buffer.span.extracting(head), because: problem, on: self, clock: clock)
                loop.finishBatch()
                hangUp(because: .framing, at: clock.timestamp)
            }
        }
        watch.hasRead(at: clock.timestamp, events: events, pendingBytes: framer.pendingBytes)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A peer that doesn't read its replies gets no new ones made: its requests wait in its own socket.
        let isWritable = context.channel.isWritable
        try? context.channel.syncOptions?.setOption(.autoRead, value: isWritable)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Sends bytes; closes when too many wait already. False when the connection is gone.
    func write(_ bytes: Span<UInt8>) -> Bool {
        guard let context, context.channel.isActive else { return false }
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes.bytes)
        watch.hasQueued(bytes.count)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        // Below the channel's high-water mark, which is no higher than the limit, nothing need be counted.
        if !context.channel.isWritable, unsentBytes > loop.settings.maximumUnsentBytes {
            close(because: .slowReader)
        }
        return true
    }

    /// Closes at once, with a reason for the handler.
    func close(because end: ConnectionEnd) {
        if self.end == nil { self.end = end }
        context?.close(promise: nil)
    }

    /// Closes if a time limit has passed.
    func checkTimes(_ now: Timestamp) {
        if let end = watch.overdue(at: now, unsentBytes: unsentBytes, settings: loop.settings) {
            close(because: end)
        }
    }

    /// Says that nothing more will be sent and lets the peer close: closing with bytes unread would make the
    /// kernel reset the connection, and the last answer might never be read.
    private func hangUp(because end: ConnectionEnd, at now: Timestamp) {
        guard self.end == nil else { return }
        self.end = end
        watch.hasHungUp(at: now)
        context?.close(mode: .output, promise: nil)
    }

    private var unsentBytes: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }
}
