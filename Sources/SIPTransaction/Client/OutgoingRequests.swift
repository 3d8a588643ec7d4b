public import SIPMessage

/// Requests of our own that wait to be sent, one after another in one array of bytes that is reused.
public struct OutgoingRequests: Sendable {
    private struct Entry: BitwiseCopyable {
        var start: Int
        var end: Int
        var destination: Endpoint
        var path: ReceivedFrom
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// An empty list.
    public init() {}

    /// How many wait.
    public var count: Int { entries.count }
    /// None waits.
    public var isEmpty: Bool { entries.isEmpty }

    /// Adds a whole request.
    ///
    /// - Parameters:
    ///   - destination: where it goes over UDP.
    ///   - path: the way back along which it goes: from `path.local` over UDP, else on `path.connection`.
    public mutating func append(_ request: Span<UInt8>, to destination: Endpoint, over path: ReceivedFrom) {
        let start = bytes.count
        bytes.append(request)
        entries.append(Entry(start: start, end: bytes.count, destination: destination, path: path))
    }

    /// Lends the bytes of one, its destination and its way; the index counts from 0 to `count` - 1.
    public func withRequest(at index: Int, _ body: (Span<UInt8>, Endpoint, ReceivedFrom) -> Void) {
        guard entries.indices.contains(index) else { return }
        let entry = entries[index]
        body(bytes.span.extracting(entry.start..<entry.end), entry.destination, entry.path)
    }

    /// Forgets all and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}
