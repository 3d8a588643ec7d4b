internal import CSocket
internal import Glibc
internal import SIPMessage
internal import Timing

/// Slots for as many datagrams as one system call takes or gives, allocated once and reused.
///
/// `@unchecked Sendable`: made by the thread that starts a loop and from then on used by the loop's thread only.
final class DatagramBatch: @unchecked Sendable {
    private let batch: UnsafeMutablePointer<csocket_batch>
    private let counters: LoopCounters
    private var scopes: LinkLocalScopes

    init(settings: UDPSettings, counters: LoopCounters) throws(TransportError) {
        let slots = UInt32(clamping: max(1, settings.batchSlots))
        let bytes = UInt32(clamping: min(max(1, settings.maximumDatagram), 65_535))
        guard let created = csocket_batch_create(slots, bytes) else { throw .cannotStart(errno: ENOMEM) }
        batch = created
        self.counters = counters
        scopes = LinkLocalScopes()
    }

    deinit { csocket_batch_free(batch) }

    /// How many datagrams fit.
    var slots: Int { Int(batch.pointee.slots) }

    /// Takes what waits at a socket and hands each message to the handler; returns how many datagrams there
    /// were. Keepalives are answered here if at all; cut-off datagrams are counted only.
    func receive<Handler: MessageHandler & ~Copyable>(
        from socket: inout UDPSocket,
        clock: ClockReading,
        to handler: inout Handler,
        output: inout OutgoingMessages,
    ) -> Int {
        batch.pointee.socket_drops = socket.drops
        let count = Int(csocket_batch_receive(batch, socket.descriptor))
        // An error here is one that the network reported for an earlier send (or no memory): nothing to read.
        guard count > 0 else { return 0 }
        var bytes = 0
        var keepAlives = 0
        var truncated = 0
        for index in 0..<count {
            let slot = batch.pointee.received[index]
            let message = UnsafeBufferPointer(start: slot.bytes, count: Int(slot.length))
            if slot.truncated {
                truncated += 1
            } else if KeepAlive.mayBe(message.span), takeKeepAlive(message.span, slot, socket, clock, &output)
            {
                keepAlives += 1
            } else {
                bytes += message.count
                let path = path(of: slot, on: socket, at: clock.timestamp)
                handler.receive(message.span, from: path, clock: clock, output: &output)
            }
        }
        let messages = count - keepAlives - truncated
        counters.countBatch(received: messages, bytes: bytes, keepAlives: keepAlives, unusable: truncated)
        let drops = batch.pointee.socket_drops
        if drops != socket.drops {
            counters.countSocketDrops(Int(drops &- socket.drops))
            socket.drops = drops
        }
        return count
    }

    private func path(
        of slot: csocket_received,
        on socket: UDPSocket,
        at now: Timestamp,
    ) -> ReceivedFrom {
        var local = socket.bound
        if socket.isWildcard {
            local = Endpoint(slot.local)
            local.port = socket.bound.port
        }
        let source = Endpoint(slot.source)
        if source.address.isLinkLocal { scopes.learn(source.address, scope: slot.source.scope) }
        return ReceivedFrom(source: source, local: local, transport: .udp, at: now)
    }

    /// True when a datagram was a keepalive; a STUN binding request is answered where it came to (RFC 5626
    /// §4.4.2), everything else is only good for its way here.
    private func takeKeepAlive(
        _ bytes: Span<UInt8>,
        _ slot: csocket_received,
        _ socket: UDPSocket,
        _ clock: ClockReading,
        _ output: inout OutgoingMessages,
    ) -> Bool {
        guard STUNBinding.isSTUN(bytes) else { return KeepAlive.isEmpty(bytes) }
        let path = path(of: slot, on: socket, at: clock.timestamp)
        if STUNBinding.answer(bytes, from: path.source, into: &output.bytes) {
            output.finish(replyingTo: path)
        }
        return true
    }

    /// Puts a message at place `index` of the next system call.
    func place(_ index: Int, _ entry: OutgoingMessages.Entry, on socket: UDPSocket) {
        let destination = entry.destination
        let local = entry.path.local
        let scope = destination.address.isLinkLocal ? scopes.scope(of: destination.address) : 0
        batch.pointee.outgoing[index] = csocket_outgoing(
            offset: UInt32(truncatingIfNeeded: entry.start),
            length: UInt32(truncatingIfNeeded: entry.end - entry.start),
            destination: csocket_endpoint(destination, scope: scope),
            local: csocket_endpoint(local, scope: local.address.isLinkLocal ? scope : 0),
            // Without a local address the kernel chooses one by its routes.
            from_local: socket.isWildcard && !local.address.isWildcard,
        )
    }

    /// Sends the first `count` places out of `arena`. Never blocks: what the kernel doesn't take after a few
    /// tries is dropped, as the network might have done; the phone asks again (RFC 3261 §17.1.2.2).
    func send(_ count: Int, from arena: [UInt8], on socket: UDPSocket) {
        let descriptor = socket.descriptor
        arena.withUnsafeBufferPointer { arena in
            var next = 0
            var patience = 4
            while next < count {
                let code = csocket_batch_send(
                    batch,
                    descriptor,
                    arena.baseAddress,
                    UInt32(next),
                    UInt32(count),
                )
                if code > 0 {
                    counters.countSent(Int(code))
                    next += Int(code)
                } else if DatagramBatch.isTemporary(-code) {
                    patience -= 1
                    guard patience > 0 else {
                        counters.countSendDrops(count - next)
                        return
                    }
                } else {
                    counters.countSendErrors(1)
                    next += 1
                }
            }
        }
    }

    private static func isTemporary(_ errno: Int32) -> Bool {
        errno == EINTR || errno == EAGAIN || errno == ENOBUFS
    }
}

/// The interfaces over which link-local peers were heard: their addresses say nothing without it.
private struct LinkLocalScopes {
    private var scopes: [IPAddress: UInt32] = [:]
    private let limit = 4096

    mutating func learn(_ address: IPAddress, scope: UInt32) {
        if scopes[address] == scope { return }
        // Forgetting all is harmless: whoever is still there is learned with its next datagram.
        if scopes.count >= limit { scopes.removeAll(keepingCapacity: true) }
        scopes[address] = scope
    }

    func scope(of address: IPAddress) -> UInt32 { scopes[address] ?? 0 }
}
