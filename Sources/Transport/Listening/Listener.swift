public import SIPMessage

/// A listener that stands: its real address and port.
public struct Listener: Hashable, Sendable, CustomStringConvertible {
    /// What it takes.
    public let transport: TransportKind
    /// The address and the real port; a wildcard address is all zero.
    public let endpoint: Endpoint

    /// Pairs the two.
    public init(transport: TransportKind, endpoint: Endpoint) {
        self.transport = transport
        self.endpoint = endpoint
    }

    /// As in settings, with the real port: `udp:127.0.0.1:5060`.
    public var description: String {
        ListenAddress(transport: transport, host: endpoint.address.text, port: endpoint.port).description
    }
}
