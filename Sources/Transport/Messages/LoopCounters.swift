internal import Synchronization

/// What one loop has done since its start; written by the loop, read by anyone.
public final class LoopCounters: Sendable {
    private let received = Atomic<UInt64>(0)
    private let receivedBytes = Atomic<UInt64>(0)
    private let batches = Atomic<UInt64>(0)
    private let keepAlives = Atomic<UInt64>(0)
    private let unusable = Atomic<UInt64>(0)
    private let socketDrops = Atomic<UInt64>(0)
    private let sent = Atomic<UInt64>(0)
    private let sendErrors = Atomic<UInt64>(0)
    private let sendDrops = Atomic<UInt64>(0)
    private let refusedTooMany = Atomic<UInt64>(0)
    private let refusedPerSource = Atomic<UInt64>(0)
    private let failedHandshakes = Atomic<UInt64>(0)
    private let failedUpgrades = Atomic<UInt64>(0)

    /// The counters at one moment.
    public struct Facts: Hashable, Sendable {
        /// Messages handed to the handler, and their bytes.
        public var received: UInt64 = 0, receivedBytes: UInt64 = 0
        /// How often the loop woke up for messages: `received / batches` is what batching gains.
        public var batches: UInt64 = 0
        /// Keepalives, which never reach the handler (RFC 5626 §4.4, WebSocket pings, and what phones send over UDP).
        public var keepAlives: UInt64 = 0
        /// Datagrams cut off, and streams that could not be framed.
        public var unusable: UInt64 = 0
        /// Datagrams that the kernel threw away because the loop was too slow.
        public var socketDrops: UInt64 = 0
        /// Messages that the kernel took.
        public var sent: UInt64 = 0
        /// Messages that it refused for good, or that had no way out.
        public var sendErrors: UInt64 = 0
        /// Messages given up because it would not take more at that moment.
        public var sendDrops: UInt64 = 0
        /// Connections closed at once because there were too many, and too many from one source.
        public var refusedTooMany: UInt64 = 0, refusedPerSource: UInt64 = 0
        /// Connections that ended before their TLS handshake was done, and before the WebSocket upgrade was.
        public var failedHandshakes: UInt64 = 0, failedUpgrades: UInt64 = 0

        /// Nothing has happened.
        public init() {}
    }

    /// The counters now; each is exact, together they may be of slightly different moments.
    public var facts: Facts {
        var facts = Facts()
        facts.received = received.load(ordering: .relaxed)
        facts.receivedBytes = receivedBytes.load(ordering: .relaxed)
        facts.batches = batches.load(ordering: .relaxed)
        facts.keepAlives = keepAlives.load(ordering: .relaxed)
        facts.unusable = unusable.load(ordering: .relaxed)
        facts.socketDrops = socketDrops.load(ordering: .relaxed)
        facts.sent = sent.load(ordering: .relaxed)
        facts.sendErrors = sendErrors.load(ordering: .relaxed)
        facts.sendDrops = sendDrops.load(ordering: .relaxed)
        facts.refusedTooMany = refusedTooMany.load(ordering: .relaxed)
        facts.refusedPerSource = refusedPerSource.load(ordering: .relaxed)
        facts.failedHandshakes = failedHandshakes.load(ordering: .relaxed)
        facts.failedUpgrades = failedUpgrades.load(ordering: .relaxed)
        return facts
    }

    func countBatch(received messages: Int, bytes: Int, keepAlives alive: Int, unusable bad: Int) {
        batches.wrappingAdd(1, ordering: .relaxed)
        received.wrappingAdd(UInt64(messages), ordering: .relaxed)
        receivedBytes.wrappingAdd(UInt64(bytes), ordering: .relaxed)
        if alive > 0 { keepAlives.wrappingAdd(UInt64(alive), ordering: .relaxed) }
        if bad > 0 { unusable.wrappingAdd(UInt64(bad), ordering: .relaxed) }
    }

    func countSocketDrops(_ count: Int) { socketDrops.wrappingAdd(UInt64(count), ordering: .relaxed) }
    func countSent(_ count: Int) { sent.wrappingAdd(UInt64(count), ordering: .relaxed) }
    func countSendErrors(_ count: Int) { sendErrors.wrappingAdd(UInt64(count), ordering: .relaxed) }
    func countSendDrops(_ count: Int) { sendDrops.wrappingAdd(UInt64(count), ordering: .relaxed) }
    func countRefusedTooMany() { refusedTooMany.wrappingAdd(1, ordering: .relaxed) }
    func countRefusedPerSource() { refusedPerSource.wrappingAdd(1, ordering: .relaxed) }
    func countFailedHandshake() { failedHandshakes.wrappingAdd(1, ordering: .relaxed) }
    func countFailedUpgrade() { failedUpgrades.wrappingAdd(1, ordering: .relaxed) }
}
