public import BindingTable
public import SIPMessage

/// What the proxy wants done, gathered until the shell does it: one list of bytes that is reused.
public struct ProxyOutput: ~Copyable {
    /// A message to send. Over a stream without a connection (`path.connection` is `.none`) the shell takes a
    /// connection of ours to the destination, or makes one, and tells the core if that fails.
    struct Message {
        var start: Int
        var end: Int
        var destination: Endpoint
        var path: ReceivedFrom
    }

    /// A message that the monitor is told of.
    struct Note {
        var start: Int
        var end: Int
        var message: CallMessage
    }

    private var bytes: [UInt8] = []
    private var messages: [Message] = []
    private var notes: [Note] = []
    /// Hosts that are to be found; ``ProxyCore/located(_:at:clock:output:)`` takes what was found.
    public private(set) var lookups: [HostHop] = []
    /// Servers that have said nothing until Timer B or F: others should go before them for a while (RFC 3263 §4.3).
    public private(set) var silent: [ServerAddress] = []

    /// Nothing is wanted.
    public init() {}

    /// Messages to send.
    public var count: Int { messages.count }
    /// Messages to tell of.
    public var noteCount: Int { notes.count }

    /// Adds a whole message that leaves by `path` to `destination`.
    public mutating func send(_ message: Span<UInt8>, to destination: Endpoint, over path: ReceivedFrom) {
        let start = bytes.count
        bytes.append(message)
        messages.append(Message(start: start, end: bytes.count, destination: destination, path: path))
    }

    /// Adds a message that the monitor is told of.
    public mutating func note(_ message: CallMessage, _ text: Span<UInt8>) {
        let start = bytes.count
        bytes.append(text)
        notes.append(Note(start: start, end: bytes.count, message: message))
    }

    /// Adds a host to be found, once.
    public mutating func find(_ hop: HostHop) {
        if !lookups.contains(hop) { lookups.append(hop) }
    }

    /// Adds a server that has said nothing, once.
    public mutating func note(silent server: ServerAddress) {
        if !silent.contains(server) { silent.append(server) }
    }

    /// Lends a message with its destination and its way; `index` counts from 0 to `count` - 1.
    public func withMessage(at index: Int, _ body: (Span<UInt8>, Endpoint, ReceivedFrom) -> Void) {
        guard messages.indices.contains(index) else { return }
        let message = messages[index]
        body(bytes.span.extracting(message.start..<message.end), message.destination, message.path)
    }

    /// Lends a message that the monitor is told of; `index` counts from 0 to `noteCount` - 1.
    public func withNote(at index: Int, _ body: (CallMessage, Span<UInt8>) -> Void) {
        guard notes.indices.contains(index) else { return }
        let note = notes[index]
        body(note.message, bytes.span.extracting(note.start..<note.end))
    }

    /// Forgets all and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
        notes.removeAll(keepingCapacity: true)
        lookups.removeAll(keepingCapacity: true)
        silent.removeAll(keepingCapacity: true)
    }
}
