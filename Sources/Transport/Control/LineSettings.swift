public import Timing

/// Bounds on what the clients of a ``LineServer`` can make it hold.
public struct LineSettings: Sendable {
    /// Connections at the same time.
    public var maximumConnections = 64
    /// So many of them are kept free for the user that runs the server, and for root.
    public var reservedConnections = 16
    /// Bytes of a line that a client sends, without its end.
    public var maximumLine = 256 << 10
    /// Lines of a client that are not answered yet; so many stop the reading until one is.
    public var maximumUnanswered = 8
    /// Bytes of such lines that stop it too.
    public var maximumUnansweredBytes = 256 << 10
    /// Bytes that a client has not taken yet; beyond it, the connection is closed.
    public var maximumUnsent = 4 << 20
    /// A client that takes nothing of what waits for it for so long is closed.
    public var writeTimeout = Interval.seconds(30)
    /// A client must have sent its first line by then.
    public var firstLineTimeout = Interval.seconds(10)
    /// Mode of the socket's file.
    public var mode: UInt32 = 0o600
    /// Group that the file is given to; nil: it stays the process's.
    public var group: UInt32?

    /// The usual bounds: the owner's socket.
    public init() {}
}

/// Why a connection is refused or closed in the middle: the client is told by a line.
public enum LineRefusal: Hashable, Sendable {
    /// There are as many connections as there may be.
    case tooMany
    /// A line was longer than may be; the bound is given.
    case lineTooLong(Int)
    /// The first line did not come in time.
    case tooSlow
}

/// Why a connection is over.
public enum LineEnd: Hashable, Sendable {
    /// The client has closed it, or has died.
    case peer
    /// This side has closed it.
    case local
    /// It was closed for what the client did.
    case refused(LineRefusal)
    /// The client did not take what was sent to it: bytes that waited.
    case unread(Int)
}
