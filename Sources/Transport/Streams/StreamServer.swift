internal import CSocket
internal import NIOCore
internal import NIOPosix
public import SIPMessage
internal import Synchronization
public import Timing

/// All stream listeners and the event loops that serve their connections.
///
/// Each event loop has a handler of its own; a connection stays on the loop that it was given.
public final class StreamServer<Mail: Sendable>: Sendable {
    /// What is listened on, with real ports, in the order given.
    public let listeners: [Listener]
    /// The ways into the loops' handlers, by loop number.
    public let mailboxes: [Mailbox<Mail>]
    /// What the loops have done, by loop number.
    public let counters: [LoopCounters]
    private let registry: ConnectionRegistry
    private let credentials: TLSCredentials?
    private let shutDown: Mutex<(@Sendable () -> Void)?>

    /// Starts the loops, each of which makes its handler on its own thread, then opens all listeners.
    ///
    /// `tls` is what listeners for TLS and secure WebSocket need. `elsewhere` takes what a handler sends over
    /// UDP. Throws ``TransportError``, and then nothing is left open.
    public init<Handler: MessageHandler<Mail> & ~Copyable>(
        listening addresses: [ListenAddress],
        settings: StreamSettings = StreamSettings(),
        tls: TLSFiles? = nil,
        elsewhere: @escaping @Sendable (Datagram) -> Void = { _ in },
        makeHandler: @escaping @Sendable (LoopContext<Mail>) -> Handler,
    ) throws(TransportError) {
        let credentials: TLSCredentials? = if let tls { try TLSCredentials(tls) } else { nil }
        self.credentials = credentials
        let registry = ConnectionRegistry(settings: settings)
        self.registry = registry
        let loops = StreamLoops<Handler>(settings: settings, registry: registry, credentials: credentials)
        do {
            listeners = try loops.start(addresses, elsewhere: elsewhere, makeHandler: makeHandler)
        } catch {
            loops.stop()
            throw error
        }
        mailboxes = loops.mailboxes
        counters = loops.counters
        shutDown = Mutex { loops.stop() }
    }

    deinit { stop() }

    /// Sends a message on its path's connection; false when that is gone.
    @discardableResult
    public func send(_ datagram: Datagram) -> Bool {
        registry.send(datagram)
    }

    /// Where a live connection leads and since when (`at`); nil when it is gone.
    public func path(of connection: ConnectionID) -> ReceivedFrom? {
        registry.path(of: connection)
    }

    /// All live connections, each with the moment of its opening.
    public var connections: [ReceivedFrom] { registry.paths }

    /// When the certificate that new connections get ends; nil without TLS.
    public var certificateExpires: WallTime? { credentials?.current.expires }

    /// Reads certificate, key and authorities anew: all of them or none. New connections get them, living ones
    /// stay as they are. Reads files, so it belongs on no loop.
    ///
    /// Throws ``TransportError/badCertificate(file:reason:)``, and then what was read before stays in force. A
    /// server without TLS listeners, which was given no files, ignores them.
    public func reload(_ files: TLSFiles) throws(TransportError) {
        try credentials?.reload(files)
    }

    /// Closes listeners and connections, tells the handlers, ends the loops and waits for their threads. Not
    /// to be called on one of them.
    public func stop() {
        let shutDown = shutDown.withLock { shutDown in
            defer { shutDown = nil }
            return shutDown
        }
        shutDown?()
    }
}
