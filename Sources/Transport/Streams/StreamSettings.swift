public import SIPMessage
public import Timing

/// The limits of stream connections. Each defends against a peer that takes and doesn't give.
public struct StreamSettings: Hashable, Sendable {
    /// How many event loops, each a thread with a handler of its own; 1…64.
    public var loops = 1
    /// Connections at once, from everywhere; one more is closed at once.
    public var maximumConnections = 20_000
    /// Connections at once from one address: many phones may sit behind one NAT.
    public var maximumConnectionsPerSource = 1_000
    /// A connection on which nothing came for so long is closed. Longer than the usual registration, because
    /// a phone without keepalives uses its connection only to refresh.
    public var idleTimeout = Interval.seconds(3_900)
    /// A message must be complete so soon after its first byte, and the first one after connecting; the same
    /// time bounds the TLS handshake and the WebSocket upgrade together.
    public var messageTimeout = Interval.seconds(30)
    /// A peer that takes nothing of what waits for it for so long is closed.
    public var writeTimeout = Interval.seconds(30)
    /// A peer whose host answers nothing for so long, not even TCP's own probes, is gone; at least a second.
    /// Two thirds of it are silence before the first probe, so that a NAT's mapping may live of them.
    public var halfOpenTimeout = Interval.seconds(180)
    /// So many bytes may wait for a peer that doesn't read; more close the connection.
    public var maximumUnsentBytes = 1 << 20
    /// How large a message may be.
    public var messageLimits = MessageLimits.standard

    /// The defaults.
    public init() {}
}
