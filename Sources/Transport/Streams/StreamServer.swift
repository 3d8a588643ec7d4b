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
    private let clientCredentials: TLSClientCredentials?
    private let outgoing: OutgoingConnections?
    private let connect: @Sendable (OutgoingConnections.Attempt) -> Void
    private let shutDown: Mutex<(@Sendable () -> Void)?>

    /// Starts the loops, each of which makes its handler on its own thread, then opens all listeners.
    ///
    /// `tls` is what listeners for TLS and secure WebSocket need. `elsewhere` takes what a handler sends over
    /// UDP. `outgoing` lets connections of our own be made, with `tls` as what they show of themselves;
    /// `onSendFailure` is told when one to a destination could not be made or has broken. It is called on any
    /// thread and must not block. Throws ``TransportError``, and then nothing is left open.
    public init<Handler: MessageHandler<Mail> & ~Copyable>(
        listening addresses: [ListenAddress],
        settings: StreamSettings = StreamSettings(),
        tls: TLSFiles? = nil,
        outgoing outgoingSettings: OutgoingSettings? = nil,
        onSendFailure: @escaping @Sendable (_ destination: Endpoint, TransportKind) -> Void = { _, _ in },
        elsewhere: @escaping @Sendable (Datagram) -> Void = { _ in },
        makeHandler: @escaping @Sendable (LoopContext<Mail>) -> Handler,
    ) throws(TransportError) {
        let credentials: TLSCredentials? = if let tls { try TLSCredentials(tls) } else { nil }
        self.credentials = credentials
        let outgoing = outgoingSettings.map { OutgoingConnections(settings: $0, onFailure: onSendFailure) }
        self.outgoing = outgoing
        clientCredentials =
            if let outgoingSettings {
                try TLSClientCredentials(authorities: outgoingSettings.authorities, showing: tls)
            } else {
                nil
            }
        let registry = ConnectionRegistry(settings: settings, outgoing: outgoing)
        self.registry = registry
        let loops = StreamLoops<Handler>(
            settings: settings,
            registry: registry,
            credentials: credentials,
            clientCredentials: clientCredentials,
        )
        connect = { attempt in
            if let outgoing { loops.connect(attempt, for: outgoing) }
        }
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

    /// Sends a message over its path's connection or, where the path names none, over a connection of ours to
    /// `path.source`, which is opened if there is none yet. Never waits.
    ///
    /// `host` is the name that the server was found by: with TLS its certificate must have it (RFC 5922 §4), or its
    /// address if that is nil. A connection of ours is used for the same address, transport and name only. What a
    /// peer sends over it comes to the loop's handler as over any connection.
    ///
    /// False when the message is lost at once: the path's connection is gone, too much waits or is being connected,
    /// the transport is none that we connect with (TCP and TLS are), or the server makes no connections. What
    /// becomes of a message that was taken is told by `onSendFailure` only.
    public func send(_ datagram: Datagram, connectingTo host: String?) -> Bool {
        let path = datagram.path
        guard path.connection == .none else { return registry.send(datagram) }
        guard let outgoing, path.transport == .tcp || path.transport == .tls, path.source.port != 0 else {
            return false
        }
        let destination = OutgoingConnections.Destination(
            endpoint: path.source,
            transport: path.transport,
            host: path.transport == .tls ? host.flatMap { Self.isAddress($0) ? nil : $0 } : nil
        )
        return outgoing.send(datagram, to: destination, deliver: registry.send, connect: connect)
    }

    private static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
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

    /// Reads anew what connections of our own believe and show, as ``reload(_:)`` does for those that come.
    public func reload(
        authorities: String?,
        showing files: TLSFiles?,
    ) throws(TransportError) {
        try clientCredentials?.reload(authorities: authorities, showing: files)
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
