import SIPMessage

extension HostHop {
    /// The hop that an address and port are: nothing is looked up.
    init(_ server: ServerAddress) {
        var text: [UInt8] = []
        server.endpoint.address.append(to: &text)
        self.init(
            host: text,
            address: server.endpoint.address,
            port: server.endpoint.port,
            transport: server.transport
        )
    }

    /// The place that an address means without a look-up (RFC 3263 §4.1, §4.2): UDP unless it says otherwise, TLS for SIPS,
    /// and the transport's own port. Nil for a name, and for a SIPS URI that asks for UDP.
    var numericServer: ServerAddress? {
        guard let address else { return nil }
        let kind: TransportKind
        switch (transport, isSecure) {
        case (let transport?, false): kind = transport
        case (nil, false): kind = .udp
        case (nil, true), (.tcp, true), (.tls, true): kind = .tls
        case (.ws, true), (.wss, true): kind = .wss
        case (.udp, true): return nil
        }
        return ServerAddress(
            transport: kind,
            endpoint: Endpoint(address: address, port: port ?? kind.standardPort)
        )
    }
}

extension TransportKind {
    /// The port that a URI or Via without one means (RFC 3261 §19.1.2, RFC 7118 §5.1).
    var standardPort: UInt16 {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .ws: 80
        case .wss: 443
        }
    }
}
