public import SIPMessage

/// Where this proxy stands on the network: what it listens on, and which addresses are its own.
public struct ProxyPlace: Sendable {
    /// What is listened on, with real ports; a wildcard address is all zero.
    public var listeners: [ServerAddress]
    /// Addresses of this host.
    public var addresses: [IPAddress]
    /// Which of our addresses a packet to a peer leaves from; nil: there is no way. Must not block.
    public var address: @Sendable (_ peer: IPAddress) -> IPAddress?

    /// Puts the parts together.
    public init(
        listeners: [ServerAddress],
        addresses: [IPAddress],
        address: @escaping @Sendable (_ peer: IPAddress) -> IPAddress?,
    ) {
        self.listeners = listeners
        self.addresses = addresses
        self.address = address
    }
}
