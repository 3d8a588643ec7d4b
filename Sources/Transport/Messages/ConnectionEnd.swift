/// Why a connection is gone.
public enum ConnectionEnd: UInt8, Sendable, CaseIterable {
    /// The peer closed it or the network broke it.
    case peer
    /// Nothing came for the idle time.
    case idle
    /// A message was begun and not completed in time.
    case slowMessage
    /// The peer did not read what was sent to it.
    case slowReader
    /// What came could not be cut into messages.
    case framing
    /// The peer's host answers nothing any more, not even TCP's own probes: a half-open connection.
    case halfOpen
    /// We stop, or were told to close it.
    case local
}
