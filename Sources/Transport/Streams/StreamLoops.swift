internal import CSocket
internal import NIOCore
internal import NIOPosix
internal import SIPMessage
internal import Synchronization
internal import Timing

/// The event loops of a stream server, each with its handler, and the listening sockets.
final class StreamLoops<Handler: MessageHandler & ~Copyable>: Sendable {
    let mailboxes: [Mailbox<Handler.Mail>]
    let counters: [LoopCounters]
    let settings: StreamSettings
    let registry: ConnectionRegistry
    private let credentials: TLSCredentials?
    let clientCredentials: TLSClientCredentials?
    private let group: MultiThreadedEventLoopGroup
    /// Each loop's own state; only its event loop may look inside.
    let boxes: [NIOLoopBoundBox<StreamLoop<Handler>?>]
    private let servers = Mutex<[any Channel]>([])

    init(
        settings: StreamSettings,
        registry: ConnectionRegistry,
        credentials: TLSCredentials?,
        clientCredentials: TLSClientCredentials? = nil,
    ) {
        self.settings = settings
        self.registry = registry
        self.credentials = credentials
        self.clientCredentials = clientCredentials
        // The loops' threads start here; signals are the main thread's.
        var before = csocket_signal_mask()
        csocket_block_signals(&before)
        group = MultiThreadedEventLoopGroup(numberOfThreads: min(max(1, settings.loops), 64))
        csocket_restore_signals(&before)
        let boxes = group.makeIterator().map { eventLoop in
            NIOLoopBoundBox<StreamLoop<Handler>?>.makeEmptyBox(eventLoop: eventLoop)
        }
        self.boxes = boxes
        mailboxes = boxes.map { box in
            Mailbox { box.eventLoop.execute { box.value?.takeMail() } }
        }
        counters = boxes.map { _ in LoopCounters() }
    }

    /// Opens the listeners, makes the handlers, then lets connections in.
    func start(
        _ addresses: [ListenAddress],
        elsewhere: @escaping @Sendable (Datagram) -> Void,
        makeHandler: @escaping @Sendable (LoopContext<Handler.Mail>) -> Handler,
    ) throws(TransportError) -> [Listener] {
        var listeners: [Listener] = []
        for address in addresses { listeners.append(try open(address)) }
        do {
            for index in boxes.indices {
                let context = LoopContext(
                    index: index,
                    mailbox: mailboxes[index],
                    listeners: listeners,
                    counters: counters[index],
                )
                try makeLoop(context, elsewhere: elsewhere, makeHandler: makeHandler).wait()
            }
            for server in servers.withLock(\.self) {
                try server.setOption(.autoRead, value: true).wait()
            }
        } catch {
            throw .cannotStart(errno: (error as? IOError)?.errnoCode ?? 0)
        }
        return listeners
    }

    private func makeLoop(
        _ context: LoopContext<Handler.Mail>,
        elsewhere: @escaping @Sendable (Datagram) -> Void,
        makeHandler: @escaping @Sendable (LoopContext<Handler.Mail>) -> Handler,
    ) -> EventLoopFuture<Void> {
        let box = boxes[context.index]
        return box.eventLoop.submit { [settings, registry] in
            box.value = StreamLoop(
                handler: makeHandler(context),
                eventLoop: box.eventLoop,
                context: context,
                settings: settings,
                registry: registry,
                elsewhere: elsewhere,
            )
        }
    }

    private func open(_ address: ListenAddress) throws(TransportError) -> Listener {
        func refused(_ errno: Int32) -> TransportError {
            .cannotListen(listener: address.description, errno: errno)
        }
        guard credentials != nil || !address.transport.isSecure else {
            throw .certificateMissing(listener: address.description)
        }
        var local = try address.resolve()
        var options = csocket_tcp_options(halfOpenTimeout: settings.halfOpenTimeout)
        let descriptor = csocket_open_tcp(&local, Self.backlog, &options)
        guard descriptor >= 0 else { throw refused(-descriptor) }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            // Nobody is let in before there are handlers.
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: waterMark)
            .childChannelInitializer { channel in self.admit(channel, over: address.transport) }
        do {
            let server = try bootstrap.withBoundSocket(descriptor).wait()
            // NIO has listened once more, with a backlog of its own.
            _ = csocket_set_backlog(descriptor, Self.backlog)
            servers.withLock { $0.append(server) }
            return Listener(transport: address.transport, endpoint: Endpoint(server.localAddress))
        } catch {
            throw refused((error as? IOError)?.errnoCode ?? 0)
        }
    }

    /// At `high` unsent bytes a peer is no longer read from, at `low` it is again.
    var waterMark: ChannelOptions.Types.WriteBufferWaterMark {
        let high = min(64 << 10, max(2, settings.maximumUnsentBytes))
        return .init(low: high / 2, high: high)
    }

    /// How many connections the kernel holds for us until they are let in.
    private static var backlog: Int32 { 1024 }

    /// Sets a new connection up on its event loop, or closes it when there are too many.
    private func admit(_ channel: any Channel, over transport: TransportKind) -> EventLoopFuture<Void> {
        guard let index = boxes.firstIndex(where: { $0.eventLoop === channel.eventLoop }),
            let loop = boxes[index].value
        else { return channel.close() }
        let admission = registry.admit(path(of: channel, over: transport)) { [mailbox = mailboxes[index]] in
            mailbox.send($0)
        }
        switch admission {
        case .admitted(let path):
            do {
                try loop.setUp(channel, path: path, identity: credentials?.current)
                return channel.eventLoop.makeSucceededVoidFuture()
            } catch {
                registry.remove(path.connection)
                return channel.eventLoop.makeFailedFuture(error)
            }
        case .tooMany: counters[index].countRefusedTooMany()
        case .tooManyFromSource: counters[index].countRefusedPerSource()
        case .closed: break
        }
        return channel.close()
    }

    private func path(of channel: any Channel, over transport: TransportKind) -> ReceivedFrom {
        ReceivedFrom(
            source: Endpoint(channel.remoteAddress),
            local: Endpoint(channel.localAddress),
            transport: transport,
            at: SystemClock.read().timestamp,
        )
    }

    /// Ends everything in order: no new connections, last mail and replies, connections, threads.
    func stop() {
        registry.close()
        let servers = servers.withLock { servers in
            defer { servers = [] }
            return servers
        }
        // What fails here was closed before.
        for server in servers { try? server.close().wait() }
        for (box, mailbox) in zip(boxes, mailboxes) {
            try? box.eventLoop.submit { box.value?.stop() }.wait()
            try? box.eventLoop.submit {
                box.value?.finishBatch()
                box.value = nil
                mailbox.close()
            }.wait()
        }
        try? group.syncShutdownGracefully()
    }
}

extension csocket_tcp_options {
    /// TCP's own probes: the last third of the time is for four of them. The limit on unacknowledged data is the
    /// whole time, because a shorter one would make the kernel give up after the first lost probe.
    init(halfOpenTimeout: Interval) {
        let seconds = min(max(halfOpenTimeout.nanoseconds / 1_000_000_000, 1), 86_400)
        self.init(
            probe_after: Int32(max(1, seconds * 2 / 3)),
            probe_interval: Int32(max(1, seconds / 12)),
            probes: 4,
            unacknowledged_ms: UInt32(seconds * 1000),
        )
    }
}
