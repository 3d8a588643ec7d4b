public import Timing

/// How a message travels; the raw value is stored in bindings and events.
public enum TransportKind: UInt8, WordCodable, Sendable, BitwiseCopyable {
    case udp, tcp, tls, ws, wss

    /// Bytes arrive in order over a connection, so nothing is sent twice (RFC 3261 §17).
    public var isReliable: Bool { self != .udp }

    /// Encrypted: over TLS.
    public var isSecure: Bool { self == .tls || self == .wss }

    /// A message comes whole, as one datagram or one frame, so that it needs no Content-Length to end
    /// (RFC 3261 §18.3, RFC 7118 §5).
    public var keepsMessagesWhole: Bool { self != .tcp && self != .tls }

    /// Lower-case name as in a `transport` parameter.
    public var name: String {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        case .tls: "tls"
        case .ws: "ws"
        case .wss: "wss"
        }
    }

    /// Its name.
    public var codingWord: String { name }
}

/// The version of TLS that a connection has agreed on.
public enum TLSVersion: UInt8, WordCodable, Hashable, Sendable, BitwiseCopyable {
    /// No TLS at all.
    case none
    case tls12, tls13

    /// `TLS 1.3`; empty without TLS.
    public var name: String {
        switch self {
        case .none: ""
        case .tls12: "TLS 1.2"
        case .tls13: "TLS 1.3"
        }
    }

    /// `none`, `1.2` or `1.3`.
    public var codingWord: String {
        switch self {
        case .none: "none"
        case .tls12: "1.2"
        case .tls13: "1.3"
        }
    }
}

/// An IPv4 or IPv6 address as a value of 16 bytes. IPv4-mapped IPv6 addresses are IPv4.
public struct IPAddress: Hashable, Sendable, BitwiseCopyable {
    /// The address in network order, as two big-endian halves; an IPv4 address is in the low 32 bits of
    /// `low` with `high` = 0.
    public var high: UInt64, low: UInt64
    /// Which of the two families it is of.
    public var isIPv4: Bool

    /// An IPv4 address from its 32 bits, first octet highest.
    @inlinable
    public init(ipv4 bits: UInt32) {
        high = 0
        low = UInt64(bits)
        isIPv4 = true
    }

    /// An IPv6 address from its halves, first octet highest; a mapped IPv4 address becomes IPv4.
    @inlinable
    public init(ipv6High high: UInt64, low: UInt64) {
        let mapped = high == 0 && low >> 32 == 0xffff
        self.high = high
        self.low = mapped ? low & 0xffff_ffff : low
        isIPv4 = mapped
    }

    /// 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        isIPv4 ? low >> 24 == 127 : high == 0 && low == 1
    }
}

/// An address and a port.
public struct Endpoint: Hashable, Sendable, BitwiseCopyable {
    /// The host's address.
    public var address: IPAddress
    /// The port; 0 where it isn't known.
    public var port: UInt16

    /// Pairs the two.
    @inlinable
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// Names one connection of a stream transport for the life of the process; 0 means none (UDP).
public struct ConnectionID: Hashable, Sendable, BitwiseCopyable {
    /// The number.
    public var rawValue: UInt64

    /// The connection with this number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Not over a connection.
    public static let none = ConnectionID(rawValue: 0)
}

/// Where a message came from and over what: everything about a message but its bytes.
public struct ReceivedFrom: Codable, Hashable, Sendable, BitwiseCopyable {
    /// The peer's address and port as the socket saw it.
    public var source: Endpoint
    /// Our own address and port that it reached.
    public var local: Endpoint
    /// How it travelled.
    public var transport: TransportKind
    /// The connection, for stream transports.
    public var connection: ConnectionID
    /// The version of TLS on it.
    public var tls: TLSVersion
    /// The moment it was taken from the socket.
    public var at: Timestamp

    /// Puts the parts together.
    @inlinable
    public init(
        source: Endpoint,
        local: Endpoint,
        transport: TransportKind,
        connection: ConnectionID = .none,
        tls: TLSVersion = .none,
        at: Timestamp,
    ) {
        self.source = source
        self.local = local
        self.transport = transport
        self.connection = connection
        self.tls = tls
        self.at = at
    }
}

/// One whole message as it came from or goes to the network: the only way in, whatever the transport,
/// capture or test (the hot path passes the same pair as borrowed bytes and `ReceivedFrom`).
public struct Datagram: Hashable, Sendable {
    /// The message, from the start line's first byte to the body's last.
    public var bytes: [UInt8]
    /// Where it came from; for an outgoing message, `source` is the destination.
    public var path: ReceivedFrom

    /// Pairs bytes and path.
    public init(bytes: [UInt8], path: ReceivedFrom) {
        self.bytes = bytes
        self.path = path
    }
}
