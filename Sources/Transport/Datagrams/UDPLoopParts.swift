internal import CSocket
internal import SIPMessage

/// What a UDP loop is made of: opened by the thread that starts it, so that errors meet the one who asked.
struct UDPLoopParts<Mail: Sendable>: Sendable {
    var sockets: [UDPSocket]
    let batch: DatagramBatch
    let poller: Int32
    let wake: Int32
    let context: LoopContext<Mail>
    let elsewhere: @Sendable (Datagram) -> Void

    /// Takes the sockets over; when it throws, they are still the caller's.
    init(
        _ sockets: [UDPSocket],
        index: Int,
        listeners: [Listener],
        settings: UDPSettings,
        elsewhere: @escaping @Sendable (Datagram) -> Void,
    ) throws(TransportError) {
        let counters = LoopCounters()
        batch = try DatagramBatch(settings: settings, counters: counters)
        let wake = csocket_open_wake()
        guard wake >= 0 else { throw .cannotStart(errno: -wake) }
        let descriptors = sockets.map(\.descriptor)
        poller = csocket_open_poller(descriptors, Int32(clamping: descriptors.count), wake)
        guard poller >= 0 else {
            csocket_close(wake)
            throw .cannotStart(errno: -poller)
        }
        let mailbox = Mailbox<Mail> { csocket_raise_wake(wake) }
        context = LoopContext(index: index, mailbox: mailbox, listeners: listeners, counters: counters)
        self.sockets = sockets
        self.wake = wake
        self.elsewhere = elsewhere
    }

    /// Gives the system its descriptors back; the mailbox closes first, so that nobody raises a stranger's.
    func close() {
        context.mailbox.close()
        for socket in sockets { socket.close() }
        csocket_close(poller)
        csocket_close(wake)
    }
}
