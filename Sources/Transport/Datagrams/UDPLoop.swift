internal import CSocket
internal import SIPMessage
internal import Timing

/// The loop itself: lives on its thread only.
struct UDPLoop<Mail: Sendable>: ~Copyable {
    private var parts: UDPLoopParts<Mail>
    private var output: OutgoingMessages
    private var mail: [Mail] = []
    private var datagrams: [Datagram] = []

    /// When so many bytes wait they are sent before the batch's end.
    private let outputLimit = 256 << 10

    init(_ parts: UDPLoopParts<Mail>) {
        self.parts = parts
        output = OutgoingMessages(capacity: outputLimit)
    }

    /// Serves until the mailbox says stop.
    mutating func run<Handler: MessageHandler<Mail> & ~Copyable>(_ handler: inout Handler) {
        var ready: UInt64 = 0
        while true {
            let clock = SystemClock.read()
            let unfinished = receive(from: ready, clock: clock, to: &handler)
            let isStopping = parts.context.mailbox.hasMail && takeMail(clock: clock, to: &handler)
            if handler.deadline <= clock.timestamp { handler.advance(to: clock, output: &output) }
            handler.finishBatch(clock: clock, output: &output)
            send()
            if isStopping { return }
            let patience = unfinished == 0 ? Self.milliseconds(until: handler.deadline) : 0
            _ = csocket_wait(parts.poller, parts.wake, patience, &ready)
            ready |= unfinished
        }
    }

    /// One batch from every socket that has input; returns the sockets that may have more.
    private mutating func receive<Handler: MessageHandler<Mail> & ~Copyable>(
        from ready: UInt64,
        clock: ClockReading,
        to handler: inout Handler,
    ) -> UInt64 {
        var unfinished: UInt64 = 0
        for index in parts.sockets.indices where ready >> UInt64(index) & 1 == 1 {
            let count = parts.batch.receive(
                from: &parts.sockets[index],
                clock: clock,
                to: &handler,
                output: &output,
            )
            if count == parts.batch.slots { unfinished |= 1 << UInt64(index) }
            if output.bytes.count > outputLimit { send() }
        }
        return unfinished
    }

    /// Hands over what was posted; returns true when the loop shall end.
    private mutating func takeMail<Handler: MessageHandler<Mail> & ~Copyable>(
        clock: ClockReading,
        to handler: inout Handler,
    ) -> Bool {
        let isStopping = parts.context.mailbox.take(mail: &mail, datagrams: &datagrams)
        for item in mail { handler.receiveMail(item, clock: clock, output: &output) }
        for datagram in datagrams { output.append(datagram) }
        mail.removeAll(keepingCapacity: true)
        datagrams.removeAll(keepingCapacity: true)
        return isStopping
    }

    /// Sends all that has gathered, as many messages of one socket per system call as fit.
    private mutating func send() {
        guard output.count > 0 else { return }
        var placed = 0
        var current = 0
        for index in output.entries.indices {
            let entry = output.entries[index]
            guard entry.path.transport == .udp else {
                parts.elsewhere(output.datagram(at: index))
                continue
            }
            guard let socket = socket(for: entry, near: current) else {
                parts.context.counters.countSendErrors(1)
                continue
            }
            if placed == parts.batch.slots || (socket != current && placed > 0) {
                parts.batch.send(placed, from: output.bytes, on: parts.sockets[current])
                placed = 0
            }
            current = socket
            parts.batch.place(placed, entry, on: parts.sockets[current])
            placed += 1
        }
        if placed > 0 { parts.batch.send(placed, from: output.bytes, on: parts.sockets[current]) }
        output.removeAll()
    }

    /// The socket that a message leaves from: nearly always the one before's.
    private func socket(for entry: OutgoingMessages.Entry, near current: Int) -> Int? {
        func carries(_ index: Int) -> Bool {
            parts.sockets[index].carries(from: entry.path.local, to: entry.destination)
        }
        return carries(current) ? current : parts.sockets.indices.first(where: carries)
    }

    /// Rounded up, so that the deadline has come when the wait ends; negative for ever.
    private static func milliseconds(until deadline: Timestamp) -> Int32 {
        guard deadline != .distantFuture else { return -1 }
        let left = (deadline - SystemClock.read().timestamp).nanoseconds
        return left <= 0 ? 0 : Int32(clamping: (left - 1) / 1_000_000 + 1)
    }
}
