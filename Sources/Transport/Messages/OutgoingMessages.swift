public import SIPMessage

/// Messages that wait to be sent, written one after another into one array of bytes that is reused.
///
/// An encoder appends a message to ``bytes`` and calls ``finish(to:over:)``; nothing is copied again until
/// the kernel takes it. A loop sends what has gathered when a batch is done. In a test it is simply a list of
/// messages with their destinations.
public struct OutgoingMessages: ~Copyable {
    /// One finished message: where its bytes lie and where they go.
    struct Entry {
        var start: Int
        var end: Int
        var destination: Endpoint
        var path: ReceivedFrom
    }

    /// The finished messages and, behind them, the one that is being written. Only append.
    public var bytes: [UInt8]
    private(set) var entries: [Entry]

    /// An empty list with room for `capacity` bytes before it has to grow.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
        entries = []
    }

    /// How many messages are finished.
    public var count: Int { entries.count }

    /// Ends the message that was appended to ``bytes`` since the last end, and addresses it.
    ///
    /// `path` is the way the request came: over UDP the message leaves from `path.local` (RFC 3581 §4) to
    /// `destination`, which the caller takes from the topmost Via (RFC 3261 §18.2.2); over a connection it goes
    /// back on `path.connection`. Nothing appended: nothing is sent.
    public mutating func finish(to destination: Endpoint, over path: ReceivedFrom) {
        let start = finishedEnd
        guard bytes.count > start else { return }
        entries.append(Entry(start: start, end: bytes.count, destination: destination, path: path))
    }

    /// Ends the message and sends it back to where the request came from.
    public mutating func finish(replyingTo path: ReceivedFrom) {
        finish(to: path.source, over: path)
    }

    /// Adds a whole message.
    public mutating func append(_ message: Span<UInt8>, to destination: Endpoint, over path: ReceivedFrom) {
        abandon()
        message.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        finish(to: destination, over: path)
    }

    /// Adds a whole message that goes to its path's `source`.
    mutating func append(_ datagram: Datagram) {
        abandon()
        bytes.append(contentsOf: datagram.bytes)
        finish(to: datagram.path.source, over: datagram.path)
    }

    /// Forgets what was appended since the last finished message.
    public mutating func abandon() {
        let end = finishedEnd
        if bytes.count > end { bytes.removeSubrange(end...) }
    }

    /// Forgets everything and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// The finished message with this index, its destination and its way.
    public func datagram(at index: Int) -> Datagram {
        let entry = entries[index]
        var path = entry.path
        path.source = entry.destination
        return Datagram(bytes: Array(bytes[entry.start..<entry.end]), path: path)
    }

    private var finishedEnd: Int { entries.last?.end ?? 0 }
}
