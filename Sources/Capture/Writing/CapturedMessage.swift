public import SIPMessage
public import Timing

/// One message as it is written into a capture: its bytes, and all that is known of how it travelled.
public struct CapturedMessage: Hashable, Sendable {
    /// When it was taken from the network, or was ready for it.
    public var at: WallTime
    /// Who sent it, and to where.
    public var from: Endpoint, to: Endpoint
    /// How it travelled.
    public var transport: TransportKind
    /// The side that opened the connection, which is the phone, has sent it.
    public var isFromClient: Bool
    /// What a reader is told beside it, in our own words; empty for nothing.
    public var comment: String
    /// The message, whole.
    public var bytes: [UInt8]

    /// Puts the parts together.
    public init(
        at: WallTime,
        from: Endpoint,
        to: Endpoint,
        transport: TransportKind,
        isFromClient: Bool,
        comment: String = "",
        bytes: [UInt8],
    ) {
        self.at = at
        self.from = from
        self.to = to
        self.transport = transport
        self.isFromClient = isFromClient
        self.comment = comment
        self.bytes = bytes
    }
}
