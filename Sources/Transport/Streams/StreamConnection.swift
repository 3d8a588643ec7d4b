internal import Glibc
internal import NIOCore
internal import NIOSSL
internal import SIPMessage
internal import Timing

/// One connection that is ready for messages: cuts what comes into messages, unless a WebSocket has done so, and
/// hands them to its loop. Lives on that loop only.
final class StreamConnection<Handler: MessageHandler & ~Copyable>: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let path: ReceivedFrom
    let peer: ConnectionPeer
    private let loop: StreamLoop<Handler>
    private let frames: WebSocketFrames?
    private var framer: StreamFramer
    private var watch: ConnectionWatch
    private var context: ChannelHandlerContext?
    private var end: ConnectionEnd?
    /// WebSocket messages and pings since the bytes before.
    private var events = 0

    /// `frames` is the stage that makes WebSocket messages; without it bytes come as the stream gives them. On a
    /// connection that is ours it is we who speak first.
    init(
        path: ReceivedFrom,
        peer: ConnectionPeer = .unverified,
        loop: StreamLoop<Handler>,
        frames: WebSocketFrames? = nil,
        isOurs: Bool = false,
    ) {
        self.path = path
        self.peer = peer
        self.loop = loop
        self.frames = frames
        framer = StreamFramer(limits: loop.settings.messageLimits)
        watch = ConnectionWatch(openedAt: path.at, awaitsMessage: !isOurs)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Behind handshakes the channel has been active for a while.
        if context.channel.isActive { loop.opened(self) }
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
        guard frames == nil else { return receiveWhole(bytes.readableBytesUInt8Span, clock) }
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

    /// One WebSocket message: a SIP message, or a keepalive as on a stream (RFC 7118 §6).
    private func receiveWhole(_ message: Span<UInt8>, _ clock: ClockReading) {
        events += 1
        if !KeepAlive.mayBe(message) || !KeepAlive.isEmpty(message) {
            loop.receive(message, on: self, clock: clock)
        } else if KeepAlive.isPing(message) {
            loop.receivePing(on: self)
        } else {
            loop.countKeepAlive()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard end == nil, let frames, let event = event as? WebSocketEvent else { return }
        let now = loop.beginBatch().timestamp
        switch event {
        case .keepAlive:
            loop.countKeepAlive()
            // A ping between two fragments doesn't complete the message.
            if !frames.isInMessage { events += 1 }
        case .closing:
            loop.finishBatch()
            hangUp(because: .peer, at: now)
        case .failure:
            loop.countUnusable()
            loop.finishBatch()
            hangUp(because: .framing, at: now)
        }
    }

    /// For a WebSocket the bytes of a frame that is not whole are seen here only: something came, and nothing of
    /// it is done.
    func channelReadComplete(context: ChannelHandlerContext) {
        guard end == nil, let frames else { return }
        let isInMessage = frames.isInMessage || events == 0
        watch.hasRead(
            at: loop.beginBatch().timestamp,
            events: events,
            pendingBytes: isInMessage ? 1 : 0
        )
        events = 0
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A peer that doesn't read its replies gets no new ones made: its requests wait in its own socket.
        let isWritable = context.channel.isWritable
        try? context.channel.syncOptions?.setOption(.autoRead, value: isWritable)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if end == nil, let error = error as? IOError, Self.isHalfOpen(error.errnoCode) { end = .halfOpen }
        context.closeAtOnce()
    }

    /// What TCP says when its probes or its data are not acknowledged.
    private static func isHalfOpen(_ errno: Int32) -> Bool {
        errno == ETIMEDOUT || errno == EHOSTUNREACH || errno == ENETUNREACH
    }

    /// Sends bytes; closes when too many wait already. False when the connection is gone.
    func write(_ bytes: Span<UInt8>) -> Bool {
        guard let context, context.channel.isActive else { return false }
        var buffer = context.channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes.bytes)
        if path.transport == .tcp {
            watch.hasQueued(bytes.count)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        } else {
            // TLS and WebSocket add to it: what counts is by how much more waits than before.
            let before = unsentBytes
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            watch.hasQueued(max(0, unsentBytes - before))
        }
        // Below the channel's high-water mark, which is no higher than the limit, nothing need be counted.
        if !context.channel.isWritable, unsentBytes > loop.settings.maximumUnsentBytes {
            close(because: .slowReader)
        }
        return true
    }

    /// Closes at once, with a reason for the handler.
    func close(because end: ConnectionEnd) {
        if self.end == nil { self.end = end }
        context?.closeAtOnce()
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

extension ChannelHandlerContext {
    /// Closes without waiting for the peer. The stages before still say goodbye (a close frame, TLS's
    /// close_notify), but TLS would then wait for the answer (RFC 8446 §6.1 lets it be).
    func closeAtOnce() {
        close(promise: nil)
        guard channel.isActive else { return }
        let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLHandler.self)
        tls?.close(promise: nil)
    }
}
