public import Timing

/// Whether and how connections of our own are made; the limits defend against destinations that do not answer and
/// against those who name many of them.
public struct OutgoingSettings: Hashable, Sendable {
    /// So soon a connection must be ready, its TLS handshake included.
    public var connectTimeout = Interval.seconds(4)
    /// Connections that are being made at once.
    public var maximumConnecting = 64
    /// Connections of our own at once, those that are being made included.
    public var maximumConnections = 1_000
    /// Messages that wait for one connection while it is made.
    public var maximumQueuedMessages = 64
    /// Their bytes.
    public var maximumQueuedBytes = 256 << 10
    /// Path of the authorities in PEM whose certificates are believed of servers; nil: the system's.
    public var authorities: String?

    /// The defaults.
    public init(authorities: String? = nil) {
        self.authorities = authorities
    }
}
