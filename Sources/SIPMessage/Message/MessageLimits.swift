/// How large a message may be, each part of it. Beyond a limit a message is refused, never cut.
///
/// There is no limit of nesting because nothing that is read here nests: bodies are opaque and
/// comments are text.
public struct MessageLimits: Hashable, Sendable {
    /// Bytes of a whole message, start line to end of body: at most 65,535, which is also the default
    /// and the most that a UDP datagram could hold (513 beyond it).
    public var messageBytes: Int
    /// Header fields: at most and by default `MessageHead.capacity` (128).
    public var headers: Int
    /// Bytes of one header field with its folds; 8,192 by default.
    public var headerLineBytes: Int
    /// Bytes of the Request-URI; 2,048 by default (414 beyond it).
    public var uriBytes: Int

    /// Limits other than the defaults; each is cut to what the parser can hold.
    public init(
        messageBytes: Int = 65_535,
        headers: Int = MessageHead.capacity,
        headerLineBytes: Int = 8_192,
        uriBytes: Int = 2_048,
    ) {
        self.messageBytes = min(max(messageBytes, 0), 65_535)
        self.headers = min(max(headers, 0), MessageHead.capacity)
        self.headerLineBytes = max(headerLineBytes, 0)
        self.uriBytes = max(uriBytes, 0)
    }

    /// The documented defaults.
    public static let standard = MessageLimits()
}
