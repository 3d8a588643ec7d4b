internal import CSocket
internal import SIPMessage

extension IPAddress {
    /// As people write it, IPv6 shortened and without brackets.
    var text: String {
        var endpoint = csocket_endpoint(Endpoint(address: self, port: 0))
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress, csocket_write_address(&endpoint, start, 64) == 0 else {
                return ""
            }
            return String(cString: start)
        }
    }

    /// 0.0.0.0 or ::, which stand for every address of the host.
    var isWildcard: Bool { high == 0 && low == 0 }

    /// fe80::/10: means something only together with an interface (RFC 4007 §6).
    var isLinkLocal: Bool { !isIPv4 && high >> 54 == 0x3fa }
}

extension csocket_endpoint {
    init(_ endpoint: Endpoint, scope: UInt32 = 0) {
        self.init(
            high: endpoint.address.high,
            low: endpoint.address.low,
            scope: scope,
            port: endpoint.port,
            is_ipv4: endpoint.address.isIPv4,
        )
    }
}

extension Endpoint {
    init(_ endpoint: csocket_endpoint) {
        let address =
            endpoint.is_ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: endpoint.low))
            : IPAddress(ipv6High: endpoint.high, low: endpoint.low)
        self.init(address: address, port: endpoint.port)
    }
}
