internal import CSocket
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import Timing

/// What a ``LineServer`` tells: all of it on its event loop, where nothing may wait.
public struct LineEvents: Sendable {
    /// A client has come.
    public var opened: @Sendable (LineConnection) -> Void
    /// A line of a client, without its end; it counts as unanswered until `send(_:answers:)` says otherwise.
    public var line: @Sendable (LineConnection, [UInt8]) -> Void
    /// A client is gone; the last that is heard of it.
    public var closed: @Sendable (LineConnection, LineEnd) -> Void
    /// The line that a client is sent away with.
    public var words: @Sendable (LineRefusal) -> [UInt8]

    /// Puts the parts together.
    public init(
        opened: @escaping @Sendable (LineConnection) -> Void,
        line: @escaping @Sendable (LineConnection, [UInt8]) -> Void,
        closed: @escaping @Sendable (LineConnection, LineEnd) -> Void,
        words: @escaping @Sendable (LineRefusal) -> [UInt8],
    ) {
        self.opened = opened
        self.line = line
        self.closed = closed
        self.words = words
    }
}

/// A server of lines on a Unix socket, on an event loop of its own: lines in, lines out, within ``LineSettings``.
///
/// It knows who each client is (``PeerCredentials``) and nothing about what the lines say.
public final class LineServer: Sendable {
    /// Where it listens.
    public let path: String
    let settings: LineSettings
    let events: LineEvents

    private let group: MultiThreadedEventLoopGroup
    private let owners: Set<UInt32>
    private let clients: NIOLoopBoundBox<[ObjectIdentifier: LineChannel]>
    private let server = Mutex<(any Channel)?>(nil)
    private let file: (device: UInt64, inode: UInt64)

    /// One count for the process.
    private static let numbers = Atomic<Int>(0)

    /// Opens the socket. One that is there already is removed: whoever calls holds the lock of the directory, so
    /// nobody else listens there.
    ///
    /// - Parameter owners: the users for whom connections are kept free.
    public init(
        path: String,
        settings: LineSettings = LineSettings(),
        owners: Set<UInt32>,
        events: LineEvents,
    ) throws(TransportError) {
        self.path = path
        self.settings = settings
        self.owners = owners
        self.events = events
        let group = settings.group.map { Int64($0) } ?? -1
        let descriptor = csocket_listen_local(path, settings.mode, group, Self.backlog)
        guard descriptor >= 0 else { throw .cannotOpen(socket: path, errno: -descriptor) }
        var (device, inode) = (UInt64(0), UInt64(0))
        _ = csocket_file_identity(path, &device, &inode)
        file = (device, inode)
        // The loop's thread starts here; signals are the main thread's.
        var before = csocket_signal_mask()
        csocket_block_signals(&before)
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        csocket_restore_signals(&before)
        clients = .makeBoxSendingValue([:], eventLoop: self.group.next())
        do {
            let bootstrap = ServerBootstrap(group: self.group)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.maxMessagesPerRead, value: 4)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { self.admit($0) }
            let channel = try bootstrap.withBoundSocket(descriptor).wait()
            _ = csocket_set_backlog(descriptor, Self.backlog)
            server.withLock { $0 = channel }
            sweepLater()
        } catch {
            // The descriptor was the channel's, which has closed it.
            csocket_remove_local(path, device, inode)
            try? self.group.syncShutdownGracefully()
            throw .cannotOpen(socket: path, errno: (error as? IOError)?.errnoCode ?? 0)
        }
    }

    deinit { stop() }

    private static var backlog: Int32 { 128 }

    /// Closes the socket and all connections, removes the socket's file if it is still this server's, and waits for
    /// the thread. Not to be called on it.
    ///
    /// - Parameter last: a line that everybody gets before.
    public func stop(sayingLast last: [UInt8] = []) {
        let channel = server.withLock { server in
            defer { server = nil }
            return server
        }
        guard let channel else { return }
        csocket_remove_local(path, file.device, file.inode)
        // What fails here was closed before.
        try? channel.close().wait()
        try? clients.eventLoop.submit {
            for client in Array(self.clients.value.values) { client.stop(sayingLast: last) }
        }.wait()
        try? group.syncShutdownGracefully()
    }

    // MARK: On the event loop

    /// Sets a new connection up, or one that is only told why it can't be.
    private func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let peer = Self.peer(of: channel) else { return channel.close() }
        let count = clients.value.values.reduce(0) { $0 + ($1.connection == nil ? 0 : 1) }
        let isOwner = owners.contains(peer.user)
        let hasRoom = count < settings.maximumConnections - (isOwner ? 0 : settings.reservedConnections)
        // Being told takes a place too.
        guard hasRoom || clients.value.count - count < settings.maximumConnections else {
            return channel.close()
        }
        let client = LineChannel(server: self, opened: SystemClock.read().timestamp)
        if hasRoom {
            let bound = NIOLoopBound(client, eventLoop: channel.eventLoop)
            client.connection = LineConnection(
                id: Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue,
                peer: peer,
                limit: settings.maximumUnsent,
                eventLoop: channel.eventLoop
            ) { bound.value.flush() }
        }
        do {
            try channel.pipeline.syncOperations.addHandler(client)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        clients.value[ObjectIdentifier(client)] = client
        return channel.eventLoop.makeSucceededVoidFuture()
    }

    private static func peer(of channel: any Channel) -> PeerCredentials? {
        let operations = channel.pipeline.syncOperations
        let found = try? operations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            PeerCredentials(descriptor: $0)
        }
        return found.flatMap { $0 }
    }

    /// A connection is over.
    func forget(_ client: LineChannel) { clients.value[ObjectIdentifier(client)] = nil }

    /// Looks at every connection's time limits now and then.
    private func sweepLater() {
        let limits = [settings.writeTimeout, settings.firstLineTimeout].map(\.nanoseconds)
        let pause = min(max((limits.min() ?? 0) / 4, 10_000_000), 1_000_000_000)
        _ = clients.eventLoop.scheduleRepeatedTask(
            initialDelay: .nanoseconds(pause),
            delay: .nanoseconds(pause)
        ) { [weak self] task in
            guard let self else { return task.cancel() }
            let now = SystemClock.read().timestamp
            for client in Array(self.clients.value.values) { client.checkTimes(now) }
        }
    }
}
