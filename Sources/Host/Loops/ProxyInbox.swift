import Proxy
import SIPMessage
import Synchronization

/// Whole messages with the ways that they came by, one after another in one array of bytes that is reused.
struct ProxyBatch: Sendable {
    /// Where one lies.
    struct Message: Sendable {
        var start: Int
        var end: Int
        var path: ReceivedFrom
    }

    private(set) var bytes: [UInt8] = []
    private(set) var messages: [Message] = []

    /// Adds a message.
    mutating func append(_ message: Span<UInt8>, from path: ReceivedFrom) {
        let start = bytes.count
        message.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        messages.append(Message(start: start, end: bytes.count, path: path))
    }

    /// Adds as much of another batch as there is room for; returns how many messages there was none for.
    mutating func append(_ other: ProxyBatch, mostMessages: Int, mostBytes: Int) -> Int {
        for (index, message) in other.messages.enumerated() {
            guard messages.count < mostMessages, bytes.count + message.end - message.start <= mostBytes else {
                return other.messages.count - index
            }
            append(other.bytes.span.extracting(message.start..<message.end), from: message.path)
        }
        return 0
    }

    /// Forgets all and keeps the room.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
    }
}

/// What waits for the proxy's thread: messages that the registrar's loops hand over, and what became of sends and
/// look-ups. Many threads add, one takes all of it; no thread waits for another's work.
///
/// Bounded: a message too many is dropped and counted, as a full socket does.
final class ProxyInbox: Sendable {
    /// No connection could be made.
    struct Failure: Sendable {
        var destination: Endpoint
        var transport: TransportKind
    }

    /// A host, and where it was found.
    struct Found: Sendable {
        var hop: HostHop
        var servers: [ServerAddress]
    }

    /// All that has come since it was taken last.
    struct Contents: Sendable {
        var batch = ProxyBatch()
        var closed: [ConnectionID] = []
        var failures: [Failure] = []
        var found: [Found] = []
        var isStopping = false

        /// Forgets all and keeps the room.
        mutating func removeAll() {
            batch.removeAll()
            closed.removeAll(keepingCapacity: true)
            failures.removeAll(keepingCapacity: true)
            found.removeAll(keepingCapacity: true)
        }
    }

    /// Most messages, and most of their bytes, that wait; connections whose end waits to be told.
    static let mostMessages = 16_384, mostBytes = 16 << 20, mostClosed = 65_536

    /// Raised whenever something was added.
    let wake = WakeUp()
    private let contents = Mutex(Contents())
    private let isOpen = Atomic(false)
    private let droppedCount = Atomic<UInt64>(0)
    private let mostMessages: Int
    private let mostBytes: Int

    init(mostMessages: Int = ProxyInbox.mostMessages, mostBytes: Int = ProxyInbox.mostBytes) {
        self.mostMessages = mostMessages
        self.mostBytes = mostBytes
    }

    /// Messages that found no room, or nobody to take them.
    var dropped: UInt64 { droppedCount.load(ordering: .relaxed) }

    /// Somebody takes what comes from now on.
    func open() { isOpen.store(true, ordering: .releasing) }

    /// Hands messages over and leaves an empty batch.
    func post(_ batch: inout ProxyBatch) {
        defer { batch.removeAll() }
        guard isOpen.load(ordering: .acquiring) else { return drop(batch.messages.count) }
        let lost = contents.withLock { contents in
            // The usual case: the thread has taken all, so the two lists only change hands.
            if contents.batch.messages.isEmpty, batch.messages.count <= mostMessages,
                batch.bytes.count <= mostBytes
            {
                swap(&contents.batch, &batch)
                return 0
            }
            return contents.batch.append(batch, mostMessages: mostMessages, mostBytes: mostBytes)
        }
        if lost > 0 { drop(lost) }
        wake.raise()
    }

    /// A connection is gone.
    func post(closed connection: ConnectionID) {
        guard isOpen.load(ordering: .acquiring) else { return }
        contents.withLock { contents in
            if contents.closed.count < Self.mostClosed { contents.closed.append(connection) }
        }
        wake.raise()
    }

    /// No connection could be made to a destination.
    func post(_ failure: Failure) {
        contents.withLock { $0.failures.append(failure) }
        wake.raise()
    }

    /// A look-up has ended.
    func post(_ found: Found) {
        contents.withLock { $0.found.append(found) }
        wake.raise()
    }

    /// Has the thread end after what was posted before.
    func stop() {
        isOpen.store(false, ordering: .releasing)
        contents.withLock { $0.isStopping = true }
        wake.raise()
    }

    /// Moves all that waits into contents that are empty.
    func take(_ empty: inout Contents) {
        contents.withLock { swap(&empty, &$0) }
    }

    private func drop(_ count: Int) {
        droppedCount.wrappingAdd(UInt64(count), ordering: .relaxed)
    }
}
