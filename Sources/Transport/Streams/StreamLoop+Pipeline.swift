internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import NIOWebSocket
internal import SIPMessage

extension StreamLoop where Handler: ~Copyable {
    /// Sets up what a new connection goes through, from the network to us: TLS, the HTTP request that becomes a
    /// WebSocket, then the connection itself.
    ///
    /// Without handshakes the connection is there from the beginning; else ``ConnectionOpening`` keeps its place.
    func setUp(_ channel: any Channel, path: ReceivedFrom, identity: TLSIdentity?) throws {
        let pipeline = channel.pipeline.syncOperations
        if path.transport == .tcp {
            return try pipeline.addHandler(StreamConnection(path: path, loop: self))
        }
        let opening = ConnectionOpening(path: path, loop: self)
        if path.transport.isSecure {
            // There is no listener for TLS without an identity.
            guard let identity else { throw ChannelError.operationUnsupported }
            try pipeline.addHandler(NIOSSLServerHandler(context: identity.context))
        }
        if path.transport.keepsMessagesWhole {
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withServerUpgrade: ([upgrader(opening, channel.eventLoop)], { _ in }),
                withEncoderConfiguration: HTTPResponseEncoder.Configuration(),
                withDecoderLimitConfiguration: WebSocketUpgrade.limits,
            )
        }
        try pipeline.addHandler(opening)
    }

    /// Sets up a connection of our own. With TLS the server must have a certificate of `host`, or, if that is nil, of
    /// its address.
    func setUpOwn(_ channel: any Channel, path: ReceivedFrom, host: String?, tls: NIOSSLContext?) throws {
        let pipeline = channel.pipeline.syncOperations
        if path.transport == .tcp {
            return try pipeline.addHandler(StreamConnection(path: path, loop: self, isOurs: true))
        }
        guard path.transport == .tls, let tls else { throw ChannelError.operationUnsupported }
        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: host))
        try pipeline.addHandler(
            ConnectionOpening(path: path, loop: self, server: ServerIdentity(host, path.source))
        )
    }

    /// Accepts what ``WebSocketUpgrade`` finds well, answers with subprotocol `sip` (RFC 7118 §4), and then opens
    /// the connection.
    private func upgrader(
        _ opening: ConnectionOpening<Handler>,
        _ eventLoop: any EventLoop,
    ) -> NIOWebSocketServerUpgrader {
        let limit = min(max(settings.messageLimits.messageBytes, 1), Int(UInt32.max))
        let opening = NIOLoopBound(opening, eventLoop: eventLoop)
        return NIOWebSocketServerUpgrader(
            maxFrameSize: limit,
            automaticErrorHandling: false,
            shouldUpgrade: { channel, request in
                let isWell = WebSocketUpgrade.refusal(of: request) == nil
                let headers = HTTPHeaders([("Sec-WebSocket-Protocol", WebSocketUpgrade.subprotocol)])
                return channel.eventLoop.makeSucceededFuture(isWell ? headers : nil)
            },
            upgradePipelineHandler: { channel, _ in
                opening.value.open(WebSocketFrames(limit: limit))
                return channel.eventLoop.makeSucceededVoidFuture()
            },
        )
    }
}
