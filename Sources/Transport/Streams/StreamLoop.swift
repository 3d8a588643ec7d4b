internal import NIOCore
internal import SIPMessage
internal import Timing

/// One event loop's handler, its connections and what waits to be sent. Lives on that event loop only.
///
/// What the connections of one turn of the event loop bring is one batch: the first of it reads the clock and
/// asks for the batch to be finished when the turn is over.
final class StreamLoop<Handler: MessageHandler & ~Copyable> {
    let settings: StreamSettings
    private let eventLoop: any EventLoop
    private let registry: ConnectionRegistry
    private let context: LoopContext<Handler.Mail>
    private let elsewhere: @Sendable (Datagram) -> Void

    private var handler: Handler
    private var output = OutgoingMessages(capacity: 64 << 10)
    private var connections: [ConnectionID: StreamConnection<Handler>] = [:]
    /// Those whose handshakes are not done.
    private var openings: [ConnectionID: ConnectionOpening<Handler>] = [:]
    private var ended: [(path: ReceivedFrom, end: ConnectionEnd)] = []
    private var mail: [Handler.Mail] = []
    private var datagrams: [Datagram] = []

    /// The clock of the batch that is open.
    private var batchClock: ClockReading?
    private var batch = BatchCount()
    private var isFinishing = false
    private var isSweeping = false
    private var isStopped = false
    private var alarm: (at: Timestamp, task: Scheduled<Void>)?

    private struct BatchCount {
        var messages = 0
        var bytes = 0
        var keepAlives = 0
        var unusable = 0
    }

    init(
        handler: consuming Handler,
        eventLoop: any EventLoop,
        context: LoopContext<Handler.Mail>,
        settings: StreamSettings,
        registry: ConnectionRegistry,
        elsewhere: @escaping @Sendable (Datagram) -> Void,
    ) {
        self.handler = handler
        self.eventLoop = eventLoop
        self.context = context
        self.settings = settings
        self.registry = registry
        self.elsewhere = elsewhere
        _ = beginBatch()
    }

    var counters: LoopCounters { context.counters }

    // MARK: What connections report

    /// Opens a batch if none is open; everything that calls the handler begins here.
    func beginBatch() -> ClockReading {
        if let batchClock { return batchClock }
        let clock = SystemClock.read()
        batchClock = clock
        eventLoop.assumeIsolated().execute { self.finishBatch() }
        return clock
    }

    func receive(_ message: Span<UInt8>, on connection: StreamConnection<Handler>, clock: ClockReading) {
        batch.messages += 1
        batch.bytes += message.count
        var path = connection.path
        path.at = clock.timestamp
        handler.receive(message, from: path, clock: clock, output: &output)
    }

    func receiveUnframed(
        _ head: Span<UInt8>,
        because problem: ParseError,
        on connection: StreamConnection<Handler>,
        clock: ClockReading,
    ) {
        batch.unusable += 1
        var path = connection.path
        path.at = clock.timestamp
        handler.receiveUnframed(head, because: problem, from: path, clock: clock, output: &output)
    }

    /// A keepalive that is answered already or needs no answer.
    func countKeepAlive() { batch.keepAlives += 1 }

    /// A connection on which nothing more can be understood.
    func countUnusable() { batch.unusable += 1 }

    /// Answers a double CRLF with one CRLF (RFC 5626 §4.4.1).
    func receivePing(on connection: StreamConnection<Handler>) {
        batch.keepAlives += 1
        output.bytes.append(contentsOf: [0x0d, 0x0a])
        output.finish(replyingTo: connection.path)
    }

    func begun(_ opening: ConnectionOpening<Handler>) {
        openings[opening.path.connection] = opening
        sweepLater()
    }

    func opened(_ connection: StreamConnection<Handler>) {
        connections[connection.path.connection] = connection
        registry.open(connection.path)
        let clock = beginBatch()
        handler.connectionOpened(connection.path, peer: connection.peer, clock: clock, output: &output)
        sweepLater()
    }

    func closed(_ connection: StreamConnection<Handler>, because end: ConnectionEnd) {
        forget(connection, because: end)
        guard connections.removeValue(forKey: connection.path.connection) != nil else { return }
        // Not told at once: this may run inside a write, while the handler's output is being read.
        ended.append((connection.path, end))
        _ = beginBatch()
    }

