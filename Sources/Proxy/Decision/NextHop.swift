public import SIPMessage

/// Where a request is sent next.
public enum NextHop: Hashable, Sendable {
    /// Back along a way that a phone has opened: over its connection, or to where its datagrams come from and from the
    /// socket that they reached. `source` is the destination.
    case flow(ReceivedFrom)
    /// To a host that is still to be found (RFC 3263).
    case host(HostHop)
}

/// A host to send to, as a URI names it: an address, or a name that DNS has to say more of (RFC 3263).
public struct HostHop: Hashable, Sendable {
    /// The name in lower case, or the address as text without brackets.
    public var host: [UInt8]
    /// The address, if it is one: then nothing is looked up.
    public var address: IPAddress?
    /// The port that the URI names.
    public var port: UInt16?
    /// The transport that the URI names.
    public var transport: TransportKind?
    /// A SIPS URI: only ways that are encrypted will do (RFC 3261 §26.2.2).
    public var isSecure: Bool

    /// Puts the parts together.
    public init(
        host: [UInt8],
        address: IPAddress? = nil,
        port: UInt16? = nil,
        transport: TransportKind? = nil,
        isSecure: Bool = false,
    ) {
        self.host = host
        self.address = address
        self.port = port
        self.transport = transport
        self.isSecure = isSecure
    }
}

/// One place that a host was found at: where to, over what.
public struct ServerAddress: Hashable, Sendable, BitwiseCopyable {
    /// How it is reached.
    public var transport: TransportKind
    /// Where.
    public var endpoint: Endpoint

    /// Pairs the two.
    public init(transport: TransportKind, endpoint: Endpoint) {
        self.transport = transport
        self.endpoint = endpoint
    }
}
