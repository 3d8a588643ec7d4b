public import BindingTable
public import SIPMessage

/// What became of one message: where the reply goes, if there is one, and what the monitor is told.
public struct Handling: Sendable, BitwiseCopyable {
    /// How it ended for the sender.
    public enum End: UInt8, Sendable, BitwiseCopyable {
        /// A reply was appended.
        case replied
        /// The reply waits for the store; `RegistrarCore.complete` gives it.
        case withheld
        /// Nothing is said: a response, an ACK, a copy of a request in progress, or what cannot be answered.
        case silent
        /// Dropped because its source takes more than its share of a loop that cannot keep up.
        case shed
        /// Not the registrar's: the whole message is to be handed to the proxy. Only where a domain has calls.
        case forProxy
    }

    /// How it ended.
    public var end: End
    /// Where the reply goes (RFC 3261 §18.2.2, RFC 3581 §4); over a stream, back on its connection.
    public var destination: Endpoint
    /// How many bytes were appended to the reply buffer.
    public var replyCount: Int
    /// Keyed hash of the request's Call-ID, 0 if it did not come to that: keeps the messages of one
    /// registration together where exchanges are sampled.
    public var callIDHash: UInt64
    /// `RegistrarCore.advance` has something to send at once: it is to be called when the batch is done.
    public var isAdvanceWanted = false
    /// The exchange as the monitor records it.
    public var exchange: Exchange

    /// Nothing is said about a message that came by this path, so far.
    init(path: ReceivedFrom) {
        end = .silent
        destination = path.source
        replyCount = 0
        callIDHash = 0
        exchange = Exchange(path: path)
    }

    /// Worth a record of its own: not a shed message, a response, an ACK or noise.
    public var isExchange: Bool { end == .replied || end == .withheld }
}