    func forget(_ connection: StreamConnection<Handler>, because end: ConnectionEnd = .peer) {
        registry.remove(connection.path.connection, because: end)
    }

    /// An opening is over; the connection lives on if it is open.
    func forget(_ opening: ConnectionOpening<Handler>, isOpen: Bool) {
        openings[opening.path.connection] = nil
        if !isOpen { registry.remove(opening.path.connection) }
    }

    // MARK: Batches

    /// Tells the handler that the batch is over and sends what it has to say, until it has nothing more.
    func finishBatch() {
        guard !isFinishing, let clock = batchClock else { return }
        isFinishing = true
        repeat {
            for (path, end) in ended {
                handler.connectionClosed(path, because: end, clock: clock, output: &output)
            }
            ended.removeAll(keepingCapacity: true)
            if handler.deadline <= clock.timestamp { handler.advance(to: clock, output: &output) }
            handler.finishBatch(clock: clock, output: &output)
            send(output.entries, output.bytes)
            output.removeAll()
        } while !ended.isEmpty
        count()
        batchClock = nil
        isFinishing = false
        setAlarm()
    }

    private func count() {
        guard batch.messages + batch.keepAlives + batch.unusable > 0 else { return }
        context.counters.countBatch(
            received: batch.messages,
            bytes: batch.bytes,
            keepAlives: batch.keepAlives,
            unusable: batch.unusable,
        )
        batch = BatchCount()
    }

    /// Sends what has gathered; consecutive messages of one stream lie side by side and go as one write.
    private func send(_ entries: [OutgoingMessages.Entry], _ bytes: [UInt8]) {
        var index = 0
        while index < entries.count {
            let path = entries[index].path
            var next = index + 1
            if path.transport == .udp {
                elsewhere(output.datagram(at: index))
            } else if let connection = connections[path.connection] {
                while next < entries.count, entries[next].path.connection == path.connection,
                    !path.transport.keepsMessagesWhole
                { next += 1 }
                let range = entries[index].start..<entries[next - 1].end
                let isSent = connection.write(bytes.span.extracting(range))
                isSent
                    ? context.counters.countSent(next - index)
                    : context.counters.countSendErrors(next - index)
            } else if !registry.send(output.datagram(at: index)) {
                context.counters.countSendErrors(1)
            }
            index = next
        }
    }

    // MARK: Mail and time

    /// Hands over what was posted.
    func takeMail() {
        guard !isStopped, context.mailbox.hasMail else { return }
        let clock = beginBatch()
        _ = context.mailbox.take(mail: &mail, datagrams: &datagrams)
        for item in mail { handler.receiveMail(item, clock: clock, output: &output) }
        for datagram in datagrams { output.append(datagram) }
        mail.removeAll(keepingCapacity: true)
        datagrams.removeAll(keepingCapacity: true)
    }

    /// Has the handler called at its deadline. An alarm that is set too early only looks again.
    private func setAlarm() {
        let deadline = handler.deadline
        if let alarm, alarm.at <= deadline { return }
        guard deadline != .distantFuture, !isStopped else { return }
        alarm?.task.cancel()
        let left = max(0, (deadline - SystemClock.read().timestamp).nanoseconds)
        let task = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(left)) {
            self.alarm = nil
            _ = self.beginBatch()
        }
        alarm = (deadline, task)
    }

    /// Looks at every connection's time limits now and then, as long as there is one.
    private func sweepLater() {
        guard !isSweeping, !connections.isEmpty || !openings.isEmpty else { return }
        isSweeping = true
        let limits = [settings.idleTimeout, settings.messageTimeout, settings.writeTimeout]
        let shortest = limits.map(\.nanoseconds).min() ?? 0
        let pause = min(max(shortest / 4, 1_000_000), 1_000_000_000)
        _ = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(pause)) {
            self.isSweeping = false
            let now = SystemClock.read().timestamp
            for opening in Array(self.openings.values) { opening.checkTimes(now) }
            for connection in Array(self.connections.values) { connection.checkTimes(now) }
            self.sweepLater()
        }
    }

    /// Hands over the last mail, sends the last replies and closes all connections.
    func stop() {
        takeMail()
        finishBatch()
        isStopped = true
        alarm?.task.cancel()
        for opening in Array(openings.values) { opening.close() }
        for connection in Array(connections.values) { connection.close(because: .local) }
    }
}
