/// The sizes of UDP loops and their sockets.
public struct UDPSettings: Hashable, Sendable {
    /// How many loops, each a thread, share every listener (SO_REUSEPORT); 1…64.
    public var loops = 1
    /// How many datagrams one system call takes or gives; 8 to 64 gains 10 %, 1 to 64 22 %.
    public var batchSlots = 64
    /// The longest datagram taken, in bytes; a longer one is dropped and counted. 65,535 drops none.
    public var maximumDatagram = 65_535
    /// Wanted receive buffer of a socket in bytes: at 100,000 messages a second 4 MiB last some 40 ms. The
    /// system may give less (`net.core.rmem_max`).
    public var receiveBuffer = 4 << 20
    /// Wanted send buffer of a socket in bytes.
    public var sendBuffer = 4 << 20

    /// The defaults.
    public init() {}
}
