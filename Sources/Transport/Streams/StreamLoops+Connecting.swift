internal import CSocket
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import SIPMessage
internal import Timing

extension StreamLoops where Handler: ~Copyable {
    /// Begins a connection of our own; `outgoing` learns what becomes of it. Never waits.
    func connect(_ attempt: OutgoingConnections.Attempt, for outgoing: OutgoingConnections) {
        let destination = attempt.destination
        let index = Int(UInt(bitPattern: destination.hashValue) % UInt(boxes.count))
        let eventLoop = boxes[index].eventLoop
        let limit = TimeAmount.nanoseconds(outgoing.settings.connectTimeout.nanoseconds)
        let deadline = NIODeadline.now() + limit
        guard
            let address = try? SocketAddress(
                ipAddress: destination.endpoint.address.text,
                port: Int(destination.endpoint.port)
            )
        else { return outgoing.ended(attempt, because: .local) }
        bootstrap(eventLoop).connectTimeout(limit).connect(to: address).whenComplete { result in
            guard case .success(let channel) = result else { return outgoing.ended(attempt, because: .peer) }
            eventLoop.scheduleTask(deadline: deadline) {
                if outgoing.isConnecting(attempt) { channel.close(promise: nil) }
            }
            // Not before the channel has told its pipeline that it is active, or it would be told twice.
            eventLoop.execute { self.setUp(channel, attempt, outgoing, onLoop: index) }
        }
    }

    /// Nothing is read before there is somebody to read it.
    private func bootstrap(_ eventLoop: any EventLoop) -> ClientBootstrap {
        let probes = csocket_tcp_options(halfOpenTimeout: settings.halfOpenTimeout)
        return ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: waterMark)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: Int(probes.probe_after))
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: Int(probes.probe_interval))
            .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: Int(probes.probes))
            .channelOption(
                .tcpOption(.init(rawValue: TCP_USER_TIMEOUT)),
                value: Int(probes.unacknowledged_ms)
            )
    }

    /// Makes an established TCP connection one of the loop's; TLS still has its handshake before it.
    private func setUp(
        _ channel: any Channel,
        _ attempt: OutgoingConnections.Attempt,
        _ outgoing: OutgoingConnections,
        onLoop index: Int,
    ) {
        guard let loop = boxes[index].value else {
            channel.close(promise: nil)
            return outgoing.ended(attempt, because: .local)
        }
        let path = ReceivedFrom(
            source: attempt.destination.endpoint,
            local: Endpoint(channel.localAddress),
            transport: attempt.destination.transport,
            at: SystemClock.read().timestamp,
        )
        let admission = registry.admit(path, by: attempt) { [mailbox = mailboxes[index]] in mailbox.send($0) }
        guard case .admitted(let path) = admission else {
            channel.close(promise: nil)
            return outgoing.ended(attempt, because: .local)
        }
        do {
            let tls = clientCredentials?.current
            try loop.setUpOwn(channel, path: path, host: attempt.destination.host, tls: tls)
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            registry.remove(path.connection, because: .local)
            channel.close(promise: nil)
        }
    }
}
