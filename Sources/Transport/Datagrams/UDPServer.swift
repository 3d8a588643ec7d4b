public import SIPMessage

/// All UDP listeners and the loops that serve them.
///
/// Every loop has a socket of its own on every listener; the kernel deals the peers out by their addresses
/// and ports (SO_REUSEPORT), so a retransmission meets the loop that saw the first copy.
public final class UDPServer<Mail: Sendable>: Sendable {
    /// What is listened on, with real ports, in the order given.
    public let listeners: [Listener]
    /// The ways into the loops' handlers, by loop number.
    public let mailboxes: [Mailbox<Mail>]
    /// What the loops have done, by loop number.
    public let counters: [LoopCounters]
    private let threads: [LoopThread]

    /// Opens all listeners, then starts the loops; each makes its handler on its own thread.
    ///
    /// `elsewhere` takes what a handler sends over another transport. Throws ``TransportError``, and then
    /// nothing is left open.
    public init<Handler: MessageHandler<Mail> & ~Copyable>(
        listening addresses: [ListenAddress],
        settings: UDPSettings = UDPSettings(),
        elsewhere: @escaping @Sendable (Datagram) -> Void = { _ in },
        makeHandler: @escaping @Sendable (LoopContext<Mail>) -> Handler,
    ) throws(TransportError) {
        let parts = try Self.openLoops(addresses, settings: settings, elsewhere: elsewhere)
        listeners = parts[0].context.listeners
        mailboxes = parts.map(\.context.mailbox)
        counters = parts.map(\.context.counters)
        var threads: [LoopThread] = []
        do {
            for part in parts {
                try threads.append(
                    LoopThread(name: "regtop-udp\(part.context.index)") {
                        var handler = makeHandler(part.context)
                        var loop = UDPLoop(part)
                        loop.run(&handler)
                        part.close()
                    }
                )
            }
        } catch {
            for part in parts.dropFirst(threads.count) { part.close() }
            for mailbox in mailboxes { mailbox.stop() }
            for thread in threads { thread.join() }
            throw error
        }
        self.threads = threads
    }

    deinit { stop() }

    /// Sends a message from the socket that fits its path; `path.source` is the destination.
    public func send(_ datagram: Datagram) {
        mailboxes[0].send(datagram)
    }

    /// Ends the loops after what was posted before, waits for their threads and closes the sockets.
    public func stop() {
        for mailbox in mailboxes { mailbox.stop() }
        for thread in threads { thread.join() }
    }

    private static func openLoops(
        _ addresses: [ListenAddress],
        settings: UDPSettings,
        elsewhere: @escaping @Sendable (Datagram) -> Void,
    ) throws(TransportError) -> [UDPLoopParts<Mail>] {
        let loops = min(max(1, settings.loops), 64)
        let sockets = try UDPSocket.open(addresses, loops: loops, settings: settings)
        let listeners = sockets[0].map { Listener(transport: .udp, endpoint: $0.bound) }
        var parts: [UDPLoopParts<Mail>] = []
        do {
            for (index, own) in sockets.enumerated() {
                try parts.append(
                    UDPLoopParts(
                        own,
                        index: index,
                        listeners: listeners,
                        settings: settings,
                        elsewhere: elsewhere,
                    )
                )
            }
        } catch {
            for part in parts { part.close() }
            for socket in sockets.dropFirst(parts.count).joined() { socket.close() }
            throw error
        }
        return parts
    }
}
