internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOTLS
internal import NIOWebSocket
internal import SIPMessage
internal import Timing

/// A connection whose handshakes are not done: TLS, the WebSocket upgrade, or one after the other. Lives on its
/// loop only.
///
/// It is the last stage of the pipeline until a ``StreamConnection`` takes its place, and the handler hears
/// nothing of a connection that ends before that.
final class ConnectionOpening<Handler: MessageHandler & ~Copyable>: ChannelInboundHandler,
    RemovableChannelHandler
{
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Stage {
        case handshake, upgrade, opened
        /// It is over: we have answered, or have closed it ourselves.
        case ended
    }

    private(set) var path: ReceivedFrom
    private var peer = ConnectionPeer.unverified
    private let loop: StreamLoop<Handler>
    /// Whom we wanted to reach, if we have made it and not the peer.
    private let server: ServerIdentity?
    private var watch: ConnectionWatch
    private var stage: Stage
    private var context: ChannelHandlerContext?

    init(path: ReceivedFrom, loop: StreamLoop<Handler>, server: ServerIdentity? = nil) {
        self.path = path
        self.loop = loop
        self.server = server
        watch = ConnectionWatch(openedAt: path.at)
        stage = path.transport.isSecure ? .handshake : .upgrade
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.begun(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        giveUp()
        loop.forget(self, isOpen: stage == .opened)
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard stage == .handshake, case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent else {
            return
        }
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLHandler.self)
        path.tls = tls?.tlsVersion == .tlsv13 ? .tls13 : .tls12
        peer = ConnectionPeer(tls?.peerCertificate)
        if let server, !server.isProved(by: tls?.peerCertificate) { return refuse(context) }
        if path.transport == .tls {
            open()
        } else {
            stage = .upgrade
        }
    }

    /// Requests that become no WebSocket connection come here, each of them to be refused.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stage == .upgrade, case .head(let request) = unwrapInboundIn(data),
            let refusal = WebSocketUpgrade.refusal(of: request)
        else { return }
        let text = ByteBuffer(string: refusal.text + "\r\n")
        context.write(wrapOutboundOut(.head(WebSocketUpgrade.head(refusal))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        hangUp(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // The request itself comes next, and is refused.
        case is NIOWebSocketUpgradeError: break
        // Answered by the stage before with a 400.
        case is HTTPParserError: hangUp(context)
        // The TLS stage closes by itself, after its alert.
        case is NIOSSLError: break
        default: context.close(promise: nil)
        }
    }

    /// Puts the connection itself into the pipeline's last place.
    func open(_ frames: WebSocketFrames? = nil) {
        guard let context, stage != .opened, stage != .ended else { return }
        stage = .opened
        path.at = loop.beginBatch().timestamp
        let connection = StreamConnection(
            path: path,
            peer: peer,
            loop: loop,
            frames: frames,
            isOurs: server != nil,
        )
        let pipeline = context.pipeline.syncOperations
        do {
            if let frames { try pipeline.addHandler(frames) }
            try pipeline.addHandler(connection)
            pipeline.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    /// Who answered is not whom we wanted to reach.
    private func refuse(_ context: ChannelHandlerContext) {
        giveUp()
        context.closeAtOnce()
    }

    /// Closes at once.
    func close() {
        stage = .ended
        context?.closeAtOnce()
    }

    /// Closes when the handshakes take too long.
    func checkTimes(_ now: Timestamp) {
        guard watch.overdue(at: now, unsentBytes: 0, settings: loop.settings) != nil else { return }
        giveUp()
        context?.closeAtOnce()
    }

    /// Lets the peer read the answer and close.
    private func hangUp(_ context: ChannelHandlerContext) {
        giveUp()
        watch.hasHungUp(at: loop.beginBatch().timestamp)
        context.close(mode: .output, promise: nil)
    }

    /// Counts what was not done, once.
    private func giveUp() {
        switch stage {
        case .handshake: loop.counters.countFailedHandshake()
        case .upgrade: loop.counters.countFailedUpgrade()
        case .opened, .ended: return
        }
        stage = .ended
    }
}
